//! What a row becomes: actions whose fields are constants, cells of the row, or figures of the case.
//!
//! A field of an action is written as in the JSON of an action (`thads record`). In place of any value may stand:
//! * `{ column = "HEADER" }`: the cell; an empty one leaves the field out;
//! * `{ column = "HEADER", words = { "A" = "active", "B" = "busy" } }`: what the cell's word stands for;
//! * `{ join = ["section ", { column = "HEADER" }] }`: texts put together;
//! * `{ state = "held" }`: money collected on the case and not yet paid over, never more than is owed;
//! * `{ state = "owed" }`: what is still owed in all, costs included;
//! * `{ office = "CODE" }`: the number of an office that the mapping names.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use thads_cases::case::Case;
use thads_cases::event::{Event, KINDS};
use thads_cases::ids::OfficeNo;
use thads_cases::money::Total;
use thads_cases::stream::StreamKind;
use thads_cases::text::normal;
use thads_service::json::{JsonError, event_of};
use thads_service::words::{CLEAR_LENGTH_MAX, LongText, long_clear_text};

use super::mapping::{ColumnType, Columns, Known};
use super::rows::{Row, said};

/// One action of an activity: a kind, its fields, and when it happens.
#[derive(Clone, PartialEq, Debug)]
pub struct Action {
    /// The name of its kind.
    pub kind: &'static str,
    /// Which sort of stream it goes to.
    pub stream_kind: StreamKind,
    /// All of them must hold; none = always.
    pub when: Vec<When>,
    fields: Vec<(String, Template)>,
}

/// When an action happens.
#[derive(Clone, PartialEq, Debug)]
pub enum When {
    /// `"open"`: the case has an order and is not finished.
    Open,
    /// `"not_open"`: anything else.
    NotOpen,
    /// `"money_held"`: more than 0 was collected that is owed and not yet paid over.
    MoneyHeld,
    /// `"paid_in_full"`: the case is open, and after some payment what was collected reached what was then owed. A debt
    /// of 0 is met by a payment of 0, and by no less than a payment.
    PaidInFull,
    /// `{ present = "HEADER" }`: the cell is not empty.
    Present(usize),
    /// `{ absent = "HEADER" }`: the cell is empty.
    Absent(usize),
    /// `{ column = "HEADER", is = ["A", "B"] }`: the cell is one of these.
    Is(usize, Vec<String>),
    /// `{ column = "HEADER", is_not = ["A", "B"] }`: the cell is none of these.
    IsNot(usize, Vec<String>),
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Debug)]
enum Template {
    Constant(Value),
    Column(usize),
    Words(usize, BTreeMap<String, Value>),
    Join(Vec<Template>),
    Held,
    Owed,
    Office(String),
    List(Vec<Template>),
    Object(Vec<(String, Template)>),
}

/// What an action's fields are taken from.
pub struct Source<'a> {
    /// The row.
    pub row: &'a Row,
    /// The case as it stands on the row's day, with what the row has done so far.
    pub case: &'a Case,
    /// The numbers of the offices that the mapping names, by code.
    pub offices: &'a BTreeMap<String, OfficeNo>,
}

/// Why a row gives no value or no event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoValue {
    /// A word that the mapping does not explain, in that column.
    Word {
        /// The column.
        column: usize,
        /// The words that it explains.
        known: String,
    },
    /// A cell is empty that the kind needs.
    Empty {
        /// The column.
        column: usize,
    },
    /// The fields do not make up an event of the kind.
    Event(Box<JsonError>),
    /// The event would keep a long text in clear.
    Long(LongText),
}

impl Action {
    /// Reads an action of the mapping.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn read(mut table: toml::Table, known: &Known<'_>) -> Result<Action, String> {
        let kind = match table.remove("kind") {
            Some(toml::Value::String(kind)) => kind,
            Some(_) | None => return Err("kind is missing: the name of a kind of event".to_owned()),
        };
        let row = KINDS.iter().find(|(info, _)| info.name == kind);
        let (info, stream_kind) =
            row.ok_or_else(|| format!("{kind:?} is no kind of event; kinds: {}", importable()))?;
        if !may_be_imported(info.name, *stream_kind) {
            return Err(format!("{kind} cannot be what a row becomes; kinds: {}", importable()));
        }
        let when = table.remove("when").map_or(Ok(Vec::new()), |when| conditions(when, known))?;
        let mut fields = Vec::with_capacity(table.len());
        for (name, value) in table {
            if automatic(info.name) == Some(name.as_str()) {
                return Err(format!("{name} is the case's own and is filled in by the import; leave it out"));
            }
            let template = Template::read(value, known).map_err(|problem| format!("{name}: {problem}"))?;
            fields.push((name, template));
        }
        let action = Action { kind: info.name, stream_kind: *stream_kind, when, fields };
        action.try_out(known.columns)?;
        Ok(action)
    }

    /// Whether it happens, or what it says, depends on how the case stands.
    pub fn rests_on_the_case(&self) -> bool {
        let of_case =
            |when: &When| matches!(when, When::Open | When::NotOpen | When::MoneyHeld | When::PaidInFull);
        self.when.iter().any(of_case) || self.fields.iter().any(|(_, template)| template.rests_on_the_case())
    }

    /// Builds the event with a sample in place of each cell, so that a mistake is met when the mapping is read.
    fn try_out(&self, columns: &Columns) -> Result<(), String> {
        let mut fields = Map::new();
        for (name, template) in &self.fields {
            fields.insert(name.clone(), template.sample(columns));
        }
        if let Some(name) = automatic(self.kind) {
            fields.insert(name.to_owned(), Value::from("X/2000/0001"));
        }
        let event = event_of(self.kind, fields).map_err(|error| error.to_string())?;
        long_clear_text(&event).map_or(Ok(()), |LongText { field, length }| {
            Err(format!(
                "{field} has {length} characters; the log keeps it in clear, and at most {CLEAR_LENGTH_MAX}"
            ))
        })
    }

    /// The event that a row becomes. `case` is what the import itself knows of the case: its id in the source for a
    /// judgment, its id in the ledger for a complaint.
    ///
    /// # Errors
    /// What the row lacks.
    pub fn event(&self, source: &Source<'_>, case: &str) -> Result<Event, NoValue> {
        let mut fields = Map::new();
        for (name, template) in &self.fields {
            match template.value(source)? {
                Value::Null => {}
                value => {
                    fields.insert(name.clone(), value);
                }
            }
        }
        if let Some(name) = automatic(self.kind) {
            fields.insert(name.to_owned(), Value::from(case));
        }
        let event = event_of(self.kind, fields).map_err(|error| self.why_not(source.row, error))?;
        long_clear_text(&event).map_or(Ok(event), |long| Err(NoValue::Long(long)))
    }

    /// A field that is missing was left out for an empty cell: with all cells filled in the mapping was tried out.
    fn why_not(&self, row: &Row, error: JsonError) -> NoValue {
        let empty = self.fields.iter().find_map(|(_, template)| template.empty_cell(row));
        match empty {
            Some(column) if error.given.is_none() => NoValue::Empty { column },
            Some(_) | None => NoValue::Event(Box::new(error)),
        }
    }
}

/// The field that the import itself fills in: the case's id in the source, or in the ledger.
fn automatic(kind: &str) -> Option<&'static str> {
    match kind {
        "judgment_received" => Some("number"),
        "complaint_received" | "denunciation_received" => Some("case"),
        _ => None,
    }
}

/// Offices and officers come from the mapping's own sections, repairs name positions of the ledger, and the row itself is kept
/// with whatever it becomes.
fn may_be_imported(kind: &str, stream_kind: StreamKind) -> bool {
    match stream_kind {
        StreamKind::Case | StreamKind::Complaint => kind != "row_imported",
        StreamKind::Any => kind == "note_added",
        _ => false,
    }
}

fn importable() -> String {
    let kinds = KINDS.iter().filter(|(info, stream_kind)| may_be_imported(info.name, *stream_kind));
    kinds.map(|(info, _)| info.name).collect::<Vec<_>>().join(", ")
}

/// Reads `when`: one condition or a list of them.
fn conditions(when: toml::Value, known: &Known<'_>) -> Result<Vec<When>, String> {
    match when {
        toml::Value::Array(list) => list.into_iter().map(|one| When::read(one, known)).collect(),
        one => When::read(one, known).map(|one| vec![one]),
    }
}

impl When {
    fn read(value: toml::Value, known: &Known<'_>) -> Result<When, String> {
        let columns = known.columns;
        const WANTED: &str = "when is \"open\", \"not_open\", \"money_held\", \"paid_in_full\", { present = HEADER }, \
                              { absent = HEADER }, { column = HEADER, is = [WORDS] } or { column = HEADER, is_not = [WORDS] }";
        let table = match value {
            toml::Value::String(word) => {
                return match word.as_str() {
                    "open" => Ok(When::Open),
                    "not_open" => Ok(When::NotOpen),
                    "money_held" => Ok(When::MoneyHeld),
                    "paid_in_full" => Ok(When::PaidInFull),
                    other => Err(format!("{WANTED}; not {other:?}")),
                };
            }
            toml::Value::Table(table) => table,
            _ => return Err(WANTED.to_owned()),
        };
        let mut pairs: Vec<(&str, &toml::Value)> =
            table.iter().map(|(key, value)| (key.as_str(), value)).collect();
        pairs.sort_unstable_by_key(|(key, _)| *key);
        match pairs.as_slice() {
            [("present", header)] => Ok(When::Present(columns.find(header)?)),
            [("absent", header)] => Ok(When::Absent(columns.find(header)?)),
            [("column", header), ("is", words)] => {
                let column = columns.find(header)?;
                Ok(When::Is(column, list_of_words(words, column, known)?))
            }
            [("column", header), ("is_not", words)] => {
                let column = columns.find(header)?;
                Ok(When::IsNot(column, list_of_words(words, column, known)?))
            }
            _ => Err(WANTED.to_owned()),
        }
    }
}

/// Words as the cells of a column say them.
fn list_of_words(value: &toml::Value, column: usize, known: &Known<'_>) -> Result<Vec<String>, String> {
    let list = value.as_array().ok_or("is and is_not take a list of words")?;
    let words = list.iter().map(|word| {
        let word = word.as_str().ok_or("is and is_not take a list of words")?;
        word_of(word, column, known)
    });
    words.collect()
}

/// A word as the cells of a column say it, so that it is met in every spelling.
fn word_of(word: &str, column: usize, known: &Known<'_>) -> Result<String, String> {
    let value = known.dialect.value(&normal(word), known.columns.type_of(column));
    let value = value.map_err(|problem| {
        format!("{word:?} is never what column {:?} says: {problem}", known.columns.header(column))
    })?;
    Ok(said(&value))
}

impl Template {
    fn read(value: toml::Value, known: &Known<'_>) -> Result<Template, String> {
        match value {
            toml::Value::Table(table) if EXPRESSIONS.iter().any(|key| table.contains_key(*key)) => {
                Template::expression(table, known)
            }
            toml::Value::Table(table) => {
                let fields = table.into_iter().map(|(name, value)| {
                    let template =
                        Template::read(value, known).map_err(|problem| format!("{name}: {problem}"))?;
                    Ok((name, template))
                });
                fields.collect::<Result<Vec<_>, String>>().map(Template::Object)
            }
            toml::Value::Array(list) => {
                let list = list.into_iter().map(|one| Template::read(one, known));
                list.collect::<Result<Vec<_>, String>>().map(Template::List)
            }
            toml::Value::String(text) => Ok(Template::Constant(Value::from(normal(&text)))),
            constant => constant_of(&constant).map(Template::Constant),
        }
    }

    fn expression(mut table: toml::Table, known: &Known<'_>) -> Result<Template, String> {
        let (columns, offices) = (known.columns, known.offices);
        let template = if let Some(header) = table.remove("column") {
            let column = columns.find(&header)?;
            match table.remove("words") {
                None => Template::Column(column),
                Some(toml::Value::Table(words)) if !words.is_empty() => {
                    let mut explained = BTreeMap::new();
                    for (word, value) in words {
                        let read = word_of(&word, column, known)?;
                        if explained.insert(read, constant_of(&value)?).is_some() {
                            return Err(format!("words has {word:?} twice"));
                        }
                    }
                    Template::Words(column, explained)
                }
                Some(_) => return Err("words is a table: what each word of the cell stands for".to_owned()),
            }
        } else if let Some(parts) = table.remove("join") {
            let toml::Value::Array(parts) = parts else {
                return Err("join is a list of texts and columns".to_owned());
            };
            let parts = parts.into_iter().map(|part| match part {
                // With the spaces at its ends.
                toml::Value::String(text) => Ok(Template::Constant(Value::String(text))),
                part => Template::read(part, known),
            });
            Template::Join(parts.collect::<Result<_, String>>()?)
        } else if let Some(state) = table.remove("state") {
            match state.as_str() {
                Some("held") => Template::Held,
                Some("owed") => Template::Owed,
                Some(_) | None => return Err("state is \"held\" or \"owed\"".to_owned()),
            }
        } else {
            let code = table.remove("office");
            let code =
                code.as_ref().and_then(toml::Value::as_str).ok_or("office is the code of an office")?;
            if !offices.iter().any(|office| office == code) {
                return Err(format!("the mapping names no office {code:?}; it names {}", offices.join(", ")));
            }
            Template::Office(code.to_owned())
        };
        match table.keys().next() {
            None => Ok(template),
            Some(key) => Err(format!("{key:?} does not belong here")),
        }
    }

    fn value(&self, source: &Source<'_>) -> Result<Value, NoValue> {
        Ok(match self {
            Template::Constant(value) => value.clone(),
            Template::Column(column) => source.row.value(*column).clone(),
            Template::Words(column, words) => match source.row.text(*column) {
                "" => Value::Null,
                word => words.get(word).cloned().ok_or_else(|| NoValue::Word {
                    column: *column,
                    known: words.keys().cloned().collect::<Vec<_>>().join(", "),
                })?,
            },
            Template::Join(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part.value(source)? {
                        Value::Null => {}
                        Value::String(part) => text.push_str(&part),
                        other => text.push_str(&other.to_string()),
                    }
                }
                let text = normal(&text);
                if text.is_empty() { Value::Null } else { Value::String(text) }
            }
            Template::Held => sum(source.case.cash.undistributed),
            Template::Owed => sum(source.case.remaining()),
            Template::Office(code) => {
                source.offices.get(code).map_or(Value::Null, |number| Value::from(number.0))
            }
            Template::List(list) => {
                Value::Array(list.iter().map(|one| one.value(source)).collect::<Result<_, _>>()?)
            }
            Template::Object(fields) => {
                let mut object = Map::new();
                for (name, template) in fields {
                    match template.value(source)? {
                        Value::Null => {}
                        value => {
                            object.insert(name.clone(), value);
                        }
                    }
                }
                Value::Object(object)
            }
        })
    }

    fn rests_on_the_case(&self) -> bool {
        match self {
            Template::Held | Template::Owed => true,
            Template::List(list) | Template::Join(list) => list.iter().any(Template::rests_on_the_case),
            Template::Object(fields) => fields.iter().any(|(_, template)| template.rests_on_the_case()),
            Template::Constant(_) | Template::Column(_) | Template::Words(..) | Template::Office(_) => false,
        }
    }

    /// The first column in it whose cell is empty.
    fn empty_cell(&self, row: &Row) -> Option<usize> {
        match self {
            Template::Column(column) | Template::Words(column, _) => {
                Some(*column).filter(|column| row.text(*column).is_empty())
            }
            Template::List(list) | Template::Join(list) => list.iter().find_map(|one| one.empty_cell(row)),
            Template::Object(fields) => fields.iter().find_map(|(_, template)| template.empty_cell(row)),
            Template::Constant(_) | Template::Held | Template::Owed | Template::Office(_) => None,
        }
    }

    fn sample(&self, columns: &Columns) -> Value {
        match self {
            Template::Constant(value) => value.clone(),
            Template::Column(column) => match columns.type_of(*column) {
                ColumnType::Text => Value::from("x"),
                ColumnType::Day => Value::from("2000-01-01"),
                ColumnType::Amount | ColumnType::Number => Value::from(1),
            },
            Template::Words(_, words) => words.values().next().cloned().unwrap_or(Value::Null),
            Template::Join(_) => Value::from("x"),
            Template::Held | Template::Owed | Template::Office(_) => Value::from(1),
            Template::List(list) => Value::Array(list.iter().map(|one| one.sample(columns)).collect()),
            Template::Object(fields) => Value::Object(
                fields.iter().map(|(name, template)| (name.clone(), template.sample(columns))).collect(),
            ),
        }
    }
}

/// A sum of a case as a value; as text where it is beyond what an entry can hold, so that no amount is read from it.
fn sum(total: Total) -> Value {
    i64::try_from(total).map_or_else(|_| Value::String(total.to_string()), Value::from)
}

/// The keys by which a table is an expression and not a table of fields.
const EXPRESSIONS: &[&str] = &["column", "join", "state", "office"];

fn constant_of(value: &toml::Value) -> Result<Value, String> {
    match value {
        toml::Value::String(text) => Ok(Value::from(text.as_str())),
        toml::Value::Integer(number) => Ok(Value::from(*number)),
        toml::Value::Boolean(flag) => Ok(Value::from(*flag)),
        toml::Value::Datetime(date) => Ok(Value::from(date.to_string())),
        toml::Value::Float(_) => Err("a number with a point is no amount here; write whole units".to_owned()),
        toml::Value::Array(list) => list.iter().map(constant_of).collect::<Result<_, _>>().map(Value::Array),
        toml::Value::Table(table) => {
            let fields = table.iter().map(|(name, value)| Ok((name.clone(), constant_of(value)?)));
            fields.collect::<Result<_, String>>().map(Value::Object)
        }
    }
}
