//! To whom a listener answers: the Host of every request, and the Origin of one that writes.
//!
//! A page of another site can make a browser send requests to a loopback address, and with a name that it lets point
//! there (DNS rebinding) also read the answers. Such requests name another host, or another origin, than this listener's.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// The authorities (host and port, RFC 9110 section 4.3) under which a listener may be addressed.
#[derive(Clone, Debug)]
pub struct Authorities {
    listen: SocketAddr,
    names: Vec<String>,
}

impl Authorities {
    /// Those of an address that is listened on, and of further names that lead to it, each with or without a port.
    ///
    /// A loopback address answers to loopback addresses and `localhost`; another one to itself; one that stands for all
    /// addresses of the machine to addresses and `localhost`. The port must be that of the listener.
    pub fn new(listen: SocketAddr, names: Vec<String>) -> Authorities {
        Authorities { listen, names }
    }

    fn named(&self, authority: &str) -> bool {
        let (host, port) = split(authority);
        self.names.iter().any(|name| {
            name.eq_ignore_ascii_case(authority)
                || (name.eq_ignore_ascii_case(host) && (port.is_none() || port == Some(self.listen.port())))
        })
    }

    fn answers_to(&self, authority: &str) -> bool {
        let (host, port) = split(authority);
        let here = self.listen.ip();
        let right_port = port.unwrap_or(HTTP_PORT) == self.listen.port() && is_plain(authority, host, port);
        let right_host = match address(host) {
            Some(ip) => ip == here || here.is_unspecified() || (here.is_loopback() && ip.is_loopback()),
            None => host.eq_ignore_ascii_case("localhost") && (here.is_loopback() || here.is_unspecified()),
        };
        (right_host && right_port) || self.named(authority)
    }

    /// Whether an origin (RFC 6454) is this listener, as addressed by `authority`.
    fn is_origin(&self, origin: &str, authority: &str) -> bool {
        let same = |scheme: &str| {
            origin
                .strip_prefix(scheme)
                .is_some_and(|of| without_port(of).eq_ignore_ascii_case(without_port(authority)))
        };
        // Names may stand for a proxy that speaks TLS.
        same("http://") || (self.named(authority) && same("https://"))
    }

    /// Checks a request.
    ///
    /// # Errors
    /// It is not meant for this listener, or a page of another origin would write with it.
    fn check(&self, request: &Request) -> Result<(), Problem> {
        let host = one(request, header::HOST, "a request names its host once")?;
        let authority = match (request.uri().authority(), host) {
            // RFC 9112 section 3.2.2: an absolute address counts, not the header.
            (Some(authority), _) => authority.as_str(),
            (None, Some(host)) => host,
            (None, None) => {
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "no-host",
                    "The request names no host",
                    &format!("a request says to whom it goes; accepted: the header Host: {}", self.listen),
                ));
            }
        };
        let wrong = [Some(authority), host].into_iter().flatten().find(|given| !self.answers_to(given));
        if let Some(given) = wrong {
            let detail = format!(
                "{:?} is not this server, which answers to {} only; a name that leads here is allowed with thads serve --host NAME",
                given.chars().take(80).collect::<String>(),
                self.listen
            );
            return Err(Problem::new(
                StatusCode::MISDIRECTED_REQUEST,
                "wrong-host",
                "The request is for another host",
                &detail,
            ));
        }
        let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
        if reads {
            return Ok(());
        }
        let origin = one(request, header::ORIGIN, "a request names its origin once")?;
        match origin {
            Some(origin) if !self.is_origin(origin, authority) => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "wrong-origin",
                "A page of another origin may not write",
                &format!(
                    "the origin {:?} is not http://{authority}; pages of other sites cannot write here",
                    origin.chars().take(80).collect::<String>()
                ),
            )),
            Some(_) | None => Ok(()),
        }
    }
}

const HTTP_PORT: u16 = 80;

/// Lets through what [`Authorities::check`] does.
pub(super) async fn guard(State(authorities): State<Authorities>, request: Request, next: Next) -> Response {
    match authorities.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// A header that stands at most once, as text.
fn one<'a>(request: &'a Request, name: HeaderName, rule: &str) -> Result<Option<&'a str>, Problem> {
    let bad = || Problem::new(StatusCode::BAD_REQUEST, "bad-header", "A header is not accepted", rule);
    let mut values = request.headers().get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| bad()),
        (Some(_), Some(_)) => Err(bad()),
    }
}

/// Host and port of an authority; no port where none is written, or none that is a number.
fn split(authority: &str) -> (&str, Option<u16>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            match port.parse() {
                Ok(port) => (host, Some(port)),
                Err(_) => (authority, None),
            }
        }
        Some(_) | None => (authority, None),
    }
}

/// Whether nothing else stands in an authority than its host and port.
fn is_plain(authority: &str, host: &str, port: Option<u16>) -> bool {
    port.map_or_else(|| authority == host, |port| authority == format!("{host}:{port}"))
}

fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

fn without_port(authority: &str) -> &str {
    authority.strip_suffix(":80").unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(listen: &str, names: &[&str]) -> Authorities {
        Authorities::new(listen.parse().unwrap(), names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_loopback_listener_answers_to_loopback_only() {
        let here = at("127.0.0.1:8080", &[]);
        for good in ["127.0.0.1:8080", "localhost:8080", "LocalHost:8080", "[::1]:8080", "127.8.9.1:8080"] {
            assert!(here.answers_to(good), "{good}");
        }
        for bad in [
            "evil.example",
            "evil.example:8080",
            "localhost",
            "localhost:8081",
            "localhost:08080",
            "localhost:8080:8080",
            "localhost.:8080",
            "localhost.evil.example:8080",
            "evil@localhost:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1.evil.example:8080",
            "127.1:8080",
            "2130706433:8080",
            "0.0.0.0:8080",
            "192.168.1.2:8080",
            "::1:8080",
            "[::1]",
            "[::1:8080",
            "[::ffff:127.0.0.1]:8080",
            "",
            ":8080",
            "x",
        ] {
            assert!(!here.answers_to(bad), "{bad}");
        }
    }

    #[test]
    fn another_listener_answers_to_itself_and_to_the_names_it_was_given() {
        let here = at("192.168.1.2:80", &["office.example", "proxy.example:8443"]);
        for good in
            ["192.168.1.2", "192.168.1.2:80", "office.example", "OFFICE.example:80", "proxy.example:8443"]
        {
            assert!(here.answers_to(good), "{good}");
        }
        for bad in [
            "localhost",
            "127.0.0.1",
            "192.168.1.3",
            "proxy.example",
            "office.example:81",
            "x.office.example",
        ] {
            assert!(!here.answers_to(bad), "{bad}");
        }
        let everywhere = at("0.0.0.0:8080", &[]);
        for good in ["192.168.1.2:8080", "localhost:8080", "[2001:db8::1]:8080"] {
            assert!(everywhere.answers_to(good), "{good}");
        }
        assert!(!everywhere.answers_to("evil.example:8080"));
    }

    #[test]
    fn an_origin_is_the_listener_itself() {
        let here = at("127.0.0.1:8080", &["office.example"]);
        for (origin, host, same) in [
            ("http://localhost:8080", "localhost:8080", true),
            ("http://LOCALHOST:8080", "localhost:8080", true),
            ("http://127.0.0.1:8080", "localhost:8080", false),
            ("http://localhost:8081", "localhost:8080", false),
            ("http://localhost", "localhost:8080", false),
            ("https://localhost:8080", "localhost:8080", false),
            ("http://evil.example", "localhost:8080", false),
            ("http://localhost:8080.evil.example", "localhost:8080", false),
            ("null", "localhost:8080", false),
            ("", "localhost:8080", false),
            ("https://office.example", "office.example", true),
        ] {
            assert_eq!(here.is_origin(origin, host), same, "{origin} for {host}");
        }
        assert!(at("127.0.0.1:80", &[]).is_origin("http://localhost", "localhost:80"));
    }
}
