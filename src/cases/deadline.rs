//! Named deadlines: from a parameter and the day of an event to the last day on which the act is in time.
//!
//! The length is that of the day on which the period starts, and the calendar says where it ends. What the rules or
//! the calendar do not know is said, not guessed: such a deadline makes nobody late.

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, UnknownYear};
use crate::date::Date;
use crate::rules::{Limit, Parameter, Rules, Span, transition};

/// The limits that are watched in every case and complaint, in the order of the law; what each runs from:
/// [`Parameter::what`].
pub const DEADLINES: &[Parameter] = &[
    Parameter::Order,
    Parameter::OrderBankruptcy,
    Parameter::OrderUrgent,
    Parameter::Assign,
    Parameter::FileOpened,
    Parameter::UrgentAct,
    Parameter::Notice,
    Parameter::Voluntary,
    Parameter::VerifyFirst,
    Parameter::VerifyAgain,
    Parameter::VerifyAgainLong,
    Parameter::VerifyOnNews,
    Parameter::NotYetDecision,
    Parameter::Published,
    Parameter::PublicationUpdated,
    Parameter::PublicationRemoved,
    Parameter::TrackingBook,
    Parameter::PostponeLimit,
    Parameter::PostponeEnd,
    Parameter::SuspendLimit,
    Parameter::ResumeLimit,
    Parameter::TerminateLimit,
    Parameter::Disburse,
    Parameter::DisburseAuction,
    Parameter::FreezeNext,
    Parameter::HoldNext,
    Parameter::StopNext,
    Parameter::AppraiserContract,
    Parameter::AuctionContract,
    Parameter::AuctionHeldMovable,
    Parameter::AuctionHeldImmovable,
    Parameter::UnsoldTell,
    Parameter::UnsoldAgree,
    Parameter::AuctionPay,
    Parameter::Handover,
    Parameter::HandoverHard,
    Parameter::RedeemAfterTake,
    Parameter::Entrust,
    Parameter::EntrustUrgent,
    Parameter::OrderReceived,
    Parameter::PostponeByRequest,
    Parameter::Complain1,
    Parameter::Complain2Freeze,
    Parameter::Complain2,
    Parameter::Complain3,
    Parameter::Complain4,
    Parameter::ComplainLevel2,
    Parameter::ComplaintAccept,
    Parameter::ComplaintAcceptLevel2,
    Parameter::ComplaintResolve1,
    Parameter::ComplaintResolve2,
    Parameter::ComplaintResolve3,
    Parameter::ComplaintResolve4,
    Parameter::ComplaintResolveLevel2Class1,
    Parameter::ComplaintResolveLevel2Class3,
    Parameter::ComplaintResolveLevel2Class4,
    Parameter::DenunciationAccept,
    Parameter::DenunciationAcceptChecks,
    Parameter::Denunciation,
    Parameter::DenunciationHard,
    Parameter::ProtestAnswer,
    Parameter::PetitionAnswer,
    Parameter::CarryOut,
    Parameter::AppealReappraisal,
    Parameter::DisputeSue,
    Parameter::DepositAfter,
    Parameter::UnclaimedAfter,
    Parameter::UnclaimedAfterLater,
    Parameter::HeldMoneyReview,
];

/// Until when something is in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// Through this day.
    On(Date),
    /// The limit is not known: nobody is late.
    Unset,
    /// The law has no such limit.
    NoLimit,
    /// The calendar does not hold that year: the limit goes unchecked (flag `limit_unknown`).
    LimitUnknown(i32),
}

impl Due {
    /// The last day in time, where there is one.
    pub const fn date(self) -> Option<Date> {
        match self {
            Due::On(date) => Some(date),
            Due::Unset | Due::NoLimit | Due::LimitUnknown(_) => None,
        }
    }

    /// Days by which an act on that day is late; 0 in time, or where no limit is known.
    pub fn days_late(self, on: Date) -> u32 {
        self.date().map_or(0, |due| u32::try_from(on.since(due)).unwrap_or(0))
    }
}

impl From<Result<Date, UnknownYear>> for Due {
    fn from(due: Result<Date, UnknownYear>) -> Due {
        match due {
            Ok(date) => Due::On(date),
            Err(UnknownYear { year }) => Due::LimitUnknown(year),
        }
    }
}

/// The last day of a period that an event on `from` starts, of the length that the parameter has on that day.
pub fn deadline(parameter: Parameter, from: Date, rules: &Rules, calendar: &Calendar) -> Due {
    deadline_by(parameter, from, transition::period_values_on(from), rules, calendar)
}

/// The same of the length that the parameter has on another day, where the old law goes on
/// ([`transition::oversight_values_on`]).
pub fn deadline_by(
    parameter: Parameter,
    from: Date,
    values_on: Date,
    rules: &Rules,
    calendar: &Calendar,
) -> Due {
    match rules.span(parameter, values_on) {
        Limit::Set(span) => calendar.due(from, span).into(),
        Limit::Unset => Due::Unset,
        Limit::None => Due::NoLimit,
    }
}

/// The last day in time of a step of a complaint, denunciation, protest or petition, under the law that governs it:
/// `received` where it was received already, `case_finished` where the case it concerns was completed or terminated.
pub fn oversight_deadline(
    parameter: Parameter,
    from: Date,
    received: Option<Date>,
    case_finished: Option<Date>,
    rules: &Rules,
    calendar: &Calendar,
) -> Due {
    let values_on = transition::oversight_values_on(parameter, from, received, case_finished);
    deadline_by(parameter, from, values_on, rules, calendar)
}

/// The last day to resolve a complaint that is complex or from a remote place: the ordinary time and `complaint_extend`
/// as one period. A time in working days is let run out first.
pub fn extended_resolution(
    parameter: Parameter,
    accepted: Date,
    received: Date,
    case_finished: Option<Date>,
    rules: &Rules,
    calendar: &Calendar,
) -> Due {
    let values_on = transition::oversight_values_on(parameter, accepted, Some(received), case_finished);
    let more = match rules.span(Parameter::ComplaintExtend, values_on) {
        Limit::Set(more) => more,
        Limit::Unset => return Due::Unset,
        Limit::None => return deadline_by(parameter, accepted, values_on, rules, calendar),
    };
    match (rules.span(parameter, values_on), more) {
        (Limit::Unset, _) => Due::Unset,
        (Limit::None, _) => Due::NoLimit,
        (Limit::Set(Span::Days(first)), Span::Days(more)) => {
            calendar.due(accepted, Span::Days(first.saturating_add(more))).into()
        }
        (Limit::Set(first), more) => {
            calendar.due(accepted, first).and_then(|end| calendar.due(end, more)).into()
        }
    }
}

/// Whether a time that must have run out has done so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waited {
    /// It has run out.
    Enough,
    /// Not yet; it runs through this day.
    Until(Date),
    /// How long it is is not known.
    Unset,
    /// The law of that day does not have it: what waits for it is not possible.
    NoLimit,
    /// Not yet, or not sure: the calendar does not hold the year of its end.
    LimitUnknown(i32),
}

/// Whether on a day the time since an earlier day has run out, by the value of the later day: for acts that become
/// possible by waiting (`return_after`, `held_no_judgment`, `tracking_after`), which also counts time before the law
/// that made them possible (T6, T9).
pub fn waited(parameter: Parameter, since: Date, on: Date, rules: &Rules, calendar: &Calendar) -> Waited {
    let span = match rules.span(parameter, on) {
        Limit::Set(Span::AtOnce) if on >= since => return Waited::Enough,
        Limit::Set(span) => span,
        Limit::Unset => return Waited::Unset,
        Limit::None => return Waited::NoLimit,
    };
    match calendar.is_over(since, span, on) {
        Ok(true) => Waited::Enough,
        Ok(false) => calendar
            .due(since, span)
            .map_or_else(|UnknownYear { year }| Waited::LimitUnknown(year), Waited::Until),
        Err(UnknownYear { year }) => Waited::LimitUnknown(year),
    }
}

#[cfg(test)]
mod tests;
