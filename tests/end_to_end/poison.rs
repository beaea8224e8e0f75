//! Caches as somebody writes them who knows docs/format.md: their content changed, their digest right, signed by any key.

use std::fs;
use std::path::Path;

use thads_proof::checkpoint::LogKey;
use thads_proof::hash;
use thads_proof::hex;

/// A key that is not the log's.
pub(crate) const FOREIGN: [u8; 32] = [0x5a; 32];

/// Bytes of a cache before its digest, and before its content.
const DIGEST_AT: usize = 128;
const CONTENT_AT: usize = 224;

/// The seed of the key that signs in a data directory.
pub(crate) fn own_seed(data: &Path) -> [u8; 32] {
    hex::decode_array(fs::read_to_string(data.join("keys/log.key")).unwrap().trim()).unwrap()
}

/// The content of a cache.
pub(crate) fn content(data: &Path, name: &str) -> Vec<u8> {
    fs::read(data.join("snapshots").join(name)).unwrap()[CONTENT_AT..].to_vec()
}

/// Puts another content into a cache and signs it with the key of a seed. `said`: what its statement says instead, from
/// a place on.
pub(crate) fn put(data: &Path, name: &str, content: &[u8], said: Option<(usize, &[u8])>, seed: &[u8; 32]) {
    let path = data.join("snapshots").join(name);
    let mut bytes = fs::read(&path).unwrap()[..DIGEST_AT].to_vec();
    if let Some((at, said)) = said {
        bytes[at..at + said.len()].copy_from_slice(said);
    }
    bytes.extend(hash::derive("thads 2026 cache content v1", content));
    let signature = LogKey::from_seed("whoever", seed).unwrap().sign_apart("thads 2026 cache v1", &bytes);
    bytes.extend(signature);
    bytes.extend(content);
    fs::write(path, bytes).unwrap();
}

/// The end of one stream, as the heads' cache has it.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) tag: u8,
    pub(crate) key: Vec<u8>,
    pub(crate) version: u64,
    pub(crate) leaf: [u8; 32],
    pub(crate) position: u64,
}

/// The content of the heads' cache.
#[derive(Clone)]
pub(crate) struct Heads {
    pub(crate) frontier: Vec<u8>,
    pub(crate) streams: Vec<Head>,
    /// Fingerprints of request ids, each with the position of its first record.
    pub(crate) requests: Vec<(u64, u64)>,
}

impl Heads {
    pub(crate) fn read(data: &Path) -> Heads {
        let bytes = content(data, "heads");
        let mut rest = bytes.as_slice();
        let length = number(&mut rest);
        let frontier = take(&mut rest, usize::try_from(length).unwrap()).to_vec();
        let streams = (0..number(&mut rest)).map(|_| {
            let [tag, length] = *take(&mut rest, 2) else { panic!() };
            let key = take(&mut rest, usize::from(length)).to_vec();
            let version = number(&mut rest);
            let leaf = take(&mut rest, 32).try_into().unwrap();
            Head { tag, key, version, leaf, position: number(&mut rest) }
        });
        let streams = streams.collect();
        let requests = (0..number(&mut rest)).map(|_| (number(&mut rest), number(&mut rest))).collect();
        assert!(rest.is_empty());
        Heads { frontier, streams, requests }
    }

    /// Puts it into the cache, signed with the key of a seed.
    pub(crate) fn put(&self, data: &Path, seed: &[u8; 32]) {
        put(data, "heads", &self.encode(), None, seed);
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let count = |length: usize| u64::try_from(length).unwrap().to_be_bytes();
        let mut bytes = count(self.frontier.len()).to_vec();
        bytes.extend(&self.frontier);
        bytes.extend(count(self.streams.len()));
        for head in &self.streams {
            bytes.extend([head.tag, u8::try_from(head.key.len()).unwrap()]);
            bytes.extend(&head.key);
            bytes.extend(head.version.to_be_bytes());
            bytes.extend(head.leaf);
            bytes.extend(head.position.to_be_bytes());
        }
        bytes.extend(count(self.requests.len()));
        for (fingerprint, position) in &self.requests {
            bytes.extend(fingerprint.to_be_bytes());
            bytes.extend(position.to_be_bytes());
        }
        bytes
    }

    /// The head of a stream.
    pub(crate) fn of(&mut self, key: &str) -> &mut Head {
        self.streams.iter_mut().find(|head| head.key == key.as_bytes()).unwrap()
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, after) = rest.split_at(length);
    *rest = after;
    taken
}

fn number(rest: &mut &[u8]) -> u64 {
    u64::from_be_bytes(take(rest, 8).try_into().unwrap())
}
