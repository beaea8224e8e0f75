//! Personal data: committed in the record, kept in the vault, compared on repetition, erased without breaking anything.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use thads_proof::hash;
use thads_proof::record::Position;

use super::*;
use crate::{AppendError, Reader, VaultCheck, VaultError, verify_directory};

#[test]
fn personal_data_is_committed_to_and_never_stands_in_the_log() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, "Nguyễn Văn An")])).unwrap();
    let record = ledger.record(Position::new(1)).unwrap().unwrap();
    let opening = ledger.vault().opening(&[1; 16]).unwrap().unwrap();
    assert_eq!(record.commitments, [hash::commitment(&opening.salt, "Nguyễn Văn An".as_bytes())]);
    assert_eq!(ledger.vault().get(&[1; 16]).unwrap().unwrap(), "Nguyễn Văn An".as_bytes());
    assert_eq!(ledger.vault().get(&[2; 16]).unwrap(), None);
    ledger.close().unwrap();
    assert_eq!(files_holding(&place.dir, "Nguyễn Văn An".as_bytes()), Vec::<String>::new());
    let reader = Reader::open(&place.dir).unwrap();
    assert_eq!(reader.vault().get(&[1; 16]).unwrap().unwrap(), "Nguyễn Văn An".as_bytes());
    for file in ["keys/keyring", "keys/log.key", "vault/entries"] {
        let mode = fs::metadata(place.dir.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

/// Names of the files under `dir` in which `bytes` stand.
fn files_holding(dir: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_holding(&path, bytes));
        } else if fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// The service draws fresh references at each try; what they stand for is compared, not they.
#[test]
fn a_repetition_with_fresh_references_is_the_same_and_with_other_data_is_not() {
    let place = place();
    let ledger = create(&place.dir);
    let first = ledger.append(append(1, "A", 0, vec![personal_event(1, "An")])).unwrap();
    let again = ledger.append(append(1, "A", 0, vec![personal_event(2, "An")])).unwrap();
    assert!(again.repeated() && again.first() == first.first());
    let other = ledger.append(append(1, "A", 0, vec![personal_event(3, "Bình")]));
    assert!(matches!(other, Err(AppendError::RequestReused { .. })), "{other:?}");
    assert_eq!(ledger.vault().count(), 1); // repetitions put nothing into the vault
    // A payload that only looks as if there were a reference is other content.
    let mut plain = personal_event(1, "An");
    plain.personal.clear();
    assert!(matches!(ledger.append(append(1, "A", 0, vec![plain])), Err(AppendError::RequestReused { .. })));
}

#[test]
fn erasing_destroys_key_salt_and_ciphertext_and_the_log_still_verifies() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, "An"), personal_event(2, "Bình")])).unwrap();
    let before = (
        fs::read(place.dir.join("keys/keyring")).unwrap(),
        fs::read(place.dir.join("vault/entries")).unwrap(),
    );
    assert!(ledger.vault().erase(&[1; 16]).unwrap());
    assert!(!ledger.vault().erase(&[1; 16]).unwrap());
    assert!(!ledger.vault().erase(&[9; 16]).unwrap());
    assert_eq!(ledger.vault().get(&[1; 16]).unwrap(), None);
    assert_eq!(ledger.vault().get(&[2; 16]).unwrap().unwrap(), "Bình".as_bytes());
    // A repetition can no longer be compared there, and counts as the same; the name stays taken.
    assert!(
        ledger
            .append(append(1, "A", 0, vec![personal_event(5, "??"), personal_event(6, "Bình")]))
            .unwrap()
            .repeated()
    );
    let taken = ledger.append(append(2, "A", 2, vec![personal_event(1, "Chi")]));
    assert!(matches!(taken, Err(AppendError::Vault(VaultError::ReferenceTaken(_)))), "{taken:?}");
    ledger.close().unwrap();
    let after = (
        fs::read(place.dir.join("keys/keyring")).unwrap(),
        fs::read(place.dir.join("vault/entries")).unwrap(),
    );
    assert_ne!(before.0[16..48], after.0[16..48]);
    assert_eq!(after.0[16..48], [0; 32]);
    assert!(after.1[32..32 + 72 + 2].iter().all(|byte| *byte == 0));
    let ledger = reopen(&place.dir);
    assert_eq!(ledger.vault().get(&[1; 16]).unwrap(), None);
    assert_eq!(ledger.vault().get(&[2; 16]).unwrap().unwrap(), "Bình".as_bytes());
    assert_eq!(ledger.read(Position::GENESIS).map(Result::unwrap).count(), 3);
}

#[test]
fn a_reference_stands_for_one_thing() {
    let (journal, id) = memory();
    let mut committer = committer(id, Arc::new(journal));
    let answers = committer.commit(&[
        append(1, "A", 0, vec![personal_event(1, "An")]),
        append(2, "A", 1, vec![personal_event(1, "Bình")]),
        append(3, "A", 1, vec![personal_event(1, "An")]),
    ]);
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(answers[1], Err(AppendError::Vault(VaultError::ReferenceTaken(_)))));
    assert_eq!(committer.head().size, 3);
}

/// A file of the vault that is gone is not begun anew under records that commit to what it held.
#[test]
fn a_vault_that_is_gone_is_said_and_nothing_is_recorded() {
    let place = filled(5);
    fs::remove_file(place.dir.join("vault/entries")).unwrap();
    let (ledger, _) = open(&place.dir); // nothing is lost
    ledger.append(append(900, "Z", 0, vec![personal_event(1, "Nguyễn Văn A")])).unwrap();
    ledger.close().unwrap();
    for file in ["vault/entries", "keys/keyring"] {
        let (file, away) = (place.dir.join(file), place.dir.join("away"));
        fs::rename(&file, &away).unwrap();
        let refused = Ledger::open(&place.dir, options()).map(|_| ()).unwrap_err();
        assert!(refused.is_evidence() && refused.to_string().contains("is gone"), "{refused}");
        assert!(!file.exists());
        fs::rename(&away, &file).unwrap();
    }
    reopen(&place.dir).close().unwrap();
}

/// A crash while the vault is written leaves a torn entry or slot, which no block names; the repetition writes it anew.
#[test]
fn a_torn_vault_tail_is_stepped_over() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, "An")])).unwrap();
    ledger.close().unwrap();
    let files = ["keys/keyring", "vault/entries"].map(|file| place.dir.join(file));
    let before = files.clone().map(|file| fs::read(file).unwrap());
    let seal = |reference: u8, plaintext: &[u8]| {
        let (vault, odd) = Vault::open(&place.dir, true).unwrap();
        let mut batch = Default::default();
        vault.seal(&mut batch, &[reference; 16], plaintext, &mut Seeded::new(5)).unwrap();
        vault.write(batch).unwrap();
        odd
    };
    seal(2, b"torn");
    let after = files.clone().map(|file| fs::read(file).unwrap());
    for (which, file) in files.iter().enumerate() {
        for cut in before[which].len()..after[which].len() {
            for (file, whole) in files.iter().zip(&after) {
                fs::write(file, whole).unwrap();
            }
            fs::write(file, &after[which][..cut]).unwrap();
            let odd = seal(3, b"later");
            assert!(cut == before[which].len() || !odd.is_empty(), "cut {cut}");
            seal(2, b"again");
            let (vault, _) = Vault::open(&place.dir, true).unwrap();
            for (reference, plaintext) in [(1, &b"An"[..]), (3, b"later"), (2, b"again")] {
                assert_eq!(vault.get(&[reference; 16]).unwrap().unwrap(), plaintext, "cut {cut}");
            }
        }
    }
}

#[test]
fn a_changed_byte_in_the_vault_is_never_given_out() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, "An")])).unwrap();
    ledger.close().unwrap();
    for file in ["keys/keyring", "vault/entries"] {
        let path = place.dir.join(file);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            let vault = Vault::open(&place.dir, true).unwrap().0;
            assert!(vault.get(&[1; 16]).map_or(true, |data| data.is_none()), "{file} byte {at}");
        }
        fs::write(&path, &whole).unwrap();
    }
}

#[test]
fn the_vault_is_held_against_what_the_records_commit_to() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, "An")])).unwrap();
    ledger.append(append(2, "A", 1, vec![personal_event(2, "Bình")])).unwrap();
    let counted = |opened, erased, unnamed, missing| {
        let report = verify_directory(&place.dir, &Default::default()).unwrap();
        let VaultCheck::Checked(vault) = &report.vault else { panic!("{:?}", report.sentences()) };
        let found = (vault.opened, vault.erased, vault.unnamed, vault.missing);
        assert_eq!(found, (opened, erased, unnamed, missing), "{vault:?}");
        assert_eq!(report.is_good(), missing == 0, "{:?}", report.sentences());
    };
    counted(2, 0, 0, 0); // also while it is written
    ledger.vault().erase(&[2; 16]).unwrap();
    ledger.close().unwrap();
    counted(1, 1, 0, 0);
    let (vault, _) = Vault::open(&place.dir, true).unwrap();
    let mut batch = Default::default();
    vault.seal(&mut batch, &[3; 16], b"cut off", &mut Seeded::new(5)).unwrap();
    vault.write(batch).unwrap();
    counted(1, 1, 1, 0);
    let (slot, entry) = (16 + 32 + 8, 32 + 72 + "An".len());
    for (file, length) in [("keys/keyring", slot), ("vault/entries", entry)] {
        let path = place.dir.join(file);
        let whole = fs::read(&path).unwrap();
        for at in 0..length {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).unwrap();
            let report = verify_directory(&place.dir, &Default::default()).unwrap();
            assert!(!report.is_good(), "{file} byte {at}: {:?}", report.sentences());
        }
        fs::write(&path, &whole).unwrap();
    }
    let entries = place.dir.join("vault/entries");
    let whole = fs::read(&entries).unwrap();
    fs::remove_file(&entries).unwrap();
    counted(0, 0, 0, 2);
    fs::write(&entries, whole).unwrap();
    fs::remove_file(place.dir.join("keys/keyring")).unwrap();
    let report = verify_directory(&place.dir, &Default::default()).unwrap();
    assert!(report.is_good() && matches!(report.vault, VaultCheck::Skipped(_)), "{:?}", report.sentences());
}
