//! Refused requests: whatever is sent, every refusal is a problem, comes whole, and says where no other request can follow it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::clients::{LIMITS, send, serving_within, status};
use crate::{Limits, ROUTES};

/// Limits within which nobody here is too slow.
const PATIENT: Limits =
    Limits { body: Duration::from_secs(30), reading: Duration::from_secs(30), connections: 64, ..LIMITS };

/// All that is answered, to the end; a connection that is reset is an error.
fn whole(mut client: TcpStream) -> String {
    let mut said = Vec::new();
    client.read_to_end(&mut said).unwrap();
    String::from_utf8(said).unwrap()
}

/// Asks in bytes.
fn ask(address: SocketAddr, bytes: &[u8]) -> String {
    let mut client = send(address, "");
    client.write_all(bytes).unwrap();
    whole(client)
}

fn assert_is_problem(said: &str, asked: &[u8]) {
    let asked = String::from_utf8_lossy(asked);
    let (head, body) = said.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{asked}: {said}"));
    assert!(
        head.to_ascii_lowercase().contains("\r\ncontent-type: application/problem+json"),
        "{asked}: {said}"
    );
    let problem: Value =
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {asked}: {said}"));
    assert_eq!(problem["status"].to_string(), status(said), "{asked}: {said}");
    for field in ["type", "title", "detail"] {
        assert!(!problem[field].as_str().unwrap().is_empty(), "{field}: {asked}: {said}");
    }
}

/// Every route and method with addresses that are not right, in the path and in the parameters.
#[test]
fn whatever_is_sent_every_refusal_is_a_problem() {
    const NAMES: [&[u8]; 12] = [
        b"%ff",
        b"%C3%28",
        b"%00",
        b"%",
        b"%zz",
        b"%0d%0aX:%20y",
        b"%2e%2e",
        b"DT00-2018-0001%ff",
        b"\xff",
        "Ä".as_bytes(),
        b"a b",
        b"2019-H1",
    ];
    const QUERIES: [&[u8]; 9] = [
        b"",
        b"?%ff",
        b"?office=%ff",
        b"?as_known=%ff",
        b"?dry_run=%ff",
        b"?period=%80",
        b"?list=%zz",
        b"?\xff",
        b"?x=\x01",
    ];
    serving_within(PATIENT, |address| {
        let mut refused = 0;
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "G T", ""] {
            for route in ROUTES {
                let (before, after) = match route.path.split_once('{') {
                    Some((before, rest)) => (before, rest.split_once('}').unwrap().1),
                    None => (route.path, ""),
                };
                for name in NAMES.iter().take(if before == route.path { 1 } else { NAMES.len() }) {
                    for query in QUERIES {
                        let name = if before == route.path { &b""[..] } else { name };
                        let line =
                            [method.as_bytes(), b" ", before.as_bytes(), name, after.as_bytes(), query];
                        let rest = format!(
                            " HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
                        );
                        let asked = [&line.concat(), rest.as_bytes()].concat();
                        let said = ask(address, &asked);
                        assert!(status(&said) < "500", "{}: {said}", String::from_utf8_lossy(&asked));
                        if status(&said) >= "400" {
                            assert_is_problem(&said, &asked);
                            refused += 1;
                        }
                    }
                }
            }
        }
        assert!(refused > 5_000, "{refused}");
        let (long, big) = ("x".repeat(70_000), "x".repeat(300_000));
        let many = "X: y\r\n".repeat(101);
        for (asked, answer) in [
            (format!("GET /{long} HTTP/1.1\r\nHost: {address}\r\n\r\n"), "414"),
            (format!("GET / HTTP/1.1\r\nHost: {address}\r\nX: {big}\r\n\r\n"), "431"),
            (format!("GET / HTTP/1.1\r\nHost: {address}\r\n{many}\r\n"), "431"),
            (format!("GET / HTTP/1.1\r\nHost: {address}\r\nA b: c\r\n\r\n"), "400"),
            (
                format!("GET / HTTP/1.1\r\nHost: {address}\r\nHost: {address}\r\nConnection: close\r\n\r\n"),
                "400",
            ),
            ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), "400"),
            (format!("GET / HTTP/9.9\r\nHost: {address}\r\n\r\n"), "400"),
            (format!("POST / HTTP/1.1\r\nHost: {address}\r\nContent-Length: -1\r\n\r\n"), "400"),
            (
                format!(
                    "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
                ),
                "400",
            ),
            (format!("POST / HTTP/1.1\r\nHost: {address}\r\nTransfer-Encoding: gzip\r\n\r\n"), "400"),
            ("\x16\x03\x01\x02\x00\x01\x00\x01".to_owned(), "400"),
            ("{\"kind\": 1}\r\n\r\n".to_owned(), "400"),
        ] {
            let said = ask(address, asked.as_bytes());
            let short: String = asked.chars().take(100).collect();
            assert_eq!(status(&said), answer, "{short}: {said}");
            assert!(said.contains("\r\nconnection: close\r\n"), "{short}: {said}");
            assert_is_problem(&said, short.as_bytes());
        }
    });
}

/// A refusal whose body was not read says that the connection closes, and comes whole though the client sends on; one whose
/// body was read leaves it open.
#[test]
fn a_refusal_says_whether_another_request_may_follow() {
    serving_within(PATIENT, |address| {
        let long = "x".repeat(3 << 20);
        let closes = |said: &str| said.to_ascii_lowercase().contains("\r\nconnection: close\r\n");
        let json = "Content-Type: application/json\r\n";
        for (head, answer) in [
            (format!("POST /api/v1/actions?colour=red HTTP/1.1\r\nHost: {address}\r\n{json}"), "400"),
            (format!("POST /api/v1/cases/%ff/actions HTTP/1.1\r\nHost: {address}\r\n{json}"), "400"),
            (format!("POST /api/v1/actions HTTP/1.1\r\nHost: evil.example\r\n{json}"), "421"),
            (format!("POST /api/v1/actions HTTP/1.1\r\nHost: {address}\r\nOrigin: null\r\n{json}"), "403"),
            (format!("POST /api/v1/actions HTTP/1.1\r\n{json}"), "400"),
            (format!("POST /nowhere HTTP/1.1\r\nHost: {address}\r\n{json}"), "404"),
            (format!("PUT /api/v1/actions HTTP/1.1\r\nHost: {address}\r\n{json}"), "405"),
            (format!("POST /api/v1/actions HTTP/1.1\r\nHost: {address}\r\nHost: {address}\r\n{json}"), "400"),
        ] {
            // A client that has sent nothing of its body, and one that sends all of it when the answer is there already.
            let waiting = send(address, &format!("{head}Content-Length: {}\r\n\r\n", long.len()));
            let mut sending = send(address, &format!("{head}Content-Length: {}\r\n\r\n", long.len()));
            sending.peek(&mut [0]).unwrap();
            long.as_bytes().chunks(1 << 14).for_each(|chunk| sending.write_all(chunk).unwrap());
            let chunked = send(address, &format!("{head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));
            let asks = send(address, &format!("{head}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"));
            for client in [waiting, sending, chunked, asks] {
                let said = whole(client);
                assert_eq!(status(&said), answer, "{head}: {said}");
                assert!(closes(&said), "{head}: {said}");
            }
        }
        let read = format!(
            "POST /api/v1/actions HTTP/1.1\r\nHost: {address}\r\n{json}Content-Length: 2\r\n\r\n{{}}"
        );
        let last = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        let said = whole(send(address, &format!("{read}{read}{last}")));
        assert_eq!((said.matches(" 400 Bad Request").count(), said.ends_with("ok")), (2, true), "{said}");
    });
}
