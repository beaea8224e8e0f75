//! Rows of a file: bytes to checked cells, or to a reject that says what is wrong and what would do.
//!
//! A broken row costs itself and no other: a forgotten quote ends with its line. Where the mapping says that cells hold line
//! breaks, the lines behind one that does not close are read again as rows of their own. Gzip is read as it is.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use serde_json::{Map, Value};
use thads_cases::date::Date;
use thads_cases::text::normal;
use thads_service::words::is_readable;

use super::mapping::{ColumnType, Columns, Dialect, Encoding, Mapping};
use super::reject::{Problem, Reject};
use super::reject_file::{Headed, bare, headed};

/// The most bytes that a line may have, and a cell.
const LINE_BYTES_MAX: usize = 1 << 20;
const CELL_BYTES_MAX: usize = 10_000;

/// The most bytes that are kept of a row, as text within text: a piece of personal data holds little more.
pub const KEPT_BYTES_MAX: usize = 60_000;

/// What some programs put before the first letter of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A row as it was read: where it stands, and the texts of its mapped columns, in the order of the mapping.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawRow {
    /// The line on which it begins; the header is on line 1.
    pub line: u64,
    /// The texts, spelt as in the file.
    pub cells: Vec<String>,
}

/// A row whose cells are what the mapping says.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The line on which it begins; the header is on line 1.
    pub line: u64,
    /// Its day.
    pub day: Date,
    cells: Vec<(String, Value)>,
}

impl Row {
    /// Holds the cells of a row against the mapping. `today` is the last day that it may have.
    ///
    /// # Errors
    /// Which column is no such value, and why.
    pub fn check(raw: &RawRow, mapping: &Mapping, today: Date) -> Result<Row, Reject> {
        let columns = &mapping.columns;
        let mut row = Row { line: raw.line, day: today, cells: Vec::with_capacity(raw.cells.len()) };
        row.cells.extend(raw.cells.iter().map(|text| (normal(text), Value::Null)));
        for (column, problem) in [
            (Columns::CASE, Problem::NoCase),
            (Columns::ACTIVITY, Problem::NoActivity),
            (Columns::DATE, Problem::NoDate { pattern: mapping.dialect.days.text().to_owned() }),
        ] {
            if row.text(column).is_empty() {
                return Err(row.reject(column, columns, problem));
            }
        }
        if !mapping.activities.contains_key(row.activity()) {
            return Err(row.reject(Columns::ACTIVITY, columns, Problem::Activity));
        }
        for column in 0..row.cells.len() {
            let value = mapping.dialect.value(row.text(column), columns.type_of(column));
            let value = value.map_err(|problem| row.reject(column, columns, problem))?;
            if let Some((text, place)) = row.cells.get_mut(column) {
                if column == Columns::DATE {
                    row.day = mapping.dialect.days.read(text).unwrap_or(today);
                }
                *text = said(&value);
                *place = value;
            }
        }
        if row.day > today {
            return Err(row.reject(Columns::DATE, columns, Problem::Future { today }));
        }
        Ok(row)
    }

    /// What the row says, to be kept: a JSON object of the columns that are not empty, by their headers.
    pub fn kept(&self, columns: &Columns) -> String {
        let said = self.cells.iter().zip(columns.all()).filter(|((text, _), _)| !text.is_empty());
        let cells: Map<String, Value> =
            said.map(|((text, _), (header, _))| (header.clone(), Value::from(text.as_str()))).collect();
        Value::Object(cells).to_string()
    }

    /// Whether it says more than can be kept.
    pub fn is_too_long_to_keep(&self, columns: &Columns) -> bool {
        let bytes: usize = self
            .cells
            .iter()
            .zip(columns.all())
            .map(|((text, _), (header, _))| text.len() + header.len())
            .sum();
        // Each quote and each backslash is written in four bytes at most.
        bytes > KEPT_BYTES_MAX / 4 && Value::from(self.kept(columns)).to_string().len() > KEPT_BYTES_MAX
    }

    /// A row from what was kept of it; `None` where that is no row of this mapping.
    pub fn again(kept: &str, mapping: &Mapping) -> Option<Row> {
        let mut said: Map<String, Value> = serde_json::from_str(kept).ok()?;
        let mut cells = Vec::with_capacity(mapping.columns.all().len());
        for (header, of) in mapping.columns.all() {
            let Some(cell) = said.remove(header) else {
                cells.push((String::new(), Value::Null));
                continue;
            };
            let text = cell.as_str()?.to_owned();
            let value = match of {
                ColumnType::Text | ColumnType::Day => Value::from(text.as_str()),
                ColumnType::Amount | ColumnType::Number => Value::from(text.parse::<i64>().ok()?),
            };
            cells.push((text, value));
        }
        let day = cells.get(Columns::DATE)?.0.parse().ok()?;
        let row = Row { line: 0, day, cells };
        (said.is_empty() && mapping.activities.contains_key(row.activity())).then_some(row)
    }

    /// What a column says, as text: in its normal form, an amount in its smallest unit, a day as `2024-01-31`; empty
    /// where there is nothing.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |(text, _)| text)
    }

    /// What a column says; null where it is empty.
    pub fn value(&self, column: usize) -> &Value {
        self.cells.get(column).map_or(&Value::Null, |(_, value)| value)
    }

    /// What all mapped columns say, in the order of the mapping.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|(text, _)| text.as_str())
    }

    /// The case's id in the source.
    pub fn case(&self) -> &str {
        self.text(Columns::CASE)
    }

    /// What was done.
    pub fn activity(&self) -> &str {
        self.text(Columns::ACTIVITY)
    }

    /// A reject of this row for what stands in one column.
    pub fn reject(&self, column: usize, columns: &Columns, problem: Problem) -> Reject {
        Reject::new(self.line, Some(columns.header(column)), self.text(column), problem)
    }
}

/// A value as text; nothing for null.
pub(super) fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Dialect {
    /// Reads what a text of a column says, in its normal form.
    ///
    /// # Errors
    /// Where it is no such value, or has more after it.
    pub(super) fn value(&self, text: &str, of: ColumnType) -> Result<Value, Problem> {
        if text.is_empty() {
            return Ok(Value::Null);
        }
        match of {
            ColumnType::Text if is_readable(text) => Ok(Value::from(text)),
            ColumnType::Text => Err(Problem::Unreadable),
            ColumnType::Day => match self.days.read(text) {
                Some(day) => Ok(Value::from(day.to_string())),
                None => Err(Problem::Date { pattern: self.days.text().to_owned() }),
            },
            ColumnType::Amount => self.amounts.read(text).map(Value::from).map_err(Problem::Amount),
            ColumnType::Number => {
                let plain = text.bytes().all(|byte| byte.is_ascii_digit());
                let number = if plain { text.parse::<i64>().ok() } else { None };
                number.map(Value::from).ok_or(Problem::Number)
            }
        }
    }
}

/// Why a file cannot be read as rows of this mapping.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read on; what was read of it before stands.
    #[error("the file cannot be read after line {line}: {error}")]
    Io {
        /// The last line that was read.
        line: u64,
        /// Why.
        error: io::Error,
    },
    /// There is no header.
    #[error("the file is empty; its first line must name the columns")]
    Empty,
    /// The first line is no list of headers.
    #[error("the first line must name the columns: {0}; {way}", way = .0.way_out())]
    Header(Problem),
    /// A file of rejects of which somebody removed columns.
    #[error(
        "the file looks like a file of rejects without its columns {0}, by which it is known that its cells are marked: the rows would be read as other ones. Give it all of its columns back, or import the rejects as they were written; where it is none, rename its columns that are called as those of a file of rejects (row, column, value, reason, way_out, code, file)"
    )]
    CutRejects(String),
    /// The first line holds a carriage return: all rows may lie in it.
    #[error(
        "the first line must name the columns and nothing else, and it holds a carriage return (CR) that ends no line; save the file with line ends LF or CRLF: tr '\\r' '\\n'"
    )]
    LoneReturn,
    /// Columns that the mapping uses are not there.
    #[error(
        "the file has no column {missing}; it has: {found}. Name the file's own headers in the mapping's [columns]"
    )]
    Missing {
        /// The headers that were looked for.
        missing: String,
        /// Those that are there.
        found: String,
    },
    /// A column that the mapping uses is there twice.
    #[error("the file has the column {0:?} twice; each mapped header must be there once")]
    Twice(String),
}

/// Reads a file's rows one after the other.
pub struct Rows<'m, R> {
    input: R,
    mapping: &'m Mapping,
    encoding: Encoding,
    /// Whether it is a file of rejects of an earlier import.
    of_rejects: bool,
    /// The last line that was read.
    line: u64,
    /// The line on which the last row began.
    start: u64,
    /// How many cells the header has.
    width: usize,
    /// Where each mapped column stands.
    places: Vec<usize>,
    buffer: Vec<u8>,
    /// Lines that were read for a row that is none, to be read as rows of their own; `None`: one that is too long.
    again: VecDeque<Option<Vec<u8>>>,
}

/// Unpacks a file where it is packed by gzip, which its first two bytes tell.
///
/// # Errors
/// The file's own.
pub fn unpacked<'f>(file: impl Read + Send + 'f) -> io::Result<Box<dyn BufRead + Send + 'f>> {
    let mut file = BufReader::with_capacity(1 << 16, file);
    let packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed {
        Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    })
}

impl<'m, R: BufRead> Rows<'m, R> {
    /// Reads the header. A file of rejects that an import wrote is known by it, and read as it was written.
    ///
    /// # Errors
    /// Where the file has not the columns that the mapping uses.
    pub fn open(input: R, mapping: &'m Mapping) -> Result<Rows<'m, R>, ReadError> {
        let mut rows = Rows::at_start(input, mapping);
        let (header, is) = rows.header()?;
        match is {
            Headed::Source => {}
            Headed::Rejects => {
                rows.of_rejects = true;
                rows.encoding = Encoding::Utf8;
            }
            Headed::Cut(missing) => return Err(ReadError::CutRejects(missing.join(", "))),
        }
        let mut headers = Vec::new();
        for cell in header {
            headers.push(normal(&letters(&cell, rows.encoding).map_err(ReadError::Header)?));
        }
        let mut missing = Vec::new();
        for (wanted, _) in mapping.columns.all() {
            let mut found = headers.iter().enumerate().filter(|(_, header)| *header == wanted);
            match (found.next(), found.next()) {
                (Some((place, _)), None) => rows.places.push(place),
                (Some(_), Some(_)) => return Err(ReadError::Twice(wanted.clone())),
                (None, _) => missing.push(format!("{wanted:?}")),
            }
        }
        if !missing.is_empty() {
            return Err(ReadError::Missing { missing: missing.join(", "), found: headers.join(", ") });
        }
        rows.width = headers.len();
        Ok(rows)
    }

    fn at_start(input: R, mapping: &'m Mapping) -> Rows<'m, R> {
        Rows {
            input,
            mapping,
            encoding: mapping.dialect.encoding,
            of_rejects: false,
            line: 0,
            start: 0,
            width: 0,
            places: Vec::new(),
            buffer: Vec::new(),
            again: VecDeque::new(),
        }
    }

    /// The first line, and what it says that the file is.
    fn header(&mut self) -> Result<(Vec<Vec<u8>>, Headed), ReadError> {
        let Some(header) = self.next_cells()? else { return Err(ReadError::Empty) };
        if self.buffer.contains(&b'\r') {
            return Err(ReadError::LoneReturn);
        }
        let header = header.map_err(ReadError::Header)?;
        // Our own names are ASCII, the same in every encoding.
        let names: Vec<String> = header.iter().map(|cell| normal(&String::from_utf8_lossy(cell))).collect();
        let is = headed(&names, self.mapping);
        Ok((header, is))
    }

    /// Whether a file is empty or begins as a file of rejects does.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn are_rejects(input: R, mapping: &'m Mapping) -> io::Result<bool> {
        match Rows::at_start(input, mapping).header() {
            Ok((_, is)) => Ok(is == Headed::Rejects),
            Err(ReadError::Io { error, .. }) => Err(error),
            Err(error) => Ok(matches!(error, ReadError::Empty)),
        }
    }

    /// The next row, or why it cannot be taken; `None` at the end of the file.
    ///
    /// # Errors
    /// Where the file cannot be read on.
    pub fn read(&mut self) -> Result<Option<Result<RawRow, Reject>>, ReadError> {
        let Some(cells) = self.next_cells()? else { return Ok(None) };
        Ok(Some(match cells {
            Ok(cells) => self.pick(cells),
            Err(problem) => Err(self.reject_line(problem)),
        }))
    }

    /// A reject for which no single column is the reason.
    fn reject_line(&self, problem: Problem) -> Reject {
        Reject::new(self.start, None, &String::from_utf8_lossy(&self.buffer), problem)
    }

    /// The cells of the next line that is not blank.
    fn next_cells(&mut self) -> Result<Option<Cells>, ReadError> {
        loop {
            self.buffer.clear();
            match self.next_line()? {
                Line::End => return Ok(None),
                Line::TooLong => {
                    self.start = self.line;
                    return Ok(Some(Err(Problem::TooLong { bytes_max: LINE_BYTES_MAX })));
                }
                Line::Read => {}
            }
            self.start = self.line;
            let Dialect { delimiter, multiline, .. } = self.mapping.dialect;
            if self.buffer.iter().all(|byte| byte.is_ascii_whitespace() && *byte != delimiter) {
                continue;
            }
            if self.start == 1 && self.buffer.starts_with(BYTE_ORDER_MARK) {
                self.buffer.drain(..BYTE_ORDER_MARK.len());
            }
            let cells =
                if multiline { self.cells_of_lines(delimiter)? } else { split(&self.buffer, delimiter) };
            return Ok(Some(cells));
        }
    }

    /// The cells of a row whose first line is in the buffer. Where it is none, however far it is read, that line alone is
    /// rejected: what one quote too many would swallow are other rows.
    fn cells_of_lines(&mut self, delimiter: u8) -> Result<Cells, ReadError> {
        let mut place = Place::default().after(&self.buffer, delimiter);
        // Where each line but the first begins, by the break before it.
        let mut breaks = Vec::new();
        let mut too_long = false;
        while place == Place::Quoted && self.buffer.len() <= LINE_BYTES_MAX {
            let line_break = self.buffer.len();
            self.buffer.push(b'\n');
            match self.next_line()? {
                Line::Read => breaks.push(line_break),
                unread @ (Line::End | Line::TooLong) => {
                    self.buffer.truncate(line_break);
                    too_long = matches!(unread, Line::TooLong);
                    break;
                }
            }
            place = place.after(self.buffer.get(line_break..).unwrap_or_default(), delimiter);
        }
        let cells = split(&self.buffer, delimiter);
        if cells.is_err() {
            if too_long {
                self.again.push_front(None);
            }
            for line_break in breaks.into_iter().rev() {
                let line = self.buffer.split_off(line_break);
                self.again.push_front(Some(line.into_iter().skip(1).collect()));
            }
            self.line = self.start;
        }
        Ok(cells)
    }

    /// Adds the next line to the buffer, without its end.
    fn next_line(&mut self) -> Result<Line, ReadError> {
        if let Some(line) = self.again.pop_front() {
            self.line = self.line.saturating_add(1);
            let Some(line) = line else { return Ok(Line::TooLong) };
            self.buffer.extend(line);
            return Ok(Line::Read);
        }
        let start = self.buffer.len();
        let mut too_long = false;
        loop {
            let line = self.line;
            let part = self.input.fill_buf().map_err(|error| ReadError::Io { line, error })?;
            if part.is_empty() {
                if self.buffer.len() == start && !too_long {
                    return Ok(Line::End);
                }
                break;
            }
            let end = part.iter().position(|byte| *byte == b'\n');
            let own = part.get(..end.unwrap_or(part.len())).unwrap_or_default();
            too_long |= self.buffer.len() - start + own.len() > LINE_BYTES_MAX;
            if !too_long {
                self.buffer.extend_from_slice(own);
            }
            let taken = own.len() + usize::from(end.is_some());
            self.input.consume(taken);
            if end.is_some() {
                break;
            }
        }
        self.line = self.line.saturating_add(1);
        if self.buffer.len() > start && self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        Ok(if too_long { Line::TooLong } else { Line::Read })
    }

    /// The texts of the mapped columns of a line.
    fn pick(&self, cells: Vec<Vec<u8>>) -> Result<RawRow, Reject> {
        if cells.len() != self.width {
            return Err(self.reject_line(Problem::Width { expected: self.width, found: cells.len() }));
        }
        let (line, columns) = (self.start, &self.mapping.columns);
        let mut raw = RawRow { line, cells: Vec::with_capacity(self.places.len()) };
        for (column, place) in self.places.iter().enumerate() {
            let bytes = cells.get(*place).map_or(&[][..], Vec::as_slice);
            let refuse = |problem| {
                Reject::new(line, Some(columns.header(column)), &String::from_utf8_lossy(bytes), problem)
            };
            if bytes.len() > CELL_BYTES_MAX {
                return Err(refuse(Problem::TooLong { bytes_max: CELL_BYTES_MAX }));
            }
            let text = letters(bytes, self.encoding).map_err(refuse)?;
            raw.cells.push(if self.of_rejects { bare(text) } else { text });
        }
        Ok(raw)
    }
}

/// The cells of a line, or why it has none.
type Cells = Result<Vec<Vec<u8>>, Problem>;

enum Line {
    Read,
    TooLong,
    End,
}

/// Where in a row a reader stands that looks at each byte once, however many lines a quoted cell takes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Place {
    /// At the beginning of a cell.
    #[default]
    Cell,
    /// In a cell without quotes.
    Plain,
    /// After a quote that was opened.
    Quoted,
    /// After a quote within a quoted cell: its end, or the first of two that stand for one.
    Quote,
    /// After something that follows a closing quote, which makes the row unreadable.
    Broken,
}

impl Place {
    /// Where it stands after more bytes.
    fn after(self, bytes: &[u8], delimiter: u8) -> Place {
        bytes.iter().fold(self, |place, byte| match (place, *byte) {
            (Place::Cell | Place::Quote, b'"') => Place::Quoted,
            (Place::Quoted, b'"') => Place::Quote,
            (Place::Quoted, _) => Place::Quoted,
            (Place::Cell | Place::Plain | Place::Quote, byte) if byte == delimiter => Place::Cell,
            (Place::Cell | Place::Plain, _) => Place::Plain,
            (Place::Quote | Place::Broken, _) => Place::Broken,
        })
    }
}

fn letters(bytes: &[u8], encoding: Encoding) -> Result<String, Problem> {
    match encoding {
        Encoding::Utf8 => str::from_utf8(bytes).map(str::to_owned).map_err(|_| Problem::Letters),
        Encoding::Latin1 => Ok(bytes.iter().copied().map(char::from).collect()),
    }
}

/// Tells a line's cells apart (RFC 4180): a cell that begins with a quote ends with one, and holds two for one.
fn split(line: &[u8], delimiter: u8) -> Result<Vec<Vec<u8>>, Problem> {
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        let quoted = rest.strip_prefix(b"\"");
        let (cell, after) = match quoted {
            Some(inner) => quoted_cell(inner)?,
            None => {
                let end = rest.iter().position(|byte| *byte == delimiter).unwrap_or(rest.len());
                let (cell, after) = rest.split_at(end);
                (cell.to_vec(), after)
            }
        };
        cells.push(cell);
        match after.split_first() {
            None => return Ok(cells),
            Some((first, after)) if *first == delimiter => rest = after,
            Some(_) => return Err(Problem::AfterQuote),
        }
    }
}

/// The cell after an opening quote, and what follows its closing one.
fn quoted_cell(inner: &[u8]) -> Result<(Vec<u8>, &[u8]), Problem> {
    let (mut cell, mut rest) = (Vec::new(), inner);
    loop {
        let end = rest.iter().position(|byte| *byte == b'"').ok_or(Problem::OpenQuote)?;
        let (own, after) = rest.split_at(end);
        cell.extend_from_slice(own);
        match after.strip_prefix(b"\"\"") {
            Some(after) => {
                cell.push(b'"');
                rest = after;
            }
            None => return Ok((cell, after.get(1..).unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_in_another_encoding_names_the_way_out() {
        let said = ReadError::Header(Problem::Letters).to_string();
        assert!(said.contains("no text") && said.contains("save the file as UTF-8"), "{said}");
    }

    fn cells(line: &str) -> Result<Vec<String>, Problem> {
        split(line.as_bytes(), b';')
            .map(|cells| cells.into_iter().map(|cell| String::from_utf8(cell).unwrap()).collect())
    }

    #[test]
    fn cells_are_told_apart() {
        assert_eq!(cells("a;b;c"), Ok(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(cells(";\"x;\"\"y\"\"\";"), Ok(vec!["".into(), "x;\"y\"".into(), "".into()]));
        assert_eq!(cells("a\"b;c"), Ok(vec!["a\"b".into(), "c".into()]));
        assert_eq!(cells("\"a;b"), Err(Problem::OpenQuote));
        assert_eq!(cells("\"a\"b;c"), Err(Problem::AfterQuote));
        assert_eq!(cells(""), Ok(vec!["".into()]));
    }

    proptest! {
        /// Whether a row goes on in the next line is found byte by byte, in any number of steps, as [`split`] finds it.
        #[test]
        fn an_open_quote_is_known_without_going_back(
            lines in prop::collection::vec(prop::collection::vec(prop::sample::select(&b"a;\"\"\""[..]), 0..6), 1..6)
        ) {
            let (mut place, mut row) = (Place::default(), Vec::new());
            for (number, line) in lines.iter().enumerate() {
                let looked_at = row.len();
                if number > 0 {
                    row.push(b'\n');
                }
                row.extend_from_slice(line);
                place = place.after(&row[looked_at..], b';');
                prop_assert_eq!(place == Place::Quoted, split(&row, b';') == Err(Problem::OpenQuote), "{:?}", row);
            }
        }
    }
}
