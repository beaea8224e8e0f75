//! JSON as it is taken in: no object may name a field twice.

use std::str::Utf8Error;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A JSON document in which no object names a field twice: of two values, readers would believe different ones.
#[derive(Clone, PartialEq, Debug)]
pub struct Document(pub Value);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_any(OneValue).map(Document)
    }
}

/// Why bytes are no document.
#[derive(Debug, thiserror::Error)]
pub enum NotADocument {
    /// Another encoding than UTF-8, as its byte order mark says.
    #[error(
        "the text begins with the byte order mark of {0}; accepted: JSON in UTF-8, with its mark or without"
    )]
    Encoding(&'static str),
    /// Bytes that are no text.
    #[error("not UTF-8 from byte {} on; accepted: JSON in UTF-8", .0.valid_up_to())]
    NotUtf8(Utf8Error),
    /// Nothing at all.
    #[error("there is nothing; accepted: one JSON object")]
    Empty,
    /// A text that is no JSON, or more than one document.
    #[error("not JSON: {0}; accepted: one JSON object")]
    NotJson(#[from] serde_json::Error),
}

/// The mark that may stand before a text in UTF-8, which some editors write.
const MARK: &[u8] = b"\xef\xbb\xbf";

impl Document {
    /// Reads a document in UTF-8, with a byte order mark before it or without.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(bytes: &[u8]) -> Result<Document, NotADocument> {
        let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| match encoding(bytes) {
            Some(encoding) => NotADocument::Encoding(encoding),
            None => NotADocument::NotUtf8(error),
        })?;
        if text.trim().is_empty() {
            return Err(NotADocument::Empty);
        }
        Ok(serde_json::from_str(text)?)
    }
}

/// The encoding that a byte order mark names, where it is not UTF-8 (Unicode section 23.8).
fn encoding(bytes: &[u8]) -> Option<&'static str> {
    let marks: [(&[u8], &str); 4] = [
        (b"\x00\x00\xfe\xff", "UTF-32"),
        (b"\xff\xfe\x00\x00", "UTF-32"),
        (b"\xfe\xff", "UTF-16"),
        (b"\xff\xfe", "UTF-16"),
    ];
    marks.iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, name)| *name)
}

struct OneValue;

impl<'de> Visitor<'de> for OneValue {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Document(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Document(value))) = fields.next_entry::<String, Document>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("the field `{name}` stands twice")));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_may_begin_with_the_mark_of_utf_8() {
        let read = |bytes: &[u8]| {
            Document::read(bytes).map(|Document(value)| value).map_err(|error| error.to_string())
        };
        assert_eq!(read(b"\xef\xbb\xbf {\"a\":1}\r\n"), Ok(serde_json::json!({ "a": 1 })));
        for (bytes, says) in [
            (&b"\xff\xfe{\0}\0"[..], "UTF-16"),
            (b"\xfe\xff\0{\0}", "UTF-16"),
            (b"\xff\xfe\0\0{\0\0\0", "UTF-32"),
            (b"{\"a\":\"\xe9\"}", "not UTF-8 from byte 6"),
            (b"\xef\xbb\xbf", "there is nothing"),
            (b" \n", "there is nothing"),
            (b"\xef\xbb\xbf\xef\xbb\xbf{}", "not JSON"),
            (b"{}{}", "not JSON"),
            (b"{\"a\":1,\"\\u0061\":1}", "stands twice"),
        ] {
            let said = read(bytes).unwrap_err();
            assert!(said.contains(says), "{said}");
        }
    }
}
