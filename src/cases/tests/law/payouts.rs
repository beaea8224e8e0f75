//! Paying over: the plan, the approval by another person, the payments, the fee, the deposit.

use super::language::{History, after, check, parts};

/// Nothing voluntary about this money: the fee is due.
const ONE: &str = "2018-10-05 opened loan:50_000_000 / 2018-12-10 payment_collected 50_000_000";

#[test]
fn a_plan_is_what_the_law_gives() {
    // domain.md part 11, vector 3.
    let priority = "2018-10-05 opened injury:40_000_000@1 court_fee:5_000_000 loan:100_000_000@2 loan:60_000_000@3 \
        / coercion_cost_recorded 3_000_000 / 2019-01-10 payment_collected 80_000_000";
    after(
        priority,
        &[
            (
                "distribution_planned 5:3_000_000 1:40_000_000 2:5_000_000 3:20_000_000 4:12_000_000",
                "held 80000000",
            ),
            (
                "distribution_planned 1:40_000_000 2:5_000_000 3:20_000_000 4:12_000_000",
                "refused 47.1 mismatch: lines 5: 0; the order of Art. 47; accepted: 5: 3000000, 1: 40000000, 2: 5000000, 3: 18125000, 4: 10875000",
            ),
            (
                "distribution_planned 5:3_000_000 1:40_000_000 2:5_000_000 3:12_000_000 4:20_000_000",
                "refused 47.1 mismatch: lines 3: 12000000; the order of Art. 47; accepted: 5: 3000000, 1: 40000000, 2: 5000000, 3: 20000000, 4: 12000000",
            ),
            ("distribution_planned 5:3_000_000", "held 80000000"),
            (
                "distribution_planned 5:3_000_000 1:77_000_000",
                "refused 47 money: lines.amount 77000000; 40000000 owed and not approved already; accepted: at most 40000000",
            ),
            (
                "distribution_planned 1:40_000_000 1:5",
                "refused 47 duplicate: lines.obligation 1; one line an obligation; accepted: their sum",
            ),
            (
                "distribution_planned",
                "refused 47 unknown: lines none; at least one; accepted: a line an obligation",
            ),
            (
                "distribution_planned 1:0",
                "refused 47 money: lines.amount 0; more than 0; accepted: a whole amount from 1",
            ),
            (
                "distribution_planned 9:5",
                "refused 47 unknown: obligation 9; the case has 1, 2, 3, 4, 5; accepted: 1, 2, 3, 4, 5",
            ),
            (
                "distribution_planned 5:3_000_000 by other_enforcer",
                "refused 20 competence: actor 23; enforcer 22; accepted: 22",
            ),
            (
                "distribution_planned 5:3_000_000 by accountant",
                "refused 47 role: actor accountant; distribution_planned is recorded by: enforcer, head, provincial_head; accepted: enforcer, head, provincial_head",
            ),
            (
                "payout_approved 3:20_000_000",
                "refused 47 money: lines.amount 20000000; 0 planned (distribution_planned); accepted: at most 0",
            ),
        ],
    );
    let mut history = History::told(&format!(
        "{priority} / distribution_planned 5:3_000_000 1:40_000_000 2:5_000_000 3:20_000_000 4:12_000_000 \
         / payout_approved 5:3_000_000 1:40_000_000 2:5_000_000 3:20_000_000 4:12_000_000 \
         / remitted_to_budget 5 3_000_000 / disbursed 1 40_000_000 / remitted_to_budget 2 5_000_000 \
         / disbursed 3 19_400_000 / enforcement_fee_charged 3 20_000_000 600_000 \
         / disbursed 4 11_640_000 / enforcement_fee_charged 4 12_000_000 360_000"
    ));
    let case = history.case();
    for part in [
        "due 208000000",
        "credited 80000000",
        "remaining 128000000",
        "held 0",
        "fees 960000",
        "remitted 8000000",
    ] {
        assert!(parts(&case).iter().any(|has| has == part), "{part}");
    }
    // Costs stand in no column of money.
    assert_eq!(case.credited(), 77_000_000);
    assert!(history.attempt("completed").is_err());
}

#[test]
fn costs_left_out_of_a_remittance_are_paid_first() {
    let history = "2018-10-05 opened proactive fine:20_000_000 / coercion_cost_recorded 3_000_000 / payment_collected 23_000_000 \
        / payout_approved 1:20_000_000 2:3_000_000";
    check(history, "remitted_to_budget 5_000_000", "remitted 5000000; credited 5000000");
    check(
        history,
        "remitted_to_budget 23_000_001",
        "refused 47 money: amount 23000001; 23000000 owed to the budget; accepted: at most 23000000",
    );
    check(
        history,
        "remitted_to_budget 0",
        "refused 47 money: amount 0; more than 0; accepted: a whole amount from 1",
    );
}

#[test]
fn what_is_paid_out_was_approved_by_another() {
    after(
        ONE,
        &[
            ("payout_approved 1:50_000_000", "approved 50000000; held 50000000"),
            (
                "payout_approved 1:50_000_001",
                "refused 47 money: lines.amount 50000001; 50000000 owed and not approved already; accepted: at most 50000000",
            ),
            (
                "payout_approved 1:5 by accountant",
                "refused 47 role: actor accountant; payout_approved is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "payout_approved 1:5 by enforcer",
                "refused 47 role: actor enforcer; payout_approved is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "disbursed 1 5",
                "refused 47 money: amount 5; 0 approved (payout_approved); accepted: at most 0",
            ),
        ],
    );
    let approved = format!("{ONE} / payout_approved 1:50_000_000");
    after(
        &approved,
        &[
            (
                "payout_approved 1:1",
                "refused 47 money: lines.amount 1; 0 owed and not approved already; accepted: at most 0",
            ),
            (
                "disbursed 1 48_500_000",
                "disbursed 48500000; credited 48500000; held 1500000; approved 1500000",
            ),
            ("disbursed 1 50_000_000", "credited 50000000; held 0; approved 0"),
            (
                "disbursed 1 50_000_001",
                "refused 47 money: amount 50000001; 50000000 held; accepted: at most 50000000",
            ),
            (
                "disbursed 1 5 by head",
                "refused 47.5 role: actor head; disbursed is recorded by: accountant; accepted: accountant",
            ),
            ("disbursed 2 5", "refused 47.5 unknown: obligation 2; the case has 1; accepted: 1"),
            ("disbursed 1 0", "refused 47.5 money: amount 0; more than 0; accepted: a whole amount from 1"),
            (
                "remitted_to_budget 1 5",
                "refused 47 mismatch: obligation 1; an obligation to the budget; accepted: disbursed",
            ),
            ("remitted_to_budget 5", "refused 47 money: amount 5; 0 owed to the budget; accepted: at most 0"),
            (
                "completed",
                "refused 52 money: case 50000000 still owed; 0 owed; accepted: payment, exemption or termination of the rest first",
            ),
        ],
    );
    check(
        "2018-10-05 opened proactive fine:5 / payment_collected 5 / payout_approved 1:5",
        "disbursed 1 5",
        "refused 47.5 mismatch: obligation 1; an obligation to a creditor; accepted: remitted_to_budget",
    );
}

#[test]
fn the_fee_is_kept_back_and_exact() {
    let paid = format!("{ONE} / payout_approved 1:50_000_000 / disbursed 1 48_500_000");
    after(
        &paid,
        &[
            ("enforcement_fee_charged 1 50_000_000 1_500_000", "fees 1500000; credited 50000000; held 0"),
            (
                "enforcement_fee_charged 1 50_000_000 0",
                "refused TT216 4 mismatch: fee 0; 1500000; accepted: 1500000",
            ),
            (
                "enforcement_fee_charged 1 48_500_000 1_455_000",
                "refused TT216 4 mismatch: fee 1455000; 1500000; accepted: 1500000",
            ),
            (
                "enforcement_fee_charged 1 50_000_000 1_500_001",
                "refused TT216 4 mismatch: fee 1500001; 1500000; accepted: 1500000",
            ),
            ("enforcement_fee_charged 1 50_000_000 1_500_000 by head", "fees 1500000"),
            (
                "enforcement_fee_charged 1 50_000_000 1_500_000 by enforcer",
                "refused 60, TT216/2016 role: actor enforcer; enforcement_fee_charged is recorded by: accountant, head, provincial_head; accepted: accountant, head, provincial_head",
            ),
        ],
    );
    // Paid out whole, the fee cannot be charged any more, and without it the case does not end.
    let whole = format!("{ONE} / payout_approved 1:50_000_000 / disbursed 1 50_000_000");
    check(
        &whole,
        "completed",
        "refused 60 money: case obligation 1: a fee of 1500000 not charged; the fee on what was paid over; accepted: enforcement_fee_charged; where it was not kept back, fact_corrected of the payment first",
    );
    let corrected = format!(
        "{whole} / fact_corrected 106 to 2018-12-10 disbursed 1 48_500_000 / enforcement_fee_charged 1 50_000_000 1_500_000"
    );
    check(&corrected, "completed", "completed 2018-12-10; fees 1500000");
    let part = "2018-10-05 opened loan:50_000_000 / payment_collected 40_000_000 / payout_approved 1:40_000_000 / disbursed 1 40_000_000";
    for way in ["terminated c", "order_withdrawn content_error"] {
        check(
            part,
            way,
            "refused 60 money: case obligation 1: a fee of 1200000 not charged; the fee on what was paid over; accepted: enforcement_fee_charged; where it was not kept back, fact_corrected of the payment first",
        );
    }
    let budget = "2018-10-05 opened proactive fine:5_000_000 / payment_collected 5_000_000 / payout_approved 1:5_000_000";
    check(
        budget,
        "enforcement_fee_charged 1 5_000_000 150_000",
        "refused 60 mismatch: obligation 1; an obligation to a creditor; accepted: no fee",
    );
}

/// Paying in parts below the threshold saves no fee, whether a fee of nothing was charged in between or not.
#[test]
fn a_fee_is_not_split_away() {
    let part = "2018-10-05 opened loan:5_400_000 / payment_collected 2_700_000 / payout_approved 1:2_700_000 / disbursed 1 2_700_000";
    let next = format!("{part} / payment_collected 2_700_000 / payout_approved 1:2_700_000");
    check(
        &format!("{next} / disbursed 1 2_700_000"),
        "completed",
        "refused 60 money: case obligation 1: a fee of 162000 not charged; the fee on what was paid over; accepted: enforcement_fee_charged; where it was not kept back, fact_corrected of the payment first",
    );
    check(&next, "disbursed 1 2_538_000", "credited 5238000");
    let charged = format!(
        "{part} / enforcement_fee_charged 1 2_700_000 0 / payment_collected 2_700_000 / payout_approved 1:2_700_000"
    );
    check(
        &format!("{charged} / disbursed 1 2_700_000"),
        "completed",
        "refused 60 money: case obligation 1: a fee of 162000 not charged; the fee on what was paid over; accepted: enforcement_fee_charged; where it was not kept back, fact_corrected of the payment first",
    );
    check(
        &format!("{charged} / disbursed 1 2_538_000"),
        "enforcement_fee_charged 1 5_400_000 162_000",
        "fees 162000; remaining 0",
    );
}

/// rules.md section 4, vector 1: the threshold is that of the day of paying over, however late the case ends.
#[test]
fn the_fee_is_that_of_the_day_of_paying_over() {
    let paid = |on: &str| {
        format!(
            "2019-01-10 opened loan:2_900_000 / {on} payment_collected 2_900_000 / payout_approved 1:2_900_000 / disbursed 1 2_900_000"
        )
    };
    check(
        &paid("2019-06-28"),
        "2019-07-02 completed",
        "refused 60 money: case obligation 1: a fee of 87000 not charged; the fee on what was paid over; accepted: enforcement_fee_charged; where it was not kept back, fact_corrected of the payment first",
    );
    check(&paid("2019-07-01"), "2019-07-02 completed", "completed 2019-07-02; fees 0");
}

/// Circular 216/2016: no fee on what was performed in the voluntary period, whenever it is paid over; and a fee on what
/// was taken then, or came later.
#[test]
fn what_was_performed_in_time_bears_no_fee() {
    let started =
        "2018-10-05 opened loan:50_000_000 / 2018-10-08 notice_served / voluntary_period_started 2018-10-18";
    let in_time = format!(
        "{started} / 2018-10-18 payment_collected 50_000_000 / 2018-11-01 payout_approved 1:50_000_000"
    );
    check(&in_time, "disbursed 1 50_000_000", "disbursed 50000000; remaining 0");
    check(&format!("{in_time} / disbursed 1 50_000_000"), "enforcement_fee_charged 1 50_000_000 0", "fees 0");
    check(&format!("{in_time} / disbursed 1 50_000_000"), "completed", "completed 2018-11-01");
    let late = in_time.replace("2018-10-18 payment", "2018-10-19 payment");
    check(
        &format!("{late} / disbursed 1 50_000_000"),
        "completed",
        "refused 60 money: case obligation 1: a fee of 1500000 not charged; the fee on what was paid over; accepted: enforcement_fee_charged; where it was not kept back, fact_corrected of the payment first",
    );
    let taken = in_time.replace("collected 50_000_000", "collected 50_000_000 1 deduction");
    check(
        &format!("{taken} / disbursed 1 50_000_000"),
        "completed",
        "refused 60 money: case obligation 1: a fee of 1500000 not charged; the fee on what was paid over; accepted: enforcement_fee_charged; where it was not kept back, fact_corrected of the payment first",
    );
    let mixed = format!(
        "{started} / 2018-10-18 payment_collected 20_000_000 / 2018-10-19 payment_collected 30_000_000 / payout_approved 1:50_000_000"
    );
    check(
        &format!("{mixed} / disbursed 1 50_000_000"),
        "completed",
        "refused 60 money: case obligation 1: a fee of 900000 not charged; the fee on what was paid over; accepted: enforcement_fee_charged; where it was not kept back, fact_corrected of the payment first",
    );
    check(
        &format!("{mixed} / disbursed 1 49_100_000"),
        "enforcement_fee_charged 1 30_000_000 900_000",
        "fees 900000; remaining 0",
    );
    let kept = format!(
        "{started} / held_temporarily 50_000_000 / 2018-11-01 held_money_resolved 1 50_000_000 / payout_approved 1:50_000_000"
    );
    check(&kept, "disbursed 1 50_000_000", "remaining 0");
}

#[test]
fn some_receipts_bear_no_fee_by_their_kind() {
    for order in [
        "wages:50_000_000",
        "injury:50_000_000",
        "maintenance:50_000_000",
        "proactive return_money:50_000_000",
    ] {
        let history = format!(
            "2018-10-05 opened {order} / payment_collected 50_000_000 / payout_approved 1:50_000_000"
        );
        check(&history, "disbursed 1 50_000_000", "remaining 0; fees 0");
    }
    let asked = "2018-10-05 opened return_money:50_000_000 / payment_collected 50_000_000 / payout_approved 1:50_000_000";
    check(
        &format!("{asked} / disbursed 1 50_000_000"),
        "completed",
        "refused 60 money: case obligation 1: a fee of 1500000 not charged; the fee on what was paid over; accepted: enforcement_fee_charged; where it was not kept back, fact_corrected of the payment first",
    );
}

/// Art. 47.3: what a mortgaged asset brings goes to the secured creditor first; other money does not.
#[test]
fn security_reaches_only_the_proceeds_of_the_asset() {
    let owes = "2018-10-05 opened wages:40_000_000@1 loan:100_000_000@2+secured court_fee:5_000_000 / 2018-10-08 notice_served \
        / voluntary_period_started 2018-10-18 / 2018-11-01 coercion_ordered";
    let sold = |mortgaged: &str| {
        format!(
            "{owes} / asset_distrained movable {mortgaged} / asset_appraised 60_000_000 / auction_announced 1 60_000_000 2018-12-03 \
             / 2018-12-03 auction_sold 60_000_000 2018-12-31 / auction_paid 60_000_000"
        )
    };
    check(&sold("mortgaged"), "distribution_planned 3:5_000_000 2:55_000_000", "held 60000000");
    check(
        &sold("mortgaged"),
        "distribution_planned 1:40_000_000 3:5_000_000 2:15_000_000",
        "refused 47.1 mismatch: lines 2: 15000000; the order of Art. 47; accepted: 3: 5000000, 2: 55000000",
    );
    check(&sold(""), "distribution_planned 1:40_000_000 3:5_000_000 2:15_000_000", "held 60000000");
    let with_cash = format!("{} / payment_collected 10_000_000", sold("mortgaged"));
    check(&with_cash, "distribution_planned 3:5_000_000 2:55_000_000 1:10_000_000", "held 70000000");
}

/// Each creditor's days run from when he himself was told, or all of them.
#[test]
fn a_creditor_who_is_told_by_number_is_told_alone() {
    let held = "2018-10-05 opened loan:2_000_000@2 / 2019-03-01 payment_collected 2_000_000 / payout_approved 1:2_000_000 \
        / 2019-03-04 notice_served to={\"creditor\":2} of=\"payout\"";
    let deposit = "2019-03-20 deposited_for_payee 1 2_000_000";
    check(held, deposit, "deposited 2000000");
    let told = |whom: &str| format!("{held} / 2019-03-15 notice_served to={whom} of=\"payout\"");
    check(&told("{\"creditor\":1}"), deposit, "deposited 2000000");
    let refused = "refused 126 too_early: effective 2019-03-20; 2019-04-02 (the payee was told and has his days to come); accepted: 2019-04-02 or later";
    check(&told("{\"creditor\":2}"), deposit, refused);
    check(&told("\"creditor\""), deposit, refused);
}

/// domain.md part 11, vector 21.
#[test]
fn a_payee_who_does_not_come_is_banked_for() {
    let told = "2018-10-05 opened loan:2_000_000 / 2019-03-01 payment_collected 2_000_000 / payout_approved 1:2_000_000";
    let called = format!("{told} / 2019-03-04 notice_served creditor payout");
    after(
        &called,
        &[
            (
                "2019-03-19 deposited_for_payee 1 2_000_000",
                "refused 126 too_early: effective 2019-03-19; 2019-03-20 (the payee was told and has his days to come); accepted: 2019-03-20 or later",
            ),
            ("2019-03-20 deposited_for_payee 1 2_000_000", "credited 2000000; deposited 2000000; held 0"),
            (
                "2019-03-20 deposited_for_payee 1 2_000_001",
                "refused 47 money: amount 2000001; 2000000 held; accepted: at most 2000000",
            ),
            (
                "2019-03-20 deposited_for_payee 1 5 by head",
                "refused 126, D49.5 role: actor head; deposited_for_payee is recorded by: accountant; accepted: accountant",
            ),
            (
                "2019-03-20 deposited_for_payee 1 5 bank=\"\"",
                "refused 126 unknown: bank nothing; a text; accepted: what the document says",
            ),
        ],
    );
    // He who has no known address is told nothing.
    check(told, "2019-03-20 deposited_for_payee 1 2_000_000", "credited 2000000");
    check(
        &format!("{called} / 2019-03-20 deposited_for_payee 1 2_000_000"),
        "2019-03-21 completed",
        "completed 2019-03-21; deposited 2000000",
    );
    check(
        "2018-10-05 opened proactive fine:5 / payment_collected 5 / payout_approved 1:5",
        "deposited_for_payee 1 5",
        "refused 126 mismatch: obligation 1; an obligation to a creditor; accepted: remitted_to_budget",
    );
}
