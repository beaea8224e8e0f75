//! What cannot be read as a request at all: HTTP's machinery answers it before any route, with a status alone; here it gets the
//! problem that every other refusal has.

use axum::http::StatusCode;

use crate::problem::Problem;

/// How such an answer begins; those of the routes name the type of what they hold.
const BEGINNING: &str = "HTTP/1.1 4";
const EMPTY: &str = "\r\ncontent-length: 0\r\n";
const TYPE: &str = "\r\ncontent-type:";
const END: &str = "\r\n\r\n";

/// Returns what stands for an answer that holds nothing but a status of a bad request; `None` where the bytes are something else.
pub(super) fn answer_instead_of(bytes: &[u8]) -> Option<Vec<u8>> {
    // What a route answers does not begin so in the middle: JSON holds no line ends of its own.
    let head = std::str::from_utf8(bytes).ok()?;
    let rest = head.strip_prefix(BEGINNING)?;
    let is_bare =
        head.contains(EMPTY) && !head.contains(TYPE) && head.find(END) == head.len().checked_sub(END.len());
    let status = StatusCode::from_bytes(format!("4{}", rest.get(..2)?).as_bytes()).ok()?;
    if !is_bare {
        return None;
    }
    let body = problem(status).into_body().to_string();
    let length = format!("\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n", body.len());
    Some((head.replacen(EMPTY, &length, 1) + &body).into_bytes())
}

fn problem(status: StatusCode) -> Problem {
    let (kind, title, detail) = match status {
        StatusCode::URI_TOO_LONG => (
            "address-too-long",
            "The address is too long",
            "an address has at most some ten thousand bytes; send what is long in the body",
        ),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (
            "header-too-large",
            "The header is too large",
            "a request's header has at most 100 fields and 64 KiB; leave out what this server does not read",
        ),
        _ => (
            "not-http",
            "This is no request of HTTP/1.1",
            "the request line, the header or the framing of the body is not as RFC 9112 has it; in addresses, other bytes than ASCII are written as %XX",
        ),
    };
    Problem::new(status, kind, title, detail)
}
