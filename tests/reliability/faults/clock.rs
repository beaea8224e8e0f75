//! The clock is turned: by an hour everything works; by ten years, back or ahead, nothing is recorded and it is said, until
//! somebody says what day it is and which records' times are wrong. Times of recording never decrease in the log. By a time
//! before 1970 nothing is founded, and sled, which does not run by it, is not called damaged.

use std::path::Path;

use serde_json::{Value, json};
use thads_cases::date::Date;

use super::Found;
use super::room::Room;
use crate::power::INIT;
use crate::server::{Server, get, post};
use crate::support::{Program, Ran, ran};

const YEARS: i64 = 315_360_000;
/// Answers under each clock that is right.
const ANSWERS: u64 = 60;

/// Runs this part.
pub(crate) fn run(folder: &Path, found: &mut Found) {
    let mut room = Room::found(&folder.join("clock"), folder, Program::Testing, 1, 970);
    for shift in [-3_600, 0] {
        served(&mut room, found, shift, |room, server, found| writes(room, server, found, shift));
    }
    for shift in [-YEARS, YEARS] {
        served(&mut room, found, shift, |room, server, found| is_off(room, server, found, shift));
    }
    // Somebody takes the wrong clock for the right one.
    let last = records(&room).last().cloned().unwrap_or_default();
    let size = last["position"].as_u64().unwrap_or_default() + 1;
    let recorded_on = day(0);
    served(&mut room, found, YEARS, |room, server, found| {
        corrects(room, server, found, 1, (size - 1, recorded_on, day(YEARS)));
        writes(room, server, found, YEARS);
    });
    // And somebody finds it out.
    served(&mut room, found, 0, |room, server, found| {
        is_off(room, server, found, 0);
        let today = day(0);
        let known = |server: &Server| {
            let answer = get(server.address(), &format!("/api/v1/cases?limit=1&as_known={today}")).unwrap();
            answer.json()["ledger"]["position"].as_u64().unwrap_or_default()
        };
        found.check(known(server) == size, || "wrong times are known today".to_owned());
        corrects(room, server, found, 2, (size, today, today));
        writes(room, server, found, 0);
        let (known, all) = (known(server), u64::try_from(records(room).len()).unwrap());
        found.check(known == all, || format!("of {all} records {known} are known on the day they were made"));
    });
    let years: Vec<i32> = records(&room).iter().map(year).collect();
    let now = day(0).year();
    // The program did see another time, and what stands in the log goes on from there.
    let ends = (years.first().copied(), years.last().copied());
    found.check(ends == (Some(now), Some(now + 10)), || format!("years of recording {ends:?}, now {now}"));
    before_1970(&room.data, &folder.join("never"), found);
    room.settle(&mut found.broken);
    found.tried.push(
        "the clock turned by an hour and ten years, back and ahead, taken for right and corrected, and before 1970".into(),
    );
}

/// Verifies what is in `data`, and founds nothing in `never`, by a clock that shows a time before 1970.
fn before_1970(data: &Path, never: &Path, found: &mut Found) {
    let turned = |data: &Path, args: &[&str]| {
        let mut command = Program::Testing.on(data);
        ran(command.env("THADS_CLOCK_SHIFT", (-10 * YEARS).to_string()).args(["--lang", "en"]).args(args))
    };
    let said = |ran: &Ran, words: &str| ran.status == Some(1) && ran.err.contains(words);
    let init = turned(never, &INIT);
    found.check(said(&init, "before 1970; set it") && !never.exists(), || {
        format!("init before 1970: {init:?}")
    });
    let verify = turned(data, &["verify"]);
    found.check(said(&verify, "before 1970; set it"), || format!("verify before 1970: {verify:?}"));
    let passed_over = "sled was not verified: this machine's clock shows a time before 1970";
    found.check(verify.out.contains(passed_over), || format!("sled before 1970: {verify:?}"));
}

/// The day by a clock that is turned.
fn day(shift: i64) -> Date {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Date::of_instant(i64::try_from(now.as_micros()).unwrap() + shift * 1_000_000)
}

fn records(room: &Room) -> Vec<Value> {
    Program::Thads.run(&room.data, &["--json", "log"]).json_lines()
}

fn year(record: &Value) -> i32 {
    record["recorded_at"].as_str().and_then(|at| at.get(..4)?.parse().ok()).unwrap_or_default()
}

/// Does something with a server whose clock is turned by so many seconds.
fn served(room: &mut Room, found: &mut Found, shift: i64, work: impl FnOnce(&mut Room, &Server, &mut Found)) {
    let mut command = room.command();
    command.env("THADS_CLOCK_SHIFT", shift.to_string());
    match Server::start(&mut command) {
        Ok(server) => {
            work(room, &server, found);
            let ended = server.stop();
            found.check(ended.status.code() == Some(0), || format!("clock {shift} s: {ended}"));
        }
        Err(ended) => found.broken(format!("clock {shift} s: {ended}")),
    }
    room.look(&mut found.broken); // it looks at the times of recording, among others
}

fn writes(room: &mut Room, server: &Server, found: &mut Found, shift: i64) {
    let before = room.outcomes()[0];
    room.write(server, ANSWERS, &mut found.broken);
    let written = room.outcomes()[0] - before;
    found.check(written >= 40, || format!("clock {shift} s: only {written} acknowledgements"));
}

/// Nothing is recorded, and the server says that it is the clock.
fn is_off(room: &mut Room, server: &Server, found: &mut Found, shift: i64) {
    let (before, size) = (room.outcomes()[0], records(room).len());
    room.write(server, ANSWERS, &mut found.broken);
    let (written, more) = (room.outcomes()[0] - before, records(room).len() - size);
    found.check((written, more) == (0, 0), || {
        format!("clock {shift} s: {written} acknowledgements, {more} records by a wrong clock")
    });
    let ready = get(server.address(), "/readyz").unwrap();
    let said = ready.status == 503 && ready.json()["clock"].is_string();
    found.check(said, || format!("clock {shift} s: /readyz {} {}", ready.status, ready.text));
}

/// Records that the times from a record on are wrong, what day that truly was, and what day it is.
fn corrects(
    room: &Room,
    server: &Server,
    found: &mut Found,
    nth: u64,
    (from, truly, today): (u64, Date, Date),
) {
    let request = format!("{nth:032x}");
    let body = json!({
        "request": request, "stream": "ledger:clock", "kind": "clock_corrected", "actor": 1, "from": from,
        "day": truly.to_string(), "effective": today.to_string(),
    });
    // A writer of its own: the judge wants all that is recorded to have been sent by somebody.
    room.truth.sending(&request, (usize::MAX, nth), &body, true);
    let answer = post(server.address(), "/api/v1/actions", &room.truth.asking(&request)).unwrap();
    let noted = if answer.status == 201 {
        room.truth.acknowledged(&request, &answer.json())
    } else {
        Err(format!("the clock is not corrected: {} {}", answer.status, answer.text))
    };
    found.broken.extend(noted.err());
}
