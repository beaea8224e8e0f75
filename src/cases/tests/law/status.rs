//! Verification, classification, the tracking book; postponed, suspended, terminated, completed.

use super::language::{History, after, check};

const OPENED: &str = "2018-10-05 opened loan:50_000_000";

#[test]
fn a_class_rests_on_a_verification() {
    check(OPENED, "2018-11-01 conditions_verified", "pending");
    check(
        OPENED,
        "2018-11-01 conditions_verified by other_enforcer",
        "refused 20 competence: actor 23; enforcer 22; accepted: 22",
    );
    check(
        OPENED,
        "2018-11-01 classified_enforceable",
        "refused 44a too_early: effective 2018-11-01; a verification; accepted: conditions_verified first",
    );
    check(
        OPENED,
        "2018-11-01 classified_not_yet_enforceable a",
        "refused 44a too_early: effective 2018-11-01; a verification; accepted: conditions_verified first",
    );
    let voluntary = "2018-10-05 opened loan:5 / notice_served / voluntary_period_started 2018-10-15";
    check(voluntary, "classified_enforceable", "enforceable");
    after(
        "2018-10-05 opened loan:50_000_000 / 2018-11-01 conditions_verified",
        &[
            ("classified_enforceable", "enforceable"),
            ("classified_not_yet_enforceable a", "not yet enforceable"),
            ("classified_not_yet_enforceable address_unknown", "not yet enforceable"),
            (
                "classified_not_yet_enforceable d",
                "refused 44a.1 ground: ground d; the law in force on 2018-11-01; accepted: a no_means, b thing_or_paper_gone, c address_unknown",
            ),
            (
                "classified_not_yet_enforceable a by enforcer",
                "refused 44a.1 role: actor enforcer; classified_not_yet_enforceable is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
        ],
    );
    let not_yet = "2018-10-05 opened loan:5 / conditions_verified / classified_not_yet_enforceable a";
    check(
        not_yet,
        "classified_not_yet_enforceable b",
        "refused 44a.1 duplicate: case not yet enforceable since 2018-10-05; another class; accepted: classified_enforceable first",
    );
    check(not_yet, "classified_enforceable", "enforceable");
    check(
        "2018-10-05 opened loan:5 / conditions_verified / classified_enforceable",
        "classified_enforceable",
        "refused 44a standing: case open, enforceable; not yet classified enforceable; accepted: nothing: it is enforceable",
    );
}

/// rules.md section 4, vector 16.
#[test]
fn grounds_are_those_of_the_day() {
    let money = "2026-05-05 opened loan:50_000_000 / conditions_verified";
    after(
        money,
        &[
            (
                "2026-06-30 classified_not_yet_enforceable judged_asset_gone_or_certificate_revoked",
                "refused 44a.1 ground: ground judged_asset_gone_or_certificate_revoked; the law in force on 2026-06-30; accepted: a no_means, b thing_or_paper_gone, c address_unknown",
            ),
            (
                "2026-07-01 classified_not_yet_enforceable judged_asset_gone_or_certificate_revoked",
                "not yet enforceable",
            ),
            ("2026-06-30 classified_not_yet_enforceable c", "not yet enforceable"),
            (
                "2026-07-01 classified_not_yet_enforceable c",
                "refused 44a.1c ground: ground c; a debt of money; address unknown of: person_handed_over, carer; accepted: a no_means, where that is so",
            ),
            (
                "2026-07-01 classified_not_yet_enforceable address_unknown",
                "refused 44a.1c ground: ground address_unknown; a debt of money; address unknown of: person_handed_over, carer; accepted: a no_means, where that is so",
            ),
            ("2026-07-01 classified_not_yet_enforceable a", "not yet enforceable"),
            ("2026-06-30 postponed b", "pending, postponed"),
            (
                "2026-07-01 postponed b",
                "refused 48.1 ground: ground b; a debt of money; a ground of personal duties only; accepted: another ground",
            ),
            (
                "2026-07-01 postponed ill",
                "refused 48.1 ground: ground ill; a debt of money; a ground of personal duties only; accepted: another ground",
            ),
            ("2026-07-01 postponed c", "pending, postponed"),
        ],
    );
    let child = "2026-05-05 opened act:0 loan:5 / conditions_verified";
    check(child, "2026-07-01 classified_not_yet_enforceable c", "not yet enforceable");
    check(child, "2026-07-01 postponed b", "pending, postponed");
}

#[test]
fn the_tracking_book_wants_a_year_and_two_verifications() {
    let once = "2017-10-05 opened loan:5 / 2017-11-01 conditions_verified / 2017-11-03 classified_not_yet_enforceable a";
    check(
        once,
        "2018-11-06 moved_to_tracking_book",
        "refused D9.5 limit: case 1 verifications; 2 or more; accepted: conditions_verified first",
    );
    let twice = format!("{once} / 2018-05-03 conditions_verified");
    after(
        &twice,
        &[
            (
                "2018-11-05 moved_to_tracking_book",
                "refused D9.5 too_early: effective 2018-11-05; 2018-11-06 (a year (two: address unknown) since the decision is over); accepted: 2018-11-06 or later",
            ),
            ("2018-11-06 moved_to_tracking_book", "in the tracking book"),
            (
                "2018-11-06 moved_to_tracking_book by enforcer",
                "refused D9.5 role: actor enforcer; moved_to_tracking_book is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2018-11-06 returned_from_tracking_book",
                "refused D9.6 standing: case open, not yet enforceable; open, in the tracking book; accepted: moved_to_tracking_book first",
            ),
        ],
    );
    let same_day = format!("{once} / 2017-11-03 conditions_verified / 2017-11-03 conditions_verified");
    check(&same_day, "2018-11-06 moved_to_tracking_book", "in the tracking book");
    let unknown = twice.replace("enforceable a", "enforceable c");
    check(
        &unknown,
        "2018-11-06 moved_to_tracking_book",
        "refused D9.5 too_early: effective 2018-11-06; 2019-11-05 (a year (two: address unknown) since the decision is over); accepted: 2019-11-05 or later",
    );
    check(&unknown, "2019-11-05 moved_to_tracking_book", "in the tracking book");
    check(
        OPENED,
        "2018-11-06 moved_to_tracking_book",
        "refused D9.5 standing: case open, not classified; not yet enforceable, out of the book; accepted: classified_not_yet_enforceable first",
    );
}

#[test]
fn in_the_tracking_book_nothing_is_credited_and_nothing_ends() {
    let book = "2016-10-05 opened loan:5_000 fine:900 / 2016-11-01 conditions_verified / 2016-11-03 classified_not_yet_enforceable a \
        / 2017-05-03 conditions_verified / held_temporarily 100 / 2018-11-06 moved_to_tracking_book";
    after(
        book,
        &[
            (
                "payment_collected 5",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            (
                "paid_directly 1 5",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            (
                "held_money_resolved 1 100",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            ("held_money_resolved 1 100 returned", "in the tracking book; kept 0"),
            (
                "terminated waiver_or_agreement",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            (
                "completed",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            (
                "exempted 2 5",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            (
                "entrusted_out B",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            (
                "order_withdrawn content_error",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            (
                "pulled_up D",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            (
                "classified_enforceable",
                "refused D9.6 standing: case open, in the tracking book; out of the tracking book; accepted: returned_from_tracking_book first",
            ),
            (
                "coercion_ordered",
                "refused 44a standing: case open, in the tracking book; enforceable; accepted: classified_enforceable first",
            ),
            ("returned_from_tracking_book", "enforceable"),
        ],
    );
}

#[test]
fn a_case_is_postponed_on_a_ground_and_by_request_once() {
    after(
        OPENED,
        &[
            ("2018-11-01 postponed c", "pending, postponed"),
            (
                "2018-11-01 postponed x",
                "refused 48.1 ground: ground x; the law in force on 2018-11-01; accepted: a ill_or_incapable, b address_unknown_or_other, c consent, d asset_in_court_or_mortgage_below, đ awaiting_answer, e payee_absent_twice, g transfer_blocked, h unsold_refused, authority",
            ),
            (
                "2018-11-01 postponed c 2018-10-31",
                "refused 48 too_early: until 2018-10-31; 2018-11-01 (the day of the decision); accepted: 2018-11-01 or later",
            ),
            (
                "2018-11-01 postponed authority",
                "refused 48.2 unknown: until none; a date; accepted: at most 3 months from the request",
            ),
            ("2018-11-01 postponed authority 2019-02-01", "pending, postponed"),
            (
                "2018-11-01 postponed authority 2019-02-02",
                "refused 48.2 too_late: until 2019-02-02; 2019-02-01 (3 months from the request); accepted: 2019-02-01 or earlier",
            ),
            (
                "2018-11-01 postponed c by enforcer",
                "refused 48 role: actor enforcer; postponed is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2018-11-01 postponement_ended",
                "refused 48.3 standing: case open, not classified; postponed; accepted: postponed first",
            ),
        ],
    );
    let postponed = "2018-10-05 opened loan:5 / 2018-11-01 postponed authority 2019-02-01";
    check(
        postponed,
        "postponed c",
        "refused 48 standing: case open, postponed; open and active; accepted: postponement_ended first",
    );
    check(postponed, "2019-02-01 postponement_ended", "pending");
    check(
        &format!("{postponed} / postponement_ended"),
        "postponed authority 2018-12-01",
        "refused 48.2 duplicate: ground authority; once a case; accepted: another ground",
    );
}

/// What may still happen while a case is held up: money comes in and goes back, coercion stands still; a suspended case
/// pays nothing out either.
#[test]
fn a_postponed_case_takes_money_and_a_suspended_one_keeps_it() {
    let sale = "2018-10-05 opened loan:50_000_000 / 2018-10-08 notice_served / voluntary_period_started 2018-10-18 \
        / 2018-11-01 coercion_ordered / asset_distrained / payment_collected 20_000_000 / payout_approved 1:10_000_000";
    let postponed = format!("{sale} / postponed c");
    after(
        &postponed,
        &[
            ("payment_collected 1", "pending, postponed; collected 20000001"),
            ("paid_directly 1 5", "credited 5"),
            ("disbursed 1 9_700_000", "credited 9700000"),
            ("payout_approved 1:5", "approved 10000005"),
            (
                "coercion_ordered money",
                "refused 46 standing: case open, postponed; open and active; accepted: postponement_ended first",
            ),
            (
                "asset_distrained",
                "refused 84 standing: case open, postponed; open and active; accepted: postponement_ended first",
            ),
            (
                "asset_appraised 5",
                "refused 98 standing: case open, postponed; open and active; accepted: postponement_ended first",
            ),
            ("conditions_verified", "pending, postponed"),
            ("notice_served", "pending, postponed"),
            ("temporarily_suspended protest", "pending, suspended"),
        ],
    );
    let suspended = format!("{sale} / temporarily_suspended protest");
    after(
        &suspended,
        &[
            ("payment_collected 1", "pending, suspended; collected 20000001"),
            (
                "disbursed 1 9_700_000",
                "refused 47.5 standing: case open, suspended; open and not suspended; accepted: resumed first",
            ),
            (
                "payout_approved 1:5",
                "refused 47 standing: case open, suspended; open and not suspended; accepted: resumed first",
            ),
            (
                "distribution_planned 1:5",
                "refused 47 standing: case open, suspended; open and not suspended; accepted: resumed first",
            ),
            (
                "coercion_ordered money",
                "refused 46 standing: case open, suspended; open and active; accepted: resumed first",
            ),
            (
                "postponed c",
                "refused 48 standing: case open, suspended; open and active; accepted: resumed first",
            ),
            (
                "temporarily_suspended bankruptcy_accepted",
                "refused 49 standing: case open, suspended; open and not suspended; accepted: nothing: it is suspended",
            ),
            (
                "postponement_ended",
                "refused 48.3 standing: case open, suspended; postponed; accepted: postponed first",
            ),
            ("2019-01-10 resumed", "pending"),
            (
                "resumed by enforcer",
                "refused 49.3 role: actor enforcer; resumed is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
        ],
    );
    check(
        OPENED,
        "resumed",
        "refused 49.3 standing: case open, not classified; suspended; accepted: temporarily_suspended first",
    );
    check(
        OPENED,
        "temporarily_suspended c",
        "refused 49 ground: ground c; the law in force on 2018-10-05; accepted: protest, bankruptcy_accepted",
    );
    check(
        "2018-10-05 opened loan:5 / temporarily_suspended bankruptcy_accepted",
        "terminated bankruptcy_opened",
        "terminated 2018-10-05; terminated 5",
    );
}

#[test]
fn a_termination_of_all_ends_the_case_and_of_a_part_does_not() {
    let two = "2018-10-05 opened loan:50_000_000 loan:7@2";
    after(
        two,
        &[
            (
                "2019-01-02 terminated waiver_or_agreement",
                "terminated 2019-01-02; terminated 50000007; remaining 0",
            ),
            ("2019-01-02 terminated waiver_or_agreement 1", "pending; terminated 50000000; remaining 7"),
            ("2019-01-02 terminated waiver_or_agreement 1 2", "terminated 2019-01-02"),
            (
                "2019-01-02 terminated waiver_or_agreement 1 1",
                "refused 50 duplicate: obligations 1; each obligation once; accepted: without it",
            ),
            (
                "2019-01-02 terminated waiver_or_agreement 3",
                "refused 50 unknown: obligation 3; the case has 1, 2; accepted: 1, 2",
            ),
            (
                "2019-01-02 terminated x",
                "refused 50.1 ground: ground x; the law in force on 2019-01-02; accepted: a debtor_dead_no_estate, b creditor_dead_no_heir, c waiver_or_agreement, d annulled, đ dissolved, e exempted, g bankruptcy_opened, h child_dead_or_adult",
            ),
            (
                "2019-01-02 terminated c by enforcer",
                "refused 50 role: actor enforcer; terminated is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
        ],
    );
    check(
        &format!("{two} / terminated c 1"),
        "terminated c 1",
        "refused 50 money: obligations 1; of which something is still owed; accepted: another obligation",
    );
    check(
        &format!("{two} / paid_directly 2 7"),
        "2019-01-02 terminated c",
        "completed 2019-01-02; credited 7; terminated 50000000",
    );
    check(
        &format!("{two} / payment_collected 7"),
        "terminated c",
        "refused 50 money: case 7 still held; 0 held; accepted: disbursed, remitted_to_budget, refunded or held_money_resolved first",
    );
    // An act that was not performed is not ended by ending the money beside it.
    check("2018-10-05 opened loan:5 act:0", "terminated c 1", "pending; remaining 0");
    check("2018-10-05 opened loan:5 act:0", "terminated c 1 2", "terminated 2018-10-05");
    check("2018-10-05 opened act:0 thing:0 / terminated c 1", "terminated c 2", "terminated 2018-10-05");
    check("2018-10-05 opened loan:5 act:0 / terminated c 2", "terminated c 1", "terminated 2018-10-05");
}

#[test]
fn a_case_is_completed_when_nothing_is_owed_and_nothing_held() {
    check(
        OPENED,
        "completed",
        "refused 52 money: case 50000000 still owed; 0 owed; accepted: payment, exemption or termination of the rest first",
    );
    let paid = "2018-10-05 opened loan:50_000_000 / paid_directly 1 50_000_000";
    after(
        paid,
        &[
            ("2018-12-12 completed", "completed 2018-12-12"),
            ("2018-12-12 completed by head", "completed 2018-12-12"),
            (
                "2018-12-12 completed by other_enforcer",
                "refused 20 competence: actor 23; enforcer 22; accepted: 22",
            ),
            (
                "2018-12-12 completed by accountant",
                "refused 52 role: actor accountant; completed is recorded by: head, provincial_head, enforcer; accepted: head, provincial_head, enforcer",
            ),
        ],
    );
    check(
        &format!("{paid} / payment_collected 5"),
        "completed",
        "refused 52 money: case 5 still held; 0 held; accepted: disbursed, remitted_to_budget, refunded or held_money_resolved first",
    );
    check(
        &format!("{paid} / payment_collected 5 / refunded 5"),
        "completed",
        "completed 2018-10-05; refunded 5",
    );
    check(
        &format!("{paid} / held_temporarily 5"),
        "completed",
        "refused 52 money: case 5 still held; 0 held; accepted: disbursed, remitted_to_budget, refunded or held_money_resolved first",
    );
    check(
        &format!("{paid} / completed"),
        "completed",
        "refused 52 standing: case completed; open; accepted: note_added, fact_corrected, entry_voided",
    );
    check(&format!("{paid} / completed"), "note_added", "completed 2018-10-05");
}

/// domain.md part 11, vector 18, as far as it is about the book.
#[test]
fn a_case_goes_through_the_tracking_book_and_back() {
    let history = History::told(
        "2017-03-01 opened loan:8_000_000 / 2017-04-03 conditions_verified / 2017-11-03 classified_not_yet_enforceable a \
         / 2017-11-03 conditions_verified / 2018-11-06 moved_to_tracking_book / 2019-02-20 returned_from_tracking_book",
    );
    for (on, inside) in
        [("2018-11-05", false), ("2018-11-06", true), ("2019-02-19", true), ("2019-02-20", false)]
    {
        assert_eq!(history.case_on(on).in_tracking_book(), inside, "{on}");
    }
}
