//! What several groups share: the programs under test, running a command of theirs, chance from a seed, folders that are
//! gone afterwards, work on all cores.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::Value;
use tempfile::TempDir;

/// A build of the program under test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Program {
    /// The product: it has no switches. Also the judge, whatever the environment says.
    Thads,
    /// The same with the switches of `thads_ledger::testing`.
    Testing,
}

impl Program {
    /// Its file, beside the harness's own.
    pub(crate) fn path(self) -> PathBuf {
        let name = match self {
            Program::Thads => "thads",
            Program::Testing => "thads-testing",
        };
        std::env::current_exe().unwrap().with_file_name(name)
    }

    /// A command on a data directory, without standard input.
    pub(crate) fn on(self, data: &Path) -> Command {
        let mut command = Command::new(self.path());
        command.env_remove("THADS_DATA").arg("--data").arg(data).stdin(Stdio::null());
        command
    }

    /// Runs `--data DATA ARGS…` to its end, or for half a minute: a server that should be refused would serve for ever.
    pub(crate) fn run_briefly<A: AsRef<OsStr>>(self, data: &Path, args: &[A]) -> Ran {
        let mut command = Command::new("timeout");
        command.args(["--kill-after=10", "30"]).arg(self.path()).env_remove("THADS_DATA");
        ran(command.arg("--data").arg(data).args(args).stdin(Stdio::null()))
    }

    /// Runs `--data DATA ARGS…` to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(self, data: &Path, args: &[A]) -> Ran {
        ran(self.on(data).args(args))
    }
}

/// What a command answered.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    /// Exit status; `None`: it was killed.
    pub(crate) status: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Ran {
    /// A JSON document a line of standard output.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Runs a command to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        status: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs a command to its end with a text as standard input.
pub(crate) fn fed(command: &mut Command, input: &str) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A program that stops reading early closes the pipe; what it says then is what counts.
    let feeding = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = feeding.join().unwrap();
    Ran {
        status: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Draws from a seed; streams of one seed are independent.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The draws of a stream of a seed.
    pub(crate) fn new(seed: u64, stream: u64) -> Chance {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Chance(generator)
    }

    /// A number from 0 to `count - 1`; 0 when there is none.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        let product = u128::from(self.0.next_u64()) * u128::from(count);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// An index of a list of that length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }

    /// 32 hexadecimal digits.
    pub(crate) fn id(&mut self) -> String {
        format!("{:016x}{:016x}", self.0.next_u64(), self.0.next_u64())
    }
}

/// A folder that is gone when dropped: in memory where the machine offers that, for nothing here depends on a disk.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let builder = tempfile::Builder::new().prefix("thads-").to_owned();
    if memory.is_dir() { builder.tempdir_in(memory) } else { builder.tempdir() }.unwrap()
}

/// Copies a ledger's directory.
pub(crate) fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").args(["-r", "--sparse=always"]).arg(from).arg(to).status();
    assert!(done.unwrap().success(), "cp {} {}", from.display(), to.display());
    // Full segments are read-only.
    let done = Command::new("chmod").args(["-R", "u+w"]).arg(to).status();
    assert!(done.unwrap().success(), "chmod {}", to.display());
}

/// Says on standard error at once that a promise was broken: the verdict of a long run comes hours later.
pub(crate) fn say_broken(what: &str) {
    eprintln!("  broken: {what:.400}");
}

/// Says every ten seconds, on standard error, how much of something long is done.
pub(crate) struct Progress {
    what: &'static str,
    of: u64,
    done: AtomicU64,
    said: Mutex<Instant>,
}

impl Progress {
    /// Nothing of `of` is done.
    pub(crate) fn new(what: &'static str, of: u64) -> Progress {
        Progress { what, of, done: AtomicU64::new(0), said: Mutex::new(Instant::now()) }
    }

    /// One more is done.
    pub(crate) fn one(&self) {
        let done = self.done.fetch_add(1, Ordering::SeqCst) + 1;
        let Ok(mut said) = self.said.try_lock() else { return };
        if said.elapsed() >= Duration::from_secs(10) {
            eprintln!("  {done} of {} {}", self.of, self.what);
            *said = Instant::now();
        }
    }
}

/// Calls back for each of `rounds` numbers, on as many threads as the machine has, and returns the answers in order.
pub(crate) fn each<T: Send>(rounds: u64, round: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicU64::new(0);
    let answers = Mutex::new(Vec::new());
    let progress = Progress::new("rounds", rounds);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= rounds {
                        return;
                    }
                    let answer = round(number);
                    answers.lock().unwrap().push((number, answer));
                    progress.one();
                }
            });
        }
    });
    let mut answers = answers.into_inner().unwrap();
    answers.sort_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
