//! Personal data: committed in the record, kept in the vault, compared on repetition, given out against its record only.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use thads_proof::record::Position;

use super::*;
use crate::embedded::vault::{ENTRIES_BYTES_MAX, FileVault, KEYRING_BYTES_MAX};
use crate::{AppendError, Reader, VaultCheck, VaultError};

#[test]
fn personal_data_is_committed_to_and_never_stands_in_the_log() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, "Nguyễn Văn An")])).unwrap();
    let record = ledger.record(Position::new(1)).unwrap().unwrap();
    assert_eq!(said(ledger.vault(), &record), [Some("Nguyễn Văn An".to_owned())]);
    // Not against another commitment, and not under a reference that nothing stands under.
    assert!(ledger.vault().read(&[1; 16], &[7; 32]).is_err());
    assert!(ledger.vault().read(&[2; 16], &record.commitments[0]).is_err());
    ledger.close().unwrap();
    assert_eq!(files_holding(&place.dir, "Nguyễn Văn An".as_bytes()), Vec::<String>::new());
    let reader = Reader::open(&place.dir).unwrap();
    assert_eq!(said(reader.vault(), &record), [Some("Nguyễn Văn An".to_owned())]);
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
fn a_reference_stands_for_one_thing() {
    let (journal, id) = memory();
    let mut committer = committer(id, Arc::new(journal));
    let answers = committer.commit(&[
        append(1, "A", 0, vec![personal_event(1, "An")]),
        append(2, "A", 1, vec![personal_event(1, "Bình")]),
        append(3, "A", 1, vec![personal_event(1, "An")]),
    ]);
    assert!(answers[0].is_ok());
    for taken in &answers[1..] {
        assert!(matches!(taken, Err(AppendError::Vault(VaultError::ReferenceTaken(_)))), "{taken:?}");
    }
    assert_eq!(committer.head().size, 2);
}

/// A file of the vault that is gone is not begun anew under records that commit to what it held.
/// A process that draws references from a seed was killed between the vault and the block: it goes on as if it had not been.
#[test]
fn words_left_by_a_write_that_was_cut_off_keep_their_reference_and_no_others_get_it() {
    let vault: &dyn Vault = &crate::MemoryVault::new();
    let (mut batch, reference) = (crate::vault::Batch::default(), [7; 16]);
    let mut chance = crate::Seeded::new(1);
    assert!(vault.takes(&reference, b"words"));
    let first = vault.seal(&mut batch, &reference, b"words", &mut chance).unwrap();
    vault.write(batch.entries()).unwrap();
    assert!(vault.takes(&reference, b"words") && !vault.takes(&reference, b"other words"));
    let mut again = crate::vault::Batch::default();
    assert_eq!(vault.seal(&mut again, &reference, b"words", &mut chance).unwrap(), first);
    assert!(again.entries().is_empty());
}

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

/// A crash while the vault is written leaves a torn entry or slot, which no block names. Its reference is not used again,
/// and nothing else is harmed.
#[test]
fn a_torn_vault_tail_is_stepped_over() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, "An")])).unwrap();
    ledger.close().unwrap();
    let files = ["keys/keyring", "vault/entries"].map(|file| place.dir.join(file));
    let before = files.clone().map(|file| fs::read(file).unwrap());
    let seal = |reference: u8, plaintext: &[u8]| {
        let (vault, odd) = FileVault::open(&place.dir, true).unwrap();
        let vault: &dyn Vault = &vault;
        let mut batch = crate::vault::Batch::default();
        let sealed = vault.seal(&mut batch, &[reference; 16], plaintext, &mut Seeded::new(5));
        vault.write(batch.entries()).unwrap();
        (odd, sealed)
    };
    let torn = seal(2, b"torn").1.unwrap();
    let after = files.clone().map(|file| fs::read(file).unwrap());
    for (which, file) in files.iter().enumerate() {
        for cut in before[which].len()..after[which].len() {
            for (file, whole) in files.iter().zip(&after) {
                fs::write(file, whole).unwrap();
            }
            fs::write(file, &after[which][..cut]).unwrap();
            let (odd, later) = seal(3, b"later");
            assert!(cut == before[which].len() || !odd.is_empty(), "cut {cut}");
            let again = seal(2, b"again").1;
            assert!(matches!(again, Err(VaultError::ReferenceTaken(_))), "cut {cut}: {again:?}");
            let files = FileVault::open(&place.dir, true).unwrap().0;
            let vault: &dyn Vault = &files;
            assert_eq!(**vault.read(&[3; 16], &later.unwrap()).unwrap(), *b"later", "cut {cut}");
            assert!(vault.read(&[2; 16], &torn).is_err(), "cut {cut}");
            drop(files);
            let report = verify(&place);
            assert!(report.is_good(), "cut {cut}: {:?}", report.sentences());
        }
    }
}

#[test]
fn a_changed_byte_in_the_vault_is_never_given_out() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, "An")])).unwrap();
    let record = ledger.record(Position::new(1)).unwrap().unwrap();
    ledger.close().unwrap();
    for file in ["keys/keyring", "vault/entries"] {
        let path = place.dir.join(file);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            let vault: &dyn Vault = &FileVault::open(&place.dir, true).unwrap().0;
            assert_eq!(said(vault, &record), [None], "{file} byte {at}");
        }
        fs::write(&path, &whole).unwrap();
    }
}

#[test]
fn every_record_is_held_against_the_vault() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, "An")])).unwrap();
    ledger.append(append(2, "A", 1, vec![personal_event(2, "Bình")])).unwrap();
    let counted = |opened, unnamed, lost| {
        let report = verify(&place);
        let VaultCheck::Checked(vault) = &report.vault else { panic!("{:?}", report.sentences()) };
        assert_eq!((vault.opened, vault.unnamed, vault.lost), (opened, unnamed, lost), "{vault:?}");
        assert_eq!(report.is_good(), lost == 0, "{:?}", report.sentences());
    };
    counted(2, 0, 0); // also while it is written
    ledger.close().unwrap();
    let (vault, _) = FileVault::open(&place.dir, true).unwrap();
    let vault: &dyn Vault = &vault;
    let mut batch = crate::vault::Batch::default();
    vault.seal(&mut batch, &[3; 16], b"cut off", &mut Seeded::new(5)).unwrap();
    vault.write(batch.entries()).unwrap();
    counted(2, 1, 0);
    let (slot, entry) = (16 + 32 + 8, 32 + 72 + "An".len());
    for (file, length) in [("keys/keyring", slot), ("vault/entries", entry)] {
        let path = place.dir.join(file);
        let whole = fs::read(&path).unwrap();
        for at in 0..length {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).unwrap();
            let report = verify(&place);
            assert!(!report.is_good(), "{file} byte {at}: {:?}", report.sentences());
        }
        fs::write(&path, &whole).unwrap();
    }
    for file in ["vault/entries", "keys/keyring"] {
        let path = place.dir.join(file);
        let whole = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let report = verify(&place);
        assert!(!report.is_good() && report.vault.lost() == 2, "{:?}", report.sentences());
        assert!(report.first_wrong().unwrap().en.contains("2 pieces"), "{:?}", report.sentences());
        fs::write(&path, whole).unwrap();
    }
    counted(2, 1, 0);
}

/// A record without personal data needs no vault.
#[test]
fn a_vault_that_nothing_names_may_be_gone() {
    let place = filled(3);
    for folder in ["vault", "keys"] {
        fs::remove_dir_all(place.dir.join(folder)).unwrap();
    }
    assert!(verify(&place).is_good());
}

/// Bytes that a reader would refuse are not written: nothing is recorded whose words nobody could read.
#[test]
fn no_file_of_the_vault_is_made_longer_than_it_is_read() {
    for (name, most) in [("vault/entries", ENTRIES_BYTES_MAX), ("keys/keyring", KEYRING_BYTES_MAX)] {
        let place = filled(3);
        let file = fs::OpenOptions::new().write(true).open(place.dir.join(name)).unwrap();
        file.set_len(most / 56 * 56).unwrap();
        let (ledger, _) = open(&place.dir);
        let size = ledger.head().size;
        let refused = ledger.append(append(900, "Z", 0, vec![personal_event(1, "Nguyễn Văn A")]));
        assert!(refused.is_err(), "{name}: {refused:?}");
        assert_eq!(ledger.head().size, size);
        drop(ledger);
        assert!(Reader::open(&place.dir).is_ok(), "{name}");
    }
}
