//! The body of a request that records: one JSON object, in full within a deadline, no larger than allowed.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::problem::Problem;
use thads_service::document::Document;

/// The largest body of an action, in bytes.
const BYTES_MAX: usize = 1 << 20;
/// What is read of a larger one, so that its sender hears why before the connection is closed.
const BYTES_DISCARDED_MAX: usize = 16 << 20;

/// Reads the JSON document that a request brings.
///
/// # Errors
/// It is of another type, encoded, too large, too slow, or no JSON.
pub(super) async fn json(request: Request, within: Duration) -> Result<Value, Problem> {
    let (parts, body) = request.into_parts();
    let said = check_headers(&parts.headers);
    let bytes = tokio::time::timeout(within, bytes(body)).await.map_err(|_| {
        let detail = format!("the body did not come within {} seconds; send it again", within.as_secs());
        Problem::new(StatusCode::REQUEST_TIMEOUT, "slow-body", "The body came too slowly", &detail)
    })?;
    said?;
    let bytes = bytes?;
    let Document(body) =
        Document::read(&bytes).map_err(|error| Problem::bad_body(&error.to_string(), &error.vi()))?;
    Ok(body)
}

fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let unsupported = |detail: &str| {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad-body", "The body is of another type", detail)
    };
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default().trim());
    if !text(header::CONTENT_TYPE).is_some_and(is_json) {
        return Err(unsupported(
            "an action is sent as content-type: application/json, in UTF-8 (no charset, or charset=utf-8)",
        ));
    }
    match text(header::CONTENT_ENCODING) {
        None => Ok(()),
        Some(coding) if coding.eq_ignore_ascii_case("identity") => Ok(()),
        Some(_) => Err(unsupported("a content-encoding is not taken; send the JSON text as it is")),
    }
}

/// Whether a content type is JSON in UTF-8 (RFC 8259 section 8.1).
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        Some(_) | None => true,
    })
}

async fn bytes(mut body: Body) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        let detail = format!("an action is at most {BYTES_MAX} bytes");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "bad-body", "The body is too large", &detail)
    };
    let size = body.size_hint().exact();
    if size.is_some_and(|size| size > u64::try_from(BYTES_DISCARDED_MAX).unwrap_or(u64::MAX)) {
        return Err(too_large());
    }
    let (mut bytes, mut read) = (Vec::new(), 0_usize);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| {
            let detail = "the body broke off; nothing was recorded, send it again";
            Problem::new(StatusCode::BAD_REQUEST, "bad-body", "The body broke off", detail)
        })?;
        let Ok(data) = frame.into_data() else { continue };
        read = read.saturating_add(data.len());
        if read > BYTES_DISCARDED_MAX {
            break;
        }
        if read <= BYTES_MAX {
            bytes.extend_from_slice(&data);
        }
    }
    if read > BYTES_MAX { Err(too_large()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn json_is_json_in_utf_8() {
        for good in [
            "application/json",
            "APPLICATION/JSON",
            "application/json; charset=utf-8",
            "application/json;Charset=\"UTF-8\"",
        ] {
            assert!(is_json(good), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "text/json",
            "application/jsonp",
            "application/json; charset=utf-16",
            "application/problem+json",
        ] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
