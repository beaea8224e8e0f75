//! Segments that were cut short.

use std::fs;
use std::path::Path;

use super::mending::{blocks, change, segment};
use super::*;
use crate::{OpenError, Reader};

/// A file cut at any length: in a header, in a block, in the zeros behind one, at a block's end, or behind the last.
#[test]
fn a_segment_cut_at_any_length_is_mended_from_sled() {
    let place = place();
    let ledger = create(&place.dir);
    for number in 1..5 {
        let payload = vec![7; usize::try_from(number).unwrap() * 431];
        ledger.append(append(number, "A", number - 1, vec![event(&payload)])).unwrap();
    }
    let (head, records) = (ledger.head(), stored(&ledger));
    ledger.close().unwrap();
    let path = segment(&place, 0);
    let whole = fs::read(&path).unwrap();
    let end = blocks(&path).last().map(|(at, length)| at + length).unwrap();
    let odd = [1, 511, 200, 400];
    let lengths = (0..=end).step_by(512).zip(odd.into_iter().cycle()).flat_map(|(at, odd)| [at, at + odd]);
    for length in lengths {
        change(&path, |bytes| bytes.truncate(length));
        let read_by = |open: fn(&Path) -> Result<Reader, OpenError>| match open(&place.dir) {
            Ok(reader) => assert!(same(&reader.head(), &head), "{length}"),
            Err(OpenError::Segments { .. }) => {}
            Err(error) => panic!("{length}: {error}"),
        };
        read_by(Reader::open_whole);
        read_by(Reader::open);
        // Where no cache says how far the log goes, sled is asked.
        fs::remove_dir_all(place.dir.join("snapshots")).unwrap();
        read_by(Reader::open);
        let ledger = open(&place.dir).0;
        assert!(same(&ledger.head(), &head), "{length}");
        assert_eq!(stored(&ledger), records, "{length}");
        ledger.close().unwrap();
        for entry in fs::read_dir(place.dir.join("wal")).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        fs::write(&path, &whole).unwrap();
    }
}

/// A ledger of which neither copy says a word is damaged, and not one that never was.
#[test]
fn what_is_left_of_a_ledger_is_not_called_none() {
    for length in [1, 100, 511, 512] {
        let place = filled(3);
        fs::remove_dir_all(place.dir.join("sled")).unwrap();
        change(&segment(&place, 0), |bytes| bytes.truncate(length));
        for repair in [false, true] {
            let mut options = options();
            options.storage.repair = repair;
            let refused = Ledger::open(&place.dir, options).err().unwrap();
            assert!(matches!(refused, OpenError::Damaged { first: 0, .. }), "{length}: {refused}");
        }
        let read = Reader::open(&place.dir).err().unwrap();
        assert!(read.is_evidence(), "{length}: {read}");
    }
    // A header whose block is all zeros is what a founding leaves that was cut off, but for its caches.
    let place = filled(3);
    fs::remove_dir_all(place.dir.join("sled")).unwrap();
    change(&segment(&place, 0), |bytes| bytes[512..].fill(0));
    for refused in [Ledger::open(&place.dir, options()).err(), Reader::open(&place.dir).err()] {
        assert!(matches!(refused, Some(OpenError::Remains(_))), "{refused:?}");
    }
}
