//! Words that say something: a text that is given is not empty, nor made of what no eye can see.

use serde_json::Value;
use thads_cases::event::Event;
use thads_cases::text::is_silent;

use crate::wire::{WireError, fields_of};

/// Every text of an event says something, also what goes to the vault; what is optional is left out instead.
///
/// # Errors
/// The first field that says nothing, for instance `debtors.1.person.name`.
pub(crate) fn none_is_silent(event: &Event) -> Result<(), WireError> {
    match silent_in(&Value::Object(fields_of(event))) {
        None => Ok(()),
        Some(field) => {
            let rule = "a text says something that can be read";
            let accepted = "the words; or without the field, where it may be left out";
            Err(WireError::new(&field, "nothing", rule, accepted))
        }
    }
}

/// The path to the first text in it that says nothing; empty for the value itself.
fn silent_in(value: &Value) -> Option<String> {
    let below = |name: &str, value: &Value| {
        silent_in(value).map(|rest| if rest.is_empty() { name.to_owned() } else { format!("{name}.{rest}") })
    };
    match value {
        Value::String(text) => is_silent(text).then(String::new),
        Value::Array(items) => {
            (1..).zip(items).find_map(|(number, item): (usize, _)| below(&number.to_string(), item))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| below(name, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
