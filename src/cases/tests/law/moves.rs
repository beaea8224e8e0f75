//! Cases that go to another office: entrusting and pulling up, and what the receiver relies on.

use super::language::{History, after, check, compare, day, parts, read, step};
use serde_json::{Value, json};
use thads_cases::case::Case;
use thads_cases::decide::{OtherEnds, other_ends};
use thads_cases::event::Sender;
use thads_cases::ids::{CaseId, Position};

const SENT: &str = "2018-12-03 opened loan:8_000_000 fine:2_000_000 / 2018-12-20 conditions_verified / 2019-01-21 entrusted_out B";

fn taken_by() -> CaseId {
    "DT02/2019/0001".parse().unwrap()
}

fn receives(sender: Sender<'_>, rows: &[(&str, &str)]) {
    for (action, expected) in rows {
        let mut history = History::new();
        let answer = history.attempt_with(action, sender);
        compare(action, answer.map(|()| parts(&history.case())), expected);
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
    let sender = History::told(SENT).case();
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
                "refused 57 mismatch: brought.obligations loan to creditor 1: 2000000; fine to the budget: 8000000; loan to creditor 1: 8000000; fine to the budget: 2000000; accepted: loan to creditor 1: 8000000; fine to the budget: 2000000",
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
    let sender = History::told(&format!("{below} / 2019-02-01 pulled_up D")).case();
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
    let mut history = History::new();
    history
        .attempt_with("2019-02-01 taken_from_below loan:8_000_000 by provincial_head", Sender::Found(&sender))
        .unwrap();
    let answer = history.attempt("taken_from_below loan:8_000_000 by provincial_head");
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
    let told = History::told(SENT);
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
            let mut history = told.clone();
            let answer = history.attempt_with(action, sender);
            compare(action, answer.map(|()| parts(&history.case())), expected);
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
    let sender = History::told(SENT).case();
    let mut history = History::new();
    history
        .attempt_with(
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
            "refused 57 unknown: entry the sender was not asked for; what the sender moved out; accepted: the sender's case",
        ),
    ] {
        let answer = history.clone().attempt_with(more, sender);
        compare(more, answer.map(|()| Vec::new()), expected);
    }
}

/// What a receiver's case was made of is decided anew whenever a repair brings it back: the sender is asked again.
#[test]
fn undoing_a_repair_takes_the_case_over_again() {
    let sender = History::told(SENT).case();
    let other = taken_by();
    let mut taken = History::new();
    let from = "2019-01-25 entrusted_in loan:8_000_000 fine:2_000_000 by B.head";
    taken.attempt_with(from, Sender::Found(&sender)).unwrap();
    // 100 entrusted in, 101 voided.
    let mut voided = taken.clone();
    voided.attempt("2019-02-01 entry_voided 100 by B.head").unwrap();
    // 101 corrected, so that it comes from another case; 102 that is voided.
    let mut corrected = taken.clone();
    let elsewhere =
        "2019-02-01 fact_corrected 100 to 2019-01-25 entrusted_in loan:8_000_000 fine:2_000_000 by B.head";
    corrected.attempt_with(elsewhere, Sender::Found(&sender)).unwrap();
    let mut voided_again = voided.clone();
    voided_again.attempt_with("2019-02-02 entry_voided 101 by B.head", Sender::Found(&sender)).unwrap();
    voided_again.attempt("2019-02-03 entry_voided 100 by B.head").unwrap();
    let unsent =
        History::told("2018-12-03 opened loan:8_000_000 fine:2_000_000 / 2018-12-20 conditions_verified")
            .case();
    for (told, undo) in [
        (&voided, "2019-03-01 entry_voided 101 by B.head"),
        (&corrected, "2019-03-01 entry_voided 101 by B.head"),
        (&voided_again, "2019-03-01 entry_voided 103 by B.head"),
    ] {
        for (sender, expected) in [
            (Sender::Found(&sender), "pending; due 10000000"),
            (
                Sender::Found(&unsent),
                "refused 57 standing: brought.from DT01/2018/0001; moved out to this office; accepted: the sender's action first",
            ),
            (
                Sender::Taken(&other),
                "refused 57 duplicate: brought.from DT01/2018/0001; taken over as DT02/2019/0001; accepted: the case that took it over",
            ),
            (
                Sender::NotAsked,
                "refused 57 unknown: entry the sender was not asked for; what the sender moved out; accepted: the sender's case",
            ),
        ] {
            let mut history = told.clone();
            let answer = history.attempt_with(undo, sender);
            compare(undo, answer.map(|()| parts(&history.case())), expected);
        }
    }
}

/// Which ends are asked, and the sender as of which day.
#[test]
fn a_repair_asks_the_ends_that_it_changes() {
    let sender = History::told(SENT).case();
    let id: CaseId = "DT01/2018/0001".parse().unwrap();
    let mut history = History::new();
    history
        .attempt_with(
            "2019-01-25 entrusted_in loan:8_000_000 fine:2_000_000 by B.head",
            Sender::Found(&sender),
        )
        .unwrap();
    let ends = |history: &History, text: &str| {
        let action = history.action(&step(text, day("2019-03-01")));
        other_ends(&history.entries, &action, Position(history.next))
    };
    let comes = Some((id, day("2019-01-25")));
    assert_eq!(ends(&history, "entry_voided 100 by B.head"), OtherEnds { sender: None, receiver: false });
    history.attempt("2019-02-01 note_added by B.clerk").unwrap();
    assert_eq!(ends(&history, "entry_voided 101 by B.head"), OtherEnds { sender: None, receiver: false });
    history.attempt("2019-02-01 entry_voided 100 by B.head").unwrap();
    assert_eq!(ends(&history, "entry_voided 102 by B.head"), OtherEnds { sender: comes, receiver: false });
    let sent = History::told(SENT);
    assert_eq!(ends(&sent, "note_added"), OtherEnds { sender: None, receiver: true });
}

/// What comes over is what was sent: obligation by obligation, with payee and security, and the parties by kind.
#[test]
fn the_receiver_takes_exactly_what_was_sent() {
    let sent = "2018-12-03 opened loan:5_000_000@1+secured loan:3_000_000@2 fine:2_000_000 act:0 / 2018-12-20 conditions_verified / 2019-01-21 entrusted_out B";
    let sender = History::told(sent).case();
    let list = "loan to creditor 1: 5000000, secured; loan to creditor 2: 3000000; fine to the budget: 2000000; act to creditor 1: 0";
    let refused =
        |given: &str| format!("refused 57 mismatch: brought.obligations {given}; {list}; accepted: {list}");
    let two = r#"[{"person":"a","kind":"individual"},{"person":"b","kind":"individual"}]"#;
    let rows = [
        (
            "loan:5_000_000@1+secured loan:3_000_000@2 fine:2_000_000 act:0".to_owned(),
            "pending; due 10000000".to_owned(),
        ),
        (
            "act:0 fine:2_000_000 loan:3_000_000@2 loan:5_000_000@1+secured".to_owned(),
            "pending; due 10000000".to_owned(),
        ),
        (
            "loan:5_000_000@2+secured loan:3_000_000@1 fine:2_000_000 act:0".to_owned(),
            refused(
                "loan to creditor 2: 5000000, secured; loan to creditor 1: 3000000; fine to the budget: 2000000; act to creditor 1: 0",
            ),
        ),
        (
            "loan:5_000_000@1 loan:3_000_000@2+secured fine:2_000_000 act:0".to_owned(),
            refused(
                "loan to creditor 1: 5000000; loan to creditor 2: 3000000, secured; fine to the budget: 2000000; act to creditor 1: 0",
            ),
        ),
        (
            "loan:8_000_000@1+secured fine:2_000_000 act:0".to_owned(),
            refused(
                "loan to creditor 1: 8000000, secured; fine to the budget: 2000000; act to creditor 1: 0",
            ),
        ),
        (
            "loan:5_000_000@1+secured loan:3_000_000@2 fine:2_000_000".to_owned(),
            refused(
                "loan to creditor 1: 5000000, secured; loan to creditor 2: 3000000; fine to the budget: 2000000",
            ),
        ),
    ];
    for (owed, expected) in &rows {
        let action = format!("2019-01-25 entrusted_in {owed} by B.head");
        receives(Sender::Found(&sender), &[(action.as_str(), expected.as_str())]);
    }
    let owed = json!([
        { "kind": "loan", "payee": { "creditor": 1 }, "amount": 5_000_000, "secured": true },
        { "kind": "loan", "payee": { "creditor": 2 }, "amount": 3_000_000 },
        { "kind": "fine", "payee": "budget", "amount": 2_000_000 },
        { "kind": "act", "payee": { "creditor": 1 }, "amount": 0 },
    ]);
    let people: Value = serde_json::from_str(two).unwrap();
    for (field, value, expected) in [
        (
            "creditors",
            json!([people[0], { "person": "b", "kind": "state_body" }]),
            "refused 57 mismatch: brought.creditors 1 individual, 2 state_body; 1 individual, 2 individual; accepted: 1 individual, 2 individual",
        ),
        (
            "debtors",
            json!([people[0]]),
            "refused 57 mismatch: brought.debtors 1 individual; 1 individual, 2 individual; accepted: 1 individual, 2 individual",
        ),
        (
            "basis",
            json!("proactive"),
            "refused 57 mismatch: brought.basis proactive; on_request; accepted: on_request",
        ),
        ("judgment", json!("labour"), "refused 57 mismatch: brought.judgment labour; civil; accepted: civil"),
        ("tags", json!([]), "pending; due 10000000"),
    ] {
        let mut brought = json!({
            "from": "DT01/2018/0001", "basis": "on_request", "judgment": "civil",
            "obligations": owed, "debtors": people, "creditors": people,
        });
        brought[field] = value;
        let mut history = History::new();
        let mut taking = step("2019-01-25 note_added by B.head", day("2019-01-25"));
        taking.event = read("entrusted_in", json!({ "brought": brought }));
        let answer = history.take(&taking, Sender::Found(&sender));
        compare(field, answer.map(|()| parts(&history.case())), expected);
    }
}

/// Who a sent case's debtors, creditors and payees are stays as it was, also where no amount changes.
#[test]
fn the_parties_of_what_was_sent_stay() {
    let id = taken_by();
    for change in [
        "2019-02-01 fact_corrected 102 to 2018-12-03 enforcement_ordered wages:8_000_000 fine:2_000_000",
        "2019-02-01 fact_corrected 102 to 2018-12-03 enforcement_ordered loan:8_000_000+secured fine:2_000_000",
        "2019-02-01 fact_corrected 102 to 2018-12-03 enforcement_ordered loan:8_000_000 fine:2_000_000 act:0",
    ] {
        let mut history = History::told(SENT);
        let answer = history.clone().attempt_with(change, Sender::Taken(&id));
        compare(
            change,
            answer.map(|()| Vec::new()),
            "refused 57 later: entry taken over as DT02/2019/0001; what was moved out stays as it is while the receiver's case stands; accepted: entry_voided of the receiver's entrusted_in or taken_from_below first",
        );
        history.attempt_with(change, Sender::Missing).unwrap();
    }
}

/// An imported taking over, whose sender this ledger may not know, is restored; but not where another case has it.
#[test]
fn an_imported_case_is_not_taken_over_twice_either() {
    let other = taken_by();
    let sender = History::told(SENT).case();
    let unsent = Case::default();
    let from =
        "2019-01-25 entrusted_in loan:8_000_000 by B.head imported / 2019-02-01 entry_voided 100 by B.head";
    for (sender, expected) in [
        (Sender::Missing, "pending; due 8000000"),
        (
            Sender::Taken(&other),
            "refused 57 duplicate: brought.from DT01/2018/0001; taken over as DT02/2019/0001; accepted: the case that took it over",
        ),
        (
            Sender::Found(&sender),
            "refused 57 mismatch: brought.obligations.amount 8000000; 10000000; accepted: 10000000",
        ),
        (
            Sender::Found(&unsent),
            "refused 57 standing: brought.from DT01/2018/0001; moved out to this office; accepted: the sender's action first",
        ),
    ] {
        let mut history = History::told(from);
        let answer = history.attempt_with("2019-03-01 entry_voided 101 by B.head", sender);
        compare("restored", answer.map(|()| parts(&history.case())), expected);
    }
    // Nor where it had another fault from the beginning.
    let faulty = "2019-01-25 entrusted_in loan:0 by B.head imported / 2019-02-01 entry_voided 100 by B.head";
    for (sender, expected) in [
        (Sender::Missing, "pending; due 0"),
        (
            Sender::Taken(&other),
            "refused 57 duplicate: brought.from DT01/2018/0001; taken over as DT02/2019/0001; accepted: the case that took it over",
        ),
    ] {
        let mut history = History::told(faulty);
        let answer = history.attempt_with("2019-03-01 entry_voided 101 by B.head", sender);
        compare("restored", answer.map(|()| parts(&history.case())), expected);
    }
}
