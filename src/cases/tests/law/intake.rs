//! From the judgment to the order, and what becomes of the order; assignment, notice, the voluntary period.

use super::language::{after, check};

#[test]
fn a_judgment_comes_first_and_once() {
    check("", "2018-10-01 judgment_received", "registered");
    check(
        "",
        "2018-10-01 judgment_received date=2018-10-02",
        "refused 28 too_late: date 2018-10-02; 2018-10-01 (the day it is received); accepted: 2018-10-01 or earlier",
    );
    check(
        "",
        "2018-10-01 judgment_received 2018-09-30 date=2018-10-01",
        "refused 28 too_early: in_force 2018-09-30; 2018-10-01 (the judgment); accepted: 2018-10-01 or later",
    );
    check(
        "",
        "2018-10-01 judgment_received court=\"\"",
        "refused 28 unknown: court nothing; a text; accepted: what the document says",
    );
    check(
        "",
        "2018-10-01 judgment_received by enforcer",
        "refused 28, 29 role: actor enforcer; judgment_received is recorded by: clerk, head, provincial_head; accepted: clerk, head, provincial_head",
    );
    check(
        "",
        "2018-10-01 judgment_received late 2018-09-28",
        "refused – too_late: effective 2018-10-01; 2018-09-28 (today); accepted: today or earlier",
    );
    check(
        "2018-10-01 judgment_received",
        "judgment_received",
        "refused 28 standing: case registered; a new case; accepted: the next intake number",
    );
}

#[test]
fn a_request_comes_within_five_years() {
    check("2018-10-01 judgment_received 2018-09-03 date=2018-08-01", "request_received", "registered");
    check("2018-10-01 judgment_received 2013-10-01 date=2013-09-01", "request_received", "registered");
    check(
        "2018-10-02 judgment_received 2013-10-01 date=2013-09-01",
        "request_received",
        "refused 30 too_late: effective 2018-10-02; 2018-10-01 (the limitation of the request); accepted: 2018-10-01 or earlier",
    );
    check(
        "",
        "2018-10-01 request_received",
        "refused 31 standing: case unknown; registered; accepted: judgment_received first",
    );
}

#[test]
fn a_request_is_refused_on_a_ground_of_the_law() {
    let history = "2018-10-01 judgment_received / request_received";
    check(history, "2018-10-03 request_refused out_of_time", "request refused 2018-10-03");
    check(
        history,
        "2018-10-03 request_refused already_ordered",
        "refused 31.5 ground: ground already_ordered; the law in force on 2018-10-03; accepted: no_right_or_unrelated, no_obligation, not_competent, out_of_time",
    );
    check(history, "2026-07-01 request_refused already_ordered", "request refused 2026-07-01");
    check(
        "2018-10-01 judgment_received",
        "request_refused out_of_time",
        "refused 31.5 standing: case registered; registered, with a request; accepted: request_received first",
    );
    check(
        "2018-10-01 judgment_received / request_received / request_refused out_of_time",
        "enforcement_ordered loan:5",
        "refused 36 standing: case request refused; registered; accepted: judgment_received first, once",
    );
}

#[test]
fn an_order_names_who_owes_what_to_whom() {
    after(
        "2018-10-01 judgment_received 2018-10-02 date=2018-09-01 / 2018-10-02 request_received",
        &[
            (
                "2018-10-05 enforcement_ordered loan:50_000_000",
                "pending; due 50000000; remaining 50000000; held 0",
            ),
            ("2018-10-05 enforcement_ordered proactive court_fee:3_000_000", "pending; due 3000000"),
            (
                "2018-10-05 enforcement_ordered loan:1 by clerk",
                "refused 36 role: actor clerk; enforcement_ordered is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
            (
                "2018-10-05 enforcement_ordered loan:1 by B.head",
                "refused 36 competence: actor 31 of office 3; an officer of office 2; accepted: an officer of that office",
            ),
            ("2018-10-05 enforcement_ordered loan:1 by provincial_head", "pending"),
            (
                "2018-10-05 enforcement_ordered",
                "refused 36 unknown: obligations none; at least one; accepted: the obligations of the judgment",
            ),
            (
                "2018-10-05 enforcement_ordered loan:0",
                "refused 36 money: obligations.amount 0; more than 0; accepted: a whole amount from 1",
            ),
            (
                "2018-10-05 enforcement_ordered act:5",
                "refused 36 mismatch: obligations.amount 5; 0; accepted: 0",
            ),
            ("2018-10-05 enforcement_ordered act:0", "pending; due 0"),
            (
                "2018-10-05 enforcement_ordered loan:5@0",
                "refused 36 unknown: obligations.payee 0; no creditor is named; accepted: no creditor is named",
            ),
            (
                "2018-10-05 enforcement_ordered fine:5@1",
                "refused 36 mismatch: obligations.payee fine; owed to the budget; accepted: budget",
            ),
            (
                "2018-10-05 enforcement_ordered loan:5@budget",
                "refused 36 mismatch: obligations.payee loan; owed to a creditor; accepted: {\"creditor\": 1}",
            ),
            ("2018-10-05 enforcement_ordered damages:5@budget", "pending"),
            (
                "2018-10-05 enforcement_ordered fine:5+secured",
                "refused 36 mismatch: obligations.payee secured, to the budget; owed to a creditor; accepted: {\"creditor\": 1}",
            ),
            (
                "2018-10-05 enforcement_ordered cost:5",
                "refused 36 mismatch: obligations.kind cost; what the judgment names; accepted: coercion_cost_recorded, when costs arise",
            ),
            (
                "2018-10-05 enforcement_ordered loan:5 debtors=[]",
                "refused 36 unknown: debtors none; at least one; accepted: the debtors of the judgment",
            ),
            (
                "2018-10-05 enforcement_ordered proactive loan:5",
                "refused 36.2 mismatch: obligations.kind loan; proactive: budget revenue, return of money or property, urgent measures, land, bankruptcy; accepted: on_request, after request_received",
            ),
            ("2018-10-05 enforcement_ordered proactive return_money:5", "pending"),
            (
                "2018-10-05 enforcement_ordered loan:5 by nobody",
                "refused 36 unknown: actor 99; an officer appointed before; accepted: officer_appointed first",
            ),
        ],
    );
    check(
        "2018-10-01 judgment_received",
        "enforcement_ordered loan:5",
        "refused 36.1 standing: basis on_request; a request received; accepted: request_received first",
    );
    check(
        "2018-10-01 judgment_received 2018-10-05",
        "2018-10-04 enforcement_ordered proactive fine:5",
        "refused 2 too_early: effective 2018-10-04; 2018-10-05 (the judgment takes force); accepted: 2018-10-05 or later",
    );
    check(
        "2018-10-05 opened loan:5",
        "enforcement_ordered loan:5",
        "refused 36 standing: case open, not classified; registered; accepted: judgment_received first, once",
    );
}

#[test]
fn an_order_is_amended_to_no_less_than_what_was_settled() {
    let paid = "2018-10-05 opened damages:50_000_000 fine:5_000_000 act:0 / payment_collected 20_000_000 \
        / distribution_planned 1:18_181_819 2:1_818_181";
    after(
        paid,
        &[
            ("order_amended 1 15_000_001", "due 20000001; remaining 20000001; outstanding 1"),
            (
                "order_amended 1 14_999_999",
                "refused 37.2 money: amount 14999999; 15000000 settled, approved or held; accepted: at least 15000000",
            ),
            (
                "order_amended 1 0",
                "refused 37.2 money: amount 0; more than 0; accepted: a whole amount from 1",
            ),
            (
                "order_amended 3 5",
                "refused 37.2 mismatch: obligation act; money that the order names; accepted: another obligation",
            ),
            (
                "order_amended 4 5",
                "refused 37.2 unknown: obligation 4; the case has 1, 2, 3; accepted: 1, 2, 3",
            ),
            ("order_amended 1 60_000_000", "due 65000000"),
        ],
    );
    let approved = "2018-10-05 opened loan:50_000_000 loan:30_000_000@2 / payment_collected 40_000_000 \
        / distribution_planned 1:25_000_000 2:15_000_000 / payout_approved 1:25_000_000 2:15_000_000";
    check(
        approved,
        "order_amended 1 24_999_999",
        "refused 37.2 money: amount 24999999; 25000000 settled, approved or held; accepted: at least 25000000",
    );
    check(approved, "order_amended 1 25_000_000", "due 55000000");
}

#[test]
fn an_order_is_withdrawn_when_nothing_is_held() {
    let history = "2018-10-05 opened loan:50_000_000";
    check(history, "2018-11-01 order_withdrawn content_error", "withdrawn 2018-11-01; remaining 50000000");
    check(
        history,
        "2018-11-01 order_withdrawn other_law",
        "refused 37.1 ground: ground other_law; the law in force on 2018-11-01; accepted: a not_competent, b content_error, c ground_gone, d transfer, entrusted",
    );
    check(
        "2018-10-05 opened loan:50_000_000 / payment_collected 5",
        "order_withdrawn content_error",
        "refused 37.1 money: case 5 still held; 0 held; accepted: disbursed, remitted_to_budget, refunded or held_money_resolved first",
    );
    check(
        "2018-10-05 opened loan:50_000_000 / order_withdrawn content_error",
        "payment_collected 5",
        "refused 45 standing: case withdrawn; open; accepted: note_added, fact_corrected, entry_voided",
    );
}

#[test]
fn an_enforcer_of_the_office_gets_the_case() {
    after(
        "2018-10-05 opened loan:50_000_000",
        &[
            ("enforcer_assigned other_enforcer", "enforcer 23"),
            (
                "enforcer_assigned B.enforcer",
                "refused 36.2 competence: enforcer 32 of office 3; office 2; accepted: an enforcer of the case's office",
            ),
            (
                "enforcer_assigned clerk",
                "refused 36.2 role: enforcer 24; an enforcer; accepted: an officer with the role enforcer",
            ),
            (
                "enforcer_assigned nobody",
                "refused 36.2 unknown: enforcer 99; an officer appointed before; accepted: officer_appointed first",
            ),
            (
                "enforcer_assigned by enforcer",
                "refused 36.2 role: actor enforcer; enforcer_assigned is recorded by: head, provincial_head; accepted: head, provincial_head",
            ),
        ],
    );
}

#[test]
fn notices_are_the_enforcers_or_of_a_clerk_who_names_him() {
    after(
        "2018-10-05 opened loan:50_000_000",
        &[
            ("notice_served by enforcer", "pending"),
            ("notice_served by other_enforcer", "refused 20 competence: actor 23; enforcer 22; accepted: 22"),
            ("notice_served by clerk on_behalf_of=22", "pending"),
            (
                "notice_served by clerk",
                "refused 20 competence: on_behalf_of none; a clerk names the enforcer; accepted: 22",
            ),
            (
                "notice_served by clerk on_behalf_of=23",
                "refused 20 competence: on_behalf_of 23; enforcer 22; accepted: 22",
            ),
            (
                "notice_served by clerk on_behalf_of=32",
                "refused 20 competence: on_behalf_of 32; an enforcer of office 2; accepted: the enforcer of the case",
            ),
            (
                "notice_served by enforcer on_behalf_of=22",
                "refused 20 role: on_behalf_of 22; a clerk records for another; accepted: no on_behalf_of",
            ),
            (
                "notice_served by accountant",
                "refused 39-43 role: actor accountant; notice_served is recorded by: enforcer, clerk; accepted: enforcer, clerk",
            ),
            (
                "notice_served debtor of=\"\"",
                "refused 39 unknown: of nothing; a text; accepted: what the document says",
            ),
        ],
    );
    check(
        "2018-10-05 judgment_received / request_received / enforcement_ordered loan:5",
        "notice_served",
        "refused 20 competence: actor 22; no enforcer is assigned; accepted: enforcer_assigned first",
    );
}

#[test]
fn a_notice_names_a_party_of_the_order_a_document_and_a_way_of_its_day() {
    after(
        "2018-10-05 opened loan:50_000_000 / 2018-10-08 note_added",
        &[
            ("notice_served to={\"debtor\":2}", "pending"),
            ("notice_served to={\"creditor\":1}", "pending"),
            (
                "notice_served to={\"debtor\":3}",
                "refused 39 unknown: to.debtor 3; a number in the order's list; accepted: 1 to 2, or without a number",
            ),
            (
                "notice_served to={\"creditor\":0}",
                "refused 39 unknown: to.creditor 0; a number in the order's list; accepted: 1 to 1, or without a number",
            ),
            ("notice_served commune classification mode=\"posted\"", "pending"),
            ("notice_served other công-văn", "pending"),
            (
                "notice_served debtor order mode=\"digital\"",
                "refused 39.3 limit: mode digital; the ways of that day; accepted: direct, posting, media",
            ),
            ("notice_served debtor order mode=\"mass_media\" sent=\"2018-10-05\"", "pending"),
            (
                "notice_served debtor order sent=\"2018-10-09\"",
                "refused 39 too_early: effective 2018-10-08; 2018-10-09 (the day on which it was sent); accepted: 2018-10-09 or later",
            ),
        ],
    );
    let later = "2026-07-01 opened loan:50_000_000 / 2026-07-03 note_added";
    check(later, "notice_served debtor order mode=\"digital\"", "pending");
    check(
        later,
        "notice_served debtor order mode=\"vneid_web\"",
        "refused 39.3 limit: mode vneid_web; the ways of that day; accepted: digital, direct, posting, media, digital_abroad",
    );
}

#[test]
fn the_voluntary_period_is_ten_days_from_the_notice() {
    after(
        "2018-10-05 opened loan:50_000_000 / 2018-10-08 notice_served",
        &[
            ("voluntary_period_started 2018-10-18", "voluntary until 2018-10-18"),
            (
                "voluntary_period_started 2018-10-19",
                "refused 45 mismatch: until 2018-10-19; 2018-10-18; accepted: 2018-10-18",
            ),
            (
                "voluntary_period_started 2018-10-18 by other_enforcer",
                "refused 20 competence: actor 23; enforcer 22; accepted: 22",
            ),
        ],
    );
    check(
        "2018-10-05 opened loan:50_000_000",
        "voluntary_period_started 2018-10-18",
        "refused 45 too_early: effective 2018-10-05; the debtor's notice of the order; accepted: notice_served first",
    );
    let absent = "2018-10-05 opened loan:50_000_000 / 2018-10-08 notice_served result=\"absent\"";
    check(
        absent,
        "voluntary_period_started 2018-10-18",
        "refused 45 too_early: effective 2018-10-08; the debtor's notice of the order; accepted: notice_served first",
    );
}
