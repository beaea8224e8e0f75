//! Asked again: the same bytes are the same answer whatever was recorded since, and other content is never taken for them.

use serde_json::{Value, json};
use thads_ledger::AppendError;

use super::{CASE, house, position};
use crate::act::{ActError, Group, Part};
use crate::answers;
use crate::house::House;
use crate::persons::Words;
use crate::wire::{What, parse_action};

fn send(house: &House, action: &Value) -> Result<Value, ActError> {
    house.act(parse_action(action.clone(), None)?).map(|done| answers::done(&done))
}

#[track_caller]
fn same(house: &House, action: &Value, first: &Value) {
    let size = house.ledger().head().size;
    assert_eq!(send(house, action).unwrap(), *first, "{action}");
    assert_eq!(house.ledger().head().size, size, "{action}");
}

#[track_caller]
fn another(house: &House, action: &Value) {
    let answer = send(house, action);
    assert!(
        matches!(answer, Err(ActError::Append(AppendError::RequestReused { .. }))),
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
fn three_days_later(house: &House) {
    let request =
        parse_action(json!({ "stream": CASE, "kind": "note_added", "text": "y", "actor": 3 }), None);
    let crate::wire::Request { subject, actor, provenance, what: What::Event(event), .. } = request.unwrap()
    else {
        panic!("no event")
    };
    let part = Part { subject, expected_version: None, effective: None, actor, provenance, event: *event };
    let at = house.ledger().head().recorded_at.get() + 3 * thads_proof::days::DAY;
    house.act_many(vec![Group { request: None, at: Some(at), parts: vec![part] }]).remove(0).unwrap();
}

fn id(number: u8) -> String {
    format!("{number:032x}")
}

/// A correction that gives only what changes takes the rest from the entry as it stands; asked again it is compared by what
/// was given, after the entry was corrected otherwise, after it was voided, and after a restart.
#[test]
fn a_correction_of_some_fields_is_known_again_whatever_became_of_its_entry() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder);
    let paid = position(&house, "payment_collected");
    let note = send(
        &house,
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
    let first = send(&house, &correction).unwrap();
    let first_of_words = send(&house, &of_words).unwrap();
    let all = |house: &House| {
        same(house, &correction, &first);
        same(house, &of_words, &first_of_words);
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
            another(house, &but(&correction, other));
        }
        another(house, &but(&of_words, json!({ "changes": { "text": "ba" } })));
        another(house, &but(&of_words, json!({ "took_effect": null })));
        another(house, &but(&of_words, json!({ "changes": { "text": "hai", "note": "x" } })));
    };
    all(&house);
    let whole = json!({
        "kind": "payment_collected",
        "fields": { "payer": { "debtor": 1 }, "amount": 300_000, "means": "cash", "receipt": "0007" },
    });
    another(
        &house,
        &but(&correction, json!({ "changes": null, "replacement": whole, "took_effect": "2018-12-03" })),
    );

    let otherwise = json!({ "stream": CASE, "kind": "fact_corrected", "entry": paid, "changes": { "means": "transfer" },
        "authority": "biên bản 3", "actor": 4 });
    send(&house, &otherwise).unwrap();
    let otherwise = json!({ "stream": CASE, "kind": "fact_corrected", "entry": note, "changes": { "text": "bốn" },
        "authority": "biên bản 4", "actor": 4 });
    send(&house, &otherwise).unwrap();
    all(&house);
    let void = json!({ "stream": CASE, "kind": "entry_voided", "entry": note, "authority": "biên bản 5", "actor": 4 });
    send(&house, &void).unwrap();
    all(&house);
    let directory = house.ledger().dir().to_path_buf();
    drop(house);
    all(&House::open(&directory).unwrap().0);
}

/// A date that is left out is the day of recording for ever; a version that was asked for is the one the stream had.
#[test]
fn a_date_left_out_and_a_version_asked_for_are_those_of_the_first_time() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder);
    let undated = json!({ "request": id(3), "stream": CASE, "kind": "note_added", "text": "x", "actor": 3, "expected_version": 6 });
    let dated =
        but(&undated, json!({ "request": id(4), "effective": "2018-12-05", "expected_version": null }));
    let (first, first_dated) = (send(&house, &undated).unwrap(), send(&house, &dated).unwrap());
    three_days_later(&house);
    same(&house, &undated, &first);
    same(&house, &dated, &first_dated);
    another(&house, &but(&dated, json!({ "effective": null })));
    another(&house, &but(&undated, json!({ "effective": "2019-04-02" })));
    for version in [0, 5, 7, u64::MAX] {
        another(&house, &but(&undated, json!({ "expected_version": version })));
    }
}

/// Sixteen writers on one case of a practice ledger, none of whom chooses an id, two who sent one each at a time:
/// all are recorded, and no id and no words are taken for another's.
#[test]
fn ids_that_the_ledger_gives_are_nobody_elses() {
    const WRITERS: usize = 16;
    const EACH: usize = 12;
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder);
    let before = house.ledger().head().size;
    let note = |words: &str| json!({ "stream": CASE, "kind": "note_added", "text": words, "actor": 3 });
    let all: Vec<(String, u64)> = std::thread::scope(|scope| {
        let write = |writer: usize| {
            let words = (0..EACH).map(move |nth| format!("{writer}/{nth}"));
            words
                .map(|words| (send(&house, &note(&words)).unwrap()["first"].as_u64().unwrap(), words))
                .map(|(at, words)| (words, at))
                .collect::<Vec<_>>()
        };
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(all.len(), WRITERS * EACH);
    let size = before + u64::try_from(WRITERS * EACH).unwrap();
    assert_eq!(house.ledger().head().size, size);
    let books = house.books();
    let entries = books.case(&"DT00/2018/0001".parse().unwrap()).unwrap();
    let mut kept = Words::of(&house, entries.iter().map(|entry| (entry.position, &*entry.event)));
    for (words, at) in all {
        let entry = entries.iter().find(|entry| entry.position.0 == at).unwrap();
        let opened = kept.event(&entry.event).unwrap();
        assert_eq!(crate::wire::fields_of(&opened)["text"], json!(words));
    }
}
