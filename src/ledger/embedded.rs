//! The ledger on one machine's files: segments with sled behind them, the vault's and the keys' files, opening, repair, backup.
//!
//! All that knows a path, a lock or sled stands here; what stands beside it works on any [`Journal`](crate::journal::Journal).
//! Start at [`open`]: it takes the lock, scans the segments, repairs what can be repaired, and hands over what is whole.

mod archiver;
pub(crate) mod backup;
pub(crate) mod caches;
pub(crate) mod create;
mod cursor;
pub(crate) mod files;
mod journal;
pub(crate) mod keys;
pub(crate) mod lock;
pub(crate) mod open;
pub(crate) mod opened;
pub(crate) mod reader;
pub(crate) mod rebuild;
pub(crate) mod scan;
pub(crate) mod scratch;
mod segment;
mod sled_files;
pub(crate) mod space;
pub(crate) mod storage;
mod store;
pub(crate) mod vault;
pub(crate) mod verify;

pub(crate) use cursor::{Cursor, Listing, Segments, Used};
pub use journal::Embedded;
pub(crate) use journal::Found;
pub(crate) use segment::{SEGMENT_BYTES_MIN, clear_drafts, finish_segment_file, settle};
pub(crate) use sled_files::{FILE_BYTES_MAX as SLED_FILE_BYTES_MAX, copy_to as copy_sled};
pub(crate) use store::{Store, StoreError, delete_drafts, end_of, set_snapshots_aside, verify_chain};
