//! Where a case stands: open with an enforcer, a class and an activity, or not.

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::ids::{OfficerNo, Position};

/// Where a case stands. Only an open case has an enforcer, a class and an activity.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub enum CaseStatus {
    /// Nothing has happened yet.
    #[default]
    Unknown,
    /// Judgment or request received, no order.
    Registered,
    /// An order stands and is not finished.
    Open(Open),
    /// Finished or gone elsewhere.
    Finished {
        /// How.
        how: Finish,
        /// When.
        on: Date,
        /// By which record.
        at: Position,
    },
    /// The request was refused.
    Refused {
        /// When.
        on: Date,
    },
}

/// An open case.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Open {
    /// Chấp hành viên.
    pub enforcer: Option<OfficerNo>,
    /// Phân loại.
    pub class: Class,
    /// Tình trạng.
    pub activity: Activity,
}

/// Classification by Art. 44a.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Class {
    /// Not yet classified; counts as enforceable.
    Pending,
    /// Có điều kiện.
    Enforceable,
    /// Chưa có điều kiện.
    NotYet {
        /// The ground's letter or name.
        ground: String,
        /// Date of the decision.
        since: Date,
        /// Sổ theo dõi riêng.
        tracking_book: bool,
    },
}

/// What holds an open case up, if anything.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Activity {
    /// Đang thi hành.
    Active,
    /// Hoãn.
    Postponed {
        /// The ground's letter or name.
        ground: String,
        /// Until when, where the decision says.
        until: Option<Date>,
    },
    /// Tạm đình chỉ.
    Suspended {
        /// The ground's name.
        ground: String,
    },
    /// Tạm dừng để giải quyết khiếu nại.
    Paused,
}

/// How a case ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// Thi hành xong.
    Completed,
    /// Đình chỉ.
    Terminated,
    /// Ủy thác.
    EntrustedOut,
    /// Rút lên.
    PulledUp,
    /// Thu hồi quyết định.
    Withdrawn,
}
