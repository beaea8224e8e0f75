//! What one case gives a period: a pure function of its state at the end of the day before FROM and its state at TO.
//!
//! Rules: domain.md 5.1. A case takes one place at TO (finished, a standing, the tracking book, or outside); its money
//! splits into what was settled in the period and what remains at that place. Costs stand in no column of the tables.

use thads_cases::case::{Activity, Case, CaseStatus, Cash, Class, Finish, Obligation};
use thads_cases::date::Date;
use thads_cases::distribution::ObligationKind;
use thads_cases::money::{Amount, Total};

use crate::auctions;
use crate::columns::{Cells, Column};
use crate::period::Period;
use crate::regime::Regime;

/// The money that a case owes, summed over its obligations without the costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Owed {
    remaining: Total,
    credited: Total,
    exempted: Total,
    terminated: Total,
    moved_out: Total,
}

impl Owed {
    /// Of the obligations of one kind, or of all, with what was collected for them and counts before it is paid over.
    fn of(case: &Case, only: Option<ObligationKind>, ahead: Total) -> Owed {
        let mut owed = Owed { remaining: -ahead, credited: ahead, ..Owed::default() };
        for one in counting(case, only) {
            owed.remaining += one.remaining().total();
            owed.credited += one.credited.total();
            owed.exempted += one.exempted.total();
            owed.terminated += one.terminated.total();
            owed.moved_out += one.moved_out.total();
        }
        owed
    }

    /// What was settled since `before`: credited, exempted, terminated, moved out.
    fn since(self, before: Owed) -> Owed {
        Owed {
            remaining: self.remaining,
            credited: self.credited - before.credited,
            exempted: self.exempted - before.exempted,
            terminated: self.terminated - before.terminated,
            moved_out: self.moved_out - before.moved_out,
        }
    }

    fn finished(self) -> Total {
        self.credited + self.exempted + self.terminated
    }
}

fn counting(case: &Case, only: Option<ObligationKind>) -> impl Iterator<Item = &Obligation> {
    case.obligations.iter().filter(move |one| one.counts() && only.is_none_or(|kind| one.kind == kind))
}

fn remaining(case: &Case, only: Option<ObligationKind>) -> Total {
    counting(case, only).map(|one| one.remaining().total()).sum()
}

/// What was collected and not paid over, as far as it counts already. It counts for what the order names before it
/// counts for costs: so paying a cost out of it takes nothing back.
fn ahead(case: &Case, regime: &Regime) -> Total {
    if !regime.when_collected {
        return 0;
    }
    (case.cash.undistributed + case.cash.to_costs).min(remaining(case, None))
}

/// What of it may belong to the obligations of one kind, the least and the most: to which obligation it goes is said when
/// it is distributed and not before. The two are one where nothing is held, where it covers everything, and where
/// obligations of one kind alone are still owed.
fn ahead_of_kind(case: &Case, regime: &Regime, kind: ObligationKind) -> Vec<Total> {
    let (all, own) = (ahead(case, regime), remaining(case, Some(kind)));
    let others = remaining(case, None) - own;
    let mut ends = vec![(all - others).max(0), all.min(own)];
    ends.dedup();
    ends
}

fn costs(case: &Case, of: impl Fn(&Obligation) -> Amount) -> Total {
    case.obligations.iter().filter(|one| !one.counts()).map(|one| of(one).total()).sum()
}

fn held(case: &Case) -> Total {
    case.held.iter().map(|held| held.amount.total()).sum()
}

/// What the statistics keep of a case at the end of the day before a period.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Opening {
    entered: bool,
    open: bool,
    in_book: bool,
    owed: Owed,
    costs_recorded: Total,
    costs_credited: Total,
    cash: Cash,
    held: Total,
}

impl Opening {
    /// Of a case as it stood then.
    pub fn of(case: &Case, regime: &Regime) -> Opening {
        Opening::with(case, Owed::of(case, None, ahead(case, regime)))
    }

    fn with(case: &Case, owed: Owed) -> Opening {
        Opening {
            entered: case.order.on.is_some(),
            open: case.open().is_some(),
            in_book: case.in_tracking_book(),
            owed,
            costs_recorded: case.costs_recorded,
            costs_credited: costs(case, |one| one.credited),
            cash: case.cash.clone(),
            held: held(case),
        }
    }

    /// Whether the case was open and counted then: what it brings into the period is carried, not new.
    pub fn carried(&self) -> bool {
        self.open && !self.in_book
    }
}

/// Where a case stands at the end of a period, as the tables see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Bucket {
    /// There is no order yet.
    Outside,
    /// It was finished before the period began.
    Past,
    /// Unfinished in the tracking book.
    Book,
    /// Finished in a way for which the tables have no column.
    Leaves,
    /// In a column: its cases, and what remains of its money.
    In(Column, Column),
}

impl Bucket {
    fn of(opening: &Opening, case: &Case, regime: &Regime) -> Bucket {
        if case.order.on.is_none() {
            return Bucket::Outside;
        }
        if opening.entered && !opening.open {
            return Bucket::Past;
        }
        let open = match &case.status {
            CaseStatus::Unknown | CaseStatus::Registered | CaseStatus::Refused { .. } => {
                return Bucket::Outside;
            }
            CaseStatus::Finished { how, .. } => return Bucket::finished(*how, regime),
            CaseStatus::Open(open) => open,
        };
        match (&open.class, &open.activity) {
            (Class::NotYet { tracking_book: true, .. }, _) if regime.without_book || !opening.carried() => {
                Bucket::Book
            }
            (Class::NotYet { .. }, _) => Bucket::In(Column::CasesNotYet, Column::MoneyNotYet),
            (_, Activity::Active) => Bucket::In(Column::CasesInProgress, Column::MoneyInProgress),
            (_, Activity::Paused) => Bucket::In(Column::CasesPaused, Column::MoneyPaused),
            (_, Activity::Postponed { ground, .. }) if regime.postponed_counts(ground) => {
                Bucket::In(Column::CasesPostponed, Column::MoneyPostponed)
            }
            (_, Activity::Suspended { .. }) if !regime.other_standing => {
                Bucket::In(Column::CasesSuspended, Column::MoneySuspended)
            }
            (_, Activity::Postponed { .. }) if !regime.other_standing => {
                Bucket::In(Column::CasesNotYet, Column::MoneyNotYet)
            }
            (_, Activity::Postponed { .. } | Activity::Suspended { .. }) => {
                Bucket::In(Column::CasesOtherStanding, Column::MoneyOtherStanding)
            }
        }
    }

    fn finished(how: Finish, regime: &Regime) -> Bucket {
        // What a finished case leaves unsettled (imported history may hold such) has no place but `other`.
        match how {
            Finish::Completed => Bucket::In(Column::CasesCompleted, Column::MoneyOther),
            Finish::Terminated => Bucket::In(Column::CasesTerminated, Column::MoneyOther),
            Finish::EntrustedOut if regime.entrusted => {
                Bucket::In(Column::CasesEntrusted, Column::MoneyOther)
            }
            Finish::PulledUp if regime.pulled_up => Bucket::In(Column::CasesPulledUp, Column::MoneyOther),
            Finish::Withdrawn if regime.withdrawn => {
                Bucket::In(Column::CasesWithdrawn, Column::MoneyWithdrawn)
            }
            Finish::EntrustedOut | Finish::PulledUp | Finish::Withdrawn => Bucket::Leaves,
        }
    }
}

/// What a case gives the period, from its opening and its state at the period's end. Same arguments, same cells.
pub fn contribution(opening: &Opening, case: &Case, period: &Period, regime: &Regime) -> Cells {
    let mut cells = Cells::default();
    let place = Bucket::of(opening, case, regime);
    count_case(&mut cells, place, opening, case);
    let now = Owed::of(case, None, ahead(case, regime));
    count_money(&mut cells, place, opening, now, case, regime);
    cash(&mut cells, opening, case, period.to());
    auctions::contribute(&mut cells, case, period);
    cells
}

/// What the obligations of one kind may give the tables of cases and money, from the case at the end of the day before
/// the period: one row, or several where money counts when it is collected and is not distributed yet. A figure that is
/// the same in all of them is known; every sum lies between those of the rows. A case counts once in each kind that it
/// has.
pub(crate) fn contributions_of_kind(
    before: &Case,
    case: &Case,
    regime: &Regime,
    kind: ObligationKind,
) -> Vec<Cells> {
    let mut possible = Vec::new();
    for was_ahead in ahead_of_kind(before, regime, kind) {
        let opening = Opening::with(before, Owed::of(before, Some(kind), was_ahead));
        let place = Bucket::of(&opening, case, regime);
        for is_ahead in ahead_of_kind(case, regime, kind) {
            let mut cells = Cells::default();
            if case.obligations.iter().any(|one| one.kind == kind) && kind != ObligationKind::Cost {
                count_case(&mut cells, place, &opening, case);
            }
            let now = Owed::of(case, Some(kind), is_ahead);
            count_money(&mut cells, place, &opening, now, case, regime);
            possible.push(cells);
        }
    }
    possible
}

fn count_case(cells: &mut Cells, place: Bucket, opening: &Opening, case: &Case) {
    if case.in_tracking_book() {
        cells.add(Column::CasesTrackingBook, 1);
    }
    if let Bucket::In(column, _) = place {
        cells.add(if opening.carried() { Column::CasesCarried } else { Column::CasesNew }, 1);
        cells.add(column, 1);
    }
}

fn count_money(cells: &mut Cells, place: Bucket, opening: &Opening, now: Owed, case: &Case, regime: &Regime) {
    if place == Bucket::Outside {
        return;
    }
    let settled = now.since(opening.owed);
    let pulled_up = matches!(case.status, CaseStatus::Finished { how: Finish::PulledUp, .. });
    let has_column = if pulled_up { regime.pulled_up } else { regime.entrusted };
    let moved = if has_column { settled.moved_out } else { 0 };
    let remaining = match place {
        Bucket::In(_, column) => {
            cells.add(column, now.remaining);
            now.remaining
        }
        Bucket::Book | Bucket::Outside | Bucket::Past | Bucket::Leaves => 0,
    };
    if case.in_tracking_book() {
        cells.add(Column::MoneyTrackingBook, now.remaining);
    }
    // The total is what was settled and what remains; new is what the total has beyond the opening, so that it is
    // exactly what `due` grew by.
    let total = settled.finished() + moved + remaining;
    let carried = match place {
        _ if !opening.carried() => 0,
        // What went without a column leaves what was carried first.
        Bucket::In(..) => (opening.owed.remaining - (settled.moved_out - moved)).max(0),
        Bucket::Book | Bucket::Outside | Bucket::Past | Bucket::Leaves => {
            opening.owed.remaining.min(total.max(0))
        }
    };
    cells.add(Column::MoneyCarried, carried);
    cells.add(Column::MoneyNew, total - carried);
    cells.add(Column::MoneyCompleted, settled.credited);
    cells.add(Column::MoneyExempted, settled.exempted);
    cells.add(Column::MoneyTerminated, settled.terminated);
    cells.add(if pulled_up { Column::MoneyPulledUp } else { Column::MoneyEntrusted }, moved);
}

fn cash(cells: &mut Cells, opening: &Opening, case: &Case, to: Date) {
    let (before, now) = (&opening.cash, &case.cash);
    let grown = |of: fn(&Cash) -> Total| of(now) - of(before);
    cells.add(Column::Collected, grown(|cash| cash.collected));
    cells.add(Column::Disbursed, grown(|cash| cash.disbursed));
    cells.add(Column::Remitted, grown(|cash| cash.remitted));
    cells.add(Column::Fees, grown(|cash| cash.fees));
    cells.add(Column::Refunded, grown(|cash| cash.refunded));
    cells.add(Column::CostsAdded, case.costs_recorded - opening.costs_recorded);
    cells.add(Column::CostsRepaid, costs(case, |one| one.credited) - opening.costs_credited);
    cells.add(Column::Undistributed, now.undistributed);
    cells.add(Column::RefundDue, now.refund_due);
    cells.add(Column::Deposited, now.deposited);
    cells.add(Column::HeldOpening, opening.held);
    for held in &case.held {
        cells.add(Column::HeldClosing, held.amount.total());
        cells.add(age_band(to.since(held.since)), held.amount.total());
    }
}

/// The days at which money in temporary keeping gets into the next band of age.
pub(crate) const BAND_STARTS: [i32; 4] = [31, 91, 181, 366];

fn age_band(days: i32) -> Column {
    match days {
        ..=30 => Column::HeldTo30,
        31..=90 => Column::HeldTo90,
        91..=180 => Column::HeldTo180,
        181..=365 => Column::HeldTo365,
        366.. => Column::HeldOver365,
    }
}
