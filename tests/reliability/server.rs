//! A server as a process of its own, and a client that sends one request a connection.

use std::fmt;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

/// How long a server may take to answer before the harness gives it up as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that listens; killed when dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    said: Option<JoinHandle<String>>,
}

/// A process that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// How.
    pub(crate) status: ExitStatus,
    /// What it said on standard error.
    pub(crate) said: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, having said {:?}", self.status, self.said)
    }
}

impl Ended {
    /// Whether it was killed, by another or by itself.
    pub(crate) fn killed(&self) -> bool {
        self.status.code().is_none()
    }
}

/// What a server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }
}

/// Makes `serve` on a free port of a command that names program and directory.
pub(crate) fn serving(command: &mut Command) -> &mut Command {
    command.args(["--lang", "en", "serve", "--listen", "127.0.0.1:0"])
}

impl Server {
    /// Starts a server, and returns when it listens or has ended before that.
    pub(crate) fn start(command: &mut Command) -> std::result::Result<Server, Ended> {
        let child = serving(command).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut server = Server { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), said: None };
        let mut errors = BufReader::new(server.child.stderr.take().unwrap());
        let mut said = String::new();
        loop {
            let mut line = String::new();
            if errors.read_line(&mut line).unwrap_or(0) == 0 {
                return Err(Ended { status: server.child.wait().unwrap(), said });
            }
            said.push_str(&line);
            if let Some((_, address)) = line.split_once("http://") {
                server.address = address.trim_end().trim_end_matches('/').parse().unwrap();
                server.said = Some(std::thread::spawn(move || {
                    let _ = errors.read_to_string(&mut said);
                    said
                }));
                return Ok(server);
            }
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as `kill -9` does.
    pub(crate) fn kill(mut self) -> Ended {
        let _ = self.child.kill();
        self.wait()
    }

    /// Asks it to end, as a service manager does.
    pub(crate) fn stop(mut self) -> Ended {
        let _ = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        self.wait()
    }

    fn wait(&mut self) -> Ended {
        let status = self.child.wait().unwrap();
        let said = self.said.take().map_or_else(String::new, |said| said.join().unwrap_or_default());
        Ended { status, said }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one request and reads the whole answer; an answer that is not whole is none.
pub(crate) fn send(address: SocketAddr, method: &str, path: &str, body: Option<&str>) -> Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    if let Some(body) = body {
        request += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    request += "\r\n";
    request += body.unwrap_or_default();
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let cut = || Error::from(ErrorKind::UnexpectedEof);
    let (head, text) = answer.split_once("\r\n\r\n").ok_or_else(cut)?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    if length.is_some_and(|length| length != text.len()) {
        return Err(cut());
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
    Ok(Answer { status, text: text.to_owned() })
}

/// GET.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<Answer> {
    send(address, "GET", path, None)
}

/// POST of a JSON document.
pub(crate) fn post(address: SocketAddr, path: &str, body: &Value) -> Result<Answer> {
    send(address, "POST", path, Some(&body.to_string()))
}
