//! A writer of histories: each action is decided by the law, sealed, encoded as a record, and folded.

use std::collections::BTreeMap;
use thads_cases::case::{Basis, Case, JudgmentKind, Party, PartyKind, Payee};
use thads_cases::date::Date;
use thads_cases::decide::{Action, DecisionContext, decide};
use thads_cases::distribution::ObligationKind;
use thads_cases::event::assignment::EnforcerAssigned;
use thads_cases::event::intake::{Channel, EnforcementOrdered, JudgmentReceived, Owed, RequestReceived};
use thads_cases::event::organisation::{OfficeOpened, OfficerAppointed, TargetAssigned};
use thads_cases::event::{Body, Event, Payload, Receiver, Sender};
use thads_cases::history::{RecordedEvent, case_at};
use thads_cases::ids::{CaseId, OfficeNo, OfficerNo, Position};
use thads_cases::money::{Amount, Ratio};
use thads_cases::organisation::{Level, Role};
use thads_cases::personal::{Personal, VaultRef};
use thads_cases::refusal::Refusal;
use thads_cases::rules::Rules;
use thads_cases::stream::StreamKind;
use thads_projections::identities::identities;
use thads_projections::period::{Period, PeriodName};
use thads_projections::read_model::ReadModel;
use thads_projections::report::{Report, report};
use thads_projections::scope::Scope;
use thads_proof::record::{
    Leaf, LedgerId, Micros, Position as LogPosition, Provenance, Record, RequestId, Stream, StreamTag,
};

pub(crate) const DEPARTMENT: OfficeNo = OfficeNo(1);
pub(crate) const A: OfficeNo = OfficeNo(2);
pub(crate) const B: OfficeNo = OfficeNo(3);
pub(crate) const OFFICES: [(OfficeNo, &str); 3] = [(DEPARTMENT, "D"), (A, "A"), (B, "B")];

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn period(text: &str) -> Period {
    text.parse::<PeriodName>().unwrap().by(&Rules::built_in()).unwrap()
}

pub(crate) fn dong(amount: i64) -> Amount {
    Amount::new(amount).unwrap()
}

pub(crate) fn somebody() -> Personal {
    Personal::Sealed(VaultRef([7; 16]))
}

pub(crate) fn code(office: OfficeNo) -> &'static str {
    OFFICES.iter().find(|(number, _)| *number == office).unwrap().1
}

/// Writes records into a read model.
#[derive(Clone)]
pub(crate) struct LedgerWriter {
    pub(crate) model: ReadModel,
    /// Every record, for folding again.
    pub(crate) records: Vec<Record>,
    streams: BTreeMap<String, u64>,
    recorded_on: Option<Date>,
    imported: bool,
}

/// A role's officer in an office: office × 10 + 1 head, 2 enforcer, 3 accountant, 4 clerk.
pub(crate) fn officer(office: OfficeNo, role: Role) -> OfficerNo {
    let place = match role {
        Role::Head | Role::ProvincialHead => 1,
        Role::Enforcer => 2,
        Role::Accountant => 3,
        _ => 4,
    };
    OfficerNo(office.0 * 10 + place)
}

impl LedgerWriter {
    /// A department D with two offices below it, A and B, each with a head, an enforcer, an accountant and a clerk.
    pub(crate) fn new() -> LedgerWriter {
        let mut writer = LedgerWriter {
            model: ReadModel::new(),
            records: Vec::new(),
            streams: BTreeMap::new(),
            recorded_on: None,
            imported: false,
        };
        for (number, code) in OFFICES {
            let (level, parent) = if number == DEPARTMENT {
                (Level::Department, None)
            } else {
                (Level::SubDepartment, Some(DEPARTMENT))
            };
            let body =
                OfficeOpened { number, code: code.parse().unwrap(), name: code.to_owned(), level, parent };
            writer.organise(StreamTag::Office, code, "2010-01-01", Body::OfficeOpened(body));
        }
        for (office, _) in OFFICES {
            let head = if office == DEPARTMENT { Role::ProvincialHead } else { Role::Head };
            for role in [Role::Enforcer, Role::Accountant, Role::Clerk, head] {
                let number = officer(office, role);
                let body =
                    Body::OfficerAppointed(OfficerAppointed { number, office, role, person: somebody() });
                writer.organise(StreamTag::Officer, &number.to_string(), "2010-01-01", body);
            }
        }
        writer
    }

    /// From now on entries are recorded on that day, whatever their effective date.
    pub(crate) fn on_the_day(&mut self, day: &str) -> &mut LedgerWriter {
        self.recorded_on = Some(date(day));
        self
    }

    /// From now on entries are imported history.
    pub(crate) fn import(&mut self) -> &mut LedgerWriter {
        self.imported = true;
        self
    }

    pub(crate) fn next(&self) -> Position {
        self.model.position()
    }

    fn organise(&mut self, tag: StreamTag, key: &str, on: &str, body: Body) {
        let founding = !self.model.reference_data().organisation.has_head();
        let actor = if founding { OfficerNo(0) } else { officer(DEPARTMENT, Role::ProvincialHead) };
        let history = self.model.organisation().to_vec();
        let stream = Stream::new(tag, key.as_bytes()).unwrap();
        self.write(&stream, &history, DEPARTMENT, actor, date(on), body, Sender::NotAsked).unwrap();
    }

    pub(crate) fn target(&mut self, office: OfficeNo, year: i32, figure: &str, percent: i64) {
        let ratio = Ratio::new(percent, 100).unwrap();
        let body = Body::TargetAssigned(TargetAssigned { year, office, figure: figure.to_owned(), ratio });
        self.organise(StreamTag::Office, code(office), "2018-10-01", body);
    }

    /// Records an action on a case by an officer of its office who may record it.
    pub(crate) fn try_act(&mut self, case: &CaseId, on: &str, body: Body) -> Result<Position, Refusal> {
        let office = OFFICES.iter().find(|(_, code)| *code == case.office.as_str()).unwrap().0;
        let history = self.model.case(case).unwrap_or_default().to_vec();
        let by = by_whom(&history, &body);
        let roles = [Role::Clerk, Role::Enforcer, Role::Accountant, Role::Head];
        let actor = match roles.into_iter().find(|role| by.contains(role)) {
            Some(role) => officer(office, role),
            None => officer(DEPARTMENT, Role::ProvincialHead),
        };
        let sender = match &body {
            Body::EntrustedIn(here) => self.state(&here.brought.from),
            Body::TakenFromBelow(here) => self.state(&here.brought.from),
            _ => None,
        };
        let sender = sender.as_ref().map_or(Sender::NotAsked, Sender::Found);
        let stream = Stream::new(StreamTag::Case, case.to_string().as_bytes()).unwrap();
        self.write(&stream, &history, office, actor, date(on), body, sender)
    }

    pub(crate) fn act(&mut self, case: &CaseId, on: &str, body: Body) -> Position {
        let name = body.info().name;
        match self.try_act(case, on, body) {
            Ok(position) => position,
            Err(refusal) => panic!("{name} of {on} on {case} was refused: {refusal:?}"),
        }
    }

    pub(crate) fn state(&self, case: &CaseId) -> Option<Case> {
        Some(case_at(self.model.case(case)?, Date::MAX))
    }

    #[allow(clippy::too_many_arguments, reason = "everything that an entry has")]
    pub(crate) fn write(
        &mut self,
        stream: &Stream,
        history: &[RecordedEvent],
        office: OfficeNo,
        actor: OfficerNo,
        effective: Date,
        body: Body,
        sender: Sender<'_>,
    ) -> Result<Position, Refusal> {
        let recorded_on = self.recorded_on.unwrap_or(effective);
        let mut event = Event::bare(body);
        if actor == officer(office, Role::Clerk) {
            name_enforcer(&mut event, &case_at(history, effective));
        }
        let event = event.into();
        let action = Action { effective, recorded_on, office, actor, imported: self.imported, event };
        let reference_data = self.model.reference_data_at(self.next());
        let decision = decide(
            history,
            &action,
            &DecisionContext {
                reference_data: &reference_data,
                next: self.next(),
                sender,
                receiver: Receiver::Nobody,
            },
        )?;
        for event in &decision.events {
            self.append(stream, &action, event);
        }
        Ok(Position(self.next().0 - 1))
    }

    fn append(&mut self, stream: &Stream, action: &Action, event: &Event) {
        let version = self.streams.entry(stream.to_string()).or_insert(0);
        *version += 1;
        let corrects = match &event.body {
            Body::FactCorrected(fact) => Some(fact.entry),
            Body::EntryVoided(void) => Some(void.entry),
            _ => None,
        };
        let record = Record {
            ledger: LedgerId([1; 16]),
            position: LogPosition::new(self.model.position().0),
            previous_leaf: Leaf::ZERO,
            recorded_at: Micros::new(action.recorded_on.begins_at()),
            stream: stream.clone(),
            stream_version: *version,
            stream_previous_leaf: Leaf::ZERO,
            effective: action.effective.days(),
            office: action.office.0,
            actor: action.actor.0,
            provenance: if action.imported { Provenance::Imported } else { Provenance::Live },
            rule_set: 1,
            request: RequestId([0; 16]),
            corrects: corrects.map(|position| LogPosition::new(position.0)),
            kind: event.info().code,
            kind_revision: event.info().revision,
            blind: [0; 16],
            payload: thads_codec::encode(&Payload(event)).unwrap(),
            commitments: Vec::new(),
        };
        self.model.fold(&record).unwrap();
        self.records.push(record);
    }

    pub(crate) fn new_case(&self, office: OfficeNo, on: &str) -> CaseId {
        let (office, year) = (code(office).parse().unwrap(), u16::try_from(date(on).year()).unwrap());
        let number = self.model.next_number(StreamKind::Case, &office, year);
        CaseId { office, year, number }
    }

    /// A case with its judgment and request (unless proactive), ordered and assigned on one day.
    pub(crate) fn order(
        &mut self,
        office: OfficeNo,
        on: &str,
        basis: Basis,
        owed: &[(ObligationKind, Payee, i64)],
    ) -> CaseId {
        let case = self.new_case(office, on);
        let judgment = JudgmentReceived {
            court: "Tòa án".to_owned(),
            number: "1/2015/DSST".to_owned(),
            date: date(on),
            in_force: Some(date(on)),
            judgment: JudgmentKind::Civil,
        };
        self.act(&case, on, Body::JudgmentReceived(judgment));
        if basis == Basis::OnRequest {
            let request = RequestReceived { requester: somebody(), channel: Channel::Desk };
            self.act(&case, on, Body::RequestReceived(request));
        }
        let creditors = owed.iter().filter_map(|(_, payee, _)| match payee {
            Payee::Creditor(number) => Some(*number),
            Payee::Budget => None,
        });
        let party = || Party { person: somebody(), kind: PartyKind::Individual };
        let order = EnforcementOrdered {
            basis,
            obligations: owed_of(owed),
            debtors: vec![party(), party()],
            creditors: (0..creditors.max().unwrap_or(0)).map(|_| party()).collect(),
            liability: None,
            tags: Vec::new(),
        };
        self.act(&case, on, Body::EnforcementOrdered(order));
        self.assign(&case, on);
        case
    }

    pub(crate) fn assign(&mut self, case: &CaseId, on: &str) {
        let office = OFFICES.iter().find(|(_, code)| *code == case.office.as_str()).unwrap().0;
        let enforcer = officer(office, Role::Enforcer);
        self.act(case, on, Body::EnforcerAssigned(EnforcerAssigned { enforcer, reason: None }));
    }

    /// A proactive case over one sum to the budget.
    pub(crate) fn fee_case(&mut self, office: OfficeNo, on: &str, amount: i64) -> CaseId {
        self.order(office, on, Basis::Proactive, &[(ObligationKind::CourtFee, Payee::Budget, amount)])
    }

    /// A case on request over one loan.
    pub(crate) fn loan_case(&mut self, office: OfficeNo, on: &str, amount: i64) -> CaseId {
        self.order(office, on, Basis::OnRequest, &[(ObligationKind::Loan, Payee::Creditor(1), amount)])
    }

    /// The report of a period, with the identities checked.
    pub(crate) fn report(&self, text: &str, scope: Scope) -> Report {
        self.report_as_known(text, scope, self.next())
    }

    pub(crate) fn report_as_known(&self, text: &str, scope: Scope, known: Position) -> Report {
        let days =
            text.parse::<PeriodName>().unwrap().by(&self.model.reference_data_at(known).rules).unwrap();
        let report = report(&self.model, &days, scope, known);
        assert_eq!(identities(&report), Vec::new(), "{text} {scope:?}");
        report
    }

    /// Checks figures, `id value` each, with commas between; a rate as `id numerator/denominator`.
    pub(crate) fn check(&self, text: &str, scope: Scope, expected: &str) {
        let report = self.report(text, scope);
        let ids: Vec<&str> = expected.split(", ").map(|line| line.split_once(' ').unwrap().0).collect();
        assert_eq!(shown(&report, &ids).join(", "), expected, "{text} {scope:?}");
    }
}

/// Who may record it: a repair, whoever may record what it repairs.
fn by_whom(history: &[RecordedEvent], body: &Body) -> &'static [Role] {
    let named = match body {
        Body::FactCorrected(fact) => fact.entry,
        Body::EntryVoided(void) => void.entry,
        _ => return body.info().by,
    };
    history
        .iter()
        .find(|entry| entry.position == named)
        .map_or(&[], |entry| by_whom(history, &entry.event.body))
}

/// What a clerk enters in an open case names its enforcer.
fn name_enforcer(event: &mut Event, case: &Case) {
    let enforcer = case.open().and_then(|open| open.enforcer);
    match &mut event.body {
        Body::FactCorrected(fact) => fact.replacement.common.on_behalf_of = enforcer,
        _ => event.common.on_behalf_of = enforcer,
    }
}

/// Figures as text, one `id value` each.
pub(crate) fn shown(report: &Report, ids: &[&str]) -> Vec<String> {
    use thads_projections::figures::Value;
    ids.iter()
        .map(|id| match report.value(id).unwrap_or_else(|| panic!("no figure {id}")) {
            Value::Count(amount) | Value::Money(amount) => format!("{id} {amount}"),
            Value::Rate { numerator, denominator } => format!("{id} {numerator}/{denominator}"),
            Value::Unset(parameter) => format!("{id} unset: {parameter}"),
            Value::Uncounted => format!("{id} not counted"),
        })
        .collect()
}

fn owed_of(owed: &[(ObligationKind, Payee, i64)]) -> Vec<Owed> {
    let one = |&(kind, payee, amount): &_| Owed { kind, payee, amount: dong(amount), secured: false };
    owed.iter().map(one).collect()
}
