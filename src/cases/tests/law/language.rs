//! The language of the tables, and the only code here that touches the API.
//!
//! A history is steps parted by `/`. A step is `[DATE] KIND WORDS… [FIELD=JSON…] [by WHO] [late DATE]`: the words fill
//! the fields that the kind is about, the rest have plain values; without a date it happens on the day of the step
//! before. `opened` is judgment, request, order and assignment on one day.
//!
//! | who | offices | numbers |
//! |---|---|---|
//! | `head` `enforcer` `other_enforcer` `clerk` `accountant` `examiner` `auditor` `deputy` | `D` above `A` and `B`; A unless said (`B.head`) | D 11.., A 21.., B 31.. |
//! | `provincial_head` (11, in D), `administrator` (1), `nobody` (99), `ledger` (0) | | |

use std::sync::Arc;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value, json};
use thads_cases::case::{Activity, Case, CaseStatus, Class, Open};
use thads_cases::complaint::Complaint;
use thads_cases::date::Date;
use thads_cases::decide::{Action, DecisionContext, Kept, decide};
use thads_cases::event::{Body, COMMON_FIELDS, Event, EventMeta, KindCode, Receiver, Sender};
use thads_cases::history::{RecordedEvent, case_at, complaint_at};
use thads_cases::ids::{OfficeNo, OfficerNo, Position};
use thads_cases::organisation::Role;
use thads_cases::reference_data::ReferenceData;
use thads_cases::refusal::Refusal;
use thads_texts::testing::english_in;
use thads_texts::{Language, held_against, words};

/// The Department, and two offices below it.
pub(crate) const OFFICES: [(&str, u32, &str); 3] = [("D", 1, "DT00"), ("A", 2, "DT01"), ("B", 3, "DT02")];

const ROLES: [(&str, Role); 8] = [
    ("head", Role::Head),
    ("enforcer", Role::Enforcer),
    ("other_enforcer", Role::Enforcer),
    ("clerk", Role::Clerk),
    ("accountant", Role::Accountant),
    ("examiner", Role::Examiner),
    ("auditor", Role::Auditor),
    ("deputy", Role::Head),
];

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A stream as it grows, in a small province.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) reference_data: ReferenceData,
    pub(crate) entries: Vec<RecordedEvent>,
    pub(crate) next: u64,
    today: Date,
}

/// The province: offices D, A, B and their officers, all there since 2015.
pub(crate) fn province() -> ReferenceData {
    let mut reference_data = ReferenceData::default();
    let mut at = 0;
    let mut happens = |step: Value, kind: &str| {
        at += 1;
        let event = read(kind, step);
        let at = EventMeta {
            nth: 0,
            position: Position(at),
            on: day("2015-01-02"),
            recorded_on: day("2015-01-02"),
            office: OfficeNo(1),
            actor: OfficerNo(0),
            imported: false,
        };
        event.body.apply_to(&mut reference_data.organisation, &at);
    };
    for (name, number, code) in OFFICES {
        let level = if name == "D" { "department" } else { "sub_department" };
        let parent = if name == "D" { Value::Null } else { json!(1) };
        happens(
            json!({"number": number, "code": code, "name": name, "level": level, "parent": parent}),
            "office_opened",
        );
        for ((who, role), at) in ROLES.iter().zip(1u32..) {
            let role = if name == "D" && *who == "head" {
                json!("provincial_head")
            } else {
                serde_json::to_value(role).unwrap()
            };
            happens(
                json!({"number": number * 10 + at, "office": number, "role": role, "person": who}),
                "officer_appointed",
            );
        }
    }
    happens(
        json!({"number": 1, "office": 1, "role": "administrator", "person": "quản trị"}),
        "officer_appointed",
    );
    reference_data
}

/// The number of an officer by the words of the tables.
pub(crate) fn officer(who: &str) -> OfficerNo {
    let (office, role) = who.split_once('.').unwrap_or(("A", who));
    let number = match role {
        "ledger" => 0,
        "administrator" => 1,
        "provincial_head" => 11,
        "nobody" => 99,
        _ => {
            let (_, office, _) = OFFICES
                .iter()
                .find(|(name, _, _)| *name == office)
                .unwrap_or_else(|| panic!("no office {office}"));
            let role = ROLES
                .iter()
                .position(|(name, _)| *name == role)
                .unwrap_or_else(|| panic!("no officer {who}"));
            office * 10 + u32::try_from(role).unwrap() + 1
        }
    };
    OfficerNo(number)
}

/// An event from JSON, fields of the kind and common fields beside each other, as the API takes it.
pub(crate) fn read(kind: &str, fields: Value) -> Event {
    try_read(kind, fields).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

pub(crate) fn try_read(kind: &str, fields: Value) -> Result<Event, serde_json::Error> {
    let Value::Object(mut own) = fields else { panic!("{kind}: fields are an object") };
    let mut common = Map::new();
    for name in COMMON_FIELDS {
        if let Some(value) = own.remove(*name) {
            common.insert((*name).to_owned(), value);
        }
    }
    let code = KindCode::named(kind).unwrap_or_else(|| panic!("no kind {kind}"));
    Ok(Event {
        common: serde_json::from_value(Value::Object(common))?,
        body: code.deserialize(Value::Object(own))?,
    })
}

fn plain(word: &str) -> Value {
    let digits = word.replace('_', "");
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return json!(digits.parse::<i64>().unwrap());
    }
    serde_json::from_str(word).unwrap_or_else(|_| json!(word))
}

/// `KIND:AMOUNT[@CREDITOR][+secured]`; without a creditor the kind says whether it is the budget's.
fn owed(word: &str) -> Value {
    let (word, secured) = word.strip_suffix("+secured").map_or((word, false), |word| (word, true));
    let (kind, amount) = word.split_once(':').unwrap_or_else(|| panic!("{word}: write loan:50_000"));
    let (amount, creditor) =
        amount.split_once('@').map_or((amount, None), |(amount, creditor)| (amount, Some(creditor)));
    let budget = matches!(kind, "court_fee" | "fine" | "recovery" | "confiscation" | "other_budget");
    let payee = match creditor {
        Some("budget") => json!("budget"),
        Some(number) => json!({"creditor": plain(number)}),
        None if budget => json!("budget"),
        None => json!({"creditor": 1}),
    };
    json!({"kind": kind, "payee": payee, "amount": plain(amount), "secured": secured})
}

fn parties(count: usize) -> Value {
    (1..=count)
        .map(|number| json!({"person": {"name": format!("người {number}")}, "kind": "individual"}))
        .collect()
}

fn creditors(owed: &[Value]) -> Value {
    let most = owed.iter().filter_map(|one| one["payee"]["creditor"].as_u64()).max().unwrap_or(0);
    parties(usize::try_from(most.min(9)).unwrap())
}

fn lines(words: &[&str]) -> Value {
    words
        .iter()
        .map(|word| {
            let (obligation, amount) =
                word.split_once(':').unwrap_or_else(|| panic!("{word}: write 1:50_000"));
            json!({"obligation": plain(obligation), "amount": plain(amount)})
        })
        .collect()
}

/// The fields of a kind: what the words say, and plain values for the rest.
fn fields(kind: &str, words: &[&str], on: Date) -> Value {
    let word = |at: usize| words.get(at).map_or(Value::Null, |word| plain(word));
    let or = |at: usize, otherwise: &str| words.get(at).map_or(json!(otherwise), |word| plain(word));
    match kind {
        "judgment_received" => {
            json!({"court": "TAND", "number": "12/2018/DS-ST", "date": on, "judgment": "civil", "in_force": word(0)})
        }
        "request_received" => json!({"requester": {"name": "người 1"}, "channel": "desk"}),
        "request_refused"
        | "order_withdrawn"
        | "classified_not_yet_enforceable"
        | "temporarily_suspended"
        | "complaint_rejected"
        | "denunciation_not_accepted" => json!({"ground": or(0, "a")}),
        "enforcement_ordered" => {
            let basis = if words.contains(&"proactive") { "proactive" } else { "on_request" };
            let owed: Vec<Value> =
                words.iter().filter(|word| **word != "proactive").map(|word| owed(word)).collect();
            let creditors = creditors(&owed);
            json!({"basis": basis, "obligations": owed, "debtors": parties(2), "creditors": creditors})
        }
        "order_amended" | "paid_directly" | "disbursed" => json!({"obligation": word(0), "amount": word(1)}),
        "enforcer_assigned" => {
            json!({"enforcer": words.first().map_or(json!(22), |who| json!(officer(who).0))})
        }
        "notice_served" => {
            json!({"to": or(0, "debtor"), "of": or(1, "order"), "mode": "direct", "result": "received"})
        }
        "inspection_opened" => {
            json!({"inspected": 2, "scope": "x", "from": "2018-10-01", "until": "2018-10-05"})
        }
        "inspection_concluded" => json!({"conclusion": "x", "findings": [{"case": null, "text": "x"}],
            "recommendations": [{"text": "x", "due": "2018-11-05"}]}),
        "voluntary_period_started" => json!({"until": word(0)}),
        "conditions_verified" => json!({"means_found": words.first() == Some(&"means")}),
        "postponed" => json!({"ground": or(0, "c"), "until": word(1)}),
        "terminated" => {
            json!({"ground": or(0, "waiver_or_agreement"), "obligations": words.iter().skip(1).map(|word| plain(word)).collect::<Vec<_>>()})
        }
        "entrusted_out" | "pulled_up" => {
            let (_, to, _) =
                OFFICES.iter().find(|(name, _, _)| words.first() == Some(name)).unwrap_or(&("", 77, ""));
            json!({"to": to})
        }
        "entrusted_in" | "taken_from_below" => {
            let owed: Vec<Value> = words.iter().map(|word| owed(word)).collect();
            let creditors = creditors(&owed);
            json!({"brought": {"from": "DT01/2018/0001", "basis": "on_request", "judgment": "civil", "obligations": owed, "debtors": parties(2), "creditors": creditors}})
        }
        "coercion_ordered" => {
            json!({"measure": or(0, "distrain"), "urgent": words.get(1) == Some(&"urgent")})
        }
        "asset_distrained" => {
            json!({"asset_kind": or(0, "movable"), "mortgaged": words.get(1) == Some(&"mortgaged")})
        }
        "coercion_cost_recorded" => {
            json!({"amount": word(0), "borne_by": or(1, "debtor"), "items": "kê biên"})
        }
        "asset_appraised" => json!({"asset": 1, "value": word(0)}),
        "auction_announced" => {
            json!({"asset": 1, "round": word(0), "start_price": word(1), "held_on": word(2)})
        }
        "auction_unsold" => json!({"asset": 1, "ground": or(0, "no_bidder")}),
        "price_reduced" => {
            let percent = words.first().unwrap().trim_end_matches('%');
            json!({"asset": 1, "by": {"numerator": plain(percent), "denominator": 100}, "start_price": word(1), "agreed": words.get(2) == Some(&"agreed")})
        }
        "auction_sold" => {
            json!({"asset": 1, "price": word(0), "buyer": {"name": "người mua"}, "pay_by": word(1)})
        }
        "auction_paid" => json!({"asset": 1, "amount": word(0)}),
        "asset_handed_over" => json!({"asset": 1}),
        "payment_collected" => {
            json!({"payer": {"debtor": words.get(1).map_or(json!(1), |word| plain(word))}, "amount": word(0), "means": or(2, "cash")})
        }
        "held_temporarily" => json!({"amount": word(0), "why": "chưa rõ"}),
        "held_money_resolved" => json!({"item": word(0), "amount": word(1), "to": or(2, "distribution")}),
        "refunded" => json!({"amount": word(0)}),
        "exempted" => json!({"obligation": word(0), "amount": word(1), "decision": "03/2019/QĐ-TA"}),
        "distribution_planned" | "payout_approved" => json!({"lines": lines(words)}),
        "remitted_to_budget" if words.len() == 1 => json!({"amount": word(0)}),
        "remitted_to_budget" => json!({"obligation": word(0), "amount": word(1)}),
        "enforcement_fee_charged" => json!({"obligation": word(0), "base": word(1), "fee": word(2)}),
        "deposited_for_payee" => json!({"obligation": word(0), "amount": word(1), "bank": "Agribank"}),
        "complaint_received" => {
            json!({"complainant": {"name": "người khiếu nại"}, "class": words.first().map_or(json!(1), |word| plain(word)), "level": words.get(1).map_or(json!(1), |word| plain(word))})
        }
        "complaint_resolved" | "denunciation_concluded" => json!({"outcome": or(0, "dismissed")}),
        "denunciation_received" => json!({"author": {"name": "người tố cáo"}, "against": "ai, việc gì"}),
        "entry_voided" => json!({"entry": word(0), "authority": "thủ trưởng"}),
        "note_added" => json!({"text": "ghi chú"}),
        "row_imported" => {
            json!({"row": "{\"id\":\"1\"}", "late": false, "file": "00112233445566778899aabbccddeeff", "complaints": ["DT03/2019/K0012"]})
        }
        "office_opened" => {
            json!({"number": word(0), "code": or(1, "DT09"), "name": "mới", "level": "sub_department", "parent": words.get(2).map_or(json!(1), |word| plain(word))})
        }
        "officer_appointed" => {
            json!({"number": word(0), "office": word(1), "role": or(2, "enforcer"), "person": {"name": "người mới"}})
        }
        "target_assigned" => {
            let year = words.get(4).map_or(json!(2019), |word| plain(word));
            json!({"year": year, "office": word(0), "figure": or(1, "rate.cases"), "ratio": {"numerator": word(2), "denominator": word(3)}})
        }
        "parameter_set" => {
            json!({"set": {"rule": word(0), "from": on, "value": word(1), "document": "TT 01/2019"}})
        }
        "clock_corrected" => {
            json!({"from": word(0), "day": word(1), "reason": "đồng hồ chạy sai"})
        }
        _ => json!({}),
    }
}

/// A step that was read: what, when, by whom, recorded when.
pub(crate) struct Step {
    pub(crate) event: Event,
    pub(crate) on: Date,
    pub(crate) late: Option<Date>,
    pub(crate) actor: OfficerNo,
    pub(crate) imported: bool,
}

/// Who records a kind unless a table says so.
fn usual(event: &Event) -> OfficerNo {
    let by = event.info().by;
    let whose = [
        (Role::Enforcer, "enforcer"),
        (Role::Head, "head"),
        (Role::Accountant, "accountant"),
        (Role::Clerk, "clerk"),
        (Role::ProvincialHead, "provincial_head"),
    ];
    let who = match &event.body {
        Body::FactCorrected(fact) => return usual(&fact.replacement),
        Body::EntryVoided(_) => "head",
        Body::JudgmentReceived(_)
        | Body::RequestReceived(_)
        | Body::ComplaintReceived(_)
        | Body::DenunciationReceived(_) => "clerk",
        _ => whose.iter().find(|(role, _)| by.contains(role)).map_or("head", |(_, who)| who),
    };
    officer(who)
}

/// Reads a step; `before` is the day of the step before it.
pub(crate) fn step(text: &str, before: Date) -> Step {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let mut on = before;
    if let Some(date) = words.first().and_then(|word| word.parse().ok()) {
        on = date;
        words.remove(0);
    }
    let (mut late, mut actor, mut imported) = (None, None, false);
    let mut extra = Map::new();
    let kind = words.remove(0);
    let mut positional = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        match word {
            "by" => actor = words.next().map(officer),
            "late" => late = words.next().map(day),
            "imported" => imported = true,
            // What a correction says instead is a step of its own.
            "to" if kind == "fact_corrected" => {
                let rest: Vec<&str> = words.by_ref().collect();
                let inner = step(&rest.join(" "), on);
                extra.insert("took_effect".to_owned(), json!(inner.on));
                extra.insert("replacement".to_owned(), serde_json::to_value(&inner.event).unwrap());
                late = inner.late;
                actor = actor.or(rest.contains(&"by").then_some(inner.actor));
            }
            _ => match word.split_once('=') {
                Some((name, value)) if !value.is_empty() => {
                    extra.insert(name.to_owned(), plain(value));
                }
                _ => positional.push(word),
            },
        }
    }
    let mut fields = if kind == "fact_corrected" {
        json!({"entry": plain(positional[0]), "authority": "thủ trưởng"})
    } else {
        fields(kind, &positional, on)
    };
    fields.as_object_mut().unwrap().extend(extra);
    let event = read(kind, fields);
    let actor = actor.unwrap_or_else(|| usual(&event));
    Step { event, on, late, actor, imported }
}

impl History {
    pub(crate) fn new() -> History {
        History { reference_data: province(), entries: Vec::new(), next: 100, today: day("2018-10-01") }
    }

    /// The stream of a history, every step of which must be accepted.
    pub(crate) fn told(history: &str) -> History {
        let mut stream = History::new();
        stream.tell(history);
        stream
    }

    pub(crate) fn tell(&mut self, history: &str) {
        for text in history.split('/').map(str::trim).filter(|text| !text.is_empty()) {
            if let Err(refusal) = self.attempt(text) {
                panic!("{text}: {}", refused(&refusal));
            }
        }
    }

    pub(crate) fn attempt(&mut self, text: &str) -> Result<(), Refusal> {
        self.attempt_with(text, Sender::NotAsked)
    }

    /// A step, with the case at the other end of a move.
    pub(crate) fn attempt_with(&mut self, text: &str, sender: Sender<'_>) -> Result<(), Refusal> {
        if text.split_whitespace().any(|word| word == "opened") {
            let (date, order) = text.split_once("opened").unwrap();
            for text in [
                format!("{date} judgment_received"),
                "request_received".to_owned(),
                format!("enforcement_ordered {order}"),
                "enforcer_assigned".to_owned(),
            ] {
                self.attempt_with(&text, sender)?;
            }
            return Ok(());
        }
        let step = step(text, self.entries.last().map_or(self.today, |last| last.effective));
        self.take(&step, sender)
    }

    /// Lets the law decide about a step, and records it when it may be.
    pub(crate) fn take(&mut self, step: &Step, sender: Sender<'_>) -> Result<(), Refusal> {
        let action = self.action(step);
        // Who says what stands at the other end says it of both: a stream has one.
        let receiver = match sender {
            Sender::NotAsked => Receiver::NotAsked,
            Sender::Missing | Sender::Found(_) => Receiver::Nobody,
            Sender::Taken(case) => Receiver::Took(case),
        };
        let context = DecisionContext {
            reference_data: &self.reference_data,
            next: Position(self.next),
            sender,
            receiver,
        };
        let decided = decide(&self.entries, &action, &context);
        let mut kept = Kept::default();
        kept.go_on(&self.entries);
        assert_eq!(
            kept.decide(&self.entries, &action, &context),
            decided,
            "what is kept says something else"
        );
        let decision = decided?;
        if let Some(flag) = decision.flags.first().filter(|_| !step.imported) {
            panic!("flagged: {}", refused(flag));
        }
        self.push(&action);
        Ok(())
    }

    pub(crate) fn action(&self, step: &Step) -> Action {
        let own = self
            .reference_data
            .organisation
            .officers
            .get(&step.actor)
            .map_or(OfficeNo(2), |officer| officer.office);
        Action {
            effective: step.on,
            recorded_on: step.late.unwrap_or(self.today.max(step.on)),
            office: self.entries.first().map_or(own, |first| first.office),
            actor: step.actor,
            imported: step.imported,
            event: Arc::new(step.event.clone()),
        }
    }

    fn push(&mut self, action: &Action) {
        self.entries.push(RecordedEvent {
            position: Position(self.next),
            effective: action.effective,
            recorded_on: action.recorded_on,
            office: action.office,
            actor: action.actor,
            imported: action.imported,
            event: action.event.clone(),
        });
        self.next += 1;
        self.today = self.today.max(action.recorded_on);
    }

    pub(crate) fn case(&self) -> Case {
        case_at(&self.entries, Date::MAX)
    }

    pub(crate) fn case_on(&self, on: &str) -> Case {
        case_at(&self.entries, day(on))
    }

    pub(crate) fn complaint(&self) -> Complaint {
        complaint_at(&self.entries, Date::MAX)
    }
}

/// A refusal in a line.
pub(crate) fn refused(refusal: &Refusal) -> String {
    let Refusal { code, article, field, given, limit, accepted, breaks } = refusal;
    for part in [given, limit, accepted] {
        let vi = words(part, Language::Vi);
        assert_eq!(english_in(&vi), None, "{refusal:?}: {vi}");
    }
    let given = words(given, Language::En);
    let [limit, accepted] = [limit, accepted].map(|part| held_against(part, Language::En));
    let code = serde_json::to_value(code).unwrap();
    let breaks = breaks.map_or_else(String::new, |position| format!(" [entry {position}]"));
    format!(
        "refused {article} {}: {field} {given}; {limit}; accepted: {accepted}{breaks}",
        code.as_str().unwrap()
    )
}

fn status(case: &Case) -> String {
    match &case.status {
        CaseStatus::Unknown => "unknown".to_owned(),
        CaseStatus::Registered => "registered".to_owned(),
        CaseStatus::Refused { on } => format!("request refused {on}"),
        CaseStatus::Finished { how, on, .. } => {
            format!("{} {on}", serde_json::to_value(how).unwrap().as_str().unwrap())
        }
        CaseStatus::Open(Open { class, activity, .. }) => {
            let class = match class {
                Class::Pending => "pending",
                Class::Enforceable => "enforceable",
                Class::NotYet { tracking_book: false, .. } => "not yet enforceable",
                Class::NotYet { tracking_book: true, .. } => "in the tracking book",
            };
            match activity {
                Activity::Active => class.to_owned(),
                Activity::Postponed { .. } => format!("{class}, postponed"),
                Activity::Suspended { .. } => format!("{class}, suspended"),
                Activity::Paused => format!("{class}, paused"),
            }
        }
    }
}

/// What a case comes to, in parts that a table may name.
pub(crate) fn parts(case: &Case) -> Vec<String> {
    let sum = |of: fn(&thads_cases::case::Obligation) -> thads_cases::money::Amount| -> i128 {
        case.obligations.iter().map(|one| of(one).total()).sum()
    };
    let kept: i128 = case.held.iter().map(|held| held.amount.total()).sum();
    let cash = &case.cash;
    let mut parts = vec![status(case)];
    for (name, amount) in [
        ("due", sum(|one| one.due)),
        ("credited", sum(|one| one.credited)),
        ("exempted", sum(|one| one.exempted)),
        ("terminated", sum(|one| one.terminated)),
        ("moved out", sum(|one| one.moved_out)),
        ("remaining", case.remaining()),
        ("outstanding", case.outstanding()),
        ("collected", cash.collected),
        ("held", cash.undistributed),
        ("to refund", cash.refund_due),
        ("deposited", cash.deposited),
        ("disbursed", cash.disbursed),
        ("remitted", cash.remitted),
        ("fees", cash.fees),
        ("refunded", cash.refunded),
        ("kept", kept),
        ("approved", case.approved.iter().map(|line| line.amount.total()).sum()),
    ] {
        parts.push(format!("{name} {amount}"));
    }
    if let Some(enforcer) = case.open().and_then(|open| open.enforcer) {
        parts.push(format!("enforcer {enforcer}"));
    }
    if let Some(until) = case.voluntary_until {
        parts.push(format!("voluntary until {until}"));
    }
    for asset in &case.assets {
        let price = asset.offered_at.map_or(0, |price| price.get());
        parts.push(format!("asset {} offered at {price}, {} rounds", asset.number, asset.rounds.len()));
    }
    parts
}

/// After the history, the action is answered so: `refused …` in full, or parts of what the case comes to.
pub(crate) fn check(history: &str, action: &str, expected: &str) {
    let mut stream = History::told(history);
    let answer = stream.attempt(action);
    compare(action, answer.map(|()| parts(&stream.case())), expected);
}

pub(crate) fn compare(action: &str, answer: Result<Vec<String>, Refusal>, expected: &str) {
    match answer {
        Err(refusal) => assert_eq!(refused(&refusal), expected, "{action}"),
        Ok(parts) => {
            assert!(!expected.starts_with("refused"), "{action}: accepted, {}", parts.join("; "));
            for part in expected.split("; ") {
                assert!(
                    parts.iter().any(|has| has == part),
                    "{action}: {part:?} is not among {}",
                    parts.join("; ")
                );
            }
        }
    }
}

/// The same for many actions, each after the same history.
pub(crate) fn after(history: &str, rows: &[(&str, &str)]) {
    let told = History::told(history);
    for (action, expected) in rows {
        let mut stream = told.clone();
        let answer = stream.attempt(action);
        compare(action, answer.map(|()| parts(&stream.case())), expected);
    }
}
