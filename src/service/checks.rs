//! The way of one action: asked twice, asked with other content, asked on an old version.

use serde_json::json;
use thads_ledger::AppendError;

use crate::answers;
use crate::ledger_service::LedgerService;
use crate::record::RecordError;
use crate::testing::{CASE, FEE, asked, record, service_in};

mod clock;
mod judged_again;
mod kept;
mod payees;
mod principals;
mod random;
mod rehearsed;
mod repeated;
mod streams;
mod together;
mod words;

fn service(folder: &tempfile::TempDir) -> LedgerService {
    service_in(folder.path())
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
            matches!(refused, Err(RecordError::Json(_) | RecordError::Append(AppendError::Stale { .. }))),
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
    let case = answers::case(&asked(&service), &id, None, answers::Moment::Now, false).unwrap();
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
    for part in ["Hồ-Đ", "Ho\u{302}\u{300}-ĐS", " H\u{f4}\u{300}\u{200d}-\u{189}"] {
        let filter =
            answers::ListFilter { judgment: Some(part.to_owned()), ..answers::ListFilter::default() };
        let found = answers::cases(&asked(&service), &filter).unwrap().rows;
        assert_eq!(found.len(), 1, "{part:?}");
    }
    let case = answers::case(
        &asked(&service),
        &"DT00/2018/0002".parse().unwrap(),
        None,
        answers::Moment::Now,
        false,
    )
    .unwrap();
    assert_eq!(case["judgment"]["number"], "12/2018/Hồ-ĐS");
}
