//! Trial: whether a script that was written holds before the law and stands where it was decided to stand.
//!
//! A few in a hundred thousand do not: time ran out for what was to happen. Such a script is written anew.

use std::sync::Arc;

use thads_cases::case::{Case, CaseStatus, Class, Finish};
use thads_cases::decide::broken_rules;
use thads_cases::history::{RecordedEvent, case_at};
use thads_cases::ids::Position;

use super::case_script::CaseScript;
use super::outcomes::{CaseOutcome, Origin, Spec};

/// Whether no step breaks a rule, and case and money stand as decided when the period begins and ends.
pub(super) fn holds(script: &CaseScript<'_>, spec: &Spec) -> bool {
    let entries = entries(script);
    let days = &script.land.days;
    let (before, end) = (case_at(&entries, days.from.previous()), case_at(&entries, days.to));
    stood(&before, spec) && stands(&end, spec) && paid(&before, &end, spec) && {
        broken_rules(&entries, &script.land.reference_data).is_empty()
    }
}

/// The steps as entries, in the order of recording; a repair names the index of a step.
fn entries(script: &CaseScript<'_>) -> Vec<RecordedEvent> {
    let mut entries: Vec<RecordedEvent> = script
        .steps
        .iter()
        .zip(0u64..)
        .map(|(step, index)| RecordedEvent {
            position: Position(index),
            effective: step.effective,
            recorded_on: step.recorded,
            office: step.office,
            actor: step.actor,
            imported: false,
            event: Arc::new(step.event.clone()),
        })
        .collect();
    entries.sort_by_key(|entry| entry.recorded_on);
    entries
}

fn stood(before: &Case, spec: &Spec) -> bool {
    let (open, in_book) = (before.open().is_some(), before.in_tracking_book());
    match spec.origin {
        // Some go into the book within the period.
        Origin::Carried => open && (!in_book || spec.outcome == CaseOutcome::Book),
        Origin::Returned => in_book,
        Origin::New | Origin::Later => before.order.on.is_none(),
    }
}

fn stands(end: &Case, spec: &Spec) -> bool {
    let class = end.open().map(|open| &open.class);
    let finished = |wanted: Finish| matches!(end.status, CaseStatus::Finished { how, .. } if how == wanted);
    match spec.outcome {
        _ if spec.origin == Origin::Later => end.order.on.is_none(),
        CaseOutcome::Completed | CaseOutcome::MetAndEntrusted => finished(Finish::Completed),
        CaseOutcome::Terminated => finished(Finish::Terminated),
        CaseOutcome::Open | CaseOutcome::OnSale => matches!(class, Some(Class::Pending | Class::Enforceable)),
        CaseOutcome::NotYet => matches!(class, Some(Class::NotYet { tracking_book: false, .. })),
        CaseOutcome::Book => end.in_tracking_book(),
        CaseOutcome::Entrusted | CaseOutcome::OnTheWay => finished(Finish::EntrustedOut),
        CaseOutcome::PulledUp => finished(Finish::PulledUp),
        CaseOutcome::Withdrawn => finished(Finish::Withdrawn),
        CaseOutcome::Unordered => end.order.on.is_none(),
    }
}

fn paid(before: &Case, end: &Case, spec: &Spec) -> bool {
    let settled = |case: &Case| -> i64 {
        let counting = case.obligations.iter().filter(|one| one.counts());
        counting.map(|one| one.credited.get() + one.exempted.get() + one.terminated.get()).sum()
    };
    let wanted = match spec.outcome {
        CaseOutcome::Completed | CaseOutcome::MetAndEntrusted | CaseOutcome::Terminated => spec.amount,
        CaseOutcome::Open
        | CaseOutcome::OnSale
        | CaseOutcome::NotYet
        | CaseOutcome::Book
        | CaseOutcome::Entrusted
        | CaseOutcome::OnTheWay
        | CaseOutcome::PulledUp
        | CaseOutcome::Withdrawn
        | CaseOutcome::Unordered => spec.paid,
    };
    settled(end) - settled(before) == wanted
}
