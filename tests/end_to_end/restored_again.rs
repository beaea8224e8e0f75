//! `restore` repeated after it was cut off: what it had left itself is made anew, and what is anybody's own is neither
//! overwritten nor removed, whatever its name.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::support::{Folder, Ran, head, ledger_with, thads};

/// What a directory holds: its folders (`None`), links and files, by name.
fn tree(dir: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        let held = if kind.is_dir() {
            all.extend(tree(&path));
            None
        } else if kind.is_symlink() {
            Some(fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes())
        } else {
            Some(fs::read(&path).unwrap())
        };
        all.insert(path, held);
    }
    all
}

fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A ledger, its backup with keys and without, and each brought back, before anything was opened there.
struct Place {
    ledger: Folder,
    head: (u64, String),
}

impl Place {
    fn new() -> Place {
        let ledger = ledger_with("DT03/2018/0001");
        let place = Place { head: head(&ledger.data), ledger };
        for with_keys in [true, false] {
            let backup = place.backup(with_keys).display().to_string();
            thads(&place.ledger.data, &["backup", &backup, "--keys"][..if with_keys { 3 } else { 2 }]).ok();
            thads(&place.whole(with_keys), &["restore", &backup]).ok();
        }
        place
    }

    fn backup(&self, with_keys: bool) -> PathBuf {
        self.ledger.data.with_file_name(format!("backup-{with_keys}"))
    }

    fn whole(&self, with_keys: bool) -> PathBuf {
        self.ledger.data.with_file_name(format!("whole-{with_keys}"))
    }

    fn restore(&self, dir: &Path, with_keys: bool) -> Ran {
        thads(dir, &["--lang", "en", "restore", &self.backup(with_keys).display().to_string()])
    }

    /// A directory in which a restoring was cut off when so many of its parts had their names.
    fn cut_off(&self, with_keys: bool, named: usize) -> Folder {
        let folder = Folder::copy_of(&self.whole(with_keys));
        let draft = folder.data.join(".restoring");
        fs::create_dir(&draft).unwrap();
        for part in ["snapshots", "vault", "keys", "wal"].into_iter().skip(named) {
            fs::rename(folder.data.join(part), draft.join(part)).unwrap();
        }
        folder
    }

    /// Brings back what was cut off, and looks that nothing of that is left.
    fn comes_back(&self, folder: &Folder, with_keys: bool, what: &str) -> Ran {
        let done = self.restore(&folder.data, with_keys);
        assert_eq!(done.status, 0, "{what}: {done:?}");
        let (back, wanted) = (tree(&folder.data), tree(&self.whole(with_keys)));
        let below = |all: &BTreeMap<PathBuf, Option<Vec<u8>>>, dir: &Path| {
            let names =
                all.iter().map(|(path, held)| (path.strip_prefix(dir).unwrap().to_owned(), held.clone()));
            names.filter(|(name, _)| !name.starts_with(".restoring.aside-1")).collect::<Vec<_>>()
        };
        assert_eq!(below(&back, &folder.data), below(&wanted, &self.whole(with_keys)), "{what}");
        done
    }
}

#[test]
fn a_restore_that_was_cut_off_anywhere_is_finished_by_the_same_command() {
    let place = Place::new();
    for with_keys in [true, false] {
        for named in 0..=3 {
            let folder = place.cut_off(with_keys, named);
            place.comes_back(&folder, with_keys, &format!("{named} named, keys: {with_keys}"));
            assert_eq!(head_of(&folder, &place), place.head);
        }
        // While a file is written it has another name and is a piece: its end or its pages are missing.
        for part in ["wal/0000000000.seg", "vault/entries", "keys/keyring"] {
            if !with_keys && part.starts_with("keys") {
                continue;
            }
            for piece in ["empty", "cut", "zeros", "whole"] {
                let folder = place.cut_off(with_keys, 0);
                let path = folder.data.join(".restoring").join(part);
                let mut bytes = fs::read(&path).unwrap();
                let half = bytes.len() / 2;
                match piece {
                    "empty" => bytes.clear(),
                    "cut" => bytes.truncate(half),
                    "zeros" => bytes[half / 2..half].fill(0),
                    _ => {}
                }
                fs::remove_file(&path).unwrap();
                fs::write(path.with_file_name(format!("{}.new", name(&path))), bytes).unwrap();
                let done = place.comes_back(&folder, with_keys, &format!("{part} {piece}"));
                assert!(!done.err.contains("set aside"), "{part} {piece}: {done:?}");
            }
        }
        // What was made and not yet filled, and what was taken away again.
        for made in [&[".restoring"][..], &[".restoring/keys"], &[".restoring/wal", "keys", "vault"]] {
            let folder = Folder::new();
            made.iter().for_each(|name| fs::create_dir_all(folder.data.join(name)).unwrap());
            place.comes_back(&folder, with_keys, &format!("{made:?}"));
        }
    }
}

/// Size and root of what was brought back, to which the keys go back where the backup holds none.
fn head_of(folder: &Folder, place: &Place) -> (u64, String) {
    for key in ["keyring", "log.key"] {
        fs::copy(place.ledger.data.join("keys").join(key), folder.data.join("keys").join(key)).unwrap();
    }
    head(&folder.data)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// After a power cut a file that was never synced may show anything: it is kept, and is in nobody's way.
#[test]
fn what_cannot_be_known_any_more_is_set_aside_with_the_draft() {
    let place = Place::new();
    let folder = place.cut_off(true, 2);
    put(&folder.data.join(".restoring/keys/keyring.new"), &[0xa5; 40]);
    let done = place.comes_back(&folder, true, "stale bytes");
    let aside = folder.data.join(".restoring.aside-1");
    assert!(done.err.contains(&format!("set aside as {}", aside.display())), "{done:?}");
    assert_eq!(fs::read(aside.join("keys/keyring.new")).unwrap(), [0xa5; 40]);
    // It is no ledger's, so another try goes on beside it.
    for part in ["snapshots", "vault", "keys", "wal"] {
        fs::remove_dir_all(folder.data.join(part)).unwrap();
    }
    place.comes_back(&folder, true, "beside what was set aside");
}

/// Puts something of somebody's own into a directory; returns the place that must be named.
type Own = (&'static str, fn(&Path, &Place));

const OWN: [Own; 14] = [
    ("keys/keyring", |dir, place| keys_back(dir, place, &["keyring"])),
    ("keys/log.key", |dir, place| keys_back(dir, place, &["log.key"])),
    ("keys/root.key", |dir, place| keys_back(dir, place, &["root.key"])),
    ("keys/log.key.aside-1", |dir, _| put(&dir.join("keys/log.key.aside-1"), b"mine")),
    ("keys/keyring.new", |dir, _| put(&dir.join("keys/keyring.new"), b"")),
    ("keys/sub", |dir, _| put(&dir.join("keys/sub/keyring"), b"mine")),
    ("vault/entries", |dir, place| {
        let mut newer = fs::read(place.ledger.data.join("vault/entries")).unwrap();
        newer.push(7);
        put(&dir.join("vault/entries"), &newer);
    }),
    ("vault/entries", |dir, place| {
        let bytes = fs::read(place.ledger.data.join("vault/entries")).unwrap();
        put(&dir.join("vault/entries"), &bytes[..bytes.len() - 1]);
    }),
    ("vault", |dir, place| {
        let _ = fs::remove_dir_all(dir.join("vault"));
        symlink(place.ledger.data.join("vault"), dir.join("vault")).unwrap();
    }),
    ("snapshots/heads", |dir, _| put(&dir.join("snapshots/heads"), b"mine")),
    (".restoring/mine", |dir, _| put(&dir.join(".restoring/mine"), b"mine")),
    (".restoring/wal/0000000007.seg", |dir, _| put(&dir.join(".restoring/wal/0000000007.seg"), b"mine")),
    (".restoring/vault/notes", |dir, _| put(&dir.join(".restoring/vault/notes"), b"mine")),
    (".restoring/wal/0000000000.seg", |dir, place| {
        let wal = place.ledger.data.join("wal/0000000000.seg");
        let mut bytes = fs::read(wal).unwrap();
        bytes[5000] ^= 1;
        put(&dir.join(".restoring/wal/0000000000.seg"), &bytes);
    }),
];

fn keys_back(dir: &Path, place: &Place, keys: &[&str]) {
    for key in keys {
        put(&dir.join("keys").join(key), &fs::read(place.ledger.data.join("keys").join(key)).unwrap());
    }
}

#[test]
fn what_is_not_its_own_is_neither_overwritten_nor_removed() {
    let place = Place::new();
    for (named, own) in OWN {
        // An empty draft, one of a restoring that was cut off early, and one of which all but the log was there.
        for parts in [None, Some(0), Some(3)] {
            let folder = match parts {
                None => Folder::new(),
                Some(parts) => place.cut_off(false, parts),
            };
            fs::create_dir_all(folder.data.join(".restoring")).unwrap();
            own(&folder.data, &place);
            let before = tree(&folder.data);
            let refused = place.restore(&folder.data, false);
            let case = format!("{named}, parts named: {parts:?}: {refused:?}");
            assert_eq!(refused.status, 1, "{case}");
            assert!(refused.err.contains(&folder.data.join(named).display().to_string()), "{case}");
            let in_draft = named.starts_with(".restoring");
            let first = folder.data.join(if in_draft { named } else { named.split('/').next().unwrap() });
            assert!(refused.err.contains(&format!("move {} away", first.display())), "{case}");
            assert!(refused.err.contains("nothing is overwritten"), "{case}");
            assert!(tree(&folder.data) == before, "{case}");
            // The way out that was named.
            fs::rename(&first, folder.data.with_file_name("away")).unwrap();
            place.restore(&folder.data, false).ok();
        }
    }
    // Other names are no restoring's, with a draft beside them or without.
    for own in ["wal/0000000000.seg", "sled/db", "keys/keyring", "mine"] {
        for has_draft in [true, false] {
            if has_draft && own.starts_with("keys") {
                continue;
            }
            let folder = Folder::new();
            put(&folder.data.join(own), b"mine");
            if has_draft {
                fs::create_dir(folder.data.join(".restoring")).unwrap();
            }
            let before = tree(&folder.data);
            let refused = place.restore(&folder.data, false);
            let first = own.split('/').next().unwrap();
            assert!(refused.err.contains(&format!("is not empty: {first} is there")), "{own}: {refused:?}");
            assert!(refused.status == 1 && tree(&folder.data) == before, "{own}: {refused:?}");
        }
    }
    // A link in the draft's own place leads to somebody's.
    let folder = Folder::new();
    fs::create_dir_all(&folder.data).unwrap();
    let elsewhere = folder.data.with_file_name("elsewhere");
    put(&elsewhere.join("keys/keyring"), b"mine");
    symlink(&elsewhere, folder.data.join(".restoring")).unwrap();
    let refused = place.restore(&folder.data, true);
    assert!(refused.status == 1 && refused.err.contains(".restoring is not what"), "{refused:?}");
    assert_eq!(fs::read(elsewhere.join("keys/keyring")).unwrap(), b"mine");
}
