//! Running the program: commands, a shared demo, a small real ledger, a server, and a client of one request.
//!
//! Everything goes through the binary as a user has it; nothing here calls into the rooms.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::small::{FOUNDING, organisation};
pub(crate) use crate::small::{action, distraint_case, fine_case, officer};

/// The program under test.
pub(crate) const THADS: &str = env!("CARGO_BIN_EXE_thads");
/// Where a server takes actions.
pub(crate) const ACTIONS: &str = "/api/v1/actions";
/// The six months that the demo reports.
pub(crate) const HALF_YEAR: &str = "2019-H1";

/// What a command answered.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The single JSON document on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("no JSON document ({error}): {:.2000}\n{}", self.out, self.err))
    }

    /// A JSON document a line.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Itself, where the command did what was asked.
    #[track_caller]
    pub(crate) fn ok(self) -> Ran {
        assert_eq!(self.status, 0, "exit {}\nstdout: {:.2000}\nstderr: {}", self.status, self.out, self.err);
        self
    }
}

/// Runs `thads --data DATA ARGS…`.
pub(crate) fn thads<A: AsRef<OsStr>>(data: &Path, args: &[A]) -> Ran {
    thads_with_input(data, args, "")
}

/// Runs `thads --data DATA ARGS…` with a text as standard input.
pub(crate) fn thads_with_input<A: AsRef<OsStr>>(data: &Path, args: &[A], input: &str) -> Ran {
    let mut child = Command::new(THADS)
        .env_remove("THADS_DATA")
        .arg("--data")
        .arg(data)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A program that stops reading early closes the pipe; what it says then is what counts.
    let feeding = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = feeding.join().unwrap();
    Ran {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs `thads --data DATA --json ARGS…` and reads the one document that it prints.
#[track_caller]
pub(crate) fn ask(data: &Path, args: &[&str]) -> Value {
    let mut all = vec!["--json"];
    all.extend_from_slice(args);
    thads(data, &all).ok().json()
}

/// An action with a field set.
pub(crate) fn with(mut action: Value, field: &str, value: impl Into<Value>) -> Value {
    action[field] = value.into();
    action
}

/// Hands actions to `thads record -` with JSON answers.
pub(crate) fn record(data: &Path, actions: &[Value]) -> Ran {
    thads_with_input(data, &["--json", "record", "-"], &lines(actions))
}

/// Actions as the lines of a file.
pub(crate) fn lines(actions: &[Value]) -> String {
    actions.iter().map(|action| format!("{action}\n")).collect()
}

/// Size and root of a ledger, as a signed checkpoint says them.
pub(crate) fn head(data: &Path) -> (u64, String) {
    let answer = thads(data, &["checkpoint"]).ok().out;
    let mut lines = answer.lines().skip(1);
    let size = lines.next().unwrap().parse().unwrap();
    (size, lines.next().unwrap().to_owned())
}

/// A figure's number in a report or a figure's answer.
#[track_caller]
pub(crate) fn value(report: &Value, id: &str) -> i64 {
    let value = &report["figures"][id]["value"];
    value.as_i64().unwrap_or_else(|| panic!("{id}: {value}"))
}

/// A rate's percent in a report, as printed.
#[track_caller]
pub(crate) fn percent(report: &Value, id: &str) -> String {
    let value = &report["figures"][id]["value"]["percent"];
    value.as_str().unwrap_or_else(|| panic!("{id}: {value}")).to_owned()
}

/// A directory of its own with the ledger in `data`; gone when dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    _all: TempDir,
    pub(crate) data: PathBuf,
}

impl Folder {
    /// An empty one: `data` does not exist yet.
    pub(crate) fn new() -> Folder {
        let all = tempfile::tempdir().unwrap();
        let data = all.path().join("data");
        Folder { _all: all, data }
    }

    /// A copy of a ledger's directory.
    pub(crate) fn copy_of(data: &Path) -> Folder {
        let folder = Folder::new();
        let done = Command::new("cp").args(["-r", "--sparse=always"]).arg(data).arg(&folder.data).status();
        assert!(done.unwrap().success(), "cp {} {}", data.display(), folder.data.display());
        // Full segments are read-only.
        let done = Command::new("chmod").args(["-R", "u+w"]).arg(&folder.data).status();
        assert!(done.unwrap().success(), "chmod {}", folder.data.display());
        folder
    }
}

/// The demo of seed 1, generated once for all tests of this process.
pub(crate) struct Demo {
    /// The directory. Shared: read it, and write only to a [`Folder::copy_of`] it.
    pub(crate) data: PathBuf,
    /// What `demo --no-serve --json` answered.
    pub(crate) answer: Value,
}

/// The shared demo.
pub(crate) fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let data = kept("demo").join("data");
        let answer = ask(&data, &["--quiet", "demo", "--seed", "1", "--no-serve"]);
        Demo { data, answer }
    })
}

/// A folder for what all tests of this process share.
pub(crate) fn kept(name: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    remove_left_over(&all);
    let own = all.join(std::process::id().to_string());
    fs::create_dir_all(&own).unwrap();
    own
}

/// Removes those of test processes that are gone: a static is never dropped.
fn remove_left_over(all: &Path) {
    let Ok(entries) = fs::read_dir(all) else { return };
    for entry in entries.flatten() {
        if !Path::new("/proc").join(entry.file_name()).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A real ledger with the offices DT00 (number 1), DT03 (2) and DT04 (3), and DT03's officers; no case yet.
pub(crate) fn real_ledger() -> Folder {
    static EMPTY: OnceLock<Folder> = OnceLock::new();
    let empty = EMPTY.get_or_init(|| {
        let folder = Folder::new();
        thads(&folder.data, &FOUNDING).ok();
        record(&folder.data, &organisation()).ok();
        folder
    });
    Folder::copy_of(&empty.data)
}

/// A ledger of an office with one case, in which assets are distrained.
pub(crate) fn ledger_with(case: &str) -> Folder {
    let folder = real_ledger();
    record(&folder.data, &distraint_case(case)).ok();
    folder
}

/// A note that the enforcer adds to his case.
pub(crate) fn note_on(case: &str, text: &str) -> Value {
    action(case, "note_added", "2019-01-11", officer::ENFORCER, json!({ "text": text }))
}

/// The program, by a command that heeds the signals that end it, whatever these tests were begun with.
pub(crate) fn heeding_signals() -> Command {
    let mut env = Command::new("env");
    env.args(["--default-signal=HUP,INT,TERM", THADS]);
    env
}

/// A server on a port of its own; killed when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    /// Reads what it says to its operator after its address.
    ear: Option<JoinHandle<String>>,
}

/// What a server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The problem that an answer is, with its status and type.
#[track_caller]
pub(crate) fn problem(answer: &Answer, status: u16, kind: &str) -> Value {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.content_type, "application/problem+json", "{answer:?}");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("urn:thads:problem:{kind}"), "{problem}");
    assert_eq!(problem["status"], status, "{problem}");
    for field in ["title", "detail"] {
        assert!(!problem[field].as_str().unwrap().is_empty(), "{field}: {problem}");
    }
    problem
}

/// Sends one request to a server at an address and reads the answer to its end.
pub(crate) fn send(address: &str, method: &str, path: &str, body: Option<&str>) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", address);
    if let Some(body) = body {
        request += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    request += "\r\n";
    request += body.unwrap_or_default();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (lines, text) = answer.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        lines.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    assert_eq!(header("transfer-encoding"), None, "this client reads no chunks");
    Answer {
        status: lines.split(' ').nth(1).unwrap().parse().unwrap(),
        content_type: header("content-type").unwrap_or_default(),
        text: text.to_owned(),
    }
}

impl Server {
    /// Starts `thads serve` on a ledger and waits until it listens.
    pub(crate) fn start(data: &Path) -> Server {
        Server::start_as(Command::new(THADS), data)
    }

    /// Starts one that outlives a write beyond what [`Server::limit`] allows: the signal for it is ignored.
    pub(crate) fn start_limitable(data: &Path) -> Server {
        let mut shell = Command::new("sh");
        shell.args(["-c", r#"trap '' XFSZ; exec "$0" "$@""#, THADS]);
        Server::start_as(shell, data)
    }

    /// Lets every write of it beyond the first `bytes` of a file fail; all succeed again with `None`.
    pub(crate) fn limit(&self, bytes: Option<u64>) {
        let bytes = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let mut prlimit = Command::new("prlimit");
        prlimit.arg("--pid").arg(self.pid().to_string()).arg(format!("--fsize={bytes}:unlimited"));
        assert!(prlimit.status().unwrap().success(), "{prlimit:?}");
    }

    /// Starts one by a command that ends in the program.
    pub(crate) fn start_as(mut command: Command, data: &Path) -> Server {
        let mut child = command
            .env_remove("THADS_DATA")
            .arg("--data")
            .arg(data)
            .args(["--lang", "en", "serve", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            assert_ne!(errors.read_line(&mut line).unwrap(), 0, "the server ended: {said}");
            if let Some((_, address)) = line.split_once("http://") {
                break address.trim_end().trim_end_matches('/').to_owned();
            }
            said.push_str(&line);
        };
        let ear = std::thread::spawn(move || {
            let mut said = String::new();
            errors.read_to_string(&mut said).unwrap();
            said
        });
        Server { child, address, ear: Some(ear) }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// GET.
    pub(crate) fn get(&self, path: &str) -> Answer {
        send(&self.address, "GET", path, None)
    }

    /// POST of a JSON text.
    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        send(&self.address, "POST", path, Some(body))
    }

    /// Asks it to end, as a service manager does, and returns its exit status.
    pub(crate) fn stop(self) -> i32 {
        self.stop_and_hear().0
    }

    /// The same, with what it has said to its operator since it served.
    pub(crate) fn stop_and_hear(mut self) -> (i32, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap().code().unwrap_or(-1);
        (status, self.ear.take().unwrap().join().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
