//! Clients that keep a server waiting: each is dropped, others are answered meanwhile, and the server ends when told to.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use crate::{Authorities, Limits, Order};
use thads_service::testing::{CASE, service_in};

/// Limits that a test waits for gladly; an answer within [`PATIENCE`] shows that one of them held.
pub(crate) const LIMITS: Limits = Limits {
    header: Duration::from_millis(300),
    body: Duration::from_millis(300),
    reading: Duration::from_millis(300),
    finish: Duration::from_millis(300),
    connections: 4,
    costly: 1,
    costly_waiting: 1,
};
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves while `ask` asks, then is told to finish with what `ask` has left open.
fn serving<T>(ask: impl FnOnce(SocketAddr) -> T) {
    serving_within(LIMITS, ask);
}

/// The same within other limits.
pub(super) fn serving_within<T>(limits: Limits, ask: impl FnOnce(SocketAddr) -> T) {
    let folder = tempfile::tempdir().unwrap();
    let service = Arc::new(service_in(folder.path()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (order, orders) = watch::channel(Order::Serve);
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let (say, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let authorities = Authorities::new(address, Vec::new());
        runtime.block_on(crate::serve(listener, service, authorities, limits, Arc::new(|_| {}), orders));
        say.send(()).unwrap();
    });
    let open = ask(address);
    order.send_replace(Order::Finish);
    ended.recv_timeout(PATIENCE).expect("it does not end");
    drop(open);
}

/// What a question is answered.
pub(super) fn get(address: SocketAddr, path: &str) -> String {
    heard(send(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")))
}

pub(super) fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(text.as_bytes()).unwrap();
    client
}

/// All that the server says until it closes.
pub(super) fn heard(mut client: TcpStream) -> String {
    let mut said = Vec::new();
    match client.read_to_end(&mut said) {
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        done => assert!(done.is_ok(), "the server neither answers nor closes: {done:?}"),
    }
    String::from_utf8_lossy(&said).into_owned()
}

pub(super) fn status(said: &str) -> &str {
    said.get(9..12).unwrap_or_default()
}

fn healthy(address: SocketAddr) {
    assert_eq!(status(&get(address, "/healthz")), "200");
}

#[test]
fn half_a_header_and_half_a_body_are_dropped() {
    serving(|address| {
        let silent = send(address, "");
        let half = send(address, &format!("GET / HTTP/1.1\r\nHost: {address}\r\n"));
        let body = send(
            address,
            &format!(
                "POST /api/v1/actions HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"
            ),
        );
        healthy(address);
        assert_eq!(status(&heard(body)), "408");
        heard(silent);
        heard(half);
    });
}

/// Who has sent his action and closes his own direction is told what became of it, and a half request ends at once.
#[test]
fn who_sends_no_more_still_hears() {
    serving(|address| {
        let body = json!({ "stream": CASE, "kind": "note_added", "actor": 3, "effective": "2018-12-04", "text": "a" }).to_string();
        for (path, status_wanted) in [("/api/v1/actions", "201"), ("/api/v1/actions?dry_run=true", "200")] {
            let length = body.len();
            let client = send(
                address,
                &format!(
                    "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
                ),
            );
            client.shutdown(Shutdown::Write).unwrap();
            let said = heard(client);
            assert_eq!(status(&said), status_wanted, "{said}");
        }
        for half in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n"] {
            let client = send(address, half);
            client.shutdown(Shutdown::Write).unwrap();
            heard(client);
        }
    });
}

#[test]
fn a_reader_of_nothing_is_dropped_and_the_server_ends() {
    serving(|address| {
        let many = format!("GET / HTTP/1.1\r\nHost: {address}\r\n\r\n").repeat(20_000);
        let mut client = TcpStream::connect(address).unwrap();
        client.set_write_timeout(Some(PATIENCE)).unwrap();
        // The server stops taking requests once its answers are not read, and then closes.
        let cut = client.write_all(many.as_bytes()).and_then(|()| {
            (0..1000).try_for_each(|_| {
                std::thread::sleep(LIMITS.reading / 30);
                client.write_all(b"GET / HTTP/1.1\r\n")
            })
        });
        let kind = cut.expect_err("it is still open").kind();
        assert!([ErrorKind::ConnectionReset, ErrorKind::BrokenPipe].contains(&kind), "{kind}");
    });
}

#[test]
fn the_idlest_makes_room_where_there_are_too_many() {
    serving(|address| {
        let idle: Vec<TcpStream> = (0..3 * LIMITS.connections).map(|_| send(address, "")).collect();
        healthy(address);
        idle
    });
}

#[test]
fn only_who_addresses_the_server_is_answered_and_no_other_site_writes() {
    let ask = |address, method: &str, host: &str, more: &str| {
        let text =
            format!("{method} /api/v1/actions HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n");
        status(&heard(send(address, &text))).to_owned()
    };
    serving(|address| {
        let port = address.port();
        for (host, answer) in [
            (address.to_string(), "405"),
            (format!("localhost:{port}"), "405"),
            (format!("evil.example:{port}"), "421"),
            ("evil.example".to_owned(), "421"),
            (format!("127.0.0.1:{}", port ^ 1), "421"),
        ] {
            assert_eq!(ask(address, "GET", &host, ""), answer, "{host}");
        }
        let json = "Content-Type: application/json\r\nContent-Length: 0\r\n";
        for (origin, answer) in [
            (String::new(), "400"),
            (format!("Origin: http://{address}\r\n"), "400"),
            ("Origin: http://evil.example\r\n".to_owned(), "403"),
            ("Origin: null\r\n".to_owned(), "403"),
            (format!("Origin: http://{address}\r\nOrigin: http://{address}\r\n"), "400"),
        ] {
            assert_eq!(
                ask(address, "POST", &address.to_string(), &format!("{json}{origin}")),
                answer,
                "{origin}"
            );
        }
    });
}
