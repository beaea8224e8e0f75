//! The journals and vaults of this crate, held against what is promised of any.

use std::sync::{Arc, Mutex};

use super::*;
use crate::conformance;
use crate::embedded::vault::FileVault;
use crate::embedded::{Embedded, Found, Store, create, files};
use crate::journal::{Fault, Faulty, Head, Memory};

#[test]
fn in_memory() {
    conformance::journal(&|| Arc::new(Memory::new()));
    conformance::vault(&|| Arc::new(MemoryVault::new()));
    conformance::vault(&|| Arc::new(MemoryVault::upon(Arc::new(MemoryVault::new()))));
}

/// A journal that is told of no fault has none.
#[test]
fn without_a_fault() {
    conformance::journal(&|| Arc::new(Faulty::script([])));
}

/// A journal that forgets a block that it took, or takes one that it was not sure of, is noticed.
#[test]
fn a_fault_is_noticed() {
    for fault in [Fault::UnknownLost, Fault::UnknownWritten, Fault::Full, Fault::WriteFails] {
        let suite = || conformance::journal(&|| Arc::new(Faulty::script([Fault::None, fault.clone()])));
        assert!(std::panic::catch_unwind(suite).is_err(), "{fault:?}");
    }
}

/// In small segments, so that blocks lie in several.
#[test]
fn in_files() {
    let places = Mutex::new(Vec::new());
    let dir = || {
        let place = place();
        let dir = place.dir.clone();
        places.lock().unwrap().push(place);
        dir
    };
    conformance::journal(&|| {
        let dir = dir();
        let lock = Arc::new(create::take(&dir).unwrap());
        let wal = dir.join(files::WAL);
        files::make_folder(&wal).unwrap();
        lock.hold_wal(&wal).unwrap();
        let settings = Storage::small();
        let found = Found {
            ledger: LedgerId([9; 16]),
            head: Head::empty(),
            used: Vec::new(),
            current: None,
            next: 0,
            store: Some(Store::open(&dir.join(files::SLED), settings.sled_deadline).unwrap()),
            no_sled: None,
            moved: 0,
        };
        Arc::new(Embedded::start(&dir, lock, found, settings).unwrap())
    });
    conformance::vault(&|| {
        let dir = dir();
        for folder in [files::VAULT, files::KEYS] {
            std::fs::create_dir_all(dir.join(folder)).unwrap();
        }
        Arc::new(FileVault::open(&dir, true).unwrap().0)
    });
}
