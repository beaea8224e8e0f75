//! Complaints and denunciations: by when one must be resolved, and what it gives a period.

use thads_cases::complaint::{Complaint, Ending, Outcome, Sort};
use thads_cases::date::Date;
use thads_cases::deadline::{Due, extended_resolution, oversight_deadline};
use thads_cases::reference_data::ReferenceData;
use thads_cases::rules::Parameter;

use crate::columns::{Cells, Column};
use crate::period::Period;

/// The last day in time to resolve a complaint or conclude a denunciation; no limit before it is accepted.
///
/// `case_finished`: when the case that it concerns was completed or terminated; the old law goes on for it (T1).
pub fn resolution_due(
    complaint: &Complaint,
    case_finished: Option<Date>,
    reference_data: &ReferenceData,
) -> Due {
    let (Some(sort), Some(accepted), Some(received)) =
        (complaint.sort, complaint.accepted, complaint.received)
    else {
        return Due::NoLimit;
    };
    let (rules, calendar) = (&reference_data.rules, &reference_data.calendar);
    let ordinary =
        |parameter| oversight_deadline(parameter, accepted, Some(received), case_finished, rules, calendar);
    let parameter = match (sort, complaint.level, complaint.class) {
        (Sort::Denunciation, _, _) if complaint.complex => return ordinary(Parameter::DenunciationHard),
        (Sort::Denunciation, _, _) => return ordinary(Parameter::Denunciation),
        (Sort::Complaint, 2, 1) => Parameter::ComplaintResolveLevel2Class1,
        (Sort::Complaint, 2, 3) => Parameter::ComplaintResolveLevel2Class3,
        (Sort::Complaint, 2, 4) => Parameter::ComplaintResolveLevel2Class4,
        (Sort::Complaint, 2, _) => return Due::NoLimit,
        (Sort::Complaint, _, 1) => Parameter::ComplaintResolve1,
        (Sort::Complaint, _, 2) => Parameter::ComplaintResolve2,
        (Sort::Complaint, _, 3) => Parameter::ComplaintResolve3,
        (Sort::Complaint, _, 4) => Parameter::ComplaintResolve4,
        (Sort::Complaint, _, _) => return Due::NoLimit,
    };
    if complaint.complex {
        extended_resolution(parameter, accepted, received, case_finished, rules, calendar)
    } else {
        ordinary(parameter)
    }
}

/// What a complaint gives a period, from its state at the period's end.
pub fn contribution(
    complaint: &Complaint,
    period: &Period,
    case_finished: Option<Date>,
    reference_data: &ReferenceData,
) -> Cells {
    let mut cells = Cells::default();
    let Some(sort) = complaint.sort else { return cells };
    // Imported history may end before it begins.
    let ended_on =
        complaint.ended.map(|(ending, on)| (ending, complaint.received.map_or(on, |day| on.max(day))));
    let within = |day: Date| period.from() <= day && day <= period.to();
    if complaint.received.is_some_and(within) {
        cells.add(
            match sort {
                Sort::Complaint => Column::ComplaintsReceived,
                Sort::Denunciation => Column::DenunciationsReceived,
            },
            1,
        );
    } else if ended_on.is_none_or(|(_, on)| on >= period.from()) {
        // Received before, or, in imported history, nobody knows when.
        cells.add(Column::ComplaintsCarried, 1);
    }
    if complaint.accepted.is_some_and(within) {
        cells.add(Column::ComplaintsAccepted, 1);
    }
    let late = |on: Date| resolution_due(complaint, case_finished, reference_data).days_late(on) > 0;
    match ended_on {
        None => {
            cells.add(Column::ComplaintsPending, 1);
            if late(period.to()) {
                cells.add(Column::ComplaintsLate, 1);
            }
        }
        Some((ending, on)) if within(on) => {
            cells.add(ended(sort, ending), 1);
            if matches!(ending, Ending::Resolved(_)) && late(on) {
                cells.add(Column::ComplaintsLate, 1);
            }
        }
        Some(_) => {}
    }
    cells
}

fn ended(sort: Sort, ending: Ending) -> Column {
    match (sort, ending) {
        (Sort::Complaint, Ending::Resolved(Outcome::Upheld)) => Column::ComplaintsUpheld,
        (Sort::Complaint, Ending::Resolved(Outcome::Partly)) => Column::ComplaintsPartly,
        (Sort::Complaint, Ending::Resolved(Outcome::Dismissed)) => Column::ComplaintsDismissed,
        (Sort::Denunciation, Ending::Resolved(Outcome::Upheld)) => Column::DenunciationsUpheld,
        (Sort::Denunciation, Ending::Resolved(Outcome::Partly)) => Column::DenunciationsPartly,
        (Sort::Denunciation, Ending::Resolved(Outcome::Dismissed)) => Column::DenunciationsDismissed,
        (_, Ending::Rejected) => Column::ComplaintsRejected,
        (_, Ending::Withdrawn) => Column::ComplaintsWithdrawn,
    }
}
