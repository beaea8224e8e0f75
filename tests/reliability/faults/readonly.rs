//! Nothing may be written: commands that read work, commands that write say why they do not, and nothing changes.

use std::path::Path;

use super::Found;
use super::mount::Mount;
use super::room::Room;
use crate::office;
use crate::support::Program;

/// Runs this part.
pub(crate) fn run(folder: &Path, found: &mut Found) {
    let at = folder.join("read-only");
    let mount = match Mount::tmpfs(&at, 64) {
        Ok(mount) => mount,
        Err(why) => return found.skipped.push(format!("a read-only file system: {why}")),
    };
    let mut room = Room::found(&at, folder, Program::Testing, 1, 950);
    room.settle(&mut found.broken);
    if let Err(why) = mount.read_only(true) {
        return found.skipped.push(format!("a read-only file system: {why}"));
    }
    let (data, case) = (room.data.clone(), office::case(1));
    let actions = folder.join("read-only.jsonl");
    let note = office::note(&"d".repeat(32), &case, "chỉ đọc");
    std::fs::write(&actions, format!("{note}\n")).unwrap();
    let actions = actions.display().to_string();
    let reading: [&[&str]; 9] = [
        &["log"],
        &["report", "--period", "2016-H1"],
        &["replay", "--period", "2015-11-01..2015-11-30"],
        &["figure", "cases.total", "--period", "2016-H1"],
        &["case", &case],
        &["cases"],
        &["checkpoint"],
        &["verify"],
        &["rebuild", "--check"],
    ];
    for args in reading {
        let done = Program::Thads.run(&data, args);
        found.check(done.status == Some(0), || format!("{args:?} of a read-only ledger: {done:?}"));
    }
    let writing: [&[&str]; 3] = [&["record", &actions], &["serve", "--listen", "127.0.0.1:0"], &["doctor"]];
    for args in writing {
        let done = Program::Thads.run(&data, args);
        let clear = done.status == Some(1) && done.err.contains("Read-only file system");
        found.check(clear, || format!("{args:?} of a read-only ledger: {done:?}"));
    }
    mount.read_only(false).unwrap();
    room.look(&mut found.broken);
    room.settle(&mut found.broken);
    found.tried.push(format!("{} commands on a read-only file system", reading.len() + writing.len()));
}
