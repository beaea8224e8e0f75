//! One connection: its bytes must move, a reader that takes its answer too slowly is cut off, and what was not read does not
//! take an answer away.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep};

use super::malformed;

/// What is known of a connection while it is open.
#[derive(Debug)]
pub(super) struct Open {
    /// When it was accepted.
    since: Instant,
    /// Milliseconds from then until a byte last moved.
    moved: AtomicU64,
    /// Whether a request of it is being answered.
    answering: AtomicBool,
    /// Whether something of the body of the request that is being answered has not been read.
    body_is_left: AtomicBool,
    /// Whether bytes have come that belong to no request that was read in full.
    bytes_are_left: AtomicBool,
    /// Told to end after what is being answered.
    pub(super) finish: Notify,
}

impl Open {
    pub(super) fn new() -> Open {
        Open {
            since: Instant::now(),
            moved: AtomicU64::new(0),
            answering: AtomicBool::new(false),
            body_is_left: AtomicBool::new(false),
            bytes_are_left: AtomicBool::new(false),
            finish: Notify::new(),
        }
    }

    /// A request has come, with its body or before it. Where one follows, the client is waited for until it is there.
    pub(super) fn asked(&self, whole: bool) {
        self.body_is_left.store(!whole, Ordering::Relaxed);
        self.answering.store(whole, Ordering::Relaxed);
        if whole {
            self.bytes_are_left.store(false, Ordering::Relaxed);
        }
        self.moved();
    }

    /// The request is answered; `false` where something of its body was not read: then no other can follow it.
    pub(super) fn answered(&self) -> bool {
        self.answering.store(false, Ordering::Relaxed);
        self.moved();
        !self.body_is_left.load(Ordering::Relaxed)
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

/// The body of a request, which says to its connection when it was read in full.
#[derive(Debug)]
pub(super) struct Coming {
    body: Incoming,
    open: Arc<Open>,
}

impl Coming {
    pub(super) fn new(body: Incoming, open: Arc<Open>) -> Coming {
        Coming { body, open }
    }
}

impl Body for Coming {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() {
            self.open.asked(true);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
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
    /// What stands for an answer without a body, and how much of it is written.
    instead: Option<(Vec<u8>, usize)>,
    /// Until when a client that was answered is read from no more.
    lingering: Option<Pin<Box<Sleep>>>,
}

impl Moving {
    /// At least `least` bytes in every `span`.
    pub(super) fn new(stream: TcpStream, open: Arc<Open>, span: Duration, least: usize) -> Moving {
        Moving { stream, open, span, least, waiting: None, instead: None, lingering: None }
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
            self.open.bytes_are_left.store(true, Ordering::Relaxed);
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
        if self.instead.is_none() {
            self.instead = malformed::answer_instead_of(bytes).map(|answer| (answer, 0));
        }
        let Some((answer, mut written)) = self.instead.take() else {
            let done = Pin::new(&mut self.stream).poll_write(context, bytes);
            return self.wrote(context, done);
        };
        while let Some(rest) = answer.get(written..).filter(|rest| !rest.is_empty()) {
            let done = Pin::new(&mut self.stream).poll_write(context, rest);
            match self.wrote(context, done) {
                Poll::Ready(Ok(more)) => written = written.saturating_add(more),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    self.instead = Some((answer, written));
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [head] = bytes {
            return self.poll_write(context, head);
        }
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

    /// Ends what is written. Closing while bytes wait that were not read resets the connection, and the client may lose the
    /// answer before he has read it: so what he still sends is read and dropped, for a while.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        if !self.open.bytes_are_left.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        let span = self.span;
        let mut space = [0; 16 << 10];
        loop {
            let end = self.lingering.get_or_insert_with(|| Box::pin(sleep(span)));
            if end.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut into = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut into)) {
                Ok(()) if !into.filled().is_empty() => {}
                Ok(()) | Err(_) => return Poll::Ready(Ok(())),
            }
        }
    }
}
