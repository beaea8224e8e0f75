//! A real log of 34,724 rows: every figure that was computed apart from this project must come out of the import,
//! however the file is cut, and whatever its headers and activities are called.

use std::io::Read;
use std::path::PathBuf;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use serde_json::Value;
use thads_cases::case::{CaseStatus, Finish};

use super::order::Draws;
use super::*;

const EXAMPLE: &str = include_str!("../../../../examples/fines.toml");

/// The log, its oracle, and the log imported in one go.
struct Data {
    text: Vec<u8>,
    oracle: Value,
    one_go: Memory,
    summary: Summary,
}

static DATA: LazyLock<Option<Data>> = LazyLock::new(|| {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("THADS_SHARED").map_or(beside, PathBuf::from).join("data");
    let packed = std::fs::read(folder.join("fines_sample.csv.gz")).ok()?;
    let oracle = std::fs::read(folder.join("oracle_sample.json")).ok()?;
    let mut text = Vec::new();
    GzDecoder::new(packed.as_slice()).read_to_end(&mut text).unwrap();
    let mut one_go = empty();
    let (summary, rejects) = import(&text, &example(), &mut one_go);
    assert_eq!(rejects, vec![]);
    Some(Data { text, oracle: serde_json::from_slice(&oracle).unwrap(), one_go, summary })
});

/// None where the data is not there, and then it says so.
fn data() -> Option<&'static Data> {
    if DATA.is_none() {
        eprintln!(
            "SKIPPED: no fines_sample.csv.gz and oracle_sample.json; set THADS_SHARED to the folder that has data/"
        );
    }
    DATA.as_ref()
}

fn example() -> Mapping {
    Mapping::read(EXAMPLE).unwrap()
}

fn beginning() -> Date {
    "1990-01-01".parse().unwrap()
}

/// What a target's events add to the figures of the oracle, and on which day.
struct Cells(Vec<(&'static str, Date, i64)>);

impl Cells {
    fn of(target: &Memory) -> Cells {
        let mut cells = Vec::new();
        for live in
            target.cases().values().chain(target.complaints().values()).flat_map(|entries| timeline(entries))
        {
            let (name, value) = match &live.event.body {
                Body::EnforcementOrdered(_) => ("intake", 1),
                Body::PaymentCollected(payment) => ("collected", payment.amount.get()),
                Body::CoercionCostRecorded(cost) => ("expenses", cost.amount.get()),
                Body::OrderAmended(_) => ("penalties_added", 1),
                Body::ComplaintReceived(_) => ("appeals", 1),
                Body::ComplaintResolved(_) => ("appeals_resolved", 1),
                _ => continue,
            };
            cells.push((name, live.at.on, value));
        }
        for entries in target.cases().values() {
            match case_at(entries, Date::MAX).status {
                CaseStatus::Finished { how: Finish::Completed, on, .. } => {
                    cells.push(("finished_paid", on, 1))
                }
                CaseStatus::Finished { how: Finish::EntrustedOut, on, .. } => {
                    cells.push(("finished_sent_to_credit_collection", on, 1));
                }
                status => assert!(matches!(status, CaseStatus::Open(_)), "{status:?}"),
            }
        }
        Cells(cells)
    }

    fn sum(&self, figure: &str, from: Date, to: Date) -> i64 {
        let sum = |name: &str| -> i64 {
            let cells = self.0.iter().filter(|(figure, on, _)| *figure == name && (from..=to).contains(on));
            cells.map(|(_, _, value)| value).sum()
        };
        match figure {
            "open" => sum("intake") - sum("finished_paid") - sum("finished_sent_to_credit_collection"),
            name => sum(name),
        }
    }
}

fn quarter(name: &str) -> (Date, Date) {
    let (year, quarter) = name.split_once("-Q").unwrap();
    let first: u8 = quarter.parse::<u8>().unwrap() * 3 - 2;
    let from: Date = format!("{year}-{first:02}-01").parse().unwrap();
    (from, from.plus_months(3).previous())
}

const OF_QUARTERS: &[&str] = &["intake", "finished_paid", "finished_sent_to_credit_collection", "collected"];
const OF_MORE: &[&str] = &["open", "expenses", "penalties_added", "appeals", "appeals_resolved"];

fn agrees_with_the_oracle(target: &Memory, oracle: &Value) {
    let cells = Cells::of(target);
    for (name, wanted) in oracle["quarters"].as_object().unwrap() {
        let (from, to) = quarter(name);
        for figure in OF_QUARTERS {
            assert_eq!(Some(cells.sum(figure, from, to)), wanted[figure].as_i64(), "{figure} of {name}");
        }
    }
    for wanted in oracle["as_of"].as_array().unwrap() {
        let day = wanted["date"].as_str().unwrap();
        for figure in OF_QUARTERS.iter().chain(OF_MORE) {
            let counted = cells.sum(figure, beginning(), day.parse().unwrap());
            assert_eq!(Some(counted), wanted[figure].as_i64(), "{figure} as of {day}");
        }
    }
}

fn lines(text: &[u8]) -> (&[u8], Vec<&[u8]>) {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    (lines.next().unwrap(), lines.collect())
}

fn file(header: &[u8], rows: &[&[u8]]) -> Vec<u8> {
    [&[header], rows].concat().concat()
}

#[test]
fn the_whole_log_agrees_with_the_oracle() {
    let Some(Data { oracle, one_go, summary, .. }) = data() else { return };
    assert_eq!((summary.rows, summary.recorded, summary.cases), (34_724, 34_724, 10_000));
    agrees_with_the_oracle(one_go, oracle);
}

#[test]
fn half_and_then_the_whole_is_the_whole_and_again_adds_nothing() {
    let Some(Data { text, oracle, .. }) = data() else { return };
    let (header, rows) = lines(text);
    let mut target = empty();
    let (first, _) = import(&file(header, &rows[..rows.len() / 2]), &example(), &mut target);
    let (whole, rejects) = import(text, &example(), &mut target);
    // What the half said is named, not counted twice.
    assert_eq!((first.recorded + whole.recorded, whole.doubtful), (34_724, first.recorded));
    assert!(rejects.iter().all(|reject| reject.code == "doubtful" && reject.reason.contains("position ")));
    agrees_with_the_oracle(&target, oracle);
    let next = target.next();
    let (again, _) = import(text, &example(), &mut target);
    assert_eq!((again.recorded, again.already_there, again.doubtful), (0, whole.recorded, first.recorded));
    assert_eq!(target.next(), next);
}

#[test]
fn ten_slices_are_the_whole() {
    let Some(Data { text, oracle, .. }) = data() else { return };
    let (header, rows) = lines(text);
    let mut target = empty();
    for slice in rows.chunks(rows.len().div_ceil(10)) {
        import(&file(header, slice), &example(), &mut target);
    }
    agrees_with_the_oracle(&target, oracle);
}

/// Every other row first: those of cases that are not taken in yet wait in the rejects, the rest comes in late.
#[test]
fn rows_that_come_in_late_are_the_whole() {
    let Some(Data { text, oracle, one_go, .. }) = data() else { return };
    let (header, rows) = lines(text);
    let mut target = empty();
    let every_other: Vec<&[u8]> = rows.iter().copied().step_by(2).collect();
    let (first, rejects) = import(&file(header, &every_other), &example(), &mut target);
    assert!(rejects.iter().all(|reject| reject.code == "case_not_yet"));
    let (second, late) = import(text, &example(), &mut target);
    assert_eq!((first.recorded + second.recorded, second.doubtful), (34_724, first.recorded));
    assert!(late.iter().all(|reject| reject.code == "doubtful"));
    assert!(second.derived_anew > 1000 && second.came_late == 0, "{second:?}");
    agrees_with_the_oracle(&target, oracle);
    assert_eq!(status(&target), status(one_go));
}

/// Cut in files that are given one after the other, newest first or shuffled.
#[test]
fn files_given_singly_in_any_order_are_the_whole() {
    let Some(Data { text, oracle, one_go, .. }) = data() else { return };
    let (header, mut rows) = lines(text);
    rows.reverse();
    for (seed, files) in [(0, 7), (1, 2), (2, 100)] {
        if seed > 0 {
            Draws(seed).shuffle(&mut rows);
        }
        let files: Vec<Vec<&[u8]>> = rows.chunks(rows.len().div_ceil(files)).map(<[_]>::to_vec).collect();
        let mut target = empty();
        let summaries = singly(header, &files, &example(), &mut target);
        assert!(summaries.iter().all(|summary| summary.came_late == 0));
        agrees_with_the_oracle(&target, oracle);
        assert_eq!(status(&target), status(one_go), "seed {seed}");
    }
}

/// Newest first, shuffled, cut in many files, with rows written twice: the very same cases.
#[test]
fn the_order_of_rows_and_files_has_no_part_in_the_result() {
    let Some(Data { text, one_go, .. }) = data() else { return };
    let (header, rows) = lines(text);
    let mut newest_first = rows.clone();
    newest_first.reverse();
    let mut target = empty();
    import(&file(header, &newest_first), &example(), &mut target);
    same(&target, one_go);
    for (seed, files) in [(1, 1), (2, 2), (3, 7), (4, 100)] {
        let mut random = Draws(seed);
        let mut shuffled = rows.clone();
        let planted: Vec<&[u8]> = (0..50).map(|_| rows[random.below(rows.len())]).collect();
        shuffled.extend(&planted);
        random.shuffle(&mut shuffled);
        let parts: Vec<Vec<u8>> =
            shuffled.chunks(shuffled.len().div_ceil(files)).map(|part| file(header, part)).collect();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let mut target = empty();
        let (summary, rejects) = together(&parts, &example(), Manner::default(), &mut target);
        assert_eq!((summary.recorded, summary.doubtful), (34_724, 50), "seed {seed}");
        assert!(rejects.iter().all(|reject| reject.code == "doubtful"));
        same(&target, one_go);
    }
}

#[test]
fn every_header_and_activity_may_be_renamed_in_the_mapping_alone() {
    let Some(Data { text, oracle, .. }) = data() else { return };
    let text = str::from_utf8(text).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut mapping = EXAMPLE.to_owned();
    let mut headers = Vec::new();
    for (at, name) in header.split(',').enumerate() {
        headers.push(format!("Spalte {at}"));
        mapping = mapping.replace(&format!("\"{name}\""), &format!("\"Spalte {at}\""));
    }
    let mut rows = rows.to_owned();
    for (at, activity) in oracle["activities"].as_object().unwrap().keys().enumerate() {
        rows = rows.replace(&format!(",{activity},"), &format!(",Vorgang {at},"));
        mapping = mapping.replace(&format!("\"{activity}\""), &format!("\"Vorgang {at}\""));
    }
    let renamed = format!("{}\n{rows}", headers.join(","));
    let known = header.split(',').chain(oracle["activities"].as_object().unwrap().keys().map(String::as_str));
    for name in known {
        assert!(!renamed.contains(name) && !mapping.contains(&format!("\"{name}\"")), "{name}");
    }
    let mut target = empty();
    let (summary, rejects) = import(renamed.as_bytes(), &Mapping::read(&mapping).unwrap(), &mut target);
    assert_eq!((summary.recorded, rejects), (34_724, vec![]));
    agrees_with_the_oracle(&target, oracle);
}

#[test]
fn an_import_that_is_broken_off_goes_on_where_it_was() {
    let Some(Data { text, one_go, .. }) = data() else { return };
    let mut target = empty();
    for appends in [0, 1, 700, 20_000] {
        target.stop_after(appends);
        let inputs = inputs(&[text]);
        take_in(inputs, &example(), &mut target, Manner::default(), &mut Kept::default()).unwrap_err();
    }
    target.stop_after(usize::MAX);
    import(text, &example(), &mut target);
    same(&target, one_go);
}
