//! Texts that say nothing are refused wherever they stand, and nothing is written.

use serde_json::{Value, json};

use super::{CASE, record, service};
use crate::ledger_service::{LedgerConfig, LedgerService, ServiceError};
use crate::record::RecordError;

/// Texts of which nothing can be seen.
const SILENT: &[&str] =
    &["", " ", "\u{200b}", "\u{feff}\u{2060}", "\u{3164}", "\u{2800}", "\u{ad}\n\t", "\u{7}", "\u{202e}"];

#[test]
fn a_text_says_something() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let size = service.ledger().head().size;
    let debtors = |name: &str| json!([{ "person": { "name": "Trần" }, "kind": "individual" }, { "person": { "name": name }, "kind": "individual" }]);
    for text in SILENT {
        let rows: Vec<(&str, &str, Value, &str)> = vec![
            (CASE, "note_added", json!({ "text": text }), "text"),
            (CASE, "note_added", json!({ "text": "a", "note": text }), "note"),
            (CASE, "held_temporarily", json!({ "amount": 5, "why": text }), "why"),
            (CASE, "held_temporarily", json!({ "amount": 5, "why": { "name": text } }), "why.name"),
            (
                CASE,
                "held_temporarily",
                json!({ "amount": 5, "why": { "name": "a", "address": text } }),
                "why.address",
            ),
            (
                CASE,
                "note_added",
                json!({ "text": "a", "document": { "number": text, "date": "2018-12-03" } }),
                "document.number",
            ),
            (
                "officer:9",
                "officer_appointed",
                json!({ "number": 9, "office": 1, "role": "clerk", "person": text }),
                "person",
            ),
            (
                "office:DT09",
                "office_opened",
                json!({ "number": 9, "code": "DT09", "name": text, "level": "sub_department", "parent": 1 }),
                "name",
            ),
            (
                "parameter:deposit_after",
                "parameter_set",
                json!({ "set": { "rule": "deposit_after", "from": "2018-01-01", "value": { "span": { "years": 2 } }, "document": text } }),
                "set",
            ),
            (
                "case:DT00/2018/0002",
                "judgment_received",
                json!({ "court": text, "number": "1", "date": "2018-09-01", "judgment": "civil" }),
                "court",
            ),
            (CASE, "entry_voided", json!({ "entry": 6, "authority": text }), "authority"),
            (
                CASE,
                "fact_corrected",
                json!({ "entry": 7, "authority": "x", "changes": { "debtors": debtors(text) } }),
                "replacement.fields.debtors.2.person.name",
            ),
        ];
        for (stream, kind, fields, wanted) in rows {
            // Money is recorded by the accountant, everything else here by the head.
            let actor = if kind == "held_temporarily" { 4 } else { 1 };
            let field = match record(&service, stream, actor, kind, "2018-12-04", fields).unwrap_err() {
                RecordError::Refused(refusal) => refusal.field.to_owned(),
                RecordError::Json(error) => error.field,
                other => panic!("{kind} {text:?}: {other}"),
            };
            assert_eq!(field, wanted, "{kind} {text:?}");
        }
    }
    assert_eq!(service.ledger().head().size, size);
}

/// What stands in the log in clear is short, whatever the field; what goes to the vault is not bound by that. Said is which
/// field, how long it is and what would do, in both languages.
#[test]
fn what_is_kept_in_clear_is_short() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let size = service.ledger().head().size;
    let text = |length: usize| "xệ".chars().cycle().take(length).collect::<String>();
    let rows = |length: usize| -> Vec<(&str, &str, Value, &str)> {
        let text = text(length);
        vec![
            (
                CASE,
                "note_added",
                json!({ "text": "a", "document": { "number": text, "date": "2018-12-03" } }),
                "document.number",
            ),
            (
                CASE,
                "payment_collected",
                json!({ "payer": { "debtor": 1 }, "amount": 5, "means": "cash", "receipt": text }),
                "receipt",
            ),
            (
                CASE,
                "notice_served",
                json!({ "to": "debtor", "of": text, "mode": "direct", "result": "received" }),
                "of",
            ),
            (
                "case:DT00/2018/0002",
                "judgment_received",
                json!({ "court": text, "number": "1", "date": "2018-09-01", "judgment": "civil" }),
                "court",
            ),
            (
                "case:DT00/2018/0002",
                "judgment_received",
                json!({ "court": "a", "number": text, "date": "2018-09-01", "judgment": "civil" }),
                "number",
            ),
            (
                "parameter:deposit_after",
                "parameter_set",
                json!({ "set": { "rule": "deposit_after", "from": "2018-01-01", "value": { "span": { "years": 2 } }, "document": text } }),
                "set.document",
            ),
            (
                "office:DT09",
                "office_opened",
                json!({ "number": 9, "code": "DT09", "name": text, "level": "sub_department", "parent": 1 }),
                "name",
            ),
            (CASE, "entry_voided", json!({ "entry": 11, "authority": text }), "authority"),
            (
                CASE,
                "fact_corrected",
                json!({ "entry": 9, "authority": "x", "changes": { "receipt": text } }),
                "replacement.fields.receipt",
            ),
        ]
    };
    let actor = |kind: &str| match kind {
        "payment_collected" | "entry_voided" | "fact_corrected" => 4,
        "notice_served" => 2,
        "judgment_received" => 3,
        _ => 1,
    };
    for (stream, kind, fields, wanted) in rows(201) {
        let error = record(&service, stream, actor(kind), kind, "2018-12-04", fields).unwrap_err();
        let RecordError::Json(error) = &error else { panic!("{kind}: {error}") };
        assert_eq!(
            (error.field.as_str(), error.given.as_deref()),
            (wanted, Some("201 characters")),
            "{kind}"
        );
        assert!(error.to_string().contains("at most 200 characters"), "{error}");
        assert!(
            error.vi().contains("giá trị 201 ký tự không được chấp nhận: chuỗi mà sổ giữ"),
            "{}",
            error.vi()
        );
    }
    assert_eq!(service.ledger().head().size, size);
    // The control: one character less each, and words for the vault as long as it takes them.
    let mut taken = std::collections::BTreeSet::new();
    for (stream, kind, fields, field) in rows(200) {
        let done = record(&service, stream, actor(kind), kind, "2018-12-04", fields);
        if taken.insert((stream, kind)) {
            done.unwrap_or_else(|error| panic!("{kind} {field}: {error}"));
        }
    }
    let note = json!({ "text": text(10_000), "note": text(10_000) });
    record(&service, CASE, 1, "note_added", "2018-12-04", note).unwrap();
}

#[test]
fn a_ledger_has_a_name() {
    for text in SILENT {
        let folder = tempfile::tempdir().unwrap();
        let config = LedgerConfig {
            name: (*text).to_owned(),
            origin: "thads.test/one".into(),
            unit: thads_proof::genesis::Unit { code: "VND".into(), exponent: 0 },
            clock: thads_proof::genesis::Clock::Real,
            practice: true,
        };
        let found = LedgerService::create(&folder.path().join("data"), &config, 0);
        assert!(matches!(found, Err(ServiceError::Name)), "{text:?}");
        assert!(!folder.path().join("data").exists());
    }
}

/// Nothing that a terminal would obey gets into the log or the vault; a line break does.
#[test]
fn a_text_steers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    for text in
        ["a\u{1b}[31mb", "a\u{7}", "a\u{8}b", "a\u{0}", "a\u{9b}31m", "a\u{7f}", "a\u{e000}", "a\u{ffff}"]
    {
        for (field, fields) in [
            ("text", json!({ "text": text })),
            ("document.number", json!({ "text": "a", "document": { "number": text, "date": "2018-12-03" } })),
        ] {
            let error = record(&service, CASE, 1, "note_added", "2018-12-04", fields).unwrap_err();
            assert!(matches!(&error, RecordError::Json(error) if error.field == field), "{text:?}: {error}");
            assert!(!error.to_string().contains(char::is_control), "{text:?}");
        }
    }
    record(&service, CASE, 1, "note_added", "2018-12-04", json!({ "text": "a\nb\tc" })).unwrap();
}
