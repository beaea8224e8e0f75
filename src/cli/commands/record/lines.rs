//! The lines of a file of actions, whatever ends them and whatever mark an editor has put before them.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;
use thads_proof::plain;
use thads_service::document::Document;

use super::outcome::LineError;
use crate::input::{self, FileFault};

/// The longest line, in bytes: what the API takes as well.
const BYTES_MAX: usize = 1 << 20;

/// A line that says something.
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub(super) number: usize,
    /// Without what ends it and without a byte order mark. `None`: it is too long.
    bytes: Option<Vec<u8>>,
}

impl Line {
    /// Its bytes, without what ends it and without a byte order mark.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or_default()
    }

    /// The JSON document that it is.
    pub(super) fn document(&self) -> Result<Value, LineError> {
        let bytes = self.bytes.as_deref().ok_or(LineError::TooLong { at_most: BYTES_MAX })?;
        let Document(value) = Document::read(bytes)?;
        Ok(value)
    }
}

/// Reads lines as they come; blank ones are passed over.
pub(super) struct Lines {
    reader: Box<dyn BufRead>,
    number: usize,
    /// The file, as it was named.
    file: PathBuf,
    /// The name of the file that they come from, links followed. What a shell calls a pipe (`/dev/fd/63`) is none.
    pub(super) name: Option<OsString>,
}

impl Lines {
    /// Opens a file; `-` is standard input.
    pub(super) fn open(file: &Path) -> Result<Lines, FileFault> {
        if file.as_os_str() == "-" {
            return Ok(Lines::new(file, Box::new(BufReader::new(input::standard()?))));
        }
        let opened = input::open(file)?;
        let is_file = opened.metadata().is_ok_and(|there| there.is_file());
        let path = is_file.then(|| std::fs::canonicalize(file).ok()).flatten();
        let name = path.and_then(|path| path.file_name().map(OsStr::to_owned));
        Ok(Lines { name, ..Lines::new(file, Box::new(BufReader::new(opened))) })
    }

    fn new(file: &Path, reader: Box<dyn BufRead>) -> Lines {
        Lines { reader, number: 0, file: file.to_path_buf(), name: None }
    }

    /// Reads a line with what ends it, and no more of it than is taken; what is beyond is passed over.
    fn read(&mut self) -> io::Result<Option<Option<Vec<u8>>>> {
        // A mark and what ends the line are not counted.
        let at_most = BYTES_MAX + 5;
        let mut bytes = Vec::new();
        let limit = u64::try_from(at_most).unwrap_or(u64::MAX);
        if self.reader.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        if bytes.len() == at_most && bytes.last() != Some(&b'\n') {
            self.reader.skip_until(b'\n')?;
            return Ok(Some(None));
        }
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        Ok(Some((line.len() <= BYTES_MAX).then(|| line.to_vec())))
    }
}

impl Iterator for Lines {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<io::Result<Line>> {
        loop {
            let bytes = match self.read().transpose()? {
                Ok(bytes) => bytes,
                Err(error) => return Some(Err(plain::named(&self.file, &error))),
            };
            self.number += 1;
            if bytes.as_deref().is_none_or(|line| !line.trim_ascii().is_empty()) {
                return Some(Ok(Line { number: self.number, bytes }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(usize, Option<Vec<u8>>)> {
        let lines = Lines::new(Path::new("-"), Box::new(io::Cursor::new(text.to_vec())));
        lines.map(|line| line.unwrap()).map(|line| (line.number, line.bytes)).collect()
    }

    /// The same lines, however an editor of whatever system has written them.
    #[test]
    fn what_ends_a_line_is_no_part_of_it() {
        let expected = vec![(1, Some(b"a".to_vec())), (3, Some(b"b ".to_vec()))];
        for text in ["a\n\nb \n", "a\n \nb ", "a\r\n\r\nb \r\n", "a\r\n\r\nb ", "\u{feff}a\n\nb \n"] {
            assert_eq!(lines(text.as_bytes()), expected, "{text:?}");
        }
    }

    /// A line that is too long takes no memory, and the next one is read.
    #[test]
    fn a_line_too_long_is_passed_over() {
        let fits = vec![b'x'; BYTES_MAX];
        let mut text = fits.clone();
        text.extend_from_slice(b"\r\n");
        text.extend(vec![b'y'; 2 * BYTES_MAX]);
        text.extend_from_slice(b"\nz");
        assert_eq!(lines(&text), [(1, Some(fits)), (2, None), (3, Some(b"z".to_vec()))]);
    }
}
