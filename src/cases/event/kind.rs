//! A kind of event: its row of the table, what it may and what it changes, and its payload's revisions.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{EventMeta, KINDS, RuleContext};
use crate::ids::CaseId;
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;

/// What the table says about a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindInfo {
    /// The code in the record; assigned once, listed in docs/format.md.
    pub code: u16,
    /// The revision of its payload that is written now.
    pub revision: u8,
    /// The name in JSON.
    pub name: &'static str,
    /// The name in Vietnamese.
    pub vi: &'static str,
    /// The articles: a bare number is of Law 26/2008/QH12 as amended.
    pub article: &'static str,
    /// Whose role may record it; empty = whoever is an officer.
    pub by: &'static [Role],
}

/// A row of the table whose payload is in its first revision.
pub(super) const fn info(
    code: u16,
    name: &'static str,
    vi: &'static str,
    article: &'static str,
    by: &'static [Role],
) -> KindInfo {
    KindInfo { code, revision: 1, name, vi, article, by }
}

/// A kind of event: its row of the table and its personal fields.
pub trait Kind: Serialize + for<'de> Deserialize<'de> + Clone + PartialEq + fmt::Debug {
    /// Its row.
    const INFO: KindInfo;

    /// The fields that hold personal data, in the order in which their commitments stand in the record.
    fn personal(&mut self) -> Vec<&mut Personal> {
        Vec::new()
    }

    /// The other cases that it names: each must be one of the ledger.
    fn named_cases(&self) -> Vec<&CaseId> {
        Vec::new()
    }

    /// Reads the fields as an older revision wrote them.
    ///
    /// # Errors
    /// There is no such revision, or the fields do not fit it.
    fn read_older<'de, D: Deserializer<'de>>(revision: u8, fields: D) -> Result<Self, D::Error> {
        let _ = fields;
        Err(unknown_revision(&Self::INFO, revision))
    }

    /// Writes the fields as an older revision has them, to compare them with what was read.
    ///
    /// # Errors
    /// There is no such revision, or it has no place for what the fields say.
    fn write_older<S: Serializer>(&self, revision: u8, serializer: S) -> Result<S::Ok, S::Error> {
        let _ = serializer;
        Err(unwritten_revision(&Self::INFO, revision))
    }
}

pub(super) fn unknown_revision<E: de::Error>(info: &KindInfo, revision: u8) -> E {
    E::custom(format_args!("event kind {} revision {revision} is unknown", info.code))
}

pub(super) fn unwritten_revision<E: serde::ser::Error>(info: &KindInfo, revision: u8) -> E {
    E::custom(format_args!("event kind {} cannot be written in revision {revision}", info.code))
}

/// A kind that happens to a state: a case, a complaint, the organisation …
pub trait KindOf<S>: Kind {
    /// May it happen here? `state` is that at the event's effective date.
    ///
    /// # Errors
    /// The refusal of the first rule that it breaks.
    fn allowed(&self, state: &S, on: &RuleContext<'_>) -> Result<(), Refusal>;

    /// What it changes. Total: imported history may apply what `allowed` refuses.
    fn apply(&self, state: &mut S, at: &EventMeta);
}

pub(super) fn read<'de, K: Kind, D: Deserializer<'de>>(revision: u8, fields: D) -> Result<K, D::Error> {
    if revision == K::INFO.revision { K::deserialize(fields) } else { K::read_older(revision, fields) }
}

pub(super) fn write<K: Kind, S: Serializer>(
    kind: &K,
    revision: u8,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if revision == K::INFO.revision {
        kind.serialize(serializer)
    } else {
        kind.write_older(revision, serializer)
    }
}

/// The code and revision under which a payload was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindCode {
    /// The kind's code.
    pub code: u16,
    /// The payload's revision.
    pub revision: u8,
}

impl KindCode {
    /// Whether there is such a kind, in such a revision: that which is written now, or an earlier one.
    pub fn is_known(self) -> bool {
        KINDS.iter().any(|(info, _)| info.code == self.code && (1..=info.revision).contains(&self.revision))
    }

    /// Whether a later program may have written it: no kind of the law has the code, or the kind's revision is a later one.
    pub fn is_later(self) -> bool {
        let known = KINDS.iter().find(|(info, _)| info.code == self.code);
        known.is_none_or(|(info, _)| self.revision > info.revision)
    }

    /// The code of a kind by its name in JSON, at the revision written now.
    pub fn named(name: &str) -> Option<KindCode> {
        KINDS
            .iter()
            .find(|(info, _)| info.name == name)
            .map(|(info, _)| KindCode { code: info.code, revision: info.revision })
    }
}
