//! The worked vectors of domain.md part 11 that no other table holds; each by its number.
//!
//! Elsewhere: 3, 21 `payouts`; 5 `auctions`; 6, 7 `moves`; 8 `complaints`; 10, 13 `repairs`; 15 `money`; 18 `status`.

use super::language::{History, after, check, day, parts};
use thads_cases::deadline::{Due, deadline};
use thads_cases::rules::Parameter;

fn has(history: &History, on: &str, wanted: &[&str]) {
    let parts = parts(&history.case_on(on));
    for part in wanted {
        assert!(parts.iter().any(|has| has == part), "{on}: {part:?} is not among {}", parts.join("; "));
    }
}

#[test]
fn vector_1_paid_in_full() {
    let history = History::told(
        "2018-10-05 opened loan:50_000_000 / 2018-10-08 notice_served / voluntary_period_started 2018-10-18 \
         / 2018-12-10 payment_collected 50_000_000 / 2018-12-12 payout_approved 1:50_000_000 / disbursed 1 48_500_000 \
         / enforcement_fee_charged 1 50_000_000 1_500_000 / completed",
    );
    has(&history, "2018-12-11", &["held 50000000", "credited 0", "outstanding 0"]);
    has(
        &history,
        "2018-12-12",
        &["completed 2018-12-12", "disbursed 48500000", "fees 1500000", "credited 50000000"],
    );
}

#[test]
fn vector_2_nothing_to_take() {
    let history = History::told(
        "2018-11-01 opened proactive court_fee:3_000_000 / 2018-11-20 conditions_verified / classified_not_yet_enforceable a",
    );
    has(&history, "2019-03-31", &["not yet enforceable", "remaining 3000000"]);
    let again = deadline(
        Parameter::VerifyAgain,
        *history.case().verified.last().unwrap(),
        &history.reference_data.rules,
        &history.reference_data.calendar,
    );
    assert_eq!(again, Due::On(day("2019-05-20")));
}

#[test]
fn vector_12_joint_debtors() {
    let both = "2018-10-05 opened wages:90_000_000 / payment_collected 60_000_000 1 / payment_collected 40_000_000 2";
    check(both, "note_added", "outstanding 0; to refund 10000000; credited 0; held 90000000");
    check(
        both,
        "payout_approved 1:100_000_000",
        "refused 47 money: lines.amount 100000000; 90000000 owed and not approved already; accepted: at most 90000000",
    );
    after(
        &format!("{both} / payout_approved 1:90_000_000"),
        &[
            ("disbursed 1 90_000_000", "credited 90000000; remaining 0; to refund 10000000"),
            (
                "disbursed 1 100_000_000",
                "refused 47 money: amount 100000000; 90000000 held; accepted: at most 90000000",
            ),
        ],
    );
}

/// Vector 20 (rules.md 14), as far as it is about one case: both grounds postpone under either rule set.
#[test]
fn vector_20_postponed_by_consent_and_for_an_answer() {
    for on in ["2019-01-31", "2021-01-29"] {
        for ground in ["c", "consent", "đ", "awaiting_answer"] {
            check(
                "2018-10-05 opened loan:5",
                &format!("{on} postponed {ground}"),
                "pending, postponed; remaining 5",
            );
        }
    }
}
