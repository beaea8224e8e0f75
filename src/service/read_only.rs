//! A read-only ledger: the read model folded from a directory that somebody else may be writing to. Reads, and takes no lock.

use std::path::Path;
use std::sync::OnceLock;

use thads_ledger::cache::{self, CacheCheck};
use thads_ledger::read_cache;
use thads_ledger::{Reader, Records, Vault};
use thads_projections::read_model::ReadModel;
use thads_proof::genesis::Genesis;
use thads_proof::record::{Micros, Record};
use thads_proof::tree::{Frontier, Root};

use crate::audit::{Audit, Found};
use crate::ledger_service::{LedgerService, ServiceError};
use crate::log::Log;
use crate::persons::{Doubled, doubled};
use crate::{anew, snapshot};

/// So many records are read before they are folded.
const AT_ONCE: usize = 1 << 14;
const START: thads_proof::record::Position = thads_proof::record::Position::new(0);

/// The read model up to the last whole block, with the head that it stands for.
pub struct ReadOnlyLedger {
    reader: Reader,
    model: ReadModel,
    /// The cache of the read model, its bytes as they were before the log was read.
    kept: Option<Vec<u8>>,
    /// The cache of the stream heads; only for those who verify.
    kept_heads: Option<Vec<u8>>,
    doubled: OnceLock<Doubled>,
}

impl ReadOnlyLedger {
    /// Reads and folds the whole log.
    ///
    /// # Errors
    /// No ledger there, or one that cannot be read or folded.
    pub fn open(directory: &Path) -> Result<ReadOnlyLedger, ServiceError> {
        let kept = read_cache(directory, cache::BOOKS);
        let reader = Reader::open(directory)?;
        let model = anew::model_of(&reader, kept.as_deref())?;
        Ok(ReadOnlyLedger { reader, model, kept, kept_heads: None, doubled: OnceLock::new() })
    }

    /// Reads and folds the whole log and believes no cache: for those who verify. `went_on` is told the log's size and how
    /// many records more are folded.
    ///
    /// # Errors
    /// As [`ReadOnlyLedger::open`].
    pub fn open_anew(
        directory: &Path,
        mut went_on: impl FnMut(u64, usize),
    ) -> Result<ReadOnlyLedger, ServiceError> {
        let [kept_heads, kept] = [cache::HEADS, cache::BOOKS].map(|name| read_cache(directory, name));
        let reader = Reader::open(directory)?;
        let size = reader.head().size;
        let mut model = ReadModel::default();
        fold(&mut model, reader.read(START), &mut |more| went_on(size, more))?;
        Ok(ReadOnlyLedger { reader, model, kept, kept_heads, doubled: OnceLock::new() })
    }

    /// Reads and folds the whole log as [`ReadOnlyLedger::open_anew`] does, and judges what each record means. Records that cannot be
    /// read are named and passed over. Personal data is not looked at, nor shown.
    ///
    /// # Errors
    /// As [`ReadOnlyLedger::open`], but not for a record that this build does not know.
    pub fn open_audited(
        directory: &Path,
        mut went_on: impl FnMut(u64, usize),
    ) -> Result<(ReadOnlyLedger, Found), ServiceError> {
        let kept = read_cache(directory, cache::BOOKS);
        let reader = Reader::open_log(directory)?;
        let size = reader.head().size;
        let (mut model, mut audit) = (ReadModel::default(), Audit::default());
        let mut records = reader.read(START);
        loop {
            let some = std::iter::from_fn(|| records.next_of_block()).take(AT_ONCE);
            let (some, begin): (Vec<Record>, Vec<bool>) =
                some.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
            if some.is_empty() {
                break;
            }
            let mut begin = begin.into_iter();
            model.fold_shown(&some, |model, record, read| {
                audit.record(model, record, read, begin.next().unwrap_or_default())
            })?;
            went_on(size, some.len());
        }
        drop(records);
        Ok((
            ReadOnlyLedger { reader, model, kept, kept_heads: None, doubled: OnceLock::new() },
            audit.finish(),
        ))
    }

    /// Holds the cache of the committer's stream heads against the log, folded anew.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn check_heads(&self) -> Result<CacheCheck, ServiceError> {
        let Some(kept) = &self.kept_heads else { return Ok(CacheCheck::Unchecked) };
        Ok(self.reader.check_heads(kept).map_err(thads_ledger::OpenError::from)?)
    }

    /// Holds the cache of the read model against this one, which was folded anew.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn check_kept(&self) -> Result<CacheCheck, ServiceError> {
        let Some(kept) = &self.kept else { return Ok(CacheCheck::Unchecked) };
        let (size, content) = match self.reader.believes(kept, snapshot::fold()) {
            Ok(believed) => believed,
            Err(why) => return Ok(CacheCheck::NotBelieved(why)),
        };
        let Some(mut model) = snapshot::decode(content, size) else { return Ok(CacheCheck::Differs) };
        let next = thads_proof::record::Position::new(size);
        match fold(&mut model, self.reader.read(next), &mut |_| {}) {
            Ok(()) if model == self.model => Ok(CacheCheck::Agrees),
            Ok(()) | Err(ServiceError::Fold(_)) => Ok(CacheCheck::Differs),
            Err(error) => Err(error),
        }
    }
}

/// Folds records in order, reading them on several threads; `went_on` is told how many more are folded.
///
/// # Errors
/// A record that cannot be read or folded; those before it are folded.
pub(crate) fn fold(
    model: &mut ReadModel,
    mut records: Records<'_>,
    went_on: &mut dyn FnMut(usize),
) -> Result<(), ServiceError> {
    loop {
        let some = records.by_ref().take(AT_ONCE).collect::<Result<Vec<_>, _>>()?;
        if some.is_empty() {
            return Ok(());
        }
        model.fold_many(&some)?;
        went_on(some.len());
    }
}

/// What answers are made from: a service that writes, or a read-only ledger.
pub trait Source {
    /// Calls back with the read model.
    fn with_model<T>(&self, answer: impl FnOnce(&ReadModel) -> T) -> T;
    /// The first record's content.
    fn genesis(&self) -> &Genesis;
    /// The vault.
    fn vault(&self) -> &dyn Vault;
    /// The references that more than one record names. Found when they are first asked for: what this process records
    /// itself names none twice.
    fn doubled(&self) -> &Doubled;
    /// A record.
    ///
    /// # Errors
    /// When it cannot be read.
    fn record_at(&self, position: thads_proof::record::Position) -> Result<Option<Record>, ServiceError>;
    /// The root of the tree of the first `size` records; `None` beyond the head. Cost: the head's is at hand, any other
    /// hashes every record below it.
    ///
    /// # Errors
    /// A record that cannot be read.
    fn root_at(&self, size: u64) -> Result<Option<Root>, ServiceError>;
}

impl ReadOnlyLedger {
    /// When the last record was recorded.
    pub fn recorded_at(&self) -> Micros {
        self.reader.head().recorded_at
    }
}

impl Source for ReadOnlyLedger {
    fn with_model<T>(&self, answer: impl FnOnce(&ReadModel) -> T) -> T {
        answer(&self.model)
    }

    fn genesis(&self) -> &Genesis {
        self.reader.genesis()
    }

    fn vault(&self) -> &dyn Vault {
        self.reader.vault()
    }

    fn doubled(&self) -> &Doubled {
        self.doubled.get_or_init(|| doubled(&self.model))
    }

    fn record_at(&self, position: thads_proof::record::Position) -> Result<Option<Record>, ServiceError> {
        Ok(self.reader.record(position)?)
    }

    fn root_at(&self, size: u64) -> Result<Option<Root>, ServiceError> {
        let head = self.reader.head();
        if size == head.size {
            return Ok(Some(head.root));
        }
        root_of(self.reader.read(START), size)
    }
}

impl<L: Log> Source for LedgerService<L> {
    fn with_model<T>(&self, answer: impl FnOnce(&ReadModel) -> T) -> T {
        // A clone shares what it does not change: who asks for much keeps nobody from recording meanwhile.
        let model = self.model().clone();
        answer(&model)
    }

    fn genesis(&self) -> &Genesis {
        self.ledger().genesis()
    }

    fn vault(&self) -> &dyn Vault {
        self.ledger().vault()
    }

    fn doubled(&self) -> &Doubled {
        self.doubled.get_or_init(|| self.with_model(doubled))
    }

    fn record_at(&self, position: thads_proof::record::Position) -> Result<Option<Record>, ServiceError> {
        Ok(self.ledger().record(position)?)
    }

    fn root_at(&self, size: u64) -> Result<Option<Root>, ServiceError> {
        let head = self.ledger().head();
        if size == head.size {
            return Ok(Some(head.root));
        }
        if let Some(root) = self.root_at_hand(size) {
            return Ok(Some(root));
        }
        let root = root_of(self.ledger().read(START), size)?;
        if let Some(root) = root {
            self.remember_root(size, root);
        }
        Ok(root)
    }
}

fn root_of(mut records: Records<'_>, size: u64) -> Result<Option<Root>, ServiceError> {
    let mut frontier = Frontier::new();
    while frontier.size() < size {
        match records.next_stored() {
            Some(stored) => frontier.push(stored?.leaf),
            None => return Ok(None),
        }
    }
    Ok(Some(frontier.root()))
}
