//! What is looked at before any command: whether the data directory is one, and that no output goes into what is read.

use std::path::Path;
use std::{fs, io, iter};

use crate::input::{FileFault, fault, leads_to};
use crate::standard;

/// Refuses a data directory that is none, and standard output or standard error that leads into a file of the ledger or into one of
/// `places`, a file or a backup: what is said would be written behind, or over, what is kept there.
///
/// # Errors
/// Which it is; nothing where it is standard error, in which nothing may be said.
pub(crate) fn look(data: &Path, places: &[&Path]) -> Result<(), Option<FileFault>> {
    let into = |to: io::Result<fs::File>| {
        let to = to.and_then(|to| to.metadata()).ok().filter(fs::Metadata::is_file)?;
        let is_it = |there: &fs::Metadata| leads_to(&to, there);
        iter::once(&data).chain(places).find_map(|place| {
            if fs::metadata(place).is_ok_and(|there| is_it(&there)) {
                return Some(place.to_path_buf());
            }
            thads_ledger::own_file(place, is_it)
        })
    };
    if into(standard::err()).is_some() {
        return Err(None);
    }
    if let Some(file) = into(standard::out()) {
        let name = file.display();
        return Err(Some(fault(
            format!(
                "{name} là tệp của sổ, của bản sao hoặc tệp được đọc, mà kết quả của chương trình này được ghi vào đó"
            ),
            format!(
                "{name} is a file of the ledger, of a backup, or one that is read, and this program's output goes there"
            ),
            "send the output to another file; nothing was read or written",
        )));
    }
    // What is not there, or cannot be looked at, the command itself speaks of.
    if fs::metadata(data).is_ok_and(|there| !there.is_dir()) {
        let name = data.display();
        return Err(Some(fault(
            format!("{name} không phải là thư mục"),
            format!("{name} is no folder"),
            "name the ledger's directory with --data",
        )));
    }
    Ok(())
}
