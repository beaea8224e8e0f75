//! Bits of every other file are flipped: caches, vault, keys, lock. It is found, or every record and figure is as it was; a
//! person's name is right or is not shown.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thads_service::answers;
use thads_service::principal::{Principal, Session};
use thads_service::read_only::ReadOnlyLedger;

use super::judge;
use super::ledgers::Ledger;
use super::random::Random;
use crate::support::each;

/// Cases whose persons are looked at.
const CASES: u32 = 12;

/// Every text of an answer.
fn texts(answer: &Value, all: &mut BTreeSet<String>) {
    match answer {
        Value::String(text) => {
            all.insert(text.clone());
        }
        Value::Array(parts) => parts.iter().for_each(|part| texts(part, all)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The first cases with their history, and all texts in them.
fn cases(data: &Path) -> Result<BTreeSet<String>, String> {
    let view = ReadOnlyLedger::open(data).map_err(|error| error.to_string())?;
    let mut all = BTreeSet::new();
    for number in 1..=CASES {
        let id = format!("DT03/2018/{number:04}").parse().unwrap();
        let case =
            answers::case(&Session::new(&view, Principal::local()), &id, None, answers::Moment::Now, true)
                .map_err(|error| error.to_string())?;
        texts(&case, &mut all);
    }
    Ok(all)
}

/// Whether a text is the reference that is shown where a person's data cannot be read.
fn is_reference(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Every file of a directory that is neither log nor store.
fn files(data: &Path) -> Vec<PathBuf> {
    let mut files = vec![data.join("LOCK")];
    for folder in ["snapshots", "vault", "keys"] {
        files.extend(fs::read_dir(data.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    files.retain(|path| fs::metadata(path).unwrap().len() > 0);
    files.sort();
    files
}

/// Flips bits in each file.
pub(crate) fn flips(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let files = files(&ledger.data);
    let count = u64::try_from(files.len()).unwrap();
    let before = cases(&ledger.data).unwrap();
    let named = |all: &BTreeSet<String>| all.iter().filter(|text| text.contains("Người")).count();
    assert!(named(&before) > 1, "{before:?}");
    let results = each(rounds * count, |round| {
        let mut random = Random::new(seed, &format!("others {round}"));
        let file = &files[usize::try_from(round % count).unwrap()];
        let copy = ledger.copy();
        let path = copy.file(ledger, file);
        let mut bytes = fs::read(&path).unwrap();
        // The beginning of the vault holds the persons that are looked at.
        let (at, bit) = (random.of(0..bytes.len().min(4096)), 1 << random.of(0..8));
        bytes[at] ^= bit;
        fs::write(&path, &bytes).unwrap();
        let place = format!("{} byte {at} bit {bit:#04x}", file.file_name().unwrap().display());

        let mut found = !judge::verify(&copy.data).is_good();
        // Personal data and the keys that sign are not mended, so they must be missed.
        let is_kept_once =
            ["entries", "keyring", "log.key", "root.key"].iter().any(|name| file.ends_with(name));
        // Small or large, a digit of the key says the same.
        let digits = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_lowercase();
        let is_key = ["log.key", "root.key"].iter().any(|name| file.ends_with(name));
        let says_the_same = is_key && digits(&bytes) == digits(&fs::read(file).unwrap());
        if is_kept_once && !found && !says_the_same {
            return Err(format!("{place}: verify does not miss what it changes"));
        }
        match judge::report(&copy.data) {
            Ok(report) if report == ledger.report => {}
            Ok(_) => return Err(format!("{place}: another report")),
            Err(_) => found = true,
        }
        match cases(&copy.data) {
            Ok(now) if now == before => {}
            Ok(now) => {
                let other: Vec<_> = now.difference(&before).filter(|text| !is_reference(text)).collect();
                if !other.is_empty() {
                    return Err(format!("{place}: a case says {other:?}"));
                }
                found = true;
            }
            Err(_) => found = true,
        }
        match judge::open(&copy.data, true) {
            Ok(seen) => {
                let differs = if is_kept_once { judge::records_differ } else { judge::differs };
                if let Some(what) = differs(&copy.data, ledger, &seen) {
                    return Err(format!("{place}: {what}"));
                }
                Ok(found || !seen.said.is_empty())
            }
            Err(_) => Ok(true),
        }
    });
    let found = results.iter().filter(|result| **result == Ok(true)).count();
    let said = format!("{} flips in {count} files, {found} found, the others change nothing", results.len());
    (results.into_iter().filter_map(Result::err).collect(), said)
}
