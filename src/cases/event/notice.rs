//! Notices: who was told of which document, by which way, and what came of it; in both of the revisions in which it was written.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kind::{unknown_revision, unwritten_revision};
use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::case::Case;
use crate::check::{not_before, not_blank, open, own_case};
use crate::date::Date;
use crate::organisation::Role;
use crate::refusal::Refusal;
use crate::rules::Parameter;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

/// `notice_served` (thông báo, tống đạt). It takes effect on the day on which it was received, refused, or not received.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeServed {
    /// Whom it is for.
    pub to: Recipient,
    /// Of which document.
    pub of: NoticeOf,
    /// By which way (the rule `notice_modes` of its day).
    pub mode: Mode,
    /// What came of it.
    pub result: Served,
    /// When it was sent, where that was on another day.
    #[serde(default)]
    pub sent: Option<Date>,
}

/// Whom a notice is for. In JSON `"debtor"`, or `{"debtor": 2}` for the one of that number in the order's list; likewise a creditor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
pub enum Recipient {
    /// Người phải thi hành án, by number or without.
    Debtor(Option<u16>),
    /// Người được thi hành án, by number or without.
    Creditor(Option<u16>),
    /// Người có quyền lợi, nghĩa vụ liên quan.
    RelatedPerson,
    /// Viện kiểm sát.
    Procuracy,
    /// Ủy ban nhân dân cấp xã.
    Commune,
    /// Somebody else.
    Other,
}

/// Of which document a notice is. In JSON a text: the word of a document, or for one that has none what it is called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
pub enum NoticeOf {
    /// Quyết định thi hành án.
    Order,
    /// Giấy triệu tập, giấy báo.
    Summons,
    /// Kết quả xác minh.
    Verification,
    /// Quyết định về việc chưa có điều kiện, hay có điều kiện thi hành.
    Classification,
    /// Quyết định hoãn.
    Postponement,
    /// Thông báo tạm đình chỉ.
    Suspension,
    /// Quyết định đình chỉ.
    Termination,
    /// Quyết định cưỡng chế.
    Coercion,
    /// Kê biên.
    Distraint,
    /// Kết quả thẩm định giá.
    Value,
    /// Thông báo bán đấu giá.
    Auction,
    /// Bán đấu giá không thành.
    Unsold,
    /// Báo nhận tiền.
    Payout,
    /// Another, in its own words; no words about persons.
    Other(String),
}

/// The way that a notice took.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Trực tiếp.
    Direct,
    /// Qua bưu điện: Art. 40 counts it among the direct ones.
    Post,
    /// Niêm yết.
    Posted,
    /// Phương tiện thông tin đại chúng.
    MassMedia,
    /// VNeID, trang thông tin điện tử.
    VneidWeb,
    /// Phương thức điện tử.
    Digital,
    /// Phương thức điện tử, ở nước ngoài.
    DigitalAbroad,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Served {
    /// Nhận.
    Received,
    /// Từ chối nhận.
    Refused,
    /// Vắng mặt.
    Absent,
}

impl Mode {
    /// The word of the rule `notice_modes` that allows it.
    const fn rule(self) -> &'static str {
        match self {
            Mode::Direct | Mode::Post => "direct",
            Mode::Posted => "posting",
            Mode::MassMedia => "media",
            Mode::VneidWeb => "vneid_web",
            Mode::Digital => "digital",
            Mode::DigitalAbroad => "digital_abroad",
        }
    }
}

/// The documents that have a word, each with it.
const DOCUMENTS: [(&str, NoticeOf); 13] = [
    ("order", NoticeOf::Order),
    ("summons", NoticeOf::Summons),
    ("verification", NoticeOf::Verification),
    ("classification", NoticeOf::Classification),
    ("postponement", NoticeOf::Postponement),
    ("suspension", NoticeOf::Suspension),
    ("termination", NoticeOf::Termination),
    ("coercion", NoticeOf::Coercion),
    ("distraint", NoticeOf::Distraint),
    ("value", NoticeOf::Value),
    ("auction", NoticeOf::Auction),
    ("unsold", NoticeOf::Unsold),
    ("payout", NoticeOf::Payout),
];

impl NoticeOf {
    /// Returns the document that a text names, as the first revision and JSON have it.
    fn named(word: String) -> NoticeOf {
        let known = DOCUMENTS.iter().find(|(known, _)| *known == word);
        known.map_or_else(|| NoticeOf::Other(word), |(_, document)| document.clone())
    }

    /// Returns that text.
    fn word(&self) -> &str {
        match self {
            NoticeOf::Other(word) => word,
            known => DOCUMENTS.iter().find(|(_, one)| one == known).map_or("", |(word, _)| word),
        }
    }

    /// Whether it tells that an asset found no buyer. The first revision, which had no words of its own, was written in two ways.
    fn is_of_unsold(&self) -> bool {
        match self {
            NoticeOf::Unsold => true,
            NoticeOf::Other(word) => word == "auction_unsold",
            _ => false,
        }
    }
}

impl Kind for NoticeServed {
    const INFO: KindInfo = KindInfo {
        code: 49,
        revision: 2,
        name: "notice_served",
        vi: "thông báo, tống đạt",
        article: "39-43",
        by: &[Role::Enforcer, Role::Clerk],
    };

    fn read_older<'de, D: Deserializer<'de>>(revision: u8, fields: D) -> Result<NoticeServed, D::Error> {
        match revision {
            1 => NoticeServedV1::deserialize(fields).map(NoticeServed::from),
            _ => Err(unknown_revision(&Self::INFO, revision)),
        }
    }

    fn write_older<S: Serializer>(&self, revision: u8, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_v1().filter(|_| revision == 1) {
            Some(old) => old.serialize(serializer),
            None => Err(unwritten_revision(&Self::INFO, revision)),
        }
    }
}

impl KindOf<Case> for NoticeServed {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "39")?;
        own_case(case, on)?;
        not_blank(self.of.word(), "39", "of")?;
        let numbered = match self.to {
            Recipient::Debtor(number) => number.map(|number| (&case.debtors, "to.debtor", number)),
            Recipient::Creditor(number) => number.map(|number| (&case.creditors, "to.creditor", number)),
            Recipient::RelatedPerson | Recipient::Procuracy | Recipient::Commune | Recipient::Other => None,
        };
        if let Some((list, field, number)) = numbered
            && !(1..=list.len()).contains(&usize::from(number))
        {
            let (limit, accepted) = (Words::NumberInList, Words::NumberOrNone { last: list.len() });
            refuse!(Unknown, "39", field => number; limit; accepted);
        }
        if let Some(sent) = self.sent {
            not_before(on.at.on, sent, "39", "effective", Words::DaySent)?;
        }
        match on.reference_data.rules.grounds(Parameter::NoticeModes, on.at.on).set() {
            Some(ways) if !ways.iter().any(|way| way.name == self.mode.rule()) => {
                let accepted = Value::typed_list(ways.iter().map(|way| &way.name));
                Err(refusal!(Limit, "39.3", "mode" => Words::typed(self.mode.rule());
                        Words::WaysOfDay;
                        accepted))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if matches!(self.to, Recipient::Debtor(_)) && self.result != Served::Absent && case.served.is_none() {
            case.served = Some(at.on);
        }
        match self.to {
            Recipient::Creditor(number) if self.of == NoticeOf::Payout => match number {
                Some(number) => drop(case.payees_told.insert(number, at.on)),
                None => case.payee_told = Some(at.on),
            },
            _ => {}
        }
        if self.of.is_of_unsold() {
            case.unsold_told = Some(at.on);
        }
    }
}

impl Serialize for Recipient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (word, number) = match self {
            Recipient::Debtor(number) => ("debtor", *number),
            Recipient::Creditor(number) => ("creditor", *number),
            other => return Recipient::serialize(other, serializer),
        };
        match number {
            _ if !serializer.is_human_readable() => Recipient::serialize(self, serializer),
            None => serializer.serialize_str(word),
            Some(number) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(word, &number)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Recipient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Recipient, D::Error> {
        struct InJson;
        impl<'de> Visitor<'de> for InJson {
            type Value = Recipient;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(RECIPIENTS)
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Recipient, E> {
                match word {
                    "debtor" => Ok(Recipient::Debtor(None)),
                    "creditor" => Ok(Recipient::Creditor(None)),
                    "related_person" => Ok(Recipient::RelatedPerson),
                    "procuracy" => Ok(Recipient::Procuracy),
                    "commune" => Ok(Recipient::Commune),
                    "other" => Ok(Recipient::Other),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Recipient, A::Error> {
                let Some((word, number)) = map.next_entry::<String, u16>()? else {
                    return Err(de::Error::invalid_length(0, &self));
                };
                if map.next_key::<String>()?.is_some() {
                    return Err(de::Error::invalid_length(2, &self));
                }
                match word.as_str() {
                    "debtor" => Ok(Recipient::Debtor(Some(number))),
                    "creditor" => Ok(Recipient::Creditor(Some(number))),
                    other => Err(de::Error::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(InJson)
        } else {
            Recipient::deserialize(deserializer)
        }
    }
}

impl Serialize for NoticeOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.word())
        } else {
            NoticeOf::serialize(self, serializer)
        }
    }
}

impl<'de> Deserialize<'de> for NoticeOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NoticeOf, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer).map(NoticeOf::named)
        } else {
            let read = NoticeOf::deserialize(deserializer)?;
            // A document that has a word is written in one form.
            match &read {
                NoticeOf::Other(word) if NoticeOf::named(word.clone()) != read => {
                    Err(de::Error::custom(format_args!("a document {word} has a word of its own")))
                }
                _ => Ok(read),
            }
        }
    }
}

const RECIPIENTS: &str = "\"debtor\", {\"debtor\": 1}, \"creditor\", {\"creditor\": 1}, \"related_person\", \"procuracy\", \"commune\" or \"other\"";

/// Revision 1 of [`NoticeServed`]: no number of a party, the document in whatever words, four ways.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeServedV1 {
    to: AddresseeV1,
    of: String,
    mode: ModeV1,
    result: Served,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AddresseeV1 {
    Debtor,
    Creditor,
    RelatedPerson,
    Procuracy,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModeV1 {
    Direct,
    Post,
    Posted,
    MassMedia,
}

impl From<NoticeServedV1> for NoticeServed {
    fn from(old: NoticeServedV1) -> NoticeServed {
        NoticeServed {
            to: match old.to {
                AddresseeV1::Debtor => Recipient::Debtor(None),
                AddresseeV1::Creditor => Recipient::Creditor(None),
                AddresseeV1::RelatedPerson => Recipient::RelatedPerson,
                AddresseeV1::Procuracy => Recipient::Procuracy,
            },
            of: NoticeOf::named(old.of),
            mode: match old.mode {
                ModeV1::Direct => Mode::Direct,
                ModeV1::Post => Mode::Post,
                ModeV1::Posted => Mode::Posted,
                ModeV1::MassMedia => Mode::MassMedia,
            },
            result: old.result,
            sent: None,
        }
    }
}

impl NoticeServed {
    /// Returns it as the first revision had it; `None` where that had no place for what it says.
    fn as_v1(&self) -> Option<NoticeServedV1> {
        let to = match self.to {
            Recipient::Debtor(None) => AddresseeV1::Debtor,
            Recipient::Creditor(None) => AddresseeV1::Creditor,
            Recipient::RelatedPerson => AddresseeV1::RelatedPerson,
            Recipient::Procuracy => AddresseeV1::Procuracy,
            Recipient::Debtor(Some(_))
            | Recipient::Creditor(Some(_))
            | Recipient::Commune
            | Recipient::Other => return None,
        };
        let mode = match self.mode {
            Mode::Direct => ModeV1::Direct,
            Mode::Post => ModeV1::Post,
            Mode::Posted => ModeV1::Posted,
            Mode::MassMedia => ModeV1::MassMedia,
            Mode::VneidWeb | Mode::Digital | Mode::DigitalAbroad => return None,
        };
        let is_new = self.sent.is_some();
        (!is_new).then(|| NoticeServedV1 { to, of: self.of.word().to_owned(), mode, result: self.result })
    }
}
