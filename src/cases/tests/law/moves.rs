//! Cases that go to another office: entrusting and pulling up, and what the receiver relies on.

use super::language::{Tale, after, check, compare, parts};
use thads_cases::case::Case;
use thads_cases::event::Sender;
use thads_cases::ids::CaseId;

const SENT: &str = "2018-12-03 opened loan:8_000_000 fine:2_000_000 / 2018-12-20 conditions_verified / 2019-01-21 entrusted_out B";

fn taken_by() -> CaseId {
    "DT02/2019/0001".parse().unwrap()
}

fn receives(sender: Sender<'_>, rows: &[(&str, &str)]) {
    for (action, expected) in rows {
        let mut tale = Tale::new();
        let answer = tale.attempt_with(action, sender);
        compare(action, answer.map(|()| parts(&tale.case())), expected);
    }
}

#[test]
fn what_remains_goes_to_another_office() {
    let verified = "2018-12-03 opened loan:8_000_000 fine:2_000_000 / 2018-12-20 conditions_verified";
    after(
        verified,
        &[
            ("2019-01-21 entrusted_out B", "entrusted_out 2019-01-21; moved out 10000000; remaining 0"),
            (
                "2019-01-21 entrusted_out A",
                "refused 55 mismatch: to 2; another office; accepted: the number of another office",
            ),
            (
                "2019-01-21 entrusted_out X",
                "refused 55 unknown: to 77; offices opened by office_opened; accepted: office_opened first",
            ),
            (
                "2019-01-21 entrusted_out B by enforcer",
                "refused 55-57 role: actor enforcer; entrusted_out is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
        ],
    );
    check(
        "2018-12-03 opened loan:5",
        "entrusted_out B",
        "refused 55 too_early: effective 2018-12-03; a verification; accepted: conditions_verified first",
    );
    check(
        &format!("{verified} / payment_collected 5"),
        "entrusted_out B",
        "refused 57 money: case 5 still held; 0 held; accepted: disbursed, remitted_to_budget, refunded or held_money_resolved first",
    );
    // Some of it was met: the sender has completed what he could.
    check(
        &format!("{verified} / paid_directly 1 8_000_000"),
        "2019-01-21 entrusted_out B",
        "completed 2019-01-21; moved out 2000000",
    );
    let seized = format!("{verified} / coercion_ordered distrain urgent / asset_distrained");
    check(
        &seized,
        "entrusted_out B",
        "refused 57 standing: case asset 1 in hand; assets in hand dealt with first; accepted: asset_handed_over first",
    );
}

/// domain.md part 11, vectors 6 and 7.
#[test]
fn the_receiver_takes_what_was_sent_and_once() {
    let sender = Tale::told(SENT).case();
    let id = taken_by();
    receives(
        Sender::Found(&sender),
        &[
            ("2019-01-25 entrusted_in loan:8_000_000 fine:2_000_000 by B.head", "pending; due 10000000"),
            (
                "2019-01-25 entrusted_in loan:8_000_000 by B.head",
                "refused 57 mismatch: brought.obligations.amount 8000000; 10000000; accepted: 10000000",
            ),
            (
                "2019-01-25 entrusted_in loan:2_000_000 fine:8_000_000 by B.head",
                "refused 57 mismatch: brought.obligations fine: 8000000; fine: 2000000; accepted: fine: 2000000",
            ),
            (
                "2019-01-20 entrusted_in loan:8_000_000 fine:2_000_000 by B.head",
                "refused 57 too_early: effective 2019-01-20; 2019-01-21 (the sender's decision); accepted: 2019-01-21 or later",
            ),
            (
                "2019-01-25 entrusted_in loan:8_000_000 fine:2_000_000 by head",
                "refused 57 standing: brought.from DT01/2018/0001; moved out to this office; accepted: the sender's action first",
            ),
            (
                "2019-01-25 entrusted_in loan:8_000_000 fine:2_000_000 by B.enforcer",
                "refused 57 role: actor enforcer; entrusted_in is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2019-01-25 taken_from_below loan:8_000_000 fine:2_000_000 by provincial_head",
                "refused 35 standing: brought.from DT01/2018/0001; moved out to this office; accepted: the sender's action first",
            ),
        ],
    );
    receives(
        Sender::Missing,
        &[(
            "2019-01-25 entrusted_in loan:8_000_000 by B.head",
            "refused 57 unknown: brought.from DT01/2018/0001; a case in this ledger; accepted: the sender's case",
        )],
    );
    receives(
        Sender::Taken(&id),
        &[(
            "2019-01-25 entrusted_in loan:8_000_000 fine:2_000_000 by B.head",
            "refused 57 duplicate: brought.from DT01/2018/0001; taken over as DT02/2019/0001; accepted: the case that took it over",
        )],
    );
    receives(
        Sender::Found(&Case::default()),
        &[(
            "2019-01-25 entrusted_in loan:8_000_000 by B.head",
            "refused 57 standing: brought.from DT01/2018/0001; moved out to this office; accepted: the sender's action first",
        )],
    );

    let below = "2018-12-03 opened loan:8_000_000";
    check(below, "2019-02-01 pulled_up D", "pulled_up 2019-02-01; moved out 8000000");
    check(
        below,
        "2019-02-01 pulled_up B",
        "refused 35 competence: to 3; an office above office 2; accepted: the Department above",
    );
    check(
        below,
        "2019-02-01 pulled_up D by head",
        "refused 35 role: actor head; pulled_up is recorded by: provincial_head; accepted: provincial_head",
    );
    check(
        &format!("{below} / payment_collected 5"),
        "pulled_up D",
        "refused 35 money: case 5 still held; 0 held; accepted: disbursed, remitted_to_budget, refunded or held_money_resolved first",
    );
    check("2025-06-02 opened loan:5", "2025-06-30 pulled_up D", "pulled_up 2025-06-30");
    check(
        "2025-06-02 opened loan:5",
        "2025-07-01 pulled_up D",
        "refused 35 too_late: effective 2025-07-01; pulling up ended on 1 July 2025; accepted: a date before",
    );
    let sender = Tale::told(&format!("{below} / 2019-02-01 pulled_up D")).case();
    receives(
        Sender::Found(&sender),
        &[
            ("2019-02-01 taken_from_below loan:8_000_000 by provincial_head", "pending; due 8000000"),
            (
                "2019-02-01 taken_from_below loan:8_000_001 by provincial_head",
                "refused 35 mismatch: brought.obligations.amount 8000001; 8000000; accepted: 8000000",
            ),
            (
                "2019-02-01 entrusted_in loan:8_000_000 by provincial_head",
                "refused 57 standing: brought.from DT01/2018/0001; moved out to this office; accepted: the sender's action first",
            ),
        ],
    );
    let mut tale = Tale::new();
    tale.attempt_with(
        "2019-02-01 taken_from_below loan:8_000_000 by provincial_head",
        Sender::Found(&sender),
    )
    .unwrap();
    let answer = tale.attempt("taken_from_below loan:8_000_000 by provincial_head");
    compare(
        "twice",
        answer.map(|()| Vec::new()),
        "refused 35 standing: case open, not classified; a new case; accepted: the next intake number",
    );
}

/// What was sent stays as it was while the receiver's case rests on it, by whatever road it would change.
#[test]
fn what_was_taken_over_is_not_changed_behind_the_receiver() {
    let id = taken_by();
    let told = Tale::told(SENT);
    // Positions: 100 judgment, 101 request, 102 order, 103 assignment, 104 verification, 105 entrusted out.
    for (action, taken, untaken) in [
        (
            "2019-02-01 entry_voided 105",
            "refused 57 later: entry taken over as DT02/2019/0001; what was moved out stays as it is while the receiver's case stands; accepted: entry_voided of the receiver's entrusted_in or taken_from_below first",
            "pending; remaining 10000000",
        ),
        (
            "2019-02-01 fact_corrected 105 to 2019-01-21 entrusted_out D by head",
            "refused 57 later: entry taken over as DT02/2019/0001; what was moved out stays as it is while the receiver's case stands; accepted: entry_voided of the receiver's entrusted_in or taken_from_below first",
            "entrusted_out 2019-01-21",
        ),
        (
            "2019-02-01 fact_corrected 105 to 2019-01-22 entrusted_out B by head",
            "refused 57 later: entry taken over as DT02/2019/0001; what was moved out stays as it is while the receiver's case stands; accepted: entry_voided of the receiver's entrusted_in or taken_from_below first",
            "entrusted_out 2019-01-22",
        ),
        (
            "2019-01-10 paid_directly 1 5 late 2019-02-01",
            "refused 57 later: entry taken over as DT02/2019/0001; what was moved out stays as it is while the receiver's case stands; accepted: entry_voided of the receiver's entrusted_in or taken_from_below first",
            "moved out 9999995",
        ),
        (
            "2019-02-01 fact_corrected 102 to 2018-12-03 enforcement_ordered loan:9_000_000 fine:2_000_000",
            "refused 57 later: entry taken over as DT02/2019/0001; what was moved out stays as it is while the receiver's case stands; accepted: entry_voided of the receiver's entrusted_in or taken_from_below first",
            "moved out 11000000",
        ),
    ] {
        for (sender, expected) in [(Sender::Taken(&id), taken), (Sender::Missing, untaken)] {
            let mut tale = told.clone();
            let answer = tale.attempt_with(action, sender);
            compare(action, answer.map(|()| parts(&tale.case())), expected);
        }
    }
    // What changes nothing of it needs nobody to be asked.
    for action in ["2019-02-01 note_added", "2019-01-10 notice_served late 2019-02-01"] {
        told.clone().attempt(action).unwrap();
    }
    let answer = told.clone().attempt("2019-02-01 entry_voided 105");
    compare(
        "not asked",
        answer.map(|()| Vec::new()),
        "refused 57 later: entry the receiver was not asked for; what was moved out stays as it is while the receiver's case stands; accepted: entry_voided of the receiver's entrusted_in or taken_from_below first",
    );
}

#[test]
fn a_correction_of_what_came_in_is_held_against_the_sender() {
    let sender = Tale::told(SENT).case();
    let mut tale = Tale::new();
    tale.attempt_with(
        "2019-01-25 entrusted_in loan:8_000_000 fine:2_000_000 by B.head",
        Sender::Found(&sender),
    )
    .unwrap();
    let more =
        "2019-02-01 fact_corrected 100 to 2019-01-25 entrusted_in loan:80_000_000 fine:2_000_000 by B.head";
    for (sender, expected) in [
        (
            Sender::Found(&sender),
            "refused 57 mismatch: brought.obligations.amount 82000000; 10000000; accepted: 10000000",
        ),
        (
            Sender::NotAsked,
            "refused 57 unknown: replacement the sender was not asked for; what the sender moved out; accepted: the sender's case",
        ),
    ] {
        let answer = tale.clone().attempt_with(more, sender);
        compare(more, answer.map(|()| Vec::new()), expected);
    }
}
