//! A small real ledger: an office with its officers, and cases that take notes and payments without end.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::ran;

const HEAD: u32 = 2;
/// Officer who writes notes.
pub(crate) const ENFORCER: u32 = 3;
const CLERK: u32 = 4;
/// Officer who takes payments.
pub(crate) const ACCOUNTANT: u32 = 5;

/// The id of the case with that number.
pub(crate) fn case(number: usize) -> String {
    format!("DT03/2015/{number:04}")
}

/// Founds a ledger with `cases` cases in their voluntary period. `command` names program and directory.
pub(crate) fn found(data: &Path, cases: usize, command: impl Fn() -> Command) {
    let config = [
        "init",
        "--name",
        "Sổ của bài kiểm thử",
        "--origin",
        "thads.example/test",
        "--office",
        "DT00",
        "--office-name",
        "Cục Thi hành án dân sự",
        "--head",
        "Người Thứ Nhất",
        "--since",
        "2015-10-01",
    ];
    let done = ran(command().args(config));
    assert_eq!(done.status, Some(0), "{done:?}");
    let file = data.with_extension("founding.jsonl");
    fs::write(&file, founding_actions(cases)).unwrap();
    let done = ran(command().arg("record").arg(&file));
    assert_eq!(done.status, Some(0), "{done:?}");
}

fn founding_actions(cases: usize) -> String {
    let mut actions = vec![json!({
        "stream": "office:DT03", "kind": "office_opened", "effective": "2015-10-01", "actor": 1,
        "number": 2, "code": "DT03", "name": "Chi cục DT03", "level": "sub_department", "parent": 1,
    })];
    for (number, role) in
        [(HEAD, "head"), (ENFORCER, "enforcer"), (CLERK, "clerk"), (ACCOUNTANT, "accountant")]
    {
        actions.push(json!({
            "stream": format!("officer:{number}"), "kind": "officer_appointed", "effective": "2015-10-01",
            "actor": 1, "number": number, "office": 2, "role": role,
            "person": { "name": format!("Người số {number}") },
        }));
    }
    for number in 1..=cases {
        let case = case(number);
        actions.push(json!({
            "case": case, "kind": "judgment_received", "effective": "2015-11-01", "actor": CLERK,
            "court": "TAND huyện Thanh Bình", "number": format!("{number}/2015/HS-ST"), "date": "2015-10-01",
            "judgment": "criminal",
        }));
        actions.push(json!({
            "case": case, "kind": "enforcement_ordered", "effective": "2015-11-02", "actor": HEAD,
            "basis": "proactive",
            "obligations": [{ "kind": "fine", "payee": "budget", "amount": 900_000_000_000_i64 }],
            "debtors": [{ "person": { "name": "Người bị phạt" }, "kind": "individual" }],
        }));
        actions.push(json!({
            "case": case, "kind": "enforcer_assigned", "effective": "2015-11-05", "actor": HEAD,
            "enforcer": ENFORCER,
        }));
    }
    actions.iter().map(|action| format!("{action}\n")).collect()
}

/// A note: its text goes to the vault.
pub(crate) fn note(request: &str, case: &str, text: &str) -> Value {
    json!({
        "request": request, "case": case, "kind": "note_added", "effective": "2015-11-08", "actor": ENFORCER,
        "text": text,
    })
}

/// A payment: nothing of it goes to the vault.
pub(crate) fn payment(request: &str, case: &str, amount: u64, receipt: &str) -> Value {
    json!({
        "request": request, "case": case, "kind": "payment_collected", "effective": "2015-11-09",
        "actor": ACCOUNTANT, "payer": { "debtor": 1 }, "amount": amount, "means": "cash", "receipt": receipt,
    })
}

/// The case's end, which the law refuses while anything is owed.
pub(crate) fn completed(request: &str, case: &str) -> Value {
    json!({
        "request": request, "case": case, "kind": "completed", "effective": "2015-11-09", "actor": ENFORCER,
    })
}
