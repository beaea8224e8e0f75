//! Checks that many kinds share: each is a refusal that names the article, the field, the value and what would do.

use crate::case::{Activity, Asset, Case, CaseStatus, Obligation, Open};
use crate::date::Date;
use crate::event::KindName;
use crate::event::RuleContext;
use crate::ids::{AssetNo, ObligationNo, OfficeNo, OfficerNo};
use crate::money::{Amount, Total};
use crate::organisation::Role;
use crate::refusal::Refusal;
use crate::text::is_silent;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

/// A refusal about where the case stands.
pub(crate) fn wrong_standing(case: &Case, article: &'static str, must: Words, accepted: Words) -> Refusal {
    refusal!(Standing, article, "case" => &case.status; must; accepted)
}

/// The case must be open.
pub(crate) fn open<'a>(case: &'a Case, article: &'static str) -> Result<&'a Open, Refusal> {
    case.open().ok_or_else(|| {
        let accepted = match case.status {
            CaseStatus::Unknown => Words::kinds([KindName::JudgmentReceived]),
            CaseStatus::Registered => Words::kinds([KindName::EnforcementOrdered]),
            CaseStatus::Open(_) | CaseStatus::Finished { .. } | CaseStatus::Refused { .. } => {
                Words::kinds([KindName::NoteAdded, KindName::FactCorrected, KindName::EntryVoided])
            }
        };
        wrong_standing(case, article, Words::MustBeOpen, accepted)
    })
}

/// The case must be open and not postponed, suspended or paused.
pub(crate) fn active<'a>(case: &'a Case, article: &'static str) -> Result<&'a Open, Refusal> {
    let open = open(case, article)?;
    match open.activity {
        Activity::Active => Ok(open),
        Activity::Postponed { .. } => Err(wrong_standing(
            case,
            article,
            Words::MustBeActive,
            Words::first([KindName::PostponementEnded]),
        )),
        Activity::Suspended { .. } => {
            Err(wrong_standing(case, article, Words::MustBeActive, Words::first([KindName::Resumed])))
        }
        Activity::Paused => Err(wrong_standing(
            case,
            article,
            Words::MustBeActive,
            Words::First { kinds: Value::typed("pause_lifted") },
        )),
    }
}

/// The case must be open and not suspended: a suspended case pays nothing out (Art. 49).
pub(crate) fn not_suspended<'a>(case: &'a Case, article: &'static str) -> Result<&'a Open, Refusal> {
    let open = open(case, article)?;
    match open.activity {
        Activity::Active | Activity::Postponed { .. } | Activity::Paused => Ok(open),
        Activity::Suspended { .. } => {
            Err(wrong_standing(case, article, Words::MustNotBeSuspended, Words::first([KindName::Resumed])))
        }
    }
}

/// What of an obligation may still be demanded, let off or promised: what is owed less what is approved already.
pub(crate) fn unapproved(case: &Case, one: &Obligation) -> Total {
    let approved: Total = case
        .approved
        .iter()
        .filter(|line| line.obligation == one.number)
        .map(|line| line.amount.total())
        .sum();
    one.remaining().total() - approved
}

/// The case must be open and out of the tracking book (Decree 62/2015 Art. 9.6).
pub(crate) fn out_of_tracking_book(case: &Case) -> Result<(), Refusal> {
    if case.in_tracking_book() {
        return Err(wrong_standing(
            case,
            "D9.6",
            Words::MustBeOutOfBook,
            Words::first([KindName::ReturnedFromTrackingBook]),
        ));
    }
    Ok(())
}

/// An enforcer acts on his own case only. Heads act on every case of their office; for clerks see [`named_enforcer`].
pub(crate) fn own_case(case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
    match on.officer {
        Some(officer) if officer.role == Role::Enforcer => assigned_to(case, officer.number, "actor"),
        Some(_) | None => Ok(()),
    }
}

/// What a clerk enters in an open case names the enforcer of the case.
pub(crate) fn named_enforcer(case: &Case, named: Option<OfficerNo>) -> Result<(), Refusal> {
    match named {
        Some(enforcer) => assigned_to(case, enforcer, "on_behalf_of"),
        None => {
            let accepted =
                case.last_enforcer.map_or_else(|| Words::first([KindName::EnforcerAssigned]), Words::from);
            Err(refusal!(Competence, "20", "on_behalf_of" => Words::None;
                    Words::ClerkNamesEnforcer;
                    accepted))
        }
    }
}

fn assigned_to(case: &Case, acting: OfficerNo, field: &'static str) -> Result<(), Refusal> {
    let assigned = case.open().map_or(case.last_enforcer, |open| open.enforcer);
    if assigned == Some(acting) {
        return Ok(());
    }
    let limit = assigned.map_or(Words::NoEnforcer, |number| Words::EnforcerIs { number });
    let accepted = assigned.map_or_else(|| Words::first([KindName::EnforcerAssigned]), Words::from);
    Err(refusal!(Competence, "20", field => acting; limit; accepted))
}

/// The text must say something.
pub(crate) fn not_blank(text: &str, article: &'static str, field: &'static str) -> Result<(), Refusal> {
    if is_silent(text) {
        refuse!(Unknown, article, field => Words::Nothing; Words::AText; Words::DocumentsWords);
    }
    Ok(())
}

/// The amount added to what there is must still be an amount: beyond it no account could say what it holds.
pub(crate) fn no_overflow(
    there: Total,
    added: Amount,
    article: &'static str,
    field: &'static str,
) -> Result<(), Refusal> {
    let room = Total::from(i64::MAX) - there;
    at_most(added.total(), room, article, field, Words::AccountHolds)
}

/// How many numbers were given before this one.
pub(crate) fn before(nth: u32) -> usize {
    usize::try_from(nth.saturating_sub(1)).unwrap_or(usize::MAX)
}

/// There must be a number left for one more of what a case counts: obligations, assets, sums in keeping.
pub(crate) fn number_left(
    there: usize,
    more: usize,
    article: &'static str,
    field: &'static str,
) -> Result<(), Refusal> {
    let numbers = usize::from(u16::MAX);
    match there.checked_add(more) {
        Some(all) if all <= numbers => Ok(()),
        Some(_) | None => Err(refusal!(Limit, article, field => Words::NumbersThere { there, more };
                Words::NumbersInCase { most: numbers };
                Words::CaseOfItsOwn)),
    }
}

/// The amount must be more than nothing.
pub(crate) fn positive(amount: Amount, article: &'static str, field: &'static str) -> Result<(), Refusal> {
    if amount > Amount::ZERO {
        return Ok(());
    }
    Err(refusal!(Money, article, field => amount; Words::MoreThanZero; Words::WholeAmount))
}

/// The amount must not be beyond what is there.
pub(crate) fn at_most(
    amount: Total,
    limit: Total,
    article: &'static str,
    field: &'static str,
    of: Words,
) -> Result<(), Refusal> {
    if amount <= limit {
        return Ok(());
    }
    Err(refusal!(Money, article, field => amount;
            Words::amount_of(limit, of);
            Words::AtMost { amount: limit }))
}

/// The value must be exactly the one that follows from the record.
pub(crate) fn exactly<T: PartialEq + Clone + Into<Words>>(
    given: T,
    wanted: T,
    article: &'static str,
    field: &'static str,
) -> Result<(), Refusal> {
    if given == wanted {
        return Ok(());
    }
    Err(refusal!(Mismatch, article, field => given; wanted.clone(); wanted))
}

/// The date must not be before another.
pub(crate) fn not_before(
    date: Date,
    limit: Date,
    article: &'static str,
    field: &'static str,
    what: Words,
) -> Result<(), Refusal> {
    if date >= limit {
        return Ok(());
    }
    Err(refusal!(TooEarly, article, field => date;
            Words::DateOf { date: limit, what: Box::new(what) };
            Words::OrLater { date: limit }))
}

/// The date must not be after another.
pub(crate) fn not_after(
    date: Date,
    limit: Date,
    article: &'static str,
    field: &'static str,
    what: Words,
) -> Result<(), Refusal> {
    if date <= limit {
        return Ok(());
    }
    Err(refusal!(TooLate, article, field => date;
            Words::DateOf { date: limit, what: Box::new(what) };
            Words::OrEarlier { date: limit }))
}

/// The ground must be one that the law of that date knows.
pub(crate) fn ground(
    on: &RuleContext<'_>,
    parameter: crate::rules::Parameter,
    article: &'static str,
    given: &str,
) -> Result<(), Refusal> {
    if on.reference_data.rules.ground_allowed(parameter, given, on.at.on) {
        return Ok(());
    }
    let grounds = on.reference_data.rules.grounds(parameter, on.at.on);
    let known = Value::typed_list(grounds.set().unwrap_or_default());
    Err(refusal!(Ground, article, "ground" => Words::typed(given); Words::LawOn { date: on.at.on }; known))
}

/// An obligation of the case.
pub(crate) fn obligation<'a>(
    case: &'a Case,
    number: ObligationNo,
    article: &'static str,
) -> Result<&'a Obligation, Refusal> {
    case.obligation(number).ok_or_else(|| {
        let known = Value::list(case.obligations.iter().map(|one| one.number));
        refusal!(Unknown, article, "obligation" => number; Words::CaseHas { known: known.clone() }; known)
    })
}

/// An asset of the case that was not handed over yet.
pub(crate) fn asset<'a>(
    case: &'a Case,
    number: AssetNo,
    article: &'static str,
) -> Result<&'a Asset, Refusal> {
    let asset = case.asset(number).ok_or_else(|| {
        let known = Value::list(case.assets.iter().map(|one| one.number));
        refusal!(Unknown, article, "asset" => number;
            Words::CaseSeized { known };
            Words::first([KindName::AssetDistrained]))
    })?;
    match asset.handed_over {
        None => Ok(asset),
        Some(date) => Err(
            refusal!(Standing, article, "asset" => number; Words::HandedOverOn { date }; Words::AnotherAsset),
        ),
    }
}

/// Another office, which must exist.
pub(crate) fn other_office(
    case: &Case,
    to: OfficeNo,
    on: &RuleContext<'_>,
    article: &'static str,
    field: &'static str,
) -> Result<(), Refusal> {
    if to == case.office {
        refuse!(Mismatch, article, field => to; Words::AnotherOffice; Words::NumberOfAnotherOffice);
    }
    if on.reference_data.organisation.offices.contains_key(&to) || on.at.imported {
        return Ok(());
    }
    Err(refusal!(Unknown, article, field => to;
            Words::OfficesOpened { kind: KindName::OfficeOpened.into() };
            Words::first([KindName::OfficeOpened])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Code;

    #[test]
    fn numbers_end() {
        assert!(number_left(65_534, 1, "73", "obligation").is_ok());
        for (there, more) in [(65_535, 1), (0, 65_536), (usize::MAX, 1)] {
            assert_eq!(number_left(there, more, "73", "obligation").unwrap_err().code, Code::Limit);
        }
    }
}
