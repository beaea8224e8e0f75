//! A file that a user names to be read once, from its beginning to its end: a plain file, or a pipe.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use thads_ledger::Sentence;
use thads_proof::plain;

use crate::failure::Failure;
use crate::output::Output;
use crate::standard;

/// Why a file is not read or not written, with a way out.
#[derive(Debug)]
pub struct FileFault {
    /// Why.
    pub why: Sentence,
    /// What would do.
    pub way_out: &'static str,
}

impl FileFault {
    /// What the command line says of it.
    pub(crate) fn failure(self, output: &Output) -> Failure {
        Failure::new(output.say(&self.why.vi, &self.why.en), self.way_out)
    }
}

pub(crate) fn fault(vi: String, en: String, way_out: &'static str) -> FileFault {
    FileFault { why: Sentence { vi, en }, way_out }
}

pub(crate) fn failed(path: &Path, error: &io::Error, way_out: &'static str) -> FileFault {
    let said = format!("{}: {error}", path.display());
    fault(said.clone(), said, way_out)
}

/// Opens a file: a plain one, or a pipe into which somebody writes.
///
/// # Errors
/// Anything else, a pipe into which nobody writes, and what cannot be opened.
pub fn open(path: &Path) -> Result<File, FileFault> {
    const READABLE: &str = "name a file that can be read";
    let there = fs::metadata(path).map_err(|error| failed(path, &error, "name a file that exists"))?;
    let name = path.display();
    if there.file_type().is_fifo() {
        return match opened_pipe(path) {
            Some(opened) => opened.map_err(|error| failed(path, &error, READABLE)),
            None => Err(fault(
                format!("{name} là ống dẫn mà không có chương trình nào ghi vào"),
                format!("{name} is a pipe into which no program writes"),
                "start the program that writes first, or name a plain file",
            )),
        };
    }
    if !there.is_file() {
        return Err(fault(
            format!("{name} không phải là tệp thường"),
            format!("{name} is no plain file"),
            "name a plain file, or a pipe",
        ));
    }
    // A link is followed, as a user's own.
    let opened = fs::canonicalize(path).and_then(|real| plain::open(&real, u64::MAX));
    let opened = opened.map_err(|error| failed(path, &error, READABLE))?;
    refuse_output(path, &there)?;
    Ok(opened)
}

/// Standard input, to be read like a file.
///
/// # Errors
/// It is closed, or a file to which this program writes as well.
pub(crate) fn standard() -> Result<File, FileFault> {
    let name = Path::new("-");
    let opened = standard::input().and_then(|opened| Ok((opened.metadata()?, opened)));
    let (there, opened) = opened.map_err(|error| failed(name, &error, "give it something to read"))?;
    refuse_output(name, &there)?;
    Ok(opened)
}

/// Refuses a file to which standard output or standard error leads: reading it would read what was just written, without end.
pub(crate) fn refuse_output(path: &Path, there: &Metadata) -> Result<(), FileFault> {
    let leads_there =
        |to: io::Result<File>| to.and_then(|to| to.metadata()).is_ok_and(|to| leads_to(&to, there));
    if there.is_file() && (leads_there(standard::out()) || leads_there(standard::err())) {
        let name = path.display();
        return Err(fault(
            format!("{name} là tệp mà chương trình này ghi kết quả vào"),
            format!("{name} is the file to which this program's output goes"),
            "send the output to another file",
        ));
    }
    Ok(())
}

/// Whether two files are one, by whatever names.
pub(crate) fn leads_to(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Opens a pipe; `None` where nobody writes into it. Opening waits for who writes, so another thread does it, which ends
/// with the program.
fn opened_pipe(path: &Path) -> Option<io::Result<File>> {
    const WAIT: Duration = Duration::from_secs(2);
    let (sender, receiver) = mpsc::channel();
    let path = path.to_path_buf();
    let opening = std::thread::Builder::new().spawn(move || sender.send(File::open(path)));
    match opening {
        Ok(_) => receiver.recv_timeout(WAIT).ok(),
        Err(error) => Some(Err(error)),
    }
}
