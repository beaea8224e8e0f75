//! Corrections and voidings: what they may change, who may make them, and what must still hold afterwards.

use super::language::{History, after, check, compare, parts, refused};
use serde_json::json;
use thads_cases::decide::broken_rules;
use thads_cases::refusal::Code;

/// 100 judgment, 101 request, 102 order, 103 assignment, 104 collection, 105 approval, 106 payment, 107 a note.
const PAID: &str = "2018-10-05 opened wages:50_000_000 / 2018-12-10 payment_collected 50_000_000 / payout_approved 1:30_000_000 \
    / disbursed 1 30_000_000 / note_added";

#[test]
fn a_repair_keeps_what_later_entries_rest_on() {
    after(
        PAID,
        &[
            // domain.md part 11, vector 13: what was disbursed in between is named.
            (
                "2018-12-12 fact_corrected 104 to 2018-12-10 payment_collected 5_000_000",
                "refused 47 later: amount entry 106: amount 30000000; 5000000 held; accepted: correct or void entry 106 first [entry 106]",
            ),
            (
                "2018-12-12 fact_corrected 104 to 2018-12-10 payment_collected 30_000_000",
                "collected 30000000; held 0",
            ),
            (
                "2018-12-12 entry_voided 104",
                "refused 47 later: amount entry 106: amount 30000000; 0 held; accepted: correct or void entry 106 first [entry 106]",
            ),
            (
                "2018-12-12 entry_voided 105",
                "refused 47 later: amount entry 106: amount 30000000; 0 approved (payout_approved); accepted: correct or void entry 106 first [entry 106]",
            ),
            ("2018-12-12 entry_voided 106", "held 50000000; credited 0; approved 30000000"),
            ("2018-12-12 entry_voided 103", "pending; credited 30000000"),
            (
                "2018-12-12 entry_voided 102",
                "refused 47.5 later: case entry 106: case registered; open; accepted: correct or void entry 106 first [entry 106]",
            ),
            (
                "2018-12-12 entry_voided 100",
                "refused 31 later: case entry 101: case unknown; registered; accepted: correct or void entry 101 first [entry 101]",
            ),
            (
                "2018-12-12 fact_corrected 102 to 2018-10-05 enforcement_ordered wages:29_999_999",
                "refused 47 later: amount entry 106: amount 30000000; 29999999 held; accepted: correct or void entry 106 first [entry 106]",
            ),
            (
                "2018-12-12 fact_corrected 104 to 2018-12-11 payment_collected 50_000_000",
                "refused 47 later: amount entry 106: amount 30000000; 0 held; accepted: correct or void entry 106 first [entry 106]",
            ),
            (
                "2018-12-12 fact_corrected 104 to 2018-10-04 payment_collected 50_000_000",
                "refused 45 standing: case unknown; open; accepted: judgment_received",
            ),
            (
                "2018-12-12 fact_corrected 104 to 2018-12-13 payment_collected 50_000_000",
                "refused – too_late: took_effect 2018-12-13; 2018-12-12 (today); accepted: today or earlier",
            ),
            (
                "2018-12-12 fact_corrected 104 to 2018-12-10 held_temporarily 50_000_000",
                "refused – mismatch: replacement held_temporarily; payment_collected; accepted: entry_voided, then the right kind",
            ),
            (
                "2018-12-12 fact_corrected 99 to 2018-12-10 payment_collected 50_000_000",
                "refused – unknown: entry 99; an entry of this stream; accepted: 100, 101, 102, 103, 104, 105, 106, 107",
            ),
            (
                "2018-12-12 entry_voided 999",
                "refused – unknown: entry 999; an entry of this stream; accepted: 100, 101, 102, 103, 104, 105, 106, 107",
            ),
            (
                "2018-12-12 entry_voided 107 authority=\"\"",
                "refused – unknown: authority nothing; a text; accepted: what the document says",
            ),
            ("2018-12-12 entry_voided 107", "held 20000000"),
        ],
    );
}

#[test]
fn who_was_paid_stays_who_was_paid() {
    let other = "2018-12-12 fact_corrected 102 to 2018-10-05 enforcement_ordered";
    let expected = |now: &str| {
        format!(
            "refused 47 later: obligations 1: {now}; wages, creditor 1: 30000000 was paid on it; accepted: entry_voided of what was paid first (disbursed, remitted_to_budget, deposited_for_payee, paid_directly), then this, then the payments recorded again"
        )
    };
    check(PAID, &format!("{other} wages:50_000_000@2"), &expected("wages, creditor 2"));
    check(PAID, &format!("{other} damages:50_000_000@1"), &expected("damages, creditor 1"));
    check(PAID, &format!("{other} wages:40_000_000@1"), "credited 30000000");
    // What was remitted on whichever obligation stays where it went.
    let remitted = "2018-10-05 opened fine:50_000_000 confiscation:50_000_000 / 2018-12-10 payment_collected 25_000_000 \
        / distribution_planned 1:12_500_000 2:12_500_000 / payout_approved 1:12_500_000 2:12_500_000 / remitted_to_budget 12_500_000";
    let moves = "2018-12-12 fact_corrected 102 to 2018-10-05 enforcement_ordered loan:50_000_000@1 confiscation:50_000_000";
    let answer = refused(&History::told(remitted).attempt(moves).unwrap_err());
    assert!(
        answer.contains("obligations 1: 0 paid on it; fine, the budget: 12500000 was paid on it"),
        "{answer}"
    );
    let voided = format!("{PAID} / 2018-12-12 entry_voided 106");
    check(&voided, &format!("{other} wages:50_000_000@2"), "credited 0");
    // The payment does not come back as one to somebody else.
    let exchanged = format!("{voided} / {other} wages:50_000_000@2");
    check(&exchanged, "2018-12-12 entry_voided 108", &expected("wages, creditor 2"));
    check(&voided, "2018-12-12 entry_voided 108", "credited 30000000");
}

/// The enforcer's assignment is voided only while nothing of his rests on it.
#[test]
fn an_enforcers_acts_rest_on_his_assignment() {
    check(
        "2018-10-05 opened loan:5 / notice_served",
        "entry_voided 103",
        "refused 20 later: actor entry 104: actor 22; no enforcer is assigned; accepted: correct or void entry 104 first [entry 104]",
    );
}

/// A repair is as weighty as what it repairs: the head's decisions are the head's to correct, and who approves does not
/// correct the payment.
#[test]
fn a_repair_is_made_by_who_may_record_what_it_repairs() {
    after(
        PAID,
        &[
            (
                "2018-12-12 fact_corrected 105 to 2018-12-10 payout_approved 1:50_000_000 by accountant",
                "refused 47 role: actor accountant; payout_approved is recorded and repaired by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2018-12-12 fact_corrected 105 to 2018-12-10 payout_approved 1:50_000_000 by clerk",
                "refused 47 role: actor clerk; payout_approved is recorded and repaired by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2018-12-12 fact_corrected 105 to 2018-12-10 payout_approved 1:50_000_000 by deputy",
                "approved 20000000",
            ),
            (
                "2018-12-12 fact_corrected 106 to 2018-12-10 disbursed 1 25_000_000 by head",
                "refused 47.5 role: actor head; disbursed is recorded and repaired by: accountant; accepted: accountant",
            ),
            (
                "2018-12-12 fact_corrected 106 to 2018-12-10 disbursed 1 25_000_000 by accountant",
                "credited 25000000",
            ),
            (
                "2018-12-12 fact_corrected 106 to 2018-12-10 disbursed 1 30_000_001 by accountant",
                "refused 47 money: amount 30000001; 30000000 approved (payout_approved); accepted: at most 30000000",
            ),
            (
                "2018-12-12 fact_corrected 104 to 2018-12-10 payment_collected 40_000_000 by head",
                "collected 40000000",
            ),
            (
                "2018-12-12 fact_corrected 102 to 2018-10-05 enforcement_ordered wages:60_000_000 by clerk",
                "refused 36 role: actor clerk; enforcement_ordered is recorded and repaired by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2018-12-12 fact_corrected 102 to 2018-10-05 enforcement_ordered wages:60_000_000 by enforcer",
                "refused 36 role: actor enforcer; enforcement_ordered is recorded and repaired by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2018-12-12 fact_corrected 102 to 2018-10-05 enforcement_ordered wages:60_000_000 by B.head",
                "refused – competence: actor 31 of office 3; an officer of office 2; accepted: an officer of that office",
            ),
            (
                "2018-12-12 fact_corrected 104 to 2018-12-10 payment_collected 40_000_000 by auditor",
                "refused – role: actor auditor; fact_corrected is recorded by: head, provincial_head, enforcer, examiner, clerk, accountant, administrator; accepted: head, provincial_head, enforcer, examiner, clerk, accountant, administrator",
            ),
            (
                "2018-12-12 fact_corrected 100 to 2018-10-05 judgment_received number=\"13\" by clerk",
                "held 20000000",
            ),
            ("2018-12-12 entry_voided 106 by accountant", "credited 0"),
            (
                "2018-12-12 entry_voided 106 by enforcer",
                "refused 47.5 role: actor enforcer; disbursed is recorded and repaired by: accountant; accepted: accountant",
            ),
        ],
    );
    let verified = "2018-10-05 opened loan:5 / conditions_verified";
    check(
        verified,
        "2018-12-12 entry_voided 104 by other_enforcer",
        "refused 20 competence: actor 23; enforcer 22; accepted: 22",
    );
    check(verified, "2018-12-12 entry_voided 104 by enforcer", "pending");
    // Undoing the repair of a head's decision is the head's too.
    let corrected =
        format!("{PAID} / 2018-12-12 fact_corrected 105 to 2018-12-10 payout_approved 1:40_000_000 by head");
    check(
        &corrected,
        "entry_voided 108 by accountant",
        "refused 47 role: actor accountant; payout_approved is recorded and repaired by: head, provincial_head; accepted: head, provincial_head",
    );
    check(&corrected, "entry_voided 108 by deputy", "approved 0");
}

#[test]
fn a_repair_is_undone_by_voiding_it() {
    let corrected =
        format!("{PAID} / 2018-12-12 fact_corrected 104 to 2018-12-10 payment_collected 40_000_000");
    after(
        &corrected,
        &[
            ("entry_voided 108", "collected 50000000"),
            ("fact_corrected 104 to 2018-12-10 payment_collected 35_000_000", "collected 35000000"),
            (
                "fact_corrected 108 to 2018-12-10 payment_collected 35_000_000",
                "refused – mismatch: entry 108; an entry that is no repair itself; accepted: entry_voided, to undo a repair",
            ),
        ],
    );
    let voided = format!("{PAID} / 2018-12-12 entry_voided 106");
    after(
        &voided,
        &[
            ("entry_voided 108", "credited 30000000"),
            (
                "entry_voided 106",
                "refused – duplicate: entry 106; voided by entry 108; accepted: entry_voided of entry 108, to undo that",
            ),
            (
                "fact_corrected 106 to 2018-12-10 disbursed 1 5",
                "refused – duplicate: entry 106; voided by entry 108; accepted: entry_voided of entry 108, to undo that",
            ),
        ],
    );
    check(
        &format!("{voided} / disbursed 1 30_000_000"),
        "entry_voided 108",
        "refused 47 later: amount entry 109: amount 30000000; 20000000 held; accepted: correct or void entry 109 first [entry 109]",
    );
    check(&format!("{voided} / entry_voided 108"), "entry_voided 109", "credited 0");
}

#[test]
fn a_late_entry_is_judged_where_it_belongs() {
    let done = "2018-10-05 opened loan:5 / 2018-11-01 conditions_verified / 2018-11-05 classified_not_yet_enforceable a";
    check(done, "2018-10-20 conditions_verified late 2018-12-03", "not yet enforceable");
    check(done, "2018-11-02 classified_enforceable late 2018-12-03", "not yet enforceable");
    check(
        done,
        "2018-10-20 classified_enforceable late 2018-12-03",
        "refused 44a too_early: effective 2018-10-20; a verification; accepted: conditions_verified first",
    );
    check(
        done,
        "2018-11-06 coercion_ordered money urgent late 2018-12-03",
        "refused 44a standing: case open, not yet enforceable; enforceable; accepted: classified_enforceable first",
    );
    let paid = "2018-10-05 opened loan:50 / 2018-11-01 paid_directly 1 50 / 2018-11-02 completed";
    check(
        paid,
        "2018-10-20 paid_directly 1 1 late 2018-12-03",
        "refused 6 later: amount entry 104: amount 50; 49 still owed and not approved for paying out; accepted: correct or void entry 104 first [entry 104]",
    );
    check(
        paid,
        "2018-10-20 coercion_cost_recorded 5 late 2018-12-03",
        "refused 52 later: case entry 105: case 5 still owed; 0 owed; accepted: correct or void entry 105 first [entry 105]",
    );
    check(
        paid,
        "2018-11-02 paid_directly 1 1 late 2018-12-03",
        "refused 6 standing: case completed; open; accepted: note_added, fact_corrected, entry_voided",
    );
}

/// domain.md part 11, vector 10, as far as it is about one case: a late collection counts where it took effect.
#[test]
fn a_late_collection_counts_where_it_took_effect() {
    let mut history = History::told("2018-10-05 opened wages:10_000_000");
    history.tell("2019-03-28 payment_collected 10_000_000 late 2019-04-09 / 2019-03-28 payout_approved 1:10_000_000 late 2019-04-09");
    history.tell("2019-03-29 disbursed 1 10_000_000 late 2019-04-09");
    assert_eq!(history.case_on("2019-03-28").cash.undistributed, 10_000_000);
    assert_eq!(history.case_on("2019-03-31").credited(), 10_000_000);
    let known = thads_cases::history::known_at(&history.entries, thads_cases::ids::Position(104));
    assert_eq!(thads_cases::history::case_at(known, super::language::day("2019-03-31")).credited(), 0);
}

/// Numbers of offices and officers are given for ever, and nobody raises himself by a correction.
#[test]
fn the_organisation_is_repaired_by_who_sets_it_up() {
    let mut history = History::new();
    history.tell("2019-01-02 officer_appointed 50 2 clerk by provincial_head");
    let at = thads_cases::event::EventMeta {
        nth: 0,
        position: thads_cases::ids::Position(100),
        on: super::language::day("2019-01-02"),
        recorded_on: super::language::day("2019-01-02"),
        office: thads_cases::ids::OfficeNo(1),
        actor: super::language::officer("provincial_head"),
        imported: false,
    };
    history.entries[0].event.body.apply_to(&mut history.reference_data.organisation, &at);
    for (action, expected) in [
        ("fact_corrected 100 to 2019-01-02 officer_appointed 50 2 head by provincial_head", "accepted"),
        (
            "fact_corrected 100 to 2019-01-02 officer_appointed 50 2 head by D.clerk",
            "refused 17 role: actor clerk; officer_appointed is recorded and repaired by: provincial_head, administrator; accepted: provincial_head, administrator",
        ),
        (
            "fact_corrected 100 to 2019-01-02 officer_appointed 50 2 head by D.deputy",
            "refused 17 role: actor head; officer_appointed is recorded and repaired by: provincial_head, administrator; accepted: provincial_head, administrator",
        ),
        (
            "fact_corrected 100 to 2019-01-02 officer_appointed 51 2 clerk by provincial_head",
            "refused – mismatch: replacement 51; 50, given for ever; accepted: 50",
        ),
        (
            "fact_corrected 100 to 2019-01-02 officer_appointed 50 9 clerk by provincial_head",
            "refused 17 unknown: office 9; an office opened before; accepted: office_opened first",
        ),
        (
            "entry_voided 100 by provincial_head",
            "refused – standing: entry 100; numbers are given for ever; accepted: fact_corrected, of anything but the number",
        ),
    ] {
        let answer = history.clone().attempt(action);
        compare(action, answer.map(|()| vec!["accepted".to_owned()]), expected);
    }
    let mut history = History::new();
    history.tell("2019-01-02 target_assigned 2 rate.cases 73 100");
    for (action, expected) in [
        (
            "fact_corrected 100 to 2019-01-02 target_assigned 2 rate.cases 74 100 by provincial_head",
            "accepted",
        ),
        (
            "fact_corrected 100 to 2019-01-02 target_assigned 2 rate.cases 74 0 by provincial_head",
            "refused 166 limit: ratio 74/0; numerator from 0 to the denominator, denominator from 1; accepted: 7300/10000",
        ),
        (
            "fact_corrected 100 to 2014-01-02 target_assigned 2 rate.cases 74 100 by provincial_head",
            "refused 166 too_early: took_effect 2014-01-02; officer 11 in office since 2015-01-02; accepted: 2015-01-02 or later",
        ),
        ("entry_voided 100 by provincial_head", "accepted"),
    ] {
        let answer = history.clone().attempt(action);
        compare(action, answer.map(|()| vec!["accepted".to_owned()]), expected);
    }
}

/// An entry that breaks one rule is held to all others: a late parameter makes a deposit too early, and what it was paid
/// out of stays.
#[test]
fn money_is_judged_whatever_else_an_entry_breaks() {
    // 104 collected, 105 told, 106 approved, 107 deposited.
    let mut history = History::told(
        "2018-10-05 opened loan:10_000_000 / 2018-12-10 payment_collected 10_000_000 / notice_served creditor payout \
         / payout_approved 1:10_000_000 / 2019-04-01 deposited_for_payee 1 10_000_000",
    );
    let position = history.entries.last().unwrap().position;
    assert!(broken_rules(&history.entries, &history.reference_data).is_empty());
    let late = json!({"rule": "deposit_after", "from": "2018-01-01", "value": {"span": {"years": 2}}, "document": "QĐ 1"});
    history.reference_data.rules.set(&serde_json::from_value(late).unwrap()).unwrap();
    let broken: Vec<_> = broken_rules(&history.entries, &history.reference_data);
    assert_eq!(
        broken.iter().map(|(at, one)| (*at, one.code)).collect::<Vec<_>>(),
        [(position, Code::TooEarly)]
    );
    for (action, expected) in [
        (
            "2019-04-02 entry_voided 106",
            "refused 126, D49.5 later: amount entry 107: amount deposited_for_payee: 10000000 too much; no more is paid over than another officer approved; accepted: correct or void entry 107 first [entry 107]",
        ),
        (
            "2019-04-02 entry_voided 104 by accountant",
            "refused 126, D49.5 later: amount entry 107: amount deposited_for_payee: 10000000 too much; the case holds enough for what is paid out; accepted: correct or void entry 107 first [entry 107]",
        ),
        (
            "2019-04-02 fact_corrected 102 to 2018-10-05 enforcement_ordered loan:4_000_000",
            "refused 126, D49.5 later: amount entry 107: amount deposited_for_payee: 6000000 too much; the case holds enough for what is paid out; accepted: correct or void entry 107 first [entry 107]",
        ),
        // What breaks nothing more is no fault of whoever records it.
        ("2019-04-02 completed", "completed 2019-04-02; deposited 10000000"),
        ("2019-04-02 entry_voided 107", "pending; held 10000000; approved 10000000"),
    ] {
        let mut history = history.clone();
        let answer = history.attempt(action);
        compare(action, answer.map(|()| parts(&history.case())), expected);
    }
}

/// Imported history may have taken what was not there: what it lacks does not grow by what is recorded now.
#[test]
fn what_imported_history_lacks_does_not_grow() {
    // 104 collected, 105 approved, 106 remitted: 5 more than was collected.
    let history = History::told(
        "2018-10-05 opened fine:50 / 2018-12-10 payment_collected 20 imported / payout_approved 1:20 imported \
         / remitted_to_budget 1 25 imported",
    );
    let case = history.case();
    assert_eq!((case.cash.overdrawn, case.taken.beyond_held, case.taken.beyond_approved), (5, 5, 5));
    for (action, expected) in [
        (
            "2019-04-02 fact_corrected 104 to 2018-12-10 payment_collected 19",
            "refused 47 later: amount entry 106: amount remitted_to_budget: 6 too much; the case holds enough for what is paid out; accepted: correct or void entry 106 first [entry 106]",
        ),
        ("2019-04-02 fact_corrected 104 to 2018-12-10 payment_collected 21", "remitted 25"),
        ("2019-04-02 payment_collected 25", "collected 45; held 25"),
    ] {
        let mut history = history.clone();
        let answer = history.attempt(action);
        compare(action, answer.map(|()| parts(&history.case())), expected);
    }
}

/// Who may not correct a payment may not correct it by undoing another's correction; what he voided himself he may
/// restore.
#[test]
fn undoing_a_correction_is_a_correction() {
    let mut history = History::told(PAID);
    // 108 corrects the payment, 106.
    history.tell("2018-12-12 fact_corrected 106 to 2018-12-10 disbursed 1 20_000_000");
    for (action, expected) in [
        (
            "2018-12-13 entry_voided 108 by head",
            "refused 47.5 role: actor head; disbursed is recorded and repaired by: accountant; accepted: accountant",
        ),
        ("2018-12-13 entry_voided 108 by accountant", "disbursed 30000000"),
        ("2018-12-13 entry_voided 106 by head", "disbursed 0"),
    ] {
        let mut history = history.clone();
        let answer = history.attempt(action);
        compare(action, answer.map(|()| parts(&history.case())), expected);
    }
    history.tell("2018-12-13 entry_voided 106 by head");
    let answer = history.attempt("2018-12-13 entry_voided 109 by head");
    compare("restored", answer.map(|()| parts(&history.case())), "disbursed 20000000");
}

/// Imported history that broke a rule can be voided, and the voiding undone; what rests on it since is judged.
#[test]
fn a_voiding_of_imported_history_can_be_undone() {
    // 104 collected, 105 remitted though nobody approved, and 5 more than was collected.
    let mut history = History::told(
        "2018-10-05 opened fine:50 / 2018-12-10 payment_collected 20 imported / remitted_to_budget 1 25 imported \
         / 2019-01-02 entry_voided 105",
    );
    let mut undone = history.clone();
    undone.tell("2019-01-03 entry_voided 106");
    compare("undone", Ok(parts(&undone.case())), "remitted 25; held 0");
    history.tell("2019-01-03 payout_approved 1:20 / remitted_to_budget 1 20");
    let answer = history.attempt("2019-01-04 entry_voided 106");
    compare(
        "what was recorded since rests on the money",
        answer.map(|()| parts(&history.case())),
        "refused 47 later: amount entry 108: amount 20; 0 held; accepted: correct or void entry 108 first [entry 108]",
    );
}

/// What imported history took that was not there is taken again with it, but no more: what was recorded since under an earlier
/// day took the money before it.
#[test]
fn a_restored_import_takes_no_more_than_it_took() {
    // 104 collected, 105 remitted though nobody approved; 106 voids it, and the money is paid out again, a few days before.
    let history = History::told(
        "2018-10-05 opened fine:50 / 2018-12-05 payment_collected 20 imported / 2018-12-10 remitted_to_budget 1 20 imported \
         / 2019-01-02 entry_voided 105",
    );
    let mut undone = history.clone();
    undone.tell("2019-01-04 entry_voided 106");
    compare("undone", Ok(parts(&undone.case())), "remitted 20; held 0");
    let mut history = history;
    history.tell("2018-12-06 payout_approved 1:20 late 2019-01-03 / 2018-12-07 remitted_to_budget 1 20 late 2019-01-03");
    let answer = history.attempt("2019-01-04 entry_voided 106");
    compare(
        "paid out twice",
        answer.map(|()| parts(&history.case())),
        "refused 47 money: amount remitted_to_budget: 20 too much; the case holds enough for what is paid out; accepted: 20 less, or what it rests on first",
    );
    // A payment that came in with the import does not come back into a case that is finished.
    let mut history = History::told(
        "2018-10-05 opened fine:50 / 2018-12-05 payment_collected 20 imported / 2019-01-02 entry_voided 104 \
         / 2018-12-03 exempted 1 50 imported / 2018-12-04 completed late 2019-01-03",
    );
    let answer = history.attempt("2019-01-04 entry_voided 105");
    compare(
        "into a finished case",
        answer.map(|()| parts(&history.case())),
        "refused 45 standing: case completed; open; accepted: note_added, fact_corrected, entry_voided",
    );
}

/// What a row of another program said is nobody's here to rewrite: an import tells by it what it has taken already.
#[test]
fn what_a_source_said_is_not_repaired() {
    let history = History::told("2018-10-05 opened fine:50 / 2018-12-05 row_imported imported");
    for action in [
        "2019-01-02 entry_voided 104 by head",
        "2019-01-02 fact_corrected 104 to 2018-12-06 row_imported by clerk on_behalf_of=22",
    ] {
        let mut history = history.clone();
        let answer = history.attempt(action);
        compare(
            action,
            answer.map(|()| parts(&history.case())),
            "refused – mismatch: entry 104; what a source said stays as it said it; accepted: the entries that it became",
        );
    }
}
