//! Real events: an office's day, decided by the law on the read model as a writer has seen it.
//!
//! It goes the way of one action without files: read the model, seal, decide, and name the version that was looked at.

use thads_cases::case::{Basis, Case, JudgmentKind, Line, Party, PartyKind, Payee};
use thads_cases::date::Date;
use thads_cases::decide::{Action, DecisionContext, decide};
use thads_cases::distribution::ObligationKind;
use thads_cases::event::assignment::EnforcerAssigned;
use thads_cases::event::classification::ConditionsVerified;
use thads_cases::event::complaint::{ComplaintAccepted, ComplaintReceived, ComplaintResolved};
use thads_cases::event::intake::{Channel, EnforcementOrdered, JudgmentReceived, Owed, RequestReceived};
use thads_cases::event::money::{Means, PaidDirectly, Payer, PaymentCollected};
use thads_cases::event::organisation::{OfficeOpened, OfficerAppointed, TargetAssigned};
use thads_cases::event::payout::{PayoutApproved, RemittedToBudget};
use thads_cases::event::repair::{EntryVoided, FactCorrected, NoteAdded};
use thads_cases::event::suspension::{Completed, Postponed, PostponementEnded};
use thads_cases::event::{Body, Event, Receiver, Sender};
use thads_cases::history::{RecordedEvent, case_at};
use thads_cases::ids::{CaseId, ComplaintId, ObligationNo, OfficeNo, OfficerNo, Position};
use thads_cases::money::{Amount, Ratio};
use thads_cases::organisation::{Level, Role};
use thads_cases::personal::{Person, Personal};
use thads_cases::stream::StreamKind;
use thads_ledger::{StreamAppend, Vault};
use thads_projections::read_model::ReadModel;
use thads_proof::record::{Provenance, Stream, StreamTag};
use thads_service::persons::REFERENCES;
use thads_service::seal;

use super::judge::Logged;
use super::rng::SimRng;

const DEPARTMENT: OfficeNo = OfficeNo(1);
/// Number, code, and the office above.
const OFFICES: [(OfficeNo, &str); 3] = [(DEPARTMENT, "D"), (OfficeNo(2), "A"), (OfficeNo(3), "B")];

/// What a writer looks at when he decides.
pub(crate) struct View<'a> {
    /// The read model as he has seen it; perhaps not the last.
    pub(crate) model: &'a ReadModel,
    /// The day by the clock.
    pub(crate) today: Date,
    /// The log, whose records name references.
    pub(crate) log: &'a [Logged],
    /// The words behind the references.
    pub(crate) vault: &'a dyn Vault,
}

/// A role's officer in an office: office × 10 + 1 head, 2 enforcer, 3 accountant, 4 clerk.
fn officer(office: OfficeNo, role: Role) -> OfficerNo {
    let place = match role {
        Role::Head | Role::ProvincialHead => 1,
        Role::Enforcer => 2,
        Role::Accountant => 3,
        _ => 4,
    };
    OfficerNo(office.0 * 10 + place)
}

fn somebody(rng: &mut SimRng) -> Personal {
    let number = rng.below(1_000_000);
    match rng.below(3) {
        0 => Personal::Text(format!("note {number}")),
        1 => Personal::Person(Person { name: format!("Nguyễn Văn {number}"), ..Person::default() }),
        _ => Personal::Person(Person {
            name: format!("Trần Thị {number}"),
            id_number: Some(format!("0{number:011}")),
            address: Some("Cao Lãnh".to_owned()),
            account: None,
        }),
    }
}

/// Offices and officers, one after the other: a department with two offices below it.
pub(crate) fn config(rng: &mut SimRng) -> Vec<(StreamTag, String, Body)> {
    let mut all = Vec::new();
    for (number, code) in OFFICES {
        let top = number == DEPARTMENT;
        let body = OfficeOpened {
            number,
            code: code.parse().unwrap(),
            name: code.to_owned(),
            level: if top { Level::Department } else { Level::SubDepartment },
            parent: (!top).then_some(DEPARTMENT),
        };
        all.push((StreamTag::Office, code.to_owned(), Body::OfficeOpened(body)));
    }
    for (office, _) in OFFICES {
        let head = if office == DEPARTMENT { Role::ProvincialHead } else { Role::Head };
        for role in [Role::Enforcer, Role::Accountant, Role::Clerk, head] {
            let number = officer(office, role);
            let body = OfficerAppointed { number, office, role, person: somebody(rng) };
            all.push((StreamTag::Officer, number.to_string(), Body::OfficerAppointed(body)));
        }
    }
    all
}

impl View<'_> {
    /// Decides about the organisation; `None`: the law refuses it.
    pub(crate) fn organise(
        &self,
        rng: &mut SimRng,
        tag: StreamTag,
        key: &str,
        on: Date,
        body: Body,
    ) -> Option<StreamAppend> {
        let config = !self.model.reference_data().organisation.has_head();
        let actor = if config { OfficerNo(0) } else { officer(DEPARTMENT, Role::ProvincialHead) };
        let stream = Stream::new(tag, key.as_bytes()).unwrap();
        let expected = self.model.version(&stream);
        self.decide(rng, &stream, self.model.organisation(), (DEPARTMENT, on), expected, vec![(actor, body)])
    }

    /// Decides some action of an office; `None`: the law refuses it.
    pub(crate) fn act(&self, rng: &mut SimRng) -> Option<Vec<StreamAppend>> {
        let on = if rng.one_in(5) {
            self.today.plus_days(-i32::try_from(rng.below(30)).unwrap())
        } else {
            self.today
        };
        let count = self.model.case_count();
        let part = match rng.below(20) {
            0 => self.complaint(rng, on)?,
            1 => {
                let ratio = Ratio::new(rng.between(1, 100), 100).unwrap();
                let (office, code) = *rng.pick(&OFFICES);
                let target = TargetAssigned { year: 2019, office, figure: "rate.cases".to_owned(), ratio };
                self.organise(rng, StreamTag::Office, code, on, Body::TargetAssigned(target))?
            }
            2..6 => self.intake(rng, on)?,
            _ if count == 0 => self.intake(rng, on)?,
            _ => {
                let nth = rng.index(count);
                let (id, history) = self.model.cases().nth(nth).unwrap();
                self.go_on(rng, id, history, on)?
            }
        };
        let mut parts = vec![part];
        // What was looked at elsewhere, and must not have changed.
        if rng.one_in(6) {
            let code = rng.pick(&OFFICES).1;
            let stream = Stream::new(StreamTag::Office, code.as_bytes()).unwrap();
            if stream != parts[0].stream {
                let expected_version = self.model.version(&stream);
                parts.push(StreamAppend { stream, expected_version, events: Vec::new() });
            }
        }
        Some(parts)
    }

    /// A new case: judgment, perhaps a request, order and enforcer, some of them or all.
    fn intake(&self, rng: &mut SimRng, on: Date) -> Option<StreamAppend> {
        let (office, code) = OFFICES[1 + rng.index(2)];
        let code = code.parse().unwrap();
        let year = u16::try_from(on.year()).unwrap();
        let number = self.model.next_number(StreamKind::Case, &code, year);
        let id = CaseId { office: code, year, number };
        let (basis, kind, payee) = if rng.one_in(2) {
            (Basis::Proactive, ObligationKind::CourtFee, Payee::Budget)
        } else {
            (Basis::OnRequest, ObligationKind::Loan, Payee::Creditor(1))
        };
        let judgment = JudgmentReceived {
            court: "Tòa án".to_owned(),
            number: format!("{number}/2018/DSST"),
            date: on,
            in_force: Some(on),
            judgment: JudgmentKind::Civil,
        };
        let mut bodies = vec![Body::JudgmentReceived(judgment)];
        if basis == Basis::OnRequest {
            let request = RequestReceived { requester: somebody(rng), channel: Channel::Desk };
            bodies.push(Body::RequestReceived(request));
        }
        let mut party = || Party { person: somebody(rng), kind: PartyKind::Individual };
        let debtors = vec![party()];
        let creditors = if payee == Payee::Budget { Vec::new() } else { vec![party()] };
        let amount = Amount::new(1_000 * rng.between(200, 90_000)).unwrap();
        bodies.push(Body::EnforcementOrdered(EnforcementOrdered {
            basis,
            obligations: vec![Owed { kind, payee, amount, secured: false }],
            debtors,
            creditors,
            liability: None,
            tags: Vec::new(),
        }));
        let enforcer = officer(office, Role::Enforcer);
        bodies.push(Body::EnforcerAssigned(EnforcerAssigned { enforcer, reason: None }));
        self.in_case(rng, &id, &[], (office, on), bodies)
    }

    /// Something happens in a case.
    fn go_on(
        &self,
        rng: &mut SimRng,
        id: &CaseId,
        history: &[RecordedEvent],
        on: Date,
    ) -> Option<StreamAppend> {
        let office = history[0].office;
        let case = case_at(history, Date::MAX);
        let any = history[rng.index(history.len())].clone();
        let owed = case.obligations.first().map_or(0, |one| one.remaining().get());
        let part = Amount::new(rng.between(1, (owed / 2).max(2))).unwrap();
        let bodies = match rng.below(14) {
            0..4 => vec![collected(part)],
            4 | 5 => vec![Body::NoteAdded(NoteAdded { text: somebody(rng) })],
            6 => vec![Body::EntryVoided(void(any.position, rng))],
            7 => vec![self.corrected(&any, part, on)],
            8 => vec![Body::ConditionsVerified(ConditionsVerified {
                means_found: false,
                estimate: None,
                findings: Some(somebody(rng)),
            })],
            9 => vec![Body::Postponed(Postponed { ground: "c".to_owned(), until: None })],
            10 => vec![Body::PostponementEnded(PostponementEnded {})],
            11 => {
                let obligation = ObligationNo(1);
                vec![Body::PaidDirectly(PaidDirectly { obligation, amount: part })]
            }
            _ => finished(&case),
        };
        self.in_case(rng, id, history, (office, on), bodies)
    }

    /// A correction of an entry: of a payment's sum, of any other entry's day.
    fn corrected(&self, entry: &RecordedEvent, amount: Amount, took_effect: Date) -> Body {
        let replacement = match &entry.event.body {
            Body::PaymentCollected(_) => Event::bare(collected(amount)),
            _ => self.said(entry),
        };
        Body::FactCorrected(FactCorrected {
            entry: entry.position,
            took_effect,
            replacement: replacement.into(),
            authority: "thủ trưởng".to_owned(),
            reason: None,
            changed: None,
        })
    }

    /// An entry with its words, each of which opens the commitment of the entry's record.
    fn said(&self, entry: &RecordedEvent) -> Event {
        let record = &self.log[usize::try_from(entry.position.0).unwrap()].record;
        let pieces = self.vault.read_record(record, REFERENCES).unwrap();
        let mut said = (*entry.event).clone();
        for (field, piece) in said.personal().into_iter().zip(pieces) {
            *field = serde_json::from_slice(&piece.plaintext.unwrap()).unwrap();
        }
        said
    }

    fn complaint(&self, rng: &mut SimRng, on: Date) -> Option<StreamAppend> {
        let (office, code) = OFFICES[1 + rng.index(2)];
        let year = u16::try_from(on.year()).unwrap();
        let code = code.parse().unwrap();
        let number = self.model.next_number(StreamKind::Complaint, &code, year);
        let id = ComplaintId { office: code, year, number };
        let complaint = ComplaintReceived {
            complainant: somebody(rng),
            case: None,
            class: 1,
            level: 1,
            against: None,
            complex: false,
        };
        let mut bodies = vec![(Role::Clerk, Body::ComplaintReceived(complaint))];
        if rng.one_in(2) {
            bodies.push((Role::Head, Body::ComplaintAccepted(ComplaintAccepted {})));
            let outcome = thads_cases::complaint::Outcome::Dismissed;
            bodies.push((Role::Head, Body::ComplaintResolved(ComplaintResolved { outcome })));
        }
        let acts = bodies.into_iter().map(|(role, body)| (officer(office, role), body)).collect();
        let stream = Stream::new(StreamTag::Complaint, id.to_string().as_bytes()).unwrap();
        self.decide(rng, &stream, &[], (office, on), 0, acts)
    }

    /// Decides actions of one case, by officers who may record them.
    fn in_case(
        &self,
        rng: &mut SimRng,
        id: &CaseId,
        history: &[RecordedEvent],
        (office, on): (OfficeNo, Date),
        bodies: Vec<Body>,
    ) -> Option<StreamAppend> {
        let by = |body: &Body| {
            let roles = [Role::Enforcer, Role::Accountant, Role::Head, Role::Clerk];
            let may = by_whom(history, body);
            officer(office, roles.into_iter().find(|role| may.contains(role)).unwrap_or(Role::Head))
        };
        let acts = bodies.into_iter().map(|body| (by(&body), body)).collect();
        let stream = Stream::new(StreamTag::Case, id.to_string().as_bytes()).unwrap();
        let expected = u64::try_from(history.len()).unwrap();
        self.decide(rng, &stream, history, (office, on), expected, acts)
    }

    /// Seals and decides one action after the other, each on what the ones before it leave.
    fn decide(
        &self,
        rng: &mut SimRng,
        stream: &Stream,
        history: &[RecordedEvent],
        (office, effective): (OfficeNo, Date),
        expected_version: u64,
        acts: Vec<(OfficerNo, Body)>,
    ) -> Option<StreamAppend> {
        let mut known = history.to_vec();
        let mut events = Vec::new();
        for (actor, body) in acts {
            let position = Position(self.model.position().0 + u64::try_from(events.len()).unwrap());
            let sealed = seal::seal(Event::bare(body), rng, self.vault).ok()?;
            let event = std::sync::Arc::new(sealed.event.clone());
            let action = Action { effective, recorded_on: self.today, office, actor, imported: false, event };
            let context = DecisionContext {
                reference_data: self.model.reference_data(),
                next: position,
                sender: Sender::NotAsked,
                receiver: Receiver::NotAsked,
            };
            decide(&known, &action, &context).ok()?;
            let provenance = Provenance::Practice;
            events.push(seal::new_event(&sealed, effective, office.0, actor.0, provenance).unwrap());
            known.push(RecordedEvent {
                position,
                effective,
                recorded_on: action.recorded_on,
                office,
                actor,
                imported: false,
                event: action.event,
            });
        }
        Some(StreamAppend { stream: stream.clone(), expected_version, events })
    }
}

fn collected(amount: Amount) -> Body {
    let payer = Payer::Debtor(1);
    Body::PaymentCollected(PaymentCollected { payer, amount, means: Means::Cash, receipt: None })
}

fn void(entry: Position, rng: &mut SimRng) -> EntryVoided {
    let reason = rng.one_in(2).then(|| somebody(rng));
    EntryVoided { entry, authority: "thủ trưởng".to_owned(), reason }
}

/// All that is left is paid, paid out, and the case completed.
fn finished(case: &Case) -> Vec<Body> {
    let Some(one) = case.obligations.first() else { return vec![Body::Completed(Completed {})] };
    let amount = one.remaining();
    if one.payee == Payee::Budget {
        let lines = vec![Line { obligation: ObligationNo(1), amount }];
        vec![
            collected(amount),
            Body::PayoutApproved(PayoutApproved { lines }),
            Body::RemittedToBudget(RemittedToBudget { obligation: None, amount }),
            Body::Completed(Completed {}),
        ]
    } else {
        let paid = PaidDirectly { obligation: ObligationNo(1), amount };
        vec![Body::PaidDirectly(paid), Body::Completed(Completed {})]
    }
}

/// Who may record it: a repair, whoever may record what it repairs.
fn by_whom(history: &[RecordedEvent], body: &Body) -> &'static [Role] {
    let named = match body {
        Body::FactCorrected(fact) => fact.entry,
        Body::EntryVoided(void) => void.entry,
        _ => return body.info().by,
    };
    let target = history.iter().find(|entry| entry.position == named);
    target.map_or(&[], |entry| by_whom(history, &entry.event.body))
}
