//! A small ledger for tests of this room and of those above it (feature `testing`).

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use serde_json::{Value, json};
use thads_cases::date::Date;
use thads_proof::genesis;

use crate::answers;
use crate::json::parse_action;
use crate::ledger_service::{LedgerConfig, LedgerService};
use crate::principal::{Principal, Session};
use crate::read_only::Source;
use crate::record::RecordError;

/// The case.
pub const CASE: &str = "case:DT00/2018/0001";
/// A request id.
pub const FEE: &str = "00000000000000000000000000000001";

/// A ledger with an office, its people, and a case whose court fee of 300,000 was paid and remitted.
///
/// # Panics
/// When it cannot be made.
pub fn service_in(folder: &Path) -> LedgerService {
    let config = LedgerConfig {
        name: "thử".into(),
        origin: "thads.test/one".into(),
        unit: genesis::Unit { code: "VND".into(), exponent: 0 },
        clock: genesis::Clock::Simulated { seed: 7 },
        practice: true,
    };
    let first = "2019-04-01".parse::<Date>().unwrap().begins_at();
    let service = LedgerService::create(&folder.join("data"), &config, first).unwrap();
    let day = "2018-10-01";
    let office = json!({ "number": 1, "code": "DT00", "name": "Cục", "level": "department" });
    record(&service, "office:DT00", 0, "office_opened", day, office).unwrap();
    for (number, role) in [(1, "provincial_head"), (2, "enforcer"), (3, "clerk"), (4, "accountant")] {
        let officer =
            json!({ "number": number, "office": 1, "role": role, "person": { "name": "Nguyễn Văn Thử" } });
        let actor = u32::from(number > 1);
        record(&service, &format!("officer:{number}"), actor, "officer_appointed", day, officer).unwrap();
    }
    let steps = [
        (
            3,
            "judgment_received",
            json!({ "court": "TAND", "number": "1/2018", "date": "2018-09-01", "judgment": "civil" }),
        ),
        (
            1,
            "enforcement_ordered",
            json!({
                "basis": "proactive",
                "obligations": [{ "kind": "court_fee", "payee": "budget", "amount": 300_000 }],
                "debtors": [{ "person": { "name": "Trần Thị Thử" }, "kind": "individual" }],
            }),
        ),
        (1, "enforcer_assigned", json!({ "enforcer": 2 })),
        (4, "payment_collected", json!({ "payer": { "debtor": 1 }, "amount": 300_000, "means": "cash" })),
        (1, "payout_approved", json!({ "lines": [{ "obligation": 1, "amount": 300_000 }] })),
        (4, "remitted_to_budget", json!({ "obligation": 1, "amount": 300_000 })),
    ];
    for (actor, kind, fields) in steps {
        record(&service, CASE, actor, kind, "2018-12-03", fields).unwrap();
    }
    service
}

/// Records an action of JSON fields.
///
/// # Errors
/// As [`LedgerService::record`].
///
/// # Panics
/// When the fields are no object.
pub fn record(
    service: &LedgerService,
    stream: &str,
    actor: u32,
    kind: &str,
    on: &str,
    fields: Value,
) -> Result<Value, RecordError> {
    let mut action = json!({ "stream": stream, "actor": actor, "kind": kind, "effective": on });
    let (Value::Object(all), Value::Object(fields)) = (&mut action, fields) else { panic!("no object") };
    all.extend(fields);
    service.record(parse_action(action, None)?).map(|done| answers::done(&done))
}

/// A source as a test asks it: with every right.
pub fn asked<S: Source>(source: &S) -> Session<'_, S> {
    Session::new(source, Principal::local())
}
