//! The part of an address that names what is asked about.

use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::problem::Problem;
use thads_service::json::JsonError;

/// The one named part of a route's address, decoded.
pub(super) struct Segment(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Segment, Problem> {
        let address = parts.uri.path().to_owned();
        match Path::from_request_parts(parts, state).await {
            Ok(Path(text)) => Ok(Segment(text)),
            Err(PathRejection::FailedToDeserializePathParams(why)) => match why.into_kind() {
                ErrorKind::InvalidUtf8InPathParam { key } => {
                    let rule = "it cannot be read";
                    let utf8 = "text in UTF-8, other bytes than letters and digits as %XX";
                    Err(Problem::bad_field(&JsonError::new(&key, &address, rule, utf8)))
                }
                other => Err(Problem::internal(&std::io::Error::other(other.to_string()))),
            },
            Err(other) => Err(Problem::internal(&other)),
        }
    }
}
