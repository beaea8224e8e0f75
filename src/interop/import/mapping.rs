//! The mapping file: which columns of a case-action log mean what, and what each activity becomes.
//!
//! Users write it themselves, in TOML; `examples/fines.toml` is one, with comments. Its sections:
//! * `[ledger]`: `name`, `origin` and `currency = { code, exponent }` of the ledger, used when the data directory is
//!   new. Amounts of the ledger are whole smallest units: with exponent 2, cents.
//! * `[source]`: how the file is written: `delimiter` (`","`), `encoding` (`"utf-8"` or `"latin-1"`), `multiline`
//!   (whether a quoted cell may hold line breaks; `false`: a forgotten quote then costs one row and not the file),
//!   `dates` (a pattern, see [`super::day::DayPattern`]), `amounts`: `{ unit = "minor" }` for whole smallest units,
//!   `{ unit = "major" }` for the currency's main unit; with `decimal = ","` and `thousands = "."` where they occur.
//!   A separator that is not named here is refused, never guessed.
//! * `[office]`: whose cases these are: `code`, `name`, `level` (`"department"` or `"sub_department"`), `opened` (a
//!   date). Opened by the import where the ledger has no office of that code. `[[other_office]]`: the same for offices
//!   that actions name.
//! * `[columns]`: headers by role: `case`, `activity`, `date`, and `officer` where there is one; then the headers of
//!   other columns that are used, by what stands in them: `amounts`, `dates`, `numbers`, `texts`. Cells are checked
//!   in every row, used or not. What these columns say, in this order, is what a row is known by, however it is spelt:
//!   change them between two imports of one source, and its rows are new rows. Renaming a header changes nothing.
//! * `[officers]`: `role`, as which an officer is appointed who is first met in a row. `[[staff]]`: `name` and `role` of
//!   officers who are appointed in any case: a head and an administrator, without whom nobody goes on with the ledger. All
//!   are appointed from the day on which the office was opened.
//! * `[[activities."NAME"]]`: one action of that activity: `kind`, its fields, and `when` it happens; several are
//!   done in their order, in one append. Of one case and day, the activities that are declared first are done first,
//!   however the rows stand in the file; the one that takes the case in is the first of all. See [`super::template`] for what may stand in a field. A row that does
//!   nothing by this is kept as a row and nothing else. The first action of a case must be `judgment_received`; its `number` is
//!   the case's id in the source, and a later import finds the case by it.

use std::collections::BTreeMap;

use serde::Deserialize;
use thads_cases::date::Date;
use thads_cases::ids::OfficeCode;
use thads_cases::organisation::{Level, Role};
use thads_cases::text::normal;
use thads_service::words::{CLEAR_LENGTH_MAX, is_readable};
use toml::Spanned;

use super::amount::AmountRule;
use super::day::{DayPattern, NoPattern};
use super::identity::Identity;
use super::rows::Row;
use super::template::Action;

/// A mapping file, read and checked.
#[derive(Clone, PartialEq, Debug)]
pub struct Mapping {
    /// The ledger to create where there is none.
    pub ledger: LedgerSection,
    /// How the file is written.
    pub dialect: Dialect,
    /// Whose cases these are.
    pub office: Office,
    /// Other offices that actions name.
    pub other_offices: Vec<Office>,
    /// The columns that are used.
    pub columns: Columns,
    /// As what officers are appointed; `None` where no column names them.
    pub officer_role: Option<Role>,
    /// Officers who are appointed whether or not a row names them.
    pub staff: Vec<Staff>,
    /// What each activity becomes.
    pub activities: BTreeMap<String, Activity>,
}

/// What an activity becomes.
#[derive(Clone, PartialEq, Debug)]
pub struct Activity {
    /// Its place among the activities, as the mapping declares them: of one day, those declared first are done first.
    pub order: usize,
    /// Its actions, in their order.
    pub actions: Vec<Action>,
}

impl Activity {
    /// Whether it takes a case in.
    pub fn takes_in(&self) -> bool {
        self.actions.first().is_some_and(|action| action.kind == "judgment_received")
    }
}

impl Mapping {
    /// The place of a row among those of its case: what takes the case in goes first, then they go by day, and of one day
    /// by the order in which the mapping declares the activities. Rows of one place go by their identities.
    pub fn place(&self, row: &Row) -> Place {
        let activity = self.activities.get(row.activity());
        Place {
            behind_intake: !activity.is_some_and(Activity::takes_in),
            day: row.day,
            activity: activity.map_or(0, |activity| activity.order),
            identity: Identity::of(self.office.code.as_str(), row),
        }
    }
}

/// Where a row goes among those of its case; see [`Mapping::place`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Whether it does not take its case in.
    pub behind_intake: bool,
    /// Its day.
    pub day: Date,
    /// The place of its activity in the mapping.
    pub activity: usize,
    /// What it says.
    pub identity: Identity,
}

/// An officer who is appointed whether or not a row names him: the head, the administrator, who has another role.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// His name; rows that name him are his.
    pub name: String,
    /// As what.
    pub role: Role,
}

/// The ledger to create where there is none.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSection {
    /// Its name.
    pub name: String,
    /// Its origin: the name under which its checkpoints are known.
    pub origin: String,
    /// Its unit of money.
    pub currency: Currency,
}

/// A unit of money.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Currency {
    /// Its code, for instance `EUR`.
    pub code: String,
    /// How many decimals its main unit has.
    pub exponent: u8,
}

/// How a file is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dialect {
    /// What stands between cells.
    pub delimiter: u8,
    /// How bytes are letters.
    pub encoding: Encoding,
    /// Whether a quoted cell may hold line breaks.
    pub multiline: bool,
    /// How dates are written.
    pub days: DayPattern,
    /// How amounts are written.
    pub amounts: AmountRule,
}

/// How bytes are letters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1.
    #[serde(rename = "latin-1")]
    Latin1,
}

/// An office that an import opens where the ledger has none of that code.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// Its code.
    pub code: OfficeCode,
    /// Its name.
    pub name: String,
    /// What it is.
    pub level: Level,
    /// Since when.
    pub opened: Date,
}

/// What stands in a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnType {
    /// Any text.
    Text,
    /// A date.
    Day,
    /// An amount of money.
    Amount,
    /// A whole number.
    Number,
}

/// The columns that a mapping uses, in the order in which a row is known by them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Columns {
    all: Vec<(String, ColumnType)>,
    /// Which of them names the officer.
    pub officer: Option<usize>,
}

impl Columns {
    /// The column of the case's id in the source.
    pub const CASE: usize = 0;
    /// The column of the activity.
    pub const ACTIVITY: usize = 1;
    /// The column of the date.
    pub const DATE: usize = 2;

    /// Headers and types.
    pub fn all(&self) -> &[(String, ColumnType)] {
        &self.all
    }

    /// The header of a column.
    pub fn header(&self, column: usize) -> &str {
        self.all.get(column).map_or("", |(header, _)| header)
    }

    /// What stands in a column.
    pub fn type_of(&self, column: usize) -> ColumnType {
        self.all.get(column).map_or(ColumnType::Text, |(_, of)| *of)
    }

    /// Finds a column by the header that an action names.
    pub(super) fn find(&self, header: &toml::Value) -> Result<usize, String> {
        let header = normal(header.as_str().ok_or("a column is named by its header, in quotes")?);
        self.all.iter().position(|(known, _)| *known == header).ok_or_else(|| {
            format!("[columns] has no {header:?}; name it there under amounts, dates, numbers or texts")
        })
    }
}

/// What the actions of a mapping may name.
pub(super) struct Known<'a> {
    pub(super) columns: &'a Columns,
    pub(super) offices: &'a [String],
    pub(super) dialect: &'a Dialect,
}

/// Why a text is no mapping.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// No TOML, or not the sections and keys of a mapping.
    #[error("the mapping cannot be read: {}", in_short_lines(.0))]
    Toml(#[from] toml::de::Error),
    /// Something in `[source]` or `[columns]`.
    #[error("the mapping's [{section}] {key}: {problem}")]
    Key {
        /// The section.
        section: &'static str,
        /// The key.
        key: &'static str,
        /// What is wrong, and what would do.
        problem: String,
    },
    /// An action.
    #[error("the mapping's action {number} of activity {activity:?}: {problem}")]
    Action {
        /// Of which activity.
        activity: String,
        /// The how-manieth.
        number: usize,
        /// What is wrong, and what would do.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ledger: LedgerSection,
    source: SourceSection,
    office: Office,
    #[serde(default)]
    other_office: Vec<Office>,
    columns: ColumnsSection,
    officers: Option<OfficersSection>,
    #[serde(default)]
    staff: Vec<Staff>,
    activities: BTreeMap<Spanned<String>, Vec<toml::Table>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceSection {
    delimiter: char,
    #[serde(default)]
    encoding: Encoding,
    #[serde(default)]
    multiline: bool,
    dates: String,
    amounts: Option<AmountsSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AmountsSection {
    unit: Unit,
    decimal: Option<char>,
    thousands: Option<char>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Minor,
    Major,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnsSection {
    case: String,
    activity: String,
    date: String,
    officer: Option<String>,
    #[serde(default)]
    amounts: Vec<String>,
    #[serde(default)]
    dates: Vec<String>,
    #[serde(default)]
    numbers: Vec<String>,
    #[serde(default)]
    texts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficersSection {
    role: Role,
}

impl Mapping {
    /// Reads a mapping file's text.
    ///
    /// # Errors
    /// The first thing in it that cannot be: where it stands, and what would do.
    pub fn read(text: &str) -> Result<Mapping, MappingError> {
        let file: File = toml::from_str(text.strip_prefix('\u{feff}').unwrap_or(text))?;
        let columns = columns(file.columns)?;
        let dialect = dialect(file.source, &file.ledger.currency, &columns)?;
        let offices = std::iter::once(&file.office).chain(&file.other_office);
        let offices: Vec<String> = offices.map(|office| office.code.to_string()).collect();
        if let Some(twice) = first_twice(&offices) {
            return Err(key(
                "other_office",
                "code",
                format!("{twice} stands there twice; give each office once"),
            ));
        }
        let named = std::iter::once(&file.office).chain(&file.other_office);
        if let Some(long) =
            named.map(|office| office.name.chars().count()).find(|length| *length > CLEAR_LENGTH_MAX)
        {
            let problem =
                format!("has {long} characters; the log keeps it in clear, and at most {CLEAR_LENGTH_MAX}");
            return Err(key("office", "name", problem));
        }
        let officer_role = match (columns.officer, file.officers) {
            (None, _) => None,
            (Some(_), Some(officers)) => Some(officers.role),
            (Some(_), None) => {
                return Err(key("officers", "role", "is missing: as what officers are appointed".to_owned()));
            }
        };
        let known = Known { columns: &columns, offices: &offices, dialect: &dialect };
        let mut declared: Vec<(Spanned<String>, Vec<toml::Table>)> = file.activities.into_iter().collect();
        declared.sort_by_key(|(name, _)| name.span().start);
        let mut activities = BTreeMap::new();
        for (order, (name, tables)) in declared.into_iter().enumerate() {
            let activity = normal(name.get_ref());
            let actions = tables.into_iter().enumerate().map(|(at, table)| {
                Action::read(table, &known).map_err(|problem| MappingError::Action {
                    activity: activity.clone(),
                    number: at.saturating_add(1),
                    problem,
                })
            });
            let actions = actions.collect::<Result<Vec<_>, _>>()?;
            if !is_readable(&activity) || activities.contains_key(&activity) {
                let problem = format!(
                    "{activity:?} stands there twice, but for spaces or letters that look alike, or says nothing; give each activity once"
                );
                return Err(key("activities", "", problem));
            }
            activities.insert(activity, Activity { order, actions });
        }
        let mut staff = file.staff;
        for officer in &mut staff {
            officer.name = normal(&officer.name);
            if !is_readable(&officer.name) {
                return Err(key("staff", "name", "says nothing".to_owned()));
            }
        }
        let names: Vec<String> = staff.iter().map(|officer| officer.name.clone()).collect();
        if let Some(twice) = first_twice(&names) {
            return Err(key("staff", "name", format!("{twice:?} stands there twice")));
        }
        Ok(Mapping {
            ledger: file.ledger,
            dialect,
            office: file.office,
            other_offices: file.other_office,
            columns,
            officer_role,
            staff,
            activities,
        })
    }

    /// Every office that the mapping names, the cases' own first.
    pub fn offices(&self) -> impl Iterator<Item = &Office> {
        std::iter::once(&self.office).chain(&self.other_offices)
    }
}

/// What is wrong with a text in TOML, which is drawn under the line where it is: a line may be as long as the file.
fn in_short_lines(error: &toml::de::Error) -> String {
    const LETTERS_MAX: usize = 200;
    let drawn = error.to_string();
    let lines = drawn.lines().map(|line| line.chars().take(LETTERS_MAX).collect::<String>());
    lines.collect::<Vec<_>>().join("\n")
}

fn key(section: &'static str, key: &'static str, problem: String) -> MappingError {
    MappingError::Key { section, key, problem }
}

fn columns(section: ColumnsSection) -> Result<Columns, MappingError> {
    let mut all = vec![
        (section.case, ColumnType::Text),
        (section.activity, ColumnType::Text),
        (section.date, ColumnType::Day),
    ];
    let officer = section.officer.map(|header| {
        all.push((header, ColumnType::Text));
        all.len() - 1
    });
    for (headers, of) in [
        (section.amounts, ColumnType::Amount),
        (section.dates, ColumnType::Day),
        (section.numbers, ColumnType::Number),
        (section.texts, ColumnType::Text),
    ] {
        all.extend(headers.into_iter().map(|header| (header, of)));
    }
    for (header, _) in &mut all {
        *header = normal(header);
    }
    let headers: Vec<String> = all.iter().map(|(header, _)| header.clone()).collect();
    if let Some(twice) = first_twice(&headers) {
        return Err(key(
            "columns",
            "",
            format!("{twice:?} stands there twice; a column has one role or one type"),
        ));
    }
    if headers.iter().any(|header| header.trim().is_empty()) {
        return Err(key("columns", "", "a header is empty".to_owned()));
    }
    Ok(Columns { all, officer })
}

fn first_twice(words: &[String]) -> Option<&String> {
    words
        .iter()
        .enumerate()
        .find(|(at, word)| words.iter().take(*at).any(|earlier| earlier == *word))
        .map(|(_, word)| word)
}

fn dialect(source: SourceSection, currency: &Currency, columns: &Columns) -> Result<Dialect, MappingError> {
    let delimiter =
        u8::try_from(source.delimiter).ok().filter(|byte| byte.is_ascii() && !b"\"\r\n".contains(byte));
    let delimiter = delimiter.ok_or_else(|| {
        key(
            "source",
            "delimiter",
            format!("{:?} cannot stand between cells; write \",\", \";\" or \"\\t\"", source.delimiter),
        )
    })?;
    let days =
        source.dates.parse().map_err(|problem: NoPattern| key("source", "dates", problem.to_string()))?;
    let needed = columns.all().iter().any(|(_, of)| *of == ColumnType::Amount);
    let amounts = match source.amounts {
        Some(section) => amounts(&section, currency)?,
        None if needed => {
            let problem =
                "is missing: { unit = \"minor\" } or { unit = \"major\", decimal = \",\" }".to_owned();
            return Err(key("source", "amounts", problem));
        }
        None => AmountRule { exponent: 0, decimal: None, thousands: None },
    };
    Ok(Dialect { delimiter, encoding: source.encoding, multiline: source.multiline, days, amounts })
}

fn amounts(section: &AmountsSection, currency: &Currency) -> Result<AmountRule, MappingError> {
    let refuse = |problem: String| Err(key("source", "amounts", problem));
    if currency.exponent > 18 {
        return Err(key("ledger", "currency", format!("exponent {} is beyond 18", currency.exponent)));
    }
    let exponent = if section.unit == Unit::Major { currency.exponent } else { 0 };
    if section.decimal.is_some() && exponent == 0 {
        return refuse("whole smallest units have no decimals; leave decimal out".to_owned());
    }
    for separator in [section.decimal, section.thousands].into_iter().flatten() {
        if separator.is_alphanumeric() || separator == '-' {
            return refuse(format!("{separator:?} cannot separate digits"));
        }
    }
    if section.decimal.is_some() && section.decimal == section.thousands {
        return refuse("decimal and thousands are the same character".to_owned());
    }
    Ok(AmountRule { exponent, decimal: section.decimal, thousands: section.thousands })
}
