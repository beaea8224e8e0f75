//! Errors at the edge: one function turns each into `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thads_ledger::AppendError;

use crate::act::ActError;
use crate::answers::AnswerError;
use crate::house::HouseError;
use crate::wire::{WireError, refusal_json};

/// A problem to answer with.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    body: Value,
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
        Problem { status, body }
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

    /// A parameter that cannot be read.
    pub fn bad_field(error: &WireError) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad-field", "A field is not accepted", &error.to_string())
            .with("field", json!(error.field))
            .with("given", json!(error.given))
            .with("rule", json!(error.rule))
            .with("accepted", json!(error.accepted))
            .with(
                "vi",
                json!(format!("Trường {}: giá trị {} không được chấp nhận", error.field, error.given)),
            )
    }

    /// Something of ours that failed: the detail goes to the log, not to the client.
    pub fn internal() -> Problem {
        let detail = "the request could not be answered; the server's log says why";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail)
    }
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Problem {
        match error {
            ActError::Refused(refusal) => {
                let Value::Object(body) = refusal_json(&refusal) else { return Problem::internal() };
                let detail = body.get("en").and_then(Value::as_str).unwrap_or_default().to_owned();
                let title = "The law does not allow this";
                let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", title, &detail);
                for (key, value) in body {
                    problem = problem.with(&key, value);
                }
                problem
            }
            ActError::Wire(error) => Problem::bad_field(&error),
            ActError::Append(AppendError::Stale { stream, expected, current }) => {
                let detail = format!(
                    "stream {stream} is at version {current}, not {expected}; load it again and decide anew"
                );
                Problem::new(StatusCode::CONFLICT, "stale-version", "The stream has moved on", &detail)
                    .with("expected_version", json!(expected))
                    .with("current_version", json!(current))
            }
            ActError::Append(AppendError::RequestReused { request, position }) => {
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
            ActError::Append(error @ (AppendError::TooLarge { .. } | AppendError::Malformed(_))) => {
                Problem::new(
                    StatusCode::BAD_REQUEST,
                    "not-well-formed",
                    "The action cannot be recorded",
                    &error.to_string(),
                )
            }
            ActError::Append(error @ AppendError::DiskFull { .. }) => Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk-full",
                "The disk is full",
                &error.to_string(),
            ),
            ActError::Append(error @ AppendError::Unknown(_)) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unknown-outcome",
                "The outcome is unknown",
                &error.to_string(),
            ),
            ActError::Append(
                error @ (AppendError::Stopped(_)
                | AppendError::Vault(_)
                | AppendError::Randomness(_)
                | AppendError::Unreadable(_)),
            ) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stopped",
                "The ledger does not write now",
                &error.to_string(),
            ),
            ActError::Seal(error) => Problem::new(
                StatusCode::BAD_REQUEST,
                "not-well-formed",
                "The action cannot be recorded",
                &error.to_string(),
            ),
            ActError::House(_) | ActError::Close(_) => Problem::internal(),
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
            AnswerError::House(_) => Problem::internal(),
        }
    }
}

impl From<HouseError> for Problem {
    fn from(_: HouseError) -> Problem {
        Problem::internal()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
        response
    }
}
