//! Answers: what a service or a read-only ledger says in JSON, the same to the API and to the command line.
//!
//! Every answer names the size of the log and the root that it was made from. No figure is reckoned here.

mod asked;
mod cases;

use serde_json::{Map, Value, json};
use thads_cases::date::Date;
use thads_cases::ids::{OfficeNo, Position};
use thads_cases::money::Total;
use thads_cases::organisation::Organisation;
use thads_projections::breakdown::{Dimension, report_by};
use thads_projections::drilldown::{self, FigureError};
use thads_projections::figures::{self, FigureInfo};
use thads_projections::read_model::ReadModel;
use thads_projections::report::{self, Report};
use thads_projections::scope::Scope;

use crate::json::{JsonError, refusal_json, rfc3339};
use crate::ledger_service::ServiceError;
use crate::principal::Session;
use crate::read_only::Source;
use crate::record::Done;

pub use asked::{Asked, Moment, Question, Whose, day, digits};
pub use cases::{CASES_DEFAULT, CaseList, ListFilter, STANDINGS, case, cases};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Nothing of that name.
    #[error("there is no {what} {given:?}")]
    NotFound {
        /// What was asked for.
        what: &'static str,
        /// By which name.
        given: String,
    },
    /// A parameter that cannot be read.
    #[error(transparent)]
    Field(#[from] JsonError),
    /// A figure that has no list.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// The log cannot be read.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

fn office_code(organisation: &Organisation, number: OfficeNo) -> Value {
    organisation.offices.get(&number).map_or(json!(number.0), |office| json!(office.code))
}

/// A sum as a JSON number; as text where no 64-bit number can hold it.
pub fn total(amount: Total) -> Value {
    i64::try_from(amount).map_or_else(|_| json!(amount.to_string()), |amount| json!(amount))
}

/// Size and root of the log that an answer is made from, and whether nothing in it is real.
///
/// # Errors
/// A record that cannot be read.
pub fn ledger(source: &Session<'_, impl Source>, known: Option<Position>) -> Result<Value, ServiceError> {
    let size = match known {
        Some(known) => known.0,
        None => source.with_model(|model| model.position().0),
    };
    let root = source.root_at(size)?;
    let genesis = source.genesis();
    let mut answer = Map::new();
    answer.insert("position".to_owned(), json!(size));
    answer.insert("root".to_owned(), json!(root.map(|root| root.to_string())));
    answer.insert("practice".to_owned(), json!(genesis.practice));
    if genesis.practice {
        answer.insert("mark".to_owned(), json!("SỔ THỰC HÀNH"));
    }
    answer.insert("unit".to_owned(), json!({ "code": genesis.unit.code, "exponent": genesis.unit.exponent }));
    Ok(Value::Object(answer))
}

/// What came of an action.
pub fn done(done: &Done) -> Value {
    let mut answer = Map::new();
    if let Some(receipt) = &done.receipt {
        answer.insert("request".to_owned(), json!(receipt.request().to_string()));
        answer.insert("first".to_owned(), json!(receipt.first().get()));
        answer.insert("last".to_owned(), json!(receipt.last().get()));
        answer.insert("leaf".to_owned(), json!(receipt.leaf().to_string()));
        answer.insert("size".to_owned(), json!(receipt.size()));
        answer.insert("root".to_owned(), json!(receipt.root().to_string()));
        answer.insert("recorded_at".to_owned(), json!(rfc3339(receipt.recorded_at().get())));
    } else {
        answer.insert("dry_run".to_owned(), json!(true));
    }
    decided(&mut answer, done);
    Value::Object(answer)
}

/// What an action would come to that a rehearsal took: where it would stand, if nothing else is recorded before it.
pub fn rehearsed(done: &Done) -> Value {
    let mut answer = Map::new();
    answer.insert("dry_run".to_owned(), json!(true));
    if let Some(receipt) = &done.receipt {
        answer.insert("request".to_owned(), json!(receipt.request().to_string()));
        answer.insert("first".to_owned(), json!(receipt.first().get()));
        answer.insert("last".to_owned(), json!(receipt.last().get()));
    }
    decided(&mut answer, done);
    Value::Object(answer)
}

/// What was decided of an action.
fn decided(answer: &mut Map<String, Value>, done: &Done) {
    answer.insert("stream_version".to_owned(), json!(done.version));
    answer.insert("effective".to_owned(), json!(done.effective));
    if !done.flags.is_empty() {
        answer.insert("flags".to_owned(), done.flags.iter().map(refusal_json).collect());
    }
}

fn value_json(value: figures::Value, unit: &str) -> Value {
    match value {
        figures::Value::Count(amount) | figures::Value::Money(amount) => {
            json!({ "value": total(amount), "unit": unit })
        }
        figures::Value::Rate { numerator, denominator } => json!({
            "value": { "numerator": total(numerator), "denominator": total(denominator), "percent": value.percent() },
            "unit": unit,
        }),
        figures::Value::Unset(parameter) => json!({ "value": null, "unit": unit, "unset": parameter.id() }),
        figures::Value::Uncounted => json!({ "value": null, "unit": unit }),
    }
}

/// A report.
///
/// # Errors
/// A question that cannot be read, a log that cannot be read.
pub fn report(
    source: &Session<'_, impl Source>,
    asked: &Asked,
    by: Option<&str>,
) -> Result<Value, AnswerError> {
    let (question, report, organisation) = source.with_model(|model| {
        let question = asked.read(model)?;
        let report = report::report(model, &question.period, question.scope, question.known);
        Ok::<_, AnswerError>((
            question.clone(),
            report,
            model.reference_data_at(question.known).organisation.clone(),
        ))
    })?;
    let mut answer = head(source, &question, &organisation)?;
    answer.insert("rules".to_owned(), json!(report.rule_set.id()));
    answer.insert("figures".to_owned(), figures_json(&report));
    answer.insert("targets".to_owned(), targets_json(&report, &organisation));
    if let Some(dimension) = by {
        let rows = source.with_model(|model| breakdown(model, &question, dimension))?;
        answer.insert("by".to_owned(), json!(dimension));
        answer.insert("rows".to_owned(), rows);
    }
    Ok(Value::Object(answer))
}

fn head(
    source: &Session<'_, impl Source>,
    question: &Question,
    organisation: &Organisation,
) -> Result<Map<String, Value>, AnswerError> {
    let mut answer = Map::new();
    answer.insert("ledger".to_owned(), ledger(source, Some(question.known))?);
    answer.insert("period".to_owned(), json!(question.period.name()));
    answer.insert("from".to_owned(), json!(question.period.from()));
    answer.insert("to".to_owned(), json!(question.period.to()));
    let (scope, own) = match question.scope {
        Scope::Ledger => (json!("ledger"), false),
        Scope::Office(number) => (office_code(organisation, number), false),
        Scope::OfficeAlone(number) => (office_code(organisation, number), true),
    };
    answer.insert("scope".to_owned(), scope);
    answer.insert("own".to_owned(), json!(own));
    Ok(answer)
}

/// The figures of a report, by id.
pub fn figures_json(report: &Report) -> Value {
    let of = |figure: &report::Figure| {
        (figure.info.id.to_owned(), value_json(figure.value, figure.info.unit.word()))
    };
    Value::Object(report.figures.iter().map(of).collect())
}

fn targets_json(report: &Report, organisation: &Organisation) -> Value {
    let row = |row: &report::TargetRow| {
        json!({
            "office": office_code(organisation, row.office),
            "figure": row.figure,
            "target": { "numerator": row.target.numerator, "denominator": row.target.denominator },
            "value": value_json(row.rate, "percent")["value"],
            "reached": row.reached,
            "on_pace": row.on_pace,
        })
    };
    report.targets.iter().map(row).collect()
}

fn breakdown(model: &ReadModel, question: &Question, dimension: &str) -> Result<Value, AnswerError> {
    let by: Dimension = dimension.parse().map_err(|_| {
        let words = Dimension::ALL.iter().map(|one| one.word()).collect::<Vec<_>>().join(", ");
        JsonError::new("by", dimension, "a dimension", &words)
    })?;
    let rows = report_by(model, &question.period, question.scope, question.known, by);
    Ok(rows
        .iter()
        .map(|(key, report)| json!({ "key": key.to_string(), "figures": figures_json(report) }))
        .collect())
}

/// What the registry says about a figure.
///
/// # Errors
/// No figure has that id.
pub fn figure_about(id: &str) -> Result<&'static FigureInfo, AnswerError> {
    figures::figure(id)
        .ok_or_else(|| AnswerError::NotFound { what: "figure", given: id.chars().take(60).collect() })
}

/// A figure, or the cases or events that it counts (`list` = `cases` or `events`).
///
/// # Errors
/// A question that cannot be read, an unknown figure, a log that cannot be read.
pub fn figure(
    source: &Session<'_, impl Source>,
    id: &str,
    asked: &Asked,
    list: Option<&str>,
) -> Result<Value, AnswerError> {
    let info = figure_about(id)?;
    let (question, value, organisation) = source.with_model(|model| {
        let question = asked.read(model)?;
        let report = report::report(model, &question.period, question.scope, question.known);
        Ok::<_, AnswerError>((
            question.clone(),
            report.value(id),
            model.reference_data_at(question.known).organisation.clone(),
        ))
    })?;
    let mut answer = head(source, &question, &organisation)?;
    answer.insert("figure".to_owned(), json!(id));
    answer.insert("vi".to_owned(), json!(info.vi));
    answer.insert("en".to_owned(), json!(info.en));
    answer.insert("formula".to_owned(), json!(info.formula));
    if let Some(value) = value {
        let Value::Object(value) = value_json(value, info.unit.word()) else {
            return Ok(Value::Object(answer));
        };
        answer.extend(value);
    }
    match list {
        None => {}
        Some("cases") => {
            answer.insert("cases".to_owned(), Value::Array(figure_cases(source, id, &question)?));
        }
        Some("events") => {
            answer.insert("events".to_owned(), Value::Array(figure_events(source, id, &question)?));
        }
        Some(other) => {
            return Err(JsonError::new("list", other, "what a figure can list", "cases, events").into());
        }
    }
    Ok(Value::Object(answer))
}

/// The cases that a figure counts, sorted by case: one object each.
///
/// # Errors
/// A figure that has no list.
pub fn figure_cases(
    source: &Session<'_, impl Source>,
    id: &str,
    question: &Question,
) -> Result<Vec<Value>, AnswerError> {
    source.with_model(|model| {
        let organisation = &model.reference_data_at(question.known).organisation;
        let counted = drilldown::figure_cases(model, id, &question.period, question.scope, question.known)?;
        Ok(counted
            .into_iter()
            .map(|counted| {
                row(
                    source,
                    json!({
                        "case": counted.subject.to_string(),
                        "office": office_code(organisation, counted.office),
                        "how": counted.how,
                        "on": counted.on,
                        "position": counted.position.0,
                        "amount": total(counted.amount),
                    }),
                )
            })
            .collect())
    })
}

/// A row of a list: on a practice ledger each says so, since rows are read apart from each other.
fn row(source: &Session<'_, impl Source>, mut row: Value) -> Value {
    if source.genesis().practice {
        row["practice"] = Value::Bool(true);
    }
    row
}

/// The events that a figure counts, in the order of the log: one object each.
///
/// # Errors
/// A figure that has no list.
pub fn figure_events(
    source: &Session<'_, impl Source>,
    id: &str,
    question: &Question,
) -> Result<Vec<Value>, AnswerError> {
    source.with_model(|model| {
        let organisation = &model.reference_data_at(question.known).organisation;
        let moved = drilldown::figure_events(model, id, &question.period, question.scope, question.known)?;
        Ok(moved
            .into_iter()
            .map(|moved| {
                row(
                    source,
                    json!({
                        "position": moved.position.0,
                        "case": moved.subject.to_string(),
                        "office": office_code(organisation, moved.office),
                        "kind": moved.kind,
                        "on": moved.on,
                        "recorded_on": moved.recorded_on,
                        "delta": total(moved.delta),
                        "opening": moved.opening,
                    }),
                )
            })
            .collect())
    })
}

/// A report for every day of a period, from its first.
///
/// # Errors
/// A question that cannot be read, a log that cannot be read.
pub fn replay(
    source: &Session<'_, impl Source>,
    asked: &Asked,
) -> Result<(Value, Vec<(Date, Report)>), AnswerError> {
    let (question, days, organisation) = source.with_model(|model| {
        let question = asked.read(model)?;
        let days = thads_projections::replay::replay(
            model,
            question.period.from(),
            question.period.to(),
            question.scope,
            question.known,
        );
        Ok::<_, AnswerError>((
            question.clone(),
            days,
            model.reference_data_at(question.known).organisation.clone(),
        ))
    })?;
    Ok((Value::Object(head(source, &question, &organisation)?), days))
}
