//! A late parameter, and an officer who was not what the record said: what it makes of earlier acts is named, and no sum
//! changes.

use serde_json::{Value, json};
use thads_cases::event::Body;
use thads_cases::history::RecordedEvent;

use super::{CASE, asked, position, record, service};
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
    let service = service(&folder);
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
        record(&service, OTHER, actor, kind, on, fields).unwrap();
    }
    let deposited = service.ledger().head().size - 1;
    let cash = || {
        answers::case(&asked(&service), &"DT00/2018/0002".parse().unwrap(), None, answers::Moment::Now, false)
            .unwrap()["cash"]
            .clone()
    };
    let before = cash();
    let stream = "parameter:deposit_after";
    let set = record(&service, stream, 1, "parameter_set", "2019-03-01", parameter(2)).unwrap();
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
    record(&service, CASE, 3, "note_added", "2018-12-04", json!({ "text": "a" })).unwrap();
    let again = record(&service, stream, 1, "parameter_set", "2019-03-01", parameter(2)).unwrap();
    assert_eq!(again, set);
    // The same limit in other words leaves nothing new behind; nor does undoing it.
    let longer = record(&service, stream, 1, "parameter_set", "2019-03-01", parameter(3)).unwrap();
    assert_eq!(longer.get("flags"), None);
    for entry in [&longer["first"], &set["first"]] {
        let void = record(
            &service,
            stream,
            1,
            "entry_voided",
            "2019-03-01",
            json!({ "entry": entry, "authority": "x" }),
        )
        .unwrap();
        assert_eq!(void.get("flags"), None, "{entry}");
    }
    // Undoing the undoing is the change itself.
    let undone = service.ledger().head().size - 1;
    let back = record(
        &service,
        stream,
        1,
        "entry_voided",
        "2019-03-01",
        json!({ "entry": undone, "authority": "x" }),
    )
    .unwrap();
    assert_eq!(back["flags"].as_array().unwrap().len(), 1);
    // Money stays judged: the approval under the deposit is not voided.
    let approved = json!({ "entry": deposited - 1, "authority": "x" });
    let error = record(&service, OTHER, 1, "entry_voided", "2019-03-01", approved).unwrap_err();
    assert!(error.to_string().contains("no more is paid over than another officer approved"), "{error}");
}

/// Who collected a payment was no accountant, was not in office yet, or belonged to another office; or who repaired an entry
/// could not have recorded it: the acts are named, once, the same when asked again, and again when the repair of it is undone.
#[test]
fn acts_of_who_was_not_what_the_record_said_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder);
    let office =
        json!({ "number": 2, "code": "DT01", "name": "Chi cục", "level": "sub_department", "parent": 1 });
    record(&service, "office:DT01", 1, "office_opened", "2018-10-01", office).unwrap();
    let other = json!({ "number": 5, "office": 1, "role": "accountant", "person": { "name": "Lê" } });
    record(&service, "officer:5", 1, "officer_appointed", "2018-10-01", other).unwrap();
    let collected = position(&service, "payment_collected");
    let remitted = position(&service, "remitted_to_budget");
    let receipt = json!({ "entry": collected, "changes": { "receipt": "0001" }, "authority": "x" });
    record(&service, CASE, 5, "fact_corrected", "2018-12-05", receipt).unwrap();
    let repaired = service.ledger().head().size - 1;
    let stream = |officer: u32| format!("officer:{officer}");
    let appointed = |officer: u32| {
        let model = service.model();
        let entries = model.organisation().iter();
        let is = |entry: &&RecordedEvent| matches!(&entry.event.body, Body::OfficerAppointed(one) if one.number.0 == officer);
        entries.filter(is).map(|entry| entry.position.0).next().unwrap()
    };
    let rows = [
        (4, json!({ "role": "cashier" }), json!({}), collected, "actor cashier"),
        (4, json!({ "office": 2 }), json!({}), collected, "actor 4 of office 2"),
        (4, json!({}), json!({ "took_effect": "2018-12-04" }), collected, "actor 4"),
        // A clerk repairs, but no payments.
        (5, json!({ "role": "clerk" }), json!({}), repaired, "actor clerk"),
        (5, json!({ "role": "auditor" }), json!({}), repaired, "actor auditor"),
        (
            3,
            json!({ "role": "cashier" }),
            json!({}),
            position(&service, "judgment_received"),
            "actor cashier",
        ),
    ];
    for (number, (officer, changes, rest, entry, given)) in (1_u32..).zip(rows) {
        let mut fields = json!({
            "request": format!("{number:032}"), "entry": appointed(officer), "changes": changes, "authority": "x",
        });
        fields.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let correct =
            || record(&service, &stream(officer), 1, "fact_corrected", "2019-03-01", fields.clone()).unwrap();
        let first = correct();
        let flags = first["flags"].as_array().unwrap_or_else(|| panic!("{fields}"));
        assert_eq!(flags.len(), 1, "{fields}: {flags:?}");
        assert_eq!(flags[0]["breaks"], json!(entry), "{fields}");
        let said = flags[0]["given"].as_str().unwrap();
        assert!(said.ends_with(&format!("DT00/2018/0001, entry {entry}: {given}")), "{said}");
        assert_eq!(correct(), first);
        let undo = |entry: &Value| {
            let fields = json!({ "entry": entry, "authority": "x" });
            record(&service, &stream(officer), 1, "entry_voided", "2019-03-01", fields).unwrap()
        };
        let undone = undo(&first["first"]);
        assert_eq!(undone.get("flags"), None, "{fields}");
        let again = undo(&undone["first"]);
        assert_eq!(again["flags"], first["flags"], "{fields}");
        undo(&again["first"]);
    }
    assert!(remitted > collected);
    // What somebody has set who was no administrator is named as well; what the ledger itself founded is not.
    let administrator =
        json!({ "number": 6, "office": 1, "role": "administrator", "person": { "name": "Lê" } });
    record(&service, "officer:6", 1, "officer_appointed", "2018-10-01", administrator).unwrap();
    let fields = json!({ "number": 7, "office": 1, "role": "clerk", "person": { "name": "Lê" } });
    record(&service, "officer:7", 6, "officer_appointed", "2018-10-01", fields).unwrap();
    let entry = service.ledger().head().size - 1;
    let fields = json!({ "entry": appointed(6), "changes": { "role": "clerk" }, "authority": "x" });
    let answer = record(&service, "officer:6", 1, "fact_corrected", "2019-03-01", fields).unwrap();
    let given: Vec<_> = answer["flags"].as_array().unwrap().iter().map(|flag| &flag["given"]).collect();
    assert_eq!(given, [&json!(format!("organisation, entry {entry}: actor clerk"))]);
}
