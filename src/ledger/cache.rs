//! Caches: what was folded from the log and is kept beside it, so that a start need not fold everything again.
//!
//! A cache is no witness of anything. It is believed only where the log's own key signed it for this very log: its ledger,
//! its fold, the number of records, their last leaf and their root, and the digest of its bytes. Anything else is folded
//! anew. What the log's key signed for more records than there are, or for others, is evidence against the log.

use std::io::Result as IoResult;

use thads_proof::checkpoint::LogKey;
use thads_proof::hash;
use thads_proof::note::Vkey;
use thads_proof::record::{Leaf, LedgerId};
use thads_proof::tree::Root;

use crate::journal::Head;
use crate::sentence::Sentence;

/// The cache of the committer's stream heads.
pub const HEADS: &str = "heads";
/// The cache of the read model.
pub const BOOKS: &str = "books";
/// Every cache, by the name of its file in `snapshots`.
pub const ALL: [&str; 2] = [HEADS, BOOKS];

/// What a cache begins with.
pub(crate) const MAGIC: [u8; 8] = *b"thadsca\x01";
pub(crate) const STATEMENT_BYTES: usize = 160;
pub(crate) const SIGNATURE_BYTES: usize = 64;
const SIGNATURE_CONTEXT: &str = "thads 2026 cache v1";
const CONTENT_CONTEXT: &str = "thads 2026 cache content v1";
const FOLD_BYTES: usize = 32;

/// Keeps caches beside a log: each whole or not at all. Nothing depends on them, so that one that cannot be read is none.
pub trait Caches: Send + Sync {
    /// Returns the bytes of the cache `name`, if there are any.
    fn read(&self, name: &str) -> Option<Vec<u8>>;

    /// Puts `bytes` in the place of the cache `name`.
    ///
    /// # Errors
    /// When they cannot be written.
    fn write(&self, name: &str, bytes: &[u8]) -> IoResult<()>;
}

/// No caches: everything is folded anew.
#[derive(Clone, Copy, Debug)]
pub struct NoCaches;

impl Caches for NoCaches {
    fn read(&self, _: &str) -> Option<Vec<u8>> {
        None
    }

    fn write(&self, _: &str, _: &[u8]) -> IoResult<()> {
        Ok(())
    }
}

/// Which fold made a cache, in which revision: another one reads nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fold([u8; FOLD_BYTES]);

impl Fold {
    /// Names a fold; of a longer name the first 32 bytes count.
    pub fn new(name: &str) -> Fold {
        let mut bytes = [0; FOLD_BYTES];
        bytes.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
        Fold(bytes)
    }
}

/// What the log's key signs of a cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Statement {
    /// The ledger whose log was folded.
    pub ledger: LedgerId,
    /// What folded it.
    pub fold: Fold,
    /// How many records were folded, and their last leaf and root.
    pub head: Head,
}

/// Why a cache is not believed. None of them changes an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotBelieved {
    /// The bytes are no cache of this form: torn, of an earlier form, or something else.
    Form,
    /// It is another ledger's.
    Foreign,
    /// The log's own key did not sign it.
    Unsigned,
    /// The log's own key signed it for this many records, and the log has fewer: it was cut short.
    Ahead(u64),
    /// The log's own key signed it for this many records, and the log has others.
    OtherHistory(u64),
    /// No block of the log ends where it was made.
    Between,
    /// Another fold, or another build, made it.
    OtherFold,
    /// Its bytes are not those that were signed.
    Damaged,
}

impl NotBelieved {
    /// Whether it speaks against the log, whose key signed it.
    pub fn is_evidence(self) -> bool {
        matches!(self, NotBelieved::Ahead(_) | NotBelieved::OtherHistory(_))
    }
}

/// A log, as far as a cache is held against it.
pub(crate) struct Log<'a> {
    /// Its ledger.
    pub(crate) ledger: LedgerId,
    /// The verifier key that its genesis names.
    pub(crate) key: &'a str,
    /// How many records it has.
    pub(crate) size: u64,
}

/// Returns the bytes of a cache.
pub fn seal(statement: &Statement, content: &[u8], key: &LogKey) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(STATEMENT_BYTES + SIGNATURE_BYTES + content.len());
    bytes.extend(MAGIC);
    bytes.extend(statement.ledger.0);
    bytes.extend(statement.fold.0);
    bytes.extend(statement.head.size.to_be_bytes());
    bytes.extend(statement.head.leaf.0);
    bytes.extend(statement.head.root.0);
    bytes.extend(hash::derive(CONTENT_CONTEXT, content));
    let signature = key.sign_apart(SIGNATURE_CONTEXT, &bytes);
    bytes.extend(signature);
    bytes.extend(content);
    bytes
}

/// Reads a statement that `key` signed; with it the digest of the content.
///
/// # Errors
/// The bytes are none, or it did not sign them.
fn signed(head: &[u8], key: &Vkey) -> Result<(Statement, [u8; 32]), NotBelieved> {
    let (statement, signature) = head.split_at_checked(STATEMENT_BYTES).ok_or(NotBelieved::Form)?;
    let signature = signature.first_chunk::<SIGNATURE_BYTES>().ok_or(NotBelieved::Form)?;
    let (read, digest) = parse(statement).ok_or(NotBelieved::Form)?;
    if !key.verify_apart(SIGNATURE_CONTEXT, statement, signature) {
        return Err(NotBelieved::Unsigned);
    }
    Ok((read, digest))
}

fn parse(bytes: &[u8]) -> Option<(Statement, [u8; 32])> {
    let (magic, rest) = bytes.split_first_chunk::<8>()?;
    let (ledger, rest) = rest.split_first_chunk::<16>()?;
    let (fold, rest) = rest.split_first_chunk::<FOLD_BYTES>()?;
    let (size, rest) = rest.split_first_chunk::<8>()?;
    let (leaf, rest) = rest.split_first_chunk::<32>()?;
    let (root, digest) = rest.split_first_chunk::<32>()?;
    let log_end = Head { size: u64::from_be_bytes(*size), leaf: Leaf(*leaf), root: Root(*root) };
    let statement = Statement { ledger: LedgerId(*ledger), fold: Fold(*fold), head: log_end };
    (*magic == MAGIC).then_some((statement, digest.try_into().ok()?))
}

/// Returns what a cache says of itself and its content, if `key` signed it, whatever the log holds.
///
/// # Errors
/// Why it is not believed.
pub fn open<'a>(bytes: &'a [u8], key: &Vkey) -> Result<(Statement, &'a [u8]), NotBelieved> {
    let (statement, digest) = signed(bytes, key)?;
    let content = bytes.get(STATEMENT_BYTES + SIGNATURE_BYTES..).unwrap_or_default();
    if hash::derive(CONTENT_CONTEXT, content) != digest {
        return Err(NotBelieved::Damaged);
    }
    Ok((statement, content))
}

/// Returns the content of a cache that may be believed of this log: `fold` made it of exactly these records. `end` gives
/// the end of the log as it was after so many records, where a block ended there.
///
/// # Errors
/// Why it is not believed.
pub(crate) fn believed<'a>(
    bytes: &'a [u8],
    fold: Fold,
    log: &Log<'_>,
    end: impl FnOnce(u64) -> Option<Head>,
) -> Result<(Head, &'a [u8]), NotBelieved> {
    let key: Vkey = log.key.parse().map_err(|_| NotBelieved::Unsigned)?;
    let statement = held(bytes, &key, log, end)?;
    if statement.fold != fold {
        return Err(NotBelieved::OtherFold);
    }
    open(bytes, &key).map(|(_, content)| (statement.head, content))
}

/// Holds what a cache begins with against a log, whatever was folded.
pub(crate) fn held(
    head: &[u8],
    key: &Vkey,
    log: &Log<'_>,
    end: impl FnOnce(u64) -> Option<Head>,
) -> Result<Statement, NotBelieved> {
    let (statement, _) = signed(head, key)?;
    if statement.ledger != log.ledger {
        return Err(NotBelieved::Foreign);
    }
    let log_end = statement.head;
    if log_end.size > log.size {
        return Err(NotBelieved::Ahead(log_end.size));
    }
    if end(log_end.size).ok_or(NotBelieved::Between)? != log_end {
        return Err(NotBelieved::OtherHistory(log_end.size));
    }
    Ok(statement)
}

/// Returns what a cache says, whoever wrote it: only the planted defect believes it.
pub(crate) fn unsigned(bytes: &[u8]) -> Option<(Head, &[u8])> {
    let (statement, _) = parse(bytes.get(..STATEMENT_BYTES)?)?;
    Some((statement.head, bytes.get(STATEMENT_BYTES + SIGNATURE_BYTES..)?))
}

/// What became of a cache that was held against a fold made anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CacheCheck {
    /// There is none, or the log is not whole enough to be folded.
    Unchecked,
    /// It says what the log says.
    Agrees,
    /// It is not believed, and so changes no answer.
    NotBelieved(NotBelieved),
    /// The log's own key signed it, and it does not say what the log says.
    Differs,
}

impl CacheCheck {
    /// Whether nothing is wrong: a cache that nobody believes is not missed.
    pub fn is_good(self) -> bool {
        self != CacheCheck::Differs && !self.is_evidence()
    }

    /// Whether it speaks against the log.
    pub fn is_evidence(self) -> bool {
        matches!(self, CacheCheck::NotBelieved(why) if why.is_evidence())
    }

    /// Says what is to be said of the cache `name`.
    pub fn sentence(self, name: &str) -> Option<Sentence> {
        let why = match self {
            CacheCheck::Unchecked | CacheCheck::Agrees => return None,
            CacheCheck::Differs => {
                return Some(Sentence::new(
                    format!(
                        "snapshots/{name} được chính khóa của sổ ký, nhưng không nói điều mà nhật ký nói; thads doctor lập lại nó từ nhật ký."
                    ),
                    format!(
                        "snapshots/{name} was signed by the log's own key and does not say what the log says; thads doctor folds it anew from the log."
                    ),
                ));
            }
            CacheCheck::NotBelieved(why) => why,
        };
        let (vi, en) = match why {
            NotBelieved::Ahead(signed) => {
                return Some(Sentence::new(
                    format!(
                        "Sổ kết thúc trước {signed} bản ghi mà khóa của sổ đã ký trong snapshots/{name}: phần sau đã mất ở cả hai bản."
                    ),
                    format!(
                        "The log ends before the {signed} records that its key signed in snapshots/{name}: the rest is gone from both copies."
                    ),
                ));
            }
            NotBelieved::OtherHistory(signed) => {
                return Some(Sentence::new(
                    format!(
                        "snapshots/{name} được khóa của sổ ký cho một lịch sử khác: gốc của {signed} bản ghi đầu không phải của nhật ký."
                    ),
                    format!(
                        "snapshots/{name} was signed by the log's key for another history: the root of the first {signed} records is not the log's."
                    ),
                ));
            }
            NotBelieved::Form => (
                "không đúng dạng, hoặc của một bản cài trước",
                "it has another form, perhaps an earlier build's",
            ),
            NotBelieved::Foreign => ("của một sổ khác", "it is another ledger's"),
            NotBelieved::Unsigned => ("không được khóa của sổ ký", "the log's key did not sign it"),
            NotBelieved::Between => {
                ("không kết thúc ở cuối một khối", "no block of the log ends where it was made")
            }
            NotBelieved::OtherFold => ("do một bản cài khác lập", "another build made it"),
            NotBelieved::Damaged => ("bị hỏng", "it is damaged"),
        };
        Some(Sentence::new(
            format!("Không tin snapshots/{name}: {vi}; nội dung được lập lại từ nhật ký."),
            format!("snapshots/{name} is not believed: {en}; what it held is folded anew from the log."),
        ))
    }
}
