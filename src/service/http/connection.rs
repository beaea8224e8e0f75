//! One connection: its bytes must move. A reader that takes its answer too slowly is cut off.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep};

/// What is known of a connection while it is open.
#[derive(Debug)]
pub(super) struct Open {
    /// When it was accepted.
    since: Instant,
    /// Milliseconds from then until a byte last moved.
    moved: AtomicU64,
    /// Whether a request of it is being answered.
    answering: AtomicBool,
    /// Told to end after what is being answered.
    pub(super) finish: Notify,
}

impl Open {
    pub(super) fn new() -> Open {
        Open {
            since: Instant::now(),
            moved: AtomicU64::new(0),
            answering: AtomicBool::new(false),
            finish: Notify::new(),
        }
    }

    pub(super) fn answering(&self, answering: bool) {
        self.answering.store(answering, Ordering::Relaxed);
        self.moved();
    }

    fn moved(&self) {
        let now = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.store(now, Ordering::Relaxed);
    }

    /// Since when nothing moved on it; `None` while a request is being answered.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        let moved = Duration::from_millis(self.moved.load(Ordering::Relaxed));
        (!self.answering.load(Ordering::Relaxed)).then(|| self.since + moved)
    }
}

/// The bytes of a connection, of which so many must be taken in every span of time in which its answer waits for that.
pub(super) struct Moving {
    stream: TcpStream,
    open: Arc<Open>,
    span: Duration,
    least: usize,
    /// The end of the span, and what was taken in it; `None` while nothing waits.
    waiting: Option<(Pin<Box<Sleep>>, usize)>,
}

impl Moving {
    /// At least `least` bytes in every `span`.
    pub(super) fn new(stream: TcpStream, open: Arc<Open>, span: Duration, least: usize) -> Moving {
        Moving { stream, open, span, least, waiting: None }
    }

    fn wrote(&mut self, context: &mut Context<'_>, done: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match done {
            Poll::Ready(Ok(bytes)) => {
                self.open.moved();
                if let Some((_, taken)) = &mut self.waiting {
                    *taken = taken.saturating_add(bytes);
                }
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                let span = self.span;
                let (end, taken) = self.waiting.get_or_insert_with(|| (Box::pin(sleep(span)), 0));
                while end.as_mut().poll(context).is_ready() {
                    if *taken < self.least {
                        let what = "the reader takes its answer too slowly";
                        return Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, what)));
                    }
                    *taken = 0;
                    end.set(sleep(span));
                }
                Poll::Pending
            }
        }
    }
}

impl AsyncRead for Moving {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, into))?;
        if into.filled().len() > before {
            self.open.moved();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Moving {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(context, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.wrote(context, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Flushed is what the connection has handed over in full.
        self.waiting = None;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
