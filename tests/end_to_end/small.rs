//! A small real ledger's content: how it is founded, its officers, and cases of theirs as actions. No program is run here.

use serde_json::{Value, json};

/// Officers of the small real ledger, by number.
pub(crate) mod officer {
    pub(crate) const PROVINCIAL_HEAD: u32 = 1;
    pub(crate) const HEAD: u32 = 2;
    pub(crate) const ENFORCER: u32 = 3;
    pub(crate) const OTHER_ENFORCER: u32 = 4;
    pub(crate) const CLERK: u32 = 5;
    pub(crate) const ACCOUNTANT: u32 = 6;
    pub(crate) const CASHIER: u32 = 7;
    /// Enforcer of the office beside.
    pub(crate) const STRANGER: u32 = 8;
}

/// The arguments that found it.
pub(crate) const FOUNDING: [&str; 13] = [
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
    "2018-10-01",
];

/// What makes the offices DT03 (2) and DT04 (3), and DT03's officers, beside DT00 (1), which the founding makes.
pub(crate) fn organisation() -> Vec<Value> {
    let mut actions = vec![office(2, "DT03"), office(3, "DT04")];
    let roles = [
        (officer::HEAD, 2, "head"),
        (officer::ENFORCER, 2, "enforcer"),
        (officer::OTHER_ENFORCER, 2, "enforcer"),
        (officer::CLERK, 2, "clerk"),
        (officer::ACCOUNTANT, 2, "accountant"),
        (officer::CASHIER, 2, "cashier"),
        (officer::STRANGER, 3, "enforcer"),
    ];
    actions.extend(roles.map(|(number, office, role)| appointed(number, office, role)));
    actions
}

fn office(number: u32, code: &str) -> Value {
    json!({
        "stream": format!("office:{code}"), "kind": "office_opened", "effective": "2018-10-01", "actor": 1,
        "number": number, "code": code, "name": format!("Chi cục {code}"), "level": "sub_department", "parent": 1,
    })
}

fn appointed(number: u32, office: u32, role: &str) -> Value {
    json!({
        "stream": format!("officer:{number}"), "kind": "officer_appointed", "effective": "2018-10-01", "actor": 1,
        "number": number, "office": office, "role": role, "person": { "name": format!("Người số {number}") },
    })
}

/// An action on a case.
pub(crate) fn action(case: &str, kind: &str, effective: &str, actor: u32, fields: Value) -> Value {
    let mut action = json!({ "case": case, "kind": kind, "effective": effective, "actor": actor });
    let (Value::Object(all), Value::Object(fields)) = (&mut action, fields) else { panic!("no object") };
    all.extend(fields);
    action
}

/// A case of DT03 from the judgment to an unsold asset: 100 million to a creditor and 5 million of court fee are owed,
/// 20 million are held, and of those 15 million are approved for the creditor and 5 million planned for the fee.
pub(crate) fn distraint_case(case: &str) -> Vec<Value> {
    use officer::{ACCOUNTANT, CLERK, ENFORCER, HEAD};
    let judgment = json!({
        "court": "TAND huyện Thanh Bình", "number": "1/2018/DS-ST", "date": "2018-09-03", "in_force": "2018-10-01",
        "judgment": "civil",
    });
    let order = json!({
        "basis": "on_request",
        "obligations": [
            { "kind": "loan", "payee": { "creditor": 1 }, "amount": 100_000_000 },
            { "kind": "court_fee", "payee": "budget", "amount": 5_000_000 },
        ],
        "debtors": [{ "person": { "name": "Người phải thi hành án" }, "kind": "individual" }],
        "creditors": [{ "person": { "name": "Người được thi hành án" }, "kind": "individual" }],
    });
    let request = json!({ "requester": { "name": "Người được thi hành án" }, "channel": "desk" });
    let notice = json!({ "to": "debtor", "of": "order", "mode": "direct", "result": "received" });
    let payment = json!({ "payer": { "debtor": 1 }, "amount": 20_000_000, "means": "cash" });
    let auction = json!({ "asset": 1, "round": 1, "start_price": 60_000_000, "held_on": "2019-01-08" });
    let plan = json!([{ "obligation": 1, "amount": 15_000_000 }, { "obligation": 2, "amount": 5_000_000 }]);
    let rows = [
        ("judgment_received", "2018-10-02", CLERK, judgment),
        ("request_received", "2018-10-02", CLERK, request),
        ("enforcement_ordered", "2018-10-04", HEAD, order),
        ("enforcer_assigned", "2018-10-05", HEAD, json!({ "enforcer": ENFORCER })),
        ("notice_served", "2018-10-08", ENFORCER, notice),
        ("voluntary_period_started", "2018-10-08", ENFORCER, json!({ "until": "2018-10-18" })),
        ("conditions_verified", "2018-10-22", ENFORCER, json!({ "means_found": true })),
        ("classified_enforceable", "2018-10-24", HEAD, json!({})),
        ("payment_collected", "2018-10-26", ACCOUNTANT, payment),
        ("coercion_ordered", "2018-11-05", ENFORCER, json!({ "measure": "distrain" })),
        ("asset_distrained", "2018-11-12", ENFORCER, json!({ "asset_kind": "movable" })),
        ("asset_appraised", "2018-12-03", ENFORCER, json!({ "asset": 1, "value": 60_000_000 })),
        ("auction_announced", "2018-12-05", ENFORCER, auction),
        ("auction_unsold", "2019-01-08", ENFORCER, json!({ "asset": 1, "ground": "no_bidder" })),
        ("distribution_planned", "2019-01-09", ENFORCER, json!({ "lines": plan })),
        ("payout_approved", "2019-01-10", HEAD, json!({ "lines": [plan[0]] })),
    ];
    rows.into_iter().map(|(kind, on, actor, fields)| action(case, kind, on, actor, fields)).collect()
}

/// A case of DT03 about a fine of 7 million đồng, in its voluntary period to 2018-11-19.
pub(crate) fn fine_case(case: &str) -> Vec<Value> {
    use officer::{CLERK, ENFORCER, HEAD};
    let judgment = json!({
        "court": "TAND huyện Thanh Bình", "number": "2/2018/HS-ST", "date": "2018-10-01", "judgment": "criminal",
    });
    let order = json!({
        "basis": "proactive",
        "obligations": [{ "kind": "fine", "payee": "budget", "amount": 7_000_000 }],
        "debtors": [{ "person": { "name": "Người bị phạt" }, "kind": "individual" }],
    });
    let notice = json!({ "to": "debtor", "of": "order", "mode": "direct", "result": "received" });
    let rows = [
        ("judgment_received", "2018-11-01", CLERK, judgment),
        ("enforcement_ordered", "2018-11-02", HEAD, order),
        ("enforcer_assigned", "2018-11-05", HEAD, json!({ "enforcer": ENFORCER })),
        ("notice_served", "2018-11-08", ENFORCER, notice),
        ("voluntary_period_started", "2018-11-08", ENFORCER, json!({ "until": "2018-11-19" })),
    ];
    rows.into_iter().map(|(kind, on, actor, fields)| action(case, kind, on, actor, fields)).collect()
}
