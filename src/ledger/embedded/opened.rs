//! Between opening and writing: a ledger whose log is open and mended and that has no clock yet.
//!
//! Which clock and randomness a ledger lives by stands in its genesis, and that may have to be mended first.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thads_proof::genesis::Genesis;
use thads_proof::plain;
use thads_proof::record::{LedgerId, Micros, Position};

use crate::clock::Clock;
use crate::commit::CatchUpError;
use crate::embedded::lock::{self, Lock};
use crate::embedded::open::{self, OpenError, OpenReport};
use crate::embedded::space;
use crate::embedded::storage::Storage;
use crate::embedded::vault::{self, FileVault};
use crate::embedded::{caches, create, files, keys};
use crate::genesis::genesis_of;
use crate::journal::{Embedded, Journal};
use crate::ledger::{Ledger, Start};
use crate::randomness::Randomness;
use crate::records::Records;
use crate::setup::OpenOptions;
use crate::state::Discontinuity;
use crate::vault::VaultError;

/// A ledger that is locked, open and mended. It writes once [`Opened::start`] gives it a clock.
pub struct Opened {
    dir: PathBuf,
    lock: Arc<Lock>,
    journal: Embedded,
    id: LedgerId,
    genesis: Genesis,
    recorded_at: Micros,
    /// Whether no cache is believed.
    anew: bool,
    report: OpenReport,
}

impl Opened {
    /// Locks the ledger in `dir`, opens its log and mends what one copy has from the other.
    ///
    /// # Errors
    /// When another process writes to it, there is none, or both its copies are damaged.
    pub fn open(dir: &Path, storage: &Storage) -> Result<Opened, OpenError> {
        if !files::holds_log(dir)? {
            return Err(create::no_log(dir));
        }
        files::refuse_strange_folders(dir)?;
        refuse_strange(dir, storage.repair)?;
        let lock = Arc::new(lock::lock(dir).map_err(|error| OpenError::lock(dir, error))?);
        files::make_private(dir)?;
        let mut report = OpenReport::default();
        if storage.repair
            && let Some(bytes) = space::release_ballast(dir, storage)?
        {
            let size = bytes >> 20;
            report.say(
                format!("Đĩa đầy: đã giải phóng {size} MiB dự phòng (ballast)."),
                format!("The disk is full: the ballast of {size} MiB was released."),
            );
        }
        let (journal, id) = open::open_journal(dir, &lock, storage, &mut report)?;
        if storage.repair && space::take_ballast_again(dir, storage)? {
            let size = storage.ballast_bytes >> 20;
            report.say(
                format!("Đã lấy lại {size} MiB dự phòng (ballast)."),
                format!("The ballast of {size} MiB was taken again."),
            );
        }
        let (genesis, _) = genesis_of(&journal)?;
        let size = journal.head()?.size;
        let last = Records::new(journal.read(size.saturating_sub(1)..size)).next().transpose()?;
        let recorded_at = last.ok_or_else(|| OpenError::NotALedger(dir.to_path_buf()))?.recorded_at;
        let anew = storage.repair;
        Ok(Opened { dir: dir.to_path_buf(), lock, journal, id, genesis, recorded_at, anew, report })
    }

    /// Returns the genesis.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Returns when the last record was recorded.
    pub fn recorded_at(&self) -> Micros {
        self.recorded_at
    }

    /// Starts the committer, and says what had to be done.
    ///
    /// # Errors
    /// When vault or key cannot be read, or the log is not continuous.
    pub fn start(
        self,
        clock: Box<dyn Clock>,
        randomness: Box<dyn Randomness>,
    ) -> Result<(Ledger, OpenReport), OpenError> {
        let Opened { dir, lock, journal, id, anew, mut report, .. } = self;
        make_way_for_caches(&dir, &mut report)?;
        for folder in [files::SNAPSHOTS, files::VAULT, files::KEYS] {
            files::make_folder(&dir.join(folder))?;
        }
        let ledger = start(&dir, &lock, (journal, id), clock, randomness, anew, &mut report)?;
        Ok((ledger, report))
    }
}

impl Ledger {
    /// Opens the ledger in `dir` for writing, and says what had to be done.
    ///
    /// # Errors
    /// When another process writes to it, there is none, or both its copies are damaged.
    pub fn open(dir: &Path, options: OpenOptions) -> Result<(Ledger, OpenReport), OpenError> {
        Opened::open(dir, &options.storage)?.start(options.clock, options.randomness)
    }
}

/// Starts a ledger on the journal of `dir`, whose segments say this id and which `lock` holds, and on the vault there. `anew`: no cache is looked at.
pub(super) fn start(
    dir: &Path,
    lock: &Lock,
    (journal, id): (Embedded, LedgerId),
    clock: Box<dyn Clock>,
    randomness: Box<dyn Randomness>,
    anew: bool,
    report: &mut OpenReport,
) -> Result<Ledger, OpenError> {
    let size = journal.head()?.size;
    refuse_without_vault(dir, || Records::new(journal.read(0..size)))?;
    let (vault, odd) = FileVault::open(dir, lock.followed_order)?;
    report.extend(odd);
    let (genesis, named) = genesis_of(&journal)?;
    if named != id {
        let (position, field) = (Position::GENESIS, "ledger id");
        let differs = Discontinuity { position, field, expected: id.to_string(), found: named.to_string() };
        return Err(CatchUpError::from(differs).into());
    }
    let log_key = keys::read_log_key(dir, &genesis.origin, &genesis.log_key)?;
    let caches = Arc::new(caches::Folder(dir.to_path_buf()));
    let start = Start { clock, randomness, log_key, caches, anew };
    Ok(Ledger::start(Arc::new(journal), Arc::new(vault), start)?)
}

/// Refuses where a file of the vault is not there and some record commits to personal data: a new one would hide that the
/// old one is lost, and stand in its way when it is brought back.
pub(crate) fn refuse_without_vault<'a>(
    dir: &Path,
    all: impl FnOnce() -> Records<'a>,
) -> Result<(), OpenError> {
    let Some(gone) = [vault::ENTRIES, vault::KEYRING]
        .map(|file| dir.join(file))
        .into_iter()
        .find(|file| files::is_missing(file))
    else {
        return Ok(());
    };
    for record in all() {
        if !record?.commitments.is_empty() {
            return Err(VaultError::Gone(gone).into());
        }
    }
    Ok(())
}

/// Refuses what no ledger is opened beside, or founded: something else in the place of `LOCK`; where it is `mended` or founded, of
/// the ballast as well. Writes nothing, so that a dry run hears the same.
///
/// # Errors
/// Which it is.
pub fn refuse_strange(dir: &Path, mended: bool) -> Result<(), OpenError> {
    lock::refuse_strange_word(dir)?;
    if mended {
        space::refuse_strange_ballast(dir)?;
    }
    Ok(())
}

/// Sets aside a file or a link that stands in place of the folder of the caches: what belongs there is folded anew, and
/// nothing is written through a link.
fn make_way_for_caches(dir: &Path, report: &mut OpenReport) -> std::io::Result<()> {
    let path = dir.join(files::SNAPSHOTS);
    let Err(error) = plain::folder(&path) else { return Ok(()) };
    if files::is_missing(&path) || plain::is_of_the_system(&error) {
        return Ok(());
    }
    let aside = files::set_aside(&path)?;
    let aside = aside.display();
    report.say(
        format!("{error}: đã để riêng ra ở {aside}; các bộ nhớ đệm được lập lại từ nhật ký."),
        format!("{error}: it was set aside as {aside}, and the caches are folded anew from the log."),
    );
    Ok(())
}
