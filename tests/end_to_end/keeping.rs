//! A backup never takes from its folder what it cannot read better in the ledger, says when the ledger is damaged, and
//! brings nothing back but what its closed list of names allows.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Folder, Ran, action, distraint_case, officer, real_ledger, record, thads};

/// A ledger with a case, and a folder for its backup.
fn small() -> (Folder, PathBuf) {
    let folder = real_ledger();
    record(&folder.data, &distraint_case("DT03/2018/0001")).ok();
    let target = folder.data.with_file_name("backup");
    (folder, target)
}

fn backup(data: &Path, target: &Path, with_keys: bool) -> Ran {
    let target = target.display().to_string();
    let mut args = vec!["--lang", "en", "--json", "backup", &target];
    args.extend(with_keys.then_some("--keys"));
    thads(data, &args)
}

fn note() -> Value {
    let fields = json!({ "text": "later" });
    action("DT03/2018/0001", "note_added", "2019-01-11", officer::ENFORCER, fields)
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Every file of the backup's vault and keys that holds exactly some bytes.
fn holds(target: &Path, folder: &str, bytes: &[u8]) -> bool {
    let all = fs::read_dir(target.join(folder)).unwrap();
    all.into_iter().any(|entry| fs::read(entry.unwrap().path()).unwrap() == bytes)
}

type Hit = (&'static str, &'static [&'static str], fn(&Path));

const ENTRIES: &str = "vault/entries";
const KEYRING: &str = "keys/keyring";

const HITS: [Hit; 10] = [
    ("emptied", &[ENTRIES], |path| fs::write(path, "").unwrap()),
    ("emptied", &[KEYRING], |path| fs::write(path, "").unwrap()),
    ("emptied", &[ENTRIES, KEYRING], |path| fs::write(path, "").unwrap()),
    ("halved", &[ENTRIES], |path| change(path, |bytes| bytes.truncate(bytes.len() / 2))),
    ("halved", &[KEYRING], |path| change(path, |bytes| bytes.truncate(bytes.len() / 2))),
    ("zeroed", &[ENTRIES], |path| change(path, |bytes| bytes.fill(0))),
    ("zeroed", &[KEYRING], |path| change(path, |bytes| bytes.fill(0))),
    ("flipped", &[ENTRIES], |path| change(path, |bytes| bytes[100] ^= 1)),
    ("flipped", &[KEYRING], |path| change(path, |bytes| bytes[20] ^= 1)),
    ("removed", &[ENTRIES, KEYRING], |path| fs::remove_file(path).unwrap()),
];

#[test]
fn what_the_ledger_has_lost_stays_in_the_backup() {
    let (whole, _) = small();
    for (hit, files, damage) in HITS {
        for with_keys in [true, false] {
            let case = format!("{files:?} {hit}, keys copied: {with_keys}");
            let folder = Folder::copy_of(&whole.data);
            let target = folder.data.with_file_name("backup");
            backup(&folder.data, &target, with_keys).ok();
            let good = [ENTRIES, KEYRING].map(|file| fs::read(folder.data.join(file)).unwrap());
            files.iter().for_each(|file| damage(&folder.data.join(file)));
            for _ in 0..2 {
                let said = backup(&folder.data, &target, with_keys);
                assert!(
                    [1, 3].contains(&said.status) && said.err.contains("personal data"),
                    "{case}: {said:?}"
                );
            }
            assert!(holds(&target, "vault", &good[0]), "{case}");
            assert!(!with_keys || holds(&target, "keys", &good[1]), "{case}");

            let back = Folder::new();
            thads(&back.data, &["restore", &target.display().to_string()]).ok();
            if !with_keys {
                fs::copy(whole.data.join("keys/log.key"), back.data.join("keys/log.key")).unwrap();
                fs::write(back.data.join(KEYRING), &good[1]).unwrap();
            }
            let verified = thads(&back.data, &["--lang", "en", "verify"]);
            assert!(verified.status == 0 && verified.out.contains(", 0 lost"), "{case}: {verified:?}");

            // Once the ledger's own files are whole again there is nothing to keep beside.
            fs::write(folder.data.join(ENTRIES), &good[0]).unwrap();
            fs::write(folder.data.join(KEYRING), &good[1]).unwrap();
            backup(&folder.data, &target, with_keys).ok();
            assert_eq!(fs::read_dir(target.join("vault")).unwrap().count(), 1, "{case}");
        }
    }
}

/// What the ledger has won since is copied as well, and what is whole there takes the place of what is not.
#[test]
fn the_copy_that_has_more_comes_back_and_the_other_stays_beside() {
    let (folder, target) = small();
    backup(&folder.data, &target, true).ok();
    let good = fs::read(folder.data.join(ENTRIES)).unwrap();
    for _ in 0..3 {
        record(&folder.data, &[note()]).ok();
    }
    change(&folder.data.join(ENTRIES), |bytes| bytes[100] ^= 1);
    let said = backup(&folder.data, &target, true);
    assert_eq!(said.status, 3, "{said:?}");
    let damaged = fs::read(folder.data.join(ENTRIES)).unwrap();
    assert!(holds(&target, "vault", &good) && holds(&target, "vault", &damaged));
    let back = Folder::new();
    let brought = thads(&back.data, &["--json", "restore", &target.display().to_string()]);
    assert_eq!(brought.status, 3, "{brought:?}");
    assert!(brought.err.contains("1 pieces are lost in the backup"), "{brought:?}");
    let restored = brought.json();
    assert_eq!(restored["personal_unopened"], 1, "{restored}");
    assert_eq!(restored["kept_beside"].as_array().unwrap().len(), 1, "{restored}");
    change(&folder.data.join(ENTRIES), |bytes| bytes[100] ^= 1);
    backup(&folder.data, &target, true).ok();
    assert_eq!(fs::read_dir(target.join("vault")).unwrap().count(), 1);
}

#[test]
fn the_first_backup_of_a_damaged_vault_says_so() {
    for (hit, files, damage) in HITS {
        let (folder, target) = small();
        files.iter().for_each(|file| damage(&folder.data.join(file)));
        let said = backup(&folder.data, &target, true);
        assert!(
            [1, 3].contains(&said.status) && said.err.contains("personal data"),
            "{files:?} {hit}: {said:?}"
        );
    }
}

#[test]
fn a_prepared_backup_brings_back_nothing_but_what_a_ledger_has() {
    let (folder, good) = small();
    backup(&folder.data, &good, true).ok();
    let text = fs::read_to_string(good.join("contents")).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    let line = rest.lines().find(|line| line.ends_with(ENTRIES)).unwrap().to_owned();
    let (copy, hash) =
        (line.split(' ').nth(1).unwrap().to_owned(), line.split(' ').next().unwrap().to_owned());
    let place = |place: &str| format!("{first}\n{hash} {copy} {place}\n{rest}");
    let name = |name: &str| format!("{first}\n{hash} {name} vault/x\n{rest}");
    let many: String = (0..200_000).map(|number| format!("{hash} vault/entries@{number} -\n")).collect();
    let mut contents: Vec<String> = [
        "../pwned",
        "vault/../../pwned",
        "/tmp/pwned",
        "vault/x",
        "keys/authorized",
        "LOCK",
        "vault/entries",
        "-",
    ]
    .map(place)
    .into();
    contents.extend(["../../etc/passwd", "/etc/passwd", "vault/entries@1/../x", "vault/x@1"].map(name));
    contents.push(format!("{first}\n{many}{rest}"));
    contents.push(text.replace('\n', "\r\n"));
    type Prepared = Box<dyn Fn(&Path)>;
    let mut prepared: Vec<Prepared> = Vec::new();
    for text in contents {
        prepared.push(Box::new(move |target| fs::write(target.join("contents"), &text).unwrap()));
    }
    for file in ["contents".to_owned(), copy, "wal/0000000000.seg".to_owned()] {
        let same = file.clone();
        prepared.push(Box::new(move |target| {
            fs::remove_file(target.join(&same)).unwrap();
            symlink("/dev/zero", target.join(&same)).unwrap();
        }));
        prepared.push(Box::new(move |target| {
            fs::remove_file(target.join(&file)).unwrap();
            assert!(Command::new("mkfifo").arg(target.join(&file)).status().unwrap().success());
        }));
    }
    for (number, prepare) in prepared.iter().enumerate() {
        let target = Folder::copy_of(&good);
        prepare(&target.data);
        let back = Folder::new();
        let refused = thads(&back.data, &["restore", &target.data.display().to_string()]);
        assert!([1, 3].contains(&refused.status), "{number}: {refused:?}");
        assert!(!back.data.exists(), "{number}: something is left: {refused:?}");
    }
}

/// What `verify` calls wrong is not backed up, nor brought back, as if it were right.
#[test]
fn a_vault_that_was_added_to_and_keys_that_should_be_there_are_said() {
    let honest = small().0;
    let doubled: fn(&mut Vec<u8>) = |bytes| bytes.extend_from_within(..);
    let cut: fn(&mut Vec<u8>) = |bytes| bytes.truncate(bytes.len() - 5);
    for (name, file, hit) in
        [("doubled", ENTRIES, doubled), ("doubled", KEYRING, doubled), ("cut", KEYRING, cut)]
    {
        let folder = Folder::copy_of(&honest.data);
        change(&folder.data.join(file), hit);
        let target = folder.data.with_file_name("backup");
        let ran = backup(&folder.data, &target, true);
        assert_eq!(ran.status, 3, "{name} {file}: {ran:?}");
        let back = Folder::new();
        let ran = thads(&back.data, &["--lang", "en", "restore", &target.display().to_string()]);
        assert_eq!(ran.status, 3, "{name} {file}: {ran:?}");
        assert_eq!(thads(&back.data, &["verify"]).status, 3, "{name} {file}");
    }
}

/// Whatever the umask, and whatever an existing folder lets others do.
#[test]
fn only_the_owner_gets_at_a_ledger_and_its_backups() {
    ["0", "0777"].into_iter().for_each(only_the_owner_gets_in);
}

fn only_the_owner_gets_in(umask: &str) {
    let (folder, target) = small();
    let back = Folder::new();
    fs::create_dir(&back.data).unwrap();
    for loose in [&folder.data, &back.data] {
        fs::set_permissions(loose, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let loosely = |data: &Path, args: &[&str]| {
        let mut shell = Command::new("sh");
        let under = format!(r#"umask {umask}; exec "$0" "$@""#);
        shell.args(["-c", &under, crate::support::THADS, "--data"]).arg(data).args(args);
        assert!(shell.output().unwrap().status.success(), "{shell:?}");
    };
    fs::remove_file(folder.data.join("LOCK")).unwrap();
    fs::remove_dir_all(folder.data.join("sled")).unwrap();
    fs::remove_dir_all(folder.data.join("snapshots")).unwrap();
    loosely(&folder.data, &["doctor"]);
    let to = target.display().to_string();
    loosely(&folder.data, &["backup", &to, "--keys"]);
    loosely(&back.data, &["restore", &to]);
    loosely(&back.data, &["doctor"]);
    for folder in [&folder.data, &target, &back.data] {
        for wrong in [&["-perm", "/077"][..], &["!", "-perm", "-400"]] {
            let found = Command::new("find").arg(folder).args(wrong).output().unwrap();
            assert!(found.stdout.is_empty(), "umask {umask}: {}", String::from_utf8_lossy(&found.stdout));
        }
    }
}

/// A copy of sled is made for verifying; a command that a signal ends takes it along.
#[test]
fn a_command_that_a_signal_ends_leaves_no_temporary_copy() {
    let (folder, _) = small();
    let temporary = folder.data.with_file_name("temporary");
    fs::create_dir(&temporary).unwrap();
    let copies = || fs::read_dir(&temporary).unwrap().count();
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut child = crate::support::heeding_signals()
            .env("TMPDIR", &temporary)
            .arg("--data")
            .arg(&folder.data)
            .arg("verify")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while copies() == 0 && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        let ended = child.wait().unwrap();
        assert!(ended.code().is_some() && (sent.success() || ended.success()), "{signal}: {ended:?}");
        let left: Vec<_> = fs::read_dir(&temporary).unwrap().map(|one| one.unwrap().path()).collect();
        let held: Vec<_> = left.iter().map(|one| fs::read_dir(one).map(Iterator::count)).collect();
        assert_eq!(left, Vec::<PathBuf>::new(), "{signal}, {ended:?}: {held:?}");
    }
}

/// What a backup that was cut off has copied already is a copy like any other: the ledger may have lost it since.
#[test]
fn what_a_backup_that_was_cut_off_has_copied_is_not_given_up() {
    for first in [true, false] {
        let (folder, target) = small();
        if !first {
            backup(&folder.data, &target, true).ok();
            record(&folder.data, &[note()]).ok();
        }
        let contents = fs::read(target.join("contents"));
        backup(&folder.data, &target, true).ok();
        match contents {
            Ok(contents) => fs::write(target.join("contents"), contents).unwrap(),
            Err(_) => {
                fs::remove_file(target.join("contents")).unwrap();
                fs::write(target.join("backup-unfinished"), "").unwrap();
            }
        }
        let good = [ENTRIES, KEYRING].map(|file| fs::read(folder.data.join(file)).unwrap());
        for file in [ENTRIES, KEYRING] {
            fs::write(folder.data.join(file), "").unwrap();
        }
        let said = backup(&folder.data, &target, true);
        assert_eq!(said.status, 3, "first {first}: {said:?}");
        assert!(holds(&target, "vault", &good[0]) && holds(&target, "keys", &good[1]), "first {first}");
        fs::write(folder.data.join(ENTRIES), &good[0]).unwrap();
        fs::write(folder.data.join(KEYRING), &good[1]).unwrap();
        backup(&folder.data, &target, true).ok();
        assert_eq!(fs::read_dir(target.join("vault")).unwrap().count(), 1, "first {first}");
        let back = Folder::new();
        thads(&back.data, &["restore", &target.display().to_string()]).ok();
        let verified = thads(&back.data, &["--lang", "en", "verify"]);
        assert!(verified.status == 0 && verified.out.contains(", 0 lost"), "first {first}: {verified:?}");
    }
}

/// A prepared backup whose folders lead into the ledger would have the copy overwrite what it is made from.
#[test]
fn nothing_is_written_through_a_link_nor_into_the_ledger() {
    for name in ["wal", "vault", "keys"] {
        let (folder, target) = small();
        backup(&folder.data, &target, true).ok();
        fs::remove_dir_all(target.join(name)).unwrap();
        symlink(folder.data.join(name), target.join(name)).unwrap();
        record(&folder.data, &[note()]).ok();
        let state = || {
            let mut files: Vec<_> =
                fs::read_dir(folder.data.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
            files.sort();
            files.into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect::<Vec<_>>()
        };
        let before = state();
        let said = backup(&folder.data, &target, true);
        assert!(said.status == 1 && said.err.contains(&format!("{name} is a symbolic link")), "{said:?}");
        assert!(before == state(), "{name}");
        let back = Folder::new();
        assert_eq!(thads(&back.data, &["restore", &target.display().to_string()]).status, 1);
    }
    let (folder, _) = small();
    let inside = folder.data.join("backups");
    fs::create_dir(&inside).unwrap();
    for target in [inside.clone(), inside.join("new/one"), folder.data.join("../data/backup")] {
        let said = backup(&folder.data, &target, true);
        assert!(said.status == 1 && said.err.contains("lies within"), "{said:?}");
    }
    assert_eq!(fs::read_dir(&inside).unwrap().count(), 0);
}

/// The root key is meant to be taken off the machine: a ledger without it has lost nothing.
#[test]
fn a_root_key_that_was_taken_away_stays_in_the_backup_and_is_no_damage() {
    let (folder, target) = small();
    backup(&folder.data, &target, true).ok();
    let key = fs::read(folder.data.join("keys/root.key")).unwrap();
    fs::remove_file(folder.data.join("keys/root.key")).unwrap();
    backup(&folder.data, &target, true).ok();
    assert!(holds(&target, "keys", &key));
}
