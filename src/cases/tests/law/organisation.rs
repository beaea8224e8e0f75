//! Offices, officers, targets and values of rules: who may set up what.

use super::language::{History, compare};

fn rows(rows: &[(&str, &str)]) {
    for (action, expected) in rows {
        let mut history = History::new();
        let answer = history.attempt(action);
        compare(action, answer.map(|()| vec!["accepted".to_owned()]), expected);
    }
}

#[test]
fn offices_are_opened_below_the_head_of_the_province() {
    rows(&[
        ("2019-01-02 office_opened 4 by provincial_head", "accepted"),
        ("2019-01-02 office_opened 4 by administrator", "accepted"),
        (
            "2019-01-02 office_opened 4 by head",
            "refused 13 role: actor head; office_opened is recorded by: provincial_head, administrator; accepted: provincial_head, administrator",
        ),
        (
            "2019-01-02 office_opened 4 by ledger",
            "refused 13 role: actor 0; an officer; accepted: the number of an officer (officer_appointed)",
        ),
        (
            "2019-01-02 office_opened 3 by provincial_head",
            "refused 13 duplicate: number 3; a number given once, from 1; accepted: 4",
        ),
        (
            "2019-01-02 office_opened 0 by provincial_head",
            "refused 13 duplicate: number 0; a number given once, from 1; accepted: 4",
        ),
        (
            "2019-01-02 office_opened 4 DT01 by provincial_head",
            "refused 13 duplicate: code DT01; a code given once; accepted: another code",
        ),
        ("2019-01-02 office_opened 4 0T by provincial_head", "accepted"),
        (
            "2019-01-02 office_opened 4 DT09 9 by provincial_head",
            "refused 13 unknown: parent 9; an office opened before; accepted: office_opened first",
        ),
    ]);
}

#[test]
fn officers_are_appointed_to_offices_that_there_are() {
    rows(&[
        ("2019-01-02 officer_appointed 50 2 by provincial_head", "accepted"),
        ("2019-01-02 officer_appointed 50 2 head by administrator", "accepted"),
        (
            "2019-01-02 officer_appointed 50 2 by head",
            "refused 17 role: actor head; officer_appointed is recorded by: provincial_head, administrator; accepted: provincial_head, administrator",
        ),
        (
            "2019-01-02 officer_appointed 22 2 by provincial_head",
            "refused 17 duplicate: number 22; a number given once, from 1; accepted: 39",
        ),
        (
            "2019-01-02 officer_appointed 0 2 by provincial_head",
            "refused 17 duplicate: number 0; a number given once, from 1; accepted: 39",
        ),
        ("2019-01-02 officer_appointed 99999999 2 by provincial_head", "accepted"),
        (
            "2019-01-02 officer_appointed 331234567 2 by provincial_head",
            "refused 17 limit: number 331234567; at most 8 digits: more may be a person's number, and the name of this stream is in the open; accepted: the next free number",
        ),
        (
            "2019-01-02 officer_appointed 50 9 by provincial_head",
            "refused 17 unknown: office 9; an office opened before; accepted: office_opened first",
        ),
    ]);
    let mut history = History::new();
    // A second province beside the first: its head has no say in this one.
    history.reference_data.organisation.offices.get_mut(&thads_cases::ids::OfficeNo(3)).unwrap().parent =
        None;
    for (action, expected) in [
        (
            "2019-01-02 officer_appointed 50 3 by provincial_head",
            "refused 17 competence: office 3; office 1 and those below it; accepted: office 1 and those below it",
        ),
        (
            "2019-01-02 office_opened 4 DT09 3 by provincial_head",
            "refused 13 competence: parent 3; office 1 and those below it; accepted: office 1 and those below it",
        ),
        (
            "2019-01-02 target_assigned 3 rate.cases 73 100",
            "refused 166 competence: office 3; office 1 and those below it; accepted: office 1 and those below it",
        ),
        ("2019-01-02 officer_appointed 50 3 by administrator", "accepted"),
    ] {
        let answer = history.clone().attempt(action);
        compare(action, answer.map(|()| vec!["accepted".to_owned()]), expected);
    }
}

#[test]
fn targets_are_shares_of_figures_that_have_them() {
    rows(&[
        ("2019-01-02 target_assigned 2 rate.cases 7300 10000", "accepted"),
        ("2019-01-02 target_assigned 2 rate.money 0 1", "accepted"),
        (
            "2019-01-02 target_assigned 2 rate.cases 73 0",
            "refused 166 limit: ratio 73/0; numerator from 0 to the denominator, denominator from 1; accepted: 7300/10000",
        ),
        ("2019-01-02 target_assigned 2 rate.money 100 100", "accepted"),
        (
            "2019-01-02 target_assigned 2 rate.cases -1 100",
            "refused 166 limit: ratio -1/100; numerator from 0 to the denominator, denominator from 1; accepted: 7300/10000",
        ),
        (
            "2019-01-02 target_assigned 2 rate.cases 101 100",
            "refused 166 limit: ratio 101/100; numerator from 0 to the denominator, denominator from 1; accepted: 7300/10000",
        ),
        ("2019-01-02 target_assigned 2 rate.cases 73 100 1900", "accepted"),
        ("2019-01-02 target_assigned 2 rate.cases 73 100 9999", "accepted"),
        (
            "2019-01-02 target_assigned 2 rate.cases 73 100 1899",
            "refused 166 limit: year 1899; a year that dates can have: 1900 to 9999; accepted: the fiscal year, for instance 2019",
        ),
        (
            "2019-01-02 target_assigned 2 rate.cases 73 100 10000",
            "refused 166 limit: year 10000; a year that dates can have: 1900 to 9999; accepted: the fiscal year, for instance 2019",
        ),
        (
            "2019-01-02 target_assigned 2 rate.cases 73 100 0",
            "refused 166 limit: year 0; a year that dates can have: 1900 to 9999; accepted: the fiscal year, for instance 2019",
        ),
        (
            "2019-01-02 target_assigned 2 rate.cases 73 100 -2147483648",
            "refused 166 limit: year -2147483648; a year that dates can have: 1900 to 9999; accepted: the fiscal year, for instance 2019",
        ),
        (
            "2019-01-02 target_assigned 2 cases.total 73 100",
            "refused 166 unknown: figure cases.total; figures with targets; accepted: rate.cases, rate.money",
        ),
        (
            "2019-01-02 target_assigned 9 rate.cases 73 100",
            "refused 166 unknown: office 9; an office opened before; accepted: office_opened first",
        ),
        (
            "2019-01-02 target_assigned 2 rate.cases 73 100 by head",
            "refused 166 role: actor head; target_assigned is recorded by: provincial_head; accepted: provincial_head",
        ),
        (
            "2019-01-02 target_assigned 2 rate.cases 73 100 by administrator",
            "refused 166 role: actor administrator; target_assigned is recorded by: provincial_head; accepted: provincial_head",
        ),
    ]);
}

#[test]
fn a_value_is_set_by_a_document() {
    rows(&[
        ("2026-07-01 parameter_set auction_pay {\"span\":{\"days\":30}} by provincial_head", "accepted"),
        (
            "2026-07-01 parameter_set auction_pay {\"amount\":30} by provincial_head",
            "refused – limit: set auction_pay; auction_pay is a span, not a amount; write {\"span\": {\"working_days\": 5}} (or days, months, years, hours), {\"span\": \"at_once\"}, or \"unset\", or \"none\"; accepted: a rule's id and a value of its type",
        ),
        (
            "2026-07-01 parameter_set no_such {\"amount\":30} by provincial_head",
            "refused – limit: set no_such; \"no_such\" is no parameter; accepted: a rule's id and a value of its type",
        ),
        (
            "2026-07-01 parameter_set auction_pay {\"span\":{\"days\":30}} by head",
            "refused – role: actor head; parameter_set is recorded by: provincial_head, administrator; accepted: provincial_head, administrator",
        ),
    ]);
}

/// A stream begins with an event of its sort and holds no other: else nothing would judge what follows.
#[test]
fn streams_are_of_one_sort() {
    rows(&[
        (
            "2019-01-02 note_added",
            "refused – unknown: stream note_added; a stream that has begun; accepted: judgment_received, complaint_received, office_opened, officer_appointed, … first",
        ),
        (
            "2019-01-02 entry_voided 5",
            "refused – unknown: stream entry_voided; a stream that has begun; accepted: judgment_received, complaint_received, office_opened, officer_appointed, … first",
        ),
    ]);
    for (history, action, expected) in [
        (
            "2019-02-01 complaint_received",
            "payment_collected 5",
            "refused 45, 46 mismatch: kind payment_collected; a stream of a complaint or denunciation; accepted: a kind of that sort, or the right stream",
        ),
        (
            "2018-10-05 opened loan:5",
            "complaint_received by clerk on_behalf_of=22",
            "refused 140-141 mismatch: kind complaint_received; a stream of a case; accepted: a kind of that sort, or the right stream",
        ),
        (
            "2018-10-05 opened loan:5",
            "target_assigned 2 rate.cases 73 100",
            "refused 166 mismatch: kind target_assigned; a stream of a case; accepted: a kind of that sort, or the right stream",
        ),
        (
            "2019-01-02 target_assigned 2 rate.cases 73 100",
            "judgment_received",
            "refused 28, 29 mismatch: kind judgment_received; a stream of the organisation; accepted: a kind of that sort, or the right stream",
        ),
    ] {
        let mut stream = History::told(history);
        let answer = stream.attempt(action);
        compare(action, answer.map(|()| vec!["accepted".to_owned()]), expected);
    }
    // An imported note may stand first: it is flagged, and what follows is judged all the same.
    let mut stream = History::new();
    stream.tell("2018-10-05 note_added imported by clerk");
    let answer = stream.attempt("payment_collected 5");
    compare(
        "payment",
        answer.map(|()| Vec::new()),
        "refused 45 standing: case unknown; open; accepted: judgment_received",
    );
}

#[test]
fn who_oversees_writes_nothing_on_a_case() {
    for (action, expected) in [
        (
            "note_added by auditor",
            "refused – role: actor auditor; note_added is recorded by: head, provincial_head, enforcer, examiner, clerk, accountant, cashier; accepted: head, provincial_head, enforcer, examiner, clerk, accountant, cashier",
        ),
        (
            "note_added by administrator",
            "refused – role: actor administrator; note_added is recorded by: head, provincial_head, enforcer, examiner, clerk, accountant, cashier; accepted: head, provincial_head, enforcer, examiner, clerk, accountant, cashier",
        ),
        ("note_added by accountant", "accepted"),
        (
            "note_added by B.clerk",
            "refused – competence: actor 34 of office 3; an officer of office 2; accepted: an officer of that office",
        ),
        (
            "note_added by nobody",
            "refused – unknown: actor 99; an officer appointed before; accepted: officer_appointed first",
        ),
        (
            "2014-12-31 note_added late 2018-10-06",
            "refused – too_early: actor 22; in office since 2015-01-02; accepted: an officer of that time",
        ),
        (
            "note_added document={\"number\":\"1\",\"date\":\"2018-10-06\"}",
            "refused – too_late: document.date 2018-10-06; 2018-10-05 (today); accepted: today or earlier",
        ),
    ] {
        let mut history = History::told("2018-10-05 opened loan:5");
        let answer = history.attempt(action);
        compare(action, answer.map(|()| vec!["accepted".to_owned()]), expected);
    }
}

/// The stream's next position is 100. Who corrects the clock says what day it is: that of recording.
#[test]
fn the_clock_is_corrected_by_who_sets_up_offices_from_a_record_that_there_is() {
    rows(&[
        ("2019-01-02 clock_corrected 99 2018-12-01 by administrator", "accepted"),
        ("2019-01-02 clock_corrected 0 2019-01-02 by provincial_head", "accepted"),
        (
            "2019-01-02 clock_corrected 99 2018-12-01 by head",
            "refused – role: actor head; clock_corrected is recorded by: provincial_head, administrator; accepted: provincial_head, administrator",
        ),
        (
            "2019-01-02 clock_corrected 100 2018-12-01 by administrator",
            "refused – unknown: from 100; a record of this log; accepted: below 100",
        ),
        (
            "2019-01-02 clock_corrected 99 2019-01-03 by administrator",
            "refused – too_late: day 2019-01-03; 2019-01-02 (today); accepted: 2019-01-02 or earlier",
        ),
        (
            "2019-01-02 clock_corrected 99 2018-12-01 by administrator late 2036-01-02",
            "refused – mismatch: effective 2019-01-02; the day of recording, by the machine's clock 2036-01-02; accepted: the true day of today: set the machine's clock where it shows another",
        ),
    ]);
}
