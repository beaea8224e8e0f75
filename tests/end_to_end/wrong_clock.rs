//! A wrong clock, found out: the recorded times stay, and every date as which something was known is the true one, for reports, for
//! what is brought back from a backup, and for who reads the log.

use serde_json::{Value, json};

use crate::support::{
    Folder, ask, fine_case, head, lines, officer, real_ledger, record, thads, thads_with_input,
};

/// The ledger was founded under a clock that showed today and was a day ahead.
#[test]
fn dates_as_known_and_restores_follow_the_true_days() {
    let folder = real_ledger();
    record(&folder.data, &fine_case("DT03/2018/0001")).ok();
    let (size, _) = head(&folder.data);
    let note = json!({
        "case": "DT03/2018/0001", "kind": "note_added", "actor": officer::ENFORCER, "text": "hôm nay",
    });
    let would = thads_with_input(
        &folder.data,
        &["--json", "record", "--dry-run", "-"],
        &lines(std::slice::from_ref(&note)),
    );
    let today = would.ok().json()["effective"].as_str().unwrap().to_owned();
    let yesterday = before(&today);
    let known = |day: &str| {
        let report = ask(&folder.data, &["report", "--period", "2019-H1", "--as-known", day]);
        report["ledger"]["position"].as_u64().unwrap()
    };
    assert_eq!([known(&yesterday), known(&today)], [0, size]);
    let backup = folder.data.with_file_name("backup").display().to_string();
    thads(&folder.data, &["backup", &backup]).ok();
    assert_eq!(thads(&Folder::new().data, &["restore", &backup, "--as-known", &yesterday]).status, 1);

    let correction = json!({
        "stream": "ledger:clock", "kind": "clock_corrected", "actor": officer::PROVINCIAL_HEAD, "from": 0,
        "day": yesterday, "effective": today, "reason": "máy chạy nhanh một ngày",
    });
    record(&folder.data, &[correction]).ok();
    record(&folder.data, &[note]).ok();
    assert_eq!([known(&yesterday), known(&today)], [size, size + 2]);
    let log = thads(&folder.data, &["--json", "log", "--from", &size.to_string()]).ok().json_lines();
    let stands: Vec<&Value> = log.iter().map(|record| &record["effective"]).collect();
    assert_eq!(stands, [&json!(today); 2]);
    assert_eq!((&log[0]["kind"], &log[0]["fields"]["day"]), (&json!("clock_corrected"), &json!(yesterday)));
    let case = ask(&folder.data, &["case", "DT03/2018/0001", "--history"]);
    let last = case["history"].as_array().unwrap().last().unwrap();
    assert_eq!(last["recorded_on"], json!(today));

    thads(&folder.data, &["backup", &backup]).ok();
    for (day, records) in [(&yesterday, size), (&today, size + 2)] {
        let back = Folder::new();
        let done = thads(&back.data, &["--json", "restore", &backup, "--as-known", day]).ok().json();
        assert_eq!(done["records"], json!(records), "{day}");
    }
    let verified = ask(&folder.data, &["verify"]);
    assert_eq!((&verified["good"], &verified["notices"]), (&json!(true), &json!([])));
    ask(&folder.data, &["rebuild", "--check"]);
}

/// The day before a day that is written `2026-05-01`.
fn before(day: &str) -> String {
    day.parse::<thads_cases::date::Date>().unwrap().previous().to_string()
}
