//! A late parameter: what it makes of earlier acts is named, and no sum changes.

use serde_json::{Value, json};

use super::{CASE, act, house};
use crate::answers;

/// A case whose only creditor was told, and for whom ten million were put aside after the days that the law gives.
const OTHER: &str = "case:DT00/2018/0002";

fn parameter(years: u32) -> Value {
    json!({
        "request": format!("{years:032}"),
        "set": { "rule": "deposit_after", "from": "2018-01-01", "value": { "span": { "years": years } }, "document": "QĐ 1" },
    })
}

#[test]
fn a_late_parameter_names_the_acts_that_it_leaves_behind() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder);
    let person = |name: &str| json!([{ "person": { "name": name }, "kind": "individual" }]);
    for (actor, kind, on, fields) in [
        (
            3,
            "judgment_received",
            "2018-10-03",
            json!({ "court": "TAND", "number": "2/2018", "date": "2018-09-01", "judgment": "civil" }),
        ),
        (3, "request_received", "2018-10-03", json!({ "requester": { "name": "Lê" }, "channel": "desk" })),
        (
            1,
            "enforcement_ordered",
            "2018-10-03",
            json!({
                "basis": "on_request", "debtors": person("Trần"), "creditors": person("Lê"),
                "obligations": [{ "kind": "loan", "payee": { "creditor": 1 }, "amount": 10_000_000 }],
            }),
        ),
        (1, "enforcer_assigned", "2018-10-03", json!({ "enforcer": 2 })),
        (
            4,
            "payment_collected",
            "2018-10-10",
            json!({ "payer": { "debtor": 1 }, "amount": 10_000_000, "means": "cash" }),
        ),
        (
            2,
            "notice_served",
            "2018-10-11",
            json!({ "to": "creditor", "of": "payout", "mode": "direct", "result": "received" }),
        ),
        (1, "payout_approved", "2018-10-12", json!({ "lines": [{ "obligation": 1, "amount": 10_000_000 }] })),
        (
            4,
            "deposited_for_payee",
            "2019-02-01",
            json!({ "obligation": 1, "amount": 10_000_000, "bank": "Agribank" }),
        ),
    ] {
        act(&house, OTHER, actor, kind, on, fields).unwrap();
    }
    let deposited = house.ledger().head().size - 1;
    let cash = || {
        answers::case(&house, &"DT00/2018/0002".parse().unwrap(), None, answers::Moment::Now, false).unwrap()
            ["cash"]
            .clone()
    };
    let before = cash();
    let stream = "parameter:deposit_after";
    let set = act(&house, stream, 1, "parameter_set", "2019-03-01", parameter(2)).unwrap();
    let flags = set["flags"].as_array().unwrap();
    assert_eq!(flags.len(), 1, "{flags:?}");
    assert_eq!(flags[0]["code"], "too_early");
    assert_eq!(flags[0]["breaks"], json!(deposited));
    let given = flags[0]["given"].as_str().unwrap();
    assert!(
        given.starts_with(&format!("DT00/2018/0002, entry {deposited}: effective 2019-02-01")),
        "{given}"
    );
    assert_eq!(cash(), before);
    // Sent again it is answered the same, whatever came after it.
    act(&house, CASE, 3, "note_added", "2018-12-04", json!({ "text": "a" })).unwrap();
    let again = act(&house, stream, 1, "parameter_set", "2019-03-01", parameter(2)).unwrap();
    assert_eq!(again, set);
    // The same limit in other words leaves nothing new behind; nor does undoing it.
    let longer = act(&house, stream, 1, "parameter_set", "2019-03-01", parameter(3)).unwrap();
    assert_eq!(longer.get("flags"), None);
    for entry in [&longer["first"], &set["first"]] {
        let void =
            act(&house, stream, 1, "entry_voided", "2019-03-01", json!({ "entry": entry, "authority": "x" }))
                .unwrap();
        assert_eq!(void.get("flags"), None, "{entry}");
    }
    // Undoing the undoing is the change itself.
    let undone = house.ledger().head().size - 1;
    let back =
        act(&house, stream, 1, "entry_voided", "2019-03-01", json!({ "entry": undone, "authority": "x" }))
            .unwrap();
    assert_eq!(back["flags"].as_array().unwrap().len(), 1);
    // Money stays judged: the approval under the deposit is not voided.
    let approved = json!({ "entry": deposited - 1, "authority": "x" });
    let error = act(&house, OTHER, 1, "entry_voided", "2019-03-01", approved).unwrap_err();
    assert!(error.to_string().contains("no more is paid over than another officer approved"), "{error}");
}
