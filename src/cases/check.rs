//! Checks that many kinds share: each is a refusal that names the article, the field, the value and what would do.

use crate::case::{Activity, Asset, Case, CaseStatus, Class, Finish, Obligation, Open};
use crate::date::Date;
use crate::event::RuleContext;
use crate::ids::{AssetNo, ObligationNo, OfficeNo, OfficerNo};
use crate::money::{Amount, Total};
use crate::organisation::Role;
use crate::refusal::{Code, Refusal};
use crate::text::is_silent;

/// A case's standing in a word, for refusals.
pub(crate) fn standing_name(status: &CaseStatus) -> &'static str {
    match status {
        CaseStatus::Unknown => "unknown",
        CaseStatus::Registered => "registered",
        CaseStatus::Open(open) => match (&open.class, &open.activity) {
            (Class::NotYet { tracking_book: true, .. }, _) => "open, in the tracking book",
            (_, Activity::Postponed { .. }) => "open, postponed",
            (_, Activity::Suspended { .. }) => "open, suspended",
            (_, Activity::Paused) => "open, paused",
            (Class::NotYet { .. }, Activity::Active) => "open, not yet enforceable",
            (Class::Enforceable, Activity::Active) => "open, enforceable",
            (Class::Pending, Activity::Active) => "open, not classified",
        },
        CaseStatus::Finished { how, .. } => match how {
            Finish::Completed => "completed",
            Finish::Terminated => "terminated",
            Finish::EntrustedOut => "entrusted out",
            Finish::PulledUp => "pulled up",
            Finish::Withdrawn => "withdrawn",
        },
        CaseStatus::Refused { .. } => "request refused",
    }
}

/// A refusal about where the case stands.
pub(crate) fn wrong_standing(case: &Case, article: &'static str, must: &str, accepted: &str) -> Refusal {
    Refusal::new(Code::Standing, article, "case", standing_name(&case.status), must, accepted)
}

/// The case must be open.
pub(crate) fn open<'a>(case: &'a Case, article: &'static str) -> Result<&'a Open, Refusal> {
    case.open().ok_or_else(|| {
        let accepted = match case.status {
            CaseStatus::Unknown => "judgment_received",
            CaseStatus::Registered => "enforcement_ordered",
            CaseStatus::Open(_) | CaseStatus::Finished { .. } | CaseStatus::Refused { .. } => {
                "note_added, fact_corrected, entry_voided"
            }
        };
        wrong_standing(case, article, "open", accepted)
    })
}

/// The case must be open and not postponed, suspended or paused.
pub(crate) fn active<'a>(case: &'a Case, article: &'static str) -> Result<&'a Open, Refusal> {
    let open = open(case, article)?;
    match open.activity {
        Activity::Active => Ok(open),
        Activity::Postponed { .. } => {
            Err(wrong_standing(case, article, "open and active", "postponement_ended first"))
        }
        Activity::Suspended { .. } => Err(wrong_standing(case, article, "open and active", "resumed first")),
        Activity::Paused => Err(wrong_standing(case, article, "open and active", "pause_lifted first")),
    }
}

/// The case must be open and not suspended: a suspended case pays nothing out (Art. 49).
pub(crate) fn not_suspended<'a>(case: &'a Case, article: &'static str) -> Result<&'a Open, Refusal> {
    let open = open(case, article)?;
    match open.activity {
        Activity::Active | Activity::Postponed { .. } | Activity::Paused => Ok(open),
        Activity::Suspended { .. } => {
            Err(wrong_standing(case, article, "open and not suspended", "resumed first"))
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
            "out of the tracking book",
            "returned_from_tracking_book first",
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
            let accepted = case
                .last_enforcer
                .map_or_else(|| "enforcer_assigned first".to_owned(), |number| number.to_string());
            Err(Refusal::new(
                Code::Competence,
                "20",
                "on_behalf_of",
                "none",
                "a clerk names the enforcer",
                accepted,
            ))
        }
    }
}

fn assigned_to(case: &Case, acting: OfficerNo, field: &'static str) -> Result<(), Refusal> {
    let assigned = case.open().map_or(case.last_enforcer, |open| open.enforcer);
    if assigned == Some(acting) {
        return Ok(());
    }
    let limit =
        assigned.map_or_else(|| "no enforcer is assigned".to_owned(), |number| format!("enforcer {number}"));
    let accepted = assigned.map_or_else(|| "enforcer_assigned first".to_owned(), |number| number.to_string());
    Err(Refusal::new(Code::Competence, "20", field, acting, limit, accepted))
}

/// The text must say something.
pub(crate) fn not_blank(text: &str, article: &'static str, field: &'static str) -> Result<(), Refusal> {
    if is_silent(text) {
        return Err(Refusal::new(
            Code::Unknown,
            article,
            field,
            "nothing",
            "a text",
            "what the document says",
        ));
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
    at_most(added.total(), room, article, field, "that an account can hold")
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
        Some(_) | None => Err(Refusal::new(
            Code::Limit,
            article,
            field,
            format!("{there} there, {more} more"),
            format!("{numbers} in a case"),
            "a case of its own",
        )),
    }
}

/// The amount must be more than nothing.
pub(crate) fn positive(amount: Amount, article: &'static str, field: &'static str) -> Result<(), Refusal> {
    if amount > Amount::ZERO {
        return Ok(());
    }
    Err(Refusal::new(Code::Money, article, field, amount, "more than 0", "a whole amount from 1"))
}

/// The amount must not be beyond what is there.
pub(crate) fn at_most(
    amount: Total,
    limit: Total,
    article: &'static str,
    field: &'static str,
    of: &str,
) -> Result<(), Refusal> {
    if amount <= limit {
        return Ok(());
    }
    Err(Refusal::new(
        Code::Money,
        article,
        field,
        amount,
        format!("{limit} {of}"),
        format!("at most {limit}"),
    ))
}

/// The value must be exactly the one that follows from the record.
pub(crate) fn exactly<T: PartialEq + ToString>(
    given: T,
    wanted: T,
    article: &'static str,
    field: &'static str,
) -> Result<(), Refusal> {
    if given == wanted {
        return Ok(());
    }
    Err(Refusal::new(
        Code::Mismatch,
        article,
        field,
        given.to_string(),
        wanted.to_string(),
        wanted.to_string(),
    ))
}

/// The date must not be before another.
pub(crate) fn not_before(
    date: Date,
    limit: Date,
    article: &'static str,
    field: &'static str,
    what: &str,
) -> Result<(), Refusal> {
    if date >= limit {
        return Ok(());
    }
    Err(Refusal::new(
        Code::TooEarly,
        article,
        field,
        date,
        format!("{limit} ({what})"),
        format!("{limit} or later"),
    ))
}

/// The date must not be after another.
pub(crate) fn not_after(
    date: Date,
    limit: Date,
    article: &'static str,
    field: &'static str,
    what: &str,
) -> Result<(), Refusal> {
    if date <= limit {
        return Ok(());
    }
    Err(Refusal::new(
        Code::TooLate,
        article,
        field,
        date,
        format!("{limit} ({what})"),
        format!("{limit} or earlier"),
    ))
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
    let known = on
        .reference_data
        .rules
        .grounds(parameter, on.at.on)
        .set()
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    Err(Refusal::new(
        Code::Ground,
        article,
        "ground",
        given,
        format!("the law in force on {}", on.at.on),
        known,
    ))
}

/// An obligation of the case.
pub(crate) fn obligation<'a>(
    case: &'a Case,
    number: ObligationNo,
    article: &'static str,
) -> Result<&'a Obligation, Refusal> {
    case.obligation(number).ok_or_else(|| {
        let known = case.obligations.iter().map(|o| o.number.to_string()).collect::<Vec<_>>().join(", ");
        Refusal::new(Code::Unknown, article, "obligation", number, format!("the case has {known}"), known)
    })
}

/// An asset of the case that was not handed over yet.
pub(crate) fn asset<'a>(
    case: &'a Case,
    number: AssetNo,
    article: &'static str,
) -> Result<&'a Asset, Refusal> {
    let asset = case.asset(number).ok_or_else(|| {
        let known = case.assets.iter().map(|a| a.number.to_string()).collect::<Vec<_>>().join(", ");
        Refusal::new(
            Code::Unknown,
            article,
            "asset",
            number,
            format!("the case has seized: {known}"),
            "asset_distrained first",
        )
    })?;
    match asset.handed_over {
        None => Ok(asset),
        Some(date) => Err(Refusal::new(
            Code::Standing,
            article,
            "asset",
            number,
            format!("handed over on {date}"),
            "another asset",
        )),
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
        return Err(Refusal::new(
            Code::Mismatch,
            article,
            field,
            to,
            "another office",
            "the number of another office",
        ));
    }
    if on.reference_data.organisation.offices.contains_key(&to) || on.at.imported {
        return Ok(());
    }
    Err(Refusal::new(
        Code::Unknown,
        article,
        field,
        to,
        "offices opened by office_opened",
        "office_opened first",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end() {
        assert!(number_left(65_534, 1, "73", "obligation").is_ok());
        for (there, more) in [(65_535, 1), (0, 65_536), (usize::MAX, 1)] {
            assert_eq!(number_left(there, more, "73", "obligation").unwrap_err().code, Code::Limit);
        }
    }
}
