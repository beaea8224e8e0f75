//! The file of rejects: written apart and put in its place when it is whole.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

use thads_cases::text::normal;
use thads_ledger::Scratch;

use super::mapping::Mapping;
use super::reject::RejectLine;

/// The columns that say why a row was rejected; behind them stand the row's own.
const HEADER: [&str; 7] = ["row", "column", "value", "reason", "way_out", "code", "file"];

/// What stands behind a name of [`HEADER`] that the mapping uses too.
const OURS: u8 = b'*';

/// What a file's header says it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Headed {
    /// Another program's.
    Source,
    /// A file of rejects: its cells are marked, and its letters are UTF-8 whatever the mapping's are.
    Rejects,
    /// A file of rejects without these of its columns: whether its cells are still marked, nobody can tell.
    Cut(Vec<&'static str>),
}

/// Knows a file by its header's cells, in their normal form, whatever quotes and separators stood around them. A name that
/// the mapping uses is ours only with an asterisk behind it.
pub fn headed(headers: &[String], mapping: &Mapping) -> Headed {
    let own: Vec<&str> = mapping.columns.all().iter().map(|(header, _)| header.as_str()).collect();
    let starred =
        |name: &str| headers.iter().any(|header| header.strip_suffix(char::from(OURS)) == Some(name));
    let is_there =
        |name: &str| starred(name) || !own.contains(&name) && headers.iter().any(|header| header == name);
    let missing: Vec<&str> = HEADER.into_iter().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        return Headed::Rejects;
    }
    // Three of our names, the one that no other program has, or the end of just the header that is written here.
    let few = missing.len().saturating_add(3) > HEADER.len();
    let ending = headers.len() > own.len() && headers.len() <= own.len().saturating_add(HEADER.len()) && {
        let (ours, behind) = headers.split_at(headers.len().saturating_sub(own.len()));
        let names = HEADER.iter().rev().zip(ours.iter().rev());
        behind == own
            && names.into_iter().all(|(name, there)| there.trim_end_matches(char::from(OURS)) == *name)
    };
    let cut = !few || !missing.contains(&"way_out") || HEADER.into_iter().any(starred) || ending;
    if cut { Headed::Cut(missing) } else { Headed::Source }
}

/// The first characters by which a spreadsheet takes a cell for a formula, also in full width, and the mark against it itself.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠', '\''];

/// What a cell begins with that is [`spelt`]; no cell that is only marked against formulas begins so.
const SPELT: &str = "'\\";

/// Whether a character steers a terminal or turns the text around it, so that the file would not show what it holds.
fn steers(one: char) -> bool {
    let turns = matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (one.is_control() && !matches!(one, '\n' | '\t'))
}

/// A cell that no spreadsheet takes for a formula and that steers no terminal: marked by an apostrophe where it begins as a
/// formula, spelt where it holds what steers.
fn marked(text: &str) -> Cow<'_, str> {
    if text.contains(steers) {
        return Cow::Owned(format!("{SPELT}{}", spelt(text)));
    }
    // A spreadsheet may leave out what stands before the first character that is seen.
    if text.starts_with(FORMULA) || normal(text).starts_with(FORMULA) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text with `\u{1b}` for a character that steers, by its number in hexadecimal, and `\\` for a backslash.
fn spelt(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '\\' => all.push_str("\\\\"),
            one if steers(one) => all.extend(one.escape_unicode()),
            one => all.push(one),
        }
    }
    all
}

/// The text that was [`spelt`] so; `None` where nothing is spelt like that.
fn read_spelt(mut text: &str) -> Option<String> {
    let mut all = String::with_capacity(text.len());
    while let Some((before, behind)) = text.split_once('\\') {
        all.push_str(before);
        text = if let Some(behind) = behind.strip_prefix('\\') {
            all.push('\\');
            behind
        } else {
            let (number, behind) = behind.strip_prefix("u{")?.split_once('}')?;
            all.push(char::from_u32(u32::from_str_radix(number, 16).ok()?)?);
            behind
        };
    }
    all.push_str(text);
    Some(all)
}

/// A cell of a file of rejects as it stood in its source: without the mark, and with what was spelt. What was written into
/// the file by hand and is no such spelling stands for itself.
pub fn bare(mut text: String) -> String {
    if let Some(read) = text.strip_prefix(SPELT).and_then(read_spelt) {
        return read;
    }
    if text.starts_with('\'') {
        text.remove(0);
    }
    text
}

/// The header of a file of rejects that the same mapping reads again.
pub fn header_for(mapping: &Mapping) -> Vec<String> {
    let own = mapping.columns.all().iter().map(|(header, _)| header.as_str());
    let ours = HEADER.map(|name| {
        let twice = own.clone().any(|own| own == name);
        if twice { format!("{name}{}", char::from(OURS)) } else { name.to_owned() }
    });
    ours.into_iter().chain(own.clone().map(str::to_owned)).collect()
}

/// A file of rejects that is being written: until it is whole it lies in a folder for temporary files.
#[derive(Debug)]
pub struct RejectFile {
    path: PathBuf,
    scratch: Scratch,
    /// How many columns of the source's stand behind those of [`HEADER`].
    own: usize,
    writer: csv::Writer<BufWriter<File>>,
}

impl RejectFile {
    /// Begins the file that shall lie at `path`: to be read again by the same mapping.
    ///
    /// # Errors
    /// When the folder for temporary files cannot be written to.
    pub fn create(path: &Path, mapping: &Mapping) -> io::Result<RejectFile> {
        let scratch = Scratch::new("rejects")?;
        let draft = File::create_new(scratch.path().join("rejects"))?;
        let mut writer = csv::WriterBuilder::new()
            .has_headers(false)
            .delimiter(mapping.dialect.delimiter)
            .from_writer(BufWriter::new(draft));
        writer.write_record(header_for(mapping))?;
        Ok(RejectFile { path: path.to_path_buf(), scratch, own: mapping.columns.all().len(), writer })
    }

    /// Notes down a reject.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, line: &RejectLine) -> io::Result<()> {
        let row = line.row.to_string();
        let why: [&str; 7] =
            [&row, &line.column, &line.value, &line.reason, &line.way_out, line.code, &line.file];
        // A row whose cells cannot be told apart has none.
        let own = line.cells.iter().map(String::as_str).chain(std::iter::repeat("")).take(self.own);
        let cells = why.into_iter().chain(own);
        Ok(self.writer.write_record(cells.map(|cell| marked(cell).into_owned()))?)
    }

    /// Puts the file in its place, in one step: what lay there is there whole until then.
    ///
    /// # Errors
    /// When it cannot be written there.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        // Through a link to the file that it names.
        let end = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let name = end.file_name().ok_or_else(|| io::Error::from(ErrorKind::IsADirectory))?;
        let folder = end.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Under a name that is nobody's.
        let mut whole =
            tempfile::Builder::new().prefix(&format!(".{}.", name.display())).tempfile_in(folder)?;
        io::copy(&mut File::open(self.scratch.path().join("rejects"))?, &mut whole)?;
        whole.as_file().sync_all()?;
        whole.persist(&end)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_steers_nothing_and_is_read_as_it_stood_in_its_source() {
        for text in [
            "",
            "An",
            "=1+1",
            "＝1+1",
            "\u{a0} @x",
            "\u{200b}=1",
            "'2",
            "\\u{1b}",
            "'\\u{1b}",
            "'\\\\",
            "a\nb\tc",
            "\tx",
            "\u{1b}[2J",
            "An\u{7}\\u{7}\\",
            "=\u{9b}31m",
            "'\\\u{0}",
            "A\u{202e}nA",
            "\r\\",
            "\u{7f}",
        ] {
            let cell = marked(text);
            assert!(
                !cell.contains(steers)
                    && !cell.starts_with(&FORMULA[..10])
                    && !normal(&cell).starts_with(&FORMULA[..10]),
                "{cell:?}"
            );
            assert_eq!(bare(cell.clone().into_owned()), text, "{cell}");
        }
        assert_eq!(marked("\u{1b}[2J\\"), "'\\\\u{1b}[2J\\\\");
        assert_eq!(bare("'\\An".to_owned()), "An", "what steers was taken out by hand");
        for by_hand in ["'\\\\x", "'\\\\u{}", "'\\\\u{110000}", "'\\\\u{1b"] {
            assert_eq!(bare(by_hand.to_owned()), by_hand[1..]);
        }
    }
}
