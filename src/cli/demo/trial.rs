//! Trial: whether a life that was written holds before the law and stands where it was decided to stand.
//!
//! A few in a hundred thousand do not: time ran out for what was to happen. Such a life is written anew.

use std::sync::Arc;

use thads_cases::case::{Case, Class, Finish, Standing};
use thads_cases::decide::broken_rules;
use thads_cases::history::{Entry, case_at};
use thads_cases::ids::Position;

use super::fates::{Fate, Origin, Spec};
use super::life::Life;

/// Whether no step breaks a rule, and case and money stand as decided when the period begins and ends.
pub(super) fn holds(life: &Life<'_>, spec: &Spec) -> bool {
    let entries = entries(life);
    let days = &life.land.days;
    let (before, end) = (case_at(&entries, days.from.previous()), case_at(&entries, days.to));
    stood(&before, spec) && stands(&end, spec) && paid(&before, &end, spec) && {
        broken_rules(&entries, &life.land.world).is_empty()
    }
}

/// The steps as entries, in the order of recording; a repair names the index of a step.
fn entries(life: &Life<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = life
        .steps
        .iter()
        .zip(0u64..)
        .map(|(step, index)| Entry {
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
        Origin::Carried => open && (!in_book || spec.fate == Fate::Book),
        Origin::Returned => in_book,
        Origin::New | Origin::Later => before.order.on.is_none(),
    }
}

fn stands(end: &Case, spec: &Spec) -> bool {
    let class = end.open().map(|open| &open.class);
    let finished = |wanted: Finish| matches!(end.standing, Standing::Finished { how, .. } if how == wanted);
    match spec.fate {
        _ if spec.origin == Origin::Later => end.order.on.is_none(),
        Fate::Completed | Fate::MetAndEntrusted => finished(Finish::Completed),
        Fate::Terminated => finished(Finish::Terminated),
        Fate::Open | Fate::OnSale => matches!(class, Some(Class::Pending | Class::Enforceable)),
        Fate::NotYet => matches!(class, Some(Class::NotYet { tracking_book: false, .. })),
        Fate::Book => end.in_tracking_book(),
        Fate::Entrusted | Fate::OnTheWay => finished(Finish::EntrustedOut),
        Fate::PulledUp => finished(Finish::PulledUp),
        Fate::Withdrawn => finished(Finish::Withdrawn),
        Fate::Unordered => end.order.on.is_none(),
    }
}

fn paid(before: &Case, end: &Case, spec: &Spec) -> bool {
    let settled = |case: &Case| -> i64 {
        let counting = case.obligations.iter().filter(|one| one.counts());
        counting.map(|one| one.credited.get() + one.exempted.get() + one.terminated.get()).sum()
    };
    let wanted = match spec.fate {
        Fate::Completed | Fate::MetAndEntrusted | Fate::Terminated => spec.amount,
        Fate::Open
        | Fate::OnSale
        | Fate::NotYet
        | Fate::Book
        | Fate::Entrusted
        | Fate::OnTheWay
        | Fate::PulledUp
        | Fate::Withdrawn
        | Fate::Unordered => spec.paid,
    };
    settled(end) - settled(before) == wanted
}
