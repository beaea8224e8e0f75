//! Questions that cost much: a few are answered at once, some wait for their turn, the rest are told to come again.
//!
//! A place is taken from the question to the last byte of its answer, so that neither work nor answers pile up, whoever
//! asks, goes away or does not read. Recording and `/healthz` take no place.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header;
use axum::response::IntoResponse;
use hyper::body::{Frame, SizeHint};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::server::Limits;
use super::{Answer, Shared, run_blocking};
use crate::problem::Problem;
use thads_service::ledger_service::LedgerService;

/// So many bytes of an answer are handed on before the ones before them are taken.
const PIECE_BYTES: usize = 64 << 10;

/// The places and turns of a server.
#[derive(Clone)]
pub(super) struct Costly {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Costly {
    pub(super) fn new(limits: &Limits) -> Costly {
        let turns = limits.costly;
        Costly {
            places: Arc::new(Semaphore::new(turns.saturating_add(limits.costly_waiting))),
            turns: Arc::new(Semaphore::new(turns)),
        }
    }

    /// Answers a question in its turn.
    ///
    /// # Errors
    /// No place is free; what the question's work says.
    pub(super) async fn answer(
        &self,
        service: Shared,
        work: impl FnOnce(&LedgerService) -> Result<Value, Problem> + Send + 'static,
    ) -> Answer {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Problem::busy())?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Problem::busy())?;
        // The work holds both itself: a client that goes away does not end it.
        let (text, place) = run_blocking(service, move |service| {
            let text = work(service)?.to_string();
            drop(turn);
            Ok((text, place))
        })
        .await?;
        let body = Body::new(Held { rest: Bytes::from(text), _place: place });
        Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
    }
}

/// An answer with its place, in pieces, so that the place is kept until nearly all of it has been taken.
struct Held {
    rest: Bytes,
    _place: OwnedSemaphorePermit,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.rest.len().min(PIECE_BYTES);
        let piece = self.rest.split_to(piece);
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use axum::http::StatusCode;

    use super::*;
    use crate::checks::clients::LIMITS;
    use thads_service::testing::service_in;

    /// One works and one waits; the third finds no place, also when the others' clients have gone away, until the work is
    /// done and the answer was read.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_place_is_held_until_the_answer_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let service = Arc::new(service_in(folder.path()));
        let costly = Costly::new(&Limits { costly: 1, costly_waiting: 1, ..LIMITS });
        let ask = |work: Box<dyn FnOnce() + Send>| {
            let (costly, service) = (costly.clone(), Arc::clone(&service));
            tokio::spawn(async move {
                let long = |_: &LedgerService| {
                    work();
                    Ok(Value::from("x".repeat(3 * PIECE_BYTES)))
                };
                costly.answer(service, long).await
            })
        };
        let (begun, has_begun) = mpsc::channel();
        let (finish, told) = mpsc::channel::<()>();
        let gone = ask(Box::new(move || {
            begun.send(()).unwrap();
            told.recv().unwrap();
        }));
        has_begun.recv().unwrap();
        let waits = ask(Box::new(|| {}));
        while costly.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        let busy = |answer: Answer| answer.unwrap_err().into_response().status();
        assert_eq!(busy(ask(Box::new(|| {})).await.unwrap()), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(costly.turns.available_permits(), 0, "the work of who went away goes on alone");
        finish.send(()).unwrap();
        let mut body = waits.await.unwrap().unwrap().into_body();
        // Its answer is not read yet.
        assert_eq!(body.size_hint().exact(), Some(u64::try_from(3 * PIECE_BYTES + 2).unwrap()));
        assert_eq!(costly.places.available_permits(), 1);
        let mut read = 0;
        while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
        {
            read += frame.unwrap().into_data().unwrap().len();
        }
        drop(body);
        assert_eq!((read, costly.places.available_permits()), (3 * PIECE_BYTES + 2, 2));
    }
}
