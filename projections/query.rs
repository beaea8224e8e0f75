//! One question to the read model: which period, whose cases, known when. Folds every case once, in parallel.

use std::sync::Arc;

use rayon::prelude::*;
use thads_cases::case::{Case, CaseStatus, Finish};
use thads_cases::complaint::Complaint;
use thads_cases::date::Date;
use thads_cases::history::{EffectiveEvent, RecordedEvent, case_at, known_at, timeline};
use thads_cases::ids::{CaseId, ComplaintId, OfficeNo, Position};
use thads_cases::money::Total;
use thads_cases::reference_data::ReferenceData;

use crate::columns::{Cells, Column};
use crate::complaints;
use crate::period::Period;
use crate::read_model::ReadModel;
use crate::regime::Regime;
use crate::scope::Scope;
use crate::statistics::{Opening, contribution};

/// How many cases one thread takes at a time: for fewer, handing them over costs more than it saves.
const CASES_PER_PART: usize = 256;

/// A period, a scope and a moment of knowledge, with the rules that follow from them.
#[derive(Clone, Debug)]
pub(crate) struct Query<'a> {
    pub(crate) model: &'a ReadModel,
    pub(crate) period: Period,
    pub(crate) scope: Scope,
    pub(crate) known: Position,
    pub(crate) reference_data: Arc<ReferenceData>,
    pub(crate) regime: Regime,
}

/// A case as a query sees it.
pub(crate) struct CaseWindow<'a> {
    pub(crate) id: &'a CaseId,
    /// The office that took it in, which never changes.
    pub(crate) office: OfficeNo,
    /// What corrections leave of its entries, in the order of effect.
    pub(crate) live: &'a [EffectiveEvent<'a>],
    /// How many of them take effect before the period.
    pub(crate) before: usize,
    /// The case at the end of the day before the period.
    pub(crate) opening: Opening,
}

impl<'a> Query<'a> {
    pub(crate) fn new(model: &'a ReadModel, period: &Period, scope: Scope, known: Position) -> Query<'a> {
        let known = known.min(model.position());
        let reference_data = model.reference_data_at(known);
        let regime = Regime::on(&reference_data.rules, period.to());
        Query { model, period: period.clone(), scope, known, reference_data, regime }
    }

    pub(crate) fn covers(&self, office: OfficeNo) -> bool {
        self.scope.covers(office, &self.reference_data.organisation)
    }

    /// Gives every case of the scope that has begun by the period's end to `each`, several threads at a time. Each
    /// part of the cases has an accumulator of its own; they come back in the order of the cases.
    pub(crate) fn each_case<A: Default + Send>(
        &self,
        each: impl Fn(&mut A, CaseWindow<'_>, Case) + Sync,
    ) -> Vec<A> {
        let cases: Vec<(&CaseId, &[RecordedEvent])> = self.model.cases().collect();
        let work = |part: &[(&CaseId, &[RecordedEvent])]| {
            let mut into = A::default();
            for (id, entries) in part {
                self.fold_case(id, known_at(entries, self.known), |seen, case| each(&mut into, seen, case));
            }
            into
        };
        cases.par_chunks(CASES_PER_PART).map(work).collect()
    }

    /// Folds a case, from its entries as known, to the day before the period and on to its end.
    pub(crate) fn fold_case(
        &self,
        id: &CaseId,
        entries: &[RecordedEvent],
        take: impl FnOnce(CaseWindow<'_>, Case),
    ) {
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
            one.event.body.apply_to(&mut case, &one.at);
        }
        let opening = if before == 0 { Opening::default() } else { Opening::of(&case, &self.regime) };
        for one in &live[before..until] {
            one.event.body.apply_to(&mut case, &one.at);
        }
        take(CaseWindow { id, office, live: &live[..until], before, opening }, case);
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
        self.model.receivers(sent).iter().find_map(|id| {
            let entries = known_at(self.model.case(id)?, self.known);
            let case = case_at(entries, by);
            (case.order.from.as_ref() == Some(sent)).then_some((case.order.on?, entries.first()?.office))
        })
    }

    fn sent_here(&self, case: &Case) -> bool {
        case.sent_to.is_some_and(|office| self.reference_data.organisation.offices.contains_key(&office))
    }

    /// Every complaint of the scope that was known by the period's end, with its state then and what it gives.
    pub(crate) fn complaints(&self) -> impl Iterator<Item = ComplaintWindow<'a>> + '_ {
        self.model.complaints().filter_map(|(id, entries)| self.complaint_as_known(id, entries, self.known))
    }

    /// A complaint at the period's end, from its entries as known at a moment.
    pub(crate) fn complaint_as_known<'b>(
        &self,
        id: &'b ComplaintId,
        entries: &'b [RecordedEvent],
        known: Position,
    ) -> Option<ComplaintWindow<'b>> {
        let entries = known_at(entries, known);
        let office = entries.first().map(|entry| entry.office).filter(|office| self.covers(*office))?;
        let mut live = timeline(entries);
        live.retain(|one| one.at.on <= self.period.to());
        let mut complaint = Complaint::default();
        for one in &live {
            one.event.body.apply_to(&mut complaint, &one.at);
        }
        complaint.sort?;
        let case_finished = complaint.case.as_ref().and_then(|case| self.case_finished(case));
        Some(ComplaintWindow { id, office, live, complaint, case_finished })
    }

    /// When the case was completed or terminated, by the period's end.
    fn case_finished(&self, id: &CaseId) -> Option<Date> {
        match case_at(known_at(self.model.case(id)?, self.known), self.period.to()).status {
            CaseStatus::Finished { how: Finish::Completed | Finish::Terminated, on, .. } => Some(on),
            _ => None,
        }
    }

    /// What a complaint gives the period.
    pub(crate) fn complaint_cells(&self, seen: &ComplaintWindow<'_>, complaint: &Complaint) -> Cells {
        complaints::contribution(complaint, &self.period, seen.case_finished, &self.reference_data)
    }
}

/// A complaint as a query sees it.
pub(crate) struct ComplaintWindow<'a> {
    pub(crate) id: &'a ComplaintId,
    /// The office that received it.
    pub(crate) office: OfficeNo,
    pub(crate) live: Vec<EffectiveEvent<'a>>,
    pub(crate) complaint: Complaint,
    pub(crate) case_finished: Option<Date>,
}

fn was_sent(case: &Case) -> bool {
    case.sent_to.is_some() && matches!(case.status, CaseStatus::Finished { .. })
}

fn moved_money(case: &Case) -> Total {
    case.obligations.iter().filter(|one| one.counts()).map(|one| one.moved_out.total()).sum()
}
