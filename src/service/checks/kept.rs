//! Books that do not say what the log says: they are folded anew where they were kept, and deciding on them ends.

use std::sync::atomic::Ordering;

use super::*;

const OTHER: &str = "case:DT00/2018/0002";

/// A house whose books say that the first case has an entry more than it has, and the other one less.
fn deceived(folders: &[tempfile::TempDir; 2], kept: bool) -> House {
    let [house, other] = [0, 1].map(|at| house(&folders[at]));
    let judgment = json!({ "court": "TAND", "number": "2/2018", "date": "2018-09-01", "judgment": "civil" });
    act(&house, OTHER, 3, "judgment_received", "2018-12-03", judgment).unwrap();
    act(&other, CASE, 3, "note_added", "2018-12-04", json!({ "text": "a" })).unwrap();
    *house.books.write().unwrap() = other.books().clone();
    house.kept.store(kept, Ordering::SeqCst);
    house
}

#[test]
fn books_that_were_kept_and_are_wrong_are_folded_anew() {
    let folders = [0, 1].map(|_| tempfile::tempdir().unwrap());
    let house = deceived(&folders, true);
    let done = act(&house, CASE, 3, "note_added", "2018-12-04", json!({ "text": "b" })).unwrap();
    assert_eq!(done["stream_version"], 7);
    assert_eq!(house.books().case_count(), 2);
}

/// No cache is to blame here: it is said, and not tried a thousand times.
#[test]
fn deciding_on_books_that_the_ledger_contradicts_ends() {
    let folders = [0, 1].map(|_| tempfile::tempdir().unwrap());
    let house = deceived(&folders, false);
    let size = house.ledger().head().size;
    let denied = act(&house, CASE, 3, "note_added", "2018-12-04", json!({ "text": "b" }));
    assert!(matches!(denied, Err(ActError::Append(AppendError::Contended { tries: 1 }))), "{denied:?}");
    assert_eq!(house.ledger().head().size, size);
}
