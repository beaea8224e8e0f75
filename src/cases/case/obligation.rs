//! What is owed, and the money of a case: received, held, planned, approved, paid out.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::distribution::ObligationKind;
use crate::ids::{ObligationNo, OfficerNo};
use crate::money::{Amount, Total};

/// To whom an obligation is owed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payee {
    /// Ngân sách nhà nước.
    Budget,
    /// The creditor of that number, 1, 2, … in the order's list.
    Creditor(u16),
}

impl fmt::Display for Payee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Payee::Budget => f.write_str("the budget"),
            Payee::Creditor(number) => write!(f, "creditor {number}"),
        }
    }
}

/// One thing owed, and how much of it was met. Always due = credited + exempted + terminated + moved out + remaining;
/// an amendment of imported history to less than what was met leaves nothing remaining.
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
    pub due: Amount,
    /// Paid over, or put aside for the payee.
    pub credited: Amount,
    /// Miễn, giảm.
    pub exempted: Amount,
    /// Đình chỉ.
    pub terminated: Amount,
    /// Entrusted out, pulled up.
    pub moved_out: Amount,
    /// Whether it was ended (đình chỉ), also where it is no money and so nothing of it shows in a sum.
    pub ended: bool,
    /// Paid to the creditor and not yet charged with the fee.
    pub uncharged: Amount,
    /// When the last of it was paid: the fee is that of this day.
    pub uncharged_on: Option<Date>,
    /// Paid to the creditor since the last charge out of what was performed in the voluntary period: no fee on it.
    pub free: Amount,
}

/// An obligation, or the part of it, that goes with a case to another office.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SentOver {
    /// What kind.
    pub kind: ObligationKind,
    /// To whom, by the number in the sender's list of creditors.
    pub payee: Payee,
    /// Secured by a mortgage or pledge.
    pub secured: bool,
    /// How much of it went over; nothing for a duty that is no money.
    pub amount: Amount,
}

impl fmt::Display for SentOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}: {}", self.kind, self.payee, self.amount)?;
        if self.secured { f.write_str(", secured") } else { Ok(()) }
    }
}

impl Obligation {
    /// What is still owed.
    pub fn remaining(&self) -> Amount {
        self.due.part(self.due.total() - self.settled())
    }

    /// What was paid over, let off, ended or moved out of it.
    pub fn settled(&self) -> Total {
        [self.credited, self.exempted, self.terminated, self.moved_out].iter().map(|part| part.total()).sum()
    }

    /// Adds up to `amount` of what is still owed to one of its parts, and returns how much that was.
    pub(crate) fn settle(&mut self, part: fn(&mut Obligation) -> &mut Amount, amount: Amount) -> Amount {
        let (due, settled) = (self.due, amount.min(self.remaining()));
        if settled > Amount::ZERO {
            let part = part(self);
            // What is settled was owed, so the part stays within what is due.
            *part = due.part(part.total() + settled.total());
        }
        settled
    }

    /// Whether it was met in full by payment.
    pub fn met(&self) -> bool {
        self.credited > Amount::ZERO
            && self.remaining() == Amount::ZERO
            && self.exempted == Amount::ZERO
            && self.terminated == Amount::ZERO
            && self.moved_out == Amount::ZERO
    }

    /// Whether it counts in the money columns: what the order names, not the costs.
    pub fn counts(&self) -> bool {
        self.kind != ObligationKind::Cost
    }
}

/// The cash account. Always collected + held_in + overdrawn = disbursed + remitted + fees + deposited + refunded +
/// held_out + undistributed + refund_due + what is in temporary keeping.
///
/// Sums of a case: imported history may hold more than one entry can, so they are no single amounts.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Cash {
    /// Collected so far, with auction proceeds.
    pub collected: Total,
    /// Held for distribution.
    pub undistributed: Total,
    /// Collected beyond what was owed.
    pub refund_due: Total,
    /// Put aside for a payee who did not come; the obligation is credited.
    pub deposited: Total,
    /// Paid to creditors, net.
    pub disbursed: Total,
    /// Paid to the budget.
    pub remitted: Total,
    /// Fees kept back.
    pub fees: Total,
    /// Given back.
    pub refunded: Total,
    /// Taken into temporary keeping so far.
    pub held_in: Total,
    /// Left temporary keeping to the budget or back to whom it came from.
    pub held_out: Total,
    /// Of what was paid over, for costs: they are owed beside what the order names.
    pub to_costs: Total,
    /// Paid out of what was not there: only imported history does that.
    pub overdrawn: Total,
}

/// Money that came in and is held for distribution; the oldest is paid out first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Receipt {
    /// When the debtor gave it, or it was taken.
    pub on: Date,
    /// How much of it is left.
    pub amount: Amount,
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
    pub amount: Amount,
    /// Since when.
    pub since: Date,
}

/// A line that was approved for paying out and is not used up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Approved {
    /// For which obligation.
    pub obligation: ObligationNo,
    /// How much is left of it.
    pub amount: Amount,
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
    pub amount: Amount,
}
