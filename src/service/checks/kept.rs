//! A read model that does not say what the log says: it is folded anew where it was kept, and deciding on it ends.

use std::sync::atomic::Ordering;

use super::*;
use crate::ledger_service::ServiceError;

const OTHER: &str = "case:DT00/2018/0002";

/// A service whose read model says that the first case has an entry more than it has, and the other one less.
fn deceived(folders: &[tempfile::TempDir; 2], kept: bool) -> LedgerService {
    let [service, other] = [0, 1].map(|at| service(&folders[at]));
    let judgment = json!({ "court": "TAND", "number": "2/2018", "date": "2018-09-01", "judgment": "civil" });
    record(&service, OTHER, 3, "judgment_received", "2018-12-03", judgment).unwrap();
    record(&other, CASE, 3, "note_added", "2018-12-04", json!({ "text": "a" })).unwrap();
    *service.model.write().unwrap() = other.model().clone();
    service.kept.store(kept, Ordering::SeqCst);
    service
}

#[test]
fn books_that_were_kept_and_are_wrong_are_folded_anew() {
    let folders = [0, 1].map(|_| tempfile::tempdir().unwrap());
    let service = deceived(&folders, true);
    let done = record(&service, CASE, 3, "note_added", "2018-12-04", json!({ "text": "b" })).unwrap();
    assert_eq!(done["stream_version"], 7);
    assert_eq!(service.model().case_count(), 2);
}

/// What stands in the log and could not be read is given to the read model before anything is decided, and by the next look
/// at the files once it can be.
#[test]
fn nothing_is_decided_on_a_read_model_that_lacks_what_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let known = service.model().position();
    // Recorded by who gives it to no read model, and damaged before anybody reads it.
    let last = service.ledger().record(thads_proof::record::Position::new(known.0 - 1)).unwrap().unwrap();
    let event = thads_ledger::NewEvent {
        kind: last.kind,
        kind_revision: last.kind_revision,
        effective: last.effective,
        office: last.office,
        actor: last.actor,
        provenance: last.provenance,
        rule_set: last.rule_set,
        corrects: last.corrects,
        payload: last.payload.clone(),
        personal: Vec::new(),
    };
    let (stream, expected_version) = (last.stream, last.stream_version);
    let streams = vec![thads_ledger::StreamAppend { stream, expected_version, events: vec![event] }];
    let request = thads_proof::record::RequestId([9; 16]);
    service.ledger().append(thads_ledger::Append { request, moment: None, streams }).unwrap();
    let path = folder.path().join("data/wal/0000000000.seg");
    let whole = std::fs::read(&path).unwrap();
    let end = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let mut damaged = whole.clone();
    damaged[end] ^= 1;
    std::fs::write(&path, &damaged).unwrap();
    service.catch_up().unwrap_err();
    let judgment = json!({ "court": "TAND", "number": "2/2018", "date": "2018-09-01", "judgment": "civil" });
    let denied = record(&service, OTHER, 3, "judgment_received", "2018-12-04", judgment);
    assert!(matches!(denied, Err(RecordError::Service(ServiceError::Read(_)))), "{denied:?}");
    std::fs::write(&path, &whole).unwrap();
    service.look().unwrap();
    assert_eq!(service.model().position().0, known.0 + 1);
}

/// No cache is to blame here: it is said, and not tried a thousand times.
#[test]
fn deciding_on_books_that_the_ledger_contradicts_ends() {
    let folders = [0, 1].map(|_| tempfile::tempdir().unwrap());
    let service = deceived(&folders, false);
    let size = service.ledger().head().size;
    let denied = record(&service, CASE, 3, "note_added", "2018-12-04", json!({ "text": "b" }));
    assert!(matches!(denied, Err(RecordError::Append(AppendError::Contended { tries: 1 }))), "{denied:?}");
    assert_eq!(service.ledger().head().size, size);
}
