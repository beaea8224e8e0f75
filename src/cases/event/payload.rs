//! Events as serde reads and writes them: a record's payload in any of its revisions, and an event inside an event.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Body, Common, Event, Kind, KindCode, repair};

/// The payload of a record: the common fields, then the kind's own; the kind itself stands in the record's header.
pub struct Payload<'a>(pub &'a Event);

impl Serialize for Payload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.0.common, &self.0.body).serialize(serializer)
    }
}

/// The payload of a record in the revision that the record's header names.
pub struct PayloadIn<'a>(pub &'a Event, pub u8);

impl Serialize for PayloadIn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.0.common, FieldsIn(&self.0.body, self.1)).serialize(serializer)
    }
}

/// A kind's own fields in a revision.
struct FieldsIn<'a>(&'a Body, u8);

impl Serialize for FieldsIn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_in(self.1, serializer)
    }
}

/// Reads a payload back: the seed holds the kind from the record's header.
pub struct PayloadOf(pub KindCode);

impl<'de> DeserializeSeed<'de> for PayloadOf {
    type Value = Event;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Event, D::Error> {
        struct Parts(KindCode);
        impl<'de> Visitor<'de> for Parts {
            type Value = Event;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the common fields and the kind's own")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Event, A::Error> {
                let common = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
                let body =
                    seq.next_element_seed(self.0)?.ok_or_else(|| de::Error::invalid_length(1, &"2 parts"))?;
                Ok(Event { common, body })
            }
        }
        deserializer.deserialize_tuple(2, Parts(self.0))
    }
}

/// An event inside an event (`fact_corrected` holds what should have been recorded): with its kind, by name in JSON, by
/// code and revision in bytes.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.info();
        let readable = serializer.is_human_readable();
        let mut parts = serializer.serialize_struct("Event", if readable { 3 } else { 4 })?;
        if readable {
            parts.serialize_field("kind", info.name)?;
        } else {
            parts.serialize_field("code", &info.code)?;
            parts.serialize_field("revision", &info.revision)?;
        }
        parts.serialize_field("common", &self.common)?;
        parts.serialize_field("fields", &self.body)?;
        parts.end()
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        EventSeed { in_repair: false }.deserialize(deserializer).map(|read| *read.event)
    }
}

/// What stands in place of another entry: any event but a repair. One inside another would nest as deep as the bytes
/// go; written it could not be read again, so neither is done. It is written in the revision in which it was read: a
/// correction once recorded keeps its bytes.
#[derive(Clone, Debug)]
pub struct Replacement {
    event: Box<Event>,
    /// The revision of its payload.
    revision: u8,
}

const REFUSED: &str = "a repair does not replace an entry by a repair";

impl From<Event> for Replacement {
    fn from(event: Event) -> Replacement {
        Replacement { revision: event.info().revision, event: Box::new(event) }
    }
}

impl PartialEq for Replacement {
    fn eq(&self, other: &Replacement) -> bool {
        self.event == other.event
    }
}

impl Deref for Replacement {
    type Target = Event;

    fn deref(&self) -> &Event {
        &self.event
    }
}

impl DerefMut for Replacement {
    fn deref_mut(&mut self) -> &mut Event {
        &mut self.event
    }
}

impl Serialize for Replacement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.event.info();
        if is_repair(info.code) {
            return Err(S::Error::custom(REFUSED));
        }
        if serializer.is_human_readable() {
            return self.event.serialize(serializer);
        }
        let fields = FieldsIn(&self.event.body, self.revision);
        (info.code, self.revision, &self.event.common, fields).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Replacement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Replacement, D::Error> {
        EventSeed { in_repair: true }.deserialize(deserializer)
    }
}

fn is_repair(code: u16) -> bool {
    [repair::FactCorrected::INFO.code, repair::EntryVoided::INFO.code].contains(&code)
}

/// Reads an event with its kind.
struct EventSeed {
    /// Whether it stands in place of another entry.
    in_repair: bool,
}

impl EventSeed {
    fn accepts<E: de::Error>(&self, kind: KindCode) -> Result<KindCode, E> {
        if self.in_repair && is_repair(kind.code) { Err(E::custom(REFUSED)) } else { Ok(kind) }
    }
}

impl<'de> DeserializeSeed<'de> for EventSeed {
    type Value = Replacement;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Replacement, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_map(self)
        } else {
            deserializer.deserialize_tuple(4, self)
        }
    }
}

impl<'de> Visitor<'de> for EventSeed {
    type Value = Replacement;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: kind, common, fields, in this order")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Replacement, A::Error> {
        let missing = |at| de::Error::invalid_length(at, &"4 parts");
        let code = seq.next_element()?.ok_or_else(|| missing(0))?;
        let revision = seq.next_element()?.ok_or_else(|| missing(1))?;
        let kind = self.accepts(KindCode { code, revision })?;
        let common = seq.next_element()?.ok_or_else(|| missing(2))?;
        let body = seq.next_element_seed(kind)?.ok_or_else(|| missing(3))?;
        Ok(Replacement { event: Box::new(Event { common, body }), revision })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Replacement, A::Error> {
        const FIELDS: &[&str] = &["kind", "common", "fields"];
        let (mut kind, mut common, mut body) = (None, Common::default(), None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "kind" => {
                    let name: String = map.next_value()?;
                    let known = KindCode::named(&name)
                        .ok_or_else(|| de::Error::custom(format_args!("there is no kind {name:?}")))?;
                    kind = Some(self.accepts(known)?);
                }
                "common" => common = map.next_value()?,
                "fields" => {
                    let kind = kind.ok_or_else(|| de::Error::custom("kind must stand before fields"))?;
                    body = Some(map.next_value_seed(kind)?);
                }
                other => return Err(de::Error::unknown_field(other, FIELDS)),
            }
        }
        let body = body.ok_or_else(|| de::Error::missing_field("fields"))?;
        Ok(Replacement::from(Event { common, body }))
    }
}
