//! The API: receipts, repeated requests, stale versions, dry runs, problems, many writers at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    ACTIONS, Server, action, ask, fine_case, head, ledger_with, lines, note_on, officer, problem,
    real_ledger, record, thads, thads_with_input, with,
};

const CASE: &str = "DT03/2018/0001";

fn size(server: &Server) -> u64 {
    server.get("/readyz").json()["ledger"]["position"].as_u64().unwrap()
}

#[test]
fn an_action_is_answered_with_a_receipt_that_the_log_bears_out() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    let before = size(&server);
    let first = server.post("/api/v1/cases/DT03-2018-0001/actions", &{
        let mut action = note_on(CASE, "Đương sự xin gia hạn");
        action.as_object_mut().unwrap().remove("case");
        action.to_string()
    });
    assert_eq!(first.status, 201, "{first:?}");
    let receipt = first.json();
    assert_eq!((receipt["first"].as_u64(), receipt["last"].as_u64()), (Some(before), Some(before)));
    assert_eq!(receipt["size"], before + 1);
    assert_eq!(receipt["stream_version"], 17);
    let from = before.to_string();
    let log = thads(&folder.data, &["--json", "log", "--from", &from]).ok().json_lines();
    assert_eq!(log.len(), 1);
    for (field, of_receipt) in [("leaf", "leaf"), ("request", "request"), ("recorded_at", "recorded_at")] {
        assert_eq!(log[0][field], receipt[of_receipt], "{field}");
    }
    assert_eq!(head(&folder.data), (before + 1, base64_of_hex(receipt["root"].as_str().unwrap())));
    assert_eq!(server.get("/readyz").json()["ledger"]["root"], receipt["root"]);
    assert_eq!(server.stop(), 0);
    thads(&folder.data, &["verify"]).ok();
}

/// Checkpoints write the root in base64, receipts in hex.
fn base64_of_hex(hex: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u32> =
        (0..hex.len()).step_by(2).map(|at| u32::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | group.get(at).copied().unwrap_or(0));
        for digit in 0..4 {
            let pad = digit > group.len();
            let value = usize::try_from(bits >> (18 - 6 * digit) & 63).unwrap();
            text.push(if pad { '=' } else { char::from(DIGITS[value]) });
        }
    }
    text
}

#[test]
fn a_stale_version_is_answered_with_the_current_one() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    let before = size(&server);
    let stale = server.post(ACTIONS, &with(note_on(CASE, "x"), "expected_version", 15).to_string());
    let problem = problem(&stale, 409, "stale-version");
    assert_eq!(
        (problem["expected_version"].as_u64(), problem["current_version"].as_u64()),
        (Some(15), Some(16))
    );
    assert_eq!(size(&server), before);
    let anew = with(note_on(CASE, "x"), "expected_version", problem["current_version"].clone());
    assert_eq!(server.post(ACTIONS, &anew.to_string()).status, 201);
}

#[test]
fn a_request_id_counts_once_for_ever() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    let payment = json!({ "payer": { "debtor": 1 }, "amount": 1_000_000, "means": "cash" });
    let judgment = json!({ "court": "TAND", "number": "9/2018", "date": "2018-10-01", "judgment": "civil" });
    // A repeat must be answered even where it would be unlawful by now: a second judgment, a future version.
    let table = [
        with(note_on(CASE, "một lần"), "request", "00000000-0000-4000-8000-000000000001"),
        with(
            action(CASE, "payment_collected", "2019-01-11", officer::ACCOUNTANT, payment),
            "request",
            "00000000000040008000000000000002",
        ),
        with(
            action("DT03/2018/0002", "judgment_received", "2018-11-01", officer::CLERK, judgment),
            "request",
            "00000000000040008000000000000003",
        ),
        with(
            with(note_on(CASE, "có phiên bản"), "request", "00000000000040008000000000000004"),
            "expected_version",
            18,
        ),
        with(
            action(
                CASE,
                "fact_corrected",
                "2019-01-12",
                officer::HEAD,
                json!({
                    "entry": 20, "changes": { "amount": 21_000_000 }, "authority": "biên lai",
                }),
            ),
            "request",
            "00000000000040008000000000000005",
        ),
    ];
    let collected = ask_history(&server, "payment_collected");
    let table = table.map(|action| match action["kind"].as_str() {
        Some("fact_corrected") => with(action, "entry", collected),
        _ => action,
    });
    let mut receipts = Vec::new();
    for action in &table {
        let first = server.post(ACTIONS, &action.to_string());
        assert_eq!(first.status, 201, "{action}: {first:?}");
        receipts.push(first.json());
    }
    let after = size(&server);
    for (action, receipt) in table.iter().zip(&receipts) {
        let again = server.post(ACTIONS, &action.to_string());
        assert_eq!(again.status, 200, "{action}: {again:?}");
        assert_eq!(again.json(), *receipt, "{action}");
        let other = match action["kind"].as_str().unwrap() {
            "note_added" => with(action.clone(), "text", "khác"),
            "payment_collected" => with(action.clone(), "amount", 1_000_001),
            "judgment_received" => with(action.clone(), "number", "10/2018"),
            _ => with(action.clone(), "changes", json!({ "amount": 22_000_000 })),
        };
        let refused = problem(&server.post(ACTIONS, &other.to_string()), 409, "request-reused");
        assert_eq!(refused["position"], receipt["first"], "{refused}");
        // A dry run says what the real one does.
        let dry = |action: &Value| server.post(&format!("{ACTIONS}?dry_run=true"), &action.to_string());
        assert_eq!(dry(action).status, 200, "{action}");
        assert_eq!(problem(&dry(&other), 409, "request-reused"), refused);
    }
    assert_eq!(size(&server), after, "a repeated request was recorded again");
    // The ledger remembers over a restart, and tells the command line the same.
    assert_eq!(server.stop(), 0);
    let mut again = record(&folder.data, &table).ok().json_lines();
    for (nth, line) in again.iter_mut().enumerate() {
        let fields = line.as_object_mut().unwrap();
        assert_eq!(fields.remove("line"), Some(json!(nth + 1)));
        assert_eq!(fields.remove("outcome"), Some(json!("repeated")));
    }
    assert_eq!(again, receipts);
    assert_eq!(head(&folder.data).0, after);
}

/// The position of the case's first entry of a kind.
fn ask_history(server: &Server, kind: &str) -> u64 {
    let answer = server.get("/api/v1/cases/DT03-2018-0001/history").json();
    let history = answer["history"].as_array().unwrap();
    history.iter().find(|entry| entry["kind"] == kind).unwrap()["position"].as_u64().unwrap()
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    let before = server.get("/readyz").json();
    let allowed = server.post("/api/v1/actions?dry_run=true", &note_on(CASE, "x").to_string());
    assert_eq!(allowed.status, 200, "{allowed:?}");
    assert_eq!(allowed.json()["dry_run"], true);
    assert_eq!(allowed.json().get("leaf"), None);
    let completed = action(CASE, "completed", "2019-01-11", officer::ENFORCER, json!({}));
    let refused = server.post("/api/v1/actions?dry_run=true", &completed.to_string());
    problem(&refused, 422, "refused");
    assert_eq!(server.get("/readyz").json(), before);
}

#[test]
fn problems_name_field_value_limit_and_way_out() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    let before = size(&server);

    let reduction =
        json!({ "asset": 1, "by": { "numerator": 11, "denominator": 100 }, "start_price": 53_400_000 });
    let eleven = action(CASE, "price_reduced", "2019-01-25", officer::ENFORCER, reduction);
    let refused = problem(&server.post(ACTIONS, &eleven.to_string()), 422, "refused");
    for (key, expected) in [("code", "limit"), ("article", "104.5"), ("field", "by"), ("given", "11/100")] {
        assert_eq!(refused[key], expected, "{refused}");
    }
    assert!(refused["limit"].as_str().unwrap().contains("10.0 %"), "{refused}");
    assert!(refused["accepted"].as_str().unwrap().contains("10.0 %"), "{refused}");
    assert!(
        refused["vi"].as_str().unwrap().contains("Từ chối: giá trị vượt giới hạn (Điều 104.5)"),
        "{refused}"
    );
    assert!(refused["en"].as_str().unwrap().contains("Refused: the value is beyond the limit (Art. 104.5)"));

    let fields = [
        (with(note_on(CASE, "x"), "colour", "red"), "colour", "red"),
        (with(note_on(CASE, "x"), "effective", "2019-02-30"), "effective", "2019-02-30"),
        (with(note_on(CASE, "x"), "kind", "fine_created"), "kind", "fine_created"),
        (with(note_on(CASE, "x"), "actor", "me"), "actor", "me"),
        (with(note_on(CASE, "x"), "case", "DT3"), "case", "DT3"),
        (with(note_on(CASE, "x"), "text", 5), "text", "5"),
        (json!({ "case": CASE, "kind": "note_added", "actor": 3 }), "text", "null"),
        (json!({ "case": CASE, "kind": "note_added", "text": "x" }), "actor", "null"),
    ];
    for (action, field, given) in fields {
        let said = problem(&server.post(ACTIONS, &action.to_string()), 400, "bad-field");
        assert_eq!(said["field"], field, "{action}: {said}");
        assert!(said["given"].to_string().contains(given), "{action}: {said}");
        for key in ["rule", "accepted"] {
            assert!(!said[key].as_str().unwrap().is_empty(), "{key} for {action}: {said}");
        }
        assert!(said["vi"].as_str().unwrap().contains(field), "{said}");
    }
    let twice = note_on(CASE, "một").to_string().replacen('{', "{\"kind\":\"note_added\",", 1);
    let deep = note_on(CASE, "x").to_string().replace("\"x\"", "{\"a\":1,\"a\":2}");
    for body in ["", "{", "\"text\"", "[1]", &twice, &deep] {
        let answer = server.post(ACTIONS, body);
        assert_eq!(
            (answer.status, answer.content_type.as_str()),
            (400, "application/problem+json"),
            "{body:?}"
        );
        let vi = answer.json()["vi"].as_str().unwrap_or_default().to_owned();
        assert!(vi.starts_with("Từ chối: ") && vi.contains("; chấp nhận: "), "{body}: {answer:?}");
    }
    assert_eq!(size(&server), before, "something was written");
}

#[test]
fn questions_that_have_no_answer_get_problems() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    let table = [
        ("/api/v1/nothing", 404, "not-found"),
        ("/api/v1/cases/DT03-2018-0999", 404, "not-found"),
        ("/api/v1/cases/DT03-2018-0999/history", 404, "not-found"),
        ("/api/v1/figures/cases.lost?period=2019-H1", 404, "not-found"),
        ("/api/v1/reports/2019-H1?office=DT99", 404, "not-found"),
        ("/api/v1/cases/nonsense", 400, "bad-field"),
        ("/api/v1/reports/yesterday", 400, "bad-field"),
        ("/api/v1/reports/2019-H3", 400, "bad-field"),
        ("/api/v1/reports/2019-H1?as_known=tomorrow", 400, "bad-field"),
        ("/api/v1/reports/2019-H1?as_known=99999999", 400, "bad-field"),
        ("/api/v1/reports/2019-H1?by=colour", 400, "bad-field"),
        ("/api/v1/cases/DT03-2018-0001?at=2019-02-30", 400, "bad-field"),
        ("/api/v1/figures/cases.finished?period=2019-H1&list=colours", 400, "bad-field"),
        ("/api/v1/figures/cases.finished", 400, "bad-query"),
        ("/api/v1/reports/2019-H1?colour=red", 400, "bad-query"),
        ("/api/v1/cases?standing=lost", 400, "bad-field"),
        ("/api/v1/actions", 405, "method"),
    ];
    for (address, status, kind) in table {
        problem(&server.get(address), status, kind);
    }
    let nowhere = problem(&server.get("/api/v1/nothing"), 404, "not-found");
    assert!(nowhere["detail"].as_str().unwrap().contains("/api/v1/nothing"), "{nowhere}");
}

#[test]
fn the_api_and_the_command_line_answer_alike() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    let by_api = server.get("/api/v1/reports/2018-10-01..2019-03-31?by=office").json();
    // A reader needs no lock.
    let by_command = ask(&folder.data, &["report", "--period", "2018-10-01..2019-03-31", "--by", "office"]);
    assert_eq!(by_api, by_command);
    assert_eq!(by_api["figures"]["money.collected"]["value"], 20_000_000);
    let case = server.get("/api/v1/cases/DT03-2018-0001").json();
    assert_eq!(case, ask(&folder.data, &["case", CASE]));
    assert_eq!(
        server.get("/log/checkpoint").text,
        format!("{}\n", thads(&folder.data, &["checkpoint"]).ok().out.trim_end())
    );
    assert_eq!(server.get("/healthz").text, "ok");
    // A second writer is told who the first one is.
    let second = thads_with_input(&folder.data, &["record", "-"], &lines(&[note_on(CASE, "x")]));
    assert_eq!(second.status, 1, "{second:?}");
    assert!(second.err.contains(&server.pid().to_string()), "{}", second.err);
}

#[test]
fn sixteen_writers_are_all_acknowledged_without_a_gap() {
    const WRITERS: usize = 16;
    const EACH: usize = 8;
    let folder = real_ledger();
    let cases: Vec<String> = (1..=WRITERS).map(|number| format!("DT03/2018/{number:04}")).collect();
    let actions: Vec<Value> = cases.iter().flat_map(|case| fine_case(case)).collect();
    record(&folder.data, &actions).ok();
    let server = Server::start(&folder.data);
    let before = size(&server);
    let receipts: Vec<(String, Value)> = std::thread::scope(|scope| {
        let writers: Vec<_> = cases
            .iter()
            .map(|case| {
                let server = &server;
                scope.spawn(move || {
                    (0..EACH)
                        .map(|nth| {
                            let answer =
                                server.post(ACTIONS, &note_on(case, &format!("lần {nth}")).to_string());
                            assert_eq!(answer.status, 201, "{answer:?}");
                            (case.clone(), answer.json())
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let positions: BTreeSet<u64> = receipts.iter().map(|(_, one)| one["first"].as_u64().unwrap()).collect();
    let expected: BTreeSet<u64> = (before..).take(WRITERS * EACH).collect();
    assert_eq!(positions, expected);
    let mut versions: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (case, receipt) in &receipts {
        versions.entry(case).or_default().push(receipt["stream_version"].as_u64().unwrap());
    }
    for (case, versions) in versions {
        assert_eq!(versions, (6..).take(EACH).collect::<Vec<u64>>(), "{case}");
    }
    assert_eq!(server.stop(), 0);
    let log = thads(&folder.data, &["--json", "log"]).ok().json_lines();
    assert_eq!(log.len(), usize::try_from(before).unwrap() + WRITERS * EACH);
    for (at, record) in log.iter().enumerate() {
        assert_eq!(record["position"], at);
    }
    for (case, receipt) in &receipts {
        let at = usize::try_from(receipt["first"].as_u64().unwrap()).unwrap();
        assert_eq!(log[at]["stream"], format!("case:{case}"));
        assert_eq!(log[at]["leaf"], receipt["leaf"]);
    }
    thads(&folder.data, &["verify"]).ok();
}

#[test]
fn a_list_is_of_the_moment_and_of_the_offices_that_it_is_asked_for() {
    let folder = ledger_with(CASE);
    record(&folder.data, &fine_case("DT03/2018/0002")).ok();
    let server = Server::start(&folder.data);
    let ids = |answer: &Value| {
        let cases = answer["cases"].as_array().unwrap();
        cases.iter().map(|case| case["case"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let now = server.get("/api/v1/cases").json();
    assert_eq!(now["ledger"]["position"], size(&server));
    assert_eq!(ids(&now), ["DT03/2018/0001", "DT03/2018/0002"]);
    let then = ask_history(&server, "judgment_received") + 1;
    let earlier = server.get(&format!("/api/v1/cases?as_known={then}")).json();
    let report = server.get(&format!("/api/v1/reports/2019-H1?as_known={then}")).json();
    assert_eq!(earlier["ledger"], report["ledger"]);
    assert_eq!((&earlier["ledger"]["position"], ids(&earlier)), (&json!(then), vec![CASE.to_owned()]));
    // An office is asked for with those below it, as figures are.
    let figure = server.get("/api/v1/figures/cases.total?period=2019-H1&office=DT00&list=cases").json();
    assert_eq!(ids(&server.get("/api/v1/cases?office=DT00").json()), ids(&figure));
    assert_eq!(ids(&server.get("/api/v1/cases?office=DT03").json()), ids(&now));
    assert!(ids(&server.get("/api/v1/cases?office=DT04").json()).is_empty());
    // A case of which voids leave nothing is still its office's.
    let judgment = fine_case("DT03/2018/0003").remove(0);
    let first = server.post(ACTIONS, &judgment.to_string()).json()["first"].clone();
    let fields = json!({ "entry": first, "authority": "biên bản 1" });
    let void = action("DT03/2018/0003", "entry_voided", "2019-03-01", officer::HEAD, fields);
    assert_eq!(server.post(ACTIONS, &void.to_string()).status, 201);
    let empty = server.get("/api/v1/cases/DT03-2018-0003").json();
    assert_eq!((&empty["office"], &empty["standing"]["is"]), (&json!("DT03"), &json!("unknown")));
    assert_eq!(ids(&server.get("/api/v1/cases?office=DT03&standing=unknown").json()), ["DT03/2018/0003"]);
}

#[test]
fn actions_behind_a_byte_order_mark_are_taken() {
    let folder = ledger_with(CASE);
    let marked = format!("\u{feff}{}", lines(&[note_on(CASE, "một"), note_on(CASE, "hai")]));
    let ran = thads_with_input(&folder.data, &["--json", "record", "-"], &marked).ok();
    assert_eq!(ran.json_lines().len(), 2);
}

#[test]
fn half_a_request_does_not_keep_the_server_from_stopping() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    let mut silent = TcpStream::connect(server.address()).unwrap();
    silent.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").unwrap();
    let (said, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || said.send(server.stop()));
    assert_eq!(heard.recv_timeout(Duration::from_secs(60)).expect("it waits for who says nothing"), 0);
    record(&folder.data, &[note_on(CASE, "sau đó")]).ok();
}
