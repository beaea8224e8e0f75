//! Actions that are sent at once: each is judged on what stands before it, and recorded there or not at all.

use std::sync::Barrier;

use serde_json::{Value, json};
use thads_cases::ids::Position;
use thads_ledger::AppendError;

use super::{CASE, act, house};
use crate::act::ActError;
use crate::house::Pending;
use crate::wire::parse_action;

/// Whoever names a version that the stream does not have yet, and that another action is just making, is not judged by what
/// that one leaves: two payments of the same money would both hold.
#[test]
fn what_is_judged_on_one_version_is_not_recorded_on_a_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder);
    let (version, day) = (6, "2018-12-04");
    let note = |expected: u64| {
        let action = json!({ "stream": CASE, "actor": 3, "kind": "note_added", "effective": day, "text": "a", "expected_version": expected });
        parse_action(action, None).unwrap()
    };
    let books = house.books();
    let prepared = |expected: u64| {
        let group = house.group_of(&books, &note(expected)).unwrap();
        house.prepare(&books, &Pending::new(), &group, Position(books.position().0)).map(drop)
    };
    prepared(version).unwrap();
    for other in [version - 1, version + 1, version + 2, u64::MAX] {
        match prepared(other) {
            Err(ActError::Append(AppendError::Stale { expected, current, .. })) => {
                assert_eq!((expected, current), (other, version));
            }
            judged => panic!("version {other}: {judged:?}"),
        }
    }
}

/// The streams of the organisation are judged as one history: offices that are opened at once have different numbers.
#[test]
fn offices_that_are_opened_at_once_have_different_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder);
    let codes = ["DT01", "DT02", "DT03", "DT04"];
    let together = Barrier::new(codes.len());
    let open = |code: &str| {
        let office =
            json!({ "number": 2, "code": code, "name": "Chi cục", "level": "sub_department", "parent": 1 });
        together.wait();
        act(&house, &format!("office:{code}"), 1, "office_opened", "2018-12-04", office)
    };
    let answers: Vec<Result<Value, ActError>> = std::thread::scope(|scope| {
        let at_work: Vec<_> = codes.iter().map(|code| scope.spawn(|| open(code))).collect();
        at_work.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let refused = answers.iter().filter(|answer| matches!(answer, Err(ActError::Refused(_)))).count();
    assert_eq!(refused, codes.len() - 1, "{answers:?}");
}
