//! Properties of any history: random actions, of which the law refuses most; and imported history, which may break
//! every rule.

use std::collections::BTreeMap;

use proptest::prelude::*;
use thads_cases::case::{Basis, CaseStatus, Finish, Payee};
use thads_cases::date::Date;
use thads_cases::distribution::ObligationKind;
use thads_cases::event::classification::{
    ClassifiedEnforceable, ClassifiedNotYetEnforceable, ConditionsVerified, MovedToTrackingBook,
    ReturnedFromTrackingBook,
};
use thads_cases::event::coercion::{BorneBy, CoercionCostRecorded};
use thads_cases::event::entrustment::{EntrustedOut, PulledUp};
use thads_cases::event::intake::{OrderAmended, OrderWithdrawn};
use thads_cases::event::money::{HeldMoneyResolved, HeldTemporarily, HeldTo, PaidDirectly};
use thads_cases::event::organisation::TargetAssigned;
use thads_cases::event::payout::{Disbursed, DistributionPlanned, PayoutApproved, RemittedToBudget};
use thads_cases::event::repair::{EntryVoided, FactCorrected};
use thads_cases::event::suspension::{
    Completed, Postponed, PostponementEnded, Resumed, TemporarilySuspended, Terminated,
};
use thads_cases::event::{Body, Event, Sender};
use thads_cases::history::{RecordedEvent, case_at};
use thads_cases::ids::{AssetNo, CaseId, ObligationNo, Position};
use thads_cases::money::Ratio;
use thads_cases::organisation::Role;
use thads_cases::personal::{Personal, VaultRef};
use thads_cases::rules::Value as Rule;
use thads_projections::breakdown::{Dimension, report_by};
use thads_projections::drilldown::{Subject, figure_cases, figure_events, restatement};
use thads_projections::figures::{FIGURES, Measure, Unit, Value};
use thads_projections::identities::{Broken, identities};
use thads_projections::period::Period;
use thads_projections::read_model::{FoldError, ReadModel};
use thads_projections::replay::replay;
use thads_projections::report::{Report, report};
use thads_projections::scope::Scope;
use thads_projections::snapshot;
use thads_proof::record::{Record, Stream, StreamTag};

use crate::acts::collected;
use crate::ledger_writer::{A, B, DEPARTMENT, LedgerWriter, date, dong, officer, period, shown};

const SCOPES: [Scope; 4] =
    [Scope::Ledger, Scope::Office(DEPARTMENT), Scope::Office(A), Scope::OfficeAlone(DEPARTMENT)];
const PERIODS: [&str; 5] = ["2019-H1", "2019", "2018", "2020-M04", "2018-12-15..2019-02-10"];

/// One thing that somebody tries: on which case, which action, how many days after the one before, how much, and how
/// many days it is recorded late.
type Try = (usize, usize, i32, i64, i32);

fn tries(length: usize) -> impl Strategy<Value = Vec<Try>> {
    prop::collection::vec((0..5_usize, 0..33_usize, 0..35_i32, 1..40_i64, 0..60_i32), 1..length)
}

/// Writes what may be written of the tries. The days of effect go back by what is recorded late.
fn history(tries: &[Try], imported: bool) -> LedgerWriter {
    let mut writer = LedgerWriter::new();
    let mut cases = vec![
        writer.fee_case(A, "2017-03-01", 20_000_000),
        writer.loan_case(B, "2017-10-02", 30_000_000),
        mixed_case(&mut writer, "2017-06-01"),
    ];
    if imported {
        writer.import();
    }
    let mut today = date("2017-12-01");
    for &(which, what, days, amount, late) in tries {
        today = today.plus_days(days);
        let effective = today.plus_days(if late < 30 { 0 } else { -late });
        writer.on_the_day(&today.to_string());
        let on = effective.to_string();
        let case = cases[which % cases.len()].clone();
        match what {
            0 => cases.push(writer.fee_case(A, &today.to_string(), amount * 100_000)),
            1 => cases.push(writer.loan_case(DEPARTMENT, &today.to_string(), amount * 1_000_000)),
            2 => {
                let _ = writer.complaint(B, &today.to_string(), Some(&today.to_string()), None);
            }
            3 | 4 => take_over(&mut writer, &mut cases, &case, what == 3, &today.to_string()),
            _ => {
                let body = body(&writer, &case, what, amount * 1_000_000, effective);
                let _ = writer.try_act(&case, &on, body);
            }
        }
    }
    writer
}

/// A case over obligations of several kinds, two of them of one.
fn mixed_case(writer: &mut LedgerWriter, on: &str) -> CaseId {
    let owed = [
        (ObligationKind::Loan, Payee::Creditor(1), 15_000_000),
        (ObligationKind::CourtFee, Payee::Budget, 5_000_000),
        (ObligationKind::Fine, Payee::Budget, 8_000_000),
        (ObligationKind::CourtFee, Payee::Budget, 2_000_000),
    ];
    writer.order(A, on, Basis::OnRequest, &owed)
}

/// Money counts as soon as it is collected, from the beginning on; recorded at the end, so that it is a late parameter.
fn count_when_collected(writer: &mut LedgerWriter) {
    writer.set_rule("stat_credit", "2010-01-01", Rule::Choice("collected".to_owned()));
}

/// Entrusts or pulls up a case, and takes it over the same day if that was allowed.
fn take_over(writer: &mut LedgerWriter, cases: &mut Vec<CaseId>, case: &CaseId, entrust: bool, on: &str) {
    let to = if entrust { B } else { DEPARTMENT };
    let body =
        if entrust { Body::EntrustedOut(EntrustedOut { to }) } else { Body::PulledUp(PulledUp { to }) };
    let open = case_at(writer.model.case(case).unwrap(), Date::MAX).open().is_some();
    if case.office.as_str() == "A" && open && writer.try_act(case, on, body).is_ok() {
        let state = case_at(writer.model.case(case).unwrap(), Date::MAX);
        if state.sent_to == Some(to) && state.obligations.iter().any(|one| one.moved_out.get() > 0) {
            cases.push(writer.take_over(case, to, on));
        }
    }
}

fn body(writer: &LedgerWriter, case: &CaseId, what: usize, amount: i64, on: Date) -> Body {
    let obligation = ObligationNo(1);
    let line = thads_cases::case::Line { obligation, amount: dong(amount) };
    let entries = writer.model.case(case).unwrap();
    let some_entry = entries[usize::try_from(amount / 1_000_000).unwrap() % entries.len()].clone();
    match what {
        5 | 6 => {
            Body::ConditionsVerified(ConditionsVerified { means_found: true, estimate: None, findings: None })
        }
        7 => Body::ClassifiedNotYetEnforceable(ClassifiedNotYetEnforceable { ground: "a".to_owned() }),
        8 => Body::ClassifiedEnforceable(ClassifiedEnforceable {}),
        9 => Body::MovedToTrackingBook(MovedToTrackingBook {}),
        10 => Body::ReturnedFromTrackingBook(ReturnedFromTrackingBook {}),
        11 | 12 => collected(1, amount),
        13 => Body::PayoutApproved(PayoutApproved { lines: vec![line] }),
        14 => Body::Disbursed(Disbursed { obligation, amount: dong(amount) }),
        15 => Body::RemittedToBudget(RemittedToBudget { obligation: None, amount: dong(amount) }),
        16 => Body::PaidDirectly(PaidDirectly { obligation, amount: dong(amount) }),
        17 => Body::Postponed(Postponed {
            ground: if amount % 2 == 0 { "c" } else { "d" }.to_owned(),
            until: None,
        }),
        18 => Body::PostponementEnded(PostponementEnded {}),
        19 => Body::TemporarilySuspended(TemporarilySuspended { ground: "protest".to_owned() }),
        20 => Body::Resumed(Resumed {}),
        21 => Body::Terminated(Terminated { ground: "c".to_owned(), obligations: Vec::new() }),
        22 => Body::Completed(Completed {}),
        23 => Body::OrderWithdrawn(OrderWithdrawn { ground: "d".to_owned() }),
        24 => Body::OrderAmended(OrderAmended { obligation, amount: dong(amount), why: None }),
        25 => Body::HeldTemporarily(HeldTemporarily {
            amount: dong(amount),
            why: Personal::Sealed(VaultRef([1; 16])),
        }),
        26 => Body::HeldMoneyResolved(HeldMoneyResolved {
            item: 1,
            amount: dong(amount),
            to: HeldTo::Distribution,
        }),
        27 => Body::EntryVoided(EntryVoided {
            entry: some_entry.position,
            authority: "thủ trưởng".to_owned(),
            reason: None,
        }),
        28 if !matches!(some_entry.event.body, Body::EntryVoided(_) | Body::FactCorrected(_)) => {
            Body::FactCorrected(FactCorrected {
                entry: some_entry.position,
                took_effect: on.min(some_entry.effective),
                replacement: corrected(&some_entry, amount).into(),
                authority: "thủ trưởng".to_owned(),
                reason: None,
                changed: None,
            })
        }
        29 | 30 => Body::CoercionCostRecorded(CoercionCostRecorded {
            amount: dong(amount),
            borne_by: BorneBy::Debtor,
            items: "kê biên".to_owned(),
        }),
        31 => Body::RemittedToBudget(RemittedToBudget {
            obligation: Some(ObligationNo(2)),
            amount: dong(amount),
        }),
        _ => Body::AssetHandedOver(thads_cases::event::auction::AssetHandedOver { asset: AssetNo(1) }),
    }
}

/// Another amount where there is one.
fn corrected(entry: &RecordedEvent, amount: i64) -> Event {
    let mut event = (*entry.event).clone();
    match &mut event.body {
        Body::PaymentCollected(fact) => fact.amount = dong(amount),
        Body::PaidDirectly(fact) => fact.amount = dong(amount),
        Body::EnforcementOrdered(fact) => fact.obligations[0].amount = dong(amount),
        _ => {}
    }
    event
}

fn linear() -> impl Iterator<Item = &'static str> {
    FIGURES.iter().filter(|info| matches!(info.measure, Measure::Sum(..))).map(|info| info.id)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// The identities between the columns hold in every report, whoever asks, of whatever history.
    #[test]
    fn the_identities_hold(tries in tries(80), imported in any::<bool>(), when_collected in any::<bool>()) {
        let mut writer = history(&tries, imported);
        if when_collected {
            count_when_collected(&mut writer);
        }
        for text in PERIODS {
            for scope in SCOPES {
                let found = report(&writer.model, &period(text), scope, writer.next());
                prop_assert_eq!(identities(&found), Vec::new(), "{} {:?}", text, scope);
            }
        }
    }

    /// What is carried into a year is what was carried out of the year before, case by case and to the đồng: less
    /// what stands in the tracking book at the end of the period asked, and less what has no column (r2013 withdrawn,
    /// r2019 pulled up) and so leaves the total.
    #[test]
    fn a_year_takes_over_what_the_year_before_left(tries in tries(80), imported in any::<bool>()) {
        let writer = history(&tries, imported);
        for (before, after) in [("2018", "2019-H1"), ("2019", "2020-M06"), ("2018-10-01..2018-10-31", "2018-11-01..2019-01-31")] {
            let listed = |id, text| -> BTreeMap<Subject, i128> {
                let list = figure_cases(&writer.model, id, &period(text), Scope::Ledger, writer.next()).unwrap();
                list.into_iter().map(|one| (one.subject, one.amount)).collect()
            };
            let (left, left_money) = (listed("cases.carried_out", before), listed("money.carried_out", before));
            let (taken, taken_money) = (listed("cases.carried", after), listed("money.carried", after));
            prop_assert!(taken.keys().all(|case| left.contains_key(case)), "{}", after);
            for case in left.keys() {
                let Subject::Case(id) = case else { panic!("{case}") };
                let state = case_at(writer.model.case(id).unwrap(), period(after).to());
                let leaves = match state.status {
                    CaseStatus::Finished { how: Finish::Withdrawn, .. } => after.starts_with("2019") || after.starts_with("2018"),
                    CaseStatus::Finished { how: Finish::PulledUp, .. } => after.starts_with("2020"),
                    _ => state.in_tracking_book(),
                };
                prop_assert_eq!(taken.contains_key(case), !leaves, "{} {}", case, after);
                if !leaves {
                    prop_assert_eq!(taken_money.get(case), left_money.get(case), "{} {}", case, after);
                }
            }
        }
    }

    /// Folding the records again, in two parts, or from a snapshot, gives equal read models and equal figures.
    #[test]
    fn fold_is_refold_and_a_snapshot_changes_nothing(tries in tries(60), cut in any::<prop::sample::Index>()) {
        let writer = history(&tries, false);
        let mut again = ReadModel::new();
        let cut = cut.index(writer.records.len() + 1);
        for record in &writer.records[..cut] {
            again.fold(record).unwrap();
        }
        let bytes = snapshot::save(&again).unwrap();
        let mut loaded = snapshot::load(&bytes).unwrap();
        prop_assert_eq!(&loaded, &again);
        prop_assert_eq!(&snapshot::save(&loaded).unwrap(), &bytes);
        for record in &writer.records[cut..] {
            again.fold(record).unwrap();
            loaded.fold(record).unwrap();
        }
        prop_assert_eq!(&again, &writer.model);
        prop_assert_eq!(&loaded, &writer.model);
        prop_assert_eq!(loaded.reference_data().organisation.clone(), writer.model.reference_data().organisation.clone());
        for scope in SCOPES {
            let one = report(&writer.model, &period("2019-H1"), scope, writer.next());
            prop_assert_eq!(&one, &report(&loaded, &period("2019-H1"), scope, writer.next()));
        }
    }

    /// As known at K is what a read model that ends at K says.
    #[test]
    fn as_known_is_as_folded_then(tries in tries(60), cut in any::<prop::sample::Index>()) {
        let writer = history(&tries, true);
        let cut = cut.index(writer.records.len() + 1);
        let mut then = ReadModel::new();
        for record in &writer.records[..cut] {
            then.fold(record).unwrap();
        }
        let known = Position(u64::try_from(cut).unwrap());
        for text in PERIODS {
            let now = report(&writer.model, &period(text), Scope::Ledger, known);
            prop_assert_eq!(now, report(&then, &period(text), Scope::Ledger, known));
        }
    }

    /// The cases and the events behind a figure add up to it.
    #[test]
    fn lists_add_up(tries in tries(60), imported in any::<bool>(), when_collected in any::<bool>()) {
        let mut writer = history(&tries, imported);
        if when_collected {
            count_when_collected(&mut writer);
        }
        for text in ["2019-H1", "2020-M04"] {
            let whole = report(&writer.model, &period(text), Scope::Office(DEPARTMENT), writer.next());
            for id in linear() {
                let cases = figure_cases(&writer.model, id, &period(text), Scope::Office(DEPARTMENT), writer.next()).unwrap();
                let events = figure_events(&writer.model, id, &period(text), Scope::Office(DEPARTMENT), writer.next()).unwrap();
                let amount = whole.amount(id).unwrap();
                prop_assert_eq!(cases.iter().map(|one| one.amount).sum::<i128>(), amount, "{} {}", id, text);
                prop_assert_eq!(events.iter().map(|one| one.delta).sum::<i128>(), amount, "{} {}", id, text);
                prop_assert!(cases.is_sorted_by(|one, other| one.subject < other.subject));
            }
        }
    }

    /// A figure as known at two moments differs by exactly the events that are listed.
    #[test]
    fn a_restatement_adds_up(tries in tries(60), when_collected in any::<bool>(), one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let mut writer = history(&tries, true);
        if when_collected {
            count_when_collected(&mut writer);
        }
        let at = |index: prop::sample::Index| Position(u64::try_from(index.index(writer.records.len() + 1)).unwrap());
        let (earlier, later) = (at(one).min(at(other)), at(one).max(at(other)));
        let of = |known| report(&writer.model, &period("2019-H1"), Scope::Ledger, known);
        let (before, after) = (of(earlier), of(later));
        for id in ["cases.total", "cases.finished", "money.finished", "money.carried", "money.held", "cases.in_transit", "complaints.pending"] {
            let lines = restatement(&writer.model, id, &period("2019-H1"), Scope::Ledger, earlier, later).unwrap();
            let sum: i128 = lines.iter().map(|line| line.delta).sum();
            prop_assert_eq!(sum, after.amount(id).unwrap() - before.amount(id).unwrap(), "{}", id);
            prop_assert!(lines.iter().all(|line| earlier <= line.position && line.position < later));
        }
    }

    /// Day n of a replay is the report of FROM..n.
    #[test]
    fn a_replay_is_the_reports_of_its_days(tries in tries(60), imported in any::<bool>(), when_collected in any::<bool>()) {
        let mut writer = history(&tries, imported);
        if when_collected {
            count_when_collected(&mut writer);
        }
        let from = date("2019-12-20");
        for (from, to) in [(from, from.plus_days(25)), (date("2018-10-01"), date("2018-12-31"))] {
            let days = replay(&writer.model, from, to, Scope::Office(DEPARTMENT), writer.next());
            prop_assert_eq!(days.len(), usize::try_from(to.since(from)).unwrap() + 1);
            for (day, found) in days {
                let until = Period::between(from, day).unwrap();
                let expected = report(&writer.model, &until, Scope::Office(DEPARTMENT), writer.next());
                for (one, other) in found.figures.iter().zip(&expected.figures) {
                    prop_assert_eq!(one.value, other.value, "{} on {}", one.info.id, day);
                }
prop_assert_eq!(found, expected);
            }
        }
    }

    /// Rows of a dimension that does not overlap add up to the whole, under both rules of when money counts. By kind of
    /// obligation every figure of the table of money does, or one row at least says that it does not count it.
    #[test]
    fn rows_add_up(tries in tries(60), imported in any::<bool>(), when_collected in any::<bool>()) {
        let mut writer = history(&tries, imported);
        if when_collected {
            count_when_collected(&mut writer);
        }
        for text in PERIODS {
            let whole = report(&writer.model, &period(text), Scope::Ledger, writer.next());
            for &dimension in Dimension::ALL {
                let rows = report_by(&writer.model, &period(text), Scope::Ledger, writer.next(), dimension);
                for (_, row) in &rows {
                    prop_assert_eq!(identities_without_offices(row), Vec::new(), "{} {}", dimension.word(), text);
                }
                for info in FIGURES {
                    let tables = info.id.starts_with("cases.") || info.id.starts_with("money.");
                    let adds_up = match dimension {
                        Dimension::Obligation => info.id.starts_with("money."),
                        _ => !dimension.overlaps() && tables && !info.id.ends_with(".distinct"),
                    };
                    let values: Vec<Value> = rows.iter().filter_map(|(_, row)| row.value(info.id)).collect();
                    let may_be_unknown = dimension == Dimension::Obligation && values.contains(&Value::Uncounted);
                    if adds_up && info.unit != Unit::Units && !may_be_unknown {
                        let sum: i128 = values.iter().filter_map(|value| value.amount()).sum();
                        let amount = if values.is_empty() { Some(0) } else { whole.amount(info.id) };
                        prop_assert_eq!(Some(sum), amount, "{} by {} {}", info.id, dimension.word(), text);
                    }
                }
            }
        }
    }
}

/// The identities of a row; that its offices add up to it is not said of a figure that it does not count.
fn identities_without_offices(row: &Report) -> Vec<Broken> {
    identities(row).into_iter().filter(|one| !one.identity.ends_with("Σ offices")).collect()
}

/// The organisation folds in the order of effect, whether its entries come one by one or all at once.
#[test]
fn an_entry_between_late_ones_takes_its_place() {
    let mut writer = LedgerWriter::new();
    let stream = Stream::new(StreamTag::Office, b"A").unwrap();
    let head = officer(DEPARTMENT, Role::ProvincialHead);
    for (on, percent) in [("2019-05-02", 80), ("2019-03-01", 60), ("2019-04-01", 70)] {
        let (ratio, figure) = (Ratio::new(percent, 100).unwrap(), "rate.cases".to_owned());
        let body = Body::TargetAssigned(TargetAssigned { year: 2019, office: A, figure, ratio });
        let history = writer.model.organisation().to_vec();
        writer.on_the_day("2019-05-02");
        writer.write(&stream, &history, DEPARTMENT, head, date(on), body, Sender::NotAsked).unwrap();
        assert_eq!(
            writer.model.reference_data().organisation,
            refolded(&writer).reference_data().organisation,
            "{on}"
        );
    }
    let target = writer.model.reference_data().organisation.target(2019, A, "rate.cases");
    assert_eq!(target, Some(Ratio::new(80, 100).unwrap()));
}

fn refolded(writer: &LedgerWriter) -> ReadModel {
    let mut model = ReadModel::new();
    model.fold_many(&writer.records).unwrap();
    model
}

/// Who signed it is for others to ask; what is no snapshot is refused whoever did, and never stops the reader.
#[test]
fn a_snapshot_that_is_cut_is_refused_and_a_changed_one_is_read_to_its_end() {
    let mut writer = LedgerWriter::new();
    writer.fee_case(A, "2018-10-05", 200_000);
    let bytes = snapshot::save(&writer.model).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let _ = snapshot::load(&changed);
        let cut = snapshot::load(&bytes[..at]);
        assert!(cut.is_err() || cut.is_ok_and(|model| model.case_count() == 0), "cut at {at}");
    }
}

/// One office, officer or rule, one stream: a key in another spelling, or with anything else in it, is no stream.
#[test]
fn a_stream_has_one_spelling() {
    let mut writer = LedgerWriter::new();
    writer.fee_case(A, "2018-10-05", 200_000);
    let last = writer.records.last().unwrap().clone();
    for (tag, key, accepted) in [
        (StreamTag::Officer, "900", true),
        (StreamTag::Officer, "0900", false),
        (StreamTag::Officer, "+900", false),
        (StreamTag::Office, "ZZ", true),
        (StreamTag::Office, "zz", false),
        (StreamTag::Parameter, "a_rule.of_2030", true),
        (StreamTag::Parameter, "Nguyễn Văn A", false),
        (StreamTag::Parameter, "a\u{1b}[31m", false),
        (StreamTag::Case, "A/2018/0900", true),
        (StreamTag::Case, "A-2018-0900", false),
    ] {
        let mut record = last.clone();
        record.position = thads_proof::record::Position::new(writer.next().0);
        record.stream = Stream::new(tag, key.as_bytes()).unwrap();
        record.stream_version = 1;
        let folded = writer.model.clone().fold(&record);
        match folded {
            Ok(()) => assert!(accepted, "{key}"),
            Err(error) => assert!(!accepted && matches!(error, FoldError::Stream { .. }), "{key}: {error}"),
        }
    }
}

/// Where money counts when it is collected, paying a cost out of it takes nothing back: no figure and no rate is below
/// nothing. An amendment may lower what was counted, which the figure shows and the rate does not.
#[test]
fn costs_take_nothing_back_of_what_counted_when_collected() {
    let mut writer = LedgerWriter::new();
    let case = writer.loan_case(A, "2018-10-05", 10_000_000);
    writer.act(&case, "2018-11-05", collected(1, 10_000_000));
    let cost = CoercionCostRecorded {
        amount: dong(5_000_000),
        borne_by: BorneBy::Debtor,
        items: "kê biên".to_owned(),
    };
    writer.act(&case, "2019-01-10", Body::CoercionCostRecorded(cost));
    let lines = vec![thads_cases::case::Line { obligation: ObligationNo(2), amount: dong(5_000_000) }];
    writer.act(&case, "2019-01-11", Body::DistributionPlanned(DistributionPlanned { lines: lines.clone() }));
    writer.act(&case, "2019-01-12", Body::PayoutApproved(PayoutApproved { lines }));
    let remitted = RemittedToBudget { obligation: Some(ObligationNo(2)), amount: dong(5_000_000) };
    writer.act(&case, "2019-01-13", Body::RemittedToBudget(remitted));
    let amended = OrderAmended { obligation: ObligationNo(1), amount: dong(6_000_000), why: None };
    writer.act(&case, "2019-02-10", Body::OrderAmended(amended));
    count_when_collected(&mut writer);
    for (text, completed, finished) in [
        ("2018-10-01..2018-12-31", 10_000_000, 10_000_000),
        ("2019-01-01..2019-01-31", 0, 0),
        ("2019-02-01..2019-02-28", -4_000_000, 0),
    ] {
        let found = report(&writer.model, &period(text), Scope::Ledger, writer.next());
        assert_eq!(identities(&found), Vec::new(), "{text}");
        assert_eq!(found.amount("money.completed"), Some(completed), "{text}");
        let Some(Value::Rate { numerator, .. }) = found.value("rate.money") else { panic!("{text}") };
        assert_eq!(numerator, finished, "{text}");
    }
}

/// Where money counts when it is collected, a row by kind of obligation is of the same rule as the whole: the share of a
/// kind that is alone, of kinds that are all covered, of nothing held; and not known where what is held may be of either.
#[test]
fn a_row_by_obligation_counts_by_the_rule_of_the_whole_or_not_at_all() {
    let mut writer = LedgerWriter::new();
    let alone = writer.fee_case(A, "2018-10-05", 10_000_000);
    writer.act(&alone, "2018-11-05", collected(1, 3_000_000));
    count_when_collected(&mut writer);
    let text = "2018-10-01..2018-12-31";
    let ids = [
        "money.total",
        "money.completed",
        "money.finished",
        "money.carried_out",
        "money.enforceable",
        "rate.money",
    ];
    let rows = |writer: &LedgerWriter, text: &str| {
        report_by(&writer.model, &period(text), Scope::Ledger, writer.next(), Dimension::Obligation)
    };
    let whole = writer.report(text, Scope::Ledger);
    let [(key, row)] = &rows(&writer, text)[..] else { panic!("one row") };
    assert_eq!((key.to_string().as_str(), shown(row, &ids)), ("court_fee", shown(&whole, &ids)));
    assert_eq!(whole.amount("money.completed"), Some(3_000_000));

    // 4 million are held, and 7 of fees, 8 of a fine and 15 of a loan are owed: for which of them is not said. What does not
    // depend on it is known.
    let mixed = mixed_case(&mut writer, "2018-10-08");
    writer.on_the_day("2024-01-03").act(&mixed, "2018-11-06", collected(1, 4_000_000));
    for (_, row) in rows(&writer, text) {
        for id in
            ["money.completed", "money.finished", "money.in_progress", "money.carried_out", "rate.money"]
        {
            assert_eq!(row.value(id), Some(Value::Uncounted), "{id}");
        }
    }
    let total = |rows: &[(_, Report)], id| {
        rows.iter().map(|(_, row): &(_, Report)| row.amount(id).unwrap()).sum::<i128>()
    };
    for id in
        ["money.total", "money.carried", "money.new", "money.exempted", "money.enforceable", "cases.total"]
    {
        let sum = total(&rows(&writer, text), id);
        let twice = if id == "cases.total" { 2 } else { 0 };
        assert_eq!(Some(sum - twice), writer.report(text, Scope::Ledger).amount(id), "{id}");
    }

    // All that is owed is held: each kind is covered.
    writer.act(&mixed, "2018-12-06", collected(1, 26_000_000));
    let covered = rows(&writer, text);
    assert_eq!(
        Some(total(&covered, "money.completed")),
        writer.report(text, Scope::Ledger).amount("money.completed")
    );
    let of = |word: &str| {
        covered.iter().find(|(key, _)| key.to_string() == word).unwrap().1.amount("money.completed")
    };
    assert_eq!(
        (of("loan"), of("fine"), of("court_fee")),
        (Some(15_000_000), Some(8_000_000), Some(10_000_000))
    );
    // Of a part of the period, before it was covered, it is not known again.
    assert!(
        rows(&writer, "2018-12-01..2018-12-31")
            .iter()
            .all(|(_, row)| row.amount("money.completed").is_none())
    );
}

/// As much is held after the period as before, and something was paid to one kind: the least shares add up to the whole, and
/// are not the shares.
#[test]
fn shares_that_happen_to_add_up_are_not_known() {
    let mut writer = LedgerWriter::new();
    let case = mixed_case(&mut writer, "2018-10-08");
    writer.import();
    writer.act(&case, "2018-11-06", collected(1, 4_000_000));
    let paid = RemittedToBudget { obligation: Some(ObligationNo(3)), amount: dong(4_000_000) };
    writer.act(&case, "2018-12-05", Body::RemittedToBudget(paid));
    writer.act(&case, "2018-12-06", collected(1, 4_000_000));
    count_when_collected(&mut writer);
    let text = "2018-12-01..2018-12-31";
    writer.check(text, Scope::Ledger, "money.completed 4000000, money.collected 4000000, money.held 4000000");
    let rows = report_by(&writer.model, &period(text), Scope::Ledger, writer.next(), Dimension::Obligation);
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|(_, row)| row.value("money.completed") == Some(Value::Uncounted)));
}

/// What of a case is carried and what is new has one answer for the whole case; where the kinds taken alone would say
/// otherwise, their rows say nothing.
#[test]
fn a_row_by_obligation_never_says_otherwise_than_the_whole() {
    let mut writer = LedgerWriter::new();
    let case = mixed_case(&mut writer, "2018-05-02");
    writer.import();
    let paid = |obligation, amount| {
        Body::PaidDirectly(PaidDirectly { obligation: ObligationNo(obligation), amount: dong(amount) })
    };
    writer.act(&case, "2018-06-01", paid(3, 8_000_000));
    let amended = OrderAmended { obligation: ObligationNo(3), amount: dong(12_000_000), why: None };
    writer.act(&case, "2018-11-01", Body::OrderAmended(amended));
    writer.act(&case, "2018-11-02", paid(3, 4_000_000));
    writer.act(&case, "2018-11-03", paid(1, 3_000_000));
    writer.not_yet(&case, "2018-11-04");
    writer.act(&case, "2019-12-04", Body::MovedToTrackingBook(MovedToTrackingBook {}));
    let text = "2018-10-01..2019-12-31";
    writer.check(
        text,
        Scope::Ledger,
        "money.total 7000000, money.carried 7000000, money.new 0, money.completed 7000000",
    );
    for (key, row) in
        report_by(&writer.model, &period(text), Scope::Ledger, writer.next(), Dimension::Obligation)
    {
        assert_eq!(
            shown(&row, &["money.carried", "money.new"]),
            ["money.carried not counted", "money.new not counted"],
            "{key}"
        );
        assert!(row.amount("money.total").is_some(), "{key}");
    }
}

/// The cases of an office that the log never opened stand in a row of their own: the rows add up to the whole.
#[test]
fn an_office_without_a_code_keeps_its_row() {
    let mut writer = LedgerWriter::new();
    writer.fee_case(B, "2018-10-05", 200_000);
    let mut model = ReadModel::new();
    for record in &writer.records {
        let office = if record.stream.tag() == StreamTag::Case { 9 } else { record.office };
        model.fold(&Record { office, ..record.clone() }).unwrap();
    }
    let rows = report_by(&model, &period("2019-H1"), Scope::Ledger, writer.next(), Dimension::Office);
    let counted: Vec<String> =
        rows.iter().map(|(key, row)| format!("{key} {}", row.amount("cases.total").unwrap())).collect();
    assert_eq!(counted, ["D 0", "A 0", "B 0", "9 1"]);
}
