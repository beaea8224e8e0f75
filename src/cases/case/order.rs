//! What the order of enforcement says: the judgment, the parties, on whose initiative.

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::ids::{CaseId, Position};
use crate::personal::Personal;
use crate::text::normal;

/// On whose initiative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Theo đơn yêu cầu.
    OnRequest,
    /// Chủ động.
    Proactive,
}

impl Basis {
    /// Its word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Basis::OnRequest => "on_request",
            Basis::Proactive => "proactive",
        }
    }
}

/// What kind of judgment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgmentKind {
    /// Dân sự.
    Civil,
    /// Hình sự.
    Criminal,
    /// Hôn nhân và gia đình.
    MarriageFamily,
    /// Kinh doanh, thương mại.
    Business,
    /// Lao động.
    Labour,
    /// Phá sản.
    Bankruptcy,
    /// Phần dân sự trong bản án hành chính.
    AdministrativePart,
    /// Cạnh tranh.
    Competition,
    /// Trọng tài.
    Arbitration,
}

impl JudgmentKind {
    /// Its word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            JudgmentKind::Civil => "civil",
            JudgmentKind::Criminal => "criminal",
            JudgmentKind::MarriageFamily => "marriage_family",
            JudgmentKind::Business => "business",
            JudgmentKind::Labour => "labour",
            JudgmentKind::Bankruptcy => "bankruptcy",
            JudgmentKind::AdministrativePart => "administrative_part",
            JudgmentKind::Competition => "competition",
            JudgmentKind::Arbitration => "arbitration",
        }
    }
}

/// A tag of an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// Tín dụng, ngân hàng.
    BankCredit,
    /// Tham nhũng.
    Corruption,
    /// Kinh tế.
    Economic,
    /// Thu cho ngân sách nhà nước.
    StateBudget,
    /// Yếu tố nước ngoài.
    ForeignElement,
    /// Bồi thường.
    Compensation,
}

/// Who a creditor is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// Cá nhân.
    Individual,
    /// Tổ chức tín dụng.
    CreditInstitution,
    /// Cơ quan nhà nước.
    StateBody,
    /// Tổ chức khác.
    Organisation,
}

impl PartyKind {
    /// Its word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            PartyKind::Individual => "individual",
            PartyKind::CreditInstitution => "credit_institution",
            PartyKind::StateBody => "state_body",
            PartyKind::Organisation => "organisation",
        }
    }
}

/// A creditor or debtor.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Who, in the vault.
    pub person: Personal,
    /// What kind.
    pub kind: PartyKind,
}

impl Party {
    /// Returns the name, in its normal form and in small letters; `None` where it is not known.
    pub fn name(&self) -> Option<String> {
        match &self.person {
            Personal::Person(person) => Some(normal(&person.name).to_lowercase()),
            Personal::Text(text) => Some(normal(text).to_lowercase()),
            Personal::Sealed(_) | Personal::Lost(_) | Personal::Withheld => None,
        }
    }

    /// Returns the identity number without what only parts it (`0012-3` and `00123`); `None` where it is not known.
    pub fn id_number(&self) -> Option<String> {
        let Personal::Person(person) = &self.person else { return None };
        let number = person.id_number.as_deref()?;
        Some(number.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect())
    }

    /// Returns whether it has the name of the other, or his identity number, as far as they are known.
    pub fn is_the_one(&self, other: &Party) -> bool {
        let is_one = |one: Option<String>, other: Option<String>| one.is_some() && one == other;
        is_one(self.name(), other.name()) || is_one(self.id_number(), other.id_number())
    }
}

/// What the order says, and what led to it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Order {
    /// When the case entered: date of the order, or of taking it over.
    pub on: Option<Date>,
    /// On whose initiative.
    pub basis: Option<Basis>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// By which record.
    pub at: Option<Position>,
    /// How the case came: from another office, if it did.
    pub from: Option<CaseId>,
}
