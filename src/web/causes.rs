//! Why a request could not be answered: said to the operator, never to the client.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::problem::Cause;

/// Says a sentence to the operator.
pub type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// The operator, and what he was told last: the same is not said again and again.
#[derive(Clone)]
pub(super) struct Operator {
    tell: Tell,
    said: Arc<Mutex<Option<String>>>,
}

impl Operator {
    pub(super) fn new(tell: Tell) -> Operator {
        Operator { tell, said: Arc::default() }
    }
}

/// Passes on the cause of an answer that has one.
pub(super) async fn pass_on(State(operator): State<Operator>, request: Request, next: Next) -> Response {
    let asked = format!("{} {}", request.method(), request.uri().path());
    let mut answer = next.run(request).await;
    if let Some(Cause(why)) = answer.extensions_mut().remove() {
        let mut said = operator.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.as_deref() != Some(&*why) {
            (operator.tell)(&format!("{asked} was answered with {}: {why}", answer.status().as_u16()));
            *said = Some(why);
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use thads_ledger::AppendError;
    use thads_ledger::journal::JournalError;

    use super::*;
    use crate::problem::Problem;
    use thads_service::ledger_service::ServiceError;
    use thads_service::record::RecordError;

    /// What failed is said with its file, once, and the client hears nothing of it.
    #[tokio::test]
    async fn the_operator_alone_is_told_why() {
        const FILE: &str = "/srv/ledger/wal/0000000001.seg";
        let unread = || {
            let why = Error::new(ErrorKind::PermissionDenied, format!("{FILE}: permission denied"));
            Problem::from(ServiceError::Read(JournalError::Io(why)))
        };
        let stopped =
            || Problem::from(RecordError::Append(AppendError::Stopped(format!("{FILE} was replaced"))));
        let unknown = || Problem::from(RecordError::Append(AppendError::Unknown(format!("{FILE}: no room"))));
        let told = Arc::new(Mutex::new(Vec::new()));
        let ear = Arc::clone(&told);
        let operator = Operator::new(Arc::new(move |why: &str| ear.lock().unwrap().push(why.to_owned())));
        let router = Router::new()
            .route("/unread", get(move || async move { unread() }))
            .route("/stopped", get(move || async move { stopped() }))
            .route("/unknown", get(move || async move { unknown() }))
            .layer(from_fn_with_state(operator, pass_on));
        let service = TowerToHyperService::new(router);
        for (path, status) in
            [("/unread", 503), ("/unread", 503), ("/stopped", 503), ("/stopped", 503), ("/unknown", 503)]
        {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let answer = service.call(request).await.unwrap();
            assert_eq!(answer.status().as_u16(), status);
            let headers = format!("{:?}", answer.headers());
            let said = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
            let said = format!("{headers} {}", String::from_utf8_lossy(&said));
            assert!(!said.contains("srv") && !said.contains("seg"), "{said}");
        }
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 3, "the same is said once: {told:?}");
        for (why, path) in told.iter().zip(["/unread", "/stopped", "/unknown"]) {
            assert!(why.contains(FILE) && why.contains(path), "{why}");
        }
    }
}
