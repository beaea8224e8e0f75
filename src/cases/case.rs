//! The state of a case: where it stands, what is owed, what is held.
//!
//! Nothing here judges: rules stand with the kinds (`event/`), folding in `history.rs`.

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::distribution::ObligationKind;
use crate::ids::{AssetNo, CaseId, ObligationNo, OfficeNo, OfficerNo, Position};
use crate::money::{Dong, Total};
use crate::personal::Personal;

/// Where a case stands. Only an open case has an enforcer, a class and an activity.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub enum Standing {
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

/// On whose initiative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Theo đơn yêu cầu.
    OnRequest,
    /// Chủ động.
    Proactive,
}

/// What kind of judgment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgmentKind {
    /// Dân sự.
    Civil,
    /// Hình sự.
    Criminal,
    /// Hôn nhân và gia đình.
    MarriageFamily,
    /// Kinh doanh, thương mại.
    Business,
    /// Lao động.
    Labour,
    /// Phá sản.
    Bankruptcy,
    /// Phần dân sự trong bản án hành chính.
    AdministrativePart,
    /// Cạnh tranh.
    Competition,
    /// Trọng tài.
    Arbitration,
}

/// A tag of an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// Tín dụng, ngân hàng.
    BankCredit,
    /// Tham nhũng.
    Corruption,
    /// Kinh tế.
    Economic,
    /// Thu cho ngân sách nhà nước.
    StateBudget,
    /// Yếu tố nước ngoài.
    ForeignElement,
    /// Bồi thường.
    Compensation,
}

/// Who a creditor is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// Cá nhân.
    Individual,
    /// Tổ chức tín dụng.
    CreditInstitution,
    /// Cơ quan nhà nước.
    StateBody,
    /// Tổ chức khác.
    Organisation,
}

/// A creditor or debtor.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Who, in the vault.
    pub person: Personal,
    /// What kind.
    pub kind: PartyKind,
}

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
    pub start_price: Dong,
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
        price: Dong,
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
    pub appraised: Option<(Dong, Date)>,
    /// The price of the next round.
    pub offered_at: Option<Dong>,
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

/// What the order says, and what led to it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Order {
    /// When the case entered: date of the order, or of taking it over.
    pub on: Option<Date>,
    /// On whose initiative.
    pub basis: Option<Basis>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// By which record.
    pub at: Option<Position>,
    /// How the case came: from another office, if it did.
    pub from: Option<CaseId>,
}

/// A case as its events fold.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Case {
    /// The office that has it.
    pub office: OfficeNo,
    /// Where it stands.
    pub standing: Standing,
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
    /// Costs of the debtor that imported history records on a case that is not open: nobody owes them here.
    pub costs_after_end: Dong,
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
    /// When a creditor was last told to come for his money.
    pub payee_told: Option<Date>,
    /// When the parties were last told that an asset was not sold.
    pub unsold_told: Option<Date>,
}

impl Case {
    /// The open part, or `None`.
    pub fn open(&self) -> Option<&Open> {
        match &self.standing {
            Standing::Open(open) => Some(open),
            Standing::Unknown
            | Standing::Registered
            | Standing::Finished { .. }
            | Standing::Refused { .. } => None,
        }
    }

    /// The open part, to change it.
    pub fn open_mut(&mut self) -> Option<&mut Open> {
        match &mut self.standing {
            Standing::Open(open) => Some(open),
            Standing::Unknown
            | Standing::Registered
            | Standing::Finished { .. }
            | Standing::Refused { .. } => None,
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
        (self.remaining() - self.cash.undistributed.total()).max(0)
    }

    /// Money held for distribution that no approval has taken yet.
    pub fn unapproved(&self) -> Total {
        self.cash.undistributed.total() - self.approved.iter().map(|line| line.amount.total()).sum::<Total>()
    }

    /// Everything the case's account holds that must be settled before it can be completed; deposits may stay.
    pub fn unsettled(&self) -> Total {
        self.cash.undistributed.total()
            + self.cash.refund_due.total()
            + self.held.iter().map(|held| held.amount.total()).sum::<Total>()
    }

    /// Money paid into the case so far for what it owes.
    pub fn credited(&self) -> Total {
        self.obligations.iter().filter(|o| o.counts()).map(|o| o.credited.total()).sum()
    }

    /// Ends the case. A case that is no longer open stays as it ended: imported history does not unfinish it.
    pub(crate) fn finish(&mut self, how: Finish, on: Date, at: Position) {
        if self.open().is_some() {
            self.standing = Standing::Finished { how, on, at };
            self.approved.clear();
        }
    }

    /// Adds an obligation and returns its number.
    pub(crate) fn owe(
        &mut self,
        kind: ObligationKind,
        payee: Payee,
        secured: bool,
        amount: Dong,
    ) -> ObligationNo {
        let number =
            ObligationNo(u16::try_from(self.obligations.len()).map_or(u16::MAX, |n| n.saturating_add(1)));
        self.obligations.push(Obligation {
            number,
            kind,
            payee,
            secured,
            due: amount,
            credited: Dong::ZERO,
            exempted: Dong::ZERO,
            terminated: Dong::ZERO,
            moved_out: Dong::ZERO,
            uncharged: Dong::ZERO,
            uncharged_on: None,
            free: Dong::ZERO,
        });
        number
    }

    /// Whether it has an obligation that is no money: a thing, an act.
    pub fn has_personal_duty(&self) -> bool {
        self.obligations.iter().any(|one| !one.kind.is_money())
    }

    /// Puts money that came in where it belongs: up to what is outstanding for distribution, the rest to be refunded.
    pub(crate) fn take_in(&mut self, receipt: Receipt) {
        let outstanding =
            Dong::new(i64::try_from(self.outstanding()).unwrap_or(i64::MAX)).unwrap_or(Dong::ZERO);
        let kept = receipt.amount.min(outstanding);
        self.cash.undistributed = self.cash.undistributed.saturating_add(kept);
        self.cash.refund_due = self.cash.refund_due.saturating_add(receipt.amount.saturating_sub(kept));
        if kept > Dong::ZERO {
            self.receipts.push(Receipt { amount: kept, ..receipt });
        }
    }

    /// What of the next payment out of what is held is no voluntary performance, and so bears the fee.
    pub fn bears_fee(&self, amount: Dong) -> Dong {
        let mut left = amount;
        let mut bears = Dong::ZERO;
        for receipt in &self.receipts {
            let part = left.min(receipt.amount);
            left = left.saturating_sub(part);
            if !receipt.voluntary(self.voluntary_until) {
                bears = bears.saturating_add(part);
            }
        }
        bears.saturating_add(left)
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
    pub(crate) fn pay_out(&mut self, amount: Dong) {
        let mut left = amount;
        for receipt in &mut self.receipts {
            let part = left.min(receipt.amount);
            receipt.amount = receipt.amount.saturating_sub(part);
            left = left.saturating_sub(part);
        }
        self.receipts.retain(|receipt| receipt.amount > Dong::ZERO);
        self.cash.undistributed = self.cash.undistributed.saturating_sub(amount);
    }

    /// Takes a payment out of an approved line.
    pub(crate) fn use_approval(&mut self, obligation: ObligationNo, mut amount: Dong) {
        for line in self.approved.iter_mut().filter(|line| line.obligation == obligation) {
            let used = line.amount.min(amount);
            line.amount = line.amount.saturating_sub(used);
            amount = amount.saturating_sub(used);
        }
        self.approved.retain(|line| line.amount > Dong::ZERO);
    }
}
