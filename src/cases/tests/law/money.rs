//! Money that comes in, is kept, goes back, or is let off.

use super::language::{after, check};

const OPENED: &str = "2018-10-05 opened loan:50_000_000 fine:20_000_000";

#[test]
fn money_is_taken_only_while_the_case_is_open() {
    check(
        "",
        "2018-10-05 payment_collected 5",
        "refused 45 standing: case unknown; open; accepted: judgment_received",
    );
    check(
        "2018-10-05 judgment_received",
        "payment_collected 5",
        "refused 45 standing: case registered; open; accepted: enforcement_ordered",
    );
    after(
        OPENED,
        &[
            (
                "payment_collected 5_000_000",
                "collected 5000000; held 5000000; outstanding 65000000; credited 0; to refund 0",
            ),
            ("payment_collected 70_000_001", "held 70000000; to refund 1; outstanding 0"),
            (
                "payment_collected 0",
                "refused 45 money: amount 0; more than 0; accepted: a whole amount from 1",
            ),
            ("payment_collected 5 3", "refused 45 unknown: payer 3; 1 to 2; accepted: 1 to 2"),
            ("payment_collected 5 0", "refused 45 unknown: payer 0; 1 to 2; accepted: 1 to 2"),
            ("payment_collected 5 payer={\"other\":\"hàng_xóm\"}", "collected 5"),
            (
                "payment_collected 5 by enforcer",
                "refused 45, 46 role: actor enforcer; payment_collected is recorded by: accountant; accepted: accountant",
            ),
            (
                "payment_collected 5 by B.accountant",
                "refused 45, 46 competence: actor 35 of office 3; an officer of office 2; accepted: an officer of that office",
            ),
            (
                "2018-10-04 payment_collected 5 late 2018-10-08",
                "refused 45 standing: case unknown; open; accepted: judgment_received",
            ),
        ],
    );
}

#[test]
fn what_is_held_cannot_be_demanded_again() {
    after(
        "2018-10-05 opened loan:50_000_000 fine:20_000_000 / payment_collected 60_000_000",
        &[
            ("paid_directly 1 10_000_000", "credited 10000000; outstanding 0"),
            (
                "paid_directly 1 10_000_001",
                "refused 6 money: amount 10000001; 10000000 owed and not held already; accepted: at most 10000000",
            ),
            (
                "paid_directly 1 50_000_001",
                "refused 6 money: amount 50000001; 50000000 still owed and not approved for paying out; accepted: at most 50000000",
            ),
            ("paid_directly 3 1", "refused 6 unknown: obligation 3; the case has 1, 2; accepted: 1, 2"),
            (
                "paid_directly 1 1 by other_enforcer",
                "refused 20 competence: actor 23; enforcer 22; accepted: 22",
            ),
        ],
    );
    // What is approved for one obligation is not to be had past the approval, or the money would lie there for ever.
    let approved = "2018-10-05 opened loan:5_000@1 loan:5_000@2 / payment_collected 5_000 / distribution_planned 1:2_500 2:2_500 \
        / payout_approved 1:2_500";
    check(
        approved,
        "paid_directly 1 2_501",
        "refused 6 money: amount 2501; 2500 still owed and not approved for paying out; accepted: at most 2500",
    );
    check(approved, "paid_directly 1 2_500", "credited 2500");
}

#[test]
fn no_sum_is_beyond_what_an_account_can_hold() {
    let full = "2018-10-05 opened loan:50 / payment_collected 9223372036854775807";
    check(
        full,
        "payment_collected 1",
        "refused 45 money: amount 1; 0 that an account can hold; accepted: at most 0",
    );
    check(full, "held_temporarily 9223372036854775807", "kept 9223372036854775807");
    check(
        &format!("{full} / held_temporarily 9223372036854775807"),
        "held_temporarily 1",
        "refused – money: amount 1; 0 that an account can hold; accepted: at most 0",
    );
    check(
        &format!("{full} / held_temporarily 1"),
        "held_money_resolved 1 1",
        "refused – money: amount 1; 0 that an account can hold; accepted: at most 0",
    );
}

#[test]
fn kept_money_goes_where_it_belongs() {
    check(
        OPENED,
        "held_temporarily 0",
        "refused – money: amount 0; more than 0; accepted: a whole amount from 1",
    );
    check(
        OPENED,
        "held_temporarily 5 by head",
        "refused – role: actor head; held_temporarily is recorded by: accountant; accepted: accountant",
    );
    after(
        "2018-10-05 opened loan:50_000_000 fine:20_000_000 / held_temporarily 15_000_000",
        &[
            ("held_money_resolved 1 15_000_000", "kept 0; collected 15000000; held 15000000"),
            ("held_money_resolved 1 5_000_000 returned", "kept 10000000; collected 0"),
            ("held_money_resolved 1 5_000_000 budget", "kept 10000000; collected 0"),
            (
                "held_money_resolved 1 15_000_001",
                "refused – money: amount 15000001; 15000000 held; accepted: at most 15000000",
            ),
            (
                "held_money_resolved 2 1",
                "refused – unknown: item 2; 1 to 1; accepted: held_temporarily first",
            ),
            (
                "held_money_resolved 1 0",
                "refused – money: amount 0; more than 0; accepted: a whole amount from 1",
            ),
        ],
    );
}

#[test]
fn only_what_is_too_much_is_refunded() {
    after(
        "2018-10-05 opened loan:50 / payment_collected 60",
        &[
            ("refunded 10", "to refund 0; refunded 10; held 50"),
            ("refunded 11", "refused 47 money: amount 11; 10 to be refunded; accepted: at most 10"),
            ("refunded 0", "refused 47 money: amount 0; more than 0; accepted: a whole amount from 1"),
            (
                "refunded 10 by head",
                "refused 47 role: actor head; refunded is recorded by: accountant; accepted: accountant",
            ),
        ],
    );
}

/// domain.md part 11, vector 15: a fine of which a part is paid may be let off for lasting hardship (61.4).
#[test]
fn a_court_lets_off_what_is_owed_to_the_budget() {
    let paid = "2018-10-05 opened proactive fine:20_000_000 / 2018-11-01 payment_collected 2_000_000 \
        / payout_approved 1:2_000_000 / remitted_to_budget 1 2_000_000";
    after(
        paid,
        &[
            ("2019-01-10 exempted 1 18_000_000", "credited 2000000; exempted 18000000; remaining 0"),
            (
                "2019-01-10 exempted 1 18_000_001",
                "refused 61 money: amount 18000001; 18000000 still owed and not approved for paying out; accepted: at most 18000000",
            ),
            (
                "2019-01-10 exempted 1 0",
                "refused 61 money: amount 0; more than 0; accepted: a whole amount from 1",
            ),
            (
                "2019-01-10 exempted 1 5 decision=\"\"",
                "refused 62 unknown: decision nothing; a text; accepted: what the document says",
            ),
            (
                "2019-01-10 exempted 1 5 by accountant",
                "refused 61-63 role: actor accountant; exempted is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
            ("2019-01-10 exempted 2 5", "refused 61 unknown: obligation 2; the case has 1; accepted: 1"),
        ],
    );
    check(
        &format!("{paid} / 2019-01-10 exempted 1 18_000_000"),
        "2019-01-11 completed",
        "completed 2019-01-11; exempted 18000000",
    );
    check(
        OPENED,
        "exempted 1 5",
        "refused 61 mismatch: obligation 1; an obligation to the state budget; accepted: terminated, for a creditor's waiver",
    );
}

/// rules.md section 4, vector 7: of what nothing was paid, age and sum decide, by the law of the day.
#[test]
fn an_exemption_follows_the_law_of_its_day() {
    after(
        "2021-06-15 opened proactive fine:4_000_000",
        &[
            (
                "2026-06-30 exempted 1 4_000_000",
                "refused 61 limit: amount 4000000; part paid and hardship, or the years and sums of Art. 61.1-61.3; accepted: later, or after a part is paid",
            ),
            ("2026-07-01 exempted 1 4_000_000", "exempted 4000000"),
        ],
    );
    after(
        "2020-06-15 opened proactive fine:7_000_000",
        &[
            (
                "2026-06-30 exempted 1 1_750_000",
                "refused 61 limit: amount 1750000; part paid and hardship, or the years and sums of Art. 61.1-61.3; accepted: later, or after a part is paid",
            ),
            ("2026-07-01 exempted 1 1_750_000", "exempted 1750000"),
            (
                "2026-07-01 exempted 1 1_750_001",
                "refused 61 money: amount 1750001; 1750000 that may be let off now; accepted: at most 1750000",
            ),
        ],
    );
}
