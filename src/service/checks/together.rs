//! Actions that are sent at once: each is judged on what stands before it, and recorded there or not at all.

use std::sync::Barrier;

use serde_json::{Value, json};
use thads_cases::case::{Case, Party, PartyKind};
use thads_cases::ids::Position;
use thads_cases::personal::{Personal, VaultRef};
use thads_ledger::AppendError;

use super::{CASE, record, service};
use crate::json::{event_of, parse_action};
use crate::ledger_service::LedgerService;
use crate::pending::Pending;
use crate::record::RecordError;
use crate::transfers::rests_on_others;

/// Whoever names a version that the stream does not have yet, and that another action is just making, is not judged by what
/// that one leaves: two payments of the same money would both hold.
#[test]
fn what_is_judged_on_one_version_is_not_recorded_on_a_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let (version, day) = (6, "2018-12-04");
    let note = |expected: u64| {
        let action = json!({ "stream": CASE, "actor": 3, "kind": "note_added", "effective": day, "text": "a", "expected_version": expected });
        parse_action(action, None).unwrap()
    };
    let model = service.model();
    let prepared = |expected: u64| {
        let group = service.group_of(&model, &note(expected)).unwrap();
        service.prepare(&model, &mut Pending::default(), &group, Position(model.position().0)).map(drop)
    };
    prepared(version).unwrap();
    for other in [version - 1, version + 1, version + 2, u64::MAX] {
        match prepared(other) {
            Err(RecordError::Append(AppendError::Stale { expected, current, .. })) => {
                assert_eq!((expected, current), (other, version));
            }
            judged => panic!("version {other}: {judged:?}"),
        }
    }
}

/// Opens a second office, DT01, with a head, 5, and the case DT00/2018/0002; returns what the second office takes over once it
/// was sent there.
fn with_a_case_to_send(service: &LedgerService) -> Value {
    let office =
        json!({ "number": 2, "code": "DT01", "name": "Chi cục", "level": "sub_department", "parent": 1 });
    record(service, "office:DT01", 1, "office_opened", "2018-10-01", office).unwrap();
    let head = json!({ "number": 5, "office": 2, "role": "head", "person": { "name": "Lê" } });
    record(service, "officer:5", 1, "officer_appointed", "2018-10-01", head).unwrap();
    let debtors = json!([{ "person": { "name": "Trần Văn Giàu" }, "kind": "individual" }]);
    let owed = json!([{ "kind": "fine", "payee": "budget", "amount": 300_000 }]);
    let judgment = json!({ "court": "TAND", "number": "2", "date": "2018-09-01", "judgment": "criminal" });
    let order = json!({ "basis": "proactive", "obligations": owed, "debtors": debtors });
    for (actor, kind, fields) in [
        (3, "judgment_received", judgment),
        (1, "enforcement_ordered", order),
        (1, "enforcer_assigned", json!({ "enforcer": 2 })),
        (2, "conditions_verified", json!({ "means_found": true })),
    ] {
        record(service, "case:DT00/2018/0002", actor, kind, "2018-12-03", fields).unwrap();
    }
    json!({
        "from": "DT00/2018/0002", "basis": "proactive", "judgment": "criminal", "obligations": owed, "debtors": debtors,
    })
}

/// Who owes is who owed where the case comes from: nobody else by name, neither when it comes over nor by a correction.
#[test]
fn a_case_comes_over_with_the_names_that_were_sent() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let (sent, taken, day) = ("case:DT00/2018/0002", "case:DT01/2018/0001", "2018-12-04");
    let brought = with_a_case_to_send(&service);
    let named = |name: &str| {
        let mut brought = brought.clone();
        brought["debtors"][0]["person"]["name"] = json!(name);
        brought
    };
    record(&service, sent, 1, "entrusted_out", day, json!({ "to": 2 })).unwrap();
    let take =
        |name: &str| record(&service, taken, 5, "entrusted_in", day, json!({ "brought": named(name) }));
    let refused = take("Người Lạ").unwrap_err().to_string();
    assert!(refused.contains("brought.debtors") && !refused.contains("Giàu"), "{refused}");
    let entry = take("TRẦN  văn giàu").unwrap()["first"].clone();
    let correct = |name: &str| {
        let changes = json!({ "brought": named(name) });
        let fields = json!({ "entry": entry, "changes": changes, "authority": "biên bản" });
        record(&service, taken, 5, "fact_corrected", day, fields)
    };
    let refused = correct("Người Lạ").unwrap_err().to_string();
    assert!(refused.contains("brought.debtors"), "{refused}");
    correct("Trần Văn Giàu").unwrap();
    // Meanwhile the sender corrects its own: what was voided does not come back with the name of before.
    let repair = |stream: &str, actor: u32, entry: &Value| {
        let fields = json!({ "entry": entry, "authority": "biên bản" });
        record(&service, stream, actor, "entry_voided", day, fields)
    };
    let void = repair(taken, 5, &entry).unwrap()["first"].clone();
    let order = service.model().case(&"DT00/2018/0002".parse().unwrap()).unwrap()[1].position.0;
    let debtors = json!([{ "person": { "name": "Trần Văn Khác" }, "kind": "individual" }]);
    let fields = json!({ "entry": order, "changes": { "debtors": debtors }, "authority": "biên bản" });
    record(&service, sent, 1, "fact_corrected", day, fields).unwrap();
    let refused = repair(taken, 5, &void).unwrap_err().to_string();
    assert!(refused.contains("brought.debtors"), "{refused}");
    // Where the sender's words are lost, nobody can say that the names are the same.
    let party = Party { person: Personal::Lost(VaultRef([1; 16])), kind: PartyKind::Individual };
    let sender = Case { debtors: vec![party], ..Case::default() };
    let text = json!({ "brought": named("Trần") });
    let taken = event_of("entrusted_in", text.as_object().unwrap().clone()).unwrap();
    let refused = taken.body.brought().unwrap().has_the_parties_sent(&sender).unwrap_err();
    assert_eq!(*refused.given, thads_cases::words::Words::LostWords);
}

/// The same name is not the same person: where both sides have an identity number, it is the same one, however it is parted.
#[test]
fn a_case_comes_over_with_the_identity_numbers_that_were_sent() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let (sent, taken, day) = ("case:DT00/2018/0002", "case:DT01/2018/0001", "2018-12-04");
    let mut brought = with_a_case_to_send(&service);
    let order = service.model().case(&"DT00/2018/0002".parse().unwrap()).unwrap()[1].position.0;
    let mut debtors = brought["debtors"].clone();
    debtors[0]["person"]["id_number"] = json!("001 085 001234");
    let fields = json!({ "entry": order, "changes": { "debtors": debtors }, "authority": "biên bản" });
    record(&service, sent, 1, "fact_corrected", "2018-12-03", fields).unwrap();
    record(&service, sent, 1, "entrusted_out", day, json!({ "to": 2 })).unwrap();
    brought["debtors"][0]["person"]["id_number"] = json!("001085001235");
    let refused = record(&service, taken, 5, "entrusted_in", day, json!({ "brought": brought })).unwrap_err();
    let said = refused.to_string();
    assert!(said.contains("brought.debtors") && said.contains("other identity numbers"), "{said}");
    assert!(!said.contains("1235") && !said.contains("1234"), "{said}");
    brought["debtors"][0]["person"]["id_number"] = json!("001085001234");
    record(&service, taken, 5, "entrusted_in", day, json!({ "brought": brought })).unwrap();
}

/// A case is sent away, and taken over, while a late entry on it is on its way: what it rests on came into its history behind
/// the question whether it rests on others. It is asked again, so that no debt changes behind whoever took it over.
#[test]
fn what_comes_to_rest_on_another_case_meanwhile_is_decided_again() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let day = "2018-12-04";
    let (sent, taken) = ("case:DT00/2018/0002", "case:DT01/2018/0001");
    let brought = with_a_case_to_send(&service);
    let late = json!({
        "stream": sent, "actor": 1, "kind": "order_amended", "effective": "2018-12-03", "obligation": 1, "amount": 400_000,
    });
    let late = parse_action(late, None).unwrap();
    assert!(!rests_on_others(&service.model(), &late));
    record(&service, sent, 1, "entrusted_out", day, json!({ "to": 2 })).unwrap();
    let decided = service.decide_and(&late, 1, false, |prepared| {
        record(&service, taken, 5, "entrusted_in", day, json!({ "brought": brought })).unwrap();
        service.append(prepared)
    });
    assert!(matches!(decided, Ok(None)), "{decided:?}");
    record(&service, taken, 5, "entrusted_in", day, json!({ "brought": brought })).unwrap();
    let refused = service.record(late).unwrap_err();
    assert!(refused.to_string().contains("what was moved out stays as it is"), "{refused}");
}

/// The streams of the organisation are judged as one history: offices that are opened at once have different numbers.
#[test]
fn offices_that_are_opened_at_once_have_different_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let codes = ["DT01", "DT02", "DT03", "DT04"];
    let together = Barrier::new(codes.len());
    let open = |code: &str| {
        let office =
            json!({ "number": 2, "code": code, "name": "Chi cục", "level": "sub_department", "parent": 1 });
        together.wait();
        record(&service, &format!("office:{code}"), 1, "office_opened", "2018-12-04", office)
    };
    let answers: Vec<Result<Value, RecordError>> = std::thread::scope(|scope| {
        let at_work: Vec<_> = codes.iter().map(|code| scope.spawn(|| open(code))).collect();
        at_work.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let refused = answers.iter().filter(|answer| matches!(answer, Err(RecordError::Refused(_)))).count();
    assert_eq!(refused, codes.len() - 1, "{answers:?}");
}

/// An officer turns out to be no accountant while payments are on their way to eight cases by his hand: each is recorded before
/// that and named by it, or judged after it and refused. None slips between.
#[test]
fn what_is_on_its_way_while_the_organisation_changes_is_named_or_refused() {
    const CASES: u32 = 8;
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let other = json!({ "number": 5, "office": 1, "role": "accountant", "person": { "name": "Lê" } });
    record(&service, "officer:5", 1, "officer_appointed", "2018-10-01", other).unwrap();
    let appointed = service.ledger().head().size - 1;
    let case = |number: u32| format!("DT00/2018/{:04}", number + 2);
    for number in 0..CASES {
        let debtors = json!([{ "person": { "name": "Trần" }, "kind": "individual" }]);
        let owed = json!([{ "kind": "fine", "payee": "budget", "amount": 300_000_000 }]);
        let order = json!({ "basis": "proactive", "obligations": owed, "debtors": debtors });
        let judgment =
            json!({ "court": "TAND", "number": "2", "date": "2018-09-01", "judgment": "criminal" });
        for (actor, kind, fields) in [(3, "judgment_received", judgment), (1, "enforcement_ordered", order)] {
            record(&service, &format!("case:{}", case(number)), actor, kind, "2018-12-03", fields).unwrap();
        }
    }
    for _ in 0..10 {
        let together = Barrier::new(usize::try_from(CASES).unwrap() + 1);
        let pay = |number: u32| {
            let fields = json!({ "payer": { "debtor": 1 }, "amount": 1000, "means": "cash" });
            together.wait();
            record(&service, &format!("case:{}", case(number)), 5, "payment_collected", "2018-12-04", fields)
        };
        let change = || {
            let fields = json!({ "entry": appointed, "changes": { "role": "cashier" }, "authority": "x" });
            together.wait();
            record(&service, "officer:5", 1, "fact_corrected", "2018-12-04", fields).unwrap()
        };
        let (paid, changed) = std::thread::scope(|scope| {
            let paying: Vec<_> = (0..CASES).map(|number| scope.spawn(move || pay(number))).collect();
            let changing = scope.spawn(change);
            let paid: Vec<_> = paying.into_iter().map(|one| one.join().unwrap()).collect();
            (paid, changing.join().unwrap())
        });
        let named: Vec<&str> = changed["flags"]
            .as_array()
            .map(|flags| flags.iter().filter_map(|flag| flag["given"].as_str()?.split(',').next()).collect())
            .unwrap_or_default();
        for (number, paid) in (0..CASES).zip(paid) {
            match paid {
                Ok(paid) => {
                    assert!(paid["first"].as_u64() < changed["first"].as_u64(), "{paid}, {changed}");
                    assert!(named.contains(&case(number).as_str()), "{paid}, {changed}");
                }
                Err(error) => assert!(matches!(error, RecordError::Refused(_)), "{error}"),
            }
        }
        let undo = json!({ "entry": changed["first"], "authority": "x" });
        record(&service, "officer:5", 1, "entry_voided", "2018-12-04", undo).unwrap();
    }
}
