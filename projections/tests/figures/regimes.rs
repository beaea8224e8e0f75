//! The statistics are data: when the year begins and which columns there are is set by rules of the law, and moves every figure.

use thads_cases::rules::{Ground, Value as Rule};
use thads_projections::scope::Scope;

use crate::ledger_writer::{A, LedgerWriter, period};
use crate::vectors::ten_open_cases;

const ALL: Scope = Scope::Ledger;

fn words(words: &[&str]) -> Rule {
    Rule::Grounds(words.iter().map(|word| Ground::new("", word)).collect())
}

/// Cases that finish in and after the last quarter of the calendar year.
fn two_years() -> LedgerWriter {
    let mut writer = LedgerWriter::new();
    for (ordered, finished) in
        [("2018-02-05", "2018-11-05"), ("2018-10-05", "2019-02-05"), ("2018-11-05", "2019-11-05")]
    {
        let case = writer.fee_case(A, ordered, 200_000);
        writer.finish(&case, finished);
    }
    writer.target(A, 2019, "rate.cases", 50);
    writer
}

#[test]
fn a_year_that_begins_in_january_moves_every_named_period() {
    let mut writer = two_years();
    writer.check("2019", ALL, "cases.carried 1, cases.new 2, cases.finished 2, units.with_case_target 1");
    let october = writer.next();
    writer.set_rule("stat_year", "2010-01-01", Rule::Count(1));
    writer.check("2019", ALL, "cases.carried 2, cases.new 0, cases.finished 2, units.with_case_target 1");
    for (name, days) in [
        ("2019", "2019-01-01..2019-12-31"),
        ("2019-H1", "2019-01-01..2019-06-30"),
        ("2019-Q3", "2019-01-01..2019-09-30"),
        ("2018-M11", "2018-01-01..2018-11-30"),
    ] {
        let (named, said) = (writer.report(name, ALL), writer.report(days, ALL));
        assert_eq!((named.figures, named.targets), (said.figures, said.targets), "{name}");
        assert_eq!((named.period.from(), named.period.to()), (period(days).from(), period(days).to()));
    }
    // The targets of a year are asked of the year that holds the period's end, and its pace of the months that have come.
    writer.check("2018-10-01..2018-12-31", ALL, "units.with_case_target 0");
    assert_eq!(writer.report("2019-Q1", ALL).targets[0].pace, (150, 1200));
    // As known before, the year began in October.
    let then = writer.report_as_known("2019", ALL, october);
    assert_eq!(then.period.from(), period("2018-10-01..2018-10-01").from());
    assert_eq!(then.amount("cases.carried"), Some(1));
}

#[test]
fn columns_are_those_of_the_rules() {
    let mut writer = ten_open_cases("2018-11-01", "2018-12-03", "đ");
    writer.check("2021-M04", ALL, "cases.enforceable 7, cases.not_yet_enforceable 2, cases.other_standing 1");
    writer.set_rule("stat_sum", "2020-06-01", words(&["enforceable", "not_yet"]));
    writer.check("2021-M04", ALL, "cases.enforceable 7, cases.not_yet_enforceable 3, cases.other_standing 0");
}
