//! Lists behind figures, breakdowns, days of a period, and the view of a case.

use thads_cases::ids::Position;
use thads_projections::books::{Books, FoldError};
use thads_projections::breakdown::{Dimension, Key, report_by};
use thads_projections::case_state::{Mark, case_view};
use thads_projections::drill::{FigureError, figure_cases, figure_events};
use thads_projections::entry::DecodeError;
use thads_projections::figures::Value;
use thads_projections::scope::Scope;
use thads_projections::snapshot;

use crate::acts::collected;
use crate::pen::{A, B, Pen, date, period};

const ALL: Scope = Scope::Ledger;

#[test]
fn a_figure_opens_to_its_cases_and_events() {
    let mut pen = Pen::new();
    let first = pen.fee_case(A, "2018-08-01", 300_000);
    let second = pen.loan_case(B, "2018-10-05", 1_000_000);
    pen.pay_directly(&second, "2018-11-01", 1, 400_000);
    pen.finish(&first, "2018-12-03");
    let cases = |id: &str| -> Vec<String> {
        let list = figure_cases(&pen.books, id, &period("2019-H1"), ALL, pen.next()).unwrap();
        list.iter().map(|one| format!("{} {} {} {}", one.subject, one.how, one.on, one.amount)).collect()
    };
    assert_eq!(cases("cases.finished"), ["A/2018/0001 completed 2018-12-03 1"]);
    assert_eq!(cases("cases.total"), ["A/2018/0001 carried 2018-08-01 1", "B/2018/0001 new 2018-10-05 1"]);
    assert_eq!(
        cases("money.enforceable"),
        ["A/2018/0001 completed 2018-12-03 300000", "B/2018/0001 completed+in_progress 2018-11-01 1000000"]
    );
    assert_eq!(cases("rate.cases").len(), 2);
    let events = figure_events(&pen.books, "money.finished", &period("2019-H1"), ALL, pen.next()).unwrap();
    let events: Vec<_> = events.iter().map(|one| (one.kind, one.delta, one.opening)).collect();
    assert_eq!(events, [("remitted_to_budget", 300_000, false), ("paid_directly", 400_000, false)]);
    let unknown = figure_cases(&pen.books, "cases.all", &period("2019-H1"), ALL, pen.next());
    assert_eq!(unknown, Err(FigureError::Unknown("cases.all".to_owned())));
    pen.target(A, 2019, "rate.cases", 50);
    let units =
        figure_cases(&pen.books, "units.over_case_target", &period("2019-H1"), ALL, pen.next()).unwrap();
    assert_eq!(units.iter().map(|one| one.subject.to_string()).collect::<Vec<_>>(), ["A"]);
    assert_eq!(units[0].position.0 + 1, pen.next().0);
}

#[test]
fn a_report_by_a_dimension_adds_up() {
    let mut pen = Pen::new();
    pen.fee_case(A, "2018-08-01", 300_000);
    let loan = pen.loan_case(B, "2018-10-05", 20_000_000);
    pen.finish(&loan, "2018-11-01");
    let rows = |dimension| {
        report_by(&pen.books, &period("2019-H1"), ALL, pen.next(), dimension)
            .into_iter()
            .map(|(key, report)| (key.to_string(), report.amount("cases.total").unwrap()))
            .collect::<Vec<_>>()
    };
    let row = |key: &str| (key.to_owned(), 1);
    assert_eq!(rows(Dimension::Basis), [row("on_request"), row("proactive")]);
    assert_eq!(rows(Dimension::Entry), [row("carried"), row("new")]);
    assert_eq!(rows(Dimension::Amount), [row("under_10_million"), row("10_to_100_million")]);
    assert_eq!(rows(Dimension::OrderYear), [("2018".to_owned(), 2)]);
    assert_eq!(rows(Dimension::Enforcer), [row("22"), row("32")]);
    assert_eq!(rows(Dimension::Obligation), [row("court_fee"), row("loan")]);
    assert_eq!(rows(Dimension::Creditor), [row("individual"), row("state_budget")]);
    assert_eq!(rows(Dimension::Tag), [("none".to_owned(), 2)]);
    for (key, row) in report_by(&pen.books, &period("2019-H1"), ALL, pen.next(), Dimension::Office) {
        let Key::Office(code) = key else { panic!("{key}") };
        let number = pen.books.world().organisation.office_by_code(&code).unwrap().number;
        assert_eq!(row, pen.report("2019-H1", Scope::OfficeAlone(number)));
    }
    // What a row does not count is not 0.
    let first = |dimension| report_by(&pen.books, &period("2019-H1"), ALL, pen.next(), dimension).remove(0).1;
    for &dimension in Dimension::ALL {
        let row = first(dimension);
        for id in [
            "complaints.received",
            "units.over_case_target",
            "money.collected",
            "rate.auction_sold",
            "cases.in_transit",
        ] {
            let counted = match dimension {
                Dimension::Office => true,
                Dimension::Obligation => false,
                _ => !id.starts_with("complaints.") && !id.starts_with("units."),
            };
            assert_eq!(row.value(id).unwrap() != Value::Uncounted, counted, "{id} by {}", dimension.word());
        }
        assert!(row.amount("cases.total").is_some() && row.amount("money.finished").is_some());
    }
    for &dimension in Dimension::ALL {
        assert_eq!(dimension.word().parse(), Ok(dimension));
    }
    assert!("colour".parse::<Dimension>().is_err());
}

#[test]
fn a_history_shows_both_dates_and_what_was_repaired() {
    let mut pen = Pen::new();
    let case = pen.loan_case(A, "2018-10-05", 9_000_000);
    pen.on_the_day("2018-11-12");
    let wrong = pen.collect(&case, "2018-11-01", 5_000_000);
    let twice = pen.collect(&case, "2018-11-02", 1_000_000);
    let fixed = pen.correct(&case, "2018-11-12", wrong, "2018-11-05", collected(1, 500_000)).unwrap();
    let voided = pen.void(&case, "2018-11-12", twice).unwrap();
    let view = case_view(&pen.books, &case, date("2018-11-30"), pen.next()).unwrap();
    assert_eq!(view.state.cash.collected, 500_000);
    let entry = |position| view.entries.iter().find(|entry| entry.position == position).unwrap();
    assert_eq!(entry(wrong).mark, Mark::Corrected { by: fixed, took_effect: date("2018-11-05") });
    assert_eq!((entry(wrong).days_late, entry(wrong).working_days_late), (11, Some(7)));
    assert_eq!((entry(twice).mark, entry(twice).counts), (Mark::Voided { by: voided }, false));
    assert_eq!(entry(fixed).mark, Mark::Stands);
    let before = case_view(&pen.books, &case, date("2018-11-30"), fixed).unwrap();
    assert_eq!((before.state.cash.collected, before.entries.len() + 2), (6_000_000, view.entries.len()));
    assert!(case_view(&pen.books, &case, date("2018-11-30"), view.entries[0].position).is_none());
}

/// So many cases that several threads share them: the same books, the same figures, lists still in order.
#[test]
fn several_threads_give_the_same() {
    let mut pen = Pen::new();
    for number in 0..700 {
        let case = pen.fee_case(if number % 3 == 0 { A } else { B }, "2018-10-05", 200_000);
        if number % 2 == 0 {
            pen.finish(&case, "2019-01-28");
        }
    }
    let mut at_once = Books::new();
    at_once.fold_many(&pen.records).unwrap();
    assert_eq!(at_once, pen.books);
    let known = pen.next();
    pen.check(
        "2019-H1",
        ALL,
        "cases.total 700, cases.finished 350, cases.in_progress 350, money.finished 70000000, money.in_progress 70000000",
    );
    let finished = figure_cases(&at_once, "cases.finished", &period("2019-H1"), ALL, known).unwrap();
    assert_eq!(finished.len(), 350);
    assert!(finished.is_sorted_by(|one, other| one.subject < other.subject));
    let bytes = snapshot::save(&at_once).unwrap();
    assert_eq!(snapshot::load(&bytes).unwrap(), pen.books);
}

/// A record that cannot be folded is named, and what stands before it is folded.
#[test]
fn a_record_that_is_not_next_is_refused() {
    let mut pen = Pen::new();
    pen.fee_case(A, "2018-10-05", 200_000);
    let records = &pen.records;
    let mut books = Books::new();
    let gap = books.fold(&records[1]).unwrap_err();
    assert!(matches!(gap, FoldError::Gap { expected: 0, found: 1 }), "{gap}");
    let mut changed = records.clone();
    let last = changed.len() - 1;
    changed[last].stream_version += 1;
    let error = books.fold_many(&changed).unwrap_err();
    assert!(matches!(&error, FoldError::Version { expected: 3, found: 4, .. }), "{error}");
    assert_eq!(books.position().0, pen.next().0 - 1);
    changed[last] = records[last].clone();
    changed[last].payload.push(0);
    let error = books.fold(&changed[last]).unwrap_err();
    assert!(matches!(error, FoldError::Decode(DecodeError::Payload { .. })), "{error}");
    changed[last] = records[last].clone();
    changed[last].kind = 9_999;
    assert!(books.fold(&changed[last]).is_err());
    changed[last] = records[last].clone();
    changed[last].stream = "case:A-2018-0001".parse().unwrap();
    let error = books.fold(&changed[last]).unwrap_err();
    assert!(matches!(error, FoldError::Stream { .. }), "{error}");
    books.fold(&records[last]).unwrap();
    assert_eq!(books, pen.books);
    assert_eq!(
        (books.version(&records[last].stream), books.next_intake(&"A".parse().unwrap(), 2018)),
        (3, 2)
    );
    assert_eq!(books.known_on(date("2010-01-01")), Position(15));
    assert_eq!(books.known_on(date("2018-10-05")), pen.next());
    assert_eq!(books.known_on(date("2009-12-31")), Position(0));
}
