//! A refusal: the law's answer to an action that may not be. Data, put into words in two languages at the edge.

use serde::Serialize;

use crate::ids::Position;

/// Which kind of rule an action met. Its words in both languages: [`Code::vi`] and [`Code::en`].
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
    /// The rule in Vietnamese.
    pub const fn vi(self) -> &'static str {
        match self {
            Code::Standing => "việc thi hành án đang ở trạng thái không cho phép hành động này",
            Code::Role => "chức danh của người thực hiện không được làm việc này",
            Code::Competence => {
                "người thực hiện không được phân công hoặc không thuộc cơ quan thụ lý việc này"
            }
            Code::SamePerson => "luật đòi hỏi hai người khác nhau",
            Code::Limit => "giá trị vượt giới hạn",
            Code::Mismatch => "giá trị không khớp với sổ",
            Code::Unknown => "không có trong sổ",
            Code::Duplicate => "đã có trong sổ",
            Code::TooEarly => "ngày quá sớm",
            Code::TooLate => "ngày quá muộn",
            Code::Ground => "căn cứ không có trong luật áp dụng tại ngày đó",
            Code::Money => "số tiền vượt số đang giữ, còn nợ hoặc đã duyệt",
            Code::Unset => "chưa có giá trị quy định cho ngày đó",
            Code::Later => "một hành động sau đó sẽ không còn hợp lệ",
        }
    }

    /// The rule in English.
    pub const fn en(self) -> &'static str {
        match self {
            Code::Standing => "the case stands where this cannot be done",
            Code::Role => "the actor's role may not do this",
            Code::Competence => "the actor is not assigned to this case or is of another office",
            Code::SamePerson => "the law wants two different persons",
            Code::Limit => "the value is beyond the limit",
            Code::Mismatch => "the value does not follow from the record",
            Code::Unknown => "there is no such thing in the record",
            Code::Duplicate => "it is in the record already",
            Code::TooEarly => "the date is too early",
            Code::TooLate => "the date is too late",
            Code::Ground => "the ground is not known to the law of that date",
            Code::Money => "more money than is held, owed or approved",
            Code::Unset => "the value that the rule needs is not set for that date",
            Code::Later => "a later entry would no longer hold",
        }
    }
}

/// Why an action may not be recorded, and what would do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Refusal {
    /// The rule met.
    pub code: Code,
    /// The article of the law, for instance `104` (LTHADS) or `D27.3` (Decree 62/2015).
    pub article: &'static str,
    /// The field of the action.
    pub field: &'static str,
    /// Its value, as given.
    pub given: String,
    /// What the value was held against.
    pub limit: String,
    /// What would be accepted instead.
    pub accepted: String,
    /// The later entry that would no longer hold, where that is the reason.
    pub breaks: Option<Position>,
}

/// What stands where there is nothing: a list of creditors, or of entries, that has none.
pub const NONE: &str = "none";

fn or_none(text: String) -> String {
    if text.is_empty() { NONE.to_owned() } else { text }
}

impl Refusal {
    /// A refusal without a later entry.
    pub fn new(
        code: Code,
        article: &'static str,
        field: &'static str,
        given: impl ToString,
        limit: impl ToString,
        accepted: impl ToString,
    ) -> Refusal {
        Refusal {
            code,
            article,
            field,
            given: given.to_string(),
            limit: or_none(limit.to_string()),
            accepted: or_none(accepted.to_string()),
            breaks: None,
        }
    }
}
