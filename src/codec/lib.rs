//! A value to bytes and back: the one place that names bincode.
//!
//! bincode 2, `standard()` configuration: little-endian variable-length integers, no field names. The form is drawn
//! in `docs/format.md`, so that it can be read without the crate. Decoding uses every byte and allocates no more
//! than a small multiple of the input, whatever lengths the input claims.

use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed};
use serde::ser::Serialize;

/// Why a value has no bytes, or bytes are no value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The value cannot be written in this form.
    #[error("the value cannot be encoded")]
    Encode(#[source] Box<bincode::error::EncodeError>),
    /// The bytes are not a value of the wanted type.
    #[error("the bytes cannot be decoded")]
    Decode(#[source] Box<bincode::error::DecodeError>),
    /// The value ends before the bytes do.
    #[error("the value ends after {used} of {length} bytes")]
    Trailing {
        /// Bytes that the value takes.
        used: usize,
        /// Bytes given.
        length: usize,
    },
    /// The value has another encoding than the bytes given: they are not canonical.
    #[error("the value's own encoding differs from the bytes at offset {at}")]
    NotCanonical {
        /// Offset of the first byte that differs.
        at: usize,
    },
}

/// Returns the bytes of `value`.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
    bincode::serde::encode_to_vec(value, bincode::config::standard())
        .map_err(|error| CodecError::Encode(Box::new(error)))
}

/// Returns the value of `bytes`, all of which it must use.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, CodecError> {
    decode_seed(std::marker::PhantomData, bytes)
}

/// Returns the value that `seed` reads from `bytes`, all of which it must use.
pub fn decode_seed<'a, S: DeserializeSeed<'a>>(seed: S, bytes: &'a [u8]) -> Result<S::Value, CodecError> {
    let (value, used) = decode_part(seed, bytes)?;
    if used != bytes.len() {
        return Err(CodecError::Trailing { used, length: bytes.len() });
    }
    Ok(value)
}

/// Returns the value that `seed` reads from `bytes`, and how many of them it uses.
fn decode_part<'a, S: DeserializeSeed<'a>>(
    seed: S,
    bytes: &'a [u8],
) -> Result<(S::Value, usize), CodecError> {
    // A length is believed up to the limit before its bytes are seen. A true value claims at most 16 bytes for one
    // of input (a small 128-bit integer), so these limits refuse no true value.
    const SMALL: usize = 64 << 10;
    const MIDDLE: usize = 64 << 20;
    let config = bincode::config::standard();
    let decoded = if bytes.len() <= SMALL {
        bincode::serde::seed_decode_from_slice(seed, bytes, config.with_limit::<{ 16 * SMALL }>())
    } else if bytes.len() <= MIDDLE {
        bincode::serde::seed_decode_from_slice(seed, bytes, config.with_limit::<{ 16 * MIDDLE }>())
    } else {
        bincode::serde::seed_decode_from_slice(seed, bytes, config)
    };
    decoded.map_err(|error| CodecError::Decode(Box::new(error)))
}

/// Returns the value that `bytes` begin with, whatever stands behind it.
pub fn decode_start<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, CodecError> {
    decode_part(std::marker::PhantomData, bytes).map(|(value, _)| value)
}

/// Checks that `bytes` are the one encoding of `value`.
pub fn check_canonical<T: Serialize + ?Sized>(value: &T, bytes: &[u8]) -> Result<(), CodecError> {
    let own = encode(value)?;
    if own == bytes {
        return Ok(());
    }
    let at = own.iter().zip(bytes).take_while(|(own, given)| own == given).count();
    Err(CodecError::NotCanonical { at })
}

/// Decodes `bytes` and checks that encoding the value again gives the same bytes.
pub fn canonical<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let value = decode::<T>(bytes)?;
    check_canonical(&value, bytes)?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_used_and_no_other_encoding_is_accepted() {
        assert_eq!(encode(&(5u64, "án")).unwrap(), [5, 3, 0xc3, 0xa1, b'n']);
        assert_eq!(decode::<(u64, &str)>(&[5, 3, 0xc3, 0xa1, b'n']).unwrap(), (5, "án"));
        assert!(matches!(decode::<u64>(&[5, 6]), Err(CodecError::Trailing { used: 1, length: 2 })));
        // 251 announces a 16-bit integer: 5 has a shorter form.
        assert_eq!(decode::<u64>(&[251, 5, 0]).unwrap(), 5);
        assert!(matches!(canonical::<u64>(&[251, 5, 0]), Err(CodecError::NotCanonical { at: 0 })));
    }

    #[test]
    fn a_claimed_length_allocates_nothing_it_cannot_back() {
        let huge = [253, 0, 0, 0, 0, 0, 0, 0, 0x7f, 1, 2, 3];
        assert!(decode::<String>(&huge).is_err());
        assert!(decode::<Vec<u64>>(&huge).is_err());
    }
}
