//! Signed notes as C2SP signed-note 1.0.0 says: a text, and Ed25519 signatures of named keys under it.
//!
//! Two kinds of keys are known: type 0x01, which signs the text, and type 0x04 (tlog-cosignature's `cosignature/v1`),
//! which signs the text and a time. A signature by a key that the reader does not name is ignored; one by a key that
//! he names must hold, or the whole note is void. Verification is strict (`verify_strict`).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature as Ed25519Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::hex;

/// Most signatures that a note may carry.
pub const SIGNATURES_MAX: usize = 100;

const LINE_START: &str = "— ";

/// Whether `name` can name a key: not empty, no space, no control character, no `+`.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// What a key signs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Algorithm {
    /// Type 0x01: the note's text.
    Ed25519,
    /// Type 0x04: a time and the note's text.
    Cosignature,
}

impl Algorithm {
    /// Returns its type byte.
    pub const fn code(self) -> u8 {
        match self {
            Algorithm::Ed25519 => 0x01,
            Algorithm::Cosignature => 0x04,
        }
    }

    fn message(self, text: &str, time: u64) -> Vec<u8> {
        match self {
            Algorithm::Ed25519 => text.as_bytes().to_vec(),
            Algorithm::Cosignature => format!("cosignature/v1\ntime {time}\n{text}").into_bytes(),
        }
    }
}

/// A public key with its name: reads and shows as `name+hash+base64`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vkey {
    name: String,
    algorithm: Algorithm,
    key: VerifyingKey,
    hash: u32,
}

/// Why a text is no verifier key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VkeyError {
    /// It does not read `name+hash+base64`.
    #[error("a verifier key must read name+hash+base64")]
    Form,
    /// The name cannot name a key.
    #[error("{0:?} cannot name a key: it is empty or holds a space or +")]
    Name(String),
    /// The hash is another key's.
    #[error("the key's hash is {expected:08x}, not {found}")]
    Hash {
        /// The hash of name and key.
        expected: u32,
        /// The hash written.
        found: String,
    },
    /// The type of key is unknown.
    #[error("key type {0:#04x} is unknown")]
    Algorithm(u8),
    /// The bytes are no Ed25519 public key.
    #[error("the bytes are no Ed25519 public key")]
    Key,
}

impl Vkey {
    /// Names a public key.
    pub fn new(name: &str, algorithm: Algorithm, public: &[u8; 32]) -> Result<Vkey, VkeyError> {
        if !is_name(name) {
            return Err(VkeyError::Name(name.to_owned()));
        }
        let key = VerifyingKey::from_bytes(public).map_err(|_| VkeyError::Key)?;
        Ok(Vkey { name: name.to_owned(), algorithm, key, hash: key_hash(name, algorithm, public) })
    }

    /// Returns the key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the hash of name and key, the first four bytes of every signature.
    pub fn hash(&self) -> u32 {
        self.hash
    }

    /// Returns what the key signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the public key's 32 bytes.
    pub fn public(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Whether `signature` is this key's over `bytes` under `context`, as [`NoteKey::sign_apart`] makes it.
    pub fn verify_apart(&self, context: &str, bytes: &[u8], signature: &[u8; 64]) -> bool {
        verify_strict(&self.key, &apart(context, bytes), signature)
    }

    /// Checks a signature's bytes (without the hash) over `text`; returns the time if the kind of key signs one.
    fn verify(&self, text: &str, bytes: &[u8]) -> Option<Option<u64>> {
        let (time, signature) = match self.algorithm {
            Algorithm::Ed25519 => (None, bytes),
            Algorithm::Cosignature => {
                let (time, signature) = bytes.split_first_chunk::<8>()?;
                (Some(u64::from_be_bytes(*time)), signature)
            }
        };
        let message = self.algorithm.message(text, time.unwrap_or(0));
        verify_strict(&self.key, &message, signature.try_into().ok()?).then_some(time)
    }
}

/// A message that is no note's text, for those hold no zero byte.
fn apart(context: &str, bytes: &[u8]) -> Vec<u8> {
    [context.as_bytes(), &[0], bytes].concat()
}

fn verify_strict(key: &VerifyingKey, message: &[u8], signature: &[u8; 64]) -> bool {
    key.verify_strict(message, &Ed25519Signature::from_bytes(signature)).is_ok()
}

/// Checks a bare Ed25519 signature as every signature here is checked: strictly.
pub fn verify_ed25519(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| verify_strict(&key, message, signature))
}

fn key_hash(name: &str, algorithm: Algorithm, public: &[u8; 32]) -> u32 {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', algorithm.code()])
        .chain_update(public)
        .finalize()
        .into();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.algorithm.code()];
        bytes.extend(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.hash, BASE64.encode(bytes))
    }
}

impl FromStr for Vkey {
    type Err = VkeyError;

    fn from_str(text: &str) -> Result<Vkey, VkeyError> {
        let (name, rest) = text.split_once('+').ok_or(VkeyError::Form)?;
        let (hash, key) = rest.split_once('+').ok_or(VkeyError::Form)?;
        let bytes = BASE64.decode(key).map_err(|_| VkeyError::Form)?;
        let (code, public) = bytes.split_first().ok_or(VkeyError::Form)?;
        let algorithm = [Algorithm::Ed25519, Algorithm::Cosignature]
            .into_iter()
            .find(|algorithm| algorithm.code() == *code)
            .ok_or(VkeyError::Algorithm(*code))?;
        let vkey = Vkey::new(name, algorithm, public.try_into().map_err(|_| VkeyError::Key)?)?;
        if hex::decode_array::<4>(hash) != Ok(vkey.hash.to_be_bytes()) {
            return Err(VkeyError::Hash { expected: vkey.hash, found: hash.to_owned() });
        }
        Ok(vkey)
    }
}

/// A note as it was read: its text and the signatures under it, none of which is checked yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line of a note, not checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// Name of the key that claims to have signed.
    pub name: String,
    /// Hash of that key.
    pub hash: u32,
    /// What follows the hash.
    pub bytes: Vec<u8>,
}

/// A signature that was checked and holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
    /// Name of the key that signed.
    pub name: String,
    /// Hash of that key.
    pub hash: u32,
    /// When it signed, in seconds since 1970 UTC, if that kind of key says.
    pub time: Option<u64>,
}

/// Why a note is no note, or is void.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// The bytes do not have a note's form.
    #[error("the note is malformed: {0}")]
    Form(&'static str),
    /// A known key's signature does not hold.
    #[error("the signature of {name}+{hash:08x} does not hold; the note is void")]
    Signature {
        /// The key's name.
        name: String,
        /// The key's hash.
        hash: u32,
    },
    /// No known key signed.
    #[error("no known key has signed the note")]
    Unsigned,
}

impl Note {
    /// Reads a note's form.
    pub fn parse(note: &str) -> Result<Note, NoteError> {
        if note.contains(|c: char| c < ' ' && c != '\n') {
            return Err(NoteError::Form("it holds a control character"));
        }
        let at = note.rfind("\n\n").ok_or(NoteError::Form("no empty line before the signatures"))?;
        let (text, lines) = (&note[..at + 1], &note[at + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form("no newline at its end"))?;
        let signatures = lines.split('\n').map(Signature::parse).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > SIGNATURES_MAX {
            return Err(NoteError::Form("too many signatures"));
        }
        Ok(Note { text: text.to_owned(), signatures })
    }

    /// Returns the text that is signed; it ends with a newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the signature lines, none of which is checked.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Checks every signature of the `known` keys, also a second one of the same key: one that does not hold makes the note void.
    /// Returns them, each key once. At least one must have signed.
    pub fn verify(&self, known: &[Vkey]) -> Result<Vec<Signed>, NoteError> {
        let mut signed: Vec<Signed> = Vec::new();
        for signature in &self.signatures {
            let Signature { name, hash, bytes } = signature;
            let Some(key) = known.iter().find(|key| key.name == *name && key.hash == *hash) else { continue };
            let time = key
                .verify(&self.text, bytes)
                .ok_or_else(|| NoteError::Signature { name: name.clone(), hash: *hash })?;
            if signed.iter().any(|before| before.name == *name && before.hash == *hash) {
                continue;
            }
            signed.push(Signed { name: name.clone(), hash: *hash, time });
        }
        if signed.is_empty() { Err(NoteError::Unsigned) } else { Ok(signed) }
    }
}

impl Signature {
    fn parse(line: &str) -> Result<Signature, NoteError> {
        let rest =
            line.strip_prefix(LINE_START).ok_or(NoteError::Form("a signature line is no such line"))?;
        let (name, base64) = rest.split_once(' ').ok_or(NoteError::Form("a signature line has no name"))?;
        if !is_name(name) {
            return Err(NoteError::Form("a signature's name is no name"));
        }
        let bytes = BASE64.decode(base64).map_err(|_| NoteError::Form("a signature is no base64"))?;
        match bytes.split_first_chunk::<4>() {
            Some((hash, bytes)) if !bytes.is_empty() => Ok(Signature {
                name: name.to_owned(),
                hash: u32::from_be_bytes(*hash),
                bytes: bytes.to_vec(),
            }),
            _ => Err(NoteError::Form("a signature is too short")),
        }
    }
}

impl fmt::Display for Signature {
    /// Its line, with the newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.hash.to_be_bytes().to_vec();
        bytes.extend(&self.bytes);
        writeln!(f, "{LINE_START}{} {}", self.name, BASE64.encode(bytes))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| signature.fmt(f))
    }
}

/// A secret key with its name; its seed is wiped when it is dropped.
pub struct NoteKey {
    secret: SigningKey,
    vkey: Vkey,
}

impl NoteKey {
    /// Makes the key of a 32-byte seed.
    pub fn from_seed(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<NoteKey, VkeyError> {
        let secret = SigningKey::from_bytes(seed);
        let vkey = Vkey::new(name, algorithm, &secret.verifying_key().to_bytes())?;
        Ok(NoteKey { secret, vkey })
    }

    /// Returns the public key.
    pub fn vkey(&self) -> &Vkey {
        &self.vkey
    }

    /// Signs `text`, which must end with a newline; `time` (seconds since 1970 UTC) counts for a cosignature only.
    pub fn sign(&self, text: &str, time: u64) -> Signature {
        let signature = self.secret.sign(&self.vkey.algorithm.message(text, time)).to_bytes();
        let mut bytes = match self.vkey.algorithm {
            Algorithm::Ed25519 => Vec::new(),
            Algorithm::Cosignature => time.to_be_bytes().to_vec(),
        };
        bytes.extend(signature);
        Signature { name: self.vkey.name.clone(), hash: self.vkey.hash, bytes }
    }

    /// Signs bytes that are no note: over `context`, a zero byte and the bytes, so that it stands for nothing else.
    pub fn sign_apart(&self, context: &str, bytes: &[u8]) -> [u8; 64] {
        self.secret.sign(&apart(context, bytes)).to_bytes()
    }
}

impl fmt::Debug for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteKey({})", self.vkey)
    }
}
