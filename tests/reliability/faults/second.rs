//! One writer at a time: a second is refused and told the first one's process id; what a dead one left does not block.

use std::fs;
use std::path::Path;

use super::Found;
use super::room::Room;
use crate::office;
use crate::server::Server;
use crate::support::Program;

/// Runs this part.
pub(crate) fn run(folder: &Path, found: &mut Found) {
    let mut room = Room::found(&folder.join("second"), folder, Program::Testing, 1, 960);
    let data = room.data.clone();
    let server = match Server::start(&mut room.command()) {
        Ok(server) => server,
        Err(ended) => return found.broken(format!("the first writer: {ended}")),
    };
    let actions = folder.join("second.jsonl");
    let note = office::note(&"c".repeat(32), &office::case(1), "người thứ hai");
    fs::write(&actions, format!("{note}\n")).unwrap();
    let actions = actions.display().to_string();
    let pid = server.pid().to_string();
    let writing: [&[&str]; 3] = [&["record", &actions], &["serve", "--listen", "127.0.0.1:0"], &["doctor"]];
    for args in writing {
        let done = Program::Thads.run_briefly(&data, args);
        let told = done.status == Some(1) && done.err.contains(&format!("pid {pid}"));
        found.check(told, || format!("{args:?} beside process {pid}: {done:?}"));
    }
    let reading = Program::Thads.run(&data, &["log"]);
    found.check(reading.status == Some(0), || format!("log beside process {pid}: {reading:?}"));
    // Nor does a file that anybody can remove keep the second out.
    fs::remove_file(data.join("LOCK")).unwrap();
    for args in writing {
        let done = Program::Thads.run_briefly(&data, args);
        let told = done.status == Some(1) && done.err.contains("another process");
        found.check(told, || format!("{args:?} beside process {pid}, LOCK removed: {done:?}"));
    }
    room.write(&server, 40, &mut found.broken);
    server.kill();
    // The dead one's id stands in the file; so may the id of a process that lives and has nothing to do with it.
    for pid in [pid, std::process::id().to_string()] {
        fs::write(data.join("LOCK"), format!("{pid}\n")).unwrap();
        room.settle(&mut found.broken);
    }
    found.tried.push(format!("{} second writers, with LOCK and without, 2 locks left behind", writing.len()));
}
