//! Who is to blame where the chain breaks.
//!
//! A record holds the leaf of the one before it. Where that differs, either the earlier record's bytes changed or the
//! later one's field. What decides, the strongest first: a record that is none, or that its block's index does not
//! mark, is to blame; positions that do not follow each other mean that records were removed, repeated or moved, not
//! changed; a receipt's leaf holds; a later record that leads on to the one behind it is right; intact block headers
//! hold; and if the later record leads on to no one either, it is the one to blame, else the earlier. One changed byte
//! is so always placed exactly, and so are several unless neighbours changed without an index to tell them apart.

use super::super::examine::{Examined, Remark};
use super::super::finding::{Place, What};
use super::Chain;
use crate::block::Header;
use crate::record::{Leaf, Position};

/// A record whose turn has not come: the one or two behind it are needed to judge it.
pub(super) struct Waiting {
    pub(super) examined: Examined,
    /// The header of the block that it opens.
    pub(super) opens: Option<Box<Header>>,
    /// The header of the block that it closes.
    pub(super) closes: Option<Box<Header>>,
    pub(super) block_place: Option<Place>,
    pub(super) remarks: Vec<Remark>,
}

impl Waiting {
    pub(super) fn position(&self) -> Option<Position> {
        self.examined.fields.as_ref().ok().map(|fields| fields.position)
    }

    /// Whether its own bytes or its index entry already speak against it.
    pub(super) fn is_suspect(&self) -> bool {
        self.examined.fields.is_err() || self.examined.marked() == Some(false)
    }

    pub(super) fn leads_to(&self, next: &Waiting) -> bool {
        next.examined.previous_leaf == Some(self.examined.leaf)
    }

    /// The leaves that intact block headers give the record: of the block that it closes, of the one behind it.
    fn header_leaves(&self, next: Option<&Waiting>) -> impl Iterator<Item = Leaf> + use<> {
        let closing = self.closes.as_ref().map(|header| header.last_leaf);
        let opening = next.and_then(|next| next.opens.as_ref()).map(|header| header.previous_leaf);
        [closing, opening].into_iter().flatten()
    }

    /// Whether the next one has the next position and holds another leaf.
    fn is_followed_in_vain_by(&self, next: &Waiting) -> bool {
        !next.is_suspect() && !self.is_apart_from(next) && !self.leads_to(next)
    }

    /// Whether both can be read and their positions do not follow each other.
    fn is_apart_from(&self, next: &Waiting) -> bool {
        let consecutive = |(own, next): (Position, Position)| own.next() == next;
        !self.is_suspect()
            && !next.is_suspect()
            && !self.position().zip(next.position()).is_some_and(consecutive)
    }
}

impl Chain<'_> {
    /// The leaf that a receipt gives the record at `position`.
    fn receipt(&self, position: Position) -> Option<Leaf> {
        self.known.get(&position).copied()
    }

    /// Whether something holds the leaf of these very bytes: the record behind it, a receipt, or a block's header.
    pub(super) fn is_confirmed(&self, record: &Waiting, next: Option<&Waiting>, position: Position) -> bool {
        next.is_some_and(|next| record.leads_to(next))
            || self.receipt(position) == Some(record.examined.leaf)
            || record.header_leaves(next).any(|leaf| leaf == record.examined.leaf)
    }

    /// Whether something holds another leaf for this record, given that nothing holds its own.
    fn is_refuted(&self, record: &Waiting, next: Option<&Waiting>, position: Position) -> bool {
        self.receipt(position).is_some()
            || record.header_leaves(next).next().is_some()
            || next.is_some_and(|next| record.is_followed_in_vain_by(next))
    }

    /// Whether the record is to blame for not leading on to the next one.
    pub(super) fn is_to_blame(&self, record: &Waiting, position: Position) -> bool {
        let (next, after) = (self.waiting.front(), self.waiting.get(1));
        if next.is_some_and(|next| record.leads_to(next)) {
            return false;
        }
        if let Some(receipt) = self.receipt(position) {
            return receipt != record.examined.leaf;
        }
        // Headers can be made anew with the block; the chain behind the next record cannot, but as a whole.
        let next_leads_on = next.zip(after).is_some_and(|(next, after)| next.leads_to(after));
        if next_leads_on && next.is_some_and(|next| record.is_followed_in_vain_by(next)) {
            return true;
        }
        if self.is_confirmed(record, next, position) || !self.is_refuted(record, next, position) {
            return false;
        }
        if record.header_leaves(next).next().is_some() {
            return true;
        }
        // The next one is to blame if nothing confirms it either: its own field differs, then.
        let next_is_to_blame = next.is_some_and(|next| {
            let position = position.next();
            !self.is_confirmed(next, after, position) && self.is_refuted(next, after, position)
        });
        !next_is_to_blame
    }

    /// Reports a damaged record; returns the leaf with which the chain goes on.
    pub(super) fn blame(&mut self, record: &Waiting, position: Position, what: What) -> Leaf {
        let next = self.waiting.front();
        let successor = next.and_then(|next| next.examined.previous_leaf);
        let sound = successor.filter(|_| next.is_some_and(|next| !next.is_suspect()));
        let headers = record.header_leaves(next).filter(|leaf| *leaf != record.examined.leaf);
        let others: Vec<Leaf> = self.receipt(position).into_iter().chain(headers).collect();
        let entry = record.examined.entry.filter(|_| record.examined.marked() == Some(false));
        let marked = |leaf: &&Leaf| entry.is_some_and(|(_, entry)| entry.marks(leaf));
        let by_mark = others.iter().chain(&successor).find(marked);
        let leaf = by_mark.or(others.first()).copied().or(sound);
        let expected = match (leaf, record.examined.entry) {
            (Some(leaf), _) => format!("leaf {leaf}"),
            (None, Some((_, entry))) => format!("leaf {}…", crate::hex::encode(&entry.mark)),
            (None, None) => format!("previous leaf {}", self.head),
        };
        let found = match &record.examined.fields {
            Ok(_) => format!("leaf {}", record.examined.leaf),
            Err(error) => format!("leaf {}: {error}", record.examined.leaf),
        };
        self.report(position, 1, what, record.examined.place, expected, found);
        if leaf.is_none() {
            // Nobody knows the leaf that the tree was made over.
            self.roots_agree = false;
        }
        leaf.unwrap_or(record.examined.leaf)
    }
}

/// How a record with other bytes than the chain was made over came to be: its block was made anew, or not.
pub(super) fn changed(record: &Waiting) -> What {
    if record.examined.marked() == Some(true) { What::RecordEdited } else { What::RecordDamaged }
}
