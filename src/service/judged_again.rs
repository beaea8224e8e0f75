//! Judging again what a change of the organisation or of a parameter touches: late, corrected or voided, it may leave
//! behind acts that held when they were recorded. They stand, and the answer names them.

use thads_cases::date::Date;
use thads_cases::decide::newly_broken;
use thads_cases::event::Body;
use thads_cases::history::{RecordedEvent, known_at};
use thads_cases::ids::Position;
use thads_cases::reference_data::ReferenceData;
use thads_cases::refusal;
use thads_cases::refusal::Refusal;
use thads_cases::words::{Value, Words};
use thads_projections::read_model::ReadModel;

/// So many cases and complaints are named; of the others it is said how many there are.
const NAMED_MAX: usize = 100;

/// Whether an event changes by what earlier acts are judged. What is opened, appointed or set from its own day on does not,
/// and targets judge no act.
pub(crate) fn judges_again(body: &Body, effective: Date, recorded_on: Date) -> bool {
    match body {
        Body::ParameterSet(_) | Body::FactCorrected(_) | Body::EntryVoided(_) => true,
        Body::OfficeOpened(_) | Body::OfficerAppointed(_) => effective < recorded_on,
        _ => false,
    }
}

/// The first rule that breaks in each case and other numbered stream, and in the organisation's own history, as the world is after a
/// change, and did not before it. The same for the same arguments; `known`: by the entries below this position. Cost: twice
/// the rules of every entry.
pub(crate) fn left_behind(
    model: &ReadModel,
    known: Position,
    before: &ReferenceData,
    after: &ReferenceData,
) -> Vec<Refusal> {
    let first = |name: Value, entries: &[RecordedEvent]| {
        let broken = newly_broken(known_at(entries, known), before, after);
        let (position, refusal) = broken.into_iter().next()?;
        let field = Value::Field(refusal.field);
        let given = Box::new(Words::LeftBehind { name, entry: position, field, given: refusal.given });
        Some(Refusal { given, breaks: Some(position), ..refusal })
    };
    let numbered = model.streams().filter_map(|(id, entries)| first(Value::Typed(id.key()), entries));
    let organisation = first(Words::Organisation.into(), model.organisation());
    let mut flags: Vec<Refusal> = organisation.into_iter().chain(numbered).collect();
    let more = flags.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        flags.truncate(NAMED_MAX);
        let given = Words::MoreCases { more };
        let limit = Words::SoManyNamed { most: NAMED_MAX };
        flags.push(refusal!(Later, "–", "flags" => given; limit; Words::HistoryOfEach));
    }
    flags
}
