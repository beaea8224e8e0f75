//! What is owed, and the money of a case: received, held, planned, approved, paid out.

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::distribution::ObligationKind;
use crate::ids::{ObligationNo, OfficerNo};
use crate::money::Dong;

/// To whom an obligation is owed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payee {
    /// Ngân sách nhà nước.
    Budget,
    /// The creditor of that number, 1, 2, … in the order's list.
    Creditor(u16),
}

/// One thing owed, and how much of it was met. Always due = credited + exempted + terminated + moved out + remaining.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Obligation {
    /// Its number.
    pub number: ObligationNo,
    /// What kind; `cost` obligations stand in no `money.*` column.
    pub kind: ObligationKind,
    /// To whom.
    pub payee: Payee,
    /// Secured by a mortgage or pledge.
    pub secured: bool,
    /// Principal and what was added to it.
    pub due: Dong,
    /// Paid over, or put aside for the payee.
    pub credited: Dong,
    /// Miễn, giảm.
    pub exempted: Dong,
    /// Đình chỉ.
    pub terminated: Dong,
    /// Entrusted out, pulled up.
    pub moved_out: Dong,
    /// Paid to the creditor and not yet charged with the fee.
    pub uncharged: Dong,
    /// When the last of it was paid: the fee is that of this day.
    pub uncharged_on: Option<Date>,
    /// Paid to the creditor since the last charge out of what was performed in the voluntary period: no fee on it.
    pub free: Dong,
}

impl Obligation {
    /// What is still owed.
    pub fn remaining(&self) -> Dong {
        self.due
            .saturating_sub(self.credited)
            .saturating_sub(self.exempted)
            .saturating_sub(self.terminated)
            .saturating_sub(self.moved_out)
    }

    /// Whether it was met in full by payment.
    pub fn met(&self) -> bool {
        self.credited > Dong::ZERO
            && self.remaining() == Dong::ZERO
            && self.exempted == Dong::ZERO
            && self.terminated == Dong::ZERO
            && self.moved_out == Dong::ZERO
    }

    /// Whether it counts in the money columns: what the order names, not the costs.
    pub fn counts(&self) -> bool {
        self.kind != ObligationKind::Cost
    }
}

/// The cash account: collected + held_in = paid out + refunded + everything still held.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Cash {
    /// Collected so far, with auction proceeds.
    pub collected: Dong,
    /// Held for distribution.
    pub undistributed: Dong,
    /// Collected beyond what was owed.
    pub refund_due: Dong,
    /// Put aside for a payee who did not come; the obligation is credited.
    pub deposited: Dong,
    /// Paid to creditors, net.
    pub disbursed: Dong,
    /// Paid to the budget.
    pub remitted: Dong,
    /// Fees kept back.
    pub fees: Dong,
    /// Given back.
    pub refunded: Dong,
    /// Taken into temporary keeping so far.
    pub held_in: Dong,
    /// Left temporary keeping to the budget or back to whom it came from.
    pub held_out: Dong,
}

/// Money that came in and is held for distribution; the oldest is paid out first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Receipt {
    /// When the debtor gave it, or it was taken.
    pub on: Date,
    /// How much of it is left.
    pub amount: Dong,
    /// Whether it was taken by coercion: from an account, from income, by a sale.
    pub coerced: bool,
    /// Whether it is of the sale of a mortgaged or pledged asset (Art. 47.3).
    pub secured: bool,
}

impl Receipt {
    /// Whether it was performed in the voluntary period (Circular 216/2016 Art. 6).
    pub fn voluntary(&self, until: Option<Date>) -> bool {
        !self.coerced && until.is_some_and(|until| self.on <= until)
    }
}

/// Money in temporary keeping.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Held {
    /// Its number: 1, 2, …
    pub number: u16,
    /// How much is still held.
    pub amount: Dong,
    /// Since when.
    pub since: Date,
}

/// A line that was approved for paying out and is not used up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Approved {
    /// For which obligation.
    pub obligation: ObligationNo,
    /// How much is left of it.
    pub amount: Dong,
    /// Who approved it.
    pub by: OfficerNo,
}

/// A line of a plan of distribution or of an approval.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// For which obligation.
    pub obligation: ObligationNo,
    /// How much, đồng.
    pub amount: Dong,
}
