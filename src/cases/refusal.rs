//! A refusal: the law's answer to an action that may not be. Data: its words and their values are typed, and a language is
//! given to them at the edge.

use serde::Serialize;

use crate::ids::Position;
use crate::words::Words;

/// Which kind of rule an action met. Its words stand in the catalogues under [`Code::id`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The case stands where this cannot be done.
    Standing,
    /// The actor's role may not do this.
    Role,
    /// The actor belongs to another office, or the case is another enforcer's.
    Competence,
    /// The law wants two persons, and these are one.
    SamePerson,
    /// The value is beyond a limit.
    Limit,
    /// The value differs from the one that follows from the record.
    Mismatch,
    /// What is named is not there.
    Unknown,
    /// It is there already.
    Duplicate,
    /// The date is before something that must come first.
    TooEarly,
    /// The date is after what the law allows, or lies in the future.
    TooLate,
    /// The ground is not one that the law of that date knows.
    Ground,
    /// More money than is held, owed or approved.
    Money,
    /// A value that the rule needs is not set for that date.
    Unset,
    /// A later entry would no longer hold.
    Later,
}

impl Code {
    /// Every code.
    pub const ALL: &'static [Code] = &[
        Code::Standing,
        Code::Role,
        Code::Competence,
        Code::SamePerson,
        Code::Limit,
        Code::Mismatch,
        Code::Unknown,
        Code::Duplicate,
        Code::TooEarly,
        Code::TooLate,
        Code::Ground,
        Code::Money,
        Code::Unset,
        Code::Later,
    ];

    /// The name under which the catalogues say it.
    pub const fn id(self) -> &'static str {
        match self {
            Code::Standing => "CodeStanding",
            Code::Role => "CodeRole",
            Code::Competence => "CodeCompetence",
            Code::SamePerson => "CodeSamePerson",
            Code::Limit => "CodeLimit",
            Code::Mismatch => "CodeMismatch",
            Code::Unknown => "CodeUnknown",
            Code::Duplicate => "CodeDuplicate",
            Code::TooEarly => "CodeTooEarly",
            Code::TooLate => "CodeTooLate",
            Code::Ground => "CodeGround",
            Code::Money => "CodeMoney",
            Code::Unset => "CodeUnset",
            Code::Later => "CodeLater",
        }
    }
}

/// Why an action may not be recorded, and what would do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The rule met.
    pub code: Code,
    /// The article of the law, for instance `104` (LTHADS) or `D27.3` (Decree 62/2015).
    pub article: &'static str,
    /// The field of the action.
    pub field: &'static str,
    /// Its value, as given.
    pub given: Box<Words>,
    /// What the value was held against.
    pub limit: Box<Words>,
    /// What would be accepted instead.
    pub accepted: Box<Words>,
    /// The later entry that would no longer hold, where that is the reason.
    pub breaks: Option<Position>,
}

impl Refusal {
    /// A refusal without a later entry; [`refusal!`](crate::refusal!) writes it in a line.
    pub fn new(
        code: Code,
        article: &'static str,
        field: &'static str,
        given: impl Into<Words>,
        limit: impl Into<Words>,
        accepted: impl Into<Words>,
    ) -> Refusal {
        let [given, limit, accepted] = [given.into(), limit.into(), accepted.into()].map(Box::new);
        Refusal { code, article, field, given, limit, accepted, breaks: None }
    }
}

/// A refusal in a line: the code, the article, the field with its value, what that was held against, and what would do.
#[macro_export]
macro_rules! refusal {
    ($code:ident, $article:expr, $field:expr => $given:expr; $limit:expr; $accepted:expr) => {
        $crate::refusal::Refusal::new(
            $crate::refusal::Code::$code,
            $article,
            $field,
            $given,
            $limit,
            $accepted,
        )
    };
}

/// Answers with a refusal, as [`refusal!`](crate::refusal!) makes it.
#[macro_export]
macro_rules! refuse {
    ($($refusal:tt)*) => {
        return Err($crate::refusal!($($refusal)*))
    };
}
