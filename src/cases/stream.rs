//! Streams: whose history an entry belongs to, and which sort of state that folds into.
//!
//! The one place that knows the sorts of streams and how their keys are written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::event::inspection::InspectionId;
use crate::ids::{CaseId, ComplaintId, OfficeCode, OfficerNo};
use crate::rules::Parameter;

/// Whose history an entry belongs to, written `case:DT03/2018/0412`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StreamId {
    /// A case.
    Case(CaseId),
    /// A complaint or denunciation.
    Complaint(ComplaintId),
    /// An inspection.
    Inspection(InspectionId),
    /// An office: its opening, its targets.
    Office(OfficeCode),
    /// An officer.
    Officer(OfficerNo),
    /// A rule's value.
    Parameter(Parameter),
    /// The ledger's clock.
    Clock,
}

/// A sort of stream, and of kinds that belong to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamKind {
    /// A case.
    Case,
    /// A complaint or denunciation.
    Complaint,
    /// An inspection.
    Inspection,
    /// Offices, officers, targets, parameters and the clock: they share one history.
    Organisation,
    /// Of a kind: any of them. Repairs and notes.
    Any,
}

/// Why a text names no stream.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{rule}; accepted: {accepted}")]
pub struct NotAStream {
    /// The rule that it breaks.
    pub rule: String,
    /// What would do.
    pub accepted: String,
}

impl NotAStream {
    fn new(rule: impl ToString) -> NotAStream {
        NotAStream { rule: rule.to_string(), accepted: FORMS.into() }
    }
}

/// The forms of a stream's name.
const FORMS: &str = "case:DT03/2018/0412, complaint:DT03/2019/K0012, inspection:DT03/2019/T0003, office:DT03, officer:17, parameter:voluntary, ledger:clock";

/// The number of a stream that is numbered within an office and a calendar year.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Numbered<'a> {
    /// The office.
    pub office: &'a OfficeCode,
    /// The year.
    pub year: u16,
    /// The number, consecutive from 1.
    pub number: u32,
}

impl StreamId {
    /// Returns the sort of stream.
    pub const fn kind(&self) -> StreamKind {
        match self {
            StreamId::Case(_) => StreamKind::Case,
            StreamId::Complaint(_) => StreamKind::Complaint,
            StreamId::Inspection(_) => StreamKind::Inspection,
            StreamId::Office(_) | StreamId::Officer(_) | StreamId::Parameter(_) | StreamId::Clock => {
                StreamKind::Organisation
            }
        }
    }

    /// Returns whether its history is the one that all of the organisation shares.
    pub fn is_organisation(&self) -> bool {
        self.kind() == StreamKind::Organisation
    }

    /// Returns the word before the colon: the tag of the stream in a record.
    pub const fn tag(&self) -> &'static str {
        match self {
            StreamId::Case(_) => "case",
            StreamId::Complaint(_) => "complaint",
            StreamId::Inspection(_) => "inspection",
            StreamId::Office(_) => "office",
            StreamId::Officer(_) => "officer",
            StreamId::Parameter(_) => "parameter",
            StreamId::Clock => "ledger",
        }
    }

    /// Returns the key behind the colon.
    pub fn key(&self) -> String {
        match self {
            StreamId::Case(id) => id.to_string(),
            StreamId::Complaint(id) => id.to_string(),
            StreamId::Inspection(id) => id.to_string(),
            StreamId::Office(code) => code.to_string(),
            StreamId::Officer(number) => number.to_string(),
            StreamId::Parameter(rule) => rule.id().to_owned(),
            StreamId::Clock => CLOCK.to_owned(),
        }
    }

    /// Returns the stream of that sort and number; `None` where streams of that sort have no number.
    pub fn with_number(
        kind: StreamKind,
        Numbered { office, year, number }: Numbered<'_>,
    ) -> Option<StreamId> {
        let office = office.clone();
        match kind {
            StreamKind::Case => Some(StreamId::Case(CaseId { office, year, number })),
            StreamKind::Complaint => Some(StreamId::Complaint(ComplaintId { office, year, number })),
            StreamKind::Inspection => Some(StreamId::Inspection(InspectionId { office, year, number })),
            StreamKind::Organisation | StreamKind::Any => None,
        }
    }

    /// Returns the stream's number, where streams of its sort are numbered.
    pub const fn numbered(&self) -> Option<Numbered<'_>> {
        match self {
            StreamId::Case(CaseId { office, year, number })
            | StreamId::Complaint(ComplaintId { office, year, number })
            | StreamId::Inspection(InspectionId { office, year, number }) => {
                Some(Numbered { office, year: *year, number: *number })
            }
            StreamId::Office(_) | StreamId::Officer(_) | StreamId::Parameter(_) | StreamId::Clock => None,
        }
    }

    /// Reads tag and key as a record has them: one stream, one spelling.
    ///
    /// # Errors
    /// The rule that they break, and what would do.
    pub fn from_parts(tag: &str, key: &str) -> Result<StreamId, NotAStream> {
        let stream = StreamId::from_loose_parts(tag, key)?;
        if stream.key() == key {
            return Ok(stream);
        }
        Err(NotAStream { rule: "a stream has one spelling".into(), accepted: stream.to_string() })
    }

    /// The same; an id may stand in its spelling for addresses.
    fn from_loose_parts(tag: &str, key: &str) -> Result<StreamId, NotAStream> {
        match tag {
            "case" => key.parse().map(StreamId::Case).map_err(NotAStream::new),
            "complaint" => key.parse().map(StreamId::Complaint).map_err(NotAStream::new),
            "inspection" => key.parse().map(StreamId::Inspection).map_err(NotAStream::new),
            "office" => key.parse().map(StreamId::Office).map_err(NotAStream::new),
            "officer" => match key.parse().map(OfficerNo) {
                Ok(number) if number.to_string() == key => Ok(StreamId::Officer(number)),
                Ok(number) => Err(NotAStream {
                    rule: "an officer's number has one spelling".into(),
                    accepted: format!("officer:{number}"),
                }),
                Err(_) => Err(NotAStream::new("an officer's number")),
            },
            "parameter" => key.parse().map(StreamId::Parameter).map_err(NotAStream::new),
            "ledger" if key == CLOCK => Ok(StreamId::Clock),
            _ => Err(NotAStream::new("a kind of stream that can be written to")),
        }
    }
}

const CLOCK: &str = "clock";

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.tag(), self.key())
    }
}

impl FromStr for StreamId {
    type Err = NotAStream;

    fn from_str(text: &str) -> Result<StreamId, NotAStream> {
        let parts = text.split_once(':');
        let (tag, key) = parts.ok_or_else(|| NotAStream::new("a kind of stream, a colon and a key"))?;
        StreamId::from_loose_parts(tag, key)
    }
}

impl Serialize for StreamId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StreamId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StreamId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
