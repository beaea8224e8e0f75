//! Who was paid stays who was paid, also where a creditor's number does not change and the list of creditors does.

use thads_cases::case::{Party, Payee};
use thads_cases::decide::{Action, Paid, paid};
use thads_cases::event::Event;
use thads_cases::event::KindName;
use thads_cases::history::RecordedEvent;
use thads_cases::refusal;
use thads_cases::words::Words;
use thads_projections::read_model::ReadModel;

use crate::persons::{open_parties, own_words};
use crate::read_only::Source;
use crate::record::RecordError;

/// Refuses a repair by which what one creditor was paid would be another's: the number that it was paid to is another person's
/// then, who was in the list before or beside whom the one who was paid still stands. A name may be corrected. `known`: the case's
/// entries; `entry`: the repair, sealed, and `words` what it says in words. Of words that are lost or in no record yet nothing is
/// said. Cost: folds the case twice; where its list of creditors is another, reads the records that name them.
///
/// # Errors
/// The refusal; a record that cannot be read.
pub(crate) fn paid_persons_stay(
    source: &impl Source,
    model: &ReadModel,
    known: &[RecordedEvent],
    action: &Action,
    entry: &RecordedEvent,
    words: &Event,
) -> Result<(), RecordError> {
    if action.event.body.repairs().is_none() {
        return Ok(());
    }
    let own = own_words(entry, words);
    for Paid { before, mut creditors, after, mut creditors_after } in paid(known, action, entry.position) {
        let (Payee::Creditor(was), Payee::Creditor(is)) = (before.payee, after.payee) else { continue };
        if creditors == creditors_after {
            continue;
        }
        open_parties(source, model, creditors.iter_mut().chain(&mut creditors_after), known, &own)?;
        let of = |list: &[Party], number: u16| list.get(usize::from(number).checked_sub(1)?).cloned();
        let (Some(paid), Some(now)) = (of(&creditors, was), of(&creditors_after, is)) else { continue };
        let is_in = |list: &[Party], one: &Party| list.iter().any(|other| other.is_the_one(one));
        if !paid.is_the_one(&now) && (is_in(&creditors_after, &paid) || is_in(&creditors, &now)) {
            let limit = Words::WhoWasPaid { amount: after.credited, obligation: after.number };
            let accepted = Words::SameListOrVoid { void: KindName::EntryVoided.into() };
            let refusal =
                refusal!(Later, "47", "creditors" => Words::CreditorIsOther { number: is }; limit; accepted);
            return Err(refusal.into());
        }
    }
    Ok(())
}
