//! Random actions on several cases of two offices: repairs of repairs, moves, late parameters. After each that is accepted
//! a judge who shares no code with the law counts money and debts from the entries alone.

mod judge;

use proptest::prelude::*;
use serde_json::{Value, json};
use thads_cases::case::{Case, Payee};
use thads_cases::date::Date;
use thads_cases::event::Body;
use thads_cases::history::case_at;
use thads_cases::ids::CaseId;
use thads_cases::stream::StreamKind;

use super::{record, service};
use crate::audit::Found;
use crate::ledger_service::LedgerService;
use crate::read_only::{ReadOnlyLedger, Source};

/// What is tried; the number of times is its weight.
const TRIES: &[&str] = &[
    "collect",
    "collect",
    "collect",
    "approve",
    "approve",
    "plan",
    "pay",
    "pay",
    "pay",
    "deposit",
    "charge",
    "refund",
    "hold",
    "resolve",
    "return",
    "direct",
    "cost",
    "amend",
    "exempt",
    "terminate",
    "complete",
    "verify",
    "void",
    "void",
    "void",
    "undo",
    "undo",
    "undo",
    "undo",
    "undo",
    "correct",
    "correct",
    "correct",
    "parameter",
    "parameter",
    "unset",
    "officer",
    "new",
    "told",
    "pay out",
    "pay out",
    "pay out",
    "move",
    "move",
    "move",
    "move",
    "take",
    "take",
    "untake",
    "untake",
    "untake",
    "unsend",
    "unsend",
    "unsend",
    "unapprove",
    "unapprove",
    "uncollect",
    "uncollect",
];

/// One try: on which case, what, how much or which, how many days before the last day.
type Try = (usize, usize, i64, i32);

fn tries(length: usize) -> impl Strategy<Value = Vec<Try>> {
    let late = prop_oneof![3 => Just(0), 1 => 0..60_i32];
    prop::collection::vec((0..8_usize, 0..TRIES.len(), 1..60_i64, late), length / 2..length)
}

/// The people of an office: head, enforcer, accountant.
fn people(office: &str) -> (u32, u32, u32) {
    if office == "DT00" { (1, 2, 4) } else { (5, 6, 7) }
}

struct Play {
    service: LedgerService,
    cases: Vec<CaseId>,
    today: Date,
}

impl Play {
    fn new(folder: &tempfile::TempDir) -> Play {
        let service = service(folder);
        let office =
            json!({ "number": 2, "code": "DT01", "name": "Chi cục", "level": "sub_department", "parent": 1 });
        record(&service, "office:DT01", 1, "office_opened", "2018-10-01", office).unwrap();
        for (number, role) in [(5, "head"), (6, "enforcer"), (7, "accountant")] {
            let officer = json!({ "number": number, "office": 2, "role": role, "person": { "name": "Thử" } });
            record(&service, &format!("officer:{number}"), 1, "officer_appointed", "2018-10-01", officer)
                .unwrap();
        }
        let mut play = Play { service, cases: Vec::new(), today: "2019-03-31".parse().unwrap() };
        for (office, amount) in [("DT00", 9), ("DT01", 20), ("DT01", 4)] {
            play.open(office, amount);
        }
        play
    }

    /// A new case of a loan, secured, to the second creditor and a fine.
    fn open(&mut self, office: &str, amount: i64) {
        let number = self.service.model().next_number(StreamKind::Case, &office.parse().unwrap(), 2018);
        let case: CaseId = format!("{office}/2018/{number:04}").parse().unwrap();
        let (head, enforcer, _) = people(office);
        let person = |name: &str| json!({ "person": { "name": name }, "kind": "individual" });
        for (kind, fields) in [
            (
                "judgment_received",
                json!({ "court": "TAND", "number": "1", "date": "2018-09-01", "judgment": "civil" }),
            ),
            ("request_received", json!({ "requester": { "name": "Lê" }, "channel": "desk" })),
            (
                "enforcement_ordered",
                json!({
                    "basis": "on_request", "debtors": [person("Trần")], "creditors": [person("Lê"), person("Lý")],
                    "obligations": [
                        { "kind": "loan", "payee": { "creditor": 2 }, "amount": amount * 1_000_000, "secured": true },
                        { "kind": "fine", "payee": "budget", "amount": 3_000_000 },
                    ],
                }),
            ),
            ("enforcer_assigned", json!({ "enforcer": enforcer })),
        ] {
            self.record(&format!("case:{case}"), head, kind, 150, fields);
        }
        self.cases.push(case);
    }

    /// Tries an action so many days before the last; whether it was accepted.
    fn record(&self, stream: &str, actor: u32, kind: &str, before: i32, fields: Value) -> bool {
        record(&self.service, stream, actor, kind, &self.today.plus_days(-before).to_string(), fields).is_ok()
    }

    fn state(&self, case: &CaseId) -> Case {
        case_at(self.service.model().case(case).unwrap_or_default(), Date::MAX)
    }

    fn attempt(&mut self, &(which, what, amount, before): &Try) -> bool {
        let case = self.cases[which % self.cases.len()].clone();
        let (head, enforcer, accountant) = people(case.office.as_str());
        let (stream, state) = (format!("case:{case}"), self.state(&case));
        let sum = amount * 500_000;
        let number = u16::try_from(amount % 3 + 1).unwrap();
        let approved = state.approved.iter().find(|line| amount % 7 == 0 || line.amount.get() > 0);
        let approved = approved.map(|line| (line.obligation.0, line.amount.get()));
        let budget = |number: u16| {
            let one = state.obligations.iter().find(|one| one.number.0 == number);
            one.is_some_and(|one| one.payee == Payee::Budget)
        };
        let fits = |wanted: i128| i64::try_from(wanted).unwrap_or(sum).max(1);
        let line =
            |number: u16, amount: i64| json!({ "lines": [{ "obligation": number, "amount": amount }] });
        let (actor, kind, fields) = match TRIES[what] {
            "collect" => (
                accountant,
                "payment_collected",
                json!({ "payer": { "debtor": 1 }, "amount": sum, "means": "cash" }),
            ),
            "plan" | "approve" => {
                let all: Vec<Value> = state
                    .obligations
                    .iter()
                    .filter(|one| one.remaining().get() > 0)
                    .map(|one| json!({ "obligation": one.number, "amount": one.remaining() }))
                    .collect();
                let planned = state.planned.first().map(|line| (line.obligation.0, line.amount.get()));
                let whole = state.unapproved() == state.remaining() && !all.is_empty();
                let fields = match (whole, planned) {
                    (true, _) => json!({ "lines": all }),
                    (false, Some((number, amount))) => line(number, amount),
                    (false, None) => line(number, fits(state.unapproved())),
                };
                match TRIES[what] {
                    "plan" => (enforcer, "distribution_planned", fields),
                    _ => (head, "payout_approved", fields),
                }
            }
            "pay" => match approved {
                Some((number, amount)) if budget(number) => {
                    (accountant, "remitted_to_budget", json!({ "obligation": number, "amount": amount }))
                }
                Some((number, amount)) => (
                    accountant,
                    "disbursed",
                    json!({ "obligation": number, "amount": amount - amount * 3 / 100 }),
                ),
                None => (accountant, "remitted_to_budget", json!({ "amount": sum })),
            },
            "deposit" => {
                let (number, amount) = approved.unwrap_or((1, sum));
                (
                    accountant,
                    "deposited_for_payee",
                    json!({ "obligation": number, "amount": amount, "bank": "x" }),
                )
            }
            "charge" => {
                let (number, fee) = approved.unwrap_or((1, sum));
                let uncharged = state.obligations.first().map_or(0, |one| one.uncharged.get());
                (
                    accountant,
                    "enforcement_fee_charged",
                    json!({ "obligation": number, "base": uncharged + fee, "fee": fee }),
                )
            }
            "refund" => (accountant, "refunded", json!({ "amount": fits(state.cash.refund_due) })),
            "hold" => (accountant, "held_temporarily", json!({ "amount": sum, "why": "x" })),
            "resolve" => (
                accountant,
                "held_money_resolved",
                json!({ "item": number, "amount": sum / 2 + 1, "to": "distribution" }),
            ),
            "return" => (
                accountant,
                "held_money_resolved",
                json!({ "item": 1, "amount": sum / 3 + 1, "to": "returned" }),
            ),
            "direct" => (enforcer, "paid_directly", json!({ "obligation": number, "amount": sum })),
            "cost" => (
                enforcer,
                "coercion_cost_recorded",
                json!({ "amount": sum, "borne_by": "debtor", "items": "x" }),
            ),
            "amend" => (head, "order_amended", json!({ "obligation": number, "amount": sum })),
            "exempt" => (head, "exempted", json!({ "obligation": 2, "amount": sum, "decision": "x" })),
            "terminate" => (
                head,
                "terminated",
                json!({ "ground": "c", "obligations": if amount % 2 == 0 { json!([number]) } else { json!([]) } }),
            ),
            "complete" => (head, "completed", json!({})),
            "verify" => (enforcer, "conditions_verified", json!({ "means_found": true })),
            "told" => (
                enforcer,
                "notice_served",
                json!({ "to": "creditor", "of": "payout", "mode": "direct", "result": "received" }),
            ),
            "move" => return self.hand_over(&case, amount, before),
            "pay out" => return self.pay_out(&case, amount, before),
            "send" if case.office.as_str() == "DT00" => (head, "entrusted_out", json!({ "to": 2 })),
            "send" if amount % 2 == 0 => (1, "pulled_up", json!({ "to": 1 })),
            "send" => (head, "entrusted_out", json!({ "to": 1 })),
            "take" => return self.take(&case, amount, before),
            "void" | "undo" | "untake" | "unsend" | "unapprove" | "uncollect" => {
                let entries = self.service.model().case(&case).unwrap_or_default().to_vec();
                let wanted = |body: &Body| match TRIES[what] {
                    "undo" => matches!(body, Body::EntryVoided(_) | Body::FactCorrected(_)),
                    "untake" => matches!(body, Body::EntrustedIn(_) | Body::TakenFromBelow(_)),
                    "unsend" => matches!(body, Body::EntrustedOut(_) | Body::PulledUp(_)),
                    "unapprove" => matches!(body, Body::PayoutApproved(_)),
                    "uncollect" => matches!(body, Body::PaymentCollected(_)),
                    _ => true,
                };
                let some: Vec<_> = entries.iter().filter(|entry| wanted(&entry.event.body)).collect();
                let back = if TRIES[what] == "void" { 9 } else { 2 };
                let Some(entry) = some.iter().rev().nth(usize::try_from(amount).unwrap() % back) else {
                    return false;
                };
                (head, "entry_voided", json!({ "entry": entry.position, "authority": "x" }))
            }
            "correct" => {
                let entries = self.service.model().case(&case).unwrap_or_default().to_vec();
                let Some(entry) = entries.iter().rev().nth(usize::try_from(amount).unwrap() % 11) else {
                    return false;
                };
                let changes = match &entry.event.body {
                    Body::EntrustedIn(_) | Body::TakenFromBelow(_) => {
                        json!({ "brought": self.brought(&self.cases[which / 2], sum) })
                    }
                    Body::EntrustedOut(_) | Body::PulledUp(_) => json!({ "to": amount % 3 }),
                    Body::EnforcementOrdered(_) => json!({ "obligations": [
                        { "kind": "loan", "payee": { "creditor": amount % 2 + 1 }, "amount": sum, "secured": amount % 3 > 0 },
                        { "kind": "fine", "payee": "budget", "amount": 3_000_000 },
                    ] }),
                    Body::PayoutApproved(_) => line(number, sum),
                    _ => json!({ "amount": sum }),
                };
                let actor = if amount % 2 == 0 { head } else { accountant };
                (
                    actor,
                    "fact_corrected",
                    json!({ "entry": entry.position, "changes": changes, "authority": "x" }),
                )
            }
            "parameter" => {
                let (rule, value) = match amount % 4 {
                    0 => ("deposit_after", json!({ "span": { "years": 2 } })),
                    1 => ("fee_threshold", json!({ "ratio": { "numerator": 1, "denominator": 1 } })),
                    2 => ("base_salary", json!({ "amount": 1_000_000 })),
                    _ => ("voluntary", json!({ "span": { "days": 40 } })),
                };
                let set =
                    json!({ "set": { "rule": rule, "from": "2018-01-01", "value": value, "document": "x" } });
                return self.record(&format!("parameter:{rule}"), 1, "parameter_set", before, set);
            }
            "unset" => {
                let model = self.service.model();
                let sets: Vec<_> = model
                    .organisation()
                    .iter()
                    .filter(|entry| matches!(entry.event.body, Body::ParameterSet(_) | Body::EntryVoided(_)))
                    .collect();
                let Some(entry) = sets.get(which).map(|entry| entry.position) else { return false };
                let stream = model.organisation_stream(entry).unwrap().to_string();
                drop(model);
                return self.record(
                    &stream,
                    1,
                    "entry_voided",
                    before,
                    json!({ "entry": entry, "authority": "x" }),
                );
            }
            "officer" => {
                let entry =
                    self.service.model().organisation()[usize::try_from(amount).unwrap() % 9].position;
                let stream = self.service.model().organisation_stream(entry).unwrap().to_string();
                let changes = json!({ "role": if amount % 2 == 0 { "accountant" } else { "enforcer" } });
                return self.record(
                    &stream,
                    1,
                    "fact_corrected",
                    before,
                    json!({ "entry": entry, "changes": changes, "authority": "x" }),
                );
            }
            "new" if self.cases.len() < 7 => {
                self.open("DT00", amount);
                return true;
            }
            _ => return false,
        };
        self.record(&stream, actor, kind, before, fields)
    }

    /// What a case sent, in the words of whoever takes it over; or something else.
    fn brought(&self, from: &CaseId, sum: i64) -> Value {
        let state = self.state(from);
        let mut sent: Vec<Value> = state
            .sent_over()
            .iter()
            .map(|one| json!({ "kind": one.kind, "payee": one.payee, "amount": one.amount, "secured": one.secured }))
            .collect();
        match (sent.first_mut(), sum % 7) {
            (None, _) => {
                sent = vec![
                    json!({ "kind": "loan", "payee": { "creditor": 2 }, "amount": sum, "secured": true }),
                ];
            }
            (Some(first), 1) => first["secured"] = json!(false),
            (Some(first), 2) => first["payee"] = json!({ "creditor": 1 }),
            (Some(first), 3) => first["amount"] = json!(sum),
            (Some(_), _) => {}
        }
        let person = |name: &str| json!({ "person": { "name": name }, "kind": "individual" });
        json!({
            "from": from, "basis": "on_request", "judgment": "civil", "obligations": sent,
            "debtors": [person("Trần")], "creditors": [person("Lê"), person("Lý")],
        })
    }

    /// A case goes to the other office, which may take it over at once.
    fn hand_over(&mut self, case: &CaseId, amount: i64, before: i32) -> bool {
        let (head, enforcer, _) = people(case.office.as_str());
        let stream = format!("case:{case}");
        let to = if case.office.as_str() == "DT00" { 2 } else { 1 };
        self.record(&stream, enforcer, "conditions_verified", before, json!({ "means_found": true }));
        let sent = if to == 1 && amount % 2 == 0 {
            self.record(&stream, 1, "pulled_up", before, json!({ "to": to }))
        } else {
            self.record(&stream, head, "entrusted_out", before, json!({ "to": to }))
        };
        if sent && amount % 4 > 0 {
            self.take(case, amount, before);
        }
        sent
    }

    /// All that is owed is collected, the creditor told, and half a year later put aside or paid.
    fn pay_out(&mut self, case: &CaseId, amount: i64, before: i32) -> bool {
        let (head, enforcer, accountant) = people(case.office.as_str());
        let stream = format!("case:{case}");
        let outstanding = i64::try_from(self.state(case).outstanding()).unwrap_or(0);
        let told = json!({ "to": "creditor", "of": "payout", "mode": "direct", "result": "received" });
        let payment = json!({ "payer": { "debtor": 1 }, "amount": outstanding, "means": "cash" });
        self.record(&stream, accountant, "payment_collected", 140, payment);
        self.record(&stream, enforcer, "notice_served", 139, told);
        let owed: Vec<Value> = self
            .state(case)
            .obligations
            .iter()
            .filter(|one| one.remaining().get() > 0)
            .map(|one| json!({ "obligation": one.number, "amount": one.remaining() }))
            .collect();
        if !self.record(&stream, head, "payout_approved", 138, json!({ "lines": owed })) {
            return false;
        }
        for one in owed.iter().take(usize::try_from(amount).unwrap() % 3) {
            let kind = if amount % 4 < 3 && one["obligation"] == 1 {
                "deposited_for_payee"
            } else {
                "remitted_to_budget"
            };
            let mut fields = one.clone();
            if kind == "deposited_for_payee" {
                fields["bank"] = json!("x");
            }
            self.record(&stream, accountant, kind, before, fields);
        }
        true
    }

    /// The other office takes a case over, as a new case or in a stream that was voided.
    fn take(&mut self, from: &CaseId, amount: i64, before: i32) -> bool {
        let office = if from.office.as_str() == "DT00" { "DT01" } else { "DT00" };
        let (head, enforcer, _) = people(office);
        let empty = self.cases.iter().find(|case| {
            case.office.as_str() == office && self.state(case).order.on.is_none() && amount % 3 == 0
        });
        let next = self.service.model().next_number(StreamKind::Case, &office.parse().unwrap(), 2019);
        let case = empty.cloned().unwrap_or_else(|| format!("{office}/2019/{next:04}").parse().unwrap());
        let kind = if amount % 2 == 0 && office == "DT00" { "taken_from_below" } else { "entrusted_in" };
        let brought = json!({ "brought": self.brought(from, amount * 500_000 + amount % 5) });
        if !self.record(&format!("case:{case}"), head, kind, before, brought) {
            return false;
        }
        if !self.cases.contains(&case) {
            self.cases.push(case.clone());
        }
        self.record(
            &format!("case:{case}"),
            head,
            "enforcer_assigned",
            before,
            json!({ "enforcer": enforcer }),
        );
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every đồng that leaves came in, nobody is paid more than is owed or approved, and a debt that goes to another office
    /// stands in one place, whatever is repaired, moved and changed.
    #[test]
    fn no_accepted_action_makes_money_or_debts(tries in tries(160)) {
        let folder = tempfile::tempdir().unwrap();
        let mut play = Play::new(&folder);
        for one in &tries {
            if play.attempt(one) {
                let model = play.service.model();
                let all = play.cases.iter().map(|case| (case, model.case(case).unwrap_or_default()));
                if let Err(fault) = judge::judge(all) {
                    prop_assert!(false, "after {:?}: {fault}", TRIES[one.1]);
                }
            }
        }
        // Judged again, each where it stands, all that was accepted is as lawful as it was.
        let (view, found) = ReadOnlyLedger::open_audited(play.service.ledger().dir().unwrap(), |_, _| {}).unwrap();
        prop_assert_eq!(found, Found::default());
        prop_assert!(view.with_model(|model| *model == *play.service.model()));
    }
}
