//! Who may repair which entry: a repair is as weighty as what it repairs.

use super::{
    Action, DecisionContext, RecordedEvent, folded, other_ends, pays_out, stream_of, subject_of, with_action,
};
use crate::case::{Case, Obligation, Party};
use crate::check::{not_blank, own_case};
use crate::event::KindName;
use crate::event::organisation::{is_still_governed, within_reach};
use crate::event::{Body, EventMeta, KindInfo, Receiver, RuleContext, Sender};
use crate::history::{EffectiveEvent, Repair, repairs, timeline};
use crate::ids::{OfficerNo, Position};
use crate::money::Amount;
use crate::organisation::{Officer, Organisation, Role};
use crate::reference_data::ReferenceData;
use crate::refusal::Refusal;
use crate::stream::StreamKind;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

/// What pays a creditor, or the budget.
const PAYMENTS: [KindName; 4] =
    [KindName::Disbursed, KindName::RemittedToBudget, KindName::DepositedForPayee, KindName::PaidDirectly];

/// What names an obligation and leaves a sum of it neither owed nor as it was.
const NAMING: [KindName; 6] = [
    KindName::Exempted,
    KindName::Terminated,
    KindName::Disbursed,
    KindName::RemittedToBudget,
    KindName::DepositedForPayee,
    KindName::PaidDirectly,
];

/// A repair names a standing entry of its own stream, replaces like by like, and is recorded by one who may record
/// what it repairs.
pub(super) fn check(
    history: &[RecordedEvent],
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<(), Refusal> {
    let (named, authority) = match &action.event.body {
        Body::FactCorrected(fact) => (fact.entry, &fact.authority),
        Body::EntryVoided(void) => (void.entry, &void.authority),
        _ => return Ok(()),
    };
    not_blank(authority, "–", "authority")?;
    let Some(at) = history.iter().position(|entry| entry.position == named) else {
        refuse!(Unknown, "–", "entry" => named; Words::EntryOfStream; positions(history));
    };
    let target = &history[at];
    if let Some(Some(Repair::Voided { by })) = repairs(history).get(at) {
        refuse!(Duplicate, "–", "entry" => named;
            Words::VoidedBy { entry: *by };
            Words::UndoVoid { kind: KindName::EntryVoided.into(), entry: *by });
    }
    if matches!(target.event.body, Body::RowImported(_)) && !action.imported {
        refuse!(Mismatch, "–", "entry" => named; Words::SourceStays; Words::EntriesItBecame);
    }
    if let Body::FactCorrected(fact) = &action.event.body {
        check_replacement(target, fact.replacement.info(), named)?;
    }
    let ends = other_ends(history, action, context.next);
    if !action.imported && ends.sender.is_some() && matches!(context.sender, Sender::NotAsked) {
        refuse!(Unknown, "57", "entry" => Words::SenderNotAsked;
            Words::WhatSenderMovedOut;
            Words::SendersCase);
    }
    judge(history, action, context, |change| {
        check_repairer(history, change, action, context)?;
        match stream_of(history) {
            StreamKind::Organisation => check_organisation(change, action, context),
            _ => Ok(()),
        }
    })
}

/// What was let off or paid names an obligation by its number, and that stays the same obligation: neither a repair nor a late
/// entry puts another in its place. Imported history is what it is.
pub(super) fn check_obligations(
    history: &[RecordedEvent],
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<(), Refusal> {
    let body = &action.event.body;
    let is_late = body.repairs().is_none();
    let owes = body.orders() || matches!(body, Body::CoercionCostRecorded(_));
    let is_before = || history.iter().any(|entry| entry.effective > action.effective);
    if action.imported || (is_late && !(owes && is_before())) {
        return Ok(());
    }
    let repaired = Repaired::by(history, action, context.next);
    if !is_late {
        check_payees(&repaired)?;
    }
    for was in &repaired.before.obligations {
        let is_let_off = was.exempted > Amount::ZERO || was.terminated > Amount::ZERO || was.ended;
        let is_named = is_let_off || (is_late && was.credited > Amount::ZERO);
        // Where it is not there any more, what names it breaks.
        let Some(now) = repaired.after.obligation(was.number).filter(|_| is_named) else { continue };
        let is_the_same = (now.kind, now.payee) == (was.kind, was.payee) && (!is_late || now.due == was.due);
        if !is_the_same {
            refuse!(Later, "–", "obligations" =>
                Words::ObligationBecomes { number: now.number, kind: now.kind, payee: now.payee };
                Words::NamedObligation { kind: was.kind, payee: was.payee };
                Words::VoidPayments { void: KindName::EntryVoided.into(), kinds: Value::list(NAMING) });
        }
    }
    Ok(())
}

/// Who was paid stays who was paid: no repair gives what was paid over, or put aside, on an obligation to another payee, or makes
/// another debt of it. Where it brings a payment back, that was to whom it was when it was recorded.
fn check_payees(repaired: &Repaired<'_>) -> Result<(), Refusal> {
    let refuse = |given: Words, before: &Obligation, credited: Amount| {
        Err(refusal!(Later, "47", "obligations" => given;
                Words::PaidOnObligation { kind: before.kind, payee: before.payee, amount: credited };
                Words::VoidPayments { void: KindName::EntryVoided.into(), kinds: Value::list(PAYMENTS) }))
    };
    for Paid { before, after, .. } in repaired.paid() {
        if (after.kind, after.payee) != (before.kind, before.payee) {
            let given =
                Words::ObligationBecomes { number: after.number, kind: after.kind, payee: after.payee };
            return refuse(given, &before, after.credited);
        }
    }
    // What says what is owed moves nothing of what was paid from one obligation to another.
    if !repaired.subject.is_some_and(|subject| subject.event.body.orders()) {
        return Ok(());
    }
    for was in &repaired.before.obligations {
        let credited = repaired.after.obligation(was.number).map_or(Amount::ZERO, |now| now.credited);
        if credited != was.credited {
            return refuse(Words::PaidOnIt { number: was.number, amount: credited }, was, was.credited);
        }
    }
    Ok(())
}

/// An obligation on which something is paid after a repair.
pub struct Paid {
    /// As it was when that was paid: before the repair, or where the repair brings it back when the payment was recorded.
    pub before: Obligation,
    /// Who were the creditors then.
    pub creditors: Vec<Party>,
    /// As it is after the repair.
    pub after: Obligation,
    /// Who are the creditors then.
    pub creditors_after: Vec<Party>,
}

/// The obligations on which something is paid after a repair, and was before it, or is again. Cost: folds the case three times.
pub fn paid(history: &[RecordedEvent], action: &Action, next: Position) -> Vec<Paid> {
    Repaired::by(history, action, next).paid()
}

/// A case before a repair and after it.
struct Repaired<'a> {
    before: Case,
    after: Case,
    /// The entry that the repair is about in the end.
    subject: Option<&'a RecordedEvent>,
    /// The case as it stood when that was recorded.
    recorded: Option<Case>,
}

impl<'a> Repaired<'a> {
    fn by(history: &'a [RecordedEvent], action: &Action, next: Position) -> Repaired<'a> {
        let with = with_action(history, action, next);
        let at = subject_of(&with, next);
        let recorded = at.map(|at| {
            folded(&history.iter().filter(|entry| entry.position <= at).cloned().collect::<Vec<_>>())
        });
        let subject = at.and_then(|at| history.iter().find(|entry| entry.position == at));
        Repaired { before: folded(history), after: folded(&with), subject, recorded }
    }

    fn paid(&self) -> Vec<Paid> {
        let is_credited = |one: &&Obligation| one.credited > Amount::ZERO;
        let mut all = Vec::new();
        for now in self.after.obligations.iter().filter(is_credited) {
            let was = self.before.obligation(now.number);
            let gains = was.is_none_or(|was| was.credited < now.credited);
            let then = was.filter(is_credited).map(|was| (was, &self.before.creditors));
            let again = self.recorded.as_ref().filter(|_| gains);
            let again = again.and_then(|case| Some((case.obligation(now.number)?, &case.creditors)));
            all.extend(then.into_iter().chain(again).map(|(before, creditors)| Paid {
                before: before.clone(),
                creditors: creditors.clone(),
                after: now.clone(),
                creditors_after: self.after.creditors.clone(),
            }));
        }
        all
    }
}

/// Whether who recorded a repair may record it, as the organisation is known; `history` is what stands before it.
pub(super) fn may_repair(
    history: &[RecordedEvent],
    repair: &RecordedEvent,
    reference_data: &ReferenceData,
) -> Result<(), Refusal> {
    let action = Action {
        effective: repair.effective,
        recorded_on: repair.recorded_on,
        office: repair.office,
        actor: repair.actor,
        imported: repair.imported,
        event: repair.event.clone(),
    };
    let (sender, receiver) = (Sender::NotAsked, Receiver::NotAsked);
    let context = DecisionContext { reference_data, next: repair.position, sender, receiver };
    judge(history, &action, &context, |change| check_repairer(history, change, &action, &context))
}

/// Judges what a repair makes of the entry that it is about in the end.
fn judge(
    history: &[RecordedEvent],
    action: &Action,
    context: &DecisionContext<'_>,
    rule: impl FnOnce(&Change<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let with = with_action(history, action, context.next);
    let base =
        subject_of(&with, context.next).and_then(|base| history.iter().find(|entry| entry.position == base));
    // What names no entry in the end changes nothing.
    let Some(base) = base else { return Ok(()) };
    let (without, with) = (timeline(history), timeline(&with));
    let of =
        |timeline: &[EffectiveEvent<'_>]| timeline.iter().position(|live| live.at.position == base.position);
    rule(&Change {
        entry: base,
        before: of(&without).map(|at| &without[at]),
        after: of(&with).map(|at| &with[at]),
    })
}

/// What a repair makes of the entry that it is about in the end: of a voided correction, what it corrected.
struct Change<'a> {
    entry: &'a RecordedEvent,
    /// What it says without the repair; `None` where it is voided.
    before: Option<&'a EffectiveEvent<'a>>,
    /// What it says with it.
    after: Option<&'a EffectiveEvent<'a>>,
}

impl Change<'_> {
    /// Whether the entry says something else afterwards, and not only nothing, or again what it said.
    fn rewrites(&self) -> bool {
        self.before.is_some() && self.after.is_some()
    }
}

fn positions(history: &[RecordedEvent]) -> Words {
    Value::list(history.iter().map(|entry| entry.position)).into()
}

fn check_replacement(
    target: &RecordedEvent,
    replacement: &'static KindInfo,
    named: Position,
) -> Result<(), Refusal> {
    if target.event.body.repairs().is_some() {
        refuse!(Mismatch, "–", "entry" => named;
            Words::NoRepairItself;
            Words::VoidToUndo { kind: KindName::EntryVoided.into() });
    }
    let wanted = target.event.info();
    if replacement.code != wanted.code {
        refuse!(Mismatch, "–", "replacement" => replacement;
            wanted;
            Words::ThenRightKind { kind: KindName::EntryVoided.into() });
    }
    Ok(())
}

/// Who may record a kind repairs it, and the head what his office recorded; but the head, who approves what is paid out,
/// does not correct the payment.
fn check_repairer(
    history: &[RecordedEvent],
    change: &Change<'_>,
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<(), Refusal> {
    let Some(officer) = context.reference_data.organisation.officers.get(&action.actor) else {
        return Ok(());
    };
    let target = change.entry;
    let info = target.event.info();
    let own_kind = info.by.is_empty() || info.by.contains(&officer.role);
    let as_head = matches!(officer.role, Role::Head | Role::ProvincialHead)
        && target.event.body.stream_kind() != StreamKind::Organisation
        && !(pays_out(&target.event.body) && change.rewrites());
    if !own_kind && !as_head {
        let by = Value::list(info.by.iter().copied());
        refuse!(Role, info.article, "actor" => officer.role;
            Words::RepairedBy { kind: info.into(), roles: by.clone() };
            by);
    }
    if let Some(after) = change.after {
        check_term(&context.reference_data.organisation, target.actor, after.at.on, info)?;
    }
    if officer.role == Role::Enforcer && stream_of(history) == StreamKind::Case {
        let at = EventMeta {
            nth: 0,
            position: context.next,
            on: action.effective,
            recorded_on: action.recorded_on,
            office: action.office,
            actor: action.actor,
            imported: action.imported,
        };
        let on = RuleContext {
            at,
            officer: Some(officer),
            reference_data: context.reference_data,
            sender: Sender::NotAsked,
        };
        own_case(&folded(history), &on)?;
    }
    Ok(())
}

/// Who recorded the entry was in office on the day to which a correction moves it.
fn check_term(
    organisation: &Organisation,
    actor: OfficerNo,
    day: crate::date::Date,
    info: &KindInfo,
) -> Result<(), Refusal> {
    match organisation.officers.get(&actor) {
        Some(Officer { from, .. }) if *from > day => {
            Err(refusal!(TooEarly, info.article, "took_effect" => day;
                Words::OfficerInOfficeSince { officer: actor, date: *from };
                Words::OrLater { date: *from }))
        }
        Some(_) | None => Ok(()),
    }
}

/// Offices and officers keep their numbers for ever: records name them. The rest of an entry is judged as if the entry
/// were not there yet, by who has his say where it belonged.
fn check_organisation(
    change: &Change<'_>,
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<(), Refusal> {
    let target = change.entry;
    let known = &context.reference_data.organisation;
    let officer = known.officers.get(&action.actor);
    let at = EventMeta {
        nth: 0,
        position: target.position,
        on: change.after.map_or(action.effective, |after| after.at.on),
        recorded_on: action.recorded_on,
        office: target.office,
        actor: action.actor,
        imported: action.imported,
    };
    let on = RuleContext { at, officer, reference_data: context.reference_data, sender: Sender::NotAsked };
    if let Some(before) = change.before {
        within_reach(&before.event.body, known, &on)?;
    }
    let mut organisation = known.clone();
    let Some(after) = change.after else {
        return match &target.event.body {
            Body::OfficeOpened(_) | Body::OfficerAppointed(_) => {
                Err(refusal!(Standing, "–", "entry" => target.position;
                    Words::NumbersForEver;
                    Words::AllButNumber { kind: KindName::FactCorrected.into() }))
            }
            _ => Ok(()),
        };
    };
    given_for_ever(&target.event.body, &after.event.body, &organisation)?;
    match &target.event.body {
        Body::OfficeOpened(old) => drop(organisation.offices.remove(&old.number)),
        Body::OfficerAppointed(old) => drop(organisation.officers.remove(&old.number)),
        _ => {}
    }
    after.event.body.allowed_in(&organisation, &on)?;
    after.event.body.apply_to(&mut organisation, &after.at);
    if is_still_governed(known, &organisation) {
        return Ok(());
    }
    let roles = Value::either([Role::ProvincialHead, Role::Administrator]);
    let given = match &after.event.body {
        Body::OfficerAppointed(new) => Words::RoleOfOffice { role: new.role, office: new.office },
        body => body.info().into(),
    };
    Err(refusal!(Role, "17", "replacement" => given;
            Words::SomebodyAppoints;
            Words::AppointAnother { kind: KindName::OfficerAppointed.into(), roles }))
}

/// Refuses what gives an office or officer another number or code, or sets an office above itself, where a repair makes `new`
/// of what was `old`.
pub(super) fn given_for_ever(old: &Body, new: &Body, organisation: &Organisation) -> Result<(), Refusal> {
    let changed = |given: Value, wanted: Value| {
        Err(refusal!(Mismatch, "–", "replacement" => given;
                Words::GivenForEver { value: wanted.clone() };
                wanted))
    };
    match (old, new) {
        (Body::OfficeOpened(old), Body::OfficeOpened(new)) => {
            if (old.number, &old.code) != (new.number, &new.code) {
                return changed(
                    Words::NumberAndCode { number: new.number, code: new.code.clone() }.into(),
                    Words::NumberAndCode { number: old.number, code: old.code.clone() }.into(),
                );
            }
            if new.parent.is_some_and(|parent| organisation.covers(new.number, parent)) {
                refuse!(Mismatch, "13", "replacement" => Words::typed("parent");
                    Words::NotBelowIt;
                    Words::AnotherOffice);
            }
            Ok(())
        }
        (Body::OfficerAppointed(old), Body::OfficerAppointed(new)) if old.number != new.number => {
            changed(new.number.into(), old.number.into())
        }
        _ => Ok(()),
    }
}
