//! Questions: every answer names the moment that it is about, an office is meant with or without those below it by one word,
//! and a list in pages is the list of one moment; at the API and at the command line alike.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{
    ACTIONS, Folder, Server, THADS, ask, fine_case, head, ledger_with, note_on, record, thads,
};

const CASE: &str = "DT03/2018/0001";
const PERIOD: &str = "2018-10-01..2019-03-31";

fn ids(answer: &Value) -> Vec<String> {
    let cases = answer["cases"].as_array().unwrap();
    cases.iter().map(|case| case["case"].as_str().unwrap().to_owned()).collect()
}

/// The rows that a command prints, without what says where they come from.
fn rows(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let mut all = vec!["--json", "--quiet"];
    all.extend_from_slice(args);
    let mut rows = thads(&folder.data, &all).ok().json_lines();
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("ledger").expect("a row names its log");
    }
    rows
}

#[test]
fn every_answer_is_of_the_moment_that_it_is_asked_for() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    let receipt = server.post(ACTIONS, &note_on(CASE, "một").to_string()).json();
    for text in ["hai", "ba"] {
        assert_eq!(server.post(ACTIONS, &note_on(CASE, text).to_string()).status, 201);
    }
    let then = receipt["size"].to_string();
    let moment = |ledger: &Value, what: &str| {
        let of = (&ledger["position"], &ledger["root"]);
        assert_eq!(of, (&receipt["size"], &receipt["root"]), "{what}");
    };
    for path in [
        "cases?",
        "cases?office=DT03&own=true&limit=1&",
        "cases/DT03-2018-0001?",
        "cases/DT03-2018-0001/history?",
        "cases/DT03-2018-0001?at=2019-01-01&",
        "reports/2019-H1?",
        "reports/2019-H1?office=DT00&by=office&",
        "figures/cases.total?period=2019-H1&",
        "figures/rate.money?period=2019-H1&office=DT03&own=true&",
        "figures/cases.total?period=2019-H1&list=cases&",
        "figures/cases.total?period=2019-H1&list=events&",
    ] {
        let path = format!("/api/v1/{path}as_known={then}");
        moment(&server.get(&path).json()["ledger"], &path);
    }
    let period = ["--period", PERIOD];
    for args in [
        &["cases"][..],
        &["case", CASE],
        &["case", CASE, "--history", "--at", "2019-01-01"],
        &[&["report"], &period[..]].concat(),
        &[&["report", "--by", "office"], &period[..]].concat(),
        &[&["figure", "cases.total"], &period[..]].concat(),
        &[&["figure", "cases.total", "--cases"], &period[..]].concat(),
        &[&["figure", "cases.total", "--events"], &period[..]].concat(),
        &[&["replay"], &period[..]].concat(),
    ] {
        let all = [&["--json", "--quiet"], args, &["--as-known", &then]].concat();
        let answers = thads(&folder.data, &all).ok().json_lines();
        assert!(!answers.is_empty(), "{all:?}");
        for answer in answers {
            moment(&answer["ledger"], &format!("{all:?}"));
        }
    }
}

#[test]
fn an_office_is_meant_with_or_without_those_below_it_by_one_word() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    for (office, own, found) in [("DT00", false, true), ("DT00", true, false), ("DT03", true, true)] {
        let query = format!("office={office}&own={own}");
        let mut of = vec!["--office", office];
        of.extend(own.then_some("--own"));
        let period = ["--period", "2019-H1"];
        let expected = if found { vec![CASE.to_owned()] } else { Vec::new() };

        let list = server.get(&format!("/api/v1/cases?{query}")).json();
        assert_eq!(ids(&list), expected, "{query}");
        assert_eq!(Value::from(rows(&folder, &[&["cases"], &of[..]].concat())), list["cases"]);

        let report = server.get(&format!("/api/v1/reports/2019-H1?{query}")).json();
        assert_eq!((&report["scope"], &report["own"]), (&json!(office), &json!(own)));
        assert_eq!(report["figures"]["cases.total"]["value"], expected.len());
        assert_eq!(ask(&folder.data, &[&["report"], &period[..], &of[..]].concat()), report);

        let figure =
            server.get(&format!("/api/v1/figures/cases.total?period=2019-H1&list=cases&{query}")).json();
        assert_eq!((figure["value"].as_u64(), ids(&figure)), (Some(u64::from(found)), expected.clone()));
        let args = [&["figure", "cases.total", "--cases"], &period[..], &of[..]].concat();
        assert_eq!(Value::from(rows(&folder, &args)), figure["cases"]);
        let events = server.get(&format!("/api/v1/figures/cases.total?period=2019-H1&list=events&{query}"));
        let args = [&["figure", "cases.total", "--events"], &period[..], &of[..]].concat();
        assert_eq!(Value::from(rows(&folder, &args)), events.json()["events"]);

        let args = [&["replay"], &period[..], &of[..]].concat();
        let last = rows(&folder, &args).pop().unwrap();
        assert_eq!(last["figures"], report["figures"], "{args:?}");
    }
    // Without an office there is nothing that the word could leave out; an office that was not there yet is none.
    for args in [&["cases", "--own"][..], &["report", "--period", "2019", "--own"]] {
        assert_eq!(thads(&folder.data, args).status, 2, "{args:?}");
    }
    assert_eq!(server.get("/api/v1/reports/2019-H1?office=DT03&as_known=1").status, 404);
    assert_eq!(thads(&folder.data, &["cases", "--office", "DT03", "--as-known", "1"]).status, 1);
}

#[test]
fn a_list_in_pages_is_the_list_of_one_moment() {
    let folder = ledger_with(CASE);
    let all: Vec<String> = (2..=5).map(|number| format!("DT03/2018/{number:04}")).collect();
    let actions: Vec<Value> = all.iter().flat_map(|case| fine_case(case)).collect();
    record(&folder.data, &actions).ok();
    let server = Server::start(&folder.data);
    let list = server.get("/api/v1/cases?office=DT00").json();
    assert_eq!((ids(&list).len(), &list["next"]), (5, &Value::Null));
    let (mut next, mut pages) = (json!("/api/v1/cases?office=DT00&limit=2"), Vec::new());
    while let Some(address) = next.as_str() {
        let page = server.get(address).json();
        assert_eq!(page["ledger"], list["ledger"], "{address}");
        pages.push(ids(&page));
        // What is recorded between the pages is not in them.
        for action in fine_case(&format!("DT03/2018/{:04}", 5 + pages.len())) {
            assert_eq!(server.post(ACTIONS, &action.to_string()).status, 201, "{action}");
        }
        next = page["next"].clone();
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(pages.concat(), ids(&list));

    let cut = thads(&folder.data, &["--lang", "en", "cases", "--limit", "2"]).ok();
    let size = server.get("/readyz").json()["ledger"]["position"].to_string();
    assert!(cut.err.contains(&format!("--after DT03/2018/0002 --as-known {size}")), "{}", cut.err);
    let whole = thads(&folder.data, &["--lang", "en", "cases", "--limit", "8"]).ok();
    assert!(!whole.err.contains("--after"), "{}", whole.err);
    assert_eq!(thads(&folder.data, &["cases", "--limit", "0"]).status, 2);
}

/// What an option cannot mean beside another, or of this ledger, is refused; what it can mean, it means.
#[test]
fn an_option_is_meant_or_refused() {
    let folder = ledger_with(CASE);
    let size = head(&folder.data).0;
    let (last, beyond) = (size.to_string(), (size + 1).to_string());
    let period = ["--period", "2019-H1"];
    for (args, status) in [
        (&["demo", "--no-serve", "--listen", "127.0.0.1:0"][..], 2),
        (&["demo", "--no-serve", "--host", "office.example"], 2),
        (&["serve", "--host", ""], 2),
        (&["serve", "--host", "http://office.example/"], 2),
        (&[&["figure", "cases.total", "--cases", "--events"], &period[..]].concat(), 2),
        (&["restore", "nowhere", "--to", "1", "--as-known", "2019-01-01"], 2),
        (&["cases", "--after", "DT03"], 2),
        (&["cases", "--limit", "0"], 2),
        (&["cases", "--as-known", "+1"], 1),
        (&["cases", "--standing", "lost"], 1),
        (&["cases", "--as-known", &beyond], 1),
        (&[&["report", "--by", "colour"], &period[..]].concat(), 1),
        (&["log", "--from", "3", "--to", "2"], 1),
        (&["log", "--from", &beyond], 1),
        (&["log", "--to", &beyond], 1),
        (&["log", "--from", &last], 0),
        (&["log", "--from", "2", "--to", &last], 0),
    ] {
        let ran = thads(&folder.data, args);
        assert_eq!(ran.status, status, "{args:?}: {ran:?}");
        assert!(status == 0 || !ran.err.is_empty(), "{args:?}");
    }
    let mut serving = Command::new(THADS)
        .args([
            "--data",
            &folder.data.display().to_string(),
            "--json",
            "--quiet",
            "serve",
            "--listen",
            "127.0.0.1:0",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let read = BufReader::new(serving.stdout.take().unwrap()).read_line(&mut line);
    serving.kill().unwrap();
    serving.wait().unwrap();
    read.unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    assert!(said["serving"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{line}");
}

/// What is owed before an order says it is not known: null, and a dash, never 0.
#[test]
fn what_is_not_known_is_not_nothing() {
    let folder = ledger_with(CASE);
    let judgment = &fine_case("DT03/2018/0002")[..1];
    record(&folder.data, judgment).ok();
    let rows = rows(&folder, &["cases"]);
    assert_eq!(rows[1]["standing"], "registered", "{rows:?}");
    assert!(rows[0]["remaining"].is_i64() && rows[1]["remaining"].is_null(), "{rows:?}");
    assert!(ask(&folder.data, &["case", "DT03/2018/0002"])["remaining"].is_null());
    let text = thads(&folder.data, &["--quiet", "cases"]).ok().out;
    assert!(text.lines().nth(1).unwrap().trim_end().ends_with('–'), "{text}");
    let report = ask(&folder.data, &["report", "--period", "2019-H1", "--by", "enforcer"]);
    let row = &report["rows"][0]["figures"];
    for id in ["complaints.received", "units.with_case_target"] {
        assert!(row[id]["value"].is_null() && report["figures"][id]["value"].is_i64(), "{id}: {row}");
    }
}

#[test]
fn a_stream_without_records_is_named() {
    let folder = crate::support::real_ledger();
    let log =
        |stream: &str| crate::support::thads(&folder.data, &["--lang", "en", "log", "--stream", stream]).ok();
    let none = log("case:DT03/2018/9999");
    assert!(none.out.is_empty() && none.err.contains("case:DT03/2018/9999: it has no record"), "{none:?}");
    let one = log("officer:1");
    assert!(!one.out.is_empty() && one.err.is_empty(), "{one:?}");
}
