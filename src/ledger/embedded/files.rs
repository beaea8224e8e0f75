//! Names in the data directory, and what it takes to make a new file or folder survive a power loss.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Result, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::SeekFrom;
use rustix::io::Errno;
use thads_proof::{plain, segment};
use zeroize::Zeroizing;

use crate::count::{to_u64, to_usize};
use crate::testing::{Defect, planted};

/// Folder of the segments.
pub(crate) const WAL: &str = "wal";
/// Folder of the event store.
pub(crate) const SLED: &str = "sled";
/// Folder of the caches.
pub(crate) const SNAPSHOTS: &str = "snapshots";
/// Folder of personal data.
pub(crate) const VAULT: &str = "vault";
/// Folder of the keys.
pub(crate) const KEYS: &str = "keys";

/// What a file system of its own begins with: it makes no folder used.
pub(crate) const LOST_AND_FOUND: &str = "lost+found";

/// Lets only its owner, and him always, at whatever this process makes from here on, also at what others make in it: sled
/// makes its files as the umask says.
pub fn keep_private() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Makes the folder `path` if it is not there, and syncs it and its parent. Where it is there, and even if it is a link to
/// a folder, it is taken. Either way only its owner gets in from then on, whatever the process's umask.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => return make_private(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return plain::folder(path),
        Err(error) => return Err(plain::named(path, &error)),
    }
    make_private(path)?;
    sync_folder(path)?;
    sync_parent(path)
}

/// Takes from everybody but its owner what they may do with a folder.
pub(crate) fn make_private(folder: &Path) -> Result<()> {
    let refused = |error: std::io::Error| {
        let what = "others could read what it is to hold, and that cannot be changed";
        std::io::Error::new(error.kind(), format!("{}: {what}: {error}", folder.display()))
    };
    let mode = fs::metadata(folder).map_err(refused)?.permissions().mode() & 0o7777;
    if mode == 0o700 {
        return Ok(());
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(refused)
}

/// Refuses where the folders of personal data and keys are links or no folders: what is read from them, and copied into
/// backups, is the ledger's own. Where they are not there, that is for others to say. (`wal` may lead to another disk.)
pub(crate) fn refuse_strange_folders(dir: &Path) -> Result<()> {
    for folder in [VAULT, KEYS] {
        match plain::folder(&dir.join(folder)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Returns whether the data directory `dir` holds a log, in segments or in sled.
///
/// # Errors
/// When that cannot be seen, for instance because only others may look: no ledger was found then, and none is missing.
pub fn holds_log(dir: &Path) -> Result<bool> {
    let mut is_there = false;
    for path in [WAL, SLED].map(|folder| dir.join(folder)) {
        match fs::metadata(&path) {
            Ok(metadata) => is_there |= metadata.is_dir(),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(plain::named(&path, &error)),
        }
    }
    Ok(is_there)
}

/// Files and folders of a ledger's directory and of a backup, by their names there.
const OWN: [&str; 10] = [
    WAL,
    SLED,
    SNAPSHOTS,
    VAULT,
    KEYS,
    super::lock::LOCK,
    super::space::BALLAST,
    super::backup::CONTENTS,
    super::backup::CHECKPOINT,
    super::backup::UNFINISHED,
];

/// Returns the file of a ledger or a backup in `dir` that `is_it` says yes to: whatever is kept there, also what was set
/// aside or not yet finished. Files that others have put beside are none.
pub fn own_file(dir: &Path, is_it: impl Fn(&fs::Metadata) -> bool) -> Option<PathBuf> {
    let is_own = |name: &str| {
        let rests = OWN.iter().filter_map(|own| name.strip_prefix(own));
        rests.into_iter().any(|rest| {
            ["", ".new"].contains(&rest) || [".aside-", ".copy-"].iter().any(|made| rest.starts_with(made))
        })
    };
    let entries = fs::read_dir(dir).ok()?.flatten();
    let own = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_own));
    own.map(|entry| entry.path()).find_map(|path| {
        // The segments may lie on another disk, behind a link.
        let there = fs::metadata(&path).ok()?;
        if there.is_dir() { file_below(&path, &is_it) } else { is_it(&there).then_some(path) }
    })
}

fn file_below(folder: &Path, is_it: &impl Fn(&fs::Metadata) -> bool) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let there = entry.metadata().ok()?;
        if there.is_dir() { file_below(&entry.path(), is_it) } else { is_it(&there).then(|| entry.path()) }
    })
}

/// Returns how many bytes the files of a folder have, without those of folders in it.
pub(crate) fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0_u64;
    for entry in fs::read_dir(folder).map_err(plain::of(folder))? {
        let metadata = entry?.metadata()?;
        bytes = bytes.saturating_add(if metadata.is_file() { metadata.len() } else { 0 });
    }
    Ok(bytes)
}

/// Returns whether nothing has that name. What cannot be seen, or leads nowhere, is not missing: who opens it hears why.
pub(crate) fn is_missing(path: &Path) -> bool {
    fs::symlink_metadata(path)
        .is_err_and(|error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
}

/// Makes the names in the folder `path` durable.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(plain::of(path))
}

/// Makes the name of `path` durable.
pub(crate) fn sync_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync_folder(Path::new(".")),
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

/// Writes a file that is there whole or not at all, in place of what was there: under another name, `path.new`, synced,
/// renamed; then its folder is synced. `mode`: the file's permissions.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    // Of a run that wrote the same and was cut off.
    let draft = draft(path);
    let begun = plain::read(&draft, to_u64(bytes.len())).map(Zeroizing::new);
    if begun.is_ok_and(|begun| bytes.starts_with(&begun)) {
        remove_if_there(&draft)?;
    }
    fill_whole(path, mode, |mut file| file.write_all(bytes))
}

/// The same with what `fill` writes.
pub(crate) fn fill_whole(path: &Path, mode: u32, fill: impl FnOnce(&File) -> Result<()>) -> Result<()> {
    let draft = draft(path);
    let written = || {
        let file = new_file(&draft)?;
        fill(&file)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    written().map_err(plain::of(path))?;
    sync_parent(path)
}

/// Returns the name under which a file is written before it gets its own.
pub(crate) fn draft(path: &Path) -> PathBuf {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    draft.into()
}

/// Makes a new file, readable and writable by its owner only. What has its name already makes way for it.
pub(crate) fn new_file(path: &Path) -> Result<File> {
    make_way(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    let file = options.open(path).map_err(|error| plain::named(path, &error))?;
    // The umask may have taken the owner's right.
    file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(plain::of(path))?;
    Ok(file)
}

/// Takes away what has the name of a file that is to be written. It is of a run that was cut off and is removed where nothing
/// was written to it; else somebody else may have put it there, and it is set aside: returns where. A folder stays in the way.
pub(crate) fn make_way(path: &Path) -> Result<Option<PathBuf>> {
    let there = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        there => there.map_err(plain::of(path))?,
    };
    if there.is_dir() {
        return plain::open(path, u64::MAX).map(|_| None);
    }
    let is_nothing = there.is_file()
        && (there.len() == 0 || plain::open(path, u64::MAX).is_ok_and(|file| holds_nothing(&file)));
    if is_nothing { remove_if_there(path).map(|()| None) } else { set_aside(path).map(Some) }
}

/// Removes a file, which need not be there.
pub(crate) fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(plain::named(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a range of a file once more and makes it durable: the process that wrote it may have been killed before it synced
/// it, and after a sync that failed the system may take pages for synced that are not.
pub(crate) fn write_again(file: &File, range: Range<u64>) -> Result<()> {
    if planted(Defect::OpenedUnsynced) {
        return Ok(());
    }
    let mut bytes = Zeroizing::new(vec![0; to_usize(range.end.saturating_sub(range.start))]);
    file.read_exact_at(&mut bytes, range.start)?;
    file.write_all_at(&bytes, range.start)?;
    file.sync_data()
}

/// Returns where the next bytes stand in a file that were written, from an offset on: what lies between is holes, which read
/// as zeros. `None`: there are none; the whole rest where the system does not say.
pub(crate) fn written(file: &File, from: u64) -> Result<Option<Range<u64>>> {
    let length = file.metadata()?.len();
    if from >= length {
        return Ok(None);
    }
    match rustix::fs::seek(file, SeekFrom::Data(from)) {
        Ok(begin) => Ok(Some(begin..rustix::fs::seek(file, SeekFrom::Hole(begin)).unwrap_or(length))),
        Err(Errno::NXIO) => Ok(None),
        Err(_) => Ok(Some(from..length)),
    }
}

/// Returns whether a file is empty or all zeros: with it nothing is lost. Holes are not read; what cannot be read is no zero.
pub(crate) fn holds_nothing(file: &File) -> bool {
    let mut piece = vec![0; 1 << 16];
    let mut at = 0;
    loop {
        let Ok(range) = written(file, at) else { return false };
        let Some(range) = range else { return true };
        at = range.start;
        while at < range.end {
            let part = to_usize(range.end - at).min(piece.len());
            if file.read_exact_at(&mut piece[..part], at).is_err() || !segment::is_zero(&piece[..part]) {
                return false;
            }
            at += to_u64(part);
        }
    }
}

/// Returns where the last bytes of a file end that were written.
pub(crate) fn written_end(file: &File) -> Result<u64> {
    let mut end = 0;
    while let Some(range) = written(file, end)? {
        end = range.end;
    }
    Ok(end)
}

/// Copies the first bytes of one file into another, empty one, but for its holes: what only looks large costs no room.
pub(crate) fn copy_written(source: &File, length: u64, target: &File) -> Result<()> {
    target.set_len(length)?;
    let mut at = 0;
    while let Some(range) = written(source, at)?.filter(|range| range.start < length) {
        let bytes = range.end.min(length).saturating_sub(range.start);
        rustix::fs::seek(source, SeekFrom::Start(range.start))?;
        rustix::fs::seek(target, SeekFrom::Start(range.start))?;
        let copied = std::io::copy(&mut std::io::Read::take(source, bytes), &mut &*target)?;
        if copied < bytes {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        at = range.end;
    }
    Ok(())
}

/// Returns a name beside `path` that is not taken: `path.aside-1`, `-2`, …
pub(crate) fn aside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut number = 1_u32;
    loop {
        let candidate = path.with_file_name(format!("{name}.aside-{number}"));
        if fs::symlink_metadata(&candidate).is_err() {
            return candidate;
        }
        number += 1;
    }
}

/// Returns `path` and what was set aside from it, as far as they are folders.
pub(crate) fn with_asides(path: &Path) -> Result<Vec<PathBuf>> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut all = Vec::new();
    let folder = path.parent().unwrap_or(path);
    for entry in fs::read_dir(folder).map_err(plain::of(folder))? {
        let entry = entry?;
        let other = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() && (other == name || other.starts_with(&format!("{name}.aside-"))) {
            all.push(entry.path());
        }
    }
    Ok(all)
}

/// Returns the name that `path` had before it was set aside, where it was.
pub(crate) fn set_aside_from(path: &Path) -> Option<PathBuf> {
    let (name, _) = path.file_name()?.to_str()?.rsplit_once(".aside-")?;
    Some(path.with_file_name(name))
}

/// Gives `path` another name beside it, and makes that durable. Returns the name.
pub(crate) fn set_aside(path: &Path) -> Result<PathBuf> {
    let to = aside(path);
    fs::rename(path, &to).map_err(plain::of(path))?;
    sync_parent(path)?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that leads round and round cannot be looked behind, whoever looks.
    #[test]
    fn what_cannot_be_seen_is_not_called_missing() {
        let all = tempfile::tempdir().unwrap();
        assert!(!holds_log(all.path()).unwrap() && !holds_log(&all.path().join("none")).unwrap());
        let [none, nowhere] = ["none", "nowhere"].map(|name| all.path().join(name));
        std::os::unix::fs::symlink(&none, &nowhere).unwrap();
        assert!(is_missing(&none) && !is_missing(&nowhere));
        let round = all.path().join("round");
        std::os::unix::fs::symlink(&round, &round).unwrap();
        let said = holds_log(&round).unwrap_err().to_string();
        assert!(said.contains("round/wal"), "{said}");
        fs::create_dir(all.path().join(SLED)).unwrap();
        assert!(holds_log(all.path()).unwrap());
    }

    #[test]
    fn what_has_the_name_of_a_draft_is_lost_only_where_that_loses_nothing() {
        let all = tempfile::tempdir().unwrap();
        let at = |name: &str| all.path().join(name);
        for (there, is_kept) in [
            ("", false),
            ("\0\0\0", false),
            ("who", false),
            ("whole", false),
            ("mine", true),
            ("whole and more", true),
        ] {
            fs::write(at("file.new"), there).unwrap();
            write_whole(&at("file"), b"whole", 0o600).unwrap();
            assert_eq!(fs::read(at("file")).unwrap(), b"whole");
            let kept = fs::read(at("file.new.aside-1"));
            assert_eq!(kept.ok(), is_kept.then(|| there.as_bytes().to_vec()), "{there:?}");
            let _ = fs::remove_file(at("file.new.aside-1"));
            assert!(!at("file.new").exists());
        }
        fs::create_dir(at("file.new")).unwrap();
        assert!(write_whole(&at("file"), b"whole", 0o600).is_err());
        assert!(at("file.new").is_dir());
    }
}
