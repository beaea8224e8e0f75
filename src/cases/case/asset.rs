//! What was seized, and how it is sold.

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::ids::AssetNo;
use crate::money::Amount;

/// What kind of thing was seized.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetKind {
    /// Động sản.
    Movable,
    /// Bất động sản.
    Immovable,
}

/// One round of auction.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Round {
    /// 1, 2, …
    pub number: u16,
    /// Start price, đồng.
    pub start_price: Amount,
    /// When announced.
    pub announced: Date,
    /// When it is held.
    pub held_on: Date,
    /// What came of it.
    pub result: RoundResult,
}

/// What came of a round.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum RoundResult {
    /// Not yet held.
    Pending,
    /// Không thành.
    Unsold {
        /// When.
        on: Date,
    },
    /// Thành.
    Sold {
        /// When.
        on: Date,
        /// At what price.
        price: Amount,
        /// To be paid by.
        pay_by: Date,
    },
}

/// A seized asset.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Asset {
    /// Its number.
    pub number: AssetNo,
    /// Movable or not.
    pub kind: AssetKind,
    /// Seized on.
    pub distrained: Date,
    /// Value by the last appraisal, and its date.
    pub appraised: Option<(Amount, Date)>,
    /// The price of the next round.
    pub offered_at: Option<Amount>,
    /// How often it was reduced.
    pub reductions: u16,
    /// Rounds held or announced.
    pub rounds: Vec<Round>,
    /// Paid in full on.
    pub paid: Option<Date>,
    /// Handed over on.
    pub handed_over: Option<Date>,
    /// Mortgaged or pledged: its proceeds go to the secured creditors first.
    pub mortgaged: bool,
}

impl Asset {
    /// The last round, if there was one.
    pub fn last_round(&self) -> Option<&Round> {
        self.rounds.last()
    }
}
