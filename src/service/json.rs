//! The form of actions and entries in JSON: what the API and the command line take in and give out.
//!
//! An action is one flat object: the envelope's fields, the common fields and the kind's own stand beside each other.

use std::marker::PhantomData;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value, json};
use serde_path_to_error::{Segment, Track};
use thads_cases::date::Date;
use thads_cases::event::{Body, COMMON_FIELDS, Event, KINDS, KindCode};
use thads_cases::ids::{CaseId, OfficerNo, Position};
use thads_cases::refusal::Refusal;
use thads_cases::stream::{NotAStream, StreamId};
use thads_cases::text::normal;
use thads_proof::genesis::Genesis;
use thads_proof::record::{Provenance, Record, RequestId};
pub use thads_texts::{Language, refusal as refusal_text};

mod error;

pub use error::JsonError;
pub(crate) use error::shown;

/// Reads the name of a stream, for instance `case:DT03/2018/0412`.
///
/// # Errors
/// Says which forms there are.
pub fn parse_stream(text: &str) -> Result<StreamId, JsonError> {
    text.parse().map_err(|error: NotAStream| JsonError::new("stream", text, &error.rule, &error.accepted))
}

/// An action as it was sent.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// Unique for ever; `None`: the service gives one.
    pub request: Option<RequestId>,
    /// Whose history it belongs to.
    pub subject: StreamId,
    /// The version at which the sender saw the stream; `None`: whatever it is now.
    pub expected_version: Option<u64>,
    /// When it takes effect; `None`: today.
    pub effective: Option<Date>,
    /// By whom.
    pub actor: OfficerNo,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What happened.
    pub what: What,
}

/// What an action says.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// An event, whole.
    Event(Box<Event>),
    /// `fact_corrected` with only the fields that change: the rest is taken from the entry itself.
    Changes {
        /// Which entry.
        entry: Position,
        /// The fields that change, with their right values.
        changes: Map<String, Value>,
        /// The rest of the action's own fields.
        rest: Map<String, Value>,
    },
}

const ENVELOPE: &[&str] = &["request", "case", "stream", "expected_version", "kind", "effective", "actor"];

/// Reads an action. `subject` is the one that the address names, if it names one.
///
/// # Errors
/// The first field that is missing, unknown or wrong.
pub fn parse_action(value: Value, subject: Option<StreamId>) -> Result<Request, JsonError> {
    let value = in_normal_form(value);
    let Value::Object(mut object) = value else {
        return Err(JsonError::new(
            "body",
            &value.to_string(),
            "an action is one JSON object",
            "{\"kind\": …}",
        ));
    };
    let mut envelope = Map::new();
    for name in ENVELOPE {
        // A complaint's `case` is a field of its kind, not the stream.
        let of_kind = *name == "case" && matches!(subject, Some(StreamId::Complaint(_)));
        let stays = of_kind || (*name == "case" && object.contains_key("stream"));
        if let (false, Some(value)) = (stays, object.get(*name)) {
            envelope.insert((*name).to_owned(), value.clone());
            object.shift_remove(*name);
        }
    }
    let subject = subject_of(&envelope, subject)?;
    let kind = text(&envelope, "kind", "the name of a kind, for instance payment_collected")?;
    let request = match envelope.get("request") {
        None | Some(Value::Null) => None,
        Some(_) => {
            let id = text(&envelope, "request", "32 hex digits or a UUID")?;
            Some(
                id.parse()
                    .map_err(|_| JsonError::new("request", id, "a request id", "32 hex digits or a UUID"))?,
            )
        }
    };
    let effective = match envelope.get("effective") {
        None | Some(Value::Null) => None,
        Some(_) => {
            let date = text(&envelope, "effective", "a date, for instance 2019-03-31")?;
            Some(date.parse().map_err(|error: thads_cases::date::NotADate| {
                JsonError::new("effective", date, &error.to_string(), "a date, for instance 2019-03-31")
            })?)
        }
    };
    let actor = number(&envelope, "actor")?.ok_or_else(|| {
        JsonError::not_given(
            "actor",
            "who records it must be said",
            "an officer's number (officer_appointed)",
        )
    })?;
    let what = what_of(kind, object)?;
    Ok(Request {
        request,
        subject,
        expected_version: number(&envelope, "expected_version")?,
        effective,
        actor: OfficerNo(small("actor", actor)?),
        provenance: Provenance::Live,
        what,
    })
}

/// Puts every text of a value into its normal form: here alone does text enter with an action.
fn in_normal_form(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(normal(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(in_normal_form).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, in_normal_form(value))).collect())
        }
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
    }
}

fn subject_of(envelope: &Map<String, Value>, address: Option<StreamId>) -> Result<StreamId, JsonError> {
    let case = "a case, for instance DT03/2018/0412";
    let named = match (envelope.get("case"), envelope.get("stream")) {
        (None, None) => None,
        (Some(_), None) => {
            let id = text(envelope, "case", case)?;
            let id =
                id.parse::<CaseId>().map_err(|error| JsonError::new("case", id, &error.to_string(), case))?;
            Some(StreamId::Case(id))
        }
        (_, Some(_)) => {
            Some(parse_stream(text(envelope, "stream", "a stream, for instance case:DT03/2018/0412")?)?)
        }
    };
    match (address, named) {
        (Some(address), Some(named)) if address != named => {
            let field = if envelope.contains_key("case") { "case" } else { "stream" };
            let given = envelope.get(field).and_then(Value::as_str).unwrap_or_default();
            Err(JsonError::new(
                field,
                given,
                "the body and the address name different histories",
                "one of them",
            ))
        }
        (Some(subject), _) | (None, Some(subject)) => Ok(subject),
        (None, None) => {
            Err(JsonError::not_given("case", "the action belongs to no history", "case, or stream"))
        }
    }
}

/// Reads the kind's own fields and the common ones.
fn what_of(kind: &str, mut fields: Map<String, Value>) -> Result<What, JsonError> {
    if kind == "fact_corrected" && fields.contains_key("changes") {
        let entry = number(&fields, "entry")?.map(Position).ok_or_else(|| {
            JsonError::not_given("entry", "a correction names the entry that it corrects", "a position")
        })?;
        let Some(Value::Object(changes)) = fields.shift_remove("changes") else {
            return Err(JsonError::new(
                "changes",
                "no object",
                "the fields that change",
                "{\"amount\": 5000000}",
            ));
        };
        if let Some(twice) = ["replacement", "changed"].into_iter().find(|name| fields.contains_key(*name)) {
            let rule = "the fields that change are given, or the whole replacement";
            return Err(JsonError::new(twice, "both", rule, "changes, or replacement"));
        }
        return Ok(What::Changes { entry, changes, rest: fields });
    }
    if kind == "fact_corrected" && fields.contains_key("changed") {
        let rule = "which fields were given is noted by the ledger";
        return Err(JsonError::new("changed", "given", rule, "changes: {\"amount\": 5000000}"));
    }
    event_of(kind, fields).map(|event| What::Event(Box::new(event)))
}

/// The whole correction where only the fields that change were given: what the entry says with these replaced, and their
/// names. `rest` are the action's other own fields; they may say when the entry really took effect.
///
/// # Errors
/// The field that is missing, unknown or wrong.
pub(crate) fn correction(
    replacement: Event,
    took_effect: &str,
    changed: Vec<String>,
    mut rest: Map<String, Value>,
) -> Result<Event, JsonError> {
    let replacement = serde_json::to_value(&replacement)
        .map_err(|error| JsonError::new("changes", "", &error.to_string(), "fields of the kind"))?;
    rest.insert("replacement".to_owned(), replacement);
    if !rest.contains_key("took_effect") {
        rest.insert("took_effect".to_owned(), Value::String(took_effect.to_owned()));
    }
    let mut event = event_of("fact_corrected", rest)?;
    if let Body::FactCorrected(fact) = &mut event.body {
        fact.changed = Some(changed);
    }
    Ok(event)
}

/// Reads an event from its flat fields.
///
/// # Errors
/// The kind that is unknown, or the field that is missing, unknown or wrong.
pub fn event_of(kind: &str, mut fields: Map<String, Value>) -> Result<Event, JsonError> {
    let code = KindCode::named(kind).ok_or_else(|| {
        let names = KINDS.iter().map(|(info, _)| info.name).collect::<Vec<_>>().join(", ");
        JsonError::new("kind", kind, "there is no such kind", &names)
    })?;
    let mut common = Map::new();
    for name in COMMON_FIELDS {
        if let Some(value) = fields.shift_remove(*name) {
            common.insert((*name).to_owned(), value);
        }
    }
    let common = read(&Value::Object(common), PhantomData)?;
    let body = read(&Value::Object(fields), code)?;
    Ok(Event { common, body })
}

/// Reads fields, or says which of them does not fit: by its path, for instance `obligations[1].amount`.
fn read<'a, S: DeserializeSeed<'a>>(fields: &'a Value, seed: S) -> Result<S::Value, JsonError> {
    let mut track = Track::new();
    let error = match seed.deserialize(serde_path_to_error::Deserializer::new(fields, &mut track)) {
        Ok(read) => return Ok(read),
        Err(error) => error.to_string(),
    };
    let path = track.path();
    let name = if path.iter().len() == 0 { None } else { Some(path.to_string()) };
    // The path of what is missing ends at the object that lacks it; serde gives its name in words alone.
    if let Some(missing) = error.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        let name = name.map_or_else(|| missing.to_owned(), |within| format!("{within}.{missing}"));
        return Err(JsonError::missing(&name, "a value; see docs/format.md"));
    }
    let Some(name) = name else {
        return Err(JsonError::new(
            "body",
            "its fields",
            &error,
            "the fields of the kind; see docs/format.md",
        ));
    };
    let given = path.iter().fold(fields, |within, segment| within_of(within, segment).unwrap_or(within));
    if error.starts_with("unknown field `") {
        let known = error.split_once(", expected ").map_or("no other field", |(_, known)| known);
        return Err(JsonError::new(&name, &given.to_string(), "there is no such field", known));
    }
    Err(JsonError::new(&name, &given.to_string(), &error, "a value of its type; see docs/format.md"))
}

/// What a step of a path leads to.
fn within_of<'a>(value: &'a Value, step: &Segment) -> Option<&'a Value> {
    match step {
        Segment::Map { key } | Segment::Enum { variant: key } => value.get(key),
        Segment::Seq { index } => value.get(index),
        Segment::Unknown => None,
    }
}

/// Whether a value holds words about persons that are lost, as answers show them.
pub fn holds_lost_words(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object.contains_key("ref") && object.contains_key("lost") || object.values().any(holds_lost_words)
        }
        Value::Array(values) => values.iter().any(holds_lost_words),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn text<'a>(object: &'a Map<String, Value>, field: &str, accepted: &str) -> Result<&'a str, JsonError> {
    match object.get(field) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(JsonError::new(field, &other.to_string(), "must be a text", accepted)),
        None => Err(JsonError::missing(field, accepted)),
    }
}

fn number(object: &Map<String, Value>, field: &str) -> Result<Option<u64>, JsonError> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| {
            JsonError::new(field, &value.to_string(), "must be a whole number", "a number from 0")
        }),
    }
}

fn small(field: &str, number: u64) -> Result<u32, JsonError> {
    u32::try_from(number)
        .map_err(|_| JsonError::new(field, &number.to_string(), "too large", "a number below 4294967296"))
}

/// The flat fields of an event: the common ones that are given, then the kind's own.
pub fn fields_of(event: &Event) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Ok(Value::Object(body)) = serde_json::to_value(&event.body) {
        fields.extend(body);
    }
    if let Ok(Value::Object(common)) = serde_json::to_value(&event.common) {
        fields.extend(common.into_iter().filter(|(_, value)| !value.is_null()));
    }
    fields
}

/// A record of the log, decoded, as one JSON object. `event` is `None` for the ledger's own kind, the genesis.
pub fn record_json(record: &Record, leaf: &str, event: Option<&Event>) -> Value {
    let fields = match event {
        Some(event) => Value::Object(fields_of(event)),
        None => Genesis::from_record(record).map_or(Value::Null, |genesis| json!(genesis)),
    };
    let kind = event.map_or("genesis", |event| event.info().name);
    json!({
        "position": record.position.get(),
        "recorded_at": rfc3339(record.recorded_at.get()),
        "stream": record.stream.to_string(),
        "version": record.stream_version,
        "effective": Date::from_days(record.effective).map(|date| date.to_string()),
        "office": record.office,
        "actor": record.actor,
        "provenance": provenance(record.provenance),
        "rule_set": record.rule_set,
        "request": record.request.to_string(),
        "corrects": record.corrects.map(|position| position.get()),
        "kind": kind,
        "kind_code": record.kind,
        "kind_revision": record.kind_revision,
        "fields": fields,
        "leaf": leaf,
    })
}

/// Where a record comes from, in a word.
pub fn provenance(provenance: Provenance) -> &'static str {
    match provenance {
        Provenance::Live => "live",
        Provenance::Imported => "imported",
        Provenance::Practice => "practice",
    }
}

/// An instant in UTC to the microsecond, for instance `2019-04-12T02:00:00.000000Z`; on the last date there is where it lies
/// behind it.
pub fn rfc3339(micros: i64) -> String {
    let day_micros = 86_400_000_000_i64;
    let (days, rest) = (micros.div_euclid(day_micros), micros.rem_euclid(day_micros));
    let date = Date::nearest(days);
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    format!("{date}T{:02}:{:02}:{:02}.{micros:06}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Reads an instant as [`rfc3339`] writes it, with a fraction of a second or without; `None` for anything else.
pub fn instant(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts =
        time.split(':').map(|part| (part.len() == 2 && digits(part)).then_some(part)?.parse::<i64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some()
        || hours > 23
        || minutes > 59
        || seconds > 59
        || fraction.len() > 6
        || !digits(fraction)
    {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    let days = i64::from(date.parse::<Date>().ok()?.days());
    Some(((days * 24 + hours) * 60 + minutes) * 60_000_000 + seconds * 1_000_000 + micros)
}

/// A refusal as JSON, with its words in both languages; its parts by themselves as JSON has values.
pub fn refusal_json(refusal: &Refusal) -> Value {
    json!({
        "code": refusal.code,
        "article": refusal.article,
        "field": refusal.field,
        "given": thads_texts::words(&refusal.given, Language::En),
        "limit": thads_texts::held_against(&refusal.limit, Language::En),
        "accepted": thads_texts::held_against(&refusal.accepted, Language::En),
        "breaks": refusal.breaks,
        "vi": refusal_text(refusal, Language::Vi),
        "en": refusal_text(refusal, Language::En),
    })
}
