//! What writers ask: plain events in streams of the ledger's own sorts, and other wordings of what was asked before.

use thads_ledger::{Append, NewEvent, Personal, StreamAppend};
use thads_proof::record::{Position, Provenance, RequestId, Stream, StreamTag};

use super::judge::{Judge, replace};
use super::rng::SimRng;

/// Streams that no kind of the law belongs to.
const STREAMS: [(StreamTag, &str); 6] = [
    (StreamTag::Period, "2019"),
    (StreamTag::Period, "2020"),
    (StreamTag::Key, "log"),
    (StreamTag::Key, "root"),
    (StreamTag::Import, "a"),
    (StreamTag::Import, "b"),
];

/// Kinds that this program does not know: bytes to the log, and passed over by the read model.
const KINDS: [u16; 3] = [3, 7, 15];

/// Returns whether the read model cannot know what a record of this kind says.
pub(crate) fn is_opaque(kind: u16) -> bool {
    KINDS.contains(&kind)
}

/// Returns an append over one to three streams; a fifth expects a version that a stream does not have, a few hold
/// checks only, or more than a block takes.
pub(crate) fn plain(rng: &mut SimRng, judge: &Judge, request: RequestId) -> Append {
    let mut streams: Vec<StreamAppend> = Vec::new();
    let stale = rng.one_in(5);
    let bulky = rng.one_in(150);
    for _ in 0..1 + rng.below(3) {
        let (tag, key) = *rng.pick(&STREAMS);
        let stream = Stream::new(tag, key.as_bytes()).unwrap();
        if streams.iter().any(|part| part.stream == stream) {
            continue;
        }
        let version = judge.version(&stream);
        let expected_version = match rng.below(3) {
            0 if stale => version + 1 + rng.below(3),
            1 if stale => version.saturating_sub(1 + rng.below(3)),
            _ => version,
        };
        let count = if rng.one_in(4) { 0 } else { 1 + rng.below(3) };
        let events = (0..count).map(|_| event(rng, judge, bulky)).collect();
        streams.push(StreamAppend { stream, expected_version, events });
    }
    Append { request, moment: None, streams }
}

fn event(rng: &mut SimRng, judge: &Judge, bulky: bool) -> NewEvent {
    let length = if bulky { 40_000 + rng.index(25_000) } else { rng.index(160) };
    let mut payload = rng.bytes(length);
    let mut personal = Vec::new();
    for _ in 0..rng.below(6).saturating_sub(3) {
        let name = Personal { reference: rng.id(), plaintext: words(rng) };
        payload.extend(name.reference);
        payload.push(b';');
        personal.push(name);
    }
    NewEvent {
        kind: *rng.pick(&KINDS),
        kind_revision: 1,
        effective: i32::try_from(rng.between(17_000, 18_500)).unwrap(),
        office: u32::try_from(rng.below(4)).unwrap(),
        actor: u32::try_from(rng.below(40)).unwrap(),
        provenance: Provenance::Practice,
        rule_set: 1,
        corrects: rng.one_in(20).then(|| Position::new(rng.below(judge.size()))),
        payload,
        personal,
    }
}

fn words(rng: &mut SimRng) -> Vec<u8> {
    let length = rng.index(40);
    rng.bytes(length)
}

/// Returns the same content as somebody would send it again who has only the words: every reference is a fresh one.
pub(crate) fn reworded(rng: &mut SimRng, append: &Append) -> Append {
    let mut again = append.clone();
    for event in again.streams.iter_mut().flat_map(|part| &mut part.events) {
        for personal in &mut event.personal {
            let fresh = rng.id();
            replace(&mut event.payload, &personal.reference, &fresh);
            personal.reference = fresh;
        }
    }
    again
}

/// Returns the same content with the versions that the streams have now.
pub(crate) fn at_present(judge: &Judge, append: &Append) -> Append {
    let mut again = append.clone();
    for part in &mut again.streams {
        part.expected_version = judge.version(&part.stream);
    }
    again
}

/// Returns other content under the same request id.
pub(crate) fn altered(rng: &mut SimRng, append: &Append) -> Append {
    let mut other = append.clone();
    let Some(part) = other.streams.iter_mut().find(|part| !part.events.is_empty()) else { return other };
    let count = part.events.len();
    let index = rng.index(count);
    let more = part.events[index].clone();
    let event = &mut part.events[index];
    match rng.below(7) {
        0 => event.effective += 1,
        1 => event.actor += 1,
        2 => event.kind += 1,
        3 if !event.personal.is_empty() => event.personal[0].plaintext.push(b'!'),
        4 if event.personal.is_empty() => part.events.push(more),
        5 => part.stream = Stream::new(part.stream.tag(), b"elsewhere").unwrap(),
        _ => event.payload.push(0),
    }
    other
}
