//! The keys' files: a seed in hexadecimal each, readable by its owner only. `keys/log.key` signs; `keys/root.key` vouches
//! for later log keys and belongs off the machine.

use std::io::ErrorKind;
use std::path::Path;

use thads_proof::checkpoint::{LogKey, VkeyError};
use thads_proof::{hex, plain};
use zeroize::Zeroizing;

use crate::files;

/// The file of the log's signing key, in the data directory.
pub(crate) const LOG_KEY: &str = "keys/log.key";
/// The file of the root key.
pub(crate) const ROOT_KEY: &str = "keys/root.key";
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
    #[error("the signing key is {found}, but the genesis record names {expected}")]
    Other {
        /// The public key that the genesis record names.
        expected: String,
        /// The public key of the file.
        found: String,
    },
}

/// Writes the log's key.
pub(crate) fn write_log_key(dir: &Path, seed: &[u8; 32]) -> Result<(), KeyError> {
    write(&dir.join(LOG_KEY), seed)
}

/// Writes the root key.
pub(crate) fn write_root_key(dir: &Path, seed: &[u8; 32]) -> Result<(), KeyError> {
    write(&dir.join(ROOT_KEY), seed)
}

/// Returns whether some bytes are what a key's file holds.
pub(crate) fn is_key(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| hex::decode_array::<32>(text.trim()).is_ok())
}

/// Writes a key; another one that is there is set aside, for nothing says what it still signs.
fn write(path: &Path, seed: &[u8; 32]) -> Result<(), KeyError> {
    let mut text = Zeroizing::new(hex::encode(seed));
    text.push('\n');
    match plain::read(path, BYTES_MAX) {
        Ok(there) if there == text.as_bytes() => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Ok(_) | Err(_) => drop(files::set_aside(path)?),
    }
    Ok(files::write_whole(path, text.as_bytes(), 0o600)?)
}

/// Reads the key, and says whether it is another than the genesis record names: keys are rotated.
pub(crate) fn read_log_key(dir: &Path, origin: &str, first: &str) -> Result<(LogKey, bool), KeyError> {
    let text = Zeroizing::new(plain::read_text(&dir.join(LOG_KEY), BYTES_MAX)?);
    let seed = Zeroizing::new(hex::decode_array::<32>(text.trim()).map_err(|_| KeyError::Form)?);
    let key = LogKey::from_seed(origin, &seed)?;
    let rotated = key.vkey().to_string() != first;
    Ok((key, rotated))
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
