//! The file of rejects: written apart and put in its place when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

use thads_ledger::Scratch;

use super::reject::RejectLine;

/// The columns that say why a row was rejected.
const HEADER: [&str; 5] = ["row", "column", "value", "reason", "way_out"];

/// Whether bytes begin as a file of rejects does, whatever stands between its cells.
pub fn is_reject_header(bytes: &[u8]) -> bool {
    let Some(delimiter) = bytes.get(HEADER[0].len()) else { return false };
    let separator = char::from(*delimiter).to_string();
    bytes.starts_with(HEADER.join(&separator).as_bytes())
}

/// A file of rejects that is being written: until it is whole it lies in a folder for temporary files.
#[derive(Debug)]
pub struct RejectFile {
    path: PathBuf,
    scratch: Scratch,
    writer: csv::Writer<BufWriter<File>>,
}

impl RejectFile {
    /// Begins the file that shall lie at `path`.
    ///
    /// # Errors
    /// When the folder for temporary files cannot be written to.
    pub fn create(path: &Path) -> io::Result<RejectFile> {
        let scratch = Scratch::new("rejects")?;
        let draft = File::create_new(scratch.path().join("rejects"))?;
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(BufWriter::new(draft));
        writer.write_record(HEADER)?;
        Ok(RejectFile { path: path.to_path_buf(), scratch, writer })
    }

    /// Notes down a reject.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, line: &RejectLine) -> io::Result<()> {
        Ok(self.writer.serialize(line)?)
    }

    /// Puts the file in its place, in one step: what lay there is there whole until then.
    ///
    /// # Errors
    /// When it cannot be written there.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        // Through a link to the file that it names.
        let end = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let name = end.file_name().ok_or_else(|| io::Error::from(ErrorKind::IsADirectory))?;
        let beside = end.with_file_name(format!(".{}.{}", name.display(), std::process::id()));
        let _ = fs::remove_file(&beside);
        let placed = (|| {
            let mut whole = OpenOptions::new().write(true).create_new(true).open(&beside)?;
            io::copy(&mut File::open(self.scratch.path().join("rejects"))?, &mut whole)?;
            whole.sync_all()?;
            fs::rename(&beside, &end)
        })();
        if placed.is_err() {
            let _ = fs::remove_file(&beside);
        }
        placed
    }
}
