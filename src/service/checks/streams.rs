//! Which stream an action may stand in, by which name, and which may begin one.

use serde_json::json;
use thads_projections::streams::{stream_id, stream_of};
use thads_texts::{Language, words};

use super::{CASE, record, service};
use crate::json::parse_stream;
use crate::ledger_service::LedgerService;
use crate::record::RecordError;

fn refused(service: &LedgerService, stream: &str, kind: &str, fields: serde_json::Value) -> String {
    let size = service.ledger().head().size;
    let error = record(service, stream, 1, kind, "2018-12-04", fields).unwrap_err();
    assert_eq!(service.ledger().head().size, size, "{stream}");
    match error {
        RecordError::Refused(refusal) => {
            let [given, accepted] = [&refusal.given, &refusal.accepted].map(|said| words(said, Language::En));
            format!("{} {given}: {accepted}", refusal.field)
        }
        RecordError::Json(error) => {
            format!("{} {}: {}", error.field, error.given.unwrap_or_default(), error.accepted)
        }
        other => panic!("{stream}: {other}"),
    }
}

/// A stream begins with what opens, appoints or sets it, or with a judgment or complaint that comes in; nothing else
/// begins one.
#[test]
fn a_stream_begins_with_what_may_begin_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let any = "judgment_received, complaint_received, office_opened, officer_appointed, … first";
    for stream in [
        "officer:999",
        "office:ZZ",
        "parameter:deposit_after",
        "case:DT00/2018/0002",
        "complaint:DT00/2018/K0001",
    ] {
        let answer = refused(&service, stream, "note_added", json!({ "text": "a" }));
        assert_eq!(answer, format!("stream note_added: {any}"), "{stream}");
        for kind in ["entry_voided", "fact_corrected"] {
            let fields = match kind {
                "entry_voided" => json!({ "entry": 1, "authority": "x" }),
                _ => json!({
                    "entry": 1, "authority": "x", "took_effect": "2018-12-04",
                    "replacement": { "kind": "note_added", "fields": { "text": "a" } },
                }),
            };
            let answer = refused(&service, stream, kind, fields);
            assert!(answer.starts_with(&format!("stream {kind}: ")), "{stream}: {answer}");
        }
    }
    let withdrawn = refused(&service, "case:DT00/2018/0002", "order_withdrawn", json!({ "ground": "a" }));
    assert_eq!(withdrawn, "case unknown: judgment_received");
    // What has begun goes on.
    for stream in ["officer:2", "office:DT00", CASE] {
        record(&service, stream, 1, "note_added", "2018-12-04", json!({ "text": "a" })).unwrap();
    }
}

/// One stream, one name; and no words about persons, no control characters in it.
#[test]
fn a_streams_name_has_one_spelling() {
    for text in [
        "officer:0002",
        "officer:+2",
        "officer: 2",
        "officer:",
        "officer:-1",
        "officer:4294967296",
        "officer:２",
        "parameter:anything",
        "parameter:Nguyễn Văn A",
        "parameter:deposit_after ",
        "parameter:Deposit_after",
        "parameter:",
        "office:dt00",
        "office:DT 00",
        "office:\u{202e}",
        "case:DT00/2018/+001",
        "case:DT00/2018/00001",
        "complaint:DT00/2018/0001",
        "ledger:x",
        "key:x",
        "import:x",
    ] {
        assert!(parse_stream(text).is_err(), "{text:?}");
    }
    for text in [
        "officer:2",
        "parameter:deposit_after",
        "office:DT00",
        "case:DT00/2018/0001",
        "complaint:DT00/2018/K0001",
    ] {
        let subject = parse_stream(text).unwrap();
        let stream = stream_of(&subject).unwrap();
        assert_eq!(stream.to_string(), text);
        assert_eq!(stream_id(&stream), Some(subject));
    }
    let dashes = parse_stream("case:DT00-2018-0001").unwrap();
    assert_eq!(stream_of(&dashes).unwrap().to_string(), "case:DT00/2018/0001");
    let error = parse_stream("parameter:Nguyễn\u{1b}[31m\u{7}\u{202e}").unwrap_err();
    assert!(!format!("{error}").contains(|one: char| one.is_control() || one == '\u{202e}'), "{error:?}");
}

/// A repair on the stream of one officer is of an entry there: offices, officers and rules share a history and are
/// streams of their own.
#[test]
fn a_repair_names_an_entry_of_its_own_stream() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    record(&service, "officer:2", 1, "note_added", "2018-12-04", json!({ "text": "a" })).unwrap();
    let entry = service.ledger().head().size - 1;
    let fields = json!({ "entry": entry, "authority": "x" });
    for stream in ["officer:3", "office:DT00"] {
        let answer = refused(&service, stream, "entry_voided", fields.clone());
        assert_eq!(answer, format!("entry {entry}: stream officer:2"));
    }
    record(&service, "officer:2", 1, "entry_voided", "2018-12-04", fields).unwrap();
}

/// Undoing a repair of the organisation is judged as what it makes: no office stands above itself, by no road.
#[test]
fn undoing_a_repair_makes_no_circle_of_offices() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    for (number, code, parent) in [(3, "DT02", 1), (2, "DT01", 3)] {
        let office = json!({ "number": number, "code": code, "name": "x", "level": "sub_department", "parent": parent });
        record(&service, &format!("office:{code}"), 1, "office_opened", "2018-10-01", office).unwrap();
    }
    let entry = |back: u64| service.ledger().head().size - back;
    let (below, above) = (entry(1), entry(2));
    let parent = |entry: u64, parent: u32| json!({ "entry": entry, "authority": "x", "changes": { "parent": parent } });
    let first = record(&service, "office:DT01", 1, "fact_corrected", "2018-12-04", parent(below, 1)).unwrap();
    record(&service, "office:DT02", 1, "fact_corrected", "2018-12-04", parent(above, 2)).unwrap();
    let undo = json!({ "entry": first["first"], "authority": "x" });
    let error = record(&service, "office:DT01", 1, "entry_voided", "2018-12-04", undo).unwrap_err();
    assert!(error.to_string().contains("an office that is not below it"), "{error}");
    // No number is taken back, by no road either.
    let void = json!({ "entry": below, "authority": "x" });
    let error = record(&service, "office:DT01", 1, "entry_voided", "2018-12-04", void).unwrap_err();
    assert!(error.to_string().contains("numbers are given for ever"), "{error}");
}

/// Nobody takes from everybody the power to say who acts: it could never be given back. Neither at once nor by undoing what
/// gave it to another, nor by moving to an office below.
#[test]
fn somebody_goes_on_who_may_appoint_officers() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let office = json!({ "number": 2, "code": "DT01", "name": "x", "level": "sub_department", "parent": 1 });
    record(&service, "office:DT01", 1, "office_opened", "2018-10-01", office).unwrap();
    let appointed = 2;
    let change = |entry: u64, changes: serde_json::Value| json!({ "entry": entry, "changes": changes, "authority": "x" });
    for changes in [json!({ "role": "clerk" }), json!({ "role": "head" }), json!({ "office": 2 })] {
        let answer = refused(&service, "officer:1", "fact_corrected", change(appointed, changes));
        let another = "officer_appointed of another provincial_head or administrator first";
        assert!(answer.starts_with("replacement ") && answer.ends_with(another), "{answer}");
    }
    // After another is there it may be, but not both ways.
    let second = json!({ "number": 9, "office": 1, "role": "clerk", "person": { "name": "Lê" } });
    record(&service, "officer:9", 1, "officer_appointed", "2018-10-01", second).unwrap();
    let entry = service.ledger().head().size - 1;
    let raised = change(entry, json!({ "role": "administrator" }));
    let raised = record(&service, "officer:9", 1, "fact_corrected", "2018-12-04", raised).unwrap();
    record(
        &service,
        "officer:1",
        1,
        "fact_corrected",
        "2018-12-04",
        change(appointed, json!({ "role": "clerk" })),
    )
    .unwrap();
    let undo = json!({ "entry": raised["first"], "authority": "x" });
    let error = record(&service, "officer:9", 9, "entry_voided", "2018-12-04", undo).unwrap_err();
    assert!(error.to_string().contains("somebody goes on who may appoint officers"), "{error}");
}

/// The head of a province repairs nothing of another's: neither the entry as it stands nor what a repair would make of it may
/// be out of his reach.
#[test]
fn a_repair_of_the_organisation_is_by_who_has_his_say_there() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let administrator =
        json!({ "number": 8, "office": 1, "role": "administrator", "person": { "name": "Lê" } });
    record(&service, "officer:8", 1, "officer_appointed", "2018-10-01", administrator).unwrap();
    let office = json!({ "number": 2, "code": "AG00", "name": "x", "level": "department" });
    record(&service, "office:AG00", 8, "office_opened", "2018-10-01", office).unwrap();
    let opened = service.ledger().head().size - 1;
    for (number, role) in [(20, "provincial_head"), (21, "accountant")] {
        let officer = json!({ "number": number, "office": 2, "role": role, "person": { "name": "Lê" } });
        record(&service, &format!("officer:{number}"), 8, "officer_appointed", "2018-10-01", officer)
            .unwrap();
    }
    let appointed = service.ledger().head().size - 1;
    let ratio = json!({ "numerator": 1, "denominator": 2 });
    let target = json!({ "year": 2019, "office": 2, "figure": "rate.cases", "ratio": ratio });
    record(&service, "office:AG00", 20, "target_assigned", "2018-10-01", target).unwrap();
    let assigned = service.ledger().head().size - 1;
    let correct = |entry: u64, changes: serde_json::Value| json!({ "entry": entry, "changes": changes, "authority": "x" });
    let void = |entry: u64| json!({ "entry": entry, "authority": "x" });
    // Head of the other province, number 1 of office 1.
    for (stream, kind, fields) in [
        ("officer:21", "fact_corrected", correct(appointed, json!({ "office": 1 }))),
        ("office:AG00", "fact_corrected", correct(opened, json!({ "name": "y" }))),
        ("office:AG00", "fact_corrected", correct(assigned, json!({ "ratio": ratio }))),
        ("office:AG00", "entry_voided", void(assigned)),
    ] {
        let answer = refused(&service, stream, kind, fields);
        assert_eq!(answer, "entry 2: office 1 and those below it", "{stream} {kind}");
    }
    let voided = record(&service, "office:AG00", 20, "entry_voided", "2018-12-04", void(assigned)).unwrap();
    let answer = refused(&service, "office:AG00", "entry_voided", void(voided["first"].as_u64().unwrap()));
    assert_eq!(answer, "office 2: office 1 and those below it");
    for (stream, fields) in [
        ("office:AG00", correct(opened, json!({ "name": "y" }))),
        ("officer:21", correct(appointed, json!({ "role": "cashier" }))),
    ] {
        record(&service, stream, 20, "fact_corrected", "2018-12-04", fields).unwrap();
    }
}

/// What stands in the name of a stream is in the open for ever: no identity number of nine digits or twelve becomes one.
#[test]
fn no_persons_number_names_a_stream() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    for code in ["001099012345", "331234567"] {
        let office =
            json!({ "number": 2, "code": code, "name": "x", "level": "sub_department", "parent": 1 });
        let answer = refused(&service, &format!("office:{code}"), "office_opened", office);
        assert_eq!(answer, format!("code {code}: for instance DT03"));
    }
    let officer = json!({ "number": 331_234_567, "office": 1, "role": "clerk", "person": { "name": "Lê" } });
    let answer = refused(&service, "officer:331234567", "officer_appointed", officer);
    assert_eq!(answer, "number 331234567: the next free number");
}

/// An inspection is opened once, of the office that conducts it or one below, and concluded once; it names cases that there are.
#[test]
fn an_inspection_is_opened_and_concluded_once() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let (stream, day) = ("inspection:DT00/2018/T0001", "2018-12-04");
    let opened = |inspected: u32| json!({ "inspected": inspected, "scope": "thụ lý", "from": "2018-10-01", "until": day });
    let concluded = |case: &str, due: &str| {
        json!({ "conclusion": "kết luận", "findings": [{ "case": case, "text": "chậm" }],
            "recommendations": [{ "text": "khắc phục", "due": due }] })
    };
    let (own, late) = (CASE.trim_start_matches("case:"), "2018-12-05");
    let refusals = [
        (stream, "inspection_concluded", concluded(own, late), "inspection_opened first"),
        (stream, "inspection_opened", opened(9), "inspected"),
        ("inspection:DT00/2018/T0002", "inspection_opened", opened(1), "number 1"),
        (stream, "complaint_accepted", json!({}), "not recorded there"),
    ];
    for (stream, kind, fields, wanted) in refusals {
        let refused = record(&service, stream, 1, kind, day, fields).unwrap_err().to_string();
        assert!(refused.contains(wanted), "{kind}: {refused}");
    }
    record(&service, stream, 1, "inspection_opened", day, opened(1)).unwrap();
    for (kind, fields, wanted) in [
        ("inspection_opened", opened(1), "not opened"),
        ("inspection_concluded", concluded("DT00/2018/0999", late), "DT00/2018/0999"),
        ("inspection_concluded", concluded(own, day), "recommendations.due"),
    ] {
        let refused = record(&service, stream, 1, kind, day, fields).unwrap_err().to_string();
        assert!(refused.contains(wanted), "{kind}: {refused}");
    }
    record(&service, stream, 1, "inspection_concluded", day, concluded(own, late)).unwrap();
    let again = record(&service, stream, 1, "inspection_concluded", day, concluded(own, late));
    assert!(again.unwrap_err().to_string().contains("not concluded"));
    let id = parse_stream(stream).unwrap();
    assert_eq!(service.model().history(&id).len(), 2);
    assert_eq!(service.model().next_number(id.kind(), &"DT00".parse().unwrap(), 2018), 2);
}
