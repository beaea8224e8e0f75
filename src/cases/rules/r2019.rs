//! Values from 5 January 2020 to 25 July 2024 (Circular 06/2019), where they differ from before.
//!
//! The law's own values change inside this time: Decree 33/2020 on 1 May 2020, Circular 13/2021 on 13 February 2022,
//! Law 03/2022 on 1 March 2022.

use super::parameter::Parameter::{self as P};
use super::table::*;
use crate::date::Date;

/// From when a row without a date of its own counts.
pub(super) const FIRST: Date = date(2020, 1, 5);

/// From 5 January 2020.
pub(super) const ROWS: &[Row] = &[
    as_before(P::VerifyOnNews).at(2020, 5, 1),
    as_before(P::VerifyForOther).at(2020, 5, 1),
    as_before(P::NotYetDecision).at(2020, 5, 1),
    as_before(P::TrackingAfter).at(2020, 5, 1),
    as_before(P::TrackingAfterLong).at(2020, 5, 1),
    as_before(P::TrackingAfterVerifications).at(2020, 5, 1),
    as_before(P::TrackingBook).at(2020, 5, 1),
    as_before(P::WithdrawGrounds).at(2022, 3, 1),
    as_before(P::EntrustDecline).at(2022, 3, 1),
    row(P::AssetEntrust, working_days(5)).at(2022, 3, 1),
    row(P::AssetEntrustMoney, working_days(5)).at(2022, 3, 1),
    as_before(P::AuctionPay).at(2020, 5, 1),
    as_before(P::Handover).at(2020, 5, 1),
    as_before(P::HandoverHard).at(2020, 5, 1),
    as_before(P::DisburseAuction).at(2023, 10, 1),
    as_before(P::UnclaimedAfterLater).at(2020, 5, 1),
    row(P::BaseSalary, amount(1_800_000)).at(2023, 7, 1),
    row(P::BaseSalary, amount(2_340_000)).at(2024, 7, 1),
    row(P::ComplaintAcceptLevel2, days(10)).at(2022, 2, 13),
    row(P::DenunciationAccept, working_days(7)).at(2022, 2, 13),
    row(P::DenunciationAcceptChecks, working_days(10)).at(2022, 2, 13),
    as_before(P::Denunciation).at(2022, 2, 13),
    as_before(P::DenunciationHard).at(2022, 2, 13),
    row(P::StatPeriods, numbers(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
    row(P::StatPeriodsInterAgency, numbers(&[3, 6, 10, 12])).at(2022, 2, 25),
    row(P::StatClose, choice("period_end")),
    row(P::StatReportEnforcer, working_days(1)),
    row(P::StatReportSub, working_days(2)),
    row(P::StatReportDepartment, working_days(4)),
    row(
        P::StatColumns,
        words![
            "total",
            "carried",
            "new",
            "entrusted",
            "withdrawn",
            "to_execute",
            "enforceable",
            "completed",
            "terminated",
            "exempted",
            "in_progress",
            "postponed",
            "suspended",
            "paused",
            "other",
            "not_yet",
            "other_standing",
            "carried_out",
            "tracking_book",
        ],
    ),
    row(P::StatToExecute, words!["entrusted", "withdrawn"]),
    row(P::StatSum, words!["enforceable", "not_yet", "other_standing"]),
    row(P::StatPostponedEnforceable, grounds!["c" => "consent"]),
    unset(P::TargetNationalCases).at(2020, 10, 1),
    unset(P::TargetNationalMoney).at(2020, 10, 1),
    row(P::TargetNationalCases, ratio(8150, 10_000)).at(2021, 10, 1),
    row(P::TargetNationalMoney, ratio(4010, 10_000)).at(2021, 10, 1),
    row(P::TargetNationalCases, ratio(8250, 10_000)).at(2022, 10, 1),
    row(P::TargetNationalMoney, ratio(4550, 10_000)).at(2022, 10, 1),
    unset(P::TargetNationalCases).at(2023, 10, 1),
    unset(P::TargetNationalMoney).at(2023, 10, 1),
];
