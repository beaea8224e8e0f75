//! Folding the read model anew, where the one that was kept is not what the log says.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use thads_ledger::Reader;
use thads_projections::read_model::ReadModel;
use thads_proof::record::{Position, Stream};

use crate::ledger_service::{LedgerService, ServiceError};
use crate::log::Log;
use crate::{read_only, snapshot};

impl<L: Log> LedgerService<L> {
    /// Folds all of the log, if the read model began with a cache; says whether they did.
    ///
    /// # Errors
    /// A record that cannot be read or folded.
    pub(crate) fn fold_anew(&self) -> Result<bool, ServiceError> {
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        if !self.kept.load(Ordering::SeqCst) {
            return Ok(false);
        }
        let mut anew = ReadModel::default();
        read_only::fold(&mut anew, self.ledger.read(Position::GENESIS), &mut |_| {})?;
        *model = anew;
        self.kept.store(false, Ordering::SeqCst);
        Ok(true)
    }

    /// Whether the read model, which has caught up, says of a stream what the committer said: that it is at version `current`,
    /// or further by now, and not at `expected`.
    pub(crate) fn agrees(&self, stream: &Stream, expected: u64, current: u64) -> bool {
        expected < current && current <= self.model().version(stream)
    }
}

/// The read model of a reader's log: what was kept of it, `kept`, and what came after.
///
/// # Errors
/// A record that cannot be read or folded.
pub(crate) fn model_of(reader: &Reader, kept: Option<&[u8]>) -> Result<ReadModel, ServiceError> {
    if let Some(mut model) = kept.and_then(|kept| snapshot::of_reader(reader, kept)) {
        let next = Position::new(model.position().0);
        match read_only::fold(&mut model, reader.read(next), &mut |_| {}) {
            Ok(()) => return Ok(model),
            Err(ServiceError::Fold(_)) => {} // what was kept is not what the log goes on from
            Err(error) => return Err(error),
        }
    }
    let mut model = ReadModel::default();
    read_only::fold(&mut model, reader.read(Position::GENESIS), &mut |_| {})?;
    Ok(model)
}
