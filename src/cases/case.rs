//! The state of a case: where it stands, what is owed, what is held.
//!
//! Nothing here judges: rules stand with the kinds (`event/`), folding in `history.rs`.

mod asset;
mod excess;
mod obligation;
mod order;
mod status;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::distribution::ObligationKind;
use crate::ids::{AssetNo, ObligationNo, OfficeNo, OfficerNo, Position};
use crate::money::{Amount, Total};
pub use asset::{Asset, AssetKind, Round, RoundResult};
pub use excess::{Pot, Taken};
pub use obligation::{Approved, Cash, Held, Line, Obligation, Payee, Receipt, SentOver};
pub use order::{Basis, JudgmentKind, Order, Party, PartyKind, Tag};
pub use status::{Activity, CaseStatus, Class, Finish, Open};

/// A case as its events fold.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Case {
    /// The office that has it.
    pub office: OfficeNo,
    /// Where it stands.
    pub status: CaseStatus,
    /// Kind of judgment.
    pub judgment: Option<JudgmentKind>,
    /// The judgment's number as printed.
    pub judgment_number: Option<String>,
    /// When the judgment came in.
    pub received: Option<Date>,
    /// When the judgment took force.
    pub in_force: Option<Date>,
    /// When the request came in.
    pub requested: Option<Date>,
    /// The order.
    pub order: Order,
    /// Who is owed.
    pub creditors: Vec<Party>,
    /// Who owes.
    pub debtors: Vec<Party>,
    /// What is owed.
    pub obligations: Vec<Obligation>,
    /// The debtor's costs that arose in this case. Not those that a case brings along from another office; imported history
    /// may record some on a case that is not open, where nobody owes them.
    pub costs_recorded: Total,
    /// The cash account.
    pub cash: Cash,
    /// What the money held for distribution is made of, the oldest first.
    pub receipts: Vec<Receipt>,
    /// Money in temporary keeping.
    pub held: Vec<Held>,
    /// The last plan of distribution not yet used up.
    pub planned: Vec<Line>,
    /// Approved lines not yet used up.
    pub approved: Vec<Approved>,
    /// Seized assets.
    pub assets: Vec<Asset>,
    /// When the order was first served.
    pub served: Option<Date>,
    /// Last day of the voluntary period.
    pub voluntary_until: Option<Date>,
    /// Verifications.
    pub verified: Vec<Date>,
    /// Date of the last coercion decision for property (measure 3).
    pub distraint_ordered: Option<Date>,
    /// The last enforcer, kept when the case finishes.
    pub last_enforcer: Option<OfficerNo>,
    /// Date of the last not-yet-enforceable decision.
    pub enforceable_since: Option<Date>,
    /// Whether it was postponed once by request of who may protest (Art. 48.2).
    pub postponed_by_request: bool,
    /// The office to which the rest went.
    pub sent_to: Option<OfficeNo>,
    /// When a creditor was last told to come for his money, whoever of them it was.
    pub payee_told: Option<Date>,
    /// When the creditor of a number was last told so, each by himself.
    pub payees_told: BTreeMap<u16, Date>,
    /// When the parties were last told that an asset was not sold.
    pub unsold_told: Option<Date>,
    /// What entries took that was not there.
    pub taken: Taken,
}

impl Case {
    /// The open part, or `None`.
    pub fn open(&self) -> Option<&Open> {
        match &self.status {
            CaseStatus::Open(open) => Some(open),
            CaseStatus::Unknown
            | CaseStatus::Registered
            | CaseStatus::Finished { .. }
            | CaseStatus::Refused { .. } => None,
        }
    }

    /// The open part, to change it.
    pub fn open_mut(&mut self) -> Option<&mut Open> {
        match &mut self.status {
            CaseStatus::Open(open) => Some(open),
            CaseStatus::Unknown
            | CaseStatus::Registered
            | CaseStatus::Finished { .. }
            | CaseStatus::Refused { .. } => None,
        }
    }

    /// Whether it stands in the tracking book.
    pub fn in_tracking_book(&self) -> bool {
        matches!(self.open(), Some(Open { class: Class::NotYet { tracking_book: true, .. }, .. }))
    }

    /// An obligation by number.
    pub fn obligation(&self, number: ObligationNo) -> Option<&Obligation> {
        self.obligations.iter().find(|obligation| obligation.number == number)
    }

    /// An obligation by number, to change it.
    pub fn obligation_mut(&mut self, number: ObligationNo) -> Option<&mut Obligation> {
        self.obligations.iter_mut().find(|obligation| obligation.number == number)
    }

    /// An asset by number.
    pub fn asset(&self, number: AssetNo) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.number == number)
    }

    /// An asset by number, to change it.
    pub fn asset_mut(&mut self, number: AssetNo) -> Option<&mut Asset> {
        self.assets.iter_mut().find(|asset| asset.number == number)
    }

    /// What is still owed in all, with costs.
    pub fn remaining(&self) -> Total {
        self.obligations.iter().map(|obligation| obligation.remaining().total()).sum()
    }

    /// What may still be demanded: what is owed less what is held for it.
    pub fn outstanding(&self) -> Total {
        (self.remaining() - self.cash.undistributed).max(0)
    }

    /// Money held for distribution that no approval has taken yet.
    pub fn unapproved(&self) -> Total {
        self.cash.undistributed - self.approved.iter().map(|line| line.amount.total()).sum::<Total>()
    }

    /// What went with the case to another office: what was moved out of each obligation, and the duties that are no money
    /// and were not ended.
    pub fn sent_over(&self) -> Vec<SentOver> {
        if self.sent_to.is_none() {
            return Vec::new();
        }
        let goes = |one: &&Obligation| one.moved_out > Amount::ZERO || !(one.kind.is_money() || one.ended);
        let over = |one: &Obligation| SentOver {
            kind: one.kind,
            payee: one.payee,
            secured: one.secured,
            amount: one.moved_out,
        };
        self.obligations.iter().filter(goes).map(over).collect()
    }

    /// Everything the case's account holds that must be settled before it can be completed; deposits may stay.
    pub fn unsettled(&self) -> Total {
        self.cash.undistributed
            + self.cash.refund_due
            + self.held.iter().map(|held| held.amount.total()).sum::<Total>()
    }

    /// Money paid into the case so far for what it owes.
    pub fn credited(&self) -> Total {
        self.obligations.iter().filter(|o| o.counts()).map(|o| o.credited.total()).sum()
    }

    /// Ends the case. A case that is no longer open stays as it ended: imported history does not unfinish it.
    pub(crate) fn finish(&mut self, how: Finish, on: Date, at: Position) {
        if self.open().is_some() {
            self.status = CaseStatus::Finished { how, on, at };
            self.approved.clear();
        }
    }

    /// Adds an obligation and returns its number.
    pub(crate) fn owe(
        &mut self,
        kind: ObligationKind,
        payee: Payee,
        secured: bool,
        amount: Amount,
    ) -> ObligationNo {
        let number =
            ObligationNo(u16::try_from(self.obligations.len()).map_or(u16::MAX, |n| n.saturating_add(1)));
        self.obligations.push(Obligation {
            number,
            kind,
            payee,
            secured,
            due: amount,
            credited: Amount::ZERO,
            exempted: Amount::ZERO,
            terminated: Amount::ZERO,
            moved_out: Amount::ZERO,
            ended: false,
            uncharged: Amount::ZERO,
            uncharged_on: None,
            free: Amount::ZERO,
        });
        number
    }

    /// Whether it has an obligation that is no money: a thing, an act.
    pub fn has_personal_duty(&self) -> bool {
        self.obligations.iter().any(|one| !one.kind.is_money())
    }

    /// Puts money that came in where it belongs: up to what is outstanding for distribution, the rest to be refunded.
    pub(crate) fn take_in(&mut self, receipt: Receipt) {
        let kept = receipt.amount.part(self.outstanding());
        self.cash.undistributed += kept.total();
        self.cash.refund_due += receipt.amount.total() - kept.total();
        if kept > Amount::ZERO {
            self.receipts.push(Receipt { amount: kept, ..receipt });
        }
    }

    /// What of the next payment out of what is held is no voluntary performance, and so bears the fee.
    pub fn bears_fee(&self, amount: Amount) -> Amount {
        let mut left = amount;
        let mut free: Total = 0;
        for receipt in &self.receipts {
            let part = left.take(receipt.amount);
            if receipt.voluntary(self.voluntary_until) {
                free += part.total();
            }
        }
        amount.part(amount.total() - free)
    }

    /// What of a sum, taken out of what is held after another sum is, comes of the sale of mortgaged assets.
    pub(crate) fn secured_part(&self, mut after: Total, amount: Total) -> Total {
        let (mut left, mut secured) = (amount, 0);
        for receipt in &self.receipts {
            let skipped = after.min(receipt.amount.total());
            after -= skipped;
            let part = left.min(receipt.amount.total() - skipped);
            left -= part;
            if receipt.secured {
                secured += part;
            }
        }
        secured
    }

    /// Takes money that was held for distribution out, the oldest first.
    pub(crate) fn pay_out(&mut self, amount: Amount) {
        let mut left = amount;
        for receipt in &mut self.receipts {
            let part = receipt.amount.take(left);
            left.take(part);
        }
        self.receipts.retain(|receipt| receipt.amount > Amount::ZERO);
        let held = amount.part(self.cash.undistributed);
        self.cash.undistributed -= held.total();
        self.overdraw(amount.total() - held.total());
    }

    /// Takes what was collected beyond the debt out.
    pub(crate) fn give_back(&mut self, amount: Amount) {
        let held = amount.part(self.cash.refund_due);
        self.cash.refund_due -= held.total();
        self.overdraw(amount.total() - held.total());
    }

    /// Money left the account that it did not hold.
    pub(crate) fn overdraw(&mut self, missing: Total) {
        self.cash.overdrawn += missing;
        self.taken.beyond_held += missing;
    }

    /// Adds to a part of an obligation: paid over, let off. What is not owed goes nowhere, and is measured.
    pub(crate) fn settle(
        &mut self,
        obligation: ObligationNo,
        part: fn(&mut Obligation) -> &mut Amount,
        amount: Amount,
    ) -> Amount {
        let settled = self.obligation_mut(obligation).map_or(Amount::ZERO, |one| one.settle(part, amount));
        self.taken.beyond_owed += amount.total() - settled.total();
        settled
    }

    /// Takes a payment out of the lines approved for an obligation; what another officer than `payer` did not approve
    /// is measured.
    pub(crate) fn use_approval(&mut self, obligation: ObligationNo, amount: Amount, payer: OfficerNo) {
        let mut left = amount;
        for by_payer in [false, true] {
            if by_payer {
                self.taken.beyond_approved += left.total();
            }
            let lines = self.approved.iter_mut().filter(|line| line.obligation == obligation);
            for line in lines.filter(|line| (line.by == payer) == by_payer) {
                let used = line.amount.take(left);
                left.take(used);
            }
        }
        self.approved.retain(|line| line.amount > Amount::ZERO);
    }
}
