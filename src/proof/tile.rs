//! The tree as static files, as C2SP tlog-tiles 0.1 says: tiles of 256 hashes, and bundles of 256 entries.
//!
//! Tile (L, n) holds the roots of the complete subtrees 256 n .. 256 n + 255 of height 8 L. What lies between is
//! computed from them, so any proof needs a few files only. The last tile of a level is partial: it has the width
//! that the tree's size gives it, and a name that says so.

use std::fmt;
use std::str::FromStr;

use crate::tree::{Node, Nodes, ProofError, parent};

/// Hashes of a full tile, and entries of a full bundle.
pub const WIDTH: u16 = 256;
/// Levels of the tree that one level of tiles spans.
pub const HEIGHT: u8 = 8;
/// Largest level of tiles.
pub const LEVEL_MAX: u8 = 7;
/// Largest number of a tile or bundle: positions have 64 bits.
pub const INDEX_MAX: u64 = u64::MAX >> HEIGHT;

/// Names a tile of hashes: shown as its path, `tile/1/x001/234.p/5`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

/// Names a bundle of entries: shown as its path, `tile/entries/x001/234.p/5`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bundle {
    index: u64,
    width: u16,
}

/// Why a text names no tile, or bytes are no tile or bundle.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// The path is none of a tile.
    #[error("the path names no tile")]
    Path,
    /// A tile has 1 to 256 hashes, a level of at most 7 and a number that positions reach.
    #[error(
        "a tile has a level of at most {LEVEL_MAX}, a width of 1 to {WIDTH} and a number of at most {INDEX_MAX}"
    )]
    Range,
    /// The bytes have another length than the width says.
    #[error("the tile has {found} bytes where its width needs {expected}")]
    Length {
        /// Bytes needed.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// The bundle ends inside an entry.
    #[error("the bundle ends inside an entry")]
    Cut,
    /// The bundle has another number of entries than its width says.
    #[error("the bundle has {found} entries where its width needs {expected}")]
    Entries {
        /// Entries needed.
        expected: u16,
        /// Entries found.
        found: usize,
    },
    /// An entry is too long for its two bytes of length.
    #[error("an entry of {0} bytes is too long for a bundle")]
    Entry(usize),
}

impl Tile {
    /// Names the tile `index` of a level; a width of 256 is a full tile.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Tile, TileError> {
        let known = level <= LEVEL_MAX && index <= INDEX_MAX && (1..=WIDTH).contains(&width);
        if known { Ok(Tile { level, index, width }) } else { Err(TileError::Range) }
    }

    /// Returns the tile that holds the root of the subtree `index` of height 8 × `level`, as wide as a tree of
    /// `size` entries has it, and the hash's place in it; `None` if the tree has no such subtree.
    pub fn holding(level: u8, index: u64, size: u64) -> Option<(Tile, usize)> {
        let known = size.checked_shr(u32::from(level) * u32::from(HEIGHT))?;
        if level > LEVEL_MAX || index >= known {
            return None;
        }
        let wide = u64::from(WIDTH);
        let width = u16::try_from((known - index / wide * wide).min(wide)).ok()?;
        Some((Tile { level, index: index / wide, width }, usize::try_from(index % wide).ok()?))
    }

    /// Returns the level.
    pub fn level(self) -> u8 {
        self.level
    }

    /// Returns the number of the tile in its level.
    pub fn index(self) -> u64 {
        self.index
    }

    /// Returns how many hashes it has.
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether it is full: its content never changes.
    pub fn is_full(self) -> bool {
        self.width == WIDTH
    }

    /// Reads its bytes: the hashes, one after the other.
    pub fn decode(self, bytes: &[u8]) -> Result<Vec<Node>, TileError> {
        let expected = 32 * usize::from(self.width);
        if bytes.len() != expected {
            return Err(TileError::Length { expected, found: bytes.len() });
        }
        Ok(bytes.as_chunks().0.iter().copied().map(Node).collect())
    }

    /// Returns its bytes from a tree that has all its subtrees.
    pub fn encode(self, nodes: &Nodes) -> Result<Vec<u8>, ProofError> {
        let (level, first) = (self.level * HEIGHT, self.index * u64::from(WIDTH));
        let mut bytes = Vec::with_capacity(32 * usize::from(self.width));
        for index in (first..).take(usize::from(self.width)) {
            bytes.extend(nodes.node(level, index).ok_or(ProofError::Missing { level, index })?.0);
        }
        Ok(bytes)
    }
}

/// Returns the tiles of a tree of `size` entries that one of `old` entries does not have, the partial ones included.
pub fn tiles_between(old: u64, size: u64) -> impl Iterator<Item = Tile> {
    let wide = u64::from(WIDTH);
    (0..=LEVEL_MAX).flat_map(move |level| {
        let shift = u32::from(level) * u32::from(HEIGHT);
        let (before, known) = (old >> shift, size >> shift);
        let tiles = if known > before { before / wide..known.div_ceil(wide) } else { 0..0 };
        tiles.filter_map(move |index| {
            let width = u16::try_from((known - index * wide).min(wide)).ok()?;
            Some(Tile { level, index, width })
        })
    })
}

impl Bundle {
    /// Names the bundle `index`; a width of 256 is a full bundle.
    pub fn new(index: u64, width: u16) -> Result<Bundle, TileError> {
        let known = index <= INDEX_MAX && (1..=WIDTH).contains(&width);
        if known { Ok(Bundle { index, width }) } else { Err(TileError::Range) }
    }

    /// Returns the number of the bundle: its first entry is 256 times that.
    pub fn index(self) -> u64 {
        self.index
    }

    /// Returns how many entries it has.
    pub fn width(self) -> u16 {
        self.width
    }

    /// Reads its bytes: the entries, each after its length in two bytes, big endian.
    pub fn decode(self, bytes: &[u8]) -> Result<Vec<&[u8]>, TileError> {
        let mut entries = Vec::new();
        let mut rest = bytes;
        while let Some((length, after)) = rest.split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            let (entry, after) = after.split_at_checked(length).ok_or(TileError::Cut)?;
            entries.push(entry);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(TileError::Cut);
        }
        if entries.len() != usize::from(self.width) {
            return Err(TileError::Entries { expected: self.width, found: entries.len() });
        }
        Ok(entries)
    }

    /// Returns its bytes from its entries.
    pub fn encode<E: AsRef<[u8]>>(self, entries: &[E]) -> Result<Vec<u8>, TileError> {
        if entries.len() != usize::from(self.width) {
            return Err(TileError::Entries { expected: self.width, found: entries.len() });
        }
        let mut bytes = Vec::new();
        for entry in entries.iter().map(AsRef::as_ref) {
            let length = u16::try_from(entry.len()).map_err(|_| TileError::Entry(entry.len()))?;
            bytes.extend(length.to_be_bytes());
            bytes.extend(entry);
        }
        Ok(bytes)
    }
}

/// Returns the root of the subtree `index` of height `level` from the tiles of a tree of `size` entries, for
/// [`crate::tree::inclusion_proof`] and its like; `tile` gives a tile's hashes.
pub fn node<E: From<ProofError>>(
    level: u8,
    index: u64,
    size: u64,
    mut tile: impl FnMut(Tile) -> Result<Vec<Node>, E>,
) -> Result<Node, E> {
    let missing = || E::from(ProofError::Missing { level, index });
    let (tile_level, above) = (level / HEIGHT, level % HEIGHT);
    let first = index.checked_mul(1 << above).ok_or_else(missing)?;
    let (name, at) = Tile::holding(tile_level, first, size).ok_or_else(missing)?;
    let hashes = tile(name)?;
    let mut row = hashes.get(at..at + (1 << above)).ok_or_else(missing)?.to_vec();
    while row.len() > 1 {
        row = row.as_chunks().0.iter().map(|[left, right]| parent(left, right)).collect();
    }
    row.pop().ok_or_else(missing)
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        write_number(self.index, self.width, f)
    }
}

impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tile/entries/")?;
        write_number(self.index, self.width, f)
    }
}

impl FromStr for Tile {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Tile, TileError> {
        let rest = path.strip_prefix("tile/").ok_or(TileError::Path)?;
        let (level, rest) = rest.split_once('/').ok_or(TileError::Path)?;
        let (index, width) = read_number(rest)?;
        let tile = Tile::new(level.parse().map_err(|_| TileError::Path)?, index, width)?;
        if tile.to_string() == path { Ok(tile) } else { Err(TileError::Path) }
    }
}

impl FromStr for Bundle {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Bundle, TileError> {
        let (index, width) = read_number(path.strip_prefix("tile/entries/").ok_or(TileError::Path)?)?;
        let bundle = Bundle::new(index, width)?;
        if bundle.to_string() == path { Ok(bundle) } else { Err(TileError::Path) }
    }
}

/// Three digits an element, all but the last after an `x`; a partial one's width at the end.
fn write_number(index: u64, width: u16, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digits = index.to_string();
    let padded = format!("{digits:0>width$}", width = digits.len().next_multiple_of(3));
    let elements = padded.len() / 3;
    for element in 0..elements {
        let separator = if element + 1 < elements { "x" } else { "" };
        let slash = if element > 0 { "/" } else { "" };
        write!(f, "{slash}{separator}{}", &padded[3 * element..3 * element + 3])?;
    }
    if width == WIDTH { Ok(()) } else { write!(f, ".p/{width}") }
}

/// Reads the number and the width; whoever calls it writes them again and compares.
fn read_number(text: &str) -> Result<(u64, u16), TileError> {
    let (number, width) = match text.split_once(".p/") {
        Some((number, width)) => (number, width.parse().map_err(|_| TileError::Path)?),
        None => (text, WIDTH),
    };
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Ok((digits.parse().map_err(|_| TileError::Path)?, width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::inclusion_proof;

    #[test]
    fn paths_read_back() {
        for (tile, path) in [
            (Tile::new(0, 0, 256), "tile/0/000"),
            (Tile::new(1, 1_234_067, 256), "tile/1/x001/x234/067"),
            (Tile::new(7, 1_000, 5), "tile/7/x001/000.p/5"),
        ] {
            assert_eq!(tile.unwrap().to_string(), path);
            assert_eq!(path.parse(), tile);
        }
        assert_eq!("tile/entries/273.p/9".parse::<Bundle>(), Bundle::new(273, 9));
        for path in
            ["tile/0/1", "tile/0/x000/000", "tile/00/000", "tile/0/000.p/256", "tile/0/000.p/0", "tile/8/000"]
        {
            assert!(path.parse::<Tile>().is_err(), "{path}");
        }
    }

    #[test]
    fn proofs_from_tiles_are_those_from_memory() {
        let mut nodes = Nodes::new();
        for entry in 0..70_000u32 {
            nodes.push_node(crate::tree::entry_node(&entry.to_be_bytes()));
        }
        let size = nodes.size();
        let tile =
            |name: Tile| -> Result<Vec<Node>, ProofError> { Ok(name.decode(&name.encode(&nodes)?).unwrap()) };
        for index in [0, 255, 256, 65_535, 65_536, 69_999] {
            let proof = inclusion_proof(index, size, |level, index| node(level, index, size, tile));
            assert_eq!(proof, nodes.inclusion_proof(index, size));
        }
        let names: Vec<String> = tiles_between(0, size).map(|tile| tile.to_string()).collect();
        assert_eq!(names.len(), 274 + 2 + 1);
        assert!(
            names.contains(&"tile/0/273.p/112".to_owned()) && names.contains(&"tile/2/000.p/1".to_owned())
        );
        let new: Vec<String> = tiles_between(69_800, size).map(|tile| tile.to_string()).collect();
        assert_eq!(new, ["tile/0/272", "tile/0/273.p/112", "tile/1/001.p/17"]);
    }
}
