//! Worked vectors of deadlines, inside a regime and across a boundary.

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The named deadline of an event on a day, as text.
fn due(parameter: Parameter, from: &str) -> String {
    show(deadline(parameter, day(from), &Rules::built_in(), &Calendar::built_in()))
}

fn show(due: Due) -> String {
    match due {
        Due::On(date) => date.to_string(),
        Due::Unset => "unset".to_owned(),
        Due::NoLimit => "no limit".to_owned(),
        Due::LimitUnknown(year) => format!("{year} unknown"),
    }
}

#[test]
fn deadlines_of_the_domain() {
    for (what, parameter, from, until) in [
        ("next verification", Parameter::VerifyAgain, "2018-11-20", "2019-05-20"),
        ("complaint in Tết, acceptance", Parameter::ComplaintAccept, "2019-02-01", "2019-02-15"),
        ("complaint in Tết, resolution", Parameter::ComplaintResolve1, "2019-02-11", "2019-02-26"),
        ("notice over Tết", Parameter::Notice, "2019-02-01", "2019-02-13"),
        ("notice over the swap", Parameter::Notice, "2018-12-27", "2019-01-03"),
        ("notice on the swap", Parameter::Notice, "2019-01-02", "2019-01-05"),
        ("price of an auction", Parameter::AuctionPay, "2019-03-12", "2019-04-11"),
        ("payee absent", Parameter::DepositAfter, "2019-03-04", "2019-03-19"),
        ("review of held money", Parameter::HeldMoneyReview, "2018-10-20", "2019-01-18"),
        ("assignment", Parameter::Assign, "2018-10-05", "unset"),
        ("before the decree", Parameter::FileOpened, "2015-08-31", "unset"),
        ("beyond the calendar", Parameter::VerifyAgainLong, "2027-06-01", "2028 unknown"),
        ("no such limit yet", Parameter::RightsTransferLimit, "2019-06-03", "no limit"),
    ] {
        assert_eq!(due(parameter, from), until, "{what}");
    }
    let resolution =
        deadline(Parameter::ComplaintResolve1, day("2019-02-11"), &Rules::built_in(), &Calendar::built_in());
    assert_eq!(resolution.days_late(day("2019-03-20")), 22);
    assert_eq!(resolution.days_late(day("2019-02-26")), 0);
}

#[test]
fn deadlines_across_a_boundary() {
    for (what, parameter, from, until) in [
        ("3 old", Parameter::VerifyFirst, "2026-06-30", "2026-07-10"),
        ("3 new", Parameter::VerifyFirst, "2026-07-01", "2026-07-10"),
        ("4 told before", Parameter::RedeemAfterTake, "2026-06-30", "2026-07-30"),
        ("4 told after", Parameter::RedeemAfterTake, "2026-07-01", "no limit"),
        ("5 parties told by", Parameter::UnsoldTell, "2026-06-15", "2026-06-22"),
        ("5 parties agree to", Parameter::UnsoldAgree, "2026-06-22", "2026-07-02"),
        ("5 reduction by", Parameter::ReduceLimit, "2026-07-02", "2026-07-09"),
        ("8 frozen before", Parameter::FreezeNext, "2026-06-26", "2026-07-06"),
        ("8 grounds after", Parameter::FreezeNext, "2026-07-03", "2026-07-13"),
        ("9 account before", Parameter::Complain2Freeze, "2026-06-30", "2026-07-03"),
        ("9 account after", Parameter::Complain2Freeze, "2026-07-01", "2026-07-13"),
        ("9 accepted before", Parameter::ComplaintResolve4, "2026-06-30", "2026-07-15"),
        ("9 accepted after", Parameter::ComplaintResolve4, "2026-07-01", "2026-07-31"),
        ("10 accepted before", Parameter::Denunciation, "2026-06-30", "2026-09-03"),
        ("10 accepted after", Parameter::Denunciation, "2026-07-01", "2026-07-31"),
        ("11 paid before", Parameter::Handover, "2024-12-31", "2025-02-03"),
        ("11 paid before, hard", Parameter::HandoverHard, "2024-12-31", "2025-03-03"),
        ("11 paid after", Parameter::Handover, "2025-01-02", "2025-03-03"),
        ("11 paid under r2026", Parameter::Handover, "2026-07-01", "unset"),
        ("12 before", Parameter::AssetEntrust, "2022-02-28", "no limit"),
        ("12 after", Parameter::AssetEntrust, "2022-03-01", "2022-03-08"),
        ("13 before", Parameter::LiftLimitDistraint, "2026-06-30", "2026-07-07"),
        ("13 after", Parameter::LiftLimitDistraint, "2026-07-01", "2026-07-06"),
        ("15 sub, 2019", Parameter::StatReportSub, "2019-03-31", "2019-04-03"),
        ("15 enforcer, 2020", Parameter::StatReportEnforcer, "2020-02-29", "2020-03-02"),
        ("15 sub, 2020", Parameter::StatReportSub, "2020-02-29", "2020-03-03"),
        ("15 department, 2020", Parameter::StatReportDepartment, "2020-02-29", "2020-03-05"),
        ("voluntary before 2015", Parameter::Voluntary, "2015-06-30", "2015 unknown"),
    ] {
        assert_eq!(due(parameter, from), until, "{what}");
    }
}

#[test]
fn example_a_an_unfinished_case() {
    for (what, parameter, from, until) in [
        ("voluntary", Parameter::Voluntary, "2026-03-13", "2026-03-23"),
        ("after the freeze", Parameter::FreezeNext, "2026-06-24", "2026-07-06"),
        ("appraiser", Parameter::AppraiserContract, "2026-06-30", "2026-07-07"),
        ("appraiser, new", Parameter::AppraiserContract, "2026-07-01", "2026-07-08"),
        ("reappraisal asked", Parameter::AppealReappraisal, "2026-07-20", "2026-07-27"),
        ("auction contract", Parameter::AuctionContract, "2026-07-27", "2026-08-03"),
        ("auction", Parameter::AuctionHeldImmovable, "2026-08-03", "2026-09-17"),
        ("agreement on a reduction", Parameter::UnsoldAgree, "2026-09-17", "no limit"),
    ] {
        assert_eq!(due(parameter, from), until, "{what}");
    }
}

/// Completed on 25 June 2026: complaints go by the old law, the protest's limit alone by the new.
#[test]
fn example_b_a_finished_case() {
    let (rules, calendar) = (Rules::built_in(), Calendar::built_in());
    let finished = Some(day("2026-06-25"));
    let due = |parameter, from, received: Option<&str>| {
        show(oversight_deadline(parameter, day(from), received.map(day), finished, &rules, &calendar))
    };
    let received = Some("2026-07-08");
    assert_eq!(due(Parameter::Complain4, "2026-06-26", None), "2026-07-27");
    assert_eq!(due(Parameter::ComplaintAccept, "2026-07-08", received), "2026-07-15");
    assert_eq!(due(Parameter::ComplaintResolve4, "2026-07-10", received), "2026-07-27");
    assert_eq!(due(Parameter::ProtestLimit, "2026-06-29", None), "2026-07-14");
    assert_eq!(due(Parameter::ProtestLimitClosure, "2026-06-29", None), "2027-06-29");
}

/// A complaint on an unfinished case that was received under the old law keeps its times (T4).
#[test]
fn a_complaint_keeps_the_law_it_was_received_under() {
    let (rules, calendar) = (Rules::built_in(), Calendar::built_in());
    let due = |received: &str, accepted: &str| {
        let received = Some(day(received));
        show(oversight_deadline(
            Parameter::ComplaintResolve4,
            day(accepted),
            received,
            None,
            &rules,
            &calendar,
        ))
    };
    assert_eq!(due("2026-06-30", "2026-07-01"), "2026-07-16");
    assert_eq!(due("2026-07-01", "2026-07-01"), "2026-07-31");
    let extended = |class, received: &str, accepted: &str| {
        let parameter = Parameter::complaint_resolve(class, 1).unwrap();
        show(extended_resolution(parameter, day(accepted), day(received), None, &rules, &calendar))
    };
    assert_eq!(extended(1, "2019-02-01", "2019-02-11"), "2019-03-28");
    assert_eq!(extended(4, "2026-06-30", "2026-07-01"), "2026-08-17");
    assert_eq!(extended(2, "2019-03-01", "2019-03-01"), "2019-04-08");
}

#[test]
fn a_request_is_returned_after_two_years_under_the_new_law_only() {
    let (rules, calendar) = (Rules::built_in(), Calendar::built_in());
    let returned =
        |since: &str, on: &str| waited(Parameter::ReturnAfter, day(since), day(on), &rules, &calendar);
    assert_eq!(returned("2015-06-01", "2015-06-30"), Waited::Enough);
    assert_eq!(returned("2015-06-01", "2015-07-01"), Waited::NoLimit);
    assert_eq!(returned("2024-06-28", "2026-06-30"), Waited::NoLimit);
    assert_eq!(returned("2024-06-28", "2026-07-01"), Waited::Enough);
    assert_eq!(returned("2024-07-01", "2026-07-01"), Waited::Until(day("2026-07-01")));
    assert_eq!(returned("2024-07-01", "2026-07-02"), Waited::Enough);
}

#[test]
fn every_watched_limit_is_a_span() {
    for &parameter in DEADLINES {
        assert_eq!(parameter.form(), crate::rules::Form::Span, "{parameter}");
    }
}
