//! The state of a complaint or denunciation.

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::ids::{CaseId, OfficeNo, Position};

/// What it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Khiếu nại.
    Complaint,
    /// Tố cáo.
    Denunciation,
}

/// How a complaint came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Khiếu nại đúng; tố cáo đúng.
    Upheld,
    /// Đúng một phần.
    Partly,
    /// Không đúng.
    Dismissed,
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Decided or concluded.
    Resolved(Outcome),
    /// Not accepted.
    Rejected,
    /// Withdrawn by its author.
    Withdrawn,
}

/// A complaint or denunciation as its events fold.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Complaint {
    /// What it is; `None` before its first event.
    pub sort: Option<Sort>,
    /// The office that received it.
    pub office: OfficeNo,
    /// The case that it concerns.
    pub case: Option<CaseId>,
    /// The class of Art. 140: 1 before coercion, 2 security measure, 3 coercion, 4 after coercion; 0 for denunciations.
    pub class: u8,
    /// The level: 1, or 2 (final).
    pub level: u8,
    /// When it was received.
    pub received: Option<Date>,
    /// The record of the receipt.
    pub received_at: Option<Position>,
    /// When it was accepted.
    pub accepted: Option<Date>,
    /// How and when it ended.
    pub ended: Option<(Ending, Date)>,
    /// The record that ended it.
    pub ended_at: Option<Position>,
    /// Whether the matter is complex or the place remote: 30 days more.
    pub complex: bool,
}
