//! Errors at the edge: one function turns each into `application/problem+json` (RFC 9457).

use std::error::Error;
use std::path::Path;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thads_ledger::AppendError;

use thads_service::answers::AnswerError;
use thads_service::json::{JsonError, refusal_json};
use thads_service::ledger_service::ServiceError;
use thads_service::record::RecordError;
use thads_service::seal::SealError;

/// A problem to answer with.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    body: Value,
    /// Seconds after which asking again makes sense.
    retry_after: Option<u16>,
    cause: Option<Cause>,
}

/// Why something of ours failed, with the name of the file where there is one: for the operator, not for the client. It
/// goes with the response, as an extension.
#[derive(Clone, Debug)]
pub struct Cause(pub String);

impl Cause {
    fn of(error: &dyn Error) -> Cause {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            let more = error.to_string();
            if !text.contains(&more) {
                text = format!("{text}: {more}");
            }
            source = error.source();
        }
        Cause(text)
    }
}

impl Problem {
    /// A problem with a type, a title and a detail.
    pub fn new(status: StatusCode, kind: &str, title: &str, detail: &str) -> Problem {
        let body = json!({
            "type": format!("urn:thads:problem:{kind}"),
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
        });
        Problem { status, body, retry_after: None, cause: None }
    }

    /// What was sent is not one JSON object.
    pub fn bad_body(detail: &str, vi: &str) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad-body", "The body is not one JSON object", detail)
            .with("vi", json!(format!("Từ chối: {vi}")))
    }

    /// The body that is answered.
    pub fn into_body(self) -> Value {
        self.body
    }

    fn with(mut self, key: &str, value: Value) -> Problem {
        if let Value::Object(body) = &mut self.body {
            body.insert(key.to_owned(), value);
        }
        self
    }

    /// Nothing of that name.
    pub fn not_found(what: &str, given: &str) -> Problem {
        let given: String = given.chars().take(80).collect();
        Problem::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            &format!("there is no {what} {given:?}"),
        )
        .with("vi", json!(format!("Không có {what} {given:?}")))
    }

    /// A field, or the value of a parameter, that cannot be read.
    pub fn bad_field(error: &JsonError) -> Problem {
        Problem::bad("bad-field", "A field is not accepted", error)
    }

    /// A parameter that is unknown, stands twice, says nothing, or is missing.
    pub fn bad_query(error: &JsonError) -> Problem {
        Problem::bad("bad-query", "A parameter is not accepted", error)
    }

    fn bad(kind: &str, title: &str, error: &JsonError) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, kind, title, &error.to_string())
            .with("field", json!(error.field))
            .with("given", json!(error.given))
            .with("rule", json!(error.rule))
            .with("accepted", json!(error.accepted))
            .with("vi", json!(format!("Từ chối: {}", error.vi())))
    }

    /// Something of ours that failed.
    pub fn internal(cause: &dyn Error) -> Problem {
        let detail = "the request could not be answered; the server's operator was told why";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail).because(cause)
    }

    /// Too many ask what costs much.
    pub fn busy() -> Problem {
        let detail = "too many questions that cost much are being answered; ask again after the seconds of Retry-After";
        let busy =
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many ask for much at once", detail);
        Problem { retry_after: Some(BUSY_SECONDS), ..busy }
    }

    /// A file of the ledger that cannot be read now; which, its cause says.
    fn unreadable(cause: &dyn Error) -> Problem {
        let problem =
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, UNREADABLE, "The ledger cannot be read now", "");
        problem.because(cause).within(Path::new(""))
    }

    /// Names to the client what cannot be read, as it is called within the data directory: where that lies is for the operator.
    pub(crate) fn within(self, dir: &Path) -> Problem {
        let is_unreadable = self.body["type"] == format!("urn:thads:problem:{UNREADABLE}");
        let Some(Cause(why)) = self.cause.as_ref().filter(|_| is_unreadable) else { return self };
        let place = format!("{}/", dir.display());
        // Nothing of it is shown where the directory is not known.
        let why = if place == "/" { "a file of the ledger" } else { &why.replace(&place, "") };
        let (detail, vi) = (
            format!(
                "what is asked cannot be read: {why}. Nothing was recorded now and nothing is lost; put the file, the right to read it or its disk back: the server goes on by itself, without a restart. Send it again then, an action with the same request id"
            ),
            format!(
                "không đọc được sổ: {why}. Lần này không ghi gì và không mất gì; hãy trả lại tệp, quyền đọc hoặc ổ đĩa của nó: máy chủ tự chạy tiếp, không cần khởi động lại. Sau đó gửi lại, thao tác thì với cùng mã yêu cầu"
            ),
        );
        self.with("detail", json!(detail)).with("vi", json!(vi))
    }

    fn because(self, cause: &dyn Error) -> Problem {
        Problem { cause: Some(Cause::of(cause)), ..self }
    }
}

/// What a problem is called whose cause is a file that cannot be read.
const UNREADABLE: &str = "unreadable";

/// Until a question that found no place is asked again.
const BUSY_SECONDS: u16 = 2;

impl From<RecordError> for Problem {
    fn from(error: RecordError) -> Problem {
        match error {
            RecordError::Refused(refusal) => {
                let body = refusal_json(&refusal);
                let detail = body.get("en").and_then(Value::as_str).unwrap_or_default().to_owned();
                let title = "The law does not allow this";
                let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", title, &detail);
                for (key, value) in body.as_object().into_iter().flatten() {
                    problem = problem.with(key, value.clone());
                }
                problem
            }
            RecordError::Json(error) => Problem::bad_field(&error),
            RecordError::Append(error @ AppendError::Outdated { .. }) => {
                Problem::new(StatusCode::CONFLICT, "stale-version", "The day has ended", &error.to_string())
            }
            RecordError::Append(AppendError::Stale { stream, expected, current }) => {
                let detail = format!(
                    "stream {stream} is at version {current}, not {expected}; load it again and decide anew"
                );
                Problem::new(StatusCode::CONFLICT, "stale-version", "The stream has moved on", &detail)
                    .with("expected_version", json!(expected))
                    .with("current_version", json!(current))
            }
            RecordError::Append(AppendError::RequestReused { request, position }) => {
                let detail = format!(
                    "request {request} was recorded at position {position} with other content; choose a new request id"
                );
                Problem::new(
                    StatusCode::CONFLICT,
                    "request-reused",
                    "The request id was used for something else",
                    &detail,
                )
                .with("request", json!(request.to_string()))
                .with("position", json!(position.get()))
            }
            RecordError::Append(error @ (AppendError::TooLarge { .. } | AppendError::Malformed(_))) => {
                Problem::new(
                    StatusCode::BAD_REQUEST,
                    "not-well-formed",
                    "The action cannot be recorded",
                    &error.to_string(),
                )
            }
            RecordError::Append(error @ AppendError::DiskFull { .. }) => Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk-full",
                "The disk is full",
                "nothing was recorded; what is recorded stays readable. Send it again when there is room",
            )
            .because(&error),
            RecordError::Append(error @ AppendError::Unknown(_)) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unknown-outcome",
                "The outcome is unknown",
                "it may or may not have been recorded; send it again with the same request id: that answer is definite",
            )
            .because(&error),
            RecordError::Append(error @ AppendError::Contended { .. }) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "contended",
                "Others were quicker",
                "nothing was recorded, for others were quicker on this stream every time; send it again",
            )
            .because(&error),
            RecordError::Append(error @ AppendError::Unreadable(_)) => Problem::unreadable(&error),
            RecordError::Append(
                error @ (AppendError::Stopped(_)
                | AppendError::Vault(_)
                | AppendError::Randomness(_)),
            ) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stopped",
                "The ledger does not write now",
                "nothing was recorded now; send it again with the same request id later. The server's operator was told why",
            )
            .because(&error),
            RecordError::Clock(off) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "clock",
                "The clock is wrong, or the ledger's is",
                &off.to_string(),
            )
            .with("vi", json!(off.vi())),
            RecordError::Seal(SealError::Randomness(why)) => RecordError::Append(AppendError::Randomness(why)).into(),
            RecordError::Seal(error) => Problem::new(
                StatusCode::BAD_REQUEST,
                "not-well-formed",
                "The action cannot be recorded",
                &error.to_string(),
            ),
            RecordError::Service(error) => error.into(),
            RecordError::Close(error) => Problem::internal(&error),
        }
    }
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Problem {
        match error {
            AnswerError::NotFound { what, given } => Problem::not_found(what, &given),
            AnswerError::Field(error) => Problem::bad_field(&error),
            AnswerError::Figure(error) => {
                Problem::new(StatusCode::BAD_REQUEST, "no-list", "The figure has no list", &error.to_string())
            }
            AnswerError::Service(error) => error.into(),
        }
    }
}

impl From<JsonError> for Problem {
    fn from(error: JsonError) -> Problem {
        Problem::bad_field(&error)
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Problem {
        match error {
            ServiceError::Read(error) => Problem::unreadable(&error),
            error => Problem::internal(&error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::*;

    /// What fails for the moment is the server's, and goes by: it is not the sender who has to mend it.
    #[test]
    fn a_file_that_cannot_be_read_and_randomness_that_cannot_be_had_are_503() {
        let unread = RecordError::Append(AppendError::Unreadable("no right".to_owned()));
        let blind = RecordError::Seal(SealError::Randomness(Error::other("none")));
        for (error, name) in [(unread, "unreadable"), (blind, "stopped")] {
            let problem = Problem::from(error);
            assert_eq!(problem.status, StatusCode::SERVICE_UNAVAILABLE, "{name}");
            assert_eq!(problem.body["type"], format!("urn:thads:problem:{name}"));
        }
    }
}
