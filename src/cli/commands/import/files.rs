//! The files of an import: each is opened once, and what is read is never what is written.

use std::fs::{self, Metadata};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use thads_proof::plain;

use crate::input::{FileFault, failed, fault, leads_to, refuse_output};
use thads_interop::import::mapping::Mapping;
use thads_interop::import::rows::Rows;

/// The most bytes that a mapping may have.
const MAPPING_BYTES_MAX: u64 = 1 << 20;

/// Reads a mapping's text.
///
/// # Errors
/// Where it is no plain file of at most a megabyte, or no UTF-8.
pub(super) fn read_mapping(path: &Path) -> Result<String, FileFault> {
    let refuse = |error: io::Error| failed(path, &error, "see examples/ for mapping files");
    // A link is followed, as a user's own; what it leads to must be a plain file.
    let real = fs::canonicalize(path).map_err(refuse)?;
    refuse_output(path, &fs::metadata(&real).map_err(refuse)?)?;
    plain::read_text(&real, MAPPING_BYTES_MAX).map_err(refuse)
}

/// Refuses a file of rejects whose writing would destroy something: an input, the mapping, a file of the ledger, by
/// whatever name or link; or a file that holds anything but rejects.
///
/// # Errors
/// Which it is.
pub(super) fn refuse_rejects(
    rejects: &Path,
    inputs: &[PathBuf],
    (mapping, meaning): (&Path, &Mapping),
    data: &Path,
) -> Result<(), FileFault> {
    const ELSEWHERE: &str = "name another file for the rejects: --rejects FILE";
    let name = rejects.display();
    let folder = rejects.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).map_err(|error| failed(folder, &error, ELSEWHERE))?;
    let own = |what_vi: &str, what_en: &str| {
        fault(
            format!("--rejects {name}: ghi vào đó sẽ làm mất {what_vi}"),
            format!("--rejects {name}: writing there would destroy {what_en}"),
            ELSEWHERE,
        )
    };
    let ledger = fs::canonicalize(data).ok();
    if ledger.as_ref().is_some_and(|ledger| folder.starts_with(ledger)) {
        return Err(own("tệp của sổ", "what lies in the ledger's directory"));
    }
    let there = match fs::metadata(rejects) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(rejects).is_err() => {
            return Ok(());
        }
        Err(error) => return Err(failed(rejects, &error, ELSEWHERE)),
    };
    refuse_output(rejects, &there)?;
    let is_it = |path: &Path| fs::metadata(path).is_ok_and(|other| leads_to(&other, &there));
    if inputs.iter().any(|input| is_it(input)) {
        return Err(own("tệp đang được nhập", "the file that is imported"));
    }
    if is_it(mapping) {
        return Err(own("tệp ánh xạ", "the mapping"));
    }
    if ledger.is_some_and(|ledger| holds(&ledger, &there)) {
        return Err(own("tệp của sổ", "a file of the ledger"));
    }
    if !there.is_file() {
        return Err(own("cái không phải là tệp thường", "what is no plain file"));
    }
    // Without waiting: what only looks like a plain file (/proc/kmsg) may have nothing to say.
    let opened = fs::canonicalize(rejects).and_then(|real| plain::open(&real, u64::MAX));
    match opened.and_then(|file| Rows::are_rejects(BufReader::new(file), meaning)) {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(own("một tệp không phải là danh sách dòng bị từ chối", "a file that holds no rejects"))
        }
        Err(error) => Err(failed(rejects, &error, ELSEWHERE)),
    }
}

/// Whether a file lies in a folder or below, under whatever name.
fn holds(folder: &Path, file: &Metadata) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let Ok(there) = entry.metadata() else { return false };
        leads_to(&there, file) || there.is_dir() && holds(&entry.path(), file)
    })
}
