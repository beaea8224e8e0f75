//! Who was paid stays who was paid, whatever becomes of the list of creditors.

use serde_json::{Value, json};

use super::service;
use crate::testing::record;

const TWO: &str = "case:DT00/2018/0002";
const DAY: &str = "2018-12-04";

fn creditor(name: &str) -> Value {
    json!({ "person": { "name": name }, "kind": "individual" })
}

fn loans(payees: [u16; 2]) -> Value {
    payees.map(|creditor| json!({ "kind": "loan", "payee": { "creditor": creditor }, "amount": 500 })).into()
}

/// The list of creditors and the payees of the two obligations after a correction, and the words of its refusal.
type Row = (&'static [&'static str], [u16; 2], Option<&'static str>);

const ROWS: [Row; 8] = [
    (&["Lê Hai", "Lê Một"], [1, 2], Some("creditor 1 is somebody else")),
    (&["Người Mới", "Lê Một", "Lê Hai"], [1, 2], Some("creditor 1 is somebody else")),
    (&["Lê Hai", "Lê Hai"], [1, 2], Some("creditor 1 is somebody else")),
    (&["Lê Một", "Lê Hai"], [2, 1], Some("loan, creditor 1: 200 was paid on it")),
    // A name may be corrected, the list grow behind its end, and whom nothing was paid be another.
    (&["Lê Mốt", "Lê Hai"], [1, 2], None),
    (&["LÊ  một", "Lê Hai", "Người Mới"], [1, 3], None),
    (&["Lê Một", "Người Khác"], [1, 2], None),
    (&["Lê Một", "Lê Hai"], [1, 1], None),
];

#[test]
fn what_one_creditor_was_paid_is_never_anothers() {
    for (list, payees, refused) in ROWS {
        let folder = tempfile::tempdir().unwrap();
        let service = service(&folder);
        let judgment = json!({ "court": "TAND", "number": "2", "date": "2018-09-01", "judgment": "civil" });
        let request = json!({ "requester": { "name": "Lê Một" }, "channel": "desk" });
        let debtors = json!([{ "person": { "name": "Trần" }, "kind": "individual" }]);
        let creditors = json!([creditor("Lê Một"), creditor("Lê Hai")]);
        let order = json!({
            "basis": "on_request", "obligations": loans([1, 2]), "debtors": debtors, "creditors": creditors,
        });
        for (actor, kind, fields) in [
            (3, "judgment_received", judgment),
            (3, "request_received", request),
            (1, "enforcement_ordered", order),
            (1, "enforcer_assigned", json!({ "enforcer": 2 })),
            (2, "paid_directly", json!({ "obligation": 1, "amount": 200 })),
        ] {
            record(&service, TWO, actor, kind, "2018-12-03", fields).unwrap();
        }
        let at =
            |nth: usize| service.model().case(&"DT00/2018/0002".parse().unwrap()).unwrap()[nth].position.0;
        let void = |entry: u64| {
            let fields = json!({ "entry": entry, "authority": "biên bản" });
            record(&service, TWO, 2, "entry_voided", DAY, fields)
        };
        let correct = || {
            let list: Vec<Value> = list.iter().copied().map(creditor).collect();
            let changes = json!({ "creditors": list, "obligations": loans(payees) });
            let fields = json!({ "entry": at(2), "changes": changes, "authority": "biên bản" });
            record(&service, TWO, 1, "fact_corrected", DAY, fields)
        };
        match (correct(), refused) {
            (Ok(_), None) => continue,
            (Err(error), Some(words)) => assert!(error.to_string().contains(words), "{list:?}: {error}"),
            other => panic!("{list:?} {payees:?}: {other:?}"),
        }
        // With the payment voided the order says what it says; then the payment does not come back.
        let voided = void(at(4)).unwrap()["first"].as_u64().unwrap();
        correct().unwrap();
        let error = void(voided).unwrap_err().to_string();
        assert!(error.contains(refused.unwrap().split(':').next().unwrap()), "{list:?}: {error}");
    }
}
