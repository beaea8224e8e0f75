//! The demo: three seeds, three ledgers, the same eight figures.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde_json::Value;

use crate::support::{Folder, HALF_YEAR, THADS, ask, demo, head, percent, real_ledger, thads, value};

/// The figures that Đồng Tháp published, with what a report must say.
#[track_caller]
fn published(report: &Value) {
    let counts = [
        ("cases.finished", 7668),
        ("units.over_case_target", 2),
        ("units.over_money_target", 3),
        ("complaints.received", 40),
        ("complaints.resolved", 38),
    ];
    for (id, expected) in counts {
        assert_eq!(value(report, id), expected, "{id}");
    }
    let money = value(report, "money.finished");
    assert!((164_000_000_000..165_000_000_000).contains(&money), "money.finished {money}");
    for (id, expected) in [("rate.cases", "62.7"), ("rate.money", "18.5")] {
        assert_eq!(percent(report, id), expected, "{id}");
    }
}

fn root(report: &Value) -> String {
    report["ledger"]["root"].as_str().unwrap().to_owned()
}

fn report(data: &Path) -> Value {
    ask(data, &["report", "--period", HALF_YEAR])
}

#[test]
fn three_seeds_give_three_roots_and_the_same_figures() {
    let mut roots = BTreeSet::new();
    let first = &demo().answer;
    for seed in ["1", "2", "3"] {
        let folder = Folder::new();
        let answer = if seed == "1" {
            first.clone()
        } else {
            ask(&folder.data, &["--quiet", "demo", "--seed", seed, "--no-serve"])
        };
        published(&answer["report"]);
        assert_eq!(answer["report"]["ledger"]["practice"], true, "seed {seed}");
        assert!(roots.insert(root(&answer["report"])), "seed {seed} has the root of another");
    }
    assert_eq!(roots.len(), 3);
}

#[test]
fn one_seed_gives_one_root_and_the_bands_hold() {
    let folder = Folder::new();
    let answer = thads(&folder.data, &["demo", "--seed", "1", "--no-serve"]).ok();
    let expected = root(&demo().answer["report"]);
    assert!(answer.out.contains(&expected), "root {expected} is not in: {}", answer.out);
    assert!(answer.out.contains("SỔ THỰC HÀNH"), "{}", answer.out);
    assert_eq!(answer.out.matches('✓').count(), 37, "{}", answer.out);
    assert!(!answer.out.contains('✗'), "{}", answer.out);
}

#[test]
fn figure_lists_every_finished_case_once_and_sorted() {
    let lines = finished(&demo().data, &[]);
    assert_eq!(lines.len(), 7668);
    let cases: Vec<&str> = lines.iter().map(|line| line["case"].as_str().unwrap()).collect();
    assert!(cases.is_sorted(), "the cases are not sorted");
    assert_eq!(cases.iter().collect::<BTreeSet<_>>().len(), cases.len(), "a case stands twice");
    for line in &lines {
        for field in ["case", "office", "how", "on", "position"] {
            assert!(!line[field].is_null(), "{field} is missing: {line}");
        }
        assert!(["completed", "terminated"].contains(&line["how"].as_str().unwrap()), "{line}");
        let on = line["on"].as_str().unwrap();
        assert!(("2018-10-01"..="2019-03-31").contains(&on), "{line}");
    }
}

fn finished(data: &Path, more: &[&str]) -> Vec<Value> {
    let mut args = vec!["--json", "figure", "cases.finished", "--period", HALF_YEAR, "--cases"];
    args.extend_from_slice(more);
    thads(data, &args).ok().json_lines()
}

/// `thads cases | head -1` is no failure, and a practice ledger's list says in text and in every row of JSON what it is.
#[test]
fn a_list_may_be_left_early_and_is_marked() {
    for json in [false, true] {
        for list in ["cases --limit 100000", "figure cases.finished --period 2019-H1 --cases", "log"] {
            let format = if json { "--json" } else { "--quiet" };
            let line = format!(
                "set -o pipefail; {THADS} --data {} {format} {list} | head -1",
                demo().data.display()
            );
            let ran = std::process::Command::new("bash").args(["-c", &line]).output().unwrap();
            let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
            assert!(ran.status.success(), "{line}: {out}{err}");
            let mark = if json { "\"practice\"" } else { "*** SỔ THỰC HÀNH ***" };
            assert!(out.contains(mark), "{line}: {out}");
        }
    }
}

#[test]
fn finished_cases_went_many_ways() {
    let cases: BTreeSet<String> = finished(&demo().data, &[])
        .iter()
        .map(|line| format!("case:{}", line["case"].as_str().unwrap()))
        .collect();
    let mut ways: HashMap<String, Vec<String>> = HashMap::new();
    for record in thads(&demo().data, &["--json", "log"]).ok().out.lines() {
        let record: Value = serde_json::from_str(record).unwrap();
        let stream = record["stream"].as_str().unwrap();
        if cases.contains(stream) {
            ways.entry(stream.to_owned()).or_default().push(record["kind"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(ways.len(), 7668);
    let mut counts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for way in ways.into_values() {
        *counts.entry(way).or_default() += 1;
    }
    let (way, most) = counts.iter().max_by_key(|(_, count)| **count).unwrap();
    assert!(most * 100 <= 7668 * 30, "{most} of 7668 cases went the same way: {way:?}");
}

#[test]
fn report_is_the_same_without_snapshots() {
    let copy = Folder::copy_of(&demo().data);
    assert_eq!(report(&copy.data)["figures"], demo().answer["report"]["figures"]);
    std::fs::remove_dir_all(copy.data.join("snapshots")).unwrap();
    let again = report(&copy.data);
    assert_eq!(again["figures"], demo().answer["report"]["figures"]);
    assert_eq!(again["ledger"], demo().answer["report"]["ledger"]);
}

#[test]
fn demo_goes_on_where_it_stopped_and_doubles_nothing() {
    let copy = Folder::copy_of(&demo().data);
    let before = head(&copy.data);
    let again = ask(&copy.data, &["--quiet", "demo", "--seed", "1", "--no-serve"]);
    assert_eq!(head(&copy.data), before);
    published(&again["report"]);
    let other = thads(&copy.data, &["--quiet", "demo", "--seed", "2", "--no-serve"]);
    assert_eq!(other.status, 1, "another seed's demo went on here: {other:?}");
    assert_eq!(head(&copy.data), before);
}

#[test]
fn demo_refuses_a_real_ledger() {
    let real = real_ledger();
    let before = head(&real.data);
    let refused = thads(&real.data, &["demo", "--no-serve"]);
    assert_eq!(refused.status, 1);
    assert_eq!(refused.out, "");
    assert!(refused.err.contains("another ledger"), "{}", refused.err);
    assert!(refused.err.contains("--data"), "no way out is said: {}", refused.err);
    assert_eq!(head(&real.data), before);
}
