//! The small values that a record is made of: identities, positions, times, streams.
//!
//! Each is a type of its own, so that an index, a size and a time cannot be mistaken for each other.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hex::{self, HexError, bytes_id};

bytes_id! {
    /// A ledger's identity, random at genesis; every record carries it.
    LedgerId, 16, hex
}
bytes_id! {
    /// A request's identity, chosen by whoever asks; unique in a ledger for ever. Reads a UUID with dashes as well.
    RequestId, 16
}
bytes_id! {
    /// A record's hash and the head of the chain up to it: see [`crate::hash::leaf`].
    Leaf, 32, hex
}

impl Leaf {
    /// What stands before the genesis record, and before the first record of a stream.
    pub const ZERO: Leaf = Leaf([0; 32]);
}

impl FromStr for RequestId {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uuid = text.len() == 36 && [8, 13, 18, 23].iter().all(|&at| text.as_bytes()[at] == b'-');
        let digits = if uuid { Cow::Owned(text.replace('-', "")) } else { Cow::Borrowed(text) };
        hex::decode_array(&digits).map(RequestId)
    }
}

/// A record's place in the log: 0 is the genesis, no place is left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u64);

impl Position {
    /// The genesis record's.
    pub const GENESIS: Position = Position(0);

    /// Makes a position from its number.
    pub const fn new(number: u64) -> Position {
        Position(number)
    }

    /// Returns its number; as a tree size, the count of records before it.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the position after it. The last number of all is no position, so that this stays there.
    #[must_use]
    pub const fn next(self) -> Position {
        Position(self.0.saturating_add(1))
    }

    /// Returns the position before it; the genesis has none.
    pub const fn previous(self) -> Option<Position> {
        match self.0.checked_sub(1) {
            Some(number) => Some(Position(number)),
            None => None,
        }
    }

    /// Returns the position `count` further, if there is one.
    pub const fn checked_add(self, count: u64) -> Option<Position> {
        match self.0.checked_add(count) {
            Some(number) => Some(Position(number)),
            None => None,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Position {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Position)
    }
}

/// A moment: microseconds since 1970-01-01T00:00:00Z. Shown as `2019-03-31T17:00:00.000000Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(i64);

impl Micros {
    /// Makes a moment from its count of microseconds.
    pub const fn new(micros: i64) -> Micros {
        Micros(micros)
    }

    /// Returns the count of microseconds.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Returns the moment `micros` later, if it can be written.
    pub const fn checked_add(self, micros: i64) -> Option<Micros> {
        match self.0.checked_add(micros) {
            Some(sum) => Some(Micros(sum)),
            None => None,
        }
    }
}

impl fmt::Display for Micros {
    /// Days to a civil date as in Howard Hinnant's `civil_from_days`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: i64 = 86_400_000_000;
        let (days, rest) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
    }
}

/// Defines an enum that is stored as one byte and shown as a lower-case word.
macro_rules! byte_enum {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal $word:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $variant = $code),* }

        impl $name {
            /// Every value, in the order of their codes.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// Returns the byte that stands for it in a record.
            pub const fn code(self) -> u8 {
                match self { $($name::$variant => $code),* }
            }

            /// Returns the value of a byte; `None` if revision 1 knows no such byte.
            pub const fn from_code(code: u8) -> Option<$name> {
                match code { $($code => Some($name::$variant),)* _ => None }
            }

            /// Returns its word, as in JSON.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// Returns the value of a word.
            pub fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

byte_enum! {
    /// What a stream is about.
    StreamTag {
        /// The ledger itself: genesis.
        Ledger = 0 "ledger",
        /// A case.
        Case = 1 "case",
        /// A complaint or denunciation.
        Complaint = 2 "complaint",
        /// An inspection.
        Inspection = 3 "inspection",
        /// An office.
        Office = 4 "office",
        /// An officer.
        Officer = 5 "officer",
        /// A reporting period.
        Period = 6 "period",
        /// A parameter of the rules.
        Parameter = 7 "parameter",
        /// A signing key.
        Key = 8 "key",
        /// An import of older records.
        Import = 9 "import",
    }
}

byte_enum! {
    /// How a record came to be.
    Provenance {
        /// Recorded in the course of work.
        Live = 0 "live",
        /// Taken over from an older source.
        Imported = 1 "imported",
        /// Practice or demonstration; never counts as real.
        Practice = 2 "practice",
    }
}

/// A stream's name: what it is about, and its key among those. Shown as `case:DT03/2018/0412`.
///
/// A key is UTF-8 text in practice; one that is not (or that starts with `#`) is shown as `#` and hexadecimal, so
/// that every stream's text reads back as that stream.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream {
    tag: StreamTag,
    key: Box<[u8]>,
}

/// Why something is not a stream's name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The key is empty or too long.
    #[error("a stream's key is {0} bytes long; it must be 1 to {max}", max = Stream::KEY_MAX)]
    KeyLength(usize),
    /// The text has no `:` between tag and key.
    #[error("{0:?} is no stream: it must read tag:key")]
    NoTag(String),
    /// The tag is unknown.
    #[error("{0:?} is no kind of stream")]
    UnknownTag(String),
    /// The key is announced as hexadecimal and is not.
    #[error("a stream's key after # must be hexadecimal")]
    Key(#[source] HexError),
}

impl Stream {
    /// Longest key, in bytes.
    pub const KEY_MAX: usize = 255;

    /// Names a stream; the key must have 1 to 255 bytes.
    pub fn new(tag: StreamTag, key: &[u8]) -> Result<Stream, StreamError> {
        if key.is_empty() || key.len() > Stream::KEY_MAX {
            return Err(StreamError::KeyLength(key.len()));
        }
        Ok(Stream { tag, key: key.into() })
    }

    /// Names a stream whose key's length was checked.
    pub(crate) fn of(tag: StreamTag, key: &[u8]) -> Stream {
        Stream { tag, key: key.into() }
    }

    /// Returns the stream of what corrects the clock, `ledger:clock`.
    pub fn clock() -> Stream {
        Stream { tag: StreamTag::Ledger, key: (*b"clock").into() }
    }

    /// Returns the stream of the genesis record, `ledger:genesis`.
    pub fn genesis() -> Stream {
        Stream { tag: StreamTag::Ledger, key: (*b"genesis").into() }
    }

    /// Returns what the stream is about.
    pub fn tag(&self) -> StreamTag {
        self.tag
    }

    /// Returns its key, 1 to 255 bytes.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Returns its key as text, if it is text.
    pub fn key_text(&self) -> Option<&str> {
        str::from_utf8(&self.key).ok()
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key_text() {
            Some(text) if !text.starts_with('#') => write!(f, "{}:{text}", self.tag),
            _ => write!(f, "{}:#{}", self.tag, hex::encode(&self.key)),
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream({self})")
    }
}

impl FromStr for Stream {
    type Err = StreamError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (tag, key) = text.split_once(':').ok_or_else(|| StreamError::NoTag(text.to_owned()))?;
        let tag = StreamTag::from_word(tag).ok_or_else(|| StreamError::UnknownTag(tag.to_owned()))?;
        match key.strip_prefix('#') {
            Some(digits) => Stream::new(tag, &hex::decode(digits).map_err(StreamError::Key)?),
            None => Stream::new(tag, key.as_bytes()),
        }
    }
}

impl Serialize for Stream {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            (self.tag.code(), &self.key).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Stream {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        if deserializer.is_human_readable() {
            let text = <Cow<'de, str>>::deserialize(deserializer)?;
            return text.parse().map_err(Error::custom);
        }
        let (code, key) = <(u8, Vec<u8>)>::deserialize(deserializer)?;
        let tag = StreamTag::from_code(code)
            .ok_or_else(|| Error::custom(format_args!("stream tag {code} is unknown")))?;
        Stream::new(tag, &key).map_err(Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_reads_hexadecimal_and_uuid() {
        let plain: RequestId = "00112233445566778899aabbccddeeff".parse().unwrap();
        let uuid: RequestId = "00112233-4455-6677-8899-AABBCCDDEEFF".parse().unwrap();
        assert_eq!(plain, uuid);
        assert_eq!(plain.to_string(), "00112233445566778899aabbccddeeff");
        assert!("0011223344556677-8899aabbccddeeff".parse::<RequestId>().is_err());
        assert!("----------------------------------–-".parse::<RequestId>().is_err());
    }

    #[test]
    fn a_stream_reads_back_from_its_text() {
        for key in [&b"DT03/2018/0412"[..], b"a:b", b"#1", b"\xff\x00", "án".as_bytes()] {
            let stream = Stream::new(StreamTag::Case, key).unwrap();
            assert_eq!(stream.to_string().parse(), Ok(stream));
        }
        assert_eq!(Stream::new(StreamTag::Key, b""), Err(StreamError::KeyLength(0)));
        assert_eq!(Stream::new(StreamTag::Key, &[1; 256]), Err(StreamError::KeyLength(256)));
        assert!("cases:x".parse::<Stream>().is_err());
    }

    #[test]
    fn a_moment_is_shown_in_utc() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_554_051_600_000_001, "2019-03-31T17:00:00.000001Z"),
        ] {
            assert_eq!(Micros::new(micros).to_string(), text);
        }
    }
}
