//! One question to the books: which period, whose cases, known when. Folds every case once, in parallel.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use thads_cases::case::{Case, Finish, Standing};
use thads_cases::complaint::Complaint;
use thads_cases::date::Date;
use thads_cases::history::{Entry, Live, case_at, known_at, timeline};
use thads_cases::ids::{CaseId, ComplaintId, OfficeNo, Position};
use thads_cases::money::Total;
use thads_cases::world::World;

use crate::books::Books;
use crate::columns::{Cells, Column};
use crate::complaints;
use crate::period::Period;
use crate::regime::Regime;
use crate::scope::Scope;
use crate::statistics::{Opening, contribution};

/// Below so many cases one thread is faster than two.
const CASES_PER_THREAD_MIN: usize = 256;

/// A period, a scope and a moment of knowledge, with the rules that follow from them.
#[derive(Clone, Debug)]
pub(crate) struct Query<'a> {
    pub(crate) books: &'a Books,
    pub(crate) period: Period,
    pub(crate) scope: Scope,
    pub(crate) known: Position,
    pub(crate) world: Arc<World>,
    pub(crate) regime: Regime,
}

/// A case as a query sees it.
pub(crate) struct Seen<'a> {
    pub(crate) id: &'a CaseId,
    /// The office that took it in, which never changes.
    pub(crate) office: OfficeNo,
    /// What corrections leave of its entries, in the order of effect.
    pub(crate) live: &'a [Live<'a>],
    /// How many of them take effect before the period.
    pub(crate) before: usize,
    /// The case at the end of the day before the period.
    pub(crate) opening: Opening,
}

impl<'a> Query<'a> {
    pub(crate) fn new(books: &'a Books, period: &Period, scope: Scope, known: Position) -> Query<'a> {
        let known = known.min(books.position());
        let world = books.world_at(known);
        let regime = Regime::on(&world.rules, period.to());
        Query { books, period: period.clone(), scope, known, world, regime }
    }

    pub(crate) fn covers(&self, office: OfficeNo) -> bool {
        self.scope.covers(office, &self.world.organisation)
    }

    /// Gives every case of the scope that has begun by the period's end to `each`, several threads at a time. Each
    /// thread has an accumulator of its own; they come back in the order of the cases.
    pub(crate) fn each_case<A: Default + Send>(
        &self,
        each: impl Fn(&mut A, Seen<'_>, Case) + Sync,
    ) -> Vec<A> {
        let cases: Vec<(&CaseId, &[Entry])> = self.books.cases().collect();
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let chunk = cases.len().div_ceil(threads).max(CASES_PER_THREAD_MIN);
        let work = |part: &[(&CaseId, &[Entry])]| {
            let mut into = A::default();
            for (id, entries) in part {
                self.fold_case(id, known_at(entries, self.known), |seen, case| each(&mut into, seen, case));
            }
            into
        };
        if cases.len() <= chunk {
            return vec![work(&cases)];
        }
        thread::scope(|scope| {
            let work = &work;
            let running: Vec<_> = cases.chunks(chunk).map(|part| scope.spawn(move || work(part))).collect();
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }

    /// Folds a case, from its entries as known, to the day before the period and on to its end.
    pub(crate) fn fold_case(&self, id: &CaseId, entries: &[Entry], take: impl FnOnce(Seen<'_>, Case)) {
        let Some(office) = entries.first().map(|entry| entry.office).filter(|office| self.covers(*office))
        else {
            return;
        };
        let live = timeline(entries);
        let before = live.partition_point(|one| one.at.on < self.period.from());
        let until = live.partition_point(|one| one.at.on <= self.period.to());
        if until == 0 {
            return;
        }
        let mut case = Case::default();
        for one in &live[..before] {
            one.event.body.apply_to_case(&mut case, &one.at);
        }
        let opening = if before == 0 { Opening::default() } else { Opening::of(&case, &self.regime) };
        for one in &live[before..until] {
            one.event.body.apply_to_case(&mut case, &one.at);
        }
        take(Seen { id, office, live: &live[..until], before, opening }, case);
    }

    /// Everything that a case gives the period.
    pub(crate) fn cells(&self, id: &CaseId, opening: &Opening, case: &Case) -> Cells {
        self.cells_at(id, opening, case, &self.period, &self.regime)
    }

    /// The same for another end of the period and the rules of that day.
    pub(crate) fn cells_at(
        &self,
        id: &CaseId,
        opening: &Opening,
        case: &Case,
        period: &Period,
        regime: &Regime,
    ) -> Cells {
        let mut cells = contribution(opening, case, period, regime);
        if was_sent(case) {
            match self.arrival(id, period.to()) {
                None if self.sent_here(case) => {
                    cells.add(Column::CasesInTransit, 1);
                    cells.add(Column::MoneyInTransit, moved_money(case));
                }
                Some((_, office)) if self.covers(office) => {
                    cells.add(
                        Column::CasesDoubled,
                        cells.sum(&[Column::CasesEntrusted, Column::CasesPulledUp]),
                    );
                    cells.add(
                        Column::MoneyDoubled,
                        cells.sum(&[Column::MoneyEntrusted, Column::MoneyPulledUp]),
                    );
                }
                None | Some(_) => {}
            }
        }
        cells
    }

    /// When and where the case that was sent away was taken over, by that day.
    pub(crate) fn arrival(&self, sent: &CaseId, by: Date) -> Option<(Date, OfficeNo)> {
        self.books.receivers(sent).iter().find_map(|id| {
            let entries = known_at(self.books.case(id)?, self.known);
            let case = case_at(entries, by);
            (case.order.from.as_ref() == Some(sent)).then_some((case.order.on?, entries.first()?.office))
        })
    }

    fn sent_here(&self, case: &Case) -> bool {
        case.sent_to.is_some_and(|office| self.world.organisation.offices.contains_key(&office))
    }

    /// Every complaint of the scope that was known by the period's end, with its state then and what it gives.
    pub(crate) fn complaints(&self) -> impl Iterator<Item = SeenComplaint<'a>> + '_ {
        self.books.complaints().filter_map(|(id, entries)| self.complaint_as_known(id, entries, self.known))
    }

    /// A complaint at the period's end, from its entries as known at a moment.
    pub(crate) fn complaint_as_known<'b>(
        &self,
        id: &'b ComplaintId,
        entries: &'b [Entry],
        known: Position,
    ) -> Option<SeenComplaint<'b>> {
        let entries = known_at(entries, known);
        let office = entries.first().map(|entry| entry.office).filter(|office| self.covers(*office))?;
        let mut live = timeline(entries);
        live.retain(|one| one.at.on <= self.period.to());
        let mut complaint = Complaint::default();
        for one in &live {
            one.event.body.apply_to_complaint(&mut complaint, &one.at);
        }
        complaint.sort?;
        let case_finished = complaint.case.as_ref().and_then(|case| self.case_finished(case));
        Some(SeenComplaint { id, office, live, complaint, case_finished })
    }

    /// When the case was completed or terminated, by the period's end.
    fn case_finished(&self, id: &CaseId) -> Option<Date> {
        match case_at(known_at(self.books.case(id)?, self.known), self.period.to()).standing {
            Standing::Finished { how: Finish::Completed | Finish::Terminated, on, .. } => Some(on),
            _ => None,
        }
    }

    /// What a complaint gives the period.
    pub(crate) fn complaint_cells(&self, seen: &SeenComplaint<'_>, complaint: &Complaint) -> Cells {
        complaints::contribution(complaint, &self.period, seen.case_finished, &self.world)
    }
}

/// A complaint as a query sees it.
pub(crate) struct SeenComplaint<'a> {
    pub(crate) id: &'a ComplaintId,
    /// The office that received it.
    pub(crate) office: OfficeNo,
    pub(crate) live: Vec<Live<'a>>,
    pub(crate) complaint: Complaint,
    pub(crate) case_finished: Option<Date>,
}

fn was_sent(case: &Case) -> bool {
    case.sent_to.is_some() && matches!(case.standing, Standing::Finished { .. })
}

fn moved_money(case: &Case) -> Total {
    case.obligations.iter().filter(|one| one.counts()).map(|one| one.moved_out.total()).sum()
}
