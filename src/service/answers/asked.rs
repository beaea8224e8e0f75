//! What a question is about: a period, whose cases, and the moment of knowledge. One type each, for the API and the
//! command line.

use thads_cases::date::{Date, NotADate};
use thads_cases::ids::{OfficeNo, Position};
use thads_cases::organisation::Organisation;
use thads_projections::period::{NotAPeriod, Period, PeriodName};
use thads_projections::read_model::ReadModel;
use thads_projections::scope::Scope;

use super::AnswerError;
use crate::json::JsonError;

/// Whose cases a question is about, as a user says it: `office` and `own`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Whose {
    /// The whole ledger's: no office is named.
    #[default]
    Ledger,
    /// An office's with those below it, by its code or number.
    Office(String),
    /// An office's own, without those below it.
    OfficeAlone(String),
}

impl Whose {
    /// Reads `office` and `own`.
    ///
    /// # Errors
    /// `own` without an office.
    pub fn read(office: Option<&str>, own: bool) -> Result<Whose, JsonError> {
        match (office, own) {
            (None, false) => Ok(Whose::Ledger),
            (Some(office), false) => Ok(Whose::Office(office.to_owned())),
            (Some(office), true) => Ok(Whose::OfficeAlone(office.to_owned())),
            (None, true) => {
                let rule = "it leaves out the offices below an office, and no office is named";
                Err(JsonError::new("own", "true", rule, "office with it, or neither"))
            }
        }
    }

    /// The cases that count, by the offices that were known at the moment that the question is about.
    ///
    /// # Errors
    /// No office of that code or number was known.
    pub fn scope(&self, organisation: &Organisation) -> Result<Scope, AnswerError> {
        match self {
            Whose::Ledger => Ok(Scope::Ledger),
            Whose::Office(given) => office_no(organisation, given).map(Scope::Office),
            Whose::OfficeAlone(given) => office_no(organisation, given).map(Scope::OfficeAlone),
        }
    }
}

/// An office by its code, or by its number.
fn office_no(organisation: &Organisation, given: &str) -> Result<OfficeNo, AnswerError> {
    let by_code =
        given.parse().ok().and_then(|code| organisation.office_by_code(&code)).map(|office| office.number);
    let by_number = || digits(given).map(OfficeNo).filter(|number| organisation.offices.contains_key(number));
    by_code
        .or_else(by_number)
        .ok_or_else(|| AnswerError::NotFound { what: "office", given: given.chars().take(40).collect() })
}

/// The moment of knowledge that a question is about, as a user says it: `as_known`. An answer's position and root are those
/// of its moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Moment {
    /// Everything that is recorded.
    #[default]
    Now,
    /// The records at positions below this one.
    Size(u64),
    /// Everything recorded before the end of this day.
    EndOf(Date),
}

impl Moment {
    /// Reads `as_known`.
    ///
    /// # Errors
    /// What is neither a size of the log nor a date.
    pub fn read(as_known: Option<&str>) -> Result<Moment, JsonError> {
        let Some(given) = as_known else { return Ok(Moment::Now) };
        let moment = given.parse().ok().map(Moment::EndOf).or_else(|| digits(given).map(Moment::Size));
        moment.ok_or_else(|| {
            let accepted = "a size of the log, for instance 4711, or a date, for instance 2019-03-31";
            JsonError::new("as_known", given, "a moment of knowledge", accepted)
        })
    }

    /// The size of the log at this moment.
    ///
    /// # Errors
    /// A size beyond the head.
    pub fn known(self, model: &ReadModel) -> Result<Position, JsonError> {
        let head = model.position();
        match self {
            Moment::Now => Ok(head),
            Moment::EndOf(day) => Ok(model.known_on(day)),
            Moment::Size(size) if size <= head.0 => Ok(Position(size)),
            Moment::Size(size) => {
                let accepted = format!("a size of the log up to {head}, or a date");
                Err(JsonError::new("as_known", &size.to_string(), "a moment of knowledge", &accepted))
            }
        }
    }
}

/// A day as a user says it.
///
/// # Errors
/// What is no date.
pub fn day(field: &str, given: Option<&str>) -> Result<Option<Date>, JsonError> {
    let read = |given: &str| {
        given.parse().map_err(|error: NotADate| {
            JsonError::new(field, given, &error.to_string(), "a date, for instance 2019-03-31")
        })
    };
    given.map(read).transpose()
}

/// A number as people write it: digits and nothing else.
pub fn digits<T: std::str::FromStr>(given: &str) -> Option<T> {
    given.bytes().all(|byte| byte.is_ascii_digit()).then(|| given.parse().ok()).flatten()
}

/// A question about a period.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which period, by its name.
    pub period: PeriodName,
    /// Whose cases.
    pub whose: Whose,
    /// As known when.
    pub moment: Moment,
}

/// A question about a period, against the read model.
#[derive(Clone, Debug)]
pub struct Question {
    /// The period.
    pub period: Period,
    /// Whose cases.
    pub scope: Scope,
    /// As known at this tree size.
    pub known: Position,
}

impl Asked {
    /// A question about a period, for instance `2019-H1`.
    ///
    /// # Errors
    /// What is no period.
    pub fn new(period: &str, whose: Whose, moment: Moment) -> Result<Asked, JsonError> {
        let read = period.parse().map_err(|error: NotAPeriod| {
            let ways = "2019-H1, 2019-Q3, 2019-M09, 2019 or 2018-10-01..2019-03-31";
            JsonError::new("period", period, &error.to_string(), ways)
        });
        Ok(Asked { period: read?, whose, moment })
    }

    /// Reads the question against the read model.
    ///
    /// # Errors
    /// An office or a moment that the read model does not know.
    pub fn read(&self, model: &ReadModel) -> Result<Question, AnswerError> {
        let known = self.moment.known(model)?;
        let reference_data = model.reference_data_at(known);
        let scope = self.whose.scope(&reference_data.organisation)?;
        let period = self.period.by(&reference_data.rules).ok_or_else(|| {
            let rule = "the rule stat_year, which says when the year begins, is not set for it";
            JsonError::new(
                "period",
                &self.period.to_string(),
                rule,
                "its days, for instance 2018-10-01..2019-03-31",
            )
        })?;
        Ok(Question { period, scope, known })
    }
}
