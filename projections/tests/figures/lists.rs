//! Lists behind figures, breakdowns, days of a period, and the view of a case.

use thads_cases::ids::Position;
use thads_cases::stream::StreamKind;
use thads_projections::breakdown::{Dimension, Key, report_by};
use thads_projections::case_state::{Mark, case_view};
use thads_projections::drilldown::{FigureError, figure_cases, figure_events};
use thads_projections::entry::DecodeError;
use thads_projections::figures::Value;
use thads_projections::read_model::{FoldError, ReadModel};
use thads_projections::scope::Scope;
use thads_projections::snapshot;

use crate::acts::collected;
use crate::ledger_writer::{A, B, LedgerWriter, date, period};

const ALL: Scope = Scope::Ledger;

#[test]
fn a_figure_opens_to_its_cases_and_events() {
    let mut writer = LedgerWriter::new();
    let first = writer.fee_case(A, "2018-08-01", 300_000);
    let second = writer.loan_case(B, "2018-10-05", 1_000_000);
    writer.pay_directly(&second, "2018-11-01", 1, 400_000);
    writer.finish(&first, "2018-12-03");
    let cases = |id: &str| -> Vec<String> {
        let list = figure_cases(&writer.model, id, &period("2019-H1"), ALL, writer.next()).unwrap();
        list.iter().map(|one| format!("{} {} {} {}", one.subject, one.how, one.on, one.amount)).collect()
    };
    assert_eq!(cases("cases.finished"), ["A/2018/0001 completed 2018-12-03 1"]);
    assert_eq!(cases("cases.total"), ["A/2018/0001 carried 2018-08-01 1", "B/2018/0001 new 2018-10-05 1"]);
    assert_eq!(
        cases("money.enforceable"),
        ["A/2018/0001 completed 2018-12-03 300000", "B/2018/0001 completed+in_progress 2018-11-01 1000000"]
    );
    assert_eq!(cases("rate.cases").len(), 2);
    let events =
        figure_events(&writer.model, "money.finished", &period("2019-H1"), ALL, writer.next()).unwrap();
    let events: Vec<_> = events.iter().map(|one| (one.kind, one.delta, one.opening)).collect();
    assert_eq!(events, [("remitted_to_budget", 300_000, false), ("paid_directly", 400_000, false)]);
    let unknown = figure_cases(&writer.model, "cases.all", &period("2019-H1"), ALL, writer.next());
    assert_eq!(unknown, Err(FigureError::Unknown("cases.all".to_owned())));
    writer.target(A, 2019, "rate.cases", 50);
    let units = figure_cases(&writer.model, "units.over_case_target", &period("2019-H1"), ALL, writer.next())
        .unwrap();
    assert_eq!(units.iter().map(|one| one.subject.to_string()).collect::<Vec<_>>(), ["A"]);
    assert_eq!(units[0].position.0 + 1, writer.next().0);
}

#[test]
fn a_report_by_a_dimension_adds_up() {
    let mut writer = LedgerWriter::new();
    writer.fee_case(A, "2018-08-01", 300_000);
    let loan = writer.loan_case(B, "2018-10-05", 20_000_000);
    writer.finish(&loan, "2018-11-01");
    let rows = |dimension| {
        report_by(&writer.model, &period("2019-H1"), ALL, writer.next(), dimension)
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
    for (key, row) in report_by(&writer.model, &period("2019-H1"), ALL, writer.next(), Dimension::Office) {
        let Key::Office(code) = key else { panic!("{key}") };
        let number = writer.model.reference_data().organisation.office_by_code(&code).unwrap().number;
        assert_eq!(row, writer.report("2019-H1", Scope::OfficeAlone(number)));
    }
    // What a row does not count is not 0.
    let first =
        |dimension| report_by(&writer.model, &period("2019-H1"), ALL, writer.next(), dimension).remove(0).1;
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
    let mut writer = LedgerWriter::new();
    let case = writer.loan_case(A, "2018-10-05", 9_000_000);
    writer.on_the_day("2018-11-12");
    let wrong = writer.collect(&case, "2018-11-01", 5_000_000);
    let twice = writer.collect(&case, "2018-11-02", 1_000_000);
    let fixed = writer.correct(&case, "2018-11-12", wrong, "2018-11-05", collected(1, 500_000)).unwrap();
    let voided = writer.void(&case, "2018-11-12", twice).unwrap();
    let view = case_view(&writer.model, &case, date("2018-11-30"), writer.next()).unwrap();
    assert_eq!(view.state.cash.collected, 500_000);
    let entry = |position| view.entries.iter().find(|entry| entry.position == position).unwrap();
    assert_eq!(entry(wrong).mark, Mark::Corrected { by: fixed, took_effect: date("2018-11-05") });
    assert_eq!((entry(wrong).days_late, entry(wrong).working_days_late), (11, Some(7)));
    assert_eq!((entry(twice).mark, entry(twice).counts), (Mark::Voided { by: voided }, false));
    assert_eq!(entry(fixed).mark, Mark::Stands);
    let before = case_view(&writer.model, &case, date("2018-11-30"), fixed).unwrap();
    assert_eq!((before.state.cash.collected, before.entries.len() + 2), (6_000_000, view.entries.len()));
    assert!(case_view(&writer.model, &case, date("2018-11-30"), view.entries[0].position).is_none());
}

/// So many cases that several threads share them: the same read model, the same figures, lists still in order.
#[test]
fn several_threads_give_the_same() {
    let mut writer = LedgerWriter::new();
    for number in 0..700 {
        let case = writer.fee_case(if number % 3 == 0 { A } else { B }, "2018-10-05", 200_000);
        if number % 2 == 0 {
            writer.finish(&case, "2019-01-28");
        }
    }
    let mut at_once = ReadModel::new();
    at_once.fold_many(&writer.records).unwrap();
    assert_eq!(at_once, writer.model);
    let known = writer.next();
    writer.check(
        "2019-H1",
        ALL,
        "cases.total 700, cases.finished 350, cases.in_progress 350, money.finished 70000000, money.in_progress 70000000",
    );
    let finished = figure_cases(&at_once, "cases.finished", &period("2019-H1"), ALL, known).unwrap();
    assert_eq!(finished.len(), 350);
    assert!(finished.is_sorted_by(|one, other| one.subject < other.subject));
    let bytes = snapshot::save(&at_once).unwrap();
    assert_eq!(snapshot::load(&bytes).unwrap(), writer.model);
}

/// A record that cannot be folded is named, and what stands before it is folded.
#[test]
fn a_record_that_is_not_next_is_refused() {
    let mut writer = LedgerWriter::new();
    writer.fee_case(A, "2018-10-05", 200_000);
    let records = &writer.records;
    let mut model = ReadModel::new();
    let gap = model.fold(&records[1]).unwrap_err();
    assert!(matches!(gap, FoldError::Gap { expected: 0, found: 1 }), "{gap}");
    let mut changed = records.clone();
    let last = changed.len() - 1;
    changed[last].stream_version += 1;
    let error = model.fold_many(&changed).unwrap_err();
    assert!(matches!(&error, FoldError::Version { expected: 3, found: 4, .. }), "{error}");
    assert_eq!(model.position().0, writer.next().0 - 1);
    changed[last] = records[last].clone();
    changed[last].payload.push(0);
    let error = model.fold(&changed[last]).unwrap_err();
    assert!(matches!(error, FoldError::Decode(DecodeError::Payload { .. })), "{error}");
    changed[last] = records[last].clone();
    changed[last].kind = 9_999;
    assert!(model.fold(&changed[last]).is_err());
    changed[last] = records[last].clone();
    changed[last].stream = "case:A-2018-0001".parse().unwrap();
    let error = model.fold(&changed[last]).unwrap_err();
    assert!(matches!(error, FoldError::Stream { .. }), "{error}");
    model.fold(&records[last]).unwrap();
    assert_eq!(model, writer.model);
    assert_eq!(
        (
            model.version(&records[last].stream),
            model.next_number(StreamKind::Case, &"A".parse().unwrap(), 2018)
        ),
        (3, 2)
    );
    assert_eq!(model.known_on(date("2010-01-01")), Position(15));
    assert_eq!(model.known_on(date("2018-10-05")), writer.next());
    assert_eq!(model.known_on(date("2009-12-31")), Position(0));
}
