//! The way of one action: asked twice, asked with other content, asked on an old version.

use serde_json::{Value, json};
use thads_cases::date::Date;
use thads_ledger::AppendError;
use thads_proof::genesis;

use crate::answers;
use crate::json::parse_action;
use crate::ledger_service::{LedgerConfig, LedgerService};
use crate::record::RecordError;

pub(crate) mod clients;
mod clock;
mod judged_again;
mod kept;
mod questions;
mod random;
mod refused;
mod rehearsed;
mod repeated;
mod streams;
mod together;
mod words;

const CASE: &str = "case:DT00/2018/0001";
const FEE: &str = "00000000000000000000000000000001";

/// A ledger with an office, its people, and a case whose court fee of 300,000 was paid and remitted.
pub(crate) fn service(folder: &tempfile::TempDir) -> LedgerService {
    let config = LedgerConfig {
        name: "thử".into(),
        origin: "thads.test/one".into(),
        unit: genesis::Unit { code: "VND".into(), exponent: 0 },
        clock: genesis::Clock::Simulated { seed: 7 },
        practice: true,
    };
    let first = "2019-04-01".parse::<Date>().unwrap().begins_at();
    let service = LedgerService::create(&folder.path().join("data"), &config, first).unwrap();
    let day = "2018-10-01";
    let office = json!({ "number": 1, "code": "DT00", "name": "Cục", "level": "department" });
    record(&service, "office:DT00", 0, "office_opened", day, office).unwrap();
    for (number, role) in [(1, "provincial_head"), (2, "enforcer"), (3, "clerk"), (4, "accountant")] {
        let officer =
            json!({ "number": number, "office": 1, "role": role, "person": { "name": "Nguyễn Văn Thử" } });
        let actor = u32::from(number > 1);
        record(&service, &format!("officer:{number}"), actor, "officer_appointed", day, officer).unwrap();
    }
    let steps = [
        (
            3,
            "judgment_received",
            json!({ "court": "TAND", "number": "1/2018", "date": "2018-09-01", "judgment": "civil" }),
        ),
        (
            1,
            "enforcement_ordered",
            json!({
                "basis": "proactive",
                "obligations": [{ "kind": "court_fee", "payee": "budget", "amount": 300_000 }],
                "debtors": [{ "person": { "name": "Trần Thị Thử" }, "kind": "individual" }],
            }),
        ),
        (1, "enforcer_assigned", json!({ "enforcer": 2 })),
        (4, "payment_collected", json!({ "payer": { "debtor": 1 }, "amount": 300_000, "means": "cash" })),
        (1, "payout_approved", json!({ "lines": [{ "obligation": 1, "amount": 300_000 }] })),
        (4, "remitted_to_budget", json!({ "obligation": 1, "amount": 300_000 })),
    ];
    for (actor, kind, fields) in steps {
        record(&service, CASE, actor, kind, "2018-12-03", fields).unwrap();
    }
    service
}

fn record(
    service: &LedgerService,
    stream: &str,
    actor: u32,
    kind: &str,
    on: &str,
    fields: Value,
) -> Result<Value, RecordError> {
    let mut action = json!({ "stream": stream, "actor": actor, "kind": kind, "effective": on });
    let (Value::Object(all), Value::Object(fields)) = (&mut action, fields) else { panic!("no object") };
    all.extend(fields);
    service.record(parse_action(action, None)?).map(|done| answers::done(&done))
}

/// The position of the case's first entry of a kind.
fn position(service: &LedgerService, kind: &str) -> u64 {
    let model = service.model();
    let entries = model.case(&"DT00/2018/0001".parse().unwrap()).unwrap();
    entries.iter().find(|entry| entry.event.info().name == kind).unwrap().position.0
}

/// A case cannot be completed twice; the same request asked twice gets its first receipt.
#[test]
fn a_repeated_request_is_answered_and_not_decided_again() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let once = json!({ "request": FEE });
    let first = record(&service, CASE, 2, "completed", "2018-12-04", once.clone()).unwrap();
    let size = service.ledger().head().size;
    let again = record(&service, CASE, 2, "completed", "2018-12-04", once).unwrap();
    assert_eq!(first, again);
    assert_eq!(service.ledger().head().size, size);
    let without = record(&service, CASE, 2, "completed", "2018-12-04", json!({}));
    assert!(matches!(without, Err(RecordError::Refused(_))));
}

/// Personal words are compared through the vault: the same words are the same request, others are not.
#[test]
fn a_request_id_stands_for_one_content() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let note = |text: &str| json!({ "request": FEE, "text": text });
    let first = record(&service, CASE, 3, "note_added", "2018-12-04", note("đã gọi điện")).unwrap();
    assert_eq!(record(&service, CASE, 3, "note_added", "2018-12-04", note("đã gọi điện")).unwrap(), first);
    let other = record(&service, CASE, 3, "note_added", "2018-12-04", note("không gọi được"));
    assert!(matches!(other, Err(RecordError::Append(AppendError::RequestReused { .. }))), "{other:?}");
}

/// Who says which version he saw is told when it is an old one; nothing is written.
#[test]
fn an_old_version_is_refused_with_the_current_one() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let size = service.ledger().head().size;
    let stale =
        record(&service, CASE, 3, "note_added", "2018-12-04", json!({ "text": "a", "expected_version": 2 }));
    let Err(RecordError::Append(AppendError::Stale { current, .. })) = stale else { panic!("{stale:?}") };
    assert_eq!(current, 6);
    assert_eq!(service.ledger().head().size, size);
    // A version at the end of 64 bits is refused like any that nobody saw.
    for version in [u64::MAX, u64::MAX - 1] {
        let fields = json!({ "text": "a", "expected_version": version });
        let refused = record(&service, CASE, 3, "note_added", "2018-12-04", fields);
        assert!(
            matches!(refused, Err(RecordError::Wire(_) | RecordError::Append(AppendError::Stale { .. }))),
            "{refused:?}"
        );
    }
    record(&service, CASE, 3, "note_added", "2018-12-04", json!({ "text": "a", "expected_version": 6 }))
        .unwrap();
}

/// A correction that names only what changes keeps the rest of the entry, and the read model follows it.
#[test]
fn a_correction_names_what_changes() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let id = "DT00/2018/0001".parse().unwrap();
    let entry = service.model().case(&id).unwrap()[0].position.0;
    let fix = json!({ "entry": entry, "changes": { "number": "2/2018" }, "authority": "1/QĐ" });
    record(&service, CASE, 1, "fact_corrected", "2018-12-05", fix).unwrap();
    let case = answers::case(&service, &id, None, answers::Moment::Now, false).unwrap();
    assert_eq!(case["judgment"]["number"], "2/2018");
    assert_eq!(case["judgment"]["kind"], "civil");
    assert_eq!(case["debtors"][0]["person"]["name"], "Trần Thị Thử");
}

/// Decomposed letters, invisible characters and the eth look like nothing special, and are stored as what they look like.
#[test]
fn a_text_is_found_in_every_spelling_that_looks_like_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let typed = "\u{200b}12/2018/H\u{f4}\u{300}-\u{d0}S\u{a0} ";
    let judgment = json!({ "court": "TAND", "number": typed, "date": "2018-09-01", "judgment": "civil" });
    record(&service, "case:DT00/2018/0002", 3, "judgment_received", "2018-10-02", judgment).unwrap();
    for asked in ["Hồ-Đ", "Ho\u{302}\u{300}-ĐS", " H\u{f4}\u{300}\u{200d}-\u{189}"] {
        let filter =
            answers::ListFilter { judgment: Some(asked.to_owned()), ..answers::ListFilter::default() };
        let found = answers::cases(&service, &filter).unwrap().rows;
        assert_eq!(found.len(), 1, "{asked:?}");
    }
    let case = answers::case(&service, &"DT00/2018/0002".parse().unwrap(), None, answers::Moment::Now, false)
        .unwrap();
    assert_eq!(case["judgment"]["number"], "12/2018/Hồ-ĐS");
}
