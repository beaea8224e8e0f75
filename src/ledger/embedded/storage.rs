//! How the embedded journal lays itself out: sizes, waits and marks.

use std::time::Duration;

use crate::testing;

/// Settings of the embedded journal. Only the segments' size shows on disk, and it may differ from file to file.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Bytes of a new segment; at least a header and the largest block.
    pub segment_bytes: usize,
    /// Records are moved to sled in runs of about this many bytes.
    pub run_bytes: usize,
    /// Records that make no whole run are moved after this time all the same.
    pub run_wait: Duration,
    /// The archiver rests so long after every batch. Zero but for tests that want it to be behind.
    pub archiver_pause: Duration,
    /// Writes are refused while fewer bytes are free on the disk.
    pub free_bytes_least: u64,
    /// Size of the ballast file, released by `thads doctor` when the disk is full; 0: none.
    pub ballast_bytes: u64,
    /// How long sled may take to open before it is set aside.
    pub sled_deadline: Duration,
    /// Whether opening is a repair: every segment is read and checked, not only the last, and a full disk is given the
    /// ballast.
    pub repair: bool,
}

impl Default for Storage {
    fn default() -> Storage {
        testing::storage(Storage {
            segment_bytes: thads_proof::segment::BYTES,
            run_bytes: 32 * 1024,
            run_wait: Duration::from_secs(20),
            archiver_pause: Duration::ZERO,
            free_bytes_least: 128 << 20,
            ballast_bytes: 64 << 20,
            sled_deadline: Duration::from_secs(120),
            repair: false,
        })
    }
}

impl Storage {
    /// Returns settings for small ledgers, in tests and to be thrown away: segments of 1 MiB, no ballast, no mark.
    pub fn small() -> Storage {
        Storage { segment_bytes: 1 << 20, free_bytes_least: 0, ballast_bytes: 0, ..Storage::default() }
    }
}
