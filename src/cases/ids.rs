//! Identities: each its own type and its own look, so that one is never taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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

/// An asset's number inside its case: 1, 2, … in the order in which distraints were recorded, voided ones counted.
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

/// An identity that is numbered within office and calendar year, written `OFFICE/YEAR/PREFIXNUMBER`, in addresses with dashes.
macro_rules! numbered_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name {
            /// The office that took it in.
            pub office: $crate::ids::OfficeCode,
            /// The calendar year in which it came in.
            pub year: u16,
            /// The number, consecutive from 1 within office and year.
            pub number: u32,
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ids::NotAnId;

            fn from_str(text: &str) -> Result<$name, $crate::ids::NotAnId> {
                $crate::ids::parts(text, $prefix)
                    .map(|(office, year, number)| $name { office, year, number })
                    .ok_or_else(|| $crate::ids::NotAnId::new(text, $what, $example))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!("{}/{:04}/", $prefix, "{:04}"), self.office, self.year, self.number)
            }
        }

        $crate::ids::serde_as_text!($name);
    };
}
pub(crate) use numbered_id;

macro_rules! serde_as_text {
    ($($name:ident),*) => { $(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )* };
}
pub(crate) use serde_as_text;

serde_as_text!(OfficeCode);

numbered_id! {
    /// A case by its intake number, written `DT03/2018/0412`.
    CaseId, "", "a case", "DT03/2018/0412"
}

numbered_id! {
    /// A complaint or denunciation, written `DT03/2019/K0012`.
    ComplaintId, "K", "a complaint", "DT03/2019/K0012"
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
    pub(crate) fn new(given: &str, what: &'static str, example: &'static str) -> NotAnId {
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

/// Splits `OFFICE/YEAR/PREFIXNUMBER` (or with dashes). Numbers have at least four digits and no idle zeros beyond
/// them, so that one case has one name.
pub(crate) fn parts(text: &str, prefix: &str) -> Option<(OfficeCode, u16, u32)> {
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
