//! What only test builds can do: die at a named step, keep a planted defect, lie in small segments, live by a shifted clock.
//!
//! Without the feature `testing` every function here is empty and no variable of the environment is read; with it, the
//! program `thads-testing` of tests/reliability obeys `THADS_DIE_AT=STEP:N`, `THADS_DEFECT=NAME`, `THADS_STORAGE=…` and
//! `THADS_CLOCK_SHIFT=SECONDS`.

/// A place at which a test build can be told to die, as `kill -9` would have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A block is about to be written.
    BlockDue,
    /// A block is written and not yet synced.
    BlockWritten,
    /// A block is durable and its writers are not yet answered.
    BlockSynced,
    /// Personal data is written and not yet synced.
    VaultWritten,
    /// A new segment is written under its draft's name.
    SegmentDrafted,
    /// A new segment has its name, and its folder is not yet synced.
    SegmentNamed,
    /// A batch of runs is about to go to sled.
    MoverDue,
    /// A batch of runs is in sled and flushed.
    MoverFlushed,
    /// A snapshot is written under its draft's name.
    SnapshotDrafted,
    /// A snapshot has its name.
    SnapshotNamed,
    /// The directory is locked; nothing is read yet.
    OpenLocked,
    /// The segments are read to their end; sled is not open yet.
    OpenSegmentsRead,
    /// Sled is open and compared.
    OpenSledOpened,
}

impl Step {
    /// Every step, in the order of its name's first use.
    pub const ALL: [(Step, &'static str); 13] = [
        (Step::BlockDue, "block-due"),
        (Step::BlockWritten, "block-written"),
        (Step::BlockSynced, "block-synced"),
        (Step::VaultWritten, "vault-written"),
        (Step::SegmentDrafted, "segment-drafted"),
        (Step::SegmentNamed, "segment-named"),
        (Step::MoverDue, "mover-due"),
        (Step::MoverFlushed, "mover-flushed"),
        (Step::SnapshotDrafted, "snapshot-drafted"),
        (Step::SnapshotNamed, "snapshot-named"),
        (Step::OpenLocked, "open-locked"),
        (Step::OpenSegmentsRead, "open-segments-read"),
        (Step::OpenSledOpened, "open-sled-opened"),
    ];
}

/// A promise that a test build can be told to break, so that a test shows that it would notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Defect {
    /// Writers are answered before the block is written.
    AnswerBeforeWrite,
    /// Writers are answered before the block is synced.
    AnswerBeforeSync,
    /// Blocks are never synced.
    NoSync,
    /// The folder is not synced after a segment got its name.
    FolderNotSynced,
    /// A segment is not synced after it was filled with zeros.
    ZerosNotSynced,
    /// What a killed process may have left unsynced is taken as durable.
    OpenedUnsynced,
    /// Personal data is not synced before the block that names it.
    VaultNotSynced,
    /// The name of a directory that was brought back is not made durable.
    RestoredNotSynced,
    /// What an interrupted opening of sled left is not removed before the next.
    GeneratingKept,
    /// A sled that holds less than it held is taken as it is.
    ShortSledTaken,
    /// A block that is not whole is always called torn.
    AlwaysTorn,
    /// A failed sync is taken for a success.
    FailedSyncIgnored,
    /// A request id that was recorded is recorded again.
    RequestRepeated,
    /// The writer's lock is that of a file of a name, and nobody looks before a block whether the directory still is
    /// as it was left.
    LockByName,
    /// A cache of the stream heads is believed whoever wrote it, and no head is held against the log.
    HeadsBelieved,
    /// Personal data opens where any entry of the vault fits the commitment, whichever the record names.
    CommitmentsAsASet,
}

impl Defect {
    /// Every defect and its name.
    pub const ALL: [(Defect, &'static str); 16] = [
        (Defect::AnswerBeforeWrite, "answer-before-write"),
        (Defect::AnswerBeforeSync, "answer-before-sync"),
        (Defect::NoSync, "no-sync"),
        (Defect::FolderNotSynced, "folder-not-synced"),
        (Defect::ZerosNotSynced, "zeros-not-synced"),
        (Defect::OpenedUnsynced, "opened-unsynced"),
        (Defect::VaultNotSynced, "vault-not-synced"),
        (Defect::RestoredNotSynced, "restored-not-synced"),
        (Defect::GeneratingKept, "generating-kept"),
        (Defect::ShortSledTaken, "short-sled-taken"),
        (Defect::AlwaysTorn, "always-torn"),
        (Defect::FailedSyncIgnored, "failed-sync-ignored"),
        (Defect::RequestRepeated, "request-repeated"),
        (Defect::LockByName, "lock-by-name"),
        (Defect::HeadsBelieved, "heads-believed"),
        (Defect::CommitmentsAsASet, "commitments-as-a-set"),
    ];
}

#[cfg(not(feature = "testing"))]
mod switches {
    use super::{Defect, Step};
    use crate::embedded::storage::Storage;

    /// Does nothing.
    #[inline(always)]
    pub fn reached(_step: Step) {}

    /// Returns false: there are no planted defects.
    #[inline(always)]
    pub(crate) fn planted(_defect: Defect) -> bool {
        false
    }

    /// Returns the settings as they are.
    #[inline(always)]
    pub(crate) fn storage(settings: Storage) -> Storage {
        settings
    }

    /// Returns 0.
    #[inline(always)]
    pub(crate) fn clock_shift() -> i64 {
        0
    }
}

#[cfg(feature = "testing")]
mod switches {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::{Defect, Step};
    use crate::embedded::storage::Storage;

    /// Dies here, if `THADS_DIE_AT=STEP:N` names this step and this is the N-th time that it is reached.
    pub fn reached(step: Step) {
        static DIE_AT: LazyLock<Option<(Step, u64)>> = LazyLock::new(|| {
            let told = std::env::var("THADS_DIE_AT").ok()?;
            let (name, times) = told.split_once(':')?;
            let (step, _) = Step::ALL.into_iter().find(|(_, known)| *known == name)?;
            Some((step, times.parse().ok()?))
        });
        static REACHED: AtomicU64 = AtomicU64::new(0);
        if let Some((at, times)) = *DIE_AT
            && at == step
            && REACHED.fetch_add(1, Ordering::SeqCst) + 1 == times
        {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        }
    }

    /// Returns whether `THADS_DEFECT` names this defect.
    pub(crate) fn planted(defect: Defect) -> bool {
        static PLANTED: LazyLock<Option<Defect>> = LazyLock::new(|| {
            let told = std::env::var("THADS_DEFECT").ok()?;
            Defect::ALL.into_iter().find(|(_, name)| *name == told).map(|(defect, _)| defect)
        });
        *PLANTED == Some(defect)
    }

    /// Returns the settings with what `THADS_STORAGE=SEGMENT_BYTES,RUN_BYTES,RUN_WAIT_MS,MOVER_PAUSE_MS` says, without
    /// ballast and without a mark of free space.
    pub(crate) fn storage(settings: Storage) -> Storage {
        let Ok(told) = std::env::var("THADS_STORAGE") else { return settings };
        let numbers: Vec<u64> = told.split(',').filter_map(|number| number.parse().ok()).collect();
        let [segment_bytes, run_bytes, run_wait, archiver_pause] = numbers[..] else { return settings };
        Storage {
            segment_bytes: crate::count::to_usize(segment_bytes),
            run_bytes: crate::count::to_usize(run_bytes),
            run_wait: Duration::from_millis(run_wait),
            archiver_pause: Duration::from_millis(archiver_pause),
            free_bytes_least: 0,
            ballast_bytes: 0,
            ..settings
        }
    }

    /// Returns by how many microseconds `THADS_CLOCK_SHIFT` moves the system's clock.
    pub(crate) fn clock_shift() -> i64 {
        static SHIFT: LazyLock<i64> = LazyLock::new(|| {
            let told = std::env::var("THADS_CLOCK_SHIFT").ok();
            told.and_then(|seconds| seconds.parse::<i64>().ok())
                .map_or(0, |seconds| seconds.saturating_mul(1_000_000))
        });
        *SHIFT
    }
}

#[cfg(feature = "testing")]
mod seams;
#[cfg(feature = "testing")]
pub use seams::{genesis_block, records, resume, state_of, version};
pub use switches::reached;
pub(crate) use switches::{clock_shift, planted, storage};
