//! The keys' files: a seed in hexadecimal each, readable by its owner only. `keys/log.key` signs; `keys/root.key` vouches
//! for later log keys and belongs off the machine.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thads_proof::checkpoint::{LogKey, VkeyError};
use thads_proof::genesis::Genesis;
use thads_proof::{hex, plain};
use zeroize::Zeroizing;

use crate::embedded::files;
use crate::embedded::vault;
use crate::sentence::Sentence;

/// The file of the log's signing key, in the data directory.
pub(crate) const LOG_KEY: &str = "keys/log.key";
/// The file of the root key.
pub(crate) const ROOT_KEY: &str = "keys/root.key";
/// All that is kept with the keys.
pub(crate) const ALL: [&str; 3] = [vault::KEYRING, LOG_KEY, ROOT_KEY];
/// Most bytes of a key's file that are read.
pub(crate) const BYTES_MAX: u64 = 4096;

/// Why there is no usable signing key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the keys: {0}")]
    Io(#[from] std::io::Error),
    /// The file does not hold 32 bytes in hexadecimal.
    #[error("keys/log.key does not hold a key")]
    Form,
    /// The origin cannot name a key.
    #[error(transparent)]
    Name(#[from] VkeyError),
    /// The key is not the one that the genesis record names.
    #[error("keys/log.key is {found}, and the genesis names {expected}: what it signs cannot be verified")]
    Other {
        /// The public key that the genesis record names.
        expected: String,
        /// The public key of the file.
        found: String,
    },
}

/// Writes the log's key. Returns where another one lies now that was there.
pub(crate) fn write_log_key(dir: &Path, seed: &[u8; 32]) -> Result<Option<PathBuf>, KeyError> {
    write(&dir.join(LOG_KEY), seed)
}

/// Writes the root key. Returns where another one lies now that was there.
pub(crate) fn write_root_key(dir: &Path, seed: &[u8; 32]) -> Result<Option<PathBuf>, KeyError> {
    write(&dir.join(ROOT_KEY), seed)
}

/// Makes sure that no other root key stands where a ledger has none of its own there. Returns where it lies now.
pub(crate) fn set_other_root_key_aside(dir: &Path, genesis: &Genesis) -> Result<Option<PathBuf>, KeyError> {
    Ok(match look(dir, ROOT_KEY, genesis)? {
        Found::Wrong(_) => Some(files::set_aside(&dir.join(ROOT_KEY))?),
        Found::Right | Found::Missing => None,
    })
}

/// A key's file, held against the verifier key that the genesis record names.
pub(crate) enum Found {
    /// It holds that key.
    Right,
    /// There is none.
    Missing,
    /// It holds another key or none: what is wrong, and the way out.
    Wrong(Sentence),
}

/// Looks at the key's file in `place`, one of [`LOG_KEY`] and [`ROOT_KEY`].
///
/// # Errors
/// When the system does not let it be read.
pub(crate) fn look(dir: &Path, place: &str, genesis: &Genesis) -> Result<Found, std::io::Error> {
    let (vi, en) = match place {
        ROOT_KEY => (
            "khóa mà nó chứng nhận không kiểm chứng được; lấy lại khóa gốc của chính sổ này, hoặc cất tệp này đi nơi khác.",
            "no key that it vouches for can be verified; bring the log's own root key back, or take this file away.",
        ),
        _ => (
            "chữ ký của nó không kiểm chứng được; lấy lại khóa của chính sổ này.",
            "what it signs cannot be verified; bring the log's own key back.",
        ),
    };
    let wrong = |what: Sentence| {
        Found::Wrong(Sentence::new(format!("{}: {vi}", what.vi), format!("{}: {en}", what.en)))
    };
    let text = match plain::read(&dir.join(place), BYTES_MAX) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Missing),
        Err(error) if plain::is_of_the_system(&error) => return Err(error),
        Err(error) => return Ok(wrong(Sentence::as_given(error))),
    };
    let named = named(place, genesis);
    Ok(match verifier(&text, named) {
        Some(found) if found == named => Found::Right,
        Some(found) => wrong(Sentence::new(
            format!("{place} là {found}, còn bản ghi lập sổ nêu {named}"),
            format!("{place} is {found}, and the genesis names {named}"),
        )),
        None => wrong(Sentence::new(
            format!("{place} không chứa khóa nào"),
            format!("{place} does not hold a key"),
        )),
    })
}

/// Returns whether some bytes are the file of the key that the genesis record names for `place`.
pub(crate) fn is_right(bytes: &[u8], place: &str, genesis: &Genesis) -> bool {
    let named = named(place, genesis);
    verifier(bytes, named).is_some_and(|found| found == named)
}

fn named<'a>(place: &str, genesis: &'a Genesis) -> &'a str {
    if place == ROOT_KEY { &genesis.root_key } else { &genesis.log_key }
}

/// Returns the verifier key of the seed that some bytes hold, under the name that another one has.
fn verifier(bytes: &[u8], named: &str) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let seed = Zeroizing::new(hex::decode_array::<32>(text.trim()).ok()?);
    let (name, _) = named.split_once('+')?;
    Some(LogKey::from_seed(name, &seed).ok()?.vkey().to_string())
}

/// Writes a key; another one that is there is set aside, for nothing says what it still signs.
fn write(path: &Path, seed: &[u8; 32]) -> Result<Option<PathBuf>, KeyError> {
    let mut text = Zeroizing::new(hex::encode(seed));
    text.push('\n');
    let aside = match plain::read(path, BYTES_MAX) {
        Ok(there) if there == text.as_bytes() => None,
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Ok(_) | Err(_) => Some(files::set_aside(path)?),
    };
    files::write_whole(path, text.as_bytes(), 0o600)?;
    Ok(aside)
}

/// Reads the log's key and holds it against the one that the genesis record names: what another signs nobody could verify.
pub(crate) fn read_log_key(dir: &Path, origin: &str, expected: &str) -> Result<LogKey, KeyError> {
    let bytes = match plain::read(&dir.join(LOG_KEY), BYTES_MAX) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound || plain::is_of_the_system(&error) => {
            return Err(error.into());
        }
        Err(_) => return Err(KeyError::Form),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyError::Form)?;
    let seed = Zeroizing::new(hex::decode_array::<32>(text.trim()).map_err(|_| KeyError::Form)?);
    log_key(origin, &seed, expected)
}

/// Makes the key of a seed and holds it against the one that the genesis record names.
pub(crate) fn log_key(origin: &str, seed: &[u8; 32], expected: &str) -> Result<LogKey, KeyError> {
    let key = LogKey::from_seed(origin, seed)?;
    let found = key.vkey().to_string();
    if found != expected {
        return Err(KeyError::Other { expected: expected.to_owned(), found });
    }
    Ok(key)
}
