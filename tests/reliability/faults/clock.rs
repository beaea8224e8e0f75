//! The clock is turned: an hour and ten years back, ten years ahead. Everything works, and times of recording never
//! decrease in the log.

use std::path::Path;

use super::Found;
use super::room::Room;
use crate::server::Server;
use crate::support::Program;

/// Seconds that the clock is turned by, one after the other on the same ledger.
const SHIFTS: [i64; 6] = [-3_600, -315_360_000, 0, 315_360_000, -3_600, -315_360_000];
/// Answers under each.
const ANSWERS: u64 = 60;

/// Runs this part.
pub(crate) fn run(folder: &Path, found: &mut Found) {
    let mut room = Room::found(&folder.join("clock"), folder, Program::Testing, 1, 970);
    let mut years = Vec::new();
    for shift in SHIFTS {
        let mut command = room.command();
        command.env("THADS_CLOCK_SHIFT", shift.to_string());
        let before = room.outcomes()[0];
        match Server::start(&mut command) {
            Ok(server) => {
                room.write(&server, ANSWERS, &mut found.broken);
                let ended = server.stop();
                found.check(ended.status.code() == Some(0), || format!("clock {shift} s: {ended}"));
            }
            Err(ended) => found.broken(format!("clock {shift} s: {ended}")),
        }
        let written = room.outcomes()[0] - before;
        found.check(written >= 40, || format!("clock {shift} s: only {written} acknowledgements"));
        room.look(&mut found.broken); // it looks at the times of recording, among others
        let log = Program::Thads.run(&room.data, &["--json", "log"]).json_lines();
        years.push(log.last().and_then(|last| last["recorded_at"].as_str()?.get(..4)?.parse::<i64>().ok()));
    }
    // The program did see another time: the years of the last records are now, now, now, ten on, and then they stay.
    let now = years[0].unwrap_or_default();
    let expected = [now, now, now, now + 10, now + 10, now + 10].map(Some);
    found.check(years == expected, || format!("years of recording {years:?}, expected {expected:?}"));
    room.settle(&mut found.broken);
    found.tried.push(format!("the clock turned {} times", SHIFTS.len()));
}
