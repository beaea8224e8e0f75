//! Segments that were cut short.

use std::fs;

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
        match Reader::open_whole(&place.dir).map(|reader| reader.head()) {
            Ok(read) => assert!(same(&read, &head), "{length}"),
            Err(OpenError::Segments { .. }) => {}
            Err(error) => panic!("{length}: {error}"),
        }
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
