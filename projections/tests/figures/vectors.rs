//! The worked vectors of domain.md part 11 that are about figures, and vector 14 of rules.md, by their numbers.

use thads_cases::case::{Basis, Payee};
use thads_cases::distribution::ObligationKind::{CourtFee, Fine, Injury, Loan};
use thads_projections::drilldown::{Subject, restatement};
use thads_projections::figures::Value;
use thads_projections::scope::Scope;

use crate::acts::{collected, reduced};
use crate::ledger_writer::{A, B, DEPARTMENT, LedgerWriter, period, shown};

const OF_A: Scope = Scope::Office(A);
const OF_B: Scope = Scope::Office(B);
const ALL: Scope = Scope::Ledger;

/// Vector 1.
#[test]
fn paid_in_full() {
    let mut writer = LedgerWriter::new();
    let case = writer.loan_case(A, "2018-10-05", 50_000_000);
    writer.serve(&case, "2018-10-08", "2018-10-18");
    writer.collect(&case, "2018-12-10", 50_000_000);
    writer.approve(&case, "2018-12-12", &[(1, 50_000_000)]);
    writer.disburse(&case, "2018-12-12", 1, 48_500_000);
    writer.fee(&case, "2018-12-12", 1, 50_000_000, 1_500_000);
    writer.complete(&case, "2018-12-12");
    for text in ["2019-H1", "2019-Q1"] {
        writer.check(
            text,
            OF_A,
            "cases.total 1, cases.new 1, cases.to_execute 1, cases.enforceable 1, cases.completed 1, \
             cases.finished 1, rate.cases 1/1, money.finished 50000000, rate.money 50000000/50000000, \
             money.collected 50000000, money.disbursed 48500000, money.fees 1500000, money.held 0",
        );
    }
    writer.check("2018-10-01..2018-12-11", OF_A, "cases.finished 0, money.finished 0, money.held 50000000");
    writer.check("2019-H1", OF_B, "cases.total 0, rate.cases 0/0");
    assert_eq!(writer.report("2019-H1", OF_B).value("rate.cases").unwrap().percent(), None);
}

/// Vector 2.
#[test]
fn nothing_to_take() {
    let mut writer = LedgerWriter::new();
    let case = writer.fee_case(A, "2018-11-01", 3_000_000);
    writer.verify(&case, "2018-11-20");
    writer.not_yet(&case, "2018-11-20");
    writer.check(
        "2019-H1",
        ALL,
        "cases.to_execute 1, cases.enforceable 0, cases.not_yet_enforceable 1, rate.cases 0/0, \
         money.not_yet_enforceable 3000000, cases.carried_out 1",
    );
}

/// Vector 3: costs come first in the order of payment, and stand in no figure.
#[test]
fn money_is_shared_out_in_the_order_of_the_law() {
    let mut writer = LedgerWriter::new();
    let owed = [
        (Injury, Payee::Creditor(1), 40_000_000),
        (CourtFee, Payee::Budget, 5_000_000),
        (Loan, Payee::Creditor(2), 100_000_000),
        (Loan, Payee::Creditor(3), 60_000_000),
    ];
    let case = writer.order(A, "2018-10-05", Basis::OnRequest, &owed);
    writer.serve(&case, "2018-10-08", "2018-10-18");
    writer.cost(&case, "2018-11-05", 3_000_000);
    writer.collect(&case, "2018-12-10", 80_000_000);
    let lines = [(5, 3_000_000), (1, 40_000_000), (2, 5_000_000), (3, 20_000_000), (4, 12_000_000)];
    writer.plan(&case, "2018-12-11", &lines);
    writer.approve(&case, "2018-12-12", &lines);
    writer.disburse(&case, "2018-12-12", 1, 40_000_000);
    writer.remit(&case, "2018-12-12", 8_000_000);
    writer.disburse(&case, "2018-12-12", 3, 19_400_000);
    writer.fee(&case, "2018-12-12", 3, 20_000_000, 600_000);
    writer.disburse(&case, "2018-12-12", 4, 11_640_000);
    writer.fee(&case, "2018-12-12", 4, 12_000_000, 360_000);
    writer.check(
        "2019-H1",
        ALL,
        "money.total 205000000, money.completed 77000000, money.in_progress 128000000, \
         money.costs_added 3000000, money.costs_repaid 3000000, money.collected 80000000, money.fees \
         960000, cases.completed 0, cases.in_progress 1",
    );
}

fn three_rounds() -> (LedgerWriter, thads_cases::ids::CaseId) {
    let mut writer = LedgerWriter::new();
    let case = writer.loan_case(A, "2018-08-01", 2_000_000_000);
    writer.distrain(&case, "2018-09-10", 1_000_000_000);
    writer.announce(&case, "2018-10-10", 1, 1_000_000_000, "2018-11-15");
    writer.unsold(&case, "2018-11-15");
    writer.act(&case, "2018-12-03", reduced(10, 900_000_000));
    writer.announce(&case, "2018-12-05", 2, 900_000_000, "2019-01-10");
    writer.unsold(&case, "2019-01-10");
    writer.act(&case, "2019-01-28", reduced(8, 828_000_000));
    writer.announce(&case, "2019-01-30", 3, 828_000_000, "2019-03-12");
    writer.sold(&case, "2019-03-12", 835_000_000, "2019-04-11");
    (writer, case)
}

/// Vector 5.
#[test]
fn three_rounds_of_auction() {
    let (mut writer, case) = three_rounds();
    let auctions = "auctions.announced 1, auctions.rounds 3, auctions.round_1 1, auctions.round_2 1, \
                    auctions.round_3 1, auctions.sold 1, auctions.unsold 2, auctions.start_price 828000000, \
                    rate.auction_price 835000000/1000000000, rate.auction_sold 1/3, money.collected 0";
    writer.check("2019-H1", ALL, auctions);
    writer.auction_paid(&case, "2019-03-29", 835_000_000);
    writer.check("2019-H1", ALL, "money.collected 835000000, money.finished 0, money.held 835000000");
    writer.check("2019-Q1", ALL, "auctions.rounds 1, auctions.unsold 1, auctions.unsold_twice 0");
    writer.check("2018-10-01..2019-01-31", ALL, "auctions.unsold_twice 1");
}

/// Vector 6.
#[test]
fn entrustment_inside_the_province() {
    let mut writer = LedgerWriter::new();
    let sent = writer.loan_case(A, "2018-12-03", 9_000_000);
    writer.verify(&sent, "2019-01-15");
    writer.entrust(&sent, "2019-01-21", B);
    writer.take_over(&sent, B, "2019-01-25");
    writer.check(
        "2019-H1",
        OF_A,
        "cases.total 1, cases.entrusted 1, cases.to_execute 0, cases.withdrawn 0, money.entrusted \
         9000000, money.to_execute 0, cases.in_transit 0, cases.distinct 1",
    );
    writer.check("2019-H1", OF_B, "cases.new 1, cases.to_execute 1, money.new 9000000");
    writer.check(
        "2019-H1",
        Scope::Office(DEPARTMENT),
        "cases.total 2, cases.entrusted 1, cases.to_execute 1, cases.distinct 1, money.total 18000000, \
         money.distinct 9000000",
    );
    for text in ["2018-10-01..2019-01-21", "2018-10-01..2019-01-24"] {
        writer.check(text, OF_A, "cases.to_execute 0, cases.in_transit 1, money.in_transit 9000000");
        writer.check(text, OF_B, "cases.to_execute 0");
        writer.check(text, ALL, "cases.total 1, cases.distinct 1, cases.in_transit 1");
    }
}

/// A case met in part whose rest is entrusted counts as completed; its moved money is entrusted.
#[test]
fn met_in_part_and_the_rest_entrusted() {
    let mut writer = LedgerWriter::new();
    let owed = [(Loan, Payee::Creditor(1), 5_000_000), (CourtFee, Payee::Budget, 1_000_000)];
    let case = writer.order(A, "2018-10-05", Basis::OnRequest, &owed);
    writer.verify(&case, "2018-10-20");
    writer.pay_directly(&case, "2018-11-01", 2, 1_000_000);
    writer.entrust(&case, "2018-11-02", B);
    writer.check(
        "2019-H1",
        OF_A,
        "cases.completed 1, cases.entrusted 0, cases.to_execute 1, money.entrusted 5000000, \
         money.completed 1000000, money.to_execute 1000000",
    );
}

/// Costs arise once: the office that takes a case over brings them along, and adds none.
#[test]
fn costs_that_come_along_are_not_added_again() {
    let mut writer = LedgerWriter::new();
    let sent = writer.loan_case(A, "2018-12-03", 9_000_000);
    writer.cost(&sent, "2019-01-10", 300_000);
    writer.verify(&sent, "2019-01-15");
    writer.entrust(&sent, "2019-01-21", B);
    writer.take_over(&sent, B, "2019-01-25");
    writer.check("2019-H1", OF_A, "money.costs_added 300000");
    writer.check("2019-H1", OF_B, "money.costs_added 0, money.new 9000000");
    writer.check("2019-H1", ALL, "money.costs_added 300000");
}

/// Vector 7.
#[test]
fn pulled_up() {
    let mut writer = LedgerWriter::new();
    let sent = writer.loan_case(A, "2018-12-03", 9_000_000);
    writer.pull_up(&sent, "2019-02-01");
    writer.take_over(&sent, DEPARTMENT, "2019-02-01");
    writer.check(
        "2019-H1",
        OF_A,
        "cases.total 1, cases.pulled_up 1, cases.to_execute 0, money.pulled_up 9000000",
    );
    writer.check("2019-H1", Scope::OfficeAlone(DEPARTMENT), "cases.new 1, money.new 9000000");
    writer.check("2019-H1", ALL, "cases.total 2, cases.to_execute 1, cases.distinct 1");
}

/// Vector 8.
#[test]
fn a_complaint_in_tet() {
    let mut writer = LedgerWriter::new();
    writer.complaint(A, "2019-02-01", Some("2019-02-11"), Some("2019-03-20"));
    writer.check(
        "2019-H1",
        ALL,
        "complaints.received 1, complaints.accepted 1, complaints.resolved 1, complaints.dismissed 1, \
         complaints.late 1, complaints.pending 0",
    );
    writer.check("2018-10-01..2019-02-26", ALL, "complaints.pending 1, complaints.late 0");
    writer.check("2018-10-01..2019-02-27", ALL, "complaints.pending 1, complaints.late 1");
    writer.check(
        "2019-03-01..2019-03-31",
        ALL,
        "complaints.carried 1, complaints.received 0, complaints.resolved 1",
    );
}

/// Vector 10: what is entered after the seal moves the figure as known now, and two events explain it.
#[test]
fn a_late_entry_over_a_seal() {
    let mut writer = LedgerWriter::new();
    let first = writer.loan_case(A, "2018-10-05", 1_000_000_000);
    writer.pay_directly(&first, "2019-03-01", 1, 1_000_000_000);
    let case = writer.loan_case(A, "2018-10-05", 10_000_000);
    let sealed = writer.next();
    let mut later = writer.clone();
    for (writer, on) in [(&mut writer, "2019-03-29"), (&mut later, "2019-04-09")] {
        writer.on_the_day("2019-04-09");
        writer.collect(&case, "2019-03-28", 10_000_000);
        writer.approve(&case, on, &[(1, 10_000_000)]);
        writer.disburse(&case, on, 1, 10_000_000);
    }
    let finished = |writer: &LedgerWriter, known| {
        shown(&writer.report_as_known("2019-H1", ALL, known), &["money.finished", "money.held"])
    };
    assert_eq!(finished(&writer, sealed), ["money.finished 1000000000", "money.held 0"]);
    assert_eq!(finished(&writer, writer.next()), ["money.finished 1010000000", "money.held 0"]);
    assert_eq!(finished(&later, later.next()), ["money.finished 1000000000", "money.held 10000000"]);
    let lines =
        restatement(&writer.model, "money.finished", &period("2019-H1"), ALL, sealed, writer.next()).unwrap();
    let explained: Vec<_> = lines.iter().map(|line| (line.kind, line.delta)).collect();
    assert_eq!(explained, [("payment_collected", 0), ("payout_approved", 0), ("disbursed", 10_000_000)]);
    assert!(lines.iter().all(|line| line.subject == Subject::Case(case.clone())));
}

/// Vector 11.
#[test]
fn dressing_the_rate() {
    let mut writer = LedgerWriter::new();
    let cases: Vec<_> = (0..100).map(|_| writer.fee_case(A, "2018-10-05", 200_000)).collect();
    for case in &cases[..62] {
        writer.finish(case, "2019-03-28");
    }
    writer.check("2019-H1", ALL, "rate.cases 62/100");
    let dressed = cases.last().unwrap();
    writer.verify(dressed, "2019-03-29");
    writer.not_yet(dressed, "2019-03-29");
    writer.enforceable(dressed, "2019-04-05");
    writer.check("2019-H1", ALL, "rate.cases 62/99, cases.not_yet_enforceable 1");
    assert_eq!(writer.report("2019-H1", ALL).value("rate.cases").unwrap().percent().as_deref(), Some("62.6"));
    writer.check("2018-10-01..2019-04-05", ALL, "rate.cases 62/100");
}

/// Vector 12.
#[test]
fn joint_debtors() {
    let mut writer = LedgerWriter::new();
    let case = writer.loan_case(A, "2018-10-05", 90_000_000);
    writer.serve(&case, "2018-10-08", "2018-10-18");
    writer.act(&case, "2018-11-01", collected(1, 60_000_000));
    writer.act(&case, "2018-11-02", collected(2, 40_000_000));
    writer.check(
        "2019-H1",
        ALL,
        "money.collected 100000000, money.refund_due 10000000, money.held 90000000, money.completed 0",
    );
    writer.approve(&case, "2018-11-05", &[(1, 90_000_000)]);
    writer.disburse(&case, "2018-11-05", 1, 87_300_000);
    writer.fee(&case, "2018-11-05", 1, 90_000_000, 2_700_000);
    writer.check("2019-H1", ALL, "money.completed 90000000, money.refund_due 10000000, money.held 0");
}

/// Vector 13.
#[test]
fn a_wrong_amount() {
    let mut writer = LedgerWriter::new();
    let case = writer.loan_case(A, "2018-10-05", 90_000_000);
    let wrong = writer.collect(&case, "2018-11-01", 50_000_000);
    let between = writer.next();
    let mut paid = writer.clone();
    writer.correct(&case, "2018-11-20", wrong, "2018-11-01", collected(1, 5_000_000)).unwrap();
    let money = |writer: &LedgerWriter, known| {
        shown(&writer.report_as_known("2019-H1", ALL, known), &["money.collected", "money.finished"])
    };
    assert_eq!(money(&writer, between), ["money.collected 50000000", "money.finished 0"]);
    assert_eq!(money(&writer, writer.next()), ["money.collected 5000000", "money.finished 0"]);
    paid.approve(&case, "2018-11-10", &[(1, 30_000_000)]);
    let disbursed = paid.disburse(&case, "2018-11-10", 1, 30_000_000);
    let refusal =
        paid.correct(&case, "2018-11-20", wrong, "2018-11-01", collected(1, 5_000_000)).unwrap_err();
    assert!(refusal.breaks.is_some_and(|position| position <= disbursed), "{refusal:?}");
}

/// Vector 14.
#[test]
fn money_held_too_long() {
    let mut writer = LedgerWriter::new();
    let case = writer.loan_case(A, "2018-10-05", 90_000_000);
    writer.hold(&case, "2018-10-20", 15_000_000);
    writer.check(
        "2019-H1",
        ALL,
        "held.opening 0, held.closing 15000000, held.91_to_180_days 15000000, held.31_to_90_days 0, \
         money.collected 0",
    );
    writer.check("2019-04-01..2019-04-30", ALL, "held.opening 15000000, held.181_to_365_days 15000000");
}

/// Vector 15.
#[test]
fn an_exemption() {
    let mut writer = LedgerWriter::new();
    let case = writer.order(A, "2018-10-05", Basis::Proactive, &[(Fine, Payee::Budget, 20_000_000)]);
    writer.collect(&case, "2018-11-01", 2_000_000);
    writer.approve(&case, "2018-11-02", &[(1, 2_000_000)]);
    writer.remit(&case, "2018-11-02", 2_000_000);
    writer.exempt(&case, "2019-01-10", 18_000_000);
    writer.complete(&case, "2019-01-11");
    writer.check(
        "2019-H1",
        ALL,
        "money.completed 2000000, money.exempted 18000000, money.finished 20000000, cases.completed 1, \
         rate.money 20000000/20000000",
    );
}

/// Vector 18.
#[test]
fn a_round_trip_through_the_tracking_book() {
    for disbursed in [false, true] {
        let mut writer = LedgerWriter::new();
        let y = writer.fee_case(A, "2016-01-05", 3_000_000);
        for on in ["2016-02-01", "2016-08-01"] {
            writer.verify(&y, on);
        }
        writer.not_yet(&y, "2016-08-02");
        writer.move_into_book(&y, "2017-09-01");
        let x = writer.fee_case(A, "2017-06-01", 8_000_000);
        for on in ["2017-08-01", "2018-02-01"] {
            writer.verify(&x, on);
        }
        writer.not_yet(&x, "2017-08-02");
        if disbursed {
            writer.collect(&x, "2018-11-01", 1_000_000);
            writer.approve(&x, "2018-11-01", &[(1, 1_000_000)]);
            writer.remit(&x, "2018-11-01", 1_000_000);
        }
        writer.check("2018-10-01..2018-11-04", ALL, "cases.carried 1, cases.tracking_book 1");
        writer.move_into_book(&x, "2018-11-05");
        writer.return_from_book(&y, "2019-01-10");
        writer.return_from_book(&x, "2019-02-20");
        writer.check("2019-Q1", ALL, "cases.total 0, cases.tracking_book 2");
        writer.check(
            "2019-H1",
            ALL,
            "cases.total 2, cases.carried 1, cases.new 1, cases.to_execute 2, cases.tracking_book 0, \
             money.total 11000000",
        );
        if disbursed {
            writer.check(
                "2019-Q1",
                ALL,
                "money.total 1000000, money.carried 1000000, money.enforceable 1000000, money.completed \
                 1000000, money.tracking_book 10000000",
            );
            writer.check("2019-H1", ALL, "money.total 11000000, money.finished 1000000");
        } else {
            writer.check("2019-Q1", ALL, "money.total 0, money.tracking_book 11000000");
        }
    }
}

pub(crate) fn ten_open_cases(ordered: &str, decided: &str, interpreted: &str) -> LedgerWriter {
    let mut writer = LedgerWriter::new();
    for number in 0..10 {
        let case = writer.loan_case(A, ordered, 1_000_000);
        match number {
            0 => writer.postpone(&case, decided, "c"),
            1 => writer.postpone(&case, decided, interpreted),
            2 | 3 => {
                writer.verify(&case, decided);
                writer.not_yet(&case, decided);
            }
            _ => {}
        }
    }
    writer
}

/// Vector 20.
#[test]
fn other_standing() {
    let writer = ten_open_cases("2018-11-01", "2018-12-03", "đ");
    writer.check(
        "2021-M04",
        ALL,
        "cases.to_execute 10, cases.enforceable 7, cases.postponed 1, cases.not_yet_enforceable 2, \
         cases.other_standing 1",
    );
    writer.check(
        "2019-M04",
        ALL,
        "cases.to_execute 10, cases.enforceable 8, cases.postponed 2, cases.not_yet_enforceable 2, \
         cases.other_standing 0",
    );
}

/// Vector 14 of rules.md.
#[test]
fn the_identity_across_a_boundary() {
    let writer = ten_open_cases("2018-11-01", "2018-12-03", "awaiting_answer");
    writer.check(
        "2020-M03",
        ALL,
        "cases.to_execute 10, cases.enforceable 8, cases.not_yet_enforceable 2, cases.other_standing 0",
    );
    writer.check(
        "2020-M04",
        ALL,
        "cases.to_execute 10, cases.enforceable 7, cases.not_yet_enforceable 2, cases.other_standing 1",
    );
    // From 1 July 2026 the statistics' rules are unset until a document is named.
    assert_eq!(writer.report("2026-M09", ALL).amount("cases.to_execute"), Some(10));
    writer.check(
        "2026-M10",
        ALL,
        "cases.to_execute unset: stat_to_execute, rate.cases unset: stat_sum, cases.finished 0",
    );
    // A target is there, whether or not its unit's rate is known.
    let mut writer = writer;
    writer.target(A, 2026, "rate.cases", 75);
    writer.check("2026-M10", ALL, "units.with_case_target 1, units.over_case_target unset: stat_sum");
    let report = writer.report("2026-M10", ALL);
    assert_eq!(report.targets.len(), 1);
    assert_eq!((report.targets[0].reached, report.targets[0].on_pace), (None, None));
}

/// Vector 21.
#[test]
fn a_payee_who_does_not_come() {
    let mut writer = LedgerWriter::new();
    let case = writer.loan_case(A, "2018-10-05", 2_000_000);
    writer.collect(&case, "2019-03-01", 2_000_000);
    writer.approve(&case, "2019-03-20", &[(1, 2_000_000)]);
    writer.check("2018-10-01..2019-03-19", ALL, "money.finished 0, money.held 2000000");
    writer.deposit(&case, "2019-03-20", 1, 2_000_000);
    writer.complete(&case, "2019-03-21");
    writer.check(
        "2019-H1",
        ALL,
        "cases.completed 1, money.finished 2000000, money.deposited 2000000, money.held 0",
    );
}

/// Targets: value ≥ target, each unit by its own rate.
#[test]
fn units_at_or_over_their_target() {
    let mut writer = LedgerWriter::new();
    for (office, finished) in [(A, 3), (B, 2), (DEPARTMENT, 0)] {
        for number in 0..4 {
            let case = writer.fee_case(office, "2018-10-05", 200_000);
            if number < finished {
                writer.finish(&case, "2019-01-28");
            }
        }
    }
    let before = writer.next();
    writer.target(A, 2019, "rate.cases", 75);
    writer.target(B, 2019, "rate.cases", 75);
    writer.target(A, 2019, "rate.money", 76);
    writer.target(DEPARTMENT, 2019, "rate.cases", 0);
    writer.check(
        "2019-H1",
        ALL,
        "units.over_case_target 2, units.with_case_target 3, units.over_money_target 0, \
         units.with_money_target 1",
    );
    writer.check("2019-H1", OF_B, "units.over_case_target 0, units.with_case_target 1");
    writer.check("2020-H1", ALL, "units.with_case_target 0");
    assert_eq!(writer.report_as_known("2019-H1", ALL, before).amount("units.with_case_target"), Some(0));
    let report = writer.report("2019-H1", ALL);
    let row = report.targets.iter().find(|row| row.office == B).unwrap();
    assert_eq!(
        (row.rate, row.pace, row.reached, row.on_pace),
        (Value::Rate { numerator: 2, denominator: 4 }, (450, 1200), Some(false), Some(true))
    );
}
