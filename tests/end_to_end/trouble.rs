//! A server whose writes begin to fail: it stops recording, says so, serves on, and answers what it has acknowledged.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{ACTIONS, Server, action, head, officer, problem, real_ledger, thads, with};

/// Shorter than any segment, so that no block can be written.
const NOTHING: Option<u64> = Some(600);

/// A judgment comes in: nothing in it is personal data.
fn judgment(request: u32) -> Value {
    let fields = json!({
        "court": "TAND", "number": format!("{request}/2018"), "date": "2018-10-01", "judgment": "civil",
    });
    let case = format!("DT03/2018/{request:04}");
    let judgment = action(&case, "judgment_received", "2018-11-01", officer::CLERK, fields);
    with(judgment, "request", format!("{request:032x}"))
}

/// A note on the first judgment's case: its text is personal data.
fn note(request: u32, text: &str) -> Value {
    let note = action("DT03/2018/0001", "note_added", "2018-11-02", officer::CLERK, json!({ "text": text }));
    with(note, "request", format!("{request:032x}"))
}

#[test]
fn a_server_that_can_write_no_more_says_so_and_answers_what_it_has_acknowledged() {
    let folder = real_ledger();
    let server = Server::start_limitable(&folder.data);
    let known = [judgment(1), note(100, "trước")];
    let receipts = known.clone().map(|action| server.post(ACTIONS, &action.to_string()));
    server.limit(NOTHING);
    let unknown = problem(&server.post(ACTIONS, &judgment(2).to_string()), 503, "unknown-outcome");
    server.limit(None);

    let ready = server.get("/readyz");
    assert_eq!((ready.status, &ready.json()["ready"]), (503, &json!(false)), "{ready:?}");
    for (action, receipt) in known.iter().zip(&receipts) {
        assert_eq!(receipt.status, 201, "{receipt:?}");
        let again = server.post(ACTIONS, &action.to_string());
        assert_eq!((again.status, again.json()), (200, receipt.json()));
    }
    let other = problem(&server.post(ACTIONS, &note(100, "khác").to_string()), 409, "request-reused");
    assert_eq!(other["position"], receipts[1].json()["first"], "{other}");
    // What failed was never acknowledged: only the next opening knows what became of it.
    let mut answers = vec![unknown];
    for action in [judgment(2), note(101, "mới")] {
        answers.push(problem(&server.post(ACTIONS, &action.to_string()), 503, "stopped"));
    }
    // Which file it was is said to the operator, and not to clients.
    let (status, said) = server.stop_and_hear();
    assert_eq!(status, 1);
    let file = folder.data.join("wal/0000000000.seg").display().to_string();
    let causes: Vec<&str> = said.lines().filter(|line| line.contains("was answered with 503")).collect();
    assert!(!causes.is_empty() && causes.iter().all(|line| line.contains(&file)), "{said}");
    for answer in answers {
        assert!(!answer.to_string().contains(".seg") && !answer.to_string().contains("os error"), "{answer}");
    }

    let server = Server::start(&folder.data);
    let sent = [judgment(2), note(101, "mới")].map(|action| server.post(ACTIONS, &action.to_string()).status);
    assert_eq!(sent, [201, 201], "what could not be written is recorded now");
    assert_eq!(server.stop(), 0);
}

#[test]
fn a_server_without_its_lock_file_stays_alone_and_one_whose_directory_was_replaced_stops() {
    let folder = real_ledger();
    let server = Server::start(&folder.data);
    assert_eq!(server.post(ACTIONS, &judgment(1).to_string()).status, 201);
    std::fs::remove_file(folder.data.join("LOCK")).unwrap();
    let second = thads(&folder.data, &["--lang", "en", "serve", "--listen", "127.0.0.1:0"]);
    assert!(second.status == 1 && second.err.contains("another process"), "{second:?}");
    assert_eq!(server.post(ACTIONS, &judgment(2).to_string()).status, 201);

    let away = folder.data.with_extension("away");
    std::fs::rename(&folder.data, &away).unwrap();
    assert!(Command::new("cp").arg("-a").args([&away, &folder.data]).status().unwrap().success());
    problem(&server.post(ACTIONS, &judgment(3).to_string()), 503, "stopped");
    let ready = server.get("/readyz");
    assert!(ready.status == 503 && ready.text.contains("replaced"), "{ready:?}");
    assert_eq!(server.stop(), 1);
    for data in [&away, &folder.data] {
        let verified = thads(data, &["--json", "verify"]).ok().json();
        assert_eq!(verified["summary"]["records"], head(&away).0, "nothing acknowledged is lost: {verified}");
    }
}

/// The second copy may go: the server says so and records on, and the next one has it again.
#[test]
fn a_server_whose_second_copy_was_moved_away_says_so_and_records_on() {
    let folder = real_ledger();
    let server = Server::start(&folder.data);
    assert_eq!(server.post(ACTIONS, &judgment(1).to_string()).status, 201);
    let sled = folder.data.join("sled");
    std::fs::rename(&sled, folder.data.with_extension("sled")).unwrap();
    assert_eq!(server.post(ACTIONS, &judgment(2).to_string()).status, 201);
    let ready = server.get("/readyz");
    assert_eq!(ready.status, 200, "{ready:?}");
    let why = ready.json()["sled"].as_str().unwrap().to_owned();
    assert!(why.contains(sled.to_str().unwrap()) && why.contains("moved or removed"), "{ready:?}");
    let (status, said) = server.stop_and_hear();
    assert!(status == 1 && said.contains(&why), "{status}: {said}");
    let server = Server::start(&folder.data);
    assert_eq!(server.get("/readyz").json()["sled"], Value::Null);
    assert_eq!(server.stop(), 0);
    thads(&folder.data, &["verify"]).ok();
}
