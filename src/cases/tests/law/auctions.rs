//! Coercion, appraisal and auction: from the decision to the hand-over.

use super::language::{History, after, check};

const STARTED: &str =
    "2018-10-05 opened loan:2_000_000_000 / 2018-10-08 notice_served / voluntary_period_started 2018-10-18";
const SEIZED: &str = "2018-10-05 opened loan:2_000_000_000 / 2018-10-08 notice_served / voluntary_period_started 2018-10-18 \
    / 2018-10-19 coercion_ordered / asset_distrained immovable";

#[test]
fn coercion_waits_for_the_voluntary_period() {
    after(
        STARTED,
        &[
            (
                "2018-10-18 coercion_ordered",
                "refused 46.1 too_early: effective 2018-10-18; the voluntary period ends on 2018-10-18; accepted: 2018-10-19",
            ),
            ("2018-10-18 coercion_ordered distrain urgent", "pending"),
            ("2018-10-19 coercion_ordered", "pending"),
            (
                "2018-10-19 coercion_ordered by other_enforcer",
                "refused 20 competence: actor 23; enforcer 22; accepted: 22",
            ),
            (
                "2018-10-19 coercion_ordered by head",
                "refused 46, 71 role: actor head; coercion_ordered is recorded by: enforcer; accepted: enforcer",
            ),
        ],
    );
    check(
        "2018-10-05 opened loan:5",
        "coercion_ordered",
        "refused 46.1 too_early: effective 2018-10-05; a voluntary period; accepted: voluntary_period_started first",
    );
    check(
        &format!("{STARTED} / 2018-10-19 conditions_verified / classified_not_yet_enforceable a"),
        "coercion_ordered",
        "refused 44a standing: case open, not yet enforceable; enforceable; accepted: classified_enforceable first",
    );
}

#[test]
fn an_asset_is_seized_under_a_decision_to_seize() {
    check(
        &format!("{STARTED} / 2018-10-19 coercion_ordered"),
        "asset_distrained",
        "asset 1 offered at 0, 0 rounds",
    );
    check(
        &format!("{STARTED} / 2018-10-19 coercion_ordered money"),
        "asset_distrained",
        "refused 84 too_early: effective 2018-10-19; a decision to distrain; accepted: coercion_ordered with measure distrain first",
    );
    check(
        &format!("{SEIZED} / conditions_verified / classified_not_yet_enforceable a"),
        "asset_distrained",
        "refused 44a standing: case open, not yet enforceable; enforceable; accepted: classified_enforceable first",
    );
    after(
        SEIZED,
        &[
            ("asset_distrained", "asset 2 offered at 0, 0 rounds"),
            ("coercion_cost_recorded 3_000_000", "due 2003000000"),
            ("coercion_cost_recorded 3_000_000 budget", "due 2000000000"),
            (
                "coercion_cost_recorded 0",
                "refused 73 money: amount 0; more than 0; accepted: a whole amount from 1",
            ),
            (
                "coercion_cost_recorded 5 items=\"\"",
                "refused 73 unknown: items nothing; a text; accepted: what the document says",
            ),
            (
                "coercion_cost_recorded 5 by other_enforcer",
                "refused 20 competence: actor 23; enforcer 22; accepted: 22",
            ),
            ("coercion_cost_recorded 5 by accountant", "due 2000000005"),
        ],
    );
}

#[test]
fn an_asset_is_offered_at_its_value() {
    after(
        SEIZED,
        &[
            ("2018-11-01 asset_appraised 1_000_000_000", "asset 1 offered at 1000000000, 0 rounds"),
            (
                "2018-11-01 asset_appraised 0",
                "refused 98 money: value 0; more than 0; accepted: a whole amount from 1",
            ),
            (
                "2018-11-01 asset_appraised 5 asset=2",
                "refused 98 unknown: asset 2; the case has seized: 1; accepted: asset_distrained first",
            ),
            (
                "2018-11-01 asset_appraised 5 valid_until=2018-10-31",
                "refused 98 too_early: valid_until 2018-10-31; 2018-11-01 (the appraisal); accepted: 2018-11-01 or later",
            ),
            (
                "2018-11-01 asset_appraised 5 by other_enforcer",
                "refused 20 competence: actor 23; enforcer 22; accepted: 22",
            ),
            (
                "2018-11-01 auction_announced 1 5 2018-12-03",
                "refused 101 too_early: asset 1; an appraisal; accepted: asset_appraised first",
            ),
        ],
    );
    let appraised = format!("{SEIZED} / 2018-11-01 asset_appraised 1_000_000_000");
    after(
        &appraised,
        &[
            ("auction_announced 1 1_000_000_000 2018-12-03", "asset 1 offered at 1000000000, 1 rounds"),
            ("auction_announced 2 1_000_000_000 2018-12-03", "refused 101 mismatch: round 2; 1; accepted: 1"),
            (
                "auction_announced 1 999_999_999 2018-12-03",
                "refused 101 mismatch: start_price 999999999; 1000000000; accepted: 1000000000",
            ),
            (
                "auction_announced 1 1_000_000_000 2018-10-31",
                "refused 101 too_early: held_on 2018-10-31; 2018-11-01 (the announcement); accepted: 2018-11-01 or later",
            ),
            (
                "auction_unsold",
                "refused 104 standing: asset 1; an announced round; accepted: auction_announced first",
            ),
            (
                "auction_sold 1_000_000_000 2018-12-31",
                "refused 103 standing: asset 1; an announced round; accepted: auction_announced first",
            ),
            (
                "price_reduced 10% 900_000_000",
                "refused 104 standing: asset 1; its last round unsold; accepted: auction_unsold first",
            ),
            (
                "auction_paid 1_000_000_000",
                "refused D27.3 standing: asset 1; a sale; accepted: auction_sold first",
            ),
            (
                "asset_handed_over",
                "refused 103 too_early: asset 1; paid in full; accepted: auction_paid first",
            ),
        ],
    );
    let announced = format!("{appraised} / auction_announced 1 1_000_000_000 2018-12-03");
    after(
        &announced,
        &[
            (
                "asset_appraised 5",
                "refused 99 standing: asset 1; round 1 announced; accepted: price_reduced after an unsold round",
            ),
            (
                "auction_announced 2 1_000_000_000 2018-12-03",
                "refused 101 standing: asset 1; its last round unsold; accepted: auction_unsold first",
            ),
            ("2018-12-03 auction_unsold", "pending"),
            ("2018-11-30 auction_unsold", "pending"),
            (
                "2018-12-03 auction_unsold weather",
                "refused 104 ground: ground weather; why no sale came about; accepted: no_bidder, no_bid_at_start_price, winner_withdrew, rules_broken",
            ),
            (
                "2018-11-30 auction_sold 1_000_000_000 2018-12-30",
                "refused 103 too_early: effective 2018-11-30; 2018-12-03 (the day of the auction); accepted: 2018-12-03 or later",
            ),
            (
                "2018-12-03 auction_sold 999_999_999 2018-12-30",
                "refused 103 limit: price 999999999; start price 1000000000; accepted: 1000000000 or more",
            ),
            ("2018-12-03 auction_sold 1_000_000_000 2019-01-02", "pending"),
            (
                "2018-12-03 auction_sold 1_000_000_000 2019-01-03",
                "refused D27.3 too_late: pay_by 2019-01-03; 2019-01-02 (30 days from the sale, no extension); accepted: 2019-01-02 or earlier",
            ),
            (
                "2018-12-03 auction_sold 1_000_000_000 2018-12-02",
                "refused D27.3 too_early: pay_by 2018-12-02; 2018-12-03 (the sale); accepted: 2018-12-03 or later",
            ),
        ],
    );
}

#[test]
fn a_sale_is_paid_in_full_in_time_and_handed_over() {
    let sold = format!(
        "{SEIZED} / 2018-11-01 asset_appraised 1_000_000_000 / auction_announced 1 1_000_000_000 2018-12-03 \
         / 2018-12-03 auction_sold 1_100_000_000 2018-12-31"
    );
    after(
        &sold,
        &[
            ("2018-12-31 auction_paid 1_100_000_000", "collected 1100000000; held 1100000000; credited 0"),
            (
                "2018-12-31 auction_paid 1_000_000_000",
                "refused D27.3 mismatch: amount 1000000000; 1100000000; accepted: 1100000000",
            ),
            (
                "2019-01-02 auction_paid 1_100_000_000",
                "refused D27.3 too_late: effective 2019-01-02; 2018-12-31 (the day to pay by); accepted: 2018-12-31 or earlier",
            ),
            (
                "2018-12-31 auction_paid 1_100_000_000 by enforcer",
                "refused D27.3 role: actor enforcer; auction_paid is recorded by: accountant; accepted: accountant",
            ),
            (
                "2018-12-31 asset_handed_over",
                "refused 103 too_early: asset 1; paid in full; accepted: auction_paid first",
            ),
            ("postponed c", "pending, postponed"),
        ],
    );
    // The buyer's rights do not wait for the debtor.
    let paid = format!("{sold} / postponed c / 2018-12-31 auction_paid 1_100_000_000");
    check(&paid, "asset_handed_over", "pending, postponed");
    check(
        &paid,
        "auction_paid 1_100_000_000",
        "refused D27.3 duplicate: asset 1; paid on 2018-12-31; accepted: asset_handed_over",
    );
    check(
        &paid,
        "terminated c",
        "refused 50 standing: case asset 1 paid for and not handed over; what is sold is handed over; accepted: asset_handed_over first",
    );
    check(
        &paid,
        "order_withdrawn content_error",
        "refused 37.1 standing: case asset 1 paid for and not handed over; what is sold is handed over; accepted: asset_handed_over first",
    );
    check(
        &format!("{paid} / asset_handed_over"),
        "asset_handed_over",
        "refused 103 standing: asset 1; handed over on 2018-12-31; accepted: another asset",
    );
}

/// domain.md part 11, vector 5.
#[test]
fn three_rounds() {
    let first = format!(
        "{SEIZED} / 2018-10-25 asset_appraised 1_000_000_000 / auction_announced 1 1_000_000_000 2018-11-15 / 2018-11-15 auction_unsold"
    );
    after(
        &first,
        &[
            (
                "2018-11-26 price_reduced 10% 900_000_000",
                "refused 104.1 too_early: effective 2018-11-26; 2018-11-27 (the parties' days to agree are over); accepted: 2018-11-27 or later",
            ),
            ("2018-11-27 price_reduced 10% 900_000_000", "asset 1 offered at 900000000, 1 rounds"),
            ("2018-11-16 price_reduced 10% 900_000_000 agreed", "asset 1 offered at 900000000, 1 rounds"),
            (
                "2018-11-27 price_reduced 11% 890_000_000",
                "refused 104.5 limit: by 11/100; 10.0 % of the last start price (1000000000); accepted: at most 10.0 %",
            ),
            (
                "2018-11-27 price_reduced 10% 890_000_000",
                "refused 104 mismatch: start_price 890000000; 900000000; accepted: 900000000",
            ),
            (
                "2018-11-27 price_reduced 0% 1_000_000_000",
                "refused 104.5 limit: by 0/100; more than 0, less than all; accepted: {\"numerator\": 10, \"denominator\": 100}",
            ),
            (
                "2018-11-27 price_reduced 100% 0",
                "refused 104.5 limit: by 100/100; more than 0, less than all; accepted: {\"numerator\": 10, \"denominator\": 100}",
            ),
            (
                "2018-11-27 auction_announced 2 1_000_000_000 2019-01-10",
                "refused 104 too_early: round 2; a reduction after the failed round; accepted: price_reduced first",
            ),
        ],
    );
    let mut history = History::told(&format!(
        "{first} / 2018-11-27 price_reduced 10% 900_000_000 / auction_announced 2 900_000_000 2019-01-10 / 2019-01-10 auction_unsold \
         / 2019-01-11 price_reduced 8% 828_000_000 / auction_announced 3 828_000_000 2019-03-12 / 2019-03-12 auction_sold 835_000_000 2019-04-11"
    ));
    assert_eq!(history.case_on("2019-03-31").cash.collected, 0);
    assert!(history.attempt("2019-03-13 price_reduced 1% 819_720_000").is_err());
    history.tell("2019-03-29 auction_paid 835_000_000");
    let case = history.case_on("2019-03-31");
    assert_eq!((case.cash.collected, case.credited()), (835_000_000, 0));
}

/// rules.md section 4, vectors 4 and 5: two reductions; from when the enforcer may reduce, before and after 1 July 2026.
#[test]
fn reductions_across_the_new_law() {
    let seized = "2026-03-02 opened loan:2_000_000_000 / notice_served / voluntary_period_started 2026-03-12 \
        / 2026-03-13 coercion_ordered / asset_distrained immovable / 2026-04-01 asset_appraised 1_000_000_000";
    let unsold =
        |on: &str| format!("{seized} / auction_announced 1 1_000_000_000 {on} / {on} auction_unsold");
    // Told on the 22nd, the parties may agree to 2 July; told nothing, to ten days after the failure.
    let told = format!("{} / 2026-06-22 notice_served creditor unsold", unsold("2026-06-15"));
    check(
        &told,
        "2026-07-02 price_reduced 10% 900_000_000",
        "refused 104.1 too_early: effective 2026-07-02; 2026-07-03 (the parties' days to agree are over); accepted: 2026-07-03 or later",
    );
    check(&told, "2026-07-03 price_reduced 10% 900_000_000", "asset 1 offered at 900000000, 1 rounds");
    check(
        &unsold("2026-06-15"),
        "2026-06-25 price_reduced 10% 900_000_000",
        "refused 104.1 too_early: effective 2026-06-25; 2026-06-26 (the parties' days to agree are over); accepted: 2026-06-26 or later",
    );
    check(
        &unsold("2026-07-02"),
        "2026-07-03 price_reduced 10% 900_000_000",
        "asset 1 offered at 900000000, 1 rounds",
    );
    let twice = format!(
        "{} / 2026-07-03 price_reduced 10% 900_000_000 / auction_announced 2 900_000_000 2026-08-03 / 2026-08-03 auction_unsold",
        unsold("2026-07-02")
    );
    check(&twice, "2026-08-04 price_reduced 10% 810_000_000", "asset 1 offered at 810000000, 2 rounds");
    check(
        &format!("{twice} / 2026-08-04 price_reduced 10% 810_000_000"),
        "price_reduced 10% 729_000_000",
        "refused 104 duplicate: asset 1; one reduction a failed round; accepted: auction_announced first",
    );
}
