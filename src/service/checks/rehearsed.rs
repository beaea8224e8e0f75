//! A dry run says what the real one would, in every respect, and leaves the ledger as it is.

use serde_json::{Value, json};
use thads_ledger::AppendError;

use super::{CASE, position, record, service};
use crate::answers;
use crate::json::{Request, parse_action};
use crate::ledger_service::LedgerService;
use crate::record::RecordError;

/// What an answer says, without what only a record can say.
fn said(answer: Result<crate::record::Done, RecordError>) -> Result<Value, Value> {
    match answer {
        Ok(done) => {
            Ok(json!({ "version": done.version, "effective": done.effective, "flags": done.flags.len() }))
        }
        Err(error) => Err(json!([error.to_string(), format!("{error:?}")])),
    }
}

fn request(action: Value) -> Request {
    parse_action(action, None).unwrap()
}

/// Actions of every way to be refused and of every way to be taken, with a word of what is said.
fn table(service: &LedgerService) -> Vec<(Value, Option<&'static str>)> {
    let paid = position(service, "payment_collected");
    let note = |fields: Value| {
        let mut action = json!({ "stream": CASE, "kind": "note_added", "text": "một", "actor": 3 });
        action.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        action
    };
    let used = "000000000000000000000000000000aa";
    let long = |bytes: usize| "ă ".repeat(bytes / 3);
    let people: Vec<Value> = (0..80)
        .map(|nth| json!({ "person": { "name": format!("Người {nth}") }, "kind": "individual" }))
        .collect();
    let judgment = |number: u32, court: &str| {
        json!({ "stream": format!("case:DT00/2018/{number:04}"), "kind": "judgment_received", "court": court, "number": "1",
            "actor": 3, "date": "2018-09-01", "judgment": "civil", "effective": "2018-10-01" })
    };
    let order = |debtors: &[Value], sums: usize| {
        let sums =
            vec![json!({ "kind": "court_fee", "payee": "budget", "amount": 1_000_000_000_000_i64 }); sums];
        json!({ "stream": "case:DT00/2018/0002", "kind": "enforcement_ordered", "basis": "proactive", "actor": 1,
            "obligations": sums, "debtors": debtors, "effective": "2018-12-10" })
    };
    vec![
        (note(json!({})), None),
        (note(json!({ "request": used })), None),
        (note(json!({ "request": used, "text": "hai" })), Some("other content")),
        (note(json!({ "request": used, "expected_version": 1 })), Some("other content")),
        (note(json!({ "expected_version": 7 })), None),
        (note(json!({ "expected_version": 5 })), Some("at version 7, not 5")),
        (note(json!({ "expected_version": u64::MAX })), Some("at version 7")),
        (note(json!({ "expected_version": u64::MAX - 1 })), Some("at version 7")),
        (note(json!({ "text": long(60 << 10) })), None),
        (note(json!({ "text": long(66 << 10) })), Some("personal data of")),
        (note(json!({ "text": " " })), Some("")),
        (note(json!({ "actor": 9 })), Some("an officer appointed before")),
        (note(json!({ "actor": 0 })), Some("an officer")),
        (note(json!({ "effective": "2030-01-01" })), Some("today or earlier")),
        (note(json!({ "stream": "case:DT00/2018/0009" })), Some("numbers follow")),
        (note(json!({ "stream": "officer:9" })), Some("a stream that has begun")),
        (json!({ "stream": CASE, "kind": "completed", "actor": 3 }), Some("Refused")),
        (json!({ "stream": CASE, "kind": "completed", "actor": 2 }), None),
        (json!({ "stream": "officer:9", "kind": "completed", "actor": 2 }), Some("is not recorded there")),
        (judgment(3, "T"), None),
        (judgment(7, "T"), Some("numbers follow")),
        (judgment(3, &long(70 << 10)), Some("a text that the log keeps in clear is short")),
        (order(&people[..1], 1), None),
        (order(&people[..1], 10_000), Some("a payload of")),
        (order(&people, 1), Some("pieces of personal data")),
        (
            json!({ "stream": CASE, "kind": "fact_corrected", "entry": paid, "changes": { "receipt": "7" }, "actor": 4,
                "authority": "1" }),
            None,
        ),
        (
            json!({ "stream": CASE, "kind": "fact_corrected", "entry": 999, "changes": { "receipt": "7" }, "actor": 4,
                "authority": "1" }),
            Some("an entry of this stream"),
        ),
        (
            json!({ "stream": CASE, "kind": "fact_corrected", "entry": paid, "changes": { "colour": "7" }, "actor": 4,
                "authority": "1" }),
            Some("there is no such field"),
        ),
        (
            json!({ "stream": "officer:9", "kind": "officer_appointed", "number": 9, "office": 1, "role": "clerk",
                "person": { "name": "Chín" }, "actor": 1, "effective": "2018-10-01" }),
            None,
        ),
        (
            json!({ "stream": "officer:9", "kind": "officer_appointed", "number": 9, "office": 1, "role": "clerk",
                "person": { "name": "Chín" }, "actor": 0, "effective": "2018-10-01" }),
            Some("an officer"),
        ),
        (
            json!({ "stream": "parameter:voluntary", "kind": "parameter_set", "actor": 3 , "rule": "voluntary",
                "effective": "2018-10-01", "value": { "days": 10 } }),
            Some(""),
        ),
    ]
}

/// The same words and the same fields, of a dry run and of the real one after it; each on a ledger on which none of the
/// others is recorded.
#[test]
fn a_dry_run_says_what_the_real_one_says() {
    let (mut taken, mut wrong) = (0, String::new());
    let mut folder = tempfile::tempdir().unwrap();
    let mut service = prepared(&folder);
    for (action, says) in table(&service) {
        let asked = match parse_action(action.clone(), None) {
            Ok(asked) => asked,
            Err(_) if says.is_some() => continue,
            Err(error) => panic!("{action}: {error}"),
        };
        let head = service.ledger().head();
        let dry = said(service.dry_run(&asked));
        assert_eq!(service.ledger().head(), head, "{action}: a dry run wrote");
        assert_eq!(said(service.dry_run(&asked)), dry, "{action}: it left something");
        let real = said(service.record(asked));
        assert_eq!(dry, real, "{action}");
        match (says, &real) {
            (None, Ok(_)) => taken += 1,
            (Some(says), Err(refused)) if refused[0].as_str().unwrap().contains(says) => {}
            (expected, answer) => wrong += &format!("{action:.200}\n\t{expected:?} {answer:?}\n"),
        }
        if service.ledger().head() != head {
            drop(service);
            folder = tempfile::tempdir().unwrap();
            service = prepared(&folder);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(taken > 5, "{taken}");
}

/// A ledger with a used request id, and a second case that waits for its order.
fn prepared(folder: &tempfile::TempDir) -> LedgerService {
    let service = service(folder);
    let judgment = json!({ "court": "T", "number": "2", "date": "2018-09-01", "judgment": "criminal" });
    record(&service, "case:DT00/2018/0002", 3, "judgment_received", "2018-12-10", judgment).unwrap();
    let note = json!({ "request": "000000000000000000000000000000aa", "stream": CASE, "kind": "note_added",
        "text": "một", "actor": 3 });
    service.record(request(note)).unwrap();
    service
}

/// Of a ledger that has stopped the dry run says so, and what was recorded before is known.
#[test]
fn a_ledger_that_takes_nothing_is_not_rehearsed_as_if_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let service = prepared(&folder);
    service.ledger().shut_down().unwrap();
    let note = json!({ "stream": CASE, "kind": "note_added", "text": "hai", "actor": 3 });
    let dry = service.dry_run(&request(note));
    assert!(matches!(dry, Err(RecordError::Append(AppendError::Stopped(_)))), "{dry:?}");
    let known = json!({ "request": "000000000000000000000000000000aa", "stream": CASE, "kind": "note_added",
        "text": "một", "actor": 3 });
    assert!(service.record(request(known)).unwrap().is_repeated());
}

/// Two who found at once: one of them is the head, and the other is told that there is one, whoever was quicker.
#[test]
fn of_two_founding_acts_at_once_one_is_refused() {
    const AT_ONCE: u32 = 8;
    for round in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let config = crate::ledger_service::LedgerConfig {
            name: "thử".into(),
            origin: "thads.test/founding".into(),
            unit: thads_proof::genesis::Unit { code: "VND".into(), exponent: 0 },
            clock: thads_proof::genesis::Clock::Simulated { seed: 7 },
            practice: true,
        };
        let first = "2019-04-01".parse::<thads_cases::date::Date>().unwrap().begins_at();
        let service = LedgerService::create(&folder.path().join("data"), &config, first).unwrap();
        let office = json!({ "number": 1, "code": "DT00", "name": "Cục", "level": "department" });
        record(&service, "office:DT00", 0, "office_opened", "2018-10-01", office).unwrap();
        let start = std::sync::Barrier::new(usize::try_from(AT_ONCE).unwrap());
        let appoint = |number: u32| {
            let head = json!({ "number": number, "office": 1, "role": "provincial_head", "person": { "name": "Đầu" } });
            start.wait();
            record(&service, &format!("officer:{number}"), 0, "officer_appointed", "2018-10-01", head)
        };
        let answers: Vec<_> = std::thread::scope(|scope| {
            let appointing: Vec<_> =
                (1..=AT_ONCE).map(|number| scope.spawn(move || appoint(number))).collect();
            appointing.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(taken.len(), 1, "round {round}");
        assert!(refused.iter().all(|one| matches!(one, Err(RecordError::Refused(_)))), "{refused:?}");
        assert_eq!(service.model().reference_data().organisation.officers.len(), 1);
    }
}

/// What a rehearsal took, it took as the ledger would, and the ledger takes it as one block.
#[test]
fn what_was_rehearsed_is_recorded_as_it_was_judged() {
    let folder = tempfile::tempdir().unwrap();
    let service = prepared(&folder);
    let rehearsal = crate::rehearse::Rehearsing::rehearse(service.ledger().dir().unwrap()).unwrap();
    let size = service.ledger().head().size;
    let asked = |kind: &str, actor: u32, fields: Value| {
        let mut action = json!({ "stream": "case:DT00/2018/0002", "kind": kind, "actor": actor, "effective": "2018-12-11" });
        action.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        request(action)
    };
    let order = json!({ "basis": "proactive", "obligations": [{ "kind": "court_fee", "payee": "budget", "amount": 5 }],
        "debtors": [{ "person": { "name": "Lê" }, "kind": "individual" }] });
    let steps = [
        asked("enforcement_ordered", 1, order),
        asked("enforcer_assigned", 1, json!({ "enforcer": 2 })),
        asked("payment_collected", 4, json!({ "payer": { "debtor": 1 }, "amount": 5, "means": "cash" })),
        // Of an entry that only the rehearsal has, with words that only it has.
        asked(
            "fact_corrected",
            1,
            json!({ "entry": size, "changes": { "basis": "proactive" }, "authority": "1" }),
        ),
    ];
    let rehearsed: Vec<_> =
        steps.map(|step| rehearsal.record(step).map(|done| answers::rehearsed(&done)).unwrap()).into();
    assert_eq!(service.ledger().head().size, size, "it wrote");
    let receipts = service.record_together(rehearsal).unwrap();
    assert_eq!(service.ledger().head().size, size + 4);
    for (receipt, rehearsed) in receipts.iter().zip(rehearsed) {
        assert_eq!(rehearsed["first"], receipt.first().get());
        assert_eq!(receipt.size(), size + 4, "one block");
    }
    let case = answers::case(
        &crate::testing::asked(&service),
        &"DT00/2018/0002".parse().unwrap(),
        None,
        answers::Moment::Now,
        false,
    )
    .unwrap();
    assert_eq!(case["debtors"][0]["person"]["name"], "Lê");
    assert_eq!(case["cash"]["collected"], 5);

    // A ledger that has gone on takes nothing of it.
    let rehearsal = crate::rehearse::Rehearsing::rehearse(service.ledger().dir().unwrap()).unwrap();
    let note = json!({ "stream": CASE, "kind": "note_added", "text": "x", "actor": 3 });
    rehearsal.record(request(note.clone())).unwrap();
    service.record(request(note)).unwrap();
    assert!(matches!(service.record_together(rehearsal), Err(crate::rehearse::TogetherError::Moved { .. })));
}
