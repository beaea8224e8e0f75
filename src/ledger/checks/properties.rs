//! Properties: whatever is appended, every journal keeps the same records, and no copy is needed for the other.

use std::fs;
use std::sync::Arc;

use proptest::prelude::*;
use thads_proof::record::Position;

use super::*;
use crate::Records;
use crate::journal::OwnedBlock;

/// Appends over a few streams: some stale, some repeated, some with checks, some with personal data.
fn any_appends() -> impl Strategy<Value = Vec<Append>> {
    let event = prop_oneof![
        3 => prop::collection::vec(any::<u8>(), 0..400).prop_map(|payload| event(&payload)),
        1 => (any::<u8>(), "[a-z]{1,12}").prop_map(|(reference, name)| personal_event(reference, &name)),
        1 => Just(event(&[5; 20_000])),
    ];
    let part = (0..4_u8, 0..4_u64, prop::collection::vec(event, 0..4));
    let parts = prop::collection::btree_map(0..4_u8, part, 1..3);
    prop::collection::vec((1..40_u64, parts), 1..40).prop_map(|all| {
        let streams = |parts: std::collections::BTreeMap<u8, (u8, u64, Vec<NewEvent>)>| {
            let part = |(key, (_, expected_version, events))| crate::StreamAppend {
                stream: stream(&format!("S{key}")),
                expected_version,
                events,
            };
            parts.into_iter().map(part).collect()
        };
        all.into_iter()
            .map(|(number, parts)| Append { request: request(number), moment: None, streams: streams(parts) })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    /// The journal makes no difference: memory, embedded, reopened, rebuilt from either copy.
    #[test]
    fn every_journal_keeps_the_same_records(appends in any_appends(), cut in any::<prop::sample::Index>()) {
        let (journal, id) = memory();
        let journal = Arc::new(journal);
        let mut plain = committer(id, seam(&journal));
        let expected: Vec<_> = plain.commit(&appends).iter().map(|answer| format!("{answer:?}")).collect();
        let place = place();
        let ledger = create(&place.dir);
        let cut = cut.index(appends.len() + 1);
        let mut answers = ledger.append_many(appends[..cut].to_vec());
        answers.extend(appends[cut..].iter().map(|append| ledger.append(append.clone())));
        // Sizes and roots in the receipts are those after the block, which is another one here.
        let brief = |text: &str| text.split("size").next().unwrap_or_default().to_owned();
        for (ours, theirs) in answers.iter().zip(&expected) {
            prop_assert_eq!(brief(&format!("{ours:?}")), brief(theirs));
        }
        let head = plain.head();
        prop_assert_eq!(ledger.head(), head);
        let mut records = Records::new(journal.read(0..head.size));
        let records: Vec<Vec<u8>> =
            std::iter::from_fn(|| records.next_stored()).map(|stored| stored.unwrap().bytes).collect();
        prop_assert_eq!(&stored(&ledger), &records);
        ledger.close().unwrap();
        let ledger = reopen(&place.dir);
        prop_assert_eq!(ledger.head(), head);
        ledger.close().unwrap();
        fs::remove_dir_all(place.dir.join("sled")).unwrap();
        let ledger = open(&place.dir).0;
        prop_assert_eq!(&stored(&ledger), &records);
        ledger.close().unwrap();
        fs::remove_dir_all(place.dir.join("wal")).unwrap();
        let ledger = open(&place.dir).0;
        prop_assert_eq!(ledger.head(), head);
        prop_assert_eq!(&stored(&ledger), &records);
        for position in [0, head.size / 2, head.size - 1] {
            let record = ledger.record(Position::new(position)).unwrap().unwrap();
            prop_assert_eq!(&record.encode().unwrap(), &records[usize::try_from(position).unwrap()]);
        }
    }

    /// A block reads back from its bytes, and every changed byte but the padding's is noticed.
    #[test]
    fn a_changed_block_is_no_block(appends in any_appends(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let (journal, id) = memory();
        let journal = Arc::new(journal);
        committer(id, seam(&journal)).commit(&appends);
        for block in journal.blocks() {
            let bytes = block.bytes().to_vec();
            prop_assert_eq!(&OwnedBlock::parse(bytes.clone()).unwrap(), block.as_ref());
            let mut changed = bytes;
            let at = at.index(block.header().length());
            changed[at] ^= 1 << bit;
            prop_assert!(OwnedBlock::parse(changed).is_err());
        }
    }
}
