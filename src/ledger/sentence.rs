//! A sentence of a report, in both languages of the interface.

use std::fmt;

/// What was found or done, said in Vietnamese and in English. Causes that come from the system or from sled stand in both
/// as they were given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sentence {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl Sentence {
    /// A sentence in Vietnamese and in English.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Sentence {
        Sentence { vi: vi.into(), en: en.into() }
    }

    /// A cause that is known in one form only.
    pub fn as_given(cause: impl fmt::Display) -> Sentence {
        let cause = cause.to_string();
        Sentence { vi: cause.clone(), en: cause }
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}
