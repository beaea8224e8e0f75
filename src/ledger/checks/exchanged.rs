//! Whoever may write vault and keyring, and not the log, cannot have other words shown, nor have it overlooked that words
//! are gone: every record is the witness of its own.

use std::fs;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use thads_proof::hash;

use super::*;
use crate::{Reader, VaultCheck};

/// Entries and slots as docs/format.md draws them, without our code.
#[derive(Clone, Default)]
struct Files {
    entries: Vec<(Reference, Vec<u8>)>,
    slots: Vec<(Reference, [u8; 32])>,
}

impl Files {
    fn read(dir: &Path) -> Files {
        let (entries, keyring) =
            (fs::read(dir.join("vault/entries")).unwrap(), fs::read(dir.join("keys/keyring")).unwrap());
        let mut files = Files::default();
        let mut rest = entries.as_slice();
        while let Some((head, after)) = rest.split_first_chunk::<32>() {
            let length = usize::try_from(u32::from_be_bytes(head[4..8].try_into().unwrap())).unwrap();
            let (body, after) = after.split_at(24 + 32 + length + 16);
            files.entries.push((head[8..24].try_into().unwrap(), body.to_vec()));
            rest = after;
        }
        for slot in keyring.chunks(56) {
            files.slots.push((slot[..16].try_into().unwrap(), slot[16..48].try_into().unwrap()));
        }
        files
    }

    fn write(&self, dir: &Path) {
        let mut entries = Vec::new();
        for (reference, body) in &self.entries {
            let length = u32::try_from(body.len() - 24 - 32 - 16).unwrap();
            let head = [&b"thve"[..], &length.to_be_bytes(), reference].concat();
            entries
                .extend([&head[..], &hash::derive("thads 2026 vault entry v1", &head)[..8], body].concat());
        }
        let mut keyring = Vec::new();
        for (reference, key) in &self.slots {
            let slot = [&reference[..], key].concat();
            keyring.extend([&slot[..], &hash::derive("thads 2026 keyring slot v1", &slot)[..8]].concat());
        }
        fs::write(dir.join("vault/entries"), entries).unwrap();
        fs::write(dir.join("keys/keyring"), keyring).unwrap();
    }

    /// Salt and words of an entry.
    fn salted(&self, at: usize) -> Vec<u8> {
        let (reference, body) = &self.entries[at];
        let key = self.slots.iter().find(|(of, _)| of == reference).unwrap().1;
        let nonce = XNonce::from(*body.first_chunk::<24>().unwrap());
        let sealed = Payload { msg: &body[24..], aad: reference };
        XChaCha20Poly1305::new(&Key::from(key)).decrypt(&nonce, sealed).unwrap()
    }

    /// An entry and a slot for salt and words under a reference.
    fn sealed(reference: Reference, salted: &[u8], key: u8) -> ((Reference, Vec<u8>), (Reference, [u8; 32])) {
        let nonce = [key; 24];
        let words = Payload { msg: salted, aad: &reference };
        let body =
            XChaCha20Poly1305::new(&Key::from([key; 32])).encrypt(&XNonce::from(nonce), words).unwrap();
        ((reference, [&nonce[..], &body].concat()), (reference, [key; 32]))
    }

    /// Puts salt and words under the reference of an entry, in its place.
    fn put(&mut self, at: usize, salted: &[u8]) {
        let (entry, slot) = Files::sealed(self.entries[at].0, salted, 0xee);
        self.slots.iter_mut().filter(|(of, _)| *of == entry.0).for_each(|old| *old = slot);
        self.entries[at] = entry;
    }

    /// Appends words under a reference, as the program itself would.
    fn append(&mut self, reference: Reference, words: &str) {
        let (entry, slot) = Files::sealed(reference, &[&[9; 32], words.as_bytes()].concat(), 0xdd);
        self.entries.push(entry);
        self.slots.push(slot);
    }
}

const NAMES: [&str; 4] = ["Phạm Văn Giàu", "Nguyễn Thị Nghèo", "Trần Văn C", "Lê Thị D"];

/// A closed ledger with a person in each of four records; the last two stand in one.
fn office() -> Place {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, NAMES[0])])).unwrap();
    ledger.append(append(2, "B", 0, vec![personal_event(2, NAMES[1])])).unwrap();
    let (mut both, second) = (personal_event(3, NAMES[2]), personal_event(4, NAMES[3]));
    both.payload.extend(second.payload);
    both.personal.extend(second.personal);
    ledger.append(append(3, "C", 0, vec![both])).unwrap();
    ledger.close().unwrap();
    place
}

/// What the directory says of its persons, record by record, to a reader.
fn shown(place: &Place) -> Vec<Option<String>> {
    let reader = Reader::open(&place.dir).unwrap();
    let records = reader.read(Position::GENESIS).map(Result::unwrap);
    records.flat_map(|record| said(reader.vault(), &record)).collect()
}

/// What is shown when the names at `lost` are lost.
fn without(lost: &[usize]) -> Vec<Option<String>> {
    let name = |(at, name): (usize, &&str)| (!lost.contains(&at)).then(|| (*name).to_owned());
    NAMES.iter().enumerate().map(name).collect()
}

/// Verification says that so many of the four are lost, and a reader is shown nothing for them.
fn is_found(place: &Place, lost: &[usize]) {
    let report = verify(place);
    assert_eq!(report.vault.lost(), u64::try_from(lost.len()).unwrap(), "{:?}", report.sentences());
    assert!(!report.is_good(), "{:?}", report.sentences());
    assert_eq!(shown(place), without(lost));
}

#[test]
fn the_control_shows_every_name_and_has_no_finding() {
    let place = office();
    // Written again by the test's own hand: it is the change that is found below, not the hand.
    Files::read(&place.dir).write(&place.dir);
    assert!(verify(&place).is_good());
    assert_eq!(shown(&place), without(&[]));
    // An entry that no record names shows nothing and is evidence of nothing.
    let mut files = Files::read(&place.dir);
    files.append([0x77; 16], "Ai Đó");
    files.write(&place.dir);
    let report = verify(&place);
    let VaultCheck::Checked(vault) = &report.vault else { panic!("{:?}", report.sentences()) };
    assert!(report.is_good() && (vault.opened, vault.unnamed) == (4, 1), "{vault:?}");
    assert_eq!(shown(&place), without(&[]));
}

/// Both commitments are opened, each by the entry of the other record, or of the other place in the same record.
#[test]
fn exchanged_words_open_no_commitment_of_their_record() {
    for (one, other) in [(0, 1), (2, 3)] {
        let place = office();
        let mut files = Files::read(&place.dir);
        let (first, second) = (files.salted(one), files.salted(other));
        files.put(one, &second);
        files.put(other, &first);
        files.write(&place.dir);
        is_found(&place, &[one, other]);
    }
}

#[test]
fn other_words_in_place_of_an_entry_are_not_shown() {
    let place = office();
    let mut files = Files::read(&place.dir);
    files.put(0, &[&[9; 32], "Ai Đó Khác".as_bytes()].concat());
    files.write(&place.dir);
    is_found(&place, &[0]);
}

/// The first entry of a reference counts: whoever can only append takes nothing away, and is found.
#[test]
fn words_appended_under_a_reference_change_nothing_and_are_found() {
    let place = office();
    let whole = Files::read(&place.dir);
    let mut files = whole.clone();
    files.append([1; 16], "Ai Đó Khác");
    files.write(&place.dir);
    is_found(&place, &[]);
    // A key alone, and an entry alone.
    for drop in [true, false] {
        let mut files = whole.clone();
        files.append([1; 16], "Ai Đó Khác");
        if drop { files.entries.pop().map(|_| ()) } else { files.slots.pop().map(|_| ()) }.unwrap();
        files.write(&place.dir);
        is_found(&place, &[]);
    }
    // In front of the right one.
    let mut files = whole.clone();
    files.append([1; 16], "Ai Đó Khác");
    files.entries.rotate_right(1);
    files.slots.rotate_right(1);
    files.write(&place.dir);
    is_found(&place, &[0]);
}

/// Keys of zeros are no word of the law: what is wiped is lost.
#[test]
fn wiped_words_are_lost_whatever_the_keyring_says() {
    let place = office();
    let mut files = Files::read(&place.dir);
    files.slots.iter_mut().for_each(|(_, key)| *key = [0; 32]);
    files.entries.iter_mut().for_each(|(_, body)| body.fill(0));
    files.write(&place.dir);
    is_found(&place, &[0, 1, 2, 3]);
    // Nor can it be said any more whether a repetition says the same.
    let ledger = reopen(&place.dir);
    let again = ledger.append(append(1, "A", 0, vec![personal_event(9, NAMES[0])]));
    assert!(matches!(again, Err(crate::AppendError::Vault(crate::VaultError::Lost(_)))), "{again:?}");
}

/// As many invented entries as there were, each with a key of zeros, under references of nobody.
#[test]
fn invented_entries_do_not_make_up_for_lost_ones() {
    let place = office();
    let mut files = Files::default();
    for at in 0..4 {
        files.append([0x70 + at; 16], "");
    }
    files.slots.iter_mut().for_each(|(_, key)| *key = [0; 32]);
    files.write(&place.dir);
    is_found(&place, &[0, 1, 2, 3]);
}

/// Records of one writer who gave the same name twice: each of the two is the other's contradiction.
#[test]
fn two_records_that_name_one_reference_are_found() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, NAMES[0])])).unwrap();
    ledger.append(append(2, "B", 0, vec![personal_event(1, NAMES[0])])).unwrap();
    ledger.close().unwrap();
    let report = verify(&place);
    assert!(!report.is_good(), "{:?}", report.sentences());
    assert!(report.first_wrong().unwrap().en.contains("as record 1 does"), "{:?}", report.sentences());
}

/// A record with more commitments than references, or fewer, or of a payload that cannot be read, opens nothing.
#[test]
fn references_and_commitments_that_do_not_pair_are_found() {
    let named = |payload: &[u8], personal: u8| {
        let place = place();
        let ledger = create(&place.dir);
        let personal = (0..personal).map(|_| Personal { reference: [1; 16], plaintext: b"An".to_vec() });
        let event = NewEvent { personal: personal.collect(), ..event(payload) };
        ledger.append(append(1, "A", 0, vec![event])).unwrap();
        let record = ledger.record(Position::new(1)).unwrap().unwrap();
        let opened = ledger.vault().read_record(&record, REFERENCES).is_ok();
        ledger.close().unwrap();
        let report = verify(&place);
        (opened, report.is_good(), report.first_wrong().map(|first| first.en))
    };
    let one = [&b"name="[..], &[1; 16], b";"].concat();
    assert_eq!(named(&one, 1), (true, true, None));
    let hidden = [&b"?"[..], &[1; 16]].concat();
    let (opened, good, why) = named(&hidden, 1);
    assert!(!opened && !good && why.unwrap().contains("1 pieces"));
    let (opened, good, why) = named(&one, 0);
    assert!(!opened && !good && why.unwrap().contains("names 1 pieces of personal data, and it holds 0"));
    let (opened, good, _) = named(&[&one[..], b"name=1"].concat(), 1);
    assert!(!opened && !good);
}

/// Words that are none open their commitment and would be shown to nobody: they are as lost as what does not open.
#[test]
fn what_opens_and_is_no_words_is_lost() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![personal_event(1, NAMES[0])])).unwrap();
    ledger.append(append(2, "A", 1, vec![personal_event(2, "?")])).unwrap();
    ledger.close().unwrap();
    let report = verify(&place);
    let VaultCheck::Checked(vault) = &report.vault else { panic!("{:?}", report.sentences()) };
    assert_eq!((vault.opened, vault.lost, vault.findings), (1, 1, 1), "{vault:?}");
    assert!(vault.named[0].en.contains("neither a text nor a person"), "{vault:?}");
}

/// A kind of later is named, and not called tampering.
#[test]
fn personal_data_of_an_unknown_kind_is_not_checked_and_said_so() {
    let place = place();
    let ledger = create(&place.dir);
    let of_later = NewEvent { kind_revision: u8::MAX, ..personal_event(1, "An") };
    ledger.append(append(1, "A", 0, vec![of_later])).unwrap();
    ledger.close().unwrap();
    let report = verify(&place);
    let VaultCheck::Checked(vault) = &report.vault else { panic!("{:?}", report.sentences()) };
    assert!(report.is_good() && vault.unknown == 1 && vault.opened == 0, "{vault:?}");
}

/// One change of the two files.
#[derive(Clone, Debug)]
enum Change {
    Words(usize, String),
    WordsOf(usize, usize),
    EntryGone(usize),
    SlotGone(usize),
    Key(usize, u8),
    KeyOf(usize, usize),
    EntryOf(usize, usize),
    Appended(usize, String),
    Byte(usize, usize, u8),
}

fn any_change() -> impl Strategy<Value = Change> {
    let at = || 0..4_usize;
    prop_oneof![
        (at(), "[a-z]{0,9}").prop_map(|(at, words)| Change::Words(at, words)),
        (at(), at()).prop_map(|(at, of)| Change::WordsOf(at, of)),
        at().prop_map(Change::EntryGone),
        at().prop_map(Change::SlotGone),
        (at(), any::<u8>()).prop_map(|(at, key)| Change::Key(at, key)),
        (at(), at()).prop_map(|(at, of)| Change::KeyOf(at, of)),
        (at(), at()).prop_map(|(at, of)| Change::EntryOf(at, of)),
        (at(), "[a-z]{0,9}").prop_map(|(at, words)| Change::Appended(at, words)),
        (at(), any::<usize>(), 1..=u8::MAX).prop_map(|(at, byte, flip)| Change::Byte(at, byte, flip)),
    ]
}

impl Change {
    fn make(&self, files: &mut Files) {
        match self {
            Change::Words(at, words) => files.put(*at, &[&[3; 32], words.as_bytes()].concat()),
            Change::WordsOf(at, of) => files.put(*at, &files.salted(*of)),
            Change::EntryGone(at) => drop(files.entries.remove(*at)),
            Change::SlotGone(at) => drop(files.slots.remove(*at)),
            Change::Key(at, key) => files.slots[*at].1 = [*key; 32],
            Change::KeyOf(at, of) => files.slots[*at].1 = files.slots[*of].1,
            Change::EntryOf(at, of) => files.entries[*at].1 = files.entries[*of].1.clone(),
            Change::Appended(at, words) => files.append(files.entries[*at].0, words),
            Change::Byte(at, byte, flip) => {
                let body = &mut files.entries[*at].1;
                let byte = byte % body.len();
                body[byte] ^= flip;
            }
        }
    }

    /// Whether it leaves every entry and every key with the same words.
    fn is_none(&self) -> bool {
        matches!(self, Change::WordsOf(at, of) | Change::KeyOf(at, of) | Change::EntryOf(at, of) if at == of)
    }
}

/// Any change of an entry or a slot is a finding, and whatever is shown is what was recorded there.
#[test]
fn no_change_of_the_vault_is_overlooked_or_shows_other_words() {
    let place = office();
    let whole = Files::read(&place.dir);
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    let changes = |change: Change| {
        let mut files = whole.clone();
        change.make(&mut files);
        files.write(&place.dir);
        prop_assert_eq!(verify(&place).is_good(), change.is_none());
        for (shown, name) in shown(&place).iter().zip(NAMES) {
            prop_assert!(shown.as_deref().is_none_or(|shown| shown == name), "{:?} for {}", shown, name);
        }
        Ok(())
    };
    TestRunner::new(config).run(&any_change(), changes).unwrap();
}

/// The good copy of a backup is not given up for one that opens to other words, also where the keys are kept apart and
/// nothing in the backup opens; once the ledger's own files are whole again, nothing stays beside.
#[test]
fn a_backup_keeps_the_copy_from_before_words_were_exchanged() {
    type Exchange = fn(&mut Files);
    let exchanges: [Exchange; 3] = [
        |files| files.put(1, &[&[8; 32], &b"Khac"[..]].concat()),
        |files| files.slots[1].1 = [7; 32],
        |files| {
            files.put(1, &[&[8; 32], &b"Khac"[..]].concat());
            // As many more as are lost, so that the later copy is the one that is brought back.
            files.append([0x33; 16], "Ba");
        },
    ];
    for (number, exchange) in exchanges.into_iter().enumerate() {
        for (first, later) in [(false, false), (false, true), (true, false), (true, true)] {
            let place = office();
            let target = place.dir.with_file_name("backup");
            crate::backup(&place.dir, &target, first, REFERENCES).unwrap();
            let (whole, good) = (
                Files::read(&place.dir),
                ["vault/entries", "keys/keyring"].map(|file| fs::read(place.dir.join(file)).unwrap()),
            );
            let mut files = whole.clone();
            exchange(&mut files);
            files.write(&place.dir);
            for _ in 0..3 {
                let done = crate::backup(&place.dir, &target, later, REFERENCES).unwrap();
                assert_eq!(done.personal.lost(), 1, "{number}");
            }
            let is_kept = |folder: &str, bytes: &Vec<u8>| {
                let mut all = fs::read_dir(target.join(folder)).unwrap();
                all.any(|entry| fs::read(entry.unwrap().path()).unwrap() == *bytes)
            };
            assert!(is_kept("vault", &good[0]), "{number}, keys {first} {later}");
            assert!(!first || is_kept("keys", &good[1]), "{number}, keys {first} {later}");
            whole.write(&place.dir);
            crate::backup(&place.dir, &target, later, REFERENCES).unwrap();
            // What was appended stands under a reference of nobody, and only there.
            let beside = usize::from(number == 2);
            let count = fs::read_dir(target.join("vault")).unwrap().count();
            assert_eq!(count, 1 + beside, "{number}, keys {first} {later}");
        }
    }
}

/// Whoever holds the keys can seal the same words anew: the ledger is whole, and what was copied before is opened by the keys
/// that were kept, which are not copied again.
#[test]
fn what_the_keys_that_are_kept_open_is_not_given_up_for_what_others_open() {
    for first in [false, true] {
        let place = office();
        let target = place.dir.with_file_name("backup");
        crate::backup(&place.dir, &target, first, REFERENCES).unwrap();
        let good = fs::read(place.dir.join("vault/entries")).unwrap();
        let mut files = Files::read(&place.dir);
        for at in 0..NAMES.len() {
            let salted = files.salted(at);
            files.put(at, &salted);
        }
        files.write(&place.dir);
        assert_eq!(shown(&place), without(&[]), "the ledger is whole");
        for _ in 0..2 {
            let done = crate::backup(&place.dir, &target, false, REFERENCES).unwrap();
            assert_eq!(done.lacking.len(), 1, "it is said, keys {first}");
        }
        let mut all = fs::read_dir(target.join("vault")).unwrap();
        assert!(all.any(|entry| fs::read(entry.unwrap().path()).unwrap() == good), "keys {first}");
    }
}
