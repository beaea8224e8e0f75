//! The parameters of a request: each is one that its route takes, stands once and says something, or the request is refused.

use std::str::FromStr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;
use thads_service::answers::digits;
use thads_service::json::JsonError;

/// The names of the parameters that a route takes.
pub(super) type Takes = &'static [&'static str];

/// The parameters of a request, as given.
#[derive(Clone, Debug)]
pub(super) struct Parameters(Vec<(&'static str, String)>);

/// Reads the parameters of a request for its handler.
pub(super) async fn guard(State(takes): State<Takes>, mut request: Request, next: Next) -> Response {
    match Parameters::read(request.uri().query(), takes) {
        Ok(parameters) => {
            request.extensions_mut().insert(parameters);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

impl Parameters {
    fn read(query: Option<&str>, takes: Takes) -> Result<Parameters, Problem> {
        let mut given: Vec<(&'static str, String)> = Vec::new();
        for part in query.unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let read = decoded(name).and_then(|name| takes.iter().find(|taken| **taken == name).copied());
            let Some(name) = read else {
                let takes = if takes.is_empty() { "none".to_owned() } else { takes.join(", ") };
                return Err(bad(&shown(name), value, "no parameter of this address", &takes));
            };
            let once = given.iter().all(|(before, _)| *before != name);
            if !once {
                return Err(bad(name, value, "it stands twice", "one value of it"));
            }
            let utf8 = "the value in UTF-8, other bytes than letters and digits as %XX";
            let value = decoded(value).ok_or_else(|| bad(name, value, "its value cannot be read", utf8))?;
            if value.trim().is_empty() {
                return Err(bad(name, &value, "it says nothing", "a value, or the address without it"));
            }
            given.push((name, value));
        }
        Ok(Parameters(given))
    }

    /// A parameter's text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }

    /// A parameter without which there is no answer.
    ///
    /// # Errors
    /// It is not given.
    pub(super) fn required(&self, name: &str, example: &str) -> Result<&str, Problem> {
        self.text(name)
            .ok_or_else(|| Problem::bad_query(&JsonError::not_given(name, "it is needed", example)))
    }

    /// Whether a parameter says `true`; left out it does not.
    ///
    /// # Errors
    /// It says something else than `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Result<bool, JsonError> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(JsonError::new(name, other, "yes or no", "true, false")),
        }
    }

    /// A parameter that is a number.
    ///
    /// # Errors
    /// It is none, or none that fits.
    pub(super) fn number<T: FromStr>(&self, name: &str, accepted: &str) -> Result<Option<T>, JsonError> {
        let read = |given: &str| {
            digits(given).ok_or_else(|| JsonError::new(name, given, "a whole number that fits", accepted))
        };
        self.text(name).map(read).transpose()
    }

    /// The address of the same question with some parameters set anew.
    pub(super) fn link(&self, path: &str, anew: &[(&str, &str)]) -> String {
        let kept = self.0.iter().map(|(name, value)| (*name, value.as_str()));
        let kept = kept.filter(|(name, _)| anew.iter().all(|(other, _)| other != name));
        let all = kept.chain(anew.iter().copied());
        let all: Vec<String> = all.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("{path}?{}", all.join("&"))
    }
}

fn bad(name: &str, given: &str, rule: &str, accepted: &str) -> Problem {
    Problem::bad_query(&JsonError::new(name, given, rule, accepted))
}

fn shown(name: &str) -> String {
    decoded(name).unwrap_or_else(|| name.to_owned()).chars().take(40).collect()
}

/// Undoes the encoding of a form's name or value; `None` where it is no encoding of UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit =
                    |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit(bytes.next()?)? << 4 | digit(bytes.next()?)?
            }
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKES: Takes = &["office", "judgment"];

    #[test]
    fn what_is_given_once_and_says_something_is_read() {
        let read = Parameters::read(Some("office=DT03&judgment=1%2f2018%2FHS%C4%90+b"), TAKES).unwrap();
        assert_eq!((read.text("office"), read.text("judgment")), (Some("DT03"), Some("1/2018/HSĐ b")));
        assert!(Parameters::read(None, TAKES).is_ok() && Parameters::read(Some("&"), TAKES).is_ok());
        let link = read.link("/x", &[("office", "DT 04"), ("after", "A")]);
        assert_eq!(link, "/x?judgment=1%2F2018%2FHS%C4%90%20b&office=DT%2004&after=A");
    }

    #[test]
    fn anything_else_is_refused() {
        for query in [
            "colour=red",
            "Office=DT03",
            "office",
            "office=",
            "office=%20",
            "office=+",
            "office=DT03&office=DT03",
            "office=DT03&%6fffice=DT03",
            "office=%",
            "office=%4",
            "office=%zz",
            "office=%ff",
            "%ff=1",
            "=",
            "=x",
            "office=DT03&offi%63",
            "office=DT03;judgment=1",
        ] {
            let read = Parameters::read(Some(query), TAKES);
            // A semicolon parts nothing: it belongs to the value, which is then no office.
            assert_eq!(read.is_ok(), query.contains(';'), "{query}");
        }
    }
}
