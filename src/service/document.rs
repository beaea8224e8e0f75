//! JSON as it is taken in: no object may name a field twice.

use std::str::Utf8Error;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::json::shown;

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

impl NotADocument {
    /// The same sentence in Vietnamese.
    pub fn vi(&self) -> String {
        match self {
            NotADocument::Encoding(encoding) => format!(
                "văn bản bắt đầu bằng dấu thứ tự byte của {encoding}; chấp nhận: JSON mã UTF-8, có dấu ấy hay không"
            ),
            NotADocument::NotUtf8(error) => {
                format!("không phải UTF-8 từ byte {}; chấp nhận: JSON mã UTF-8", error.valid_up_to())
            }
            NotADocument::Empty => "không có gì; chấp nhận: một đối tượng JSON".to_owned(),
            NotADocument::NotJson(error) => {
                let (what, (line, column)) = (error.to_string(), (error.line(), error.column()));
                let what = what.rsplit_once(" at line ").map_or(&*what, |(what, _)| what);
                format!(
                    "không phải JSON: {}, ở dòng {line} cột {column}; chấp nhận: một đối tượng JSON",
                    fault(what)
                )
            }
        }
    }
}

/// What the reader of JSON finds wrong, in Vietnamese.
fn fault(what: &str) -> String {
    let twice = what.strip_prefix("the field `").and_then(|rest| rest.strip_suffix(TWICE));
    match (twice, FAULTS.iter().find(|(en, _)| *en == what)) {
        (Some(field), _) => format!("trường `{field}` nêu hai lần"),
        (None, Some((_, vi))) => (*vi).to_owned(),
        (None, None) => format!("lỗi cú pháp ({what})"),
    }
}

/// How the sentence about a field that is named twice ends.
const TWICE: &str = "` stands twice";

/// The words of `serde_json` 1.0.
const FAULTS: &[(&str, &str)] = &[
    ("EOF while parsing a list", "hết văn bản giữa một danh sách"),
    ("EOF while parsing an object", "hết văn bản giữa một đối tượng"),
    ("EOF while parsing a string", "hết văn bản giữa một chuỗi"),
    ("EOF while parsing a value", "hết văn bản ở chỗ của một giá trị"),
    ("expected `:`", "thiếu dấu `:`"),
    ("expected `,` or `]`", "thiếu dấu `,` hoặc `]`"),
    ("expected `,` or `}`", "thiếu dấu `,` hoặc `}`"),
    ("expected ident", "từ không đọc được (chỉ có true, false, null)"),
    ("expected value", "thiếu giá trị"),
    ("invalid escape", "chuỗi có ký hiệu thoát sai"),
    ("invalid number", "số viết sai"),
    ("number out of range", "số quá lớn"),
    ("invalid unicode code point", "mã ký tự Unicode không có thật"),
    (
        "control character (\\u0000-\\u001F) found while parsing a string",
        "ký tự điều khiển (\\u0000-\\u001F) trong một chuỗi",
    ),
    ("key must be a string", "tên trường phải là chuỗi trong dấu ngoặc kép"),
    ("lone leading surrogate in hex escape", "nửa cặp thay thế đứng một mình trong ký hiệu thoát"),
    ("unexpected end of hex escape", "ký hiệu thoát thiếu chữ số"),
    ("trailing comma", "thừa dấu phẩy cuối"),
    ("trailing characters", "còn chữ sau đối tượng JSON"),
    ("recursion limit exceeded", "lồng nhau quá sâu"),
];

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
                let name = shown(&name);
                return Err(A::Error::custom(format_args!("the field `{name}{TWICE}")));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each fault that the reader of JSON finds is said in both languages, with its place.
    #[test]
    fn what_is_no_json_is_said_in_vietnamese() {
        let deep = "[".repeat(200);
        let texts = [
            "[1",
            "{\"a\":1",
            "\"a",
            "{\"a\":",
            "{\"a\" 1}",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            "tru",
            "nul",
            "nulx",
            "{\"a\":}",
            "\"\\q\"",
            "01",
            "-",
            "1e999",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "\"a\tb\"",
            "{1:2}",
            "{a:2}",
            "\"\\u12\"",
            "[1,]",
            "{\"a\":1,}",
            "{} {}",
            "{\"a\":1,\n\"a\":2}",
            "\"\\u",
            "\"\\uzzzz\"",
            &deep,
        ];
        for text in texts {
            let error = Document::read(text.as_bytes()).unwrap_err();
            let (vi, en) = (error.vi(), error.to_string());
            let NotADocument::NotJson(of) = &error else { panic!("{text}: {en}") };
            assert!(vi.contains(&format!("ở dòng {} cột {}", of.line(), of.column())), "{text}: {vi}");
            assert!(!vi.contains("lỗi cú pháp"), "{text}: {vi}");
            let english = ["expected", "while", "invalid", "trailing", " at line "];
            assert!(!english.iter().any(|word| vi.contains(word)), "{text}: {vi}");
        }
        let twice = Document::read(b"{\"a\":1,\n\"a\":2}").unwrap_err().vi();
        assert_eq!(
            twice,
            "không phải JSON: trường `a` nêu hai lần, ở dòng 2 cột 6; chấp nhận: một đối tượng JSON"
        );
        for bytes in [&b"\xff\xfe{\0}\0"[..], b"{\"a\":\"\xe9\"}", b" \n"] {
            let vi = Document::read(bytes).unwrap_err().vi();
            assert!(vi.contains("; chấp nhận: "), "{vi}");
        }
    }

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
            (b"{\"a\\u202e\\u001bb\":1,\"a\\u202e\\u001bb\":1}", "the field `ab` stands twice"),
        ] {
            let said = read(bytes).unwrap_err();
            assert!(said.contains(says), "{said}");
        }
    }
}
