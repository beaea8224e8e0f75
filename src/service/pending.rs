//! Histories that a bulk of actions has built on top of the read model and that are not folded yet.
//!
//! A bulk may have many actions on one case: each is decided on what the one before it left, not by folding all again.

use std::collections::BTreeMap;

use thads_cases::decide::Kept;
use thads_cases::history::RecordedEvent;
use thads_cases::stream::StreamId;
use thads_projections::read_model::ReadModel;

/// The histories by what they are of.
#[derive(Default)]
pub(crate) struct Pending {
    histories: BTreeMap<StreamId, Going>,
    /// The subjects of the entries of the group at hand, in their order.
    at_hand: Vec<StreamId>,
    nothing: Kept,
}

/// A history that goes on.
struct Going {
    /// What stands in the books, what is pending, and the entries of the group at hand.
    entries: Vec<RecordedEvent>,
    /// What they fold into.
    kept: Kept,
    /// How many there are without those of the group at hand, where some are pending.
    pending: Option<usize>,
}

impl Pending {
    /// Goes on with the history of a subject, as far as it was added to since.
    pub(crate) fn go_on(&mut self, model: &ReadModel, subject: &StreamId) {
        let going = self.histories.entry(subject.clone()).or_insert_with(|| Going {
            entries: model.history(subject).to_vec(),
            kept: Kept::default(),
            pending: None,
        });
        going.kept.go_on(&going.entries);
    }

    /// The history of a subject with the entries of the group at hand, and what it folds into: nothing before
    /// [`Pending::go_on`].
    pub(crate) fn going(&self, subject: &StreamId) -> (&[RecordedEvent], &Kept) {
        self.histories.get(subject).map_or((&[], &self.nothing), |going| (&going.entries, &going.kept))
    }

    /// Adds an entry of the group at hand, whose history was asked for.
    pub(crate) fn add(&mut self, subject: &StreamId, entry: RecordedEvent) {
        if let Some(going) = self.histories.get_mut(subject) {
            going.entries.push(entry);
            self.at_hand.push(subject.clone());
        }
    }

    /// The group at hand is pending from now on.
    pub(crate) fn take(&mut self) {
        for subject in self.at_hand.drain(..) {
            if let Some(going) = self.histories.get_mut(&subject) {
                going.pending = Some(going.entries.len());
            }
        }
    }

    /// The group at hand comes to nothing.
    pub(crate) fn drop_group(&mut self) {
        for subject in self.at_hand.drain(..) {
            if let Some(going) = self.histories.get_mut(&subject) {
                going.entries.pop();
            }
        }
    }

    /// The history of a subject of which some is pending, without the group at hand.
    pub(crate) fn get(&self, subject: &StreamId) -> Option<&[RecordedEvent]> {
        self.histories.get(subject)?.pending()
    }

    /// Whether some of a subject's history is pending.
    pub(crate) fn contains(&self, subject: &StreamId) -> bool {
        self.get(subject).is_some()
    }

    /// All histories of which some is pending, without the group at hand.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&StreamId, &[RecordedEvent])> {
        self.histories.iter().filter_map(|(subject, going)| Some((subject, going.pending()?)))
    }
}

impl Going {
    fn pending(&self) -> Option<&[RecordedEvent]> {
        self.entries.get(..self.pending?)
    }
}
