//! Identities: each its own type and its own look, so that one is never taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A record's place in the log; genesis is 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

/// An office's number, given by `office_opened`; 0 is the ledger itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfficeNo(pub u32);

/// An officer's number, given by `officer_appointed`; 0 is the ledger itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfficerNo(pub u32);

/// An obligation's number inside its case: 1, 2, … in the order in which they came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ObligationNo(pub u16);

/// An asset's number inside its case: 1, 2, … in the order of distraint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AssetNo(pub u16);

macro_rules! shown_as_number {
    ($($name:ident),*) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    )* };
}
shown_as_number!(Position, OfficeNo, OfficerNo, ObligationNo, AssetNo);

/// An office's code: 1 to 12 capital letters and digits, for instance `DT03`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficeCode {
    /// In their place, so that an id is copied without a call for memory; zeros behind them keep the order of the text.
    letters: [u8; OfficeCode::LENGTH_MAX],
}

impl OfficeCode {
    /// The most letters that a code has.
    const LENGTH_MAX: usize = 12;

    /// The code as text.
    pub fn as_str(&self) -> &str {
        let end = self.letters.iter().position(|letter| *letter == 0).unwrap_or(self.letters.len());
        // Letters of ASCII alone are let in.
        self.letters.get(..end).and_then(|letters| str::from_utf8(letters).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficeCode({self})")
    }
}

/// A case: (office, year of intake, intake number), written `DT03/2018/0412`, in addresses `DT03-2018-0412`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CaseId {
    /// The office that took the case in.
    pub office: OfficeCode,
    /// The calendar year of intake.
    pub year: u16,
    /// The intake number; consecutive from 1 within office and year.
    pub number: u32,
}

/// A complaint or denunciation: (office, year of receipt, number), written `DT03/2019/K0012`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ComplaintId {
    /// The office that received it.
    pub office: OfficeCode,
    /// The calendar year of receipt.
    pub year: u16,
    /// The number within office and year.
    pub number: u32,
}

/// Why a text is not an identity.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{given:?} is not {what}; write it like {example}")]
pub struct NotAnId {
    given: String,
    what: &'static str,
    example: &'static str,
}

impl NotAnId {
    fn new(given: &str, what: &'static str, example: &'static str) -> NotAnId {
        NotAnId { given: given.chars().take(60).collect(), what, example }
    }
}

impl FromStr for OfficeCode {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<OfficeCode, NotAnId> {
        let mut letters = [0; OfficeCode::LENGTH_MAX];
        let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        match letters.get_mut(..text.len()).filter(|_| fits) {
            Some(place) => place.copy_from_slice(text.as_bytes()),
            None => return Err(NotAnId::new(text, "an office code", "DT03")),
        }
        Ok(OfficeCode { letters })
    }
}

impl FromStr for CaseId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<CaseId, NotAnId> {
        parts(text, "")
            .map(|(office, year, number)| CaseId { office, year, number })
            .ok_or_else(|| NotAnId::new(text, "a case", "DT03/2018/0412"))
    }
}

impl FromStr for ComplaintId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<ComplaintId, NotAnId> {
        parts(text, "K")
            .map(|(office, year, number)| ComplaintId { office, year, number })
            .ok_or_else(|| NotAnId::new(text, "a complaint", "DT03/2019/K0012"))
    }
}

/// Splits `OFFICE/YEAR/PREFIXNUMBER` (or with dashes). Numbers have at least four digits and no idle zeros beyond
/// them, so that one case has one name.
fn parts(text: &str, prefix: &str) -> Option<(OfficeCode, u16, u32)> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut split = text.split(separator);
    let (office, year, number) = (split.next()?, split.next()?, split.next()?.strip_prefix(prefix)?);
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let named_once = number.len() == 4 || (number.len() > 4 && !number.starts_with('0'));
    if split.next().is_some() || year.len() != 4 || !digits(year) || !digits(number) || !named_once {
        return None;
    }
    let number: u32 = number.parse().ok()?;
    if number == 0 {
        return None;
    }
    Some((office.parse().ok()?, year.parse().ok()?, number))
}

impl fmt::Display for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:04}/{:04}", self.office, self.year, self.number)
    }
}

impl fmt::Display for ComplaintId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:04}/K{:04}", self.office, self.year, self.number)
    }
}

macro_rules! serde_as_text {
    ($($name:ident),*) => { $(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )* };
}
serde_as_text!(OfficeCode, CaseId, ComplaintId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_case_has_one_name() {
        for text in ["DT03/2018/0412", "DT03/2018/12345", "D/2019/0001"] {
            assert_eq!(text.parse::<CaseId>().unwrap().to_string(), text);
        }
        assert_eq!("DT03-2018-0412".parse::<CaseId>().unwrap().to_string(), "DT03/2018/0412");
        for text in [
            "DT03/2018/412",
            "DT03/2018/00412",
            "DT03/2018/0000",
            "dt03/2018/0412",
            "DT03/18/0412",
            "",
            "DT03/2018/0412/1",
            "DT03/2018/K0412",
        ] {
            assert!(text.parse::<CaseId>().is_err(), "{text}");
        }
        assert_eq!("DT03/2019/K0012".parse::<ComplaintId>().unwrap().to_string(), "DT03/2019/K0012");
    }
}
