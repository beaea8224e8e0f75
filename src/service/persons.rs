//! The words about persons behind the references of events: each shown only where it opens the commitment of the record
//! that names it.

use std::collections::{HashMap, HashSet};

use thads_cases::case::Party;
use thads_cases::event::Event;
use thads_cases::history::RecordedEvent;
use thads_cases::ids::Position;
use thads_cases::personal::{Person, Personal, VaultRef};
use thads_ledger::journal::JournalError;
use thads_ledger::{NoReferences, Reference, References, Unopened, WhyLost};
use thads_projections::entry;
use thads_projections::read_model::ReadModel;

use crate::ledger_service::ServiceError;
use crate::principal::Principal;
use crate::read_only::Source;

/// What the ledger is given of the law.
pub const REFERENCES: References = References { of: references, are_words: |bytes| words(bytes).is_some() };

/// Reads the references in a payload.
fn references(kind: u16, revision: u8, payload: &[u8]) -> Result<Vec<Reference>, NoReferences> {
    match entry::references(kind, revision, payload) {
        Ok(Some(references)) => Ok(references.into_iter().map(|reference| reference.0).collect()),
        Ok(None) => Err(NoReferences::Unknown { kind, revision }),
        Err(error) => Err(NoReferences::Malformed(error.to_string())),
    }
}

/// The references that more than one record names, each with the first that does: it belongs to that one.
pub type Doubled = HashMap<VaultRef, Position>;

/// Finds them in the books. Cost: every event once; memory: 24 bytes a reference meanwhile.
pub(crate) fn doubled(model: &ReadModel) -> Doubled {
    let numbered = model.streams().flat_map(|(_, entries)| entries);
    let mut named: Vec<(VaultRef, Position)> = Vec::new();
    for entry in numbered.chain(model.organisation()) {
        named.extend(entry.event.references().into_iter().map(|reference| (reference, entry.position)));
    }
    named.sort_unstable();
    let mut doubled = Doubled::new();
    for pair in named.windows(2) {
        if let [(reference, first), (other, _)] = pair
            && reference == other
        {
            doubled.entry(*reference).or_insert(*first);
        }
    }
    doubled
}

/// The words behind the references that some entries name. Each of their records is read once, when it is first needed.
pub struct Words<'a, S> {
    source: &'a S,
    /// The entries that name a reference: one, in a log that nobody tampered with.
    named: HashMap<VaultRef, Vec<Position>>,
    principal: Principal,
    /// What the records say that were read.
    read: HashMap<Position, HashMap<VaultRef, Personal>>,
}

impl<'a, S: Source> Words<'a, S> {
    /// The words of these entries, whoever asks: for what is decided by them and shown to nobody.
    pub fn of<'e>(source: &'a S, entries: impl IntoIterator<Item = (Position, &'e Event)>) -> Words<'a, S> {
        Words::read_by(Principal::local(), source, entries)
    }

    /// The words of these entries, as far as a principal may read them.
    pub(crate) fn read_by<'e>(
        principal: Principal,
        source: &'a S,
        entries: impl IntoIterator<Item = (Position, &'e Event)>,
    ) -> Words<'a, S> {
        let mut named: HashMap<VaultRef, Vec<Position>> = HashMap::new();
        for (position, event) in entries {
            for reference in event.references() {
                named.entry(reference).or_default().push(position);
            }
        }
        Words { source, named, principal, read: HashMap::new() }
    }

    /// Puts words in place of the references of an event.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn event(&mut self, event: &Event) -> Result<Event, ServiceError> {
        let mut opened = event.clone();
        for field in opened.personal() {
            *field = self.personal(field)?;
        }
        Ok(opened)
    }

    /// Puts words in place of a reference, or nothing where they may not be read. They must open the commitment of every entry that names it, and no record before
    /// may name it: a commitment stands in the log for all to repeat. Else they are lost.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn personal(&mut self, personal: &Personal) -> Result<Personal, ServiceError> {
        let Personal::Sealed(reference) = personal else { return Ok(personal.clone()) };
        if !self.principal.sees_names() {
            return Ok(Personal::Withheld);
        }
        let mut words = None;
        let first = self.source.doubled().get(reference);
        for position in self.named.get(reference).into_iter().flatten() {
            if first.is_some_and(|first| first != position) {
                return Ok(Personal::Lost(*reference));
            }
            if !self.read.contains_key(position) {
                self.read.insert(*position, read(self.source, *position)?);
            }
            let said = self.read.get(position).and_then(|said| said.get(reference));
            let Some(said @ (Personal::Text(_) | Personal::Person(_))) = said else {
                return Ok(Personal::Lost(*reference));
            };
            words = Some(said.clone());
        }
        Ok(words.unwrap_or(Personal::Lost(*reference)))
    }
}

/// What an entry that is being recorded says in words, by the references that it is sealed with.
pub(crate) fn own_words(entry: &RecordedEvent, words: &Event) -> HashMap<VaultRef, Personal> {
    let (mut sealed, mut plain) = (Event::clone(&entry.event), words.clone());
    let pairs = sealed.personal().into_iter().zip(plain.personal());
    pairs
        .filter_map(|(sealed, plain)| match sealed {
            Personal::Sealed(reference) => Some((*reference, plain.clone())),
            Personal::Text(_) | Personal::Person(_) | Personal::Lost(_) | Personal::Withheld => None,
        })
        .collect()
}

/// Opens parties, as far as some recorded entry of theirs, or the words that are being recorded, name them; what is only
/// pending is in no record yet, and stays sealed. Cost: reads the records that name them.
pub(crate) fn open_parties<'p>(
    source: &impl Source,
    model: &ReadModel,
    parties: impl Iterator<Item = &'p mut Party>,
    entries: &[RecordedEvent],
    own: &HashMap<VaultRef, Personal>,
) -> Result<(), ServiceError> {
    let recorded = || entries.iter().filter(|entry| entry.position < model.position());
    let named: HashSet<VaultRef> = recorded().flat_map(|entry| entry.event.references()).collect();
    let mut words = Words::of(source, recorded().map(|entry| (entry.position, &*entry.event)));
    for party in parties {
        let Personal::Sealed(reference) = party.person else { continue };
        if let Some(own) = own.get(&reference) {
            party.person = own.clone();
        } else if named.contains(&reference) {
            party.person = words.personal(&party.person)?;
        }
    }
    Ok(())
}

/// The words of one record; without those that are lost.
fn read(source: &impl Source, position: Position) -> Result<HashMap<VaultRef, Personal>, ServiceError> {
    let Some(record) = source.record_at(thads_proof::record::Position::new(position.0))? else {
        return Ok(HashMap::new());
    };
    let mut said = HashMap::new();
    for piece in source.vault().read_record(&record, REFERENCES).unwrap_or_default() {
        match piece.plaintext {
            Ok(plaintext) => said.extend(words(&plaintext).map(|words| (VaultRef(piece.reference), words))),
            // What the system does not let be read is not lost.
            Err(Unopened { why: WhyLost::Unreadable(error), .. }) => {
                return Err(JournalError::Io(error).into());
            }
            Err(_) => {}
        }
    }
    Ok(said)
}

/// The words in a plaintext of the vault, which has one form.
fn words(plaintext: &[u8]) -> Option<Personal> {
    let words: Personal = serde_json::from_slice(plaintext).ok()?;
    let is_said = matches!(words, Personal::Text(_) | Personal::Person(_));
    (is_said && serde_json::to_vec(&words).is_ok_and(|written| written == plaintext)).then_some(words)
}

/// A name to show for a person, or the text itself; `None` where it is not known.
pub fn shown(personal: &Personal) -> Option<&str> {
    match personal {
        Personal::Text(text) | Personal::Person(Person { name: text, .. }) => Some(text),
        Personal::Sealed(_) | Personal::Lost(_) | Personal::Withheld => None,
    }
}
