//! What is known of a case while its rows are planned, kept from row to row.
//!
//! A case may have many rows: what each of them asks is answered from what the rows before it left, not by folding them
//! again.

use std::borrow::Cow;

use thads_cases::case::Case;
use thads_cases::date::Date;
use thads_cases::decide::Kept;
use thads_cases::event::Body;
use thads_cases::history::{EffectiveEvent, RecordedEvent, case_at};
use thads_cases::ids::Position;
use thads_cases::money::Total;

/// A case: its entries, and what they fold into as far as was asked.
#[derive(Default)]
pub(super) struct Told {
    pub(super) entries: Vec<RecordedEvent>,
    pub(super) fold: Fold,
}

impl Told {
    pub(super) fn of(entries: Vec<RecordedEvent>) -> Told {
        Told { entries, fold: Fold::default() }
    }
}

/// What the first entries of a case fold into.
#[derive(Clone, Default)]
pub(super) struct Fold {
    pub(super) kept: Kept,
    paid: Paid,
    rows: Rows,
}

/// Whether what was collected has reached what was owed.
#[derive(Clone, Default)]
struct Paid {
    collected: Total,
    reached: bool,
}

/// What matters of the entries to the place of a row among them.
#[derive(Clone, Default)]
struct Rows {
    entries: usize,
    /// Whether a row of them came late.
    came_late: bool,
    /// The last day of an entry that stood when the import began.
    last_there: Option<Date>,
}

impl Fold {
    /// Goes on with the entries that a case has more than it had. `began`: where the import began.
    pub(super) fn go_on(&mut self, entries: &[RecordedEvent], began: Position) {
        let Fold { kept, paid, rows } = self;
        kept.go_on_showing(entries, |folded| match folded {
            None => *paid = Paid::default(),
            Some((live, case)) => {
                #[cfg(test)]
                FOLDED.set(FOLDED.get() + 1);
                paid.take(live, case);
            }
        });
        for entry in entries.get(rows.entries..).unwrap_or_default() {
            rows.came_late |= matches!(&entry.event.body, Body::RowImported(kept) if kept.late);
            if entry.position < began && entry.event.body.repairs().is_none() {
                rows.last_there = rows.last_there.max(Some(entry.effective));
            }
        }
        rows.entries = entries.len();
    }

    /// The state at the end of a day.
    pub(super) fn case_at(&self, entries: &[RecordedEvent], day: Date) -> Cow<'_, Case> {
        self.kept.case_at(day).map_or_else(|| Cow::Owned(case_at(entries, day)), Cow::Borrowed)
    }

    /// Whether after some payment on the open case what was collected was at least what was owed by then, and the case is
    /// still open at the end.
    pub(super) fn is_paid_in_full(&self) -> bool {
        self.paid.reached && self.kept.case().open().is_some()
    }

    /// Whether none of its rows came late, and a row of this day goes behind all that stood when the import began.
    pub(super) fn is_in_order(&self, day: Date) -> bool {
        !self.rows.came_late && self.rows.last_there < Some(day)
    }
}

impl Paid {
    fn take(&mut self, live: &EffectiveEvent<'_>, case: &Case) {
        // A payment of 0 changes no sum.
        let paid =
            case.cash.collected > self.collected || matches!(live.event.body, Body::PaymentCollected(_));
        let owed: Total =
            case.obligations.iter().map(|one| one.credited.total() + one.remaining().total()).sum();
        self.reached |= paid && case.open().is_some() && case.cash.collected >= owed;
        self.collected = case.cash.collected;
    }
}

#[cfg(test)]
thread_local! {
    /// How many entries were folded, to be counted by tests.
    pub(super) static FOLDED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
