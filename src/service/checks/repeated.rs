//! Asked again: the same bytes are the same answer whatever was recorded since, and other content is never taken for them.

use serde_json::{Value, json};
use thads_ledger::AppendError;

use super::{CASE, position, service};
use crate::answers;
use crate::json::{What, parse_action};
use crate::ledger_service::LedgerService;
use crate::persons::Words;
use crate::record::{Group, Part, RecordError};

fn send(service: &LedgerService, action: &Value) -> Result<Value, RecordError> {
    service.record(parse_action(action.clone(), None)?).map(|done| answers::done(&done))
}

#[track_caller]
fn same(service: &LedgerService, action: &Value, first: &Value) {
    let size = service.ledger().head().size;
    assert_eq!(send(service, action).unwrap(), *first, "{action}");
    assert_eq!(service.ledger().head().size, size, "{action}");
}

#[track_caller]
fn another(service: &LedgerService, action: &Value) {
    let answer = send(service, action);
    assert!(
        matches!(answer, Err(RecordError::Append(AppendError::RequestReused { .. }))),
        "{action}: {answer:?}"
    );
}

/// An action with some fields replaced; null takes a field away.
fn but(action: &Value, other: Value) -> Value {
    let (mut action, Value::Object(other)) = (action.clone(), other) else { panic!("no object") };
    for (name, value) in other {
        match value {
            Value::Null => drop(action.as_object_mut().unwrap().remove(&name)),
            value => action[name] = value,
        }
    }
    action
}

/// Records a note three days after the head.
fn three_days_later(service: &LedgerService) {
    let request =
        parse_action(json!({ "stream": CASE, "kind": "note_added", "text": "y", "actor": 3 }), None);
    let crate::json::Request { subject, actor, provenance, what: What::Event(event), .. } = request.unwrap()
    else {
        panic!("no event")
    };
    let part = Part { subject, expected_version: None, effective: None, actor, provenance, event: *event };
    let at = service.ledger().head().recorded_at.get() + 3 * thads_proof::days::DAY;
    service.record_batch(vec![Group { request: None, at: Some(at), parts: vec![part] }]).remove(0).unwrap();
}

fn id(number: u8) -> String {
    format!("{number:032x}")
}

/// A correction that gives only what changes takes the rest from the entry as it stands; asked again it is compared by what
/// was given, after the entry was corrected otherwise, after it was voided, and after a restart.
#[test]
fn a_correction_of_some_fields_is_known_again_whatever_became_of_its_entry() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let paid = position(&service, "payment_collected");
    let note = send(
        &service,
        &json!({ "stream": CASE, "kind": "note_added", "text": "một", "actor": 4, "effective": "2018-12-03" }),
    );
    let note = note.unwrap()["first"].as_u64().unwrap();
    let correction = json!({
        "request": id(1), "stream": CASE, "kind": "fact_corrected", "entry": paid, "changes": { "receipt": "0007" },
        "authority": "biên bản 1", "actor": 4, "reason": "chép nhầm", "effective": "2018-12-06",
    });
    let of_words = json!({
        "request": id(2), "stream": CASE, "kind": "fact_corrected", "entry": note, "changes": { "text": "hai" },
        "authority": "biên bản 2", "actor": 4, "took_effect": "2018-12-02",
    });
    let first = send(&service, &correction).unwrap();
    let first_of_words = send(&service, &of_words).unwrap();
    let all = |service: &LedgerService| {
        same(service, &correction, &first);
        same(service, &of_words, &first_of_words);
        for other in [
            json!({ "changes": { "receipt": "0008" } }),
            json!({ "changes": { "receipt": "0007", "means": "cash" } }),
            json!({ "changes": {} }),
            json!({ "took_effect": "2018-12-03" }),
            json!({ "entry": paid + 1 }),
            json!({ "reason": "khác" }),
            json!({ "reason": null }),
            json!({ "authority": "biên bản 9" }),
            json!({ "effective": "2018-12-07" }),
        ] {
            another(service, &but(&correction, other));
        }
        another(service, &but(&of_words, json!({ "changes": { "text": "ba" } })));
        another(service, &but(&of_words, json!({ "took_effect": null })));
        another(service, &but(&of_words, json!({ "changes": { "text": "hai", "note": "x" } })));
    };
    all(&service);
    let whole = json!({
        "kind": "payment_collected",
        "fields": { "payer": { "debtor": 1 }, "amount": 300_000, "means": "cash", "receipt": "0007" },
    });
    another(
        &service,
        &but(&correction, json!({ "changes": null, "replacement": whole, "took_effect": "2018-12-03" })),
    );

    let otherwise = json!({ "stream": CASE, "kind": "fact_corrected", "entry": paid, "changes": { "means": "transfer" },
        "authority": "biên bản 3", "actor": 4 });
    send(&service, &otherwise).unwrap();
    let otherwise = json!({ "stream": CASE, "kind": "fact_corrected", "entry": note, "changes": { "text": "bốn" },
        "authority": "biên bản 4", "actor": 4 });
    send(&service, &otherwise).unwrap();
    all(&service);
    let void = json!({ "stream": CASE, "kind": "entry_voided", "entry": note, "authority": "biên bản 5", "actor": 4 });
    send(&service, &void).unwrap();
    all(&service);
    let directory = service.ledger().dir().unwrap().to_path_buf();
    drop(service);
    all(&LedgerService::open(&directory).unwrap().0);
}

/// A date that is left out is the day of recording for ever; a version that was asked for is the one the stream had.
#[test]
fn a_date_left_out_and_a_version_asked_for_are_those_of_the_first_time() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let undated = json!({ "request": id(3), "stream": CASE, "kind": "note_added", "text": "x", "actor": 3, "expected_version": 6 });
    let dated =
        but(&undated, json!({ "request": id(4), "effective": "2018-12-05", "expected_version": null }));
    let (first, first_dated) = (send(&service, &undated).unwrap(), send(&service, &dated).unwrap());
    three_days_later(&service);
    same(&service, &undated, &first);
    same(&service, &dated, &first_dated);
    another(&service, &but(&dated, json!({ "effective": null })));
    another(&service, &but(&undated, json!({ "effective": "2019-04-02" })));
    for version in [0, 5, 7, u64::MAX] {
        another(&service, &but(&undated, json!({ "expected_version": version })));
    }
}

/// Sixteen writers on one case of a practice ledger, none of whom chooses an id, two who sent one each at a time:
/// all are recorded, and no id and no words are taken for another's.
#[test]
fn ids_that_the_ledger_gives_are_nobody_elses() {
    const WRITERS: usize = 16;
    const EACH: usize = 12;
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let before = service.ledger().head().size;
    let note = |words: &str| json!({ "stream": CASE, "kind": "note_added", "text": words, "actor": 3 });
    let all: Vec<(String, u64)> = std::thread::scope(|scope| {
        let write = |writer: usize| {
            let words = (0..EACH).map(move |nth| format!("{writer}/{nth}"));
            words
                .map(|words| (send(&service, &note(&words)).unwrap()["first"].as_u64().unwrap(), words))
                .map(|(at, words)| (words, at))
                .collect::<Vec<_>>()
        };
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(all.len(), WRITERS * EACH);
    let size = before + u64::try_from(WRITERS * EACH).unwrap();
    assert_eq!(service.ledger().head().size, size);
    let model = service.model();
    let entries = model.case(&"DT00/2018/0001".parse().unwrap()).unwrap();
    let mut kept = Words::of(&service, entries.iter().map(|entry| (entry.position, &*entry.event)));
    for (words, at) in all {
        let entry = entries.iter().find(|entry| entry.position.0 == at).unwrap();
        let opened = kept.event(&entry.event).unwrap();
        assert_eq!(crate::json::fields_of(&opened)["text"], json!(words));
    }
}
