//! Holding the vault against the records, one by one: each commitment of each record must open by what stands behind its
//! own reference.

use std::collections::HashMap;
use std::io::Error;

use rayon::prelude::*;
use thads_proof::hex;
use thads_proof::record::{Position, Record};

use super::read::{NoReferences, Unpaired, paired};
use super::{Reference, References, Unopened, Vault, WhyLost};
use crate::count::to_u64;
use crate::sentence::Sentence;
use crate::testing::{Defect, planted};

/// Most findings that are named.
const NAMED_MAX: usize = 20;

/// What the vault was found to hold of what the records commit to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VaultReport {
    /// Commitments that open.
    pub opened: u64,
    /// Commitments that nothing opens. No record says that anything was erased, so each of them is a finding.
    pub lost: u64,
    /// Of these, entries that are there without their key, of records behind those for which the keyring was copied: where the
    /// keys of a backup are older, they may still be opened.
    pub without_key: u64,
    /// Entries that no record names: of writes that were cut off, or behind the end of a log that was brought back to an
    /// earlier state. They show nothing and are evidence of nothing.
    pub unnamed: u64,
    /// Commitments of records whose kind this build does not know: not checked.
    pub unknown: u64,
    /// How much is wrong: what is lost, records whose references and commitments do not fit, references that stand for more
    /// than one thing.
    pub findings: u64,
    /// The first of these, at most 20.
    pub named: Vec<Sentence>,
}

impl VaultReport {
    /// Returns whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.findings == 0
    }

    fn finding(&mut self, sentence: impl FnOnce() -> Sentence) {
        self.findings += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(sentence());
        }
    }
}

/// A check under way: records are given in their order.
pub(crate) struct Check<'a> {
    vault: &'a dyn Vault,
    references: References,
    /// Which record names a reference.
    by: HashMap<Reference, Position>,
    report: VaultReport,
    /// How many records the log had when the keyring was copied: their keys must be in it.
    keys_at: u64,
}

impl<'a> Check<'a> {
    pub(crate) fn new(vault: &'a dyn Vault, references: References, keys_at: u64) -> Check<'a> {
        Check { vault, references, by: HashMap::new(), report: VaultReport::default(), keys_at }
    }

    /// Holds some records against the vault, on several threads.
    ///
    /// # Errors
    /// When the vault's files cannot be read.
    pub(crate) fn records(&mut self, records: &[Record]) -> Result<(), Error> {
        let (vault, references) = (self.vault, self.references);
        let judged: Vec<Judged> =
            records.par_iter().filter_map(|record| judge(vault, references, record)).collect();
        judged.into_iter().try_for_each(|judged| self.take(judged))
    }

    fn take(&mut self, judged: Judged) -> Result<(), Error> {
        let position = judged.position;
        let pieces = match judged.pieces {
            Ok(pieces) => pieces,
            Err((Unpaired::Payload(NoReferences::Unknown { .. }), commitments)) => {
                self.report.unknown += to_u64(commitments);
                return Ok(());
            }
            Err((unpaired, commitments)) => {
                self.report.lost += to_u64(commitments);
                self.report.finding(|| {
                    let what = unpaired.sentence();
                    of(position, &what)
                });
                return Ok(());
            }
        };
        for (number, (reference, opened)) in pieces.into_iter().enumerate() {
            if let Some(other) = self.by.insert(reference, position) {
                self.report.finding(|| {
                    let name = hex::encode(&reference);
                    of(position, &Sentence::new(
                        format!("nêu cùng mã {name} như bản ghi {other}; mỗi mã chỉ thuộc một bản ghi"),
                        format!("it names the reference {name}, as record {other} does; one belongs to one record"),
                    ))
                });
            }
            match opened {
                Ok(()) => self.report.opened += 1,
                Err(Unopened { why: WhyLost::Unreadable(error), .. }) => return Err(error),
                Err(unopened) => {
                    self.report.lost += 1;
                    let is_older = matches!(unopened.why, WhyLost::NoKey) && position.get() >= self.keys_at;
                    self.report.without_key += u64::from(is_older);
                    self.report.finding(|| {
                        let (why, number) = (unopened.sentence(), number + 1);
                        of(
                            position,
                            &Sentence::new(
                                format!("dữ liệu cá nhân thứ {number} bị mất: {}", why.vi),
                                format!("its personal data {number} is lost: {}", why.en),
                            ),
                        )
                    });
                }
            }
        }
        Ok(())
    }

    /// Ends the check.
    pub(crate) fn finish(mut self) -> VaultReport {
        let mut unnamed = 0;
        self.vault.for_each(&mut |reference, held| {
            unnamed += u64::from(held.entry && !self.by.contains_key(reference));
        });
        self.report.unnamed = unnamed;
        for reference in &self.vault.doubled() {
            self.report.finding(|| {
                let name = hex::encode(reference);
                Sentence::new(
                    format!("kho có hơn một mục hoặc hơn một khóa mang mã {name}: mục hay khóa sau do ai khác thêm vào"),
                    format!("the vault has more than one entry, or more than one key, under reference {name}: who records writes one"),
                )
            });
        }
        self.report
    }
}

/// A reference, and whether its commitment opens.
type Opened = (Reference, Result<(), Unopened>);

/// What was found of one record that commits to personal data, or names some.
struct Judged {
    position: Position,
    /// For each reference whether its commitment opens; or why they cannot be paired, and how many commitments there are.
    pieces: Result<Vec<Opened>, (Unpaired, usize)>,
}

fn judge(vault: &dyn Vault, references: References, record: &Record) -> Option<Judged> {
    let pieces = match paired(record, references) {
        Ok(named) if named.is_empty() => return None,
        Err(Unpaired::Payload(NoReferences::Unknown { .. })) if record.commitments.is_empty() => return None,
        Ok(named) => {
            let opened = |(reference, commitment): (Reference, &[u8; 32])| {
                let opened = vault.read(&reference, commitment).and_then(|plaintext| {
                    let no_words = || Unopened { reference, why: WhyLost::NoWords };
                    (references.are_words)(&plaintext).then_some(()).ok_or_else(no_words)
                });
                (reference, opened.or_else(|unopened| by_any(vault, commitment, unopened)))
            };
            Ok(named.into_iter().zip(&record.commitments).map(opened).collect())
        }
        Err(unpaired) => Err((unpaired, record.commitments.len())),
    };
    Some(Judged { position: record.position, pieces })
}

/// With the planted defect a commitment opens where any entry fits it.
fn by_any(vault: &dyn Vault, commitment: &[u8; 32], unopened: Unopened) -> Result<(), Unopened> {
    let fits = |reference: &Reference| {
        vault.salted(reference).is_ok_and(|salted| salted.commitment() == *commitment)
    };
    let all = || {
        let mut all: Vec<Reference> = Vec::new();
        vault.for_each(&mut |reference, _| all.push(*reference));
        all
    };
    if planted(Defect::CommitmentsAsASet) && all().iter().any(fits) { Ok(()) } else { Err(unopened) }
}

fn of(position: Position, what: &Sentence) -> Sentence {
    Sentence::new(format!("Bản ghi {position}: {}.", what.vi), format!("Record {position}: {}.", what.en))
}
