//! Who asks: goes with every question, and says what may be read.

use std::ops::Deref;

use thads_cases::event::Event;
use thads_cases::ids::Position;

use crate::persons::Words;
use crate::read_only::Source;

/// Who asks. There is no sign-in yet, so that there is one: whoever has the ledger's directory, or reaches the address at which
/// it is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Principal {
    sees_names: bool,
}

impl Principal {
    /// Whoever has the directory or reaches the address: not authenticated, and may read everything.
    pub const fn local() -> Principal {
        Principal { sees_names: true }
    }

    /// The same, without the right to the words about persons: names, numbers, addresses, accounts and free text are null in
    /// every answer.
    #[must_use]
    pub const fn without_names(self) -> Principal {
        Principal { sees_names: false }
    }

    /// Whether the words about persons may be read.
    pub const fn sees_names(&self) -> bool {
        self.sees_names
    }
}

/// A source as somebody asks it. Answers are made from nothing else, so that no question is asked by nobody.
pub struct Session<'a, S> {
    source: &'a S,
    principal: Principal,
}

impl<'a, S: Source> Session<'a, S> {
    /// A principal asks a source.
    pub fn new(source: &'a S, principal: Principal) -> Session<'a, S> {
        Session { source, principal }
    }

    /// The words of some entries, as far as the principal may read them.
    pub fn words<'e>(&self, entries: impl IntoIterator<Item = (Position, &'e Event)>) -> Words<'a, S> {
        Words::read_by(self.principal, self.source, entries)
    }
}

impl<S> Deref for Session<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.source
    }
}
