//! Answers about cases: one with its history, and lists.

use std::num::NonZero;

use serde_json::{Map, Value, json};
use thads_cases::case::{Activity, Case, CaseStatus, Cash, Class, Obligation, Party};
use thads_cases::date::Date;
use thads_cases::event::Event;
use thads_cases::history::{case_at, known_at};
use thads_cases::ids::{CaseId, OfficeNo, Position};
use thads_cases::organisation::Organisation;
use thads_cases::text::normal;
use thads_projections::case_state::{EntryView, Mark, case_view};

use super::{AnswerError, Moment, Whose, ledger, office_code, row, total};
use crate::json::{JsonError, fields_of};
use crate::ledger_service::ServiceError;
use crate::persons::Words;
use crate::principal::Session;
use crate::read_only::Source;

/// A case as it stood at the end of a day, as known; with its history if asked.
///
/// # Errors
/// No such case, a parameter that cannot be read, a log that cannot be read.
pub fn case(
    source: &Session<'_, impl Source>,
    id: &CaseId,
    at: Option<Date>,
    moment: Moment,
    with_history: bool,
) -> Result<Value, AnswerError> {
    let (known, view, reference_data) = source.with_model(|model| {
        let known = moment.known(model)?;
        let not_found = || AnswerError::NotFound { what: "case", given: id.to_string() };
        let view = case_view(model, id, at.unwrap_or(Date::MAX), known).ok_or_else(not_found)?;
        Ok::<_, AnswerError>((known, view, model.reference_data_at(known)))
    })?;
    let mut words = source.words(view.entries.iter().map(|entry| (entry.position, &*entry.event)));
    let organisation = &reference_data.organisation;
    // A case stays its office's where voids leave nothing of it.
    let office = view.entries.first().map(|entry| entry.office).unwrap_or_default();
    let mut answer = case_json(id, office, &view.state, organisation, &mut words)?;
    answer.insert("version".to_owned(), json!(view.entries.len()));
    if with_history {
        let entries = view.entries.iter();
        let history = entries.map(|entry| entry_json(entry, organisation, &mut words));
        answer.insert("history".to_owned(), history.collect::<Result<_, _>>()?);
    }
    answer.insert("ledger".to_owned(), ledger(source, Some(known))?);
    Ok(Value::Object(answer))
}

fn case_json(
    id: &CaseId,
    office: OfficeNo,
    case: &Case,
    organisation: &Organisation,
    words: &mut Words<'_, impl Source>,
) -> Result<Map<String, Value>, ServiceError> {
    let mut parties = |parties: &[Party]| -> Result<Value, ServiceError> {
        let party =
            |party: &Party| Ok(json!({ "person": words.personal(&party.person)?, "kind": party.kind }));
        parties.iter().map(party).collect()
    };
    let mut answer = Map::new();
    answer.insert("case".to_owned(), json!(id));
    answer.insert("office".to_owned(), office_code(organisation, office));
    answer.insert("standing".to_owned(), standing_json(case));
    answer.insert(
        "enforcer".to_owned(),
        json!(case.open().and_then(|open| open.enforcer).or(case.last_enforcer)),
    );
    answer.insert("ordered".to_owned(), json!(case.order.on));
    answer.insert("basis".to_owned(), json!(case.order.basis));
    answer.insert("tags".to_owned(), json!(case.order.tags));
    answer.insert("judgment".to_owned(), json!({ "kind": case.judgment, "number": case.judgment_number }));
    answer.insert("debtors".to_owned(), parties(&case.debtors)?);
    answer.insert("creditors".to_owned(), parties(&case.creditors)?);
    answer.insert("obligations".to_owned(), case.obligations.iter().map(obligation_json).collect());
    answer.insert("remaining".to_owned(), remaining(case));
    answer.insert("cash".to_owned(), cash_json(&case.cash));
    answer.insert("held".to_owned(), json!(case.held));
    answer.insert("assets".to_owned(), json!(case.assets));
    Ok(answer)
}

/// What is still owed; null where no order is there yet that says what is.
fn remaining(case: &Case) -> Value {
    let is_known = case.order.on.is_some() || !case.obligations.is_empty();
    if is_known { total(case.remaining()) } else { Value::Null }
}

fn obligation_json(one: &Obligation) -> Value {
    json!({
        "number": one.number,
        "kind": one.kind,
        "payee": one.payee,
        "due": one.due,
        "credited": one.credited,
        "exempted": one.exempted,
        "terminated": one.terminated,
        "moved_out": one.moved_out,
        "remaining": one.remaining(),
    })
}

fn cash_json(cash: &Cash) -> Value {
    json!({
        "collected": total(cash.collected),
        "undistributed": total(cash.undistributed),
        "refund_due": total(cash.refund_due),
        "deposited": total(cash.deposited),
        "disbursed": total(cash.disbursed),
        "remitted": total(cash.remitted),
        "fees": total(cash.fees),
        "refunded": total(cash.refunded),
        "held_in": total(cash.held_in),
        "held_out": total(cash.held_out),
        "overdrawn": total(cash.overdrawn),
    })
}

fn standing_json(case: &Case) -> Value {
    match &case.status {
        CaseStatus::Unknown => json!({ "is": "unknown" }),
        CaseStatus::Registered => json!({ "is": "registered" }),
        CaseStatus::Refused { on } => json!({ "is": "refused", "on": on }),
        CaseStatus::Finished { how, on, at } => {
            json!({ "is": "finished", "how": how, "on": on, "position": at.0 })
        }
        CaseStatus::Open(open) => {
            let (class, ground, since, tracking_book) = match &open.class {
                Class::Pending => ("pending", None, None, false),
                Class::Enforceable => ("enforceable", None, None, false),
                Class::NotYet { ground, since, tracking_book } => {
                    ("not_yet_enforceable", Some(ground), Some(since), *tracking_book)
                }
            };
            let (activity, why, until) = match &open.activity {
                Activity::Active => ("active", None, None),
                Activity::Postponed { ground, until } => ("postponed", Some(ground), *until),
                Activity::Suspended { ground } => ("suspended", Some(ground), None),
                Activity::Paused => ("paused", None, None),
            };
            json!({
                "is": "open",
                "class": class, "class_ground": ground, "class_since": since, "tracking_book": tracking_book,
                "activity": activity, "activity_ground": why, "until": until,
            })
        }
    }
}

/// An entry of a history, with its persons' words.
fn entry_json(
    entry: &EntryView,
    organisation: &Organisation,
    words: &mut Words<'_, impl Source>,
) -> Result<Value, ServiceError> {
    let info = entry.event.info();
    let mut fields = |event: &Event| words.event(event).map(|event| fields_of(&event));
    let mut line = json!({
        "position": entry.position.0,
        "effective": entry.effective,
        "recorded_on": entry.recorded_on,
        "days_late": entry.days_late,
        "working_days_late": entry.working_days_late,
        "kind": info.name,
        "vi": info.vi,
        "article": info.article,
        "office": office_code(organisation, entry.office),
        "actor": entry.actor,
        "imported": entry.imported,
        "counts": entry.counts,
        "fields": fields(&entry.event)?,
    });
    match (entry.mark, &entry.says_now) {
        (Mark::Voided { by }, _) => line["voided_by"] = json!(by.0),
        (Mark::Corrected { by, took_effect }, Some(event)) => {
            line["corrected_by"] = json!(by.0);
            line["now"] = json!({ "effective": took_effect, "fields": fields(event)? });
        }
        (Mark::Corrected { .. } | Mark::Stands, _) => {}
    }
    Ok(line)
}

/// How many cases a list has where nothing is said.
pub const CASES_DEFAULT: NonZero<usize> = NonZero::new(1000).unwrap();

/// Which cases to list.
#[derive(Clone, Debug)]
pub struct ListFilter {
    /// Whose.
    pub whose: Whose,
    /// One of [`STANDINGS`].
    pub status: Option<String>,
    /// An enforcer's number.
    pub enforcer: Option<u32>,
    /// The judgment's number contains this.
    pub judgment: Option<String>,
    /// Cases after this one.
    pub after: Option<CaseId>,
    /// How many at most.
    pub limit: NonZero<usize>,
    /// As known when.
    pub moment: Moment,
}

impl Default for ListFilter {
    /// Every case as known now, up to [`CASES_DEFAULT`].
    fn default() -> ListFilter {
        ListFilter {
            whose: Whose::default(),
            status: None,
            enforcer: None,
            judgment: None,
            after: None,
            limit: CASES_DEFAULT,
            moment: Moment::default(),
        }
    }
}

/// The standings by which cases are listed; `open` takes in those that are enforceable and those that are not yet.
pub const STANDINGS: &[&str] = &[
    "registered",
    "refused",
    "open",
    "enforceable",
    "not_yet_enforceable",
    "completed",
    "terminated",
    "entrusted_out",
    "pulled_up",
    "withdrawn",
    "unknown",
];

/// Cases that fit a filter.
#[derive(Clone, PartialEq, Debug)]
pub struct CaseList {
    /// The size of the log that the list was made from.
    pub known: Position,
    /// One object a case, sorted by case.
    pub rows: Vec<Value>,
    /// The last of them, where more fit: the list goes on after it.
    pub next: Option<CaseId>,
}

/// Cases that fit a filter.
///
/// # Errors
/// A parameter that cannot be read.
pub fn cases(source: &Session<'_, impl Source>, filter: &ListFilter) -> Result<CaseList, AnswerError> {
    if let Some(wanted) = filter.status.as_deref().filter(|wanted| !STANDINGS.contains(wanted)) {
        let accepted = STANDINGS.join(", ");
        return Err(JsonError::new("standing", wanted, "there is no such standing", &accepted).into());
    }
    let judgment = filter.judgment.as_deref().map(normal);
    if judgment.as_ref().is_some_and(|part| part.is_empty()) {
        let rule = "it says nothing that can be read";
        return Err(JsonError::new("judgment", "", rule, "a part of the judgment's number").into());
    }
    source.with_model(|model| {
        let known = filter.moment.known(model)?;
        let organisation = &model.reference_data_at(known).organisation;
        let scope = filter.whose.scope(organisation)?;
        let (mut rows, mut next) = (Vec::new(), None);
        let mut last: Option<&CaseId> = None;
        for (id, entries) in model.cases() {
            let entries = known_at(entries, known);
            let Some(first) = entries.first() else { continue };
            if filter.after.as_ref().is_some_and(|after| id <= after) {
                continue;
            }
            let case = case_at(entries, Date::MAX);
            let status = standing_word(&case);
            let fits = scope.covers(first.office, organisation)
                && filter
                    .status
                    .as_ref()
                    .is_none_or(|wanted| wanted == status || (wanted == "open" && case.open().is_some()))
                && filter
                    .enforcer
                    .is_none_or(|wanted| case.last_enforcer.is_some_and(|number| number.0 == wanted))
                && judgment.as_ref().is_none_or(|part| {
                    case.judgment_number.as_ref().is_some_and(|number| number.contains(part.as_str()))
                });
            if fits && rows.len() == filter.limit.get() {
                next = last.cloned();
                break;
            }
            if fits {
                last = Some(id);
                rows.push(row(
                    source,
                    json!({
                        "case": id,
                        "office": office_code(organisation, first.office),
                        "standing": status,
                        "ordered": case.order.on,
                        "enforcer": case.last_enforcer,
                        "remaining": remaining(&case),
                        "collected": total(case.cash.collected),
                        "version": entries.len(),
                    }),
                ));
            }
        }
        Ok(CaseList { known, rows, next })
    })
}

fn standing_word(case: &Case) -> &'static str {
    use thads_cases::case::Finish;
    match &case.status {
        CaseStatus::Unknown => "unknown",
        CaseStatus::Registered => "registered",
        CaseStatus::Refused { .. } => "refused",
        CaseStatus::Open(open) => match open.class {
            Class::Pending => "open",
            Class::Enforceable => "enforceable",
            Class::NotYet { .. } => "not_yet_enforceable",
        },
        CaseStatus::Finished { how, .. } => match how {
            Finish::Completed => "completed",
            Finish::Terminated => "terminated",
            Finish::EntrustedOut => "entrusted_out",
            Finish::PulledUp => "pulled_up",
            Finish::Withdrawn => "withdrawn",
        },
    }
}
