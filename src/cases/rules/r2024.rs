//! Values from 26 July 2024 to 30 June 2026 (Circular 05/2024), where they differ from before.
//!
//! The law's own values change inside this time: Decree 152/2024 on 1 January 2025, one local level on 1 July 2025.

use super::parameter::Parameter::{self as P};
use super::table::*;
use crate::date::Date;

/// From when a row without a date of its own counts.
pub(super) const FIRST: Date = date(2024, 7, 26);

/// From 26 July 2024.
pub(super) const ROWS: &[Row] = &[
    row(P::NoticeModes, words!["direct", "posting", "media", "vneid_web"]).at(2025, 1, 1),
    row(P::Handover, days(60)).at(2025, 1, 1),
    row(P::HandoverHard, days(60)).at(2025, 1, 1),
    none(P::PullUp).at(2025, 7, 1),
    row(P::ComplaintBy, choice("provincial_or_private_head")).at(2025, 7, 1).unsure(),
    row(P::ComplaintByLevel2, choice("ministry_agency")).at(2025, 7, 1).unsure(),
    row(
        P::Standings,
        words!["completed", "terminated", "entrusted_out", "withdrawn", "annulled", "transferred_by_merger"],
    )
    .at(2025, 7, 1),
    row(P::StatPeriodsLists, numbers(&[3, 6, 10, 12])),
    unset(P::StatReportEnforcer),
    unset(P::StatReportSub),
    unset(P::StatReportDepartment),
    row(
        P::StatForms,
        words![
            "cases",
            "money",
            "state_budget",
            "cases_by_enforcer",
            "money_by_enforcer",
            "exemption",
            "security_coercion",
            "complaints",
            "citizen_reception",
            "oversight",
            "compensation",
            "administrative",
        ],
    ),
    row(P::TargetNationalCases, ratio(8390, 10_000)).at(2024, 10, 1),
    row(P::TargetNationalMoney, ratio(5190, 10_000)).at(2024, 10, 1),
    unset(P::TargetNationalCases).at(2025, 10, 1),
    unset(P::TargetNationalMoney).at(2025, 10, 1),
];
