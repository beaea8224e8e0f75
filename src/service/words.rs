//! Words that can be read: a text that is given says something, and nothing in it steers whatever shows it.

use serde_json::Value;
use thads_cases::event::Event;
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
    let Some((field, fault)) = fault_in(&Value::Object(fields_of(event))) else { return Ok(()) };
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

/// The path to the first text in it that cannot be read; empty for the value itself.
fn fault_in(value: &Value) -> Option<(String, Fault)> {
    let below = |name: &str, value: &Value| {
        fault_in(value).map(|(rest, fault)| {
            (if rest.is_empty() { name.to_owned() } else { format!("{name}.{rest}") }, fault)
        })
    };
    match value {
        Value::String(text) => fault_of(text).map(|fault| (String::new(), fault)),
        Value::Array(items) => {
            (1..).zip(items).find_map(|(number, item): (usize, _)| below(&number.to_string(), item))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| below(name, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
