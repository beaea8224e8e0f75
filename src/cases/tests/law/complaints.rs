//! Complaints and denunciations, from receipt to outcome.

use super::language::{History, compare, day};
use thads_cases::complaint::{Complaint, Ending, Outcome};

fn stands(complaint: &Complaint) -> Vec<String> {
    let ended = match complaint.ended {
        None => "open".to_owned(),
        Some((Ending::Resolved(outcome), on)) => format!("resolved {outcome:?} {on}"),
        Some((ending, on)) => format!("{ending:?} {on}"),
    };
    let accepted = complaint.accepted.map_or("not accepted".to_owned(), |on| format!("accepted {on}"));
    vec![ended, accepted, format!("class {} level {}", complaint.class, complaint.level)]
}

fn after(history: &str, rows: &[(&str, &str)]) {
    let told = History::told(history);
    for (action, expected) in rows {
        let mut stream = told.clone();
        let answer = stream.attempt(action);
        compare(action, answer.map(|()| stands(&stream.complaint())), expected);
    }
}

#[test]
fn a_complaint_is_received_accepted_and_resolved() {
    after(
        "",
        &[
            ("2019-02-01 complaint_received 1 1", "open; not accepted; class 1 level 1"),
            ("2019-02-01 complaint_received 4 2", "class 4 level 2"),
            (
                "2019-02-01 complaint_received 5 1",
                "refused 140 limit: class 5; 1 to 4; accepted: 1, 2, 3 or 4",
            ),
            (
                "2019-02-01 complaint_received 0 1",
                "refused 140 limit: class 0; 1 to 4; accepted: 1, 2, 3 or 4",
            ),
            ("2019-02-01 complaint_received 1 3", "refused 142 limit: level 3; 1 or 2; accepted: 1 or 2"),
            (
                "2019-02-01 complaint_received 2 2",
                "refused 142 limit: level 2; level 1 is final for class 2; accepted: 1",
            ),
            (
                "2019-02-01 complaint_received by enforcer",
                "refused 140-141 role: actor enforcer; complaint_received is recorded by: clerk, examiner, head, provincial_head; accepted: clerk, examiner, head, provincial_head",
            ),
            ("2019-02-01 complaint_received by examiner", "open"),
            (
                "2019-02-01 complaint_accepted",
                "refused 148 standing: stream not received; received; accepted: complaint_received first",
            ),
        ],
    );
    let received = "2019-02-01 complaint_received";
    after(
        received,
        &[
            ("2019-02-11 complaint_accepted", "open; accepted 2019-02-11"),
            (
                "2019-02-11 complaint_accepted by clerk",
                "refused 148 role: actor clerk; complaint_accepted is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2019-02-11 complaint_accepted by B.head",
                "refused 148 competence: actor 31 of office 3; an officer of office 2; accepted: an officer of that office",
            ),
            ("2019-02-11 complaint_rejected", "Rejected 2019-02-11"),
            ("2019-02-11 complaint_withdrawn by clerk", "Withdrawn 2019-02-11"),
            (
                "2019-02-11 complaint_resolved",
                "refused 150-151 standing: stream received; accepted; accepted: complaint_accepted first",
            ),
            (
                "2019-02-11 complaint_received",
                "refused 141 standing: stream received; not received; accepted: another number",
            ),
            (
                "2019-02-11 denunciation_accepted",
                "refused 157 mismatch: kind of the other sort; complaint_… or denunciation_…, as received; accepted: the other kind",
            ),
            ("2019-02-11 note_added", "open"),
        ],
    );
    let accepted = "2019-02-01 complaint_received / 2019-02-11 complaint_accepted";
    after(
        accepted,
        &[
            ("2019-03-20 complaint_resolved dismissed", "resolved Dismissed 2019-03-20"),
            ("2019-03-20 complaint_resolved upheld", "resolved Upheld 2019-03-20"),
            ("2019-03-20 complaint_withdrawn by examiner", "Withdrawn 2019-03-20"),
            (
                "2019-03-20 complaint_rejected",
                "refused 141 standing: stream accepted; received; accepted: complaint_received first",
            ),
            (
                "2019-02-10 complaint_resolved dismissed",
                "refused 150-151 standing: stream received; accepted; accepted: complaint_accepted first",
            ),
        ],
    );
    after(
        "2019-02-01 complaint_received / 2019-02-11 complaint_accepted / complaint_resolved",
        &[
            (
                "complaint_resolved",
                "refused 150-151 standing: stream ended; accepted; accepted: complaint_accepted first",
            ),
            (
                "complaint_withdrawn by clerk",
                "refused 143 standing: stream ended; received; accepted: a complaint that has not ended",
            ),
        ],
    );
}

#[test]
fn a_denunciation_goes_its_own_way() {
    after(
        "",
        &[
            ("2019-02-01 denunciation_received", "open"),
            (
                "2019-02-01 denunciation_concluded",
                "refused 157.2 standing: stream not received; accepted; accepted: denunciation_accepted first",
            ),
        ],
    );
    after(
        "2019-02-01 denunciation_received",
        &[
            ("2019-02-11 denunciation_accepted", "accepted 2019-02-11"),
            ("2019-02-11 denunciation_not_accepted", "Rejected 2019-02-11"),
            (
                "2019-02-11 complaint_withdrawn by clerk",
                "refused 143 mismatch: kind of the other sort; complaint_… or denunciation_…, as received; accepted: the other kind",
            ),
            (
                "2019-02-11 denunciation_concluded",
                "refused 157.2 standing: stream received; accepted; accepted: denunciation_accepted first",
            ),
        ],
    );
    after(
        "2019-02-01 denunciation_received / 2019-02-11 denunciation_accepted",
        &[
            ("2019-03-20 denunciation_concluded partly", "resolved Partly 2019-03-20"),
            (
                "2019-03-20 denunciation_concluded by examiner",
                "refused 157.2 role: actor examiner; denunciation_concluded is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2019-03-20 denunciation_not_accepted",
                "refused 157 standing: stream accepted; received; accepted: denunciation_received first",
            ),
        ],
    );
}

/// domain.md part 11, vector 8, as far as it is about what may be done; the days are those of `deadline`.
#[test]
fn a_complaint_in_tet() {
    use thads_cases::deadline::{Due, deadline};
    use thads_cases::rules::Parameter;
    let history = History::told(
        "2019-02-01 complaint_received / 2019-02-11 complaint_accepted / 2019-03-20 complaint_resolved dismissed",
    );
    let (rules, calendar) = (&history.reference_data.rules, &history.reference_data.calendar);
    let complaint = history.complaint();
    assert_eq!(
        deadline(Parameter::ComplaintAccept, complaint.received.unwrap(), rules, calendar),
        Due::On(day("2019-02-15"))
    );
    let due = deadline(Parameter::ComplaintResolve1, complaint.accepted.unwrap(), rules, calendar);
    assert_eq!(due, Due::On(day("2019-02-26")));
    let (ending, on) = complaint.ended.unwrap();
    assert_eq!((ending, due.days_late(on)), (Ending::Resolved(Outcome::Dismissed), 22));
}
