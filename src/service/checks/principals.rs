//! Who may not read the words about persons reads none, whatever is asked; all else is as for everybody.

use serde_json::{Value, json};

use super::{CASE, record, service};
use crate::answers::{self, Asked, ListFilter, Moment, Whose};
use crate::ledger_service::LedgerService;
use crate::principal::{Principal, Session};

const NAMES: [&str; 3] = ["Trần Thị Thử", "Nguyễn Văn Thử", "Sa Đéc"];

/// Every answer there is, as a principal asks for it.
fn answers(service: &LedgerService, principal: Principal) -> Vec<Value> {
    let asked = Session::new(service, principal);
    let id = CASE.trim_start_matches("case:").parse().unwrap();
    let question = Asked::new("2019-H1", Whose::Ledger, Moment::Now).unwrap();
    let mut all = vec![answers::ledger(&asked, None).unwrap()];
    for history in [false, true] {
        all.push(answers::case(&asked, &id, None, Moment::Now, history).unwrap());
        all.push(answers::case(&asked, &id, None, Moment::Size(9), history).unwrap());
    }
    all.extend(answers::cases(&asked, &ListFilter::default()).unwrap().rows);
    for by in [None, Some("office"), Some("enforcer")] {
        all.push(answers::report(&asked, &question, by).unwrap());
    }
    for list in [None, Some("cases"), Some("events")] {
        all.push(answers::figure(&asked, "money.collected", &question, list).unwrap());
    }
    all.push(answers::replay(&asked, &question).unwrap().0);
    all
}

/// The answer with null wherever a word about a person stands.
fn nulled(answer: &Value) -> Value {
    match answer {
        Value::Object(fields)
            if fields.get("name").is_some_and(|name| NAMES.iter().any(|one| name == one)) =>
        {
            Value::Null
        }
        Value::Object(fields) => fields.iter().map(|(field, value)| (field.clone(), nulled(value))).collect(),
        Value::Array(all) => all.iter().map(nulled).collect(),
        Value::String(text) if NAMES.iter().any(|name| text.contains(name)) => Value::Null,
        other => other.clone(),
    }
}

#[test]
fn who_may_not_read_names_gets_nulls_and_nothing_else_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let note = json!({ "text": "Bà Trần Thị Thử ở Sa Đéc đã nhận giấy" });
    record(&service, CASE, 2, "note_added", "2018-12-04", note).unwrap();
    let (seen, withheld) =
        (answers(&service, Principal::local()), answers(&service, Principal::local().without_names()));
    let shown = json!(seen).to_string();
    assert!(shown.contains(NAMES[0]), "{shown}");
    let said = json!(withheld).to_string();
    assert!(NAMES.iter().all(|name| !said.contains(name)), "{said}");
    assert!(!said.contains("\"ref\""), "{said}");
    assert_eq!(withheld, seen.iter().map(nulled).collect::<Vec<_>>());
}
