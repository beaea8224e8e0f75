//! A log's head as C2SP tlog-checkpoint says, inside a signed note: origin, size, root.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::note::{Algorithm, NoteKey};
pub use crate::note::{Note, NoteError, Signed, Vkey, VkeyError};
use crate::tree::Root;

/// What a log says of itself: its first `size` records have this tree root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// The log's identity; never changes.
    pub origin: String,
    /// How many records it has.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Root,
}

/// Why a text is no checkpoint, or not one to rely on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The text is not origin, size and root.
    #[error("the checkpoint is malformed: {0}")]
    Form(&'static str),
    /// Another log's checkpoint.
    #[error("the checkpoint is of {found:?}, not of {expected:?}")]
    Origin {
        /// The log asked for.
        expected: String,
        /// The log that it names.
        found: String,
    },
    /// The note around it is malformed, unsigned or void.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl Checkpoint {
    /// Reads a signed note of the log `origin` and checks the signatures of the `known` keys.
    ///
    /// The origin is given by the reader: a log cannot choose its own identity.
    pub fn open(
        note: &str,
        origin: &str,
        known: &[Vkey],
    ) -> Result<(Checkpoint, Vec<Signed>), CheckpointError> {
        let note = Note::parse(note)?;
        let signed = note.verify(known)?;
        let checkpoint: Checkpoint = note.text().parse()?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::Origin { expected: origin.to_owned(), found: checkpoint.origin });
        }
        Ok((checkpoint, signed))
    }
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, BASE64.encode(self.root.0))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads the text of a note; extension lines are allowed and carry nothing.
    fn from_str(text: &str) -> Result<Checkpoint, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Form("no newline at its end"))?;
        let mut lines = text.split('\n');
        let mut line = |missing| lines.next().filter(|line| !line.is_empty()).ok_or(missing);
        let origin = line(CheckpointError::Form("no origin"))?;
        let size = line(CheckpointError::Form("no size"))?;
        let root = line(CheckpointError::Form("no root"))?;
        if lines.any(str::is_empty) {
            return Err(CheckpointError::Form("an extension line is empty"));
        }
        let number: u64 = size.parse().map_err(|_| CheckpointError::Form("the size is no number"))?;
        if number.to_string() != size {
            return Err(CheckpointError::Form("the size is not in its shortest form"));
        }
        let root = BASE64.decode(root).map_err(|_| CheckpointError::Form("the root is no base64"))?;
        let root = root.try_into().map_err(|_| CheckpointError::Form("the root is not 32 bytes"))?;
        Ok(Checkpoint { origin: origin.to_owned(), size: number, root: Root(root) })
    }
}

/// The log's own key: signs its checkpoints. Its name is the log's origin.
#[derive(Debug)]
pub struct LogKey(NoteKey);

impl LogKey {
    /// Makes the log's key of a 32-byte seed.
    pub fn from_seed(origin: &str, seed: &[u8; 32]) -> Result<LogKey, VkeyError> {
        NoteKey::from_seed(origin, Algorithm::Ed25519, seed).map(LogKey)
    }

    /// Returns the public key.
    pub fn vkey(&self) -> &Vkey {
        self.0.vkey()
    }

    /// Returns the log's origin, which is the key's name.
    pub fn origin(&self) -> &str {
        self.vkey().name()
    }

    /// Returns the signed note that says: the first `size` records have this `root`. About 12 µs.
    pub fn sign(&self, size: u64, root: Root) -> String {
        let text = Checkpoint { origin: self.origin().to_owned(), size, root }.to_string();
        format!("{text}\n{}", self.0.sign(&text, 0))
    }

    /// Signs bytes that are no checkpoint, under a context of their own ([`Vkey::verify_apart`] checks it).
    pub fn sign_apart(&self, context: &str, bytes: &[u8]) -> [u8; 64] {
        self.0.sign_apart(context, bytes)
    }
}

/// A witness's key: cosigns checkpoints of logs with the time.
#[derive(Debug)]
pub struct WitnessKey(NoteKey);

impl WitnessKey {
    /// Makes a witness's key of a 32-byte seed.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<WitnessKey, VkeyError> {
        NoteKey::from_seed(name, Algorithm::Cosignature, seed).map(WitnessKey)
    }

    /// Returns the public key.
    pub fn vkey(&self) -> &Vkey {
        self.0.vkey()
    }

    /// Returns the cosignature line over a checkpoint's text at `time`, in seconds since 1970 UTC.
    pub fn cosign(&self, text: &str, time: u64) -> String {
        self.0.sign(text, time).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One signature that does not hold makes a note void, also where the same key has signed well before or behind it.
    #[test]
    fn a_note_that_a_key_signed_well_and_badly_is_void() {
        let key = LogKey::from_seed("thads.example/x", &[7; 32]).unwrap();
        let known = [key.vkey().clone()];
        let note = key.sign(3, Root([1; 32]));
        let (text, good) = note.split_once("\n\n").unwrap();
        let other = key.sign(4, Root([1; 32]));
        let (_, bad) = other.split_once("\n\n").unwrap();
        let open =
            |lines: &[&str]| Checkpoint::open(&format!("{text}\n\n{}", lines.concat()), key.origin(), &known);
        for lines in [[good, bad], [bad, good], [bad, bad]] {
            let refused = open(&lines).unwrap_err();
            assert!(matches!(refused, CheckpointError::Note(NoteError::Signature { .. })), "{refused}");
        }
        assert_eq!(open(&[good, good]).unwrap().1.len(), 1);
    }
}
