//! Lower-case hexadecimal, to and from bytes.

/// Why a text is not the hexadecimal form that was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HexError {
    /// The text has another length than the bytes need.
    #[error("{found} hexadecimal digits where {expected} are needed")]
    Length {
        /// Digits needed.
        expected: usize,
        /// Digits found.
        found: usize,
    },
    /// A character is no hexadecimal digit.
    #[error("no hexadecimal digit at character {at}")]
    Digit {
        /// Index of the character, from 0.
        at: usize,
    },
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Returns the lower-case hexadecimal form of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads any even number of hexadecimal digits, of either case.
pub fn decode(text: &str) -> Result<Vec<u8>, HexError> {
    if !text.len().is_multiple_of(2) {
        return Err(HexError::Length { expected: text.len() + 1, found: text.len() });
    }
    let mut bytes = Vec::with_capacity(text.len() / 2);
    for (pair, digits) in text.as_bytes().chunks_exact(2).enumerate() {
        let high = nibble(digits[0]).ok_or(HexError::Digit { at: 2 * pair })?;
        let low = nibble(digits[1]).ok_or(HexError::Digit { at: 2 * pair + 1 })?;
        bytes.push(high << 4 | low);
    }
    Ok(bytes)
}

/// Reads exactly `N` bytes.
pub fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let length = HexError::Length { expected: 2 * N, found: text.len() };
    if text.len() != 2 * N {
        return Err(length);
    }
    decode(text)?.try_into().map_err(|_| length)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Defines a newtype over `[u8; N]` that is shown, read and (in human-readable forms) serialized as hexadecimal.
macro_rules! bytes_id {
    ($(#[$about:meta])* $name:ident, $length:literal) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::hex::encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    <[u8; $length]>::deserialize(deserializer).map($name)
                }
            }
        }
    };
    ($(#[$about:meta])* $name:ident, $length:literal, hex) => {
        $crate::hex::bytes_id!($(#[$about])* $name, $length);

        impl std::str::FromStr for $name {
            type Err = $crate::hex::HexError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::hex::decode_array(text).map($name)
            }
        }
    };
}
pub(crate) use bytes_id;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_refuses_the_rest() {
        assert_eq!(encode(&[0, 0x0f, 0xa5, 0xff]), "000fa5ff");
        assert_eq!(decode("000FA5ff"), Ok(vec![0, 0x0f, 0xa5, 0xff]));
        assert_eq!(decode("0g"), Err(HexError::Digit { at: 1 }));
        assert_eq!(decode_array::<2>("000"), Err(HexError::Length { expected: 4, found: 3 }));
        assert_eq!(decode_array::<2>("đ12"), Err(HexError::Digit { at: 0 }));
    }
}
