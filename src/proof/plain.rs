//! Plain files: how everything is opened that lies in a directory which may come from anywhere.
//!
//! A ledger, or a backup of one, is handed over, and whoever made it may have put a pipe, a device or a link where a file
//! belongs. Opening a pipe waits for ever, a device never ends, a link leads out of the directory. So a file is opened
//! once, without following a link and without waiting; what was opened is then asked what it is, not the name; and no
//! more is read than such a file may hold.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// Opens the plain file `path` for reading. `at_most`: the bytes that it may have.
///
/// # Errors
/// When it is not there (`NotFound`), is no plain file or too large (`InvalidInput`), or cannot be opened. The message
/// names the file.
pub fn open(path: &Path, at_most: u64) -> Result<File> {
    open_as(path, OpenOptions::new().read(true), at_most)
}

/// Opens the plain file `path` as `options` say, which may make it where it is not there.
///
/// # Errors
/// As [`open`].
pub fn open_as(path: &Path, options: &mut OpenOptions, at_most: u64) -> Result<File> {
    // Only for the sake of devices, which some drivers act on as they are opened: what counts is asked below.
    if let Ok(metadata) = fs::symlink_metadata(path) {
        refuse_unless_plain(path, &metadata, at_most)?;
    }
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(Error::other)?;
    let file = options.custom_flags(flags).open(path).map_err(|error| named(path, &error))?;
    let metadata = file.metadata().map_err(|error| named(path, &error))?;
    refuse_unless_plain(path, &metadata, at_most)?;
    Ok(file)
}

/// Reads the plain file `path`, of at most so many bytes.
///
/// # Errors
/// As [`open`].
pub fn read(path: &Path, at_most: u64) -> Result<Vec<u8>> {
    let file = open(path, at_most)?;
    let length = file.metadata().map_err(|error| named(path, &error))?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // It may grow while it is read.
    file.take(at_most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| named(path, &error))?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if length > at_most {
        return Err(too_large(path, length, at_most));
    }
    Ok(bytes)
}

/// Reads the plain file `path`, of at most so many bytes, as UTF-8 text.
///
/// # Errors
/// As [`open`]; `InvalidData` when it is no UTF-8.
pub fn read_text(path: &Path, at_most: u64) -> Result<String> {
    String::from_utf8(read(path, at_most)?)
        .map_err(|_| Error::new(ErrorKind::InvalidData, format!("{} is not UTF-8 text", path.display())))
}

/// Refuses where `path` is anything but a folder; a link to one is none.
///
/// # Errors
/// When it is not there (`NotFound`) or no folder (`NotADirectory`). The message names it.
pub fn folder(path: &Path) -> Result<()> {
    let metadata = fs::symlink_metadata(path).map_err(|error| named(path, &error))?;
    if metadata.is_dir() {
        return Ok(());
    }
    let (path, what) = (path.display(), name(metadata.file_type()));
    let message = format!("{path} is {what}, not a folder: move it away");
    Err(Error::new(ErrorKind::NotADirectory, message))
}

/// Returns the error with the name of the file that it concerns in front.
pub fn named(path: &Path, error: &Error) -> Error {
    let named = Named { message: format!("{}: {error}", path.display()), number: system_number(error) };
    Error::new(error.kind(), named)
}

/// Puts the name of the file that an error concerns in front of it, unless its text names one already: for `map_err`.
pub fn of(path: &Path) -> impl Fn(Error) -> Error + '_ {
    move |error| {
        let has_name = error.get_ref().is_some_and(|inner| inner.is::<Named>())
            || error.to_string().contains(&*path.to_string_lossy());
        if has_name { error } else { named(path, &error) }
    }
}

/// Returns the number that the system gave an error, also where [`named`] has put a file's name in front.
pub fn system_number(error: &Error) -> Option<i32> {
    let named = || error.get_ref()?.downcast_ref::<Named>()?.number;
    error.raw_os_error().or_else(named)
}

/// Whether the system could not do what was asked: that says nothing of what the file holds, nor that it is gone.
pub fn is_of_the_system(error: &Error) -> bool {
    system_number(error).is_some() && error.kind() != ErrorKind::NotFound
}

#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Named {
    message: String,
    number: Option<i32>,
}

fn refuse_unless_plain(path: &Path, metadata: &Metadata, at_most: u64) -> Result<()> {
    if !metadata.is_file() {
        let (path, what) = (path.display(), name(metadata.file_type()));
        let message = format!("{path} is {what}, not a plain file: move it away");
        return Err(Error::new(ErrorKind::InvalidInput, message));
    }
    if metadata.len() > at_most {
        return Err(too_large(path, metadata.len(), at_most));
    }
    Ok(())
}

fn too_large(path: &Path, length: u64, at_most: u64) -> Error {
    let path = path.display();
    let message = format!("{path} has {length} bytes, and such a file has {at_most} at most: move it away");
    Error::new(ErrorKind::InvalidInput, message)
}

fn name(kind: FileType) -> &'static str {
    match kind {
        _ if kind.is_symlink() => "a symbolic link",
        _ if kind.is_fifo() => "a named pipe",
        _ if kind.is_socket() => "a socket",
        _ if kind.is_dir() => "a folder",
        _ if kind.is_char_device() || kind.is_block_device() => "a device",
        _ => "a plain file",
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Opening must not wait, whatever stands there; the caller of a pipe would wait for ever.
    #[test]
    fn what_is_no_plain_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "four").unwrap();
        symlink(at("file"), at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        let mode = rustix::fs::Mode::from_bits_truncate(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        let wrong = [
            ("link", "a symbolic link"),
            ("dangling", "a symbolic link"),
            ("zero", "a symbolic link"),
            ("pipe", "a named pipe"),
            ("socket", "a socket"),
            ("folder", "a folder"),
        ];
        for (name, what) in wrong {
            let mut making = OpenOptions::new();
            making.read(true).write(true).create(true);
            let errors = [
                open(&at(name), 9).unwrap_err(),
                read(&at(name), 9).unwrap_err(),
                open_as(&at(name), &mut making, 9).unwrap_err(),
            ];
            for error in errors {
                assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
                let said = error.to_string();
                assert!(said.contains(&at(name).display().to_string()) && said.contains(what), "{said}");
            }
        }
        assert!(!at("nowhere").exists());
        assert_eq!(open(Path::new("/dev/null"), 9).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(open(&at("none"), 9).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(read(&at("file"), 4).unwrap(), b"four");
        assert_eq!(read_text(&at("file"), 4).unwrap(), "four");
    }

    #[test]
    fn a_file_larger_than_its_kind_may_be_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sparse");
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        for error in [open(&path, 1 << 20).unwrap_err(), read(&path, 1 << 20).unwrap_err()] {
            assert!(error.to_string().contains("1048576 at most"), "{error}");
        }
    }

    #[test]
    fn a_link_to_a_folder_is_no_folder() {
        let all = tempfile::tempdir().unwrap();
        let (real, link) = (all.path().join("real"), all.path().join("link"));
        fs::create_dir(&real).unwrap();
        symlink(&real, &link).unwrap();
        folder(&real).unwrap();
        assert_eq!(folder(&link).unwrap_err().kind(), ErrorKind::NotADirectory);
        assert_eq!(folder(&all.path().join("none")).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
