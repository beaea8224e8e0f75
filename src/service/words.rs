//! Words that can be read: a text that is given says something, and nothing in it steers whatever shows it. What is kept
//! in clear for ever is short.

use serde_json::Value;
use thads_cases::event::Event;
use thads_cases::personal::{Personal, VaultRef};
use thads_cases::text::{is_silent, means_nothing};

use crate::json::{JsonError, fields_of};

/// What is wrong with a text.
#[derive(Clone, Copy)]
enum Fault {
    /// It is empty, or made of what no eye can see.
    Silent,
    /// It holds a control character: an escape that a terminal obeys, a bell, a backspace.
    Control,
    /// A character that means nothing.
    Meaningless,
}

/// Every text of an event can be read, also what goes to the vault; what is optional is left out instead.
///
/// # Errors
/// The first field that cannot, for instance `debtors.1.person.name`.
pub(crate) fn all_readable(event: &Event) -> Result<(), JsonError> {
    let Some((field, fault)) = find_in(&Value::Object(fields_of(event)), &fault_of) else { return Ok(()) };
    Err(match fault {
        Fault::Silent => JsonError::not_given(
            &field,
            "a text says something that can be read",
            "the words; or without the field, where it may be left out",
        ),
        Fault::Control => JsonError::new(
            &field,
            "a control character",
            "a text holds no control characters but line breaks",
            "the words without it",
        ),
        Fault::Meaningless => JsonError::new(
            &field,
            "a character that means nothing",
            "a text holds no characters of private use and no noncharacters of Unicode",
            "the words without it",
        ),
    })
}

/// The most characters of a text that the log keeps in clear: a number, a title, a short list. It stays for ever, so it is
/// no place to write about persons at length; what is [`Personal`] goes to the vault, and may be long.
pub const CLEAR_LENGTH_MAX: usize = 200;

/// A text that is too long to be kept in clear.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LongText {
    /// Its field, for instance `document.number`.
    pub field: String,
    /// Its length in characters.
    pub length: usize,
}

/// The first text of an event that would be kept in clear and has more than [`CLEAR_LENGTH_MAX`] characters. That is every
/// text of it but the personal data, which encoding refuses in words: there is no list of fields.
pub fn long_clear_text(event: &Event) -> Option<LongText> {
    let mut clear = event.clone();
    for personal in clear.personal() {
        *personal = Personal::Sealed(VaultRef([0; 16]));
    }
    let long = |text: &str| Some(text.chars().count()).filter(|length| *length > CLEAR_LENGTH_MAX);
    find_in(&Value::Object(fields_of(&clear)), &long).map(|(field, length)| LongText { field, length })
}

/// What an event keeps in clear is short.
///
/// # Errors
/// The first field that is not, and how long it is.
pub(crate) fn all_short(event: &Event) -> Result<(), JsonError> {
    long_clear_text(event).map_or(Ok(()), |LongText { field, length }| {
        Err(JsonError::new(
            &field,
            &format!("{length} characters"),
            "a text that the log keeps in clear is short",
            &format!("at most {CLEAR_LENGTH_MAX} characters; what is about persons belongs into a field that is kept in the vault, such as note"),
        ))
    })
}

/// What is wrong with a text by itself; line breaks are no fault.
fn fault_of(text: &str) -> Option<Fault> {
    match text {
        text if is_silent(text) => Some(Fault::Silent),
        text if text.chars().any(|one| one.is_control() && one != '\n') => Some(Fault::Control),
        text if text.chars().any(means_nothing) => Some(Fault::Meaningless),
        _ => None,
    }
}

/// Whether a text can be read.
pub fn is_readable(text: &str) -> bool {
    fault_of(text).is_none()
}

/// The first text of which something is found, with the path to it; empty for the value itself.
fn find_in<T>(value: &Value, find: &dyn Fn(&str) -> Option<T>) -> Option<(String, T)> {
    let below = |name: &str, value: &Value| {
        find_in(value, find).map(|(rest, found)| {
            (if rest.is_empty() { name.to_owned() } else { format!("{name}.{rest}") }, found)
        })
    };
    match value {
        Value::String(text) => find(text).map(|found| (String::new(), found)),
        Value::Array(items) => {
            (1..).zip(items).find_map(|(number, item): (usize, _)| below(&number.to_string(), item))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| below(name, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
