//! Personal data at the edge of the law: plain when it comes in, a reference once it stands in an event.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A random reference to an entry of the vault, where the words themselves are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct VaultRef(pub [u8; 16]);

/// What a person told about himself, or was told about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// Identity or tax number, as printed.
    pub id_number: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Bank account.
    pub account: Option<String>,
}

/// Names, numbers, addresses and free text. Only [`Personal::Sealed`] can be written into a record: encoding plain
/// words into bytes is an error, so none can slip in.
///
/// In JSON: a string, an object with `name` (and `id_number`, `address`, `account`), `{"ref": HEX}`, or, in answers only,
/// `{"ref": HEX, "lost": true}` and null.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Personal {
    /// Free text.
    Text(String),
    /// A person.
    Person(Person),
    /// What stands in the record.
    Sealed(VaultRef),
    /// In an answer: words that the record commits to and that are lost, or others stand in their place.
    Lost(VaultRef),
    /// In an answer: words that whoever asks may not read.
    Withheld,
}

impl fmt::Display for VaultRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for VaultRef {
    type Err = String;

    fn from_str(text: &str) -> Result<VaultRef, String> {
        let refuse = || {
            format!(
                "{:?} is not a vault reference of 32 hex digits",
                text.chars().take(40).collect::<String>()
            )
        };
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(refuse());
        }
        let mut bytes = [0; 16];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = text
                .get(2 * at..2 * at + 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .ok_or_else(refuse)?;
        }
        Ok(VaultRef(bytes))
    }
}

impl Serialize for Personal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self, serializer.is_human_readable()) {
            (Personal::Sealed(reference), false) => reference.0.serialize(serializer),
            (Personal::Text(_) | Personal::Person(_) | Personal::Lost(_) | Personal::Withheld, false) => {
                Err(S::Error::custom("personal data never stands in a record: seal it in the vault first"))
            }
            (Personal::Sealed(reference), true) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("ref", &reference.to_string())?;
                map.end()
            }
            (Personal::Lost(reference), true) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("ref", &reference.to_string())?;
                map.serialize_entry("lost", &true)?;
                map.end()
            }
            (Personal::Withheld, true) => serializer.serialize_none(),
            (Personal::Text(text), true) => serializer.serialize_str(text),
            (Personal::Person(person), true) => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("name", &person.name)?;
                for (key, value) in [
                    ("id_number", &person.id_number),
                    ("address", &person.address),
                    ("account", &person.account),
                ] {
                    if let Some(value) = value {
                        map.serialize_entry(key, value)?;
                    }
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Personal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Personal, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(PersonalVisitor)
        } else {
            <[u8; 16]>::deserialize(deserializer).map(|bytes| Personal::Sealed(VaultRef(bytes)))
        }
    }
}

struct PersonalVisitor;

impl<'de> Visitor<'de> for PersonalVisitor {
    type Value = Personal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a person as {\"name\": …}")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Personal, E> {
        Ok(Personal::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Personal, A::Error> {
        let (mut person, mut named, mut sealed) = (Person::default(), false, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => {
                    person.name = map.next_value()?;
                    named = true;
                }
                "id_number" => person.id_number = map.next_value()?,
                "address" => person.address = map.next_value()?,
                "account" => person.account = map.next_value()?,
                "ref" => sealed = Some(map.next_value::<String>()?.parse().map_err(de::Error::custom)?),
                other => {
                    return Err(de::Error::unknown_field(
                        other,
                        &["name", "id_number", "address", "account"],
                    ));
                }
            }
        }
        match (sealed, named) {
            (Some(reference), false) => Ok(Personal::Sealed(reference)),
            (None, true) => Ok(Personal::Person(person)),
            (Some(_), true) => Err(de::Error::custom("a person is given by name or by reference, not both")),
            (None, false) => Err(de::Error::missing_field("name")),
        }
    }
}
