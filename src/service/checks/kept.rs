//! A read model that does not say what the log says: it is folded anew where it was kept, and deciding on it ends.

use std::sync::atomic::Ordering;

use super::*;

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
