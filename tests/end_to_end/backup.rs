//! Backups: a second run copies what is new, a server may write meanwhile, a run that is killed leaves nothing that does not
//! come back; what is brought back has the same root and report, all of it or as it was; and what is changed is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::fines;
use crate::layout::segments;
use crate::random::{self, Random};
use crate::support::{
    Folder, HALF_YEAR, Server, THADS, action, ask, demo, distraint_case, fine_case, head, lines, note_on,
    officer, real_ledger, record, thads,
};

/// A ledger with three cases, and a folder for its backup.
fn small() -> (Folder, PathBuf) {
    let folder = real_ledger();
    record(&folder.data, &distraint_case("DT03/2018/0001")).ok();
    record(&folder.data, &fine_case("DT03/2018/0002")).ok();
    let target = folder.data.with_file_name("backup");
    (folder, target)
}

fn backup(data: &Path, target: &Path, more: &[&str]) -> Value {
    let target = target.display().to_string();
    let mut args = vec!["backup", target.as_str()];
    args.extend_from_slice(more);
    ask(data, &args)
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

fn restore_args(target: &Path, more: &[&str]) -> Vec<String> {
    let first = ["--json", "restore"].map(str::to_owned).into_iter().chain([target.display().to_string()]);
    first.chain(more.iter().map(|arg| (*arg).to_owned())).collect()
}

#[test]
fn a_backup_comes_back_with_the_same_root_report_and_names() {
    let (folder, target) = small();
    let report = |data: &Path| ask(data, &["report", "--period", HALF_YEAR]);
    let case = |data: &Path| thads(data, &["--json", "case", "DT03/2018/0001", "--history"]).ok().out;
    let done = backup(&folder.data, &target, &["--keys"]);
    let (size, root) = head(&folder.data);
    assert_eq!((done["records"].as_u64(), done["segments_copied"].as_u64()), (Some(size), Some(1)), "{done}");
    assert_eq!(fs::read_to_string(target.join("checkpoint")).unwrap(), done["checkpoint"].as_str().unwrap());
    assert!(done["checkpoint"].as_str().unwrap().contains(&root));
    // The backup is a folder that verify reads.
    let checkpoint = target.join("checkpoint").display().to_string();
    thads(&target, &["verify", "--checkpoint", &checkpoint]).ok();

    let back = Folder::new();
    let restored = thads(&back.data, &restore_args(&target, &[])).ok().json();
    assert_eq!(
        (restored["root"].as_str(), restored["has_keys"].as_bool()),
        (done["root"].as_str(), Some(true))
    );
    assert_eq!((head(&back.data), report(&back.data)), ((size, root), report(&folder.data)));
    assert!(case(&back.data).contains("Người phải thi hành án"));
    assert_eq!(case(&back.data), case(&folder.data));
    let said = thads(&back.data, &["--lang", "en", "doctor"]).ok().out;
    assert!(said.contains("behind the segments"), "sled is made anew: {said}");
    // It is a ledger: the next action follows, and the next opening finds nothing to do.
    record(&back.data, &[note_on("DT03/2018/0001", "Đã khôi phục")]).ok();
    assert_eq!(head(&back.data).0, size + 1);
    thads(&back.data, &["verify"]).ok();
    // And nothing is ever overwritten.
    let refused = thads(&back.data, &restore_args(&target, &[]));
    assert_eq!((refused.status, refused.err.contains("is not empty")), (1, true), "{refused:?}");
}

#[test]
fn without_the_keys_figures_come_back_and_names_do_not() {
    let (folder, target) = small();
    backup(&folder.data, &target, &[]);
    assert!(files(&target).iter().all(|path| !path.starts_with(target.join("keys"))), "{:?}", files(&target));
    let back = Folder::new();
    let ran = thads(&back.data, &restore_args(&target, &[])).ok();
    assert_eq!(ran.json()["has_keys"], false);
    let report = |data: &Path| ask(data, &["report", "--period", HALF_YEAR]);
    assert_eq!(report(&back.data), report(&folder.data));
    let case = thads(&back.data, &["--json", "case", "DT03/2018/0001"]).ok().out;
    assert!(!case.contains("Người"), "{case}");
    // The keys, kept elsewhere and put back, make it whole.
    for path in files(&folder.data.join("keys")) {
        fs::copy(&path, back.data.join("keys").join(path.file_name().unwrap())).unwrap();
    }
    record(&back.data, &[note_on("DT03/2018/0001", "Có khóa")]).ok();
    let case = thads(&back.data, &["--json", "case", "DT03/2018/0001"]).ok().out;
    assert!(case.contains("Người phải thi hành án"), "{case}");
}

#[test]
fn a_second_run_copies_only_what_is_new_and_a_server_may_write() {
    let folder = Folder::copy_of(&demo().data);
    let target = folder.data.with_file_name("backup");
    let first = backup(&folder.data, &target, &["--keys"]);
    let used = segments(&folder.data).iter().filter(|path| fs::read(path).unwrap()[0] != 0).count();
    assert!(used > 3 && first["segments_copied"].as_u64() == u64::try_from(used).ok(), "{first}");
    let modes =
        segments(&target).into_iter().map(|path| fs::metadata(path).unwrap().permissions().mode() & 0o777);
    assert_eq!(modes.filter(|mode| *mode == 0o400).count(), used - 1, "full segments are read-only");

    let server = Server::start(&folder.data);
    let case = &thads(&folder.data, &["--json", "cases", "--limit", "1"]).ok().json_lines()[0];
    assert!(case["case"].is_string(), "{case}");
    let again = backup(&folder.data, &target, &["--keys"]);
    assert_eq!(again["segments_copied"].as_u64(), Some(1), "the last one may have grown: {again}");
    assert_eq!(again["root"], first["root"]);
    assert_eq!(server.stop(), 0);

    let back = Folder::new();
    thads(&back.data, &restore_args(&target, &[])).ok();
    assert_eq!(head(&back.data), head(&folder.data));
}

#[test]
fn backups_beside_a_writing_server_come_back_to_what_was_answered() {
    let (folder, target) = small();
    let server = Server::start(&folder.data);
    let mut answered = head(&folder.data).0;
    for round in 0..5 {
        for number in 0..4 {
            let answer = server.post(
                "/api/v1/actions",
                &note_on("DT03/2018/0001", &format!("{round}.{number}")).to_string(),
            );
            assert!(answer.status < 300, "{answer:?}");
            answered += 1;
        }
        let done = backup(&folder.data, &target, &["--keys"]);
        assert_eq!(done["records"].as_u64(), Some(answered), "{done}");
    }
    assert_eq!(server.stop(), 0);
    let back = Folder::new();
    thads(&back.data, &restore_args(&target, &[])).ok();
    assert_eq!(head(&back.data), head(&folder.data));
}

#[test]
fn a_ledger_comes_back_as_it_was_at_every_size_and_at_a_moment() {
    let fines = fines::ledger();
    let target = fines.data.with_file_name("backup-sizes");
    let whole = backup(&fines.data, &target, &["--keys"]);
    let mut random = Random::new(random::seed(), "sizes");
    let last = usize::try_from(whole["records"].as_u64().unwrap()).unwrap();
    // Where a checkpoint was kept, the root is known; in between, blocks are cut in the middle.
    let kept = fines.checkpoints.iter().map(|(_, size)| usize::try_from(*size).unwrap());
    let sizes: Vec<usize> =
        [1, 2, last - 1].into_iter().chain(kept).chain((0..5).map(|_| random.of(3..last))).collect();
    for size in sizes {
        let back = Folder::new();
        let done = thads(&back.data, &restore_args(&target, &["--to", &size.to_string()])).ok().json();
        assert_eq!(done["records"].as_u64(), u64::try_from(size).ok(), "{done}");
        let verified = ask(&back.data, &["verify"]);
        assert_eq!(
            (&verified["good"], &verified["summary"]["root"]),
            (&Value::Bool(true), &done["root"]),
            "{verified}"
        );
        if let Some((file, _)) = fines.checkpoints.iter().find(|(_, kept)| usize::try_from(*kept) == Ok(size))
        {
            thads(&back.data, &["verify", "--checkpoint", &file.display().to_string()]).ok();
        }
        let known = size.to_string();
        let was = ask(&fines.data, &["report", "--period", fines::PERIOD, "--as-known", &known]);
        assert_eq!(ask(&back.data, &["report", "--period", fines::PERIOD]), was, "at {size}");
    }
    let refused = thads(&Folder::new().data, &restore_args(&target, &["--to", &(last + 1).to_string()]));
    assert_eq!(refused.status, 1, "{refused:?}");

    // A moment: the recorded time of a record, and a day before anything.
    let row =
        thads(&fines.data, &["--json", "log", "--from", "700", "--to", "701"]).ok().json_lines().remove(0);
    let moment = row["recorded_at"].as_str().unwrap();
    let back = Folder::new();
    let done = thads(&back.data, &restore_args(&target, &["--as-known", moment])).ok().json();
    let size = done["records"].as_u64().unwrap();
    let at = |position: u64| {
        let (from, to) = (position.to_string(), (position + 1).to_string());
        let row = thads(&fines.data, &["--json", "log", "--from", &from, "--to", &to]).ok().json_lines();
        row.first().map(|row| row["recorded_at"].as_str().unwrap().to_owned())
    };
    assert!(size > 700 && at(size - 1).as_deref() <= Some(moment), "{size}");
    assert!(at(size).is_none_or(|next| next.as_str() > moment), "{size}");
    // A microsecond earlier: without what was recorded at that moment.
    let (second, micros) = moment.trim_end_matches('Z').split_once('.').unwrap();
    let earlier = format!("{second}.{:06}Z", micros.parse::<u32>().unwrap().checked_sub(1).unwrap());
    let back = Folder::new();
    let done = thads(&back.data, &restore_args(&target, &["--as-known", &earlier])).ok().json();
    let size = done["records"].as_u64().unwrap();
    assert_eq!(at(size).as_deref(), Some(moment), "{size}");
    assert!(at(size - 1).as_deref() < Some(moment), "{size}");
    let none = thads(&Folder::new().data, &restore_args(&target, &["--as-known", "1999-12-31"]));
    assert_eq!(none.status, 1, "{none:?}");
    assert_eq!(thads(&Folder::new().data, &restore_args(&target, &["--as-known", "yesterday"])).status, 1);
}

#[test]
fn a_backup_of_another_ledger_or_of_a_longer_or_other_history_is_left_alone() {
    let (folder, target) = small();
    backup(&folder.data, &target, &[]);
    let before = |path: &PathBuf| (path.clone(), fs::read(path).unwrap());
    let all = || files(&target).iter().map(before).collect::<Vec<_>>();
    let whole = all();
    let target_text = target.display().to_string();
    let refused = |data: &Path, status: i32, words: &str| {
        let ran = thads(data, &["backup", &target_text]);
        assert_eq!((ran.status, ran.err.contains(words)), (status, true), "{words}: {ran:?}");
        assert!(all() == whole, "the backup is as it was");
    };
    refused(&fines::ledger().data, 1, "another ledger");
    // An older copy of the ledger is put back, and goes on otherwise.
    let older = real_ledger();
    refused(&older.data, 3, "put back to an earlier state");
    record(&older.data, &fine_case("DT03/2018/0001")).ok();
    let many: Vec<Value> = (0..40)
        .map(|number| {
            action(
                "DT03/2018/0001",
                "note_added",
                "2018-11-09",
                officer::ENFORCER,
                serde_json::json!({ "text": format!("{number}") }),
            )
        })
        .collect();
    record(&older.data, &many).ok();
    refused(&older.data, 3, "different histories");
    // A damaged ledger.
    let segment = segments(&folder.data).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    bytes[700] ^= 4;
    fs::write(&segment, bytes).unwrap();
    let ran = thads(&folder.data, &["backup", &target_text]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(all() == whole);
    // What is no backup.
    for (other, words) in
        [(folder.data.clone(), "own directory"), (folder.data.join("keys"), "holds no backup")]
    {
        let ran = thads(&older.data, &["backup", &other.display().to_string()]);
        assert_eq!((ran.status, ran.err.contains(words)), (1, true), "{ran:?}");
    }
    assert_eq!(thads(&Folder::new().data, &restore_args(&folder.data.join("keys"), &[])).status, 1);
}

#[test]
fn a_changed_bit_of_a_backup_never_comes_back_otherwise() {
    let (folder, target) = small();
    let done = backup(&folder.data, &target, &["--keys"]);
    let mut random = Random::new(random::seed(), "backup bits");
    let rounds = random::rounds(60);
    let case = |data: &Path| thads(data, &["--json", "case", "DT03/2018/0001", "--history"]).ok().out;
    let wanted = case(&folder.data);
    let all = files(&target);
    let mut refused = 0;
    for round in 0..rounds {
        let path = &all[random.of(0..all.len())];
        let whole = fs::read(path).unwrap();
        let end = whole.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
        let (at, change) = (random.of(0..end), random.change());
        let mut bytes = whole.clone();
        bytes[at] ^= change;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(path, &bytes).unwrap();
        let back = Folder::new();
        let ran = thads(&back.data, &restore_args(&target, &[]));
        let place = format!("round {round}: {} byte {at} by {change:#04x}", path.display());
        if ran.status == 0 {
            // Only the copy of the checkpoint for people is not looked at.
            assert!(path.ends_with("checkpoint"), "{place}: {ran:?}");
            assert_eq!(ran.json()["root"], done["root"], "{place}");
            assert_eq!(case(&back.data), wanted, "{place}");
        } else {
            assert!(!back.data.exists(), "{place}: nothing is put in place: {ran:?}");
            refused += 1;
        }
        fs::write(path, whole).unwrap();
    }
    assert!(refused > rounds / 2, "{refused} of {rounds}");
    thads(&Folder::new().data, &restore_args(&target, &[])).ok();
    println!("backup: {rounds} bytes changed, {refused} times nothing was restored");
}

/// Starts a command and kills it after so many microseconds, if it still runs.
fn killed_after(data: &Path, args: &[String], micros: u64) -> bool {
    let mut child = Command::new(THADS)
        .env_remove("THADS_DATA")
        .arg("--data")
        .arg(data)
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if u128::from(micros) < begun.elapsed().as_micros() {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_backup_and_a_restoring_that_are_killed_leave_what_comes_back() {
    let (folder, target) = small();
    let first = backup(&folder.data, &target, &["--keys"]);
    let early = Folder::copy_of(&target);
    let more: Vec<Value> = (0..300).map(|number| note_on("DT03/2018/0001", &format!("{number}"))).collect();
    let file = folder.data.with_extension("jsonl");
    fs::write(&file, lines(&more)).unwrap();
    thads(&folder.data, &["record", &file.display().to_string()]).ok();
    let wanted = head(&folder.data);
    let (mut random, mut killed) = (Random::new(random::seed(), "killed backups"), 0);
    for round in 0..12 {
        let copy = Folder::copy_of(&early.data);
        let args = ["backup", &copy.data.display().to_string(), "--keys"].map(str::to_owned);
        let pause = u64::try_from(random.of(2_000..60_000)).unwrap();
        killed += u32::from(killed_after(&folder.data, &args, pause));
        let back = Folder::new();
        let done = thads(&back.data, &restore_args(&copy.data, &[])).ok().json();
        let size = done["records"].as_u64().unwrap();
        assert!(size == wanted.0 || Some(size) == first["records"].as_u64(), "round {round}: {done}");
        // The next run finishes it.
        assert_eq!(backup(&folder.data, &copy.data, &["--keys"])["records"].as_u64(), Some(wanted.0));

        let back = Folder::new();
        let pause = u64::try_from(random.of(2_000..60_000)).unwrap();
        let was_killed = killed_after(&back.data, &restore_args(&copy.data, &[]), pause);
        killed += u32::from(was_killed);
        if !back.data.join("wal").exists() {
            thads(&back.data, &restore_args(&copy.data, &[])).ok();
        }
        assert_eq!(head(&back.data), wanted, "round {round}, killed: {was_killed}");
    }
    println!("backup: {killed} of 24 runs were killed before their end");
}

/// A folder that holds anything but a backup is left as it is: a ledger that was brought back as well.
#[test]
fn a_backup_touches_nothing_that_no_backup_has_made() {
    let (folder, target) = small();
    backup(&folder.data, &target, &["--keys"]);
    let (back, other) = (Folder::new(), Folder::new());
    thads(&back.data, &restore_args(&target, &[])).ok();
    for name in ["wal", "vault", "keys"] {
        fs::create_dir_all(other.data.join(name)).unwrap();
    }
    fs::write(other.data.join("keys/id_rsa"), "mine").unwrap();
    fs::write(other.data.join("wal/0000000000.seg"), "mine").unwrap();
    for data in [&back.data, &other.data] {
        let before: Vec<_> = files(data).into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect();
        let refused = thads(&folder.data, &["--lang", "en", "backup", &data.display().to_string()]);
        assert_eq!(refused.status, 1, "{refused:?}");
        assert!(refused.err.contains("holds no backup; name another folder"), "{refused:?}");
        let after: Vec<_> = files(data).into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect();
        assert!(before == after, "{}", data.display());
    }
    fs::write(target.join("vault/mine"), "mine").unwrap();
    backup(&folder.data, &target, &[]);
    assert_eq!(fs::read(target.join("vault/mine")).unwrap(), b"mine");
    assert!(!target.join("backup-unfinished").exists());
}

/// What the folder holds is read again by every backup, and copied again where it is not what was written.
#[test]
fn a_damaged_backup_is_mended_by_the_next_one_and_that_is_said() {
    let folder = Folder::copy_of(&demo().data);
    let target = folder.data.with_file_name("backup");
    backup(&folder.data, &target, &["--keys"]);
    let (first, second) = (segments(&target)[0].clone(), segments(&target)[1].clone());
    let entries = files(&target.join("vault")).pop().unwrap();
    let damage: [(&str, &dyn Fn()); 5] = [
        ("a byte", &|| change(&first, |bytes| bytes[3_000_000] ^= 1)),
        ("cut short", &|| change(&second, |bytes| bytes.truncate(1024))),
        ("gone", &|| fs::remove_file(&first).unwrap()),
        ("vault changed", &|| change(&entries, |bytes| bytes[100] ^= 1)),
        ("vault gone", &|| fs::remove_file(&entries).unwrap()),
    ];
    for (what, damage) in damage {
        damage();
        let back = Folder::new();
        let refused = thads(&back.data, &restore_args(&target, &[]));
        assert_eq!(refused.status, 3, "{what}: {refused:?}");
        assert!(
            refused.err.contains(&target.display().to_string()) && !back.data.exists(),
            "{what}: {refused:?}"
        );
        let done = backup(&folder.data, &target, &[]);
        assert_eq!(done["files_mended"], 1, "{what}: {done}");
        let done = thads(&back.data, &restore_args(&target, &[])).ok().json();
        assert_eq!(done["personal_unopened"], 0, "{what}: {done}");
        assert_eq!(backup(&folder.data, &target, &[])["files_mended"], 0, "{what}");
    }
    let keyring = files(&target.join("keys")).remove(0);
    change(&keyring, |bytes| bytes[3] ^= 1);
    let refused = thads(&folder.data, &["--lang", "en", "backup", &target.display().to_string()]);
    assert!(refused.status == 1 && refused.err.contains("--keys"), "{refused:?}");
    assert_eq!(backup(&folder.data, &target, &["--keys"])["files_mended"], 1);
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(path, bytes).unwrap();
}

/// What has changed while the log has not gets another name: the copy that `contents` names stays until that is replaced.
#[test]
fn a_copy_is_not_replaced_before_contents_is() {
    let (folder, target) = small();
    let copies = || {
        let names = files(&target.join("vault")).into_iter();
        names.map(|path| path.file_name().unwrap().to_owned().into_string().unwrap()).collect::<Vec<_>>()
    };
    let size = backup(&folder.data, &target, &[])["records"].as_u64().unwrap();
    let mut names = vec![copies()];
    for _ in 0..2 {
        // As of a write that was cut off before its block.
        let entries = folder.data.join("vault/entries");
        change(&entries, |bytes| bytes.push(0));
        backup(&folder.data, &target, &[]);
        names.push(copies());
    }
    let [first, second] = [format!("entries@{size}"), format!("entries@{size}-1")];
    assert_eq!(names, [vec![first.clone()], vec![second], vec![first]]);
    let back = Folder::new();
    thads(&back.data, &restore_args(&target, &[])).ok();
}

/// An empty folder that has to stay is as good a place as none, and what stands beside it is left alone.
/// What befalls the backup would befall it too, and the backup's folder holds nothing but the backup.
#[test]
fn a_ledger_is_not_brought_back_into_its_backup() {
    let (folder, target) = small();
    backup(&folder.data, &target, &[]);
    let link = folder.data.with_file_name("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let before = files(&target);
    for place in [target.join("new"), target.join("wal/new/deep"), link.join("new")] {
        let refused = thads(&place, &restore_args(&target, &[]));
        assert!(refused.status == 1 && refused.err.contains("lies within"), "{place:?}: {refused:?}");
    }
    assert_eq!(files(&target), before);
}

#[test]
fn a_ledger_is_brought_back_into_an_empty_folder_that_stays() {
    let (folder, target) = small();
    backup(&folder.data, &target, &["--keys"]);
    let wanted = head(&folder.data);
    let place = Folder::new();
    let empty = place.data.join("empty");
    fs::create_dir_all(empty.join("lost+found")).unwrap();
    let link = place.data.join("link");
    std::os::unix::fs::symlink(&empty, &link).unwrap();
    fs::create_dir_all(place.data.join("link.restoring")).unwrap();
    fs::write(place.data.join("link.restoring/mine"), "mine").unwrap();
    thads(&link, &restore_args(&target, &[])).ok();
    assert_eq!(head(&empty), wanted);
    assert_eq!(fs::read(place.data.join("link.restoring/mine")).unwrap(), b"mine");
    let here = place.data.join("here");
    fs::create_dir_all(&here).unwrap();
    let args = restore_args(&fs::canonicalize(&target).unwrap(), &[]);
    let done = Command::new(THADS).args(["--data", "."]).args(args).current_dir(&here).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    assert_eq!(head(&here), wanted);
    // What was cut off is begun again; what is a user's is not.
    for (made, status) in
        [(&[".restoring/vault", "keys"][..], 0), (&[".restoring", "mine"], 1), (&["keys"], 1)]
    {
        let dir = Folder::new();
        made.iter().for_each(|name| fs::create_dir_all(dir.data.join(name)).unwrap());
        assert_eq!(thads(&dir.data, &restore_args(&target, &[])).status, status, "{made:?}");
        assert!(status == 0 || made.iter().all(|name| dir.data.join(name).exists()), "{made:?}");
    }
}

/// Keys that are older than the records are said when the ledger is brought back.
#[test]
fn keys_that_are_older_than_the_records_are_said() {
    let (folder, target) = small();
    backup(&folder.data, &target, &["--keys"]);
    record(&folder.data, &[note_on("DT03/2018/0001", "later")]).ok();
    backup(&folder.data, &target, &[]);
    let back = Folder::new();
    let restored = thads(&back.data, &["--lang", "en", "restore", &target.display().to_string()]).ok();
    assert!(restored.err.contains("keys in the backup are older than its records"), "{restored:?}");
    let back = Folder::new();
    assert_eq!(thads(&back.data, &restore_args(&target, &[])).ok().json()["personal_unopened"], 1);
}

/// A keyring that the ledger has lost keys of is not called older because the backup holds just that one: it was copied for
/// all records, and what it does not open is lost.
#[test]
fn a_keyring_that_was_rolled_back_to_the_backups_copy_is_not_called_older() {
    let (folder, target) = small();
    backup(&folder.data, &target, &["--keys"]);
    let keyring = folder.data.join("keys/keyring");
    let older = fs::read(&keyring).unwrap();
    record(&folder.data, &[note_on("DT03/2018/0001", "later")]).ok();
    fs::write(&keyring, older).unwrap();
    let to = target.display().to_string();
    let said = thads(&folder.data, &["--lang", "en", "backup", &to, "--keys"]);
    assert!(said.status == 3 && said.err.contains("1 pieces are lost"), "{said:?}");
    let back = Folder::new();
    let restored = thads(&back.data, &["--lang", "en", "--json", "restore", &to]);
    assert!(restored.status == 3 && restored.err.contains("1 pieces are lost"), "{restored:?}");
    assert_eq!(restored.json()["personal_unopened"], 1, "{restored:?}");
    assert!(!restored.err.contains("older"), "{restored:?}");
    // Keys that are copied for all records are due for all: without anything lost that is nothing to say.
    let (honest, target) = small();
    backup(&honest.data, &target, &["--keys"]);
    backup(&honest.data, &target, &["--keys"]);
    let back = Folder::new();
    assert_eq!(thads(&back.data, &restore_args(&target, &[])).ok().json()["personal_unopened"], 0);
}

#[test]
fn personal_data_that_is_lost_is_named_and_comes_from_a_backup() {
    let (folder, target) = small();
    backup(&folder.data, &target, &["--keys"]);
    let entries = folder.data.join("vault/entries");
    let mut bytes = fs::read(&entries).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&entries, &bytes).unwrap();
    for command in ["verify", "doctor"] {
        let found = thads(&folder.data, &["--lang", "en", command]);
        assert_eq!(found.status, 3, "{found:?}");
        assert!(found.out.contains(" 1 lost."), "{found:?}");
        assert!(found.out.contains("does not open under its key"), "{found:?}");
        assert!(found.err.contains("1 pieces of personal data that records commit to are lost"), "{found:?}");
        assert!(found.err.contains("from a backup"), "{found:?}");
    }
    // The copy in the backup, which alone has it now, is not replaced.
    let said = thads(&folder.data, &["--lang", "en", "backup", &target.display().to_string(), "--keys"]);
    assert!(
        said.status == 3 && said.err.contains("the ledger cannot give what is in vault/entries@"),
        "{said:?}"
    );
    // The figures do not need it.
    thads(&folder.data, &["report", "--period", HALF_YEAR]).ok();
    let back = Folder::new();
    thads(&back.data, &restore_args(&target, &[])).ok();
    fs::copy(back.data.join("vault/entries"), &entries).unwrap();
    thads(&folder.data, &["verify"]).ok();
}

/// One command at a time fills a folder; the second is refused, and touches nothing of what the first has made.
#[test]
fn a_folder_that_another_fills_or_reads_is_left_alone() {
    let (folder, target) = small();
    let new = folder.data.with_file_name("new");
    let refused = |data: &Path, args: &[&str], place: &Path| {
        let there = files(place);
        let ran = thads(data, args);
        assert_eq!(ran.status, 1, "{args:?}: {ran:?}");
        assert!(ran.err.contains("another thads") && ran.err.contains("another folder"), "{ran:?}");
        assert_eq!(files(place), there, "{args:?}");
    };
    let name = |path: &Path| path.display().to_string();
    // A backup that has just begun there.
    fs::create_dir(&target).unwrap();
    let held = fs::File::open(&target).unwrap();
    held.lock().unwrap();
    refused(&folder.data, &["backup", &name(&target)], &target);
    held.unlock().unwrap();
    backup(&folder.data, &target, &["--keys"]);
    // One that goes on, while a backup or a restoring wants to.
    held.lock().unwrap();
    refused(&folder.data, &["backup", &name(&target)], &target);
    refused(&new, &["restore", &name(&target)], &target);
    assert!(!new.exists());
    held.unlock().unwrap();
    // A restoring: others may read as well, and no backup is made there.
    held.lock_shared().unwrap();
    thads(&new, &["restore", &name(&target)]).ok();
    refused(&folder.data, &["backup", &name(&target)], &target);
    held.unlock().unwrap();
    backup(&folder.data, &target, &["--keys"]);
    // Where a ledger is being brought back.
    let empty = folder.data.with_file_name("empty");
    fs::create_dir(&empty).unwrap();
    let held = fs::File::open(&empty).unwrap();
    held.lock().unwrap();
    refused(&empty, &["restore", &name(&target)], &empty);
    held.unlock().unwrap();
    thads(&empty, &["restore", &name(&target)]).ok();
}

/// However backups begun together end, what one of them has called done comes back.
#[test]
fn of_backups_begun_together_in_a_new_folder_what_is_done_comes_back() {
    let (folder, _) = small();
    let other = real_ledger();
    for round in 0..6 {
        let target = folder.data.with_file_name(format!("backup-{round}"));
        let begun: Vec<_> = [&folder.data, &other.data, &folder.data]
            .into_iter()
            .map(|data| {
                let mut program = Command::new(THADS);
                program.env_remove("THADS_DATA").arg("--data").arg(data).arg("backup").arg(&target);
                program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let ended: Vec<_> = begun.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        assert!(ended.iter().any(|one| one.status.success()), "{ended:?}");
        let back = folder.data.with_file_name(format!("back-{round}"));
        let ran = thads(&back, &restore_args(&target, &[]));
        assert_eq!(ran.status, 0, "{ran:?}\n{ended:?}");
    }
}

/// What stands behind the end of a backup, whoever put it there, is no part of it: backing up again and bringing back agree.
#[test]
fn segments_behind_the_backups_end_are_left_out_and_named() {
    let (folder, target) = small();
    let (size, root) = head(&folder.data);
    backup(&folder.data, &target, &["--keys"]);
    let behind = target.join("wal/0000000003.seg");
    let own = fs::read(target.join("wal/0000000000.seg")).unwrap();
    let mut foreign = own.clone();
    foreign[20] ^= 1;
    for (at, bytes) in [own, foreign, vec![0xa5; 4096], vec![]].into_iter().enumerate() {
        fs::write(&behind, &bytes).unwrap();
        backup(&folder.data, &target, &["--keys"]);
        for more in [&[][..], &["--as-known", "2999-01-01"]] {
            let back = folder.data.with_file_name(format!("back-{at}-{}", more.len()));
            let ran = thads(&back, &restore_args(&target, more)).ok();
            let named = if bytes.is_empty() { vec![] } else { vec!["0000000003.seg"] };
            assert_eq!(ran.json()["left_out"], serde_json::json!(named), "{at}: {ran:?}");
            assert_eq!(head(&back), (size, root.clone()), "{at}");
        }
    }
}

/// Which line of `contents` is wrong, and the way out.
#[test]
fn a_contents_that_is_not_what_was_written_is_said_by_its_line() {
    let (folder, target) = small();
    backup(&folder.data, &target, &["--keys"]);
    let file = target.join("contents");
    let good = fs::read_to_string(&file).unwrap();
    let second = good.lines().nth(1).unwrap();
    for (text, says) in [
        (good.replace("thads backup 2", "thads backup 9"), "line 1 is not \"thads backup 2\""),
        (format!("\u{feff}{good}"), "line 1 is not"),
        (good.replace('\n', "\r\n"), "line 1 has a carriage return"),
        (good.replacen(second, &format!("{second}\r"), 1), "line 2 has a carriage return"),
        (good.replacen(second, "x", 1), "line 2 is not a hash, a copy's name and its place"),
        (
            good.replacen(second, &format!("{second}\n{second}"), 1),
            "line 3 names what a line before it names",
        ),
        (good.replace("\n\n", "\n"), "should be empty"),
    ] {
        fs::write(&file, &text).unwrap();
        let back = folder.data.with_file_name("back");
        for ran in [
            thads(&back, &restore_args(&target, &[])),
            thads(&folder.data, &["backup", &target.display().to_string()]),
        ] {
            assert_eq!(ran.status, 3, "{says}: {ran:?}");
            assert!(ran.err.contains(says) && ran.err.contains("use another backup"), "{says}: {}", ran.err);
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        assert!(!back.exists(), "{says}");
    }
}
