//! Who may repair which entry: a repair is as weighty as what it repairs.

use super::{Action, Entry, Scene, folded, other_ends, pays_out, role_name, stream_of};
use crate::check::{own_case, written};
use crate::event::{About, At, Body, Circumstances, Sender, Subject};
use crate::history::{Repair, repairs};
use crate::ids::{OfficerNo, Position};
use crate::organisation::{Officer, Organisation, Role};
use crate::refusal::{Code, Refusal};

/// A repair names a standing entry of its own stream, replaces like by like, and is recorded by one who may record
/// what it repairs.
pub(super) fn check(history: &[Entry], action: &Action, scene: &Scene<'_>) -> Result<(), Refusal> {
    let (named, authority) = match &action.event.body {
        Body::FactCorrected(fact) => (fact.entry, &fact.authority),
        Body::EntryVoided(void) => (void.entry, &void.authority),
        _ => return Ok(()),
    };
    written(authority, "–", "authority")?;
    let Some(at) = history.iter().position(|entry| entry.position == named) else {
        return Err(Refusal::new(
            Code::Unknown,
            "–",
            "entry",
            named,
            "an entry of this stream",
            positions(history),
        ));
    };
    let target = &history[at];
    if let Some(Some(Repair::Voided { by })) = repairs(history).get(at) {
        return Err(Refusal::new(
            Code::Duplicate,
            "–",
            "entry",
            named,
            format!("voided by entry {by}"),
            format!("entry_voided of entry {by}, to undo that"),
        ));
    }
    if let Body::FactCorrected(fact) = &action.event.body {
        check_replacement(target, fact.replacement.about(), named)?;
    }
    let ends = other_ends(history, action, scene.next);
    if !action.imported && ends.sender.is_some() && matches!(scene.sender, Sender::NotAsked) {
        return Err(Refusal::new(
            Code::Unknown,
            "57",
            "entry",
            "the sender was not asked for",
            "what the sender moved out",
            "the sender's case",
        ));
    }
    check_repairer(history, target, action, scene)?;
    if stream_of(history) == Subject::Organisation {
        return check_organisation(target, action, scene);
    }
    Ok(())
}

fn positions(history: &[Entry]) -> String {
    history.iter().map(|entry| entry.position.to_string()).collect::<Vec<_>>().join(", ")
}

fn check_replacement(target: &Entry, replacement: &About, named: Position) -> Result<(), Refusal> {
    if target.event.body.repairs().is_some() {
        return Err(Refusal::new(
            Code::Mismatch,
            "–",
            "entry",
            named,
            "an entry that is no repair itself",
            "entry_voided, to undo a repair",
        ));
    }
    let wanted = target.event.about();
    if replacement.code != wanted.code {
        return Err(Refusal::new(
            Code::Mismatch,
            "–",
            "replacement",
            replacement.name,
            wanted.name,
            "entry_voided, then the right kind",
        ));
    }
    Ok(())
}

/// The entry that a repair is about in the end: of a voided correction, what it corrected.
fn subject_of_repair<'a>(history: &'a [Entry], target: &'a Entry) -> &'a Entry {
    let mut at = target;
    loop {
        let Some(named) = at.event.body.repairs() else { return at };
        match history.iter().find(|entry| entry.position == named && entry.position < at.position) {
            Some(earlier) => at = earlier,
            None => return at,
        }
    }
}

/// Who may record a kind repairs it, and the head what his office recorded; but the head, who approves what is paid out,
/// does not correct the payment.
fn check_repairer(
    history: &[Entry],
    target: &Entry,
    action: &Action,
    scene: &Scene<'_>,
) -> Result<(), Refusal> {
    let Some(officer) = scene.world.organisation.officers.get(&action.actor) else { return Ok(()) };
    let target = subject_of_repair(history, target);
    let about = target.event.about();
    let own_kind = about.by.is_empty() || about.by.contains(&officer.role);
    let as_head = matches!(officer.role, Role::Head | Role::ProvincialHead)
        && target.event.body.subject() != Subject::Organisation
        && !(pays_out(&target.event.body) && matches!(action.event.body, Body::FactCorrected(_)));
    if !own_kind && !as_head {
        let by = about.by.iter().map(|role| role_name(*role)).collect::<Vec<_>>().join(", ");
        return Err(Refusal::new(
            Code::Role,
            about.article,
            "actor",
            role_name(officer.role),
            format!("{} is recorded and repaired by: {by}", about.name),
            by,
        ));
    }
    if let Body::FactCorrected(fact) = &action.event.body {
        check_term(&scene.world.organisation, target.actor, fact.took_effect, about)?;
    }
    if officer.role == Role::Enforcer && stream_of(history) == Subject::Case {
        let at = At {
            position: scene.next,
            on: action.effective,
            recorded_on: action.recorded_on,
            office: action.office,
            actor: action.actor,
            imported: action.imported,
        };
        let on = Circumstances { at, officer: Some(officer), world: scene.world, sender: Sender::NotAsked };
        own_case(&folded(history), &on)?;
    }
    Ok(())
}

/// Who recorded the entry was in office on the day to which a correction moves it.
fn check_term(
    organisation: &Organisation,
    actor: OfficerNo,
    day: crate::date::Date,
    about: &About,
) -> Result<(), Refusal> {
    match organisation.officers.get(&actor) {
        Some(Officer { from, .. }) if *from > day => Err(Refusal::new(
            Code::TooEarly,
            about.article,
            "took_effect",
            day,
            format!("officer {actor} in office since {from}"),
            format!("{from} or later"),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Offices and officers keep their numbers for ever: records name them. The rest of an entry is judged as if the entry
/// were not there yet.
fn check_organisation(target: &Entry, action: &Action, scene: &Scene<'_>) -> Result<(), Refusal> {
    let mut organisation = scene.world.organisation.clone();
    let Body::FactCorrected(fact) = &action.event.body else {
        return match &target.event.body {
            Body::OfficeOpened(_) | Body::OfficerAppointed(_) => Err(Refusal::new(
                Code::Standing,
                "–",
                "entry",
                target.position,
                "numbers are given for ever",
                "fact_corrected, of anything but the number",
            )),
            _ => Ok(()),
        };
    };
    let changed = |given: String, wanted: String| {
        Err(Refusal::new(
            Code::Mismatch,
            "–",
            "replacement",
            given,
            format!("{wanted}, given for ever"),
            wanted,
        ))
    };
    match (&target.event.body, &fact.replacement.body) {
        (Body::OfficeOpened(old), Body::OfficeOpened(new)) => {
            if (old.number, &old.code) != (new.number, &new.code) {
                return changed(
                    format!("{} {}", new.number, new.code),
                    format!("{} {}", old.number, old.code),
                );
            }
            if new.parent.is_some_and(|parent| organisation.covers(new.number, parent)) {
                return Err(Refusal::new(
                    Code::Mismatch,
                    "13",
                    "replacement",
                    "parent",
                    "an office that is not below it",
                    "another office",
                ));
            }
            organisation.offices.remove(&old.number);
        }
        (Body::OfficerAppointed(old), Body::OfficerAppointed(new)) => {
            if old.number != new.number {
                return changed(new.number.to_string(), old.number.to_string());
            }
            organisation.officers.remove(&old.number);
        }
        _ => {}
    }
    let at = At {
        position: target.position,
        on: fact.took_effect,
        recorded_on: action.recorded_on,
        office: target.office,
        actor: action.actor,
        imported: action.imported,
    };
    let officer = scene.world.organisation.officers.get(&action.actor);
    let on = Circumstances { at, officer, world: scene.world, sender: Sender::NotAsked };
    fact.replacement.body.allowed_in_organisation(&organisation, &on)
}
