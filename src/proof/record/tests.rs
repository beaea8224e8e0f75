//! A record reads back as it was written, within its limits only.

use super::*;

pub(crate) fn sample() -> Record {
    Record {
        ledger: LedgerId([0x11; 16]),
        position: Position::new(7),
        previous_leaf: Leaf([0x22; 32]),
        recorded_at: Micros::new(1_554_051_600_000_001),
        stream: Stream::new(StreamTag::Case, b"DT03/2018/0412").unwrap(),
        stream_version: 3,
        stream_previous_leaf: Leaf([0x33; 32]),
        effective: 17_986,
        office: 3,
        actor: 41,
        provenance: Provenance::Practice,
        rule_set: 2,
        request: RequestId([0x44; 16]),
        corrects: Some(Position::new(5)),
        kind: 57,
        kind_revision: 1,
        blind: [0x55; 16],
        payload: b"payload".to_vec(),
        commitments: vec![[0x66; 32], [0x77; 32]],
    }
}

#[test]
fn a_record_reads_back_and_knows_its_length() {
    let record = sample();
    let bytes = record.encode().unwrap();
    assert_eq!(bytes.len(), record.length());
    assert_eq!(length_of(&bytes), Some(bytes.len()));
    assert_eq!(Record::decode(&bytes), Ok(record.clone()));
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(length_of(&longer), Some(bytes.len()));
    assert_eq!(Record::decode_prefix(&longer), Ok((record, bytes.len())));
    assert_eq!(
        Record::decode(&longer),
        Err(RecordError::Trailing { used: bytes.len(), length: bytes.len() + 1 })
    );
    for cut in 0..bytes.len() {
        assert!(matches!(Record::decode(&bytes[..cut]), Err(RecordError::Short { .. })), "{cut}");
        assert_eq!(length_of(&bytes[..cut]), None);
    }
}
