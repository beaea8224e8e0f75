//! Figures move with what is recorded, stay as they were known, and a replay meets the reports of its days.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Folder, HALF_YEAR, Server, ask, demo, head, record, thads, value};

fn report(data: &Path, more: &[&str]) -> Value {
    let mut args = vec!["report", "--period", HALF_YEAR];
    args.extend_from_slice(more);
    ask(data, &args)
}

fn finished(data: &Path, more: &[&str]) -> Vec<String> {
    let mut args = vec!["--json", "figure", "cases.finished", "--period", HALF_YEAR, "--cases"];
    args.extend_from_slice(more);
    let lines = thads(data, &args).ok().json_lines();
    lines.iter().map(|line| line["case"].as_str().unwrap().to_owned()).collect()
}

fn log(data: &Path) -> Vec<Value> {
    thads(data, &["--json", "log"]).ok().json_lines()
}

/// The number of the officer with a role in an office, both as the log says.
fn officer(log: &[Value], office: &Value, role: &str) -> u64 {
    let appointed = log.iter().find(|record| {
        record["kind"] == "officer_appointed"
            && record["fields"]["role"] == role
            && (office.is_null() || record["fields"]["office"] == *office)
    });
    appointed.unwrap_or_else(|| panic!("no {role} in office {office}"))["fields"]["number"].as_u64().unwrap()
}

#[test]
fn a_voided_completion_lowers_the_figure_now_and_not_as_it_was_known() {
    let copy = Folder::copy_of(&demo().data);
    let log = log(&copy.data);
    let before = finished(&copy.data, &[]);
    assert_eq!(before.len(), 7668);
    // A case that was finished in the period, ended with that, and has no entry behind it that could stand in the way.
    let last_of = |case: &String| {
        let stream = format!("case:{case}");
        log.iter().rfind(|record| record["stream"] == stream).unwrap()
    };
    let (case, completion) = before
        .iter()
        .map(|case| (case, last_of(case)))
        .find(|(case, last)| last["kind"] == "completed" && !case.starts_with("DT00"))
        .unwrap();
    let head_of_office = officer(&log, &completion["office"], "head");
    let (size, _) = head(&copy.data);
    let known = size.to_string();
    let void = json!({
        "case": case, "kind": "entry_voided", "actor": head_of_office, "entry": completion["position"],
        "authority": "kiểm tra nội bộ",
    });
    record(&copy.data, &[void]).ok();

    assert_eq!(value(&report(&copy.data, &[]), "cases.finished"), 7667);
    let as_known = report(&copy.data, &["--as-known", &known]);
    assert_eq!(value(&as_known, "cases.finished"), 7668);
    assert_eq!(as_known["figures"], demo().answer["report"]["figures"]);
    assert_eq!(as_known["ledger"]["position"], size);
    assert_eq!(as_known["ledger"]["root"], demo().answer["report"]["ledger"]["root"]);
    let mut now = finished(&copy.data, &[]);
    assert!(!now.contains(case), "{case} is still listed");
    now.push(case.clone());
    now.sort();
    assert_eq!(now, before, "more than {case} has changed");
    assert_eq!(finished(&copy.data, &["--as-known", &known]), before);
    let history = ask(&copy.data, &["case", case, "--history"]);
    let voided = history["history"].as_array().unwrap().iter().find(|entry| !entry["voided_by"].is_null());
    assert_eq!(voided.unwrap()["position"], completion["position"]);
    assert_eq!(voided.unwrap()["voided_by"], size);
    thads(&copy.data, &["verify"]).ok();
}

#[test]
fn a_raised_target_makes_one_winner_less() {
    let copy = Folder::copy_of(&demo().data);
    let log = log(&copy.data);
    let (size, _) = head(&copy.data);
    let before = report(&copy.data, &[]);
    let table = [("rate.cases", "units.over_case_target", 2), ("rate.money", "units.over_money_target", 3)];
    for (rate, units, winners) in table {
        assert_eq!(value(&before, units), winners);
        let targets = before["targets"].as_array().unwrap();
        let reached: Vec<&Value> =
            targets.iter().filter(|row| row["figure"] == rate && row["reached"] == true).collect();
        assert_eq!(i64::try_from(reached.len()).unwrap(), winners, "{reached:?}");
        let winner = reached[0]["office"].as_str().unwrap();
        let opened = log.iter().find(|record| record["stream"] == format!("office:{winner}")).unwrap();
        let raise = json!({
            "stream": format!("office:{winner}"), "kind": "target_assigned",
            "actor": officer(&log, &Value::Null, "provincial_head"),
            "year": 2019, "office": opened["fields"]["number"], "figure": rate,
            "ratio": { "numerator": 9999, "denominator": 10000 },
        });
        record(&copy.data, &[raise]).ok();
        let after = report(&copy.data, &[]);
        assert_eq!(value(&after, units), winners - 1, "{winner} still reaches 99.99 %");
    }
    let after = report(&copy.data, &[]);
    for (id, figure) in before["figures"].as_object().unwrap() {
        if !id.starts_with("units.over_") {
            assert_eq!(after["figures"][id], *figure, "{id} moved with a target");
        }
    }
    let as_known = report(&copy.data, &["--as-known", &size.to_string()]);
    assert_eq!(as_known["figures"], before["figures"]);
    assert_eq!(as_known["targets"], before["targets"]);
}

#[test]
fn nobody_but_the_provincial_head_assigns_targets() {
    let copy = Folder::copy_of(&demo().data);
    let before = head(&copy.data);
    let log = log(&copy.data);
    let opened = log.iter().find(|record| record["stream"] == "office:DT03").unwrap();
    let lower = json!({
        "stream": "office:DT03", "kind": "target_assigned",
        "actor": officer(&log, &opened["fields"]["number"], "head"),
        "year": 2019, "office": opened["fields"]["number"], "figure": "rate.cases",
        "ratio": { "numerator": 1, "denominator": 100 },
    });
    let refused = record(&copy.data, &[lower]);
    assert_eq!(refused.status, 1);
    assert_eq!(refused.json()["refused"]["code"], "role", "{}", refused.out);
    assert_eq!(head(&copy.data), before);
}

#[test]
fn a_replay_meets_the_report_of_each_day() {
    let days =
        thads(&demo().data, &["--json", "replay", "--period", "2018-10-01..2019-03-31"]).ok().json_lines();
    assert_eq!(days.len(), 182);
    let named: Vec<&str> = days.iter().map(|day| day["day"].as_str().unwrap()).collect();
    assert_eq!((named[0], named[181]), ("2018-10-01", "2019-03-31"));
    assert!(named.is_sorted_by(|one, other| one < other));
    assert_eq!(days[181]["figures"], demo().answer["report"]["figures"]);
    let of_day = |day: &Value| format!("2018-10-01..{}", day["day"].as_str().unwrap());
    for day in [&days[0], &days[90]] {
        assert_eq!(ask(&demo().data, &["report", "--period", &of_day(day)])["figures"], day["figures"]);
    }
    let copy = Folder::copy_of(&demo().data);
    let server = Server::start(&copy.data);
    for day in days.iter().step_by(9).take(20) {
        let report = server.get(&format!("/api/v1/reports/{}", of_day(day))).json();
        for (id, figure) in day["figures"].as_object().unwrap() {
            assert_eq!(report["figures"][id], *figure, "{id} on {}", day["day"]);
        }
        assert_eq!(report["figures"], day["figures"]);
    }
}

#[test]
fn a_period_is_named_in_more_than_one_way() {
    let copy = Folder::copy_of(&demo().data);
    let server = Server::start(&copy.data);
    let figures = |period: &str| server.get(&format!("/api/v1/reports/{period}")).json()["figures"].clone();
    let half = figures("2019-H1");
    for same in ["2019-Q2", "2019-M06", "2018-10-01..2019-03-31"] {
        assert!(figures(same) == half, "{same} differs from 2019-H1");
    }
    // The half year ended on a Sunday: its last working day was the 29th.
    for other in ["2019-Q1", "2019-M05", "2018-10-01..2019-03-28"] {
        assert!(figures(other) != half, "{other} is the same as 2019-H1");
    }
    assert!(figures("2019") == figures("2019-M12"), "2019 differs from 2019-M12");
}

#[test]
fn offices_add_up_to_the_ledger() {
    let by_office = report(&demo().data, &["--by", "office"]);
    let rows = by_office["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 13);
    for id in [
        "cases.finished",
        "cases.enforceable",
        "cases.new",
        "money.finished",
        "money.enforceable",
        "money.collected",
        "complaints.received",
    ] {
        let sum: i64 = rows.iter().map(|row| value(row, id)).sum();
        assert_eq!(sum, value(&by_office, id), "{id}");
    }
}
