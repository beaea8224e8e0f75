//! The server: takes connections up to a bound, drops clients that keep it waiting, and ends within a deadline.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, getrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::sleep;

use super::connection::{Coming, Moving, Open};

/// How long clients may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the end of an answer, or from the connection's beginning, to the end of the next request's header.
    pub header: Duration,
    /// From the header to the end of the body.
    pub body: Duration,
    /// In so long a reader takes at least 1 MiB bytes of what waits for it.
    pub reading: Duration,
    /// From being told to finish until connections are cut.
    pub finish: Duration,
    /// How many connections are open at once.
    pub connections: usize,
    /// How many questions that cost much are worked on at once.
    pub costly: usize,
    /// How many more wait for their turn, or for their reader.
    pub costly_waiting: usize,
}

/// The fewest bytes of an answer that a reader takes in [`Limits::reading`].
const TAKEN_MIN: usize = 1 << 20;
/// The largest header of a request, in bytes.
const HEADER_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 100;
/// Until a connection is accepted again after one could not be.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

impl Default for Limits {
    /// At most half of the file descriptors that the process may open are connections: the ledger needs the rest.
    fn default() -> Limits {
        let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(1 << 16);
        Limits {
            header: Duration::from_secs(10),
            body: Duration::from_secs(15),
            reading: Duration::from_secs(10),
            finish: Duration::from_secs(3),
            connections: usize::try_from(descriptors / 2).unwrap_or(512).clamp(1, 512),
            // Each works on several threads itself.
            costly: available_parallelism().map_or(1, NonZero::get).div_ceil(2),
            costly_waiting: 16,
        }
    }
}

/// What a server is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Order {
    /// Take connections.
    Serve,
    /// Take no more, answer what is being asked, then end.
    Finish,
    /// End now.
    Cut,
}

/// Serves on a listener until it is told to finish.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    mut orders: watch::Receiver<Order>,
) {
    let mut connections = Connections { tasks: JoinSet::new(), open: HashMap::new() };
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => connections.begin(stream, &router, limits),
                Err(error) if of_one_connection(error.kind()) => {}
                Err(_) => {
                    // Out of descriptors or memory: make room, and do not ask again at once.
                    connections.cut_the_idlest();
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(ended) = connections.tasks.join_next_with_id() => connections.ended(ended),
            _ = orders.wait_for(|order| *order >= Order::Finish) => break,
        }
    }
    drop(listener);
    connections.open.values().for_each(|(open, _)| open.finish.notify_one());
    let all_ended = async { while connections.tasks.join_next().await.is_some() {} };
    tokio::select! {
        () = all_ended => {}
        () = sleep(limits.finish) => {}
        _ = orders.wait_for(|order| *order >= Order::Cut) => {}
    }
    // What is left is cut as the set is dropped.
}

/// Whether a failure to accept is one of the connection that did not come about.
fn of_one_connection(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionRefused
            | ErrorKind::Interrupted
    )
}

struct Connections {
    tasks: JoinSet<()>,
    open: HashMap<Id, (Arc<Open>, AbortHandle)>,
}

impl Connections {
    fn begin(&mut self, stream: TcpStream, router: &Router, limits: Limits) {
        if self.open.len() >= limits.connections && !self.cut_the_idlest() {
            // All are being answered: this one is closed unheard.
            return;
        }
        let open = Arc::new(Open::new());
        let task = self.tasks.spawn(converse(stream, router.clone(), limits, Arc::clone(&open)));
        self.open.insert(task.id(), (open, task));
    }

    fn ended(&mut self, task: Result<(Id, ()), tokio::task::JoinError>) {
        let id = task.map_or_else(|error| error.id(), |(id, ())| id);
        self.open.remove(&id);
    }

    /// Cuts the connection on which nothing has moved for the longest; `false` where each is being answered.
    fn cut_the_idlest(&mut self) -> bool {
        let idle =
            |(id, (open, _)): (&Id, &(Arc<Open>, AbortHandle))| open.idle_since().map(|since| (since, *id));
        let Some((_, id)) = self.open.iter().filter_map(idle).min() else { return false };
        if let Some((_, task)) = self.open.remove(&id) {
            task.abort();
        }
        true
    }
}

/// Answers the requests of one connection, one after the other.
async fn converse(stream: TcpStream, router: Router, limits: Limits, open: Arc<Open>) {
    // Answers go out whole; where that cannot be set they do so a little later.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Moving::new(stream, Arc::clone(&open), limits.reading, TAKEN_MIN));
    let answers = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        open.asked(request.body().is_end_stream());
        let request = request.map(|body| Coming::new(body, Arc::clone(&open)));
        let (answer, open) = (answers.call(request), Arc::clone(&open));
        async move {
            let mut answer = answer.await;
            if let (false, Ok(answer)) = (open.answered(), &mut answer) {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX)
        // Who says that he sends no more still waits for the answer: an action of his may be recorded by then.
        .half_close(true)
        .serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    // What goes wrong on a connection is its client's affair, who is gone.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = open.finish.notified() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
