//! What the ledger says to people: the catalogues of both languages, and how each writes dates, money and names.
//!
//! In: words and values as the law has them (`thads_cases::words`). Out: sentences. Knows no rule, file or clock.

mod catalogue;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod told;
mod write;

use thads_cases::refusal::Refusal;
use thads_cases::words::Words;

pub use crate::told::Told;
use crate::write::Writer;

/// A language of the interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// Words in a language; empty where an empty text was given.
pub fn words(words: &Words, language: Language) -> String {
    Writer::of(language).words(words)
}

/// What a value was held against, or what would do, in a language: where that is nothing, it says so.
pub fn held_against(given: &Words, language: Language) -> String {
    let said = words(given, language);
    if said.is_empty() { words(&Words::None, language) } else { said }
}

/// A refusal in one sentence, with the way out.
pub fn refusal(refusal: &Refusal, language: Language) -> String {
    Writer::of(language).refusal(refusal)
}

#[cfg(test)]
mod tests;
