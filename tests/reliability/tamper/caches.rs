//! Stream heads that somebody else wrote, in their right form and with right digests: nothing rests on them. And words about
//! persons exchanged in the vault, each sealed as it should be: verification finds it.

use std::fs;
use std::path::Path;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use serde_json::{Value, json};
use thads_proof::hash;

use super::judge;
use super::ledgers::Ledger;
use super::poison::{FOREIGN, Heads, own_seed};
use super::random::Random;
use super::small::{action, officer};
use crate::support::{Program, Ran, each, fed};

type Poisoning = (&'static str, fn(&mut Heads, &str));

/// What is done to the heads of a case's stream, or to the requests.
const POISONINGS: [Poisoning; 5] = [
    ("a version too high", |heads, case| heads.of(case).version += 1),
    ("a version too low", |heads, case| heads.of(case).version -= 1),
    ("another leaf", |heads, case| heads.of(case).leaf[7] ^= 1),
    ("no stream", |heads, case| heads.streams.retain(|head| head.key != case.as_bytes())),
    ("no request", |heads, _| heads.requests.clear()),
];

/// A note on a case, under a request id.
fn note(case: &str, request: u64) -> Value {
    let mut note = action(case, "note_added", "2019-02-01", officer::CLERK, json!({ "text": "ghi thêm" }));
    note["request"] = json!(format!("{request:032x}"));
    note
}

fn record(data: &Path, action: &Value) -> Ran {
    fed(Program::Testing.on(data).args(["--json", "record", "-"]), &format!("{action}\n"))
}

/// Poisons the heads' cache and lets the program go on with it: each record comes once, and the log stays one.
pub(crate) fn poisoned(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let kinds = u64::try_from(POISONINGS.len()).unwrap();
    let tries = 2 * kinds * rounds.max(1);
    let found = each(tries, |round| {
        let mut random = Random::new(seed, &format!("heads {round}"));
        let (what, poison) = POISONINGS[usize::try_from(round % kinds).unwrap()];
        // That a request is missing from what the log's own key signed shows only where all is folded anew.
        let by_the_own = round / kinds % 2 == 1 && what != "no request";
        let case = format!("DT03/2018/{:04}", 1 + random.of(0..40));
        let copy = ledger.copy();
        let data = &copy.data;
        let first = record(data, &note(&case, 1));
        let mut heads = Heads::read(data);
        poison(&mut heads, &case);
        heads.put(data, &if by_the_own { own_seed(data) } else { FOREIGN });
        let place = format!("round {round}: {case}: {what}, own key: {by_the_own}");
        if judge::verify(data).is_good() == by_the_own {
            return Some(format!("{place}: verified good: {}", !by_the_own));
        }
        let (next, again) = (record(data, &note(&case, 2)), record(data, &note(&case, 1)));
        for (name, ran) in [("the first", &first), ("the next", &next), ("the first, again", &again)] {
            if ran.status != Some(0) {
                return Some(format!("{place}: {name}: exit {:?}: {}{}", ran.status, ran.out, ran.err));
            }
        }
        let at = |ran: &Ran| ran.json_lines()[0]["first"].as_u64();
        if (at(&first), at(&next), at(&again))
            != (Some(ledger.size), Some(ledger.size + 1), Some(ledger.size))
        {
            return Some(format!("{place}: recorded at {:?}, {:?}, {:?}", at(&first), at(&next), at(&again)));
        }
        let verified = Program::Thads.run(data, &["--lang", "en", "verify"]);
        (verified.status != Some(0)).then(|| format!("{place}: {}{}", verified.out, verified.err))
    });
    (found.into_iter().flatten().collect(), format!("{tries} times poisoned and gone on from"))
}

/// An entry of the vault: where its nonce and ciphertext stand, its key, and salt and words.
struct Entry {
    body: std::ops::Range<usize>,
    reference: [u8; 16],
    key: [u8; 32],
    salted: Vec<u8>,
}

/// Reads every entry, by docs/format.md.
fn entries(entries: &[u8], keyring: &[u8]) -> Vec<Entry> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < entries.len() {
        let length = u32::from_be_bytes(entries[at + 4..at + 8].try_into().unwrap());
        let reference: [u8; 16] = entries[at + 8..at + 24].try_into().unwrap();
        let body = at + 32..at + 104 + usize::try_from(length).unwrap();
        let slot = keyring.chunks(56).find(|slot| slot[..16] == reference).unwrap();
        let key: [u8; 32] = slot[16..48].try_into().unwrap();
        let (nonce, sealed) = entries[body.clone()].split_first_chunk::<24>().unwrap();
        let sealed = Payload { msg: sealed, aad: &reference };
        let salted = XChaCha20Poly1305::new(&Key::from(key)).decrypt(&XNonce::from(*nonce), sealed).unwrap();
        at = body.end;
        all.push(Entry { body, reference, key, salted });
    }
    all
}

/// Exchanges the words of two records, with their salts, so that both commitments are still opened by something.
pub(crate) fn exchanged(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let whole = fs::read(ledger.data.join("vault/entries")).unwrap();
    let keyring = fs::read(ledger.data.join("keys/keyring")).unwrap();
    let all = entries(&whole, &keyring);
    let tries = rounds.max(1);
    let found = each(tries, |round| {
        let mut random = Random::new(seed, &format!("exchanged {round}"));
        let one = random.of(0..all.len());
        let alike: Vec<usize> = (0..all.len())
            .filter(|other| all[*other].salted.len() == all[one].salted.len() && *other != one)
            .collect();
        let other = alike.get(random.of(0..alike.len().max(1)))?;
        let copy = ledger.copy();
        let mut bytes = whole.clone();
        for (to, from) in [(&all[one], &all[*other]), (&all[*other], &all[one])] {
            let nonce = hash::derive("an exchanged nonce", &to.reference);
            let nonce = nonce.first_chunk::<24>().unwrap();
            let words = Payload { msg: &from.salted, aad: &to.reference };
            let sealed =
                XChaCha20Poly1305::new(&Key::from(to.key)).encrypt(&XNonce::from(*nonce), words).unwrap();
            bytes[to.body.clone()].copy_from_slice(&[&nonce[..], &sealed].concat());
        }
        fs::write(copy.data.join("vault/entries"), bytes).unwrap();
        let lost = judge::verify(&copy.data).vault.lost();
        (lost != 2).then(|| format!("round {round}: entries {one} and {other} exchanged: {lost} lost, not 2"))
    });
    (found.into_iter().flatten().collect(), format!("{tries} pairs of words exchanged"))
}
