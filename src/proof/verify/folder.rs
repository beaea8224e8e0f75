//! The segments of a folder, read as they stand while a writer may be at work.

use std::fs;
use std::path::Path;

use super::VerifyError;
use super::examine;
use crate::block::Header as BlockHeader;
use crate::plain;
use crate::segment::{self, BLOCKS_AT};

/// The segments of a folder, by number; each is read when its turn comes.
///
/// A writer may be at work. So the last segment with anything in it is read first: what is written after that is left
/// out, and all segments before it are as they stay.
pub(super) fn folder(
    folder: &Path,
) -> Result<impl Iterator<Item = Result<(u64, Vec<u8>), VerifyError>> + use<>, VerifyError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| VerifyError::Read { source: plain::named(&path, &source), path }
    };
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        if let Some(number) = entry.file_name().to_str().and_then(segment::file_number) {
            segments.push((number, entry.path()));
        }
    }
    segments.sort();
    let mut last = None;
    while let Some((number, path)) = segments.pop() {
        let bytes = read(&path)?;
        if segment::is_zero(&bytes) {
            continue;
        }
        let again = read(&path)?;
        last = Some(Ok((number, until(again, &bytes))));
        break;
    }
    Ok(segments.into_iter().map(|(number, path)| Ok((number, read(&path)?))).chain(last))
}

fn read(path: &Path) -> Result<Vec<u8>, VerifyError> {
    plain::read(path, segment::FILE_BYTES_MAX)
        .map_err(|source| VerifyError::Read { path: path.to_owned(), source })
}

/// Leaves out of a segment what was written after an earlier reading of it, which may have met a block half written.
fn until(mut bytes: Vec<u8>, earlier: &[u8]) -> Vec<u8> {
    if bytes == earlier {
        return bytes;
    }
    let end = earlier.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let mut offset = BLOCKS_AT;
    while offset < end {
        offset = match bytes.get(offset..).map(BlockHeader::decode) {
            Some(Ok(header)) => offset + header.stored_length(),
            Some(Err(_)) => examine::next_start(&bytes, offset),
            None => return bytes,
        };
    }
    if let Some(later) = bytes.get_mut(offset..) {
        later.fill(0);
    }
    bytes
}
