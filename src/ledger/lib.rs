//! The log: journal, archiver, committer, receipts, vault.
//!
//! Synchronous code that knows no law: a payload is bytes with a kind. An append is answered after its block is durable,
//! and never before; what was answered survives power loss. One committer writes; many threads ask and read.
//!
//! ```
//! use thads_ledger::{Append, Ledger, NewEvent, Reader, Setup, StreamAppend};
//! use thads_proof::genesis::{Clock, Genesis, Unit};
//! use thads_proof::{checkpoint::LogKey, record::{Position, Provenance, RequestId, Stream, StreamTag}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let dir = folder.path().join("ledger");
//! let seed = [7; 32];
//! let log_key = LogKey::from_seed("thads/example", &seed)?.vkey().to_string();
//! let unit = Unit { code: "VND".into(), exponent: 0 };
//! let (name, origin, root_key) = ("Example".into(), "thads/example".into(), log_key.clone());
//! let genesis = Genesis { name, origin, unit, log_key, root_key, clock: Clock::Real, practice: true };
//! let (ledger, _) = Ledger::create(&dir, genesis, Setup::real(seed))?;
//! let event = NewEvent { kind: 57, kind_revision: 1, effective: 17_897, office: 1, actor: 2, provenance: Provenance::Live,
//!     rule_set: 1, corrects: None, payload: b"an event".to_vec(), personal: vec![] };
//! let part = StreamAppend { stream: Stream::new(StreamTag::Case, b"DT03/2018/0412")?, expected_version: 0, events: vec![event] };
//! let receipt = ledger.append(Append { request: RequestId([1; 16]), moment: None, streams: vec![part] })?;
//! assert_eq!((receipt.first(), receipt.root()), (Position::new(1), ledger.head().root));
//! let reader = Reader::open(&dir)?; // verifies the chain while it reads
//! assert_eq!(reader.read(Position::GENESIS).collect::<Result<Vec<_>, _>>()?.len(), 2);
//! ledger.close()?;
//! # Ok(())
//! # }
//! ```

mod append;
mod block_builder;
pub mod cache;
#[cfg(test)]
mod checks;
mod clock;
mod commit;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod count;
mod embedded;
mod genesis;
mod idempotency;
pub mod journal;
mod judge;
mod ledger;
mod queue;
mod randomness;
mod receipt;
mod records;
mod refold;
mod rehearsal;
mod sentence;
mod setup;
mod snapshot;
mod state;
pub mod testing;
pub mod vault;

pub use append::{Append, AppendError, Malformed, Moment, NewEvent, NotTogether, Personal, StreamAppend};
pub use clock::{BEFORE_1970, Clock, SimulatedClock, SystemClock};
pub use commit::{CatchUpError, Committer};
pub use embedded::backup::{Backup, BackupError, Restored, Unsigned, Until, backup, restore};
pub use embedded::caches::read_cache;
pub use embedded::create::no_log;
pub use embedded::files::{holds_log, keep_private, own_file};
pub use embedded::keys::KeyError;
pub use embedded::open::{OpenError, OpenReport};
pub use embedded::opened::{Opened, refuse_strange};
pub use embedded::reader::{Reader, is_second_copy_alone};
pub use embedded::scratch::{Scratch, remove_scratch};
pub use embedded::space::is_short_of_room;
pub use embedded::storage::Storage;
pub use embedded::verify::{DirectoryReport, SledReport, VaultCheck, verify_directory};
pub use ledger::{Ledger, Start, StartError};
pub use randomness::{OsRandom, Randomness, Seeded};
pub use receipt::Receipt;
pub use records::{Records, Stored};
pub use rehearsal::{Rehearsal, Rehearsed};
pub use sentence::Sentence;
pub use setup::{OpenOptions, Setup};
pub use state::{Discontinuity, LedgerHead, StreamHead};
pub use vault::{
    Held, MemoryVault, NoReferences, Piece, ReadReferences, Reference, References, SealedEntry, Unopened,
    Vault, VaultError, VaultReport, WhyLost,
};
