//! Runs the program with the recorder loaded and reads the notes; counts the same calls with strace.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::notes::{self, Call, Notes};
use super::workload;
use crate::support::Program;

/// Compiles record.c.
pub(super) fn compile(folder: &Path) -> Result<PathBuf, String> {
    let (source, library) = (folder.join("record.c"), folder.join("record.so"));
    fs::write(&source, include_str!("record.c")).map_err(|error| error.to_string())?;
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let done = Command::new(compiler)
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .status()
        .map_err(|error| format!("no C compiler: {error}"))?;
    if done.success() { Ok(library) } else { Err("record.c does not compile".into()) }
}

/// A place where programs are recorded: `disk/data` is the data directory, everything else lies outside of `disk`.
pub(super) struct Recorder {
    folder: PathBuf,
    library: PathBuf,
    pub(super) disk: PathBuf,
    pub(super) data: PathBuf,
    witness: PathBuf,
    notes: PathBuf,
    /// Where strace puts its lines, if it looks on.
    strace: Option<PathBuf>,
}

impl Recorder {
    /// Records in `folder`, whose `disk` may hold something already.
    pub(super) fn new(folder: &Path, library: &Path, strace: bool) -> Recorder {
        let folder = folder.canonicalize().unwrap();
        let disk = folder.join("disk");
        if !disk.is_dir() {
            fs::create_dir(&disk).unwrap();
        }
        let strace = strace.then(|| folder.join("strace"));
        if let Some(strace) = &strace {
            fs::create_dir(strace).unwrap();
        }
        Recorder {
            library: library.to_path_buf(),
            data: disk.join("data"),
            witness: folder.join("witness"),
            notes: folder.join("notes"),
            disk,
            folder,
            strace,
        }
    }

    /// The program on the data directory, with the recorder loaded, and strace around it if it looks on.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        self.command_on(&self.data, arguments)
    }

    /// The same on another directory of the disk.
    fn command_on(&self, data: &Path, arguments: &[&str]) -> Command {
        let environment = [
            ("LD_PRELOAD", self.library.as_path()),
            ("RECORD_ROOT", &self.disk),
            ("RECORD_WITNESS", &self.witness),
            ("RECORD_NOTES", &self.notes),
        ];
        let mut command = match &self.strace {
            None => Command::new(Program::Testing.path()),
            Some(lines) => {
                let mut strace = Command::new("strace");
                strace
                    .args(["-ff", "-y", "-s", "0", "-e", super::tally::TRACED, "-o"])
                    .arg(lines.join("calls"));
                for (name, value) in environment {
                    strace.arg("-E").arg(format!("{name}={}", value.display()));
                }
                strace.arg(Program::Testing.path());
                strace
            }
        };
        if self.strace.is_none() {
            command.envs(environment);
        }
        command.arg("--data").arg(data).arg("--json").args(arguments);
        command.env("THADS_STORAGE", workload::STORAGE).env("TMPDIR", &self.folder);
        command
    }

    /// Runs the program with these lines as its input; its standard output is the witness.
    pub(super) fn run(&self, arguments: &[&str], lines: &[String]) -> Result<(), String> {
        self.run_on(&self.data, arguments, lines)
    }

    /// The same on another directory of the disk.
    pub(super) fn run_on(&self, data: &Path, arguments: &[&str], lines: &[String]) -> Result<(), String> {
        let (input, complaints) = (self.folder.join("input"), self.folder.join("complaints"));
        fs::write(&input, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        let witness = OpenOptions::new().append(true).create(true).open(&self.witness).unwrap();
        let status = self
            .command_on(data, arguments)
            .stdin(File::open(&input).unwrap())
            .stdout(Stdio::from(witness))
            .stderr(Stdio::from(File::create(&complaints).unwrap()))
            .status()
            .map_err(|error| error.to_string())?;
        let said = fs::read_to_string(&complaints).unwrap();
        if status.success() { Ok(()) } else { Err(format!("{arguments:?}: {status}: {said}")) }
    }

    /// The calls so far.
    pub(super) fn notes(&self) -> Result<Notes, String> {
        notes::read(&fs::read(&self.notes).map_err(|error| format!("the recorder wrote nothing: {error}"))?)
    }

    /// What strace wrote, a line a call.
    pub(super) fn traced(&self) -> Vec<String> {
        let Some(strace) = &self.strace else { return Vec::new() };
        let files =
            fs::read_dir(strace).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
        files.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    }
}

/// What was acknowledged in the first `until` calls: the program's answers, in JSON. Over HTTP an answer is the body.
pub(super) fn acknowledged(calls: &[Call], until: usize) -> Vec<String> {
    let mut answers = Vec::new();
    for call in &calls[..until] {
        let Call::Acknowledge { text } = call else { continue };
        let body = text.split_once("\r\n\r\n").map_or(text.as_str(), |(_, body)| body);
        answers.extend(body.lines().filter(|line| line.starts_with('{')).map(str::to_owned));
    }
    answers
}
