//! Questions: every answer names the moment that it is about, an office is meant with or without those below it by one word,
//! and a list in pages is the list of one moment; at the API and at the command line alike.

use serde_json::{Value, json};

use crate::support::{
    ACTIONS, Folder, Server, action, ask, distraint_case, fine_case, officer, real_ledger, record, thads,
};

const CASE: &str = "DT03/2018/0001";
const PERIOD: &str = "2018-10-01..2019-03-31";

fn ledger() -> Folder {
    let folder = real_ledger();
    record(&folder.data, &distraint_case(CASE)).ok();
    folder
}

fn note(text: &str) -> Value {
    action(CASE, "note_added", "2019-01-11", officer::ENFORCER, json!({ "text": text }))
}

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
    let folder = ledger();
    let server = Server::start(&folder.data);
    let receipt = server.post(ACTIONS, &note("một").to_string()).json();
    for text in ["hai", "ba"] {
        assert_eq!(server.post(ACTIONS, &note(text).to_string()).status, 201);
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
    let folder = ledger();
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
    let folder = ledger();
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
