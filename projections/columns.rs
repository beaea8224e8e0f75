//! The base columns of the statistics, and a row of them. Every figure is a sum of base columns, or a ratio of two.
//!
//! Columns never overlap: `cases.total` is no column but the sum of two. So adding rows never counts twice.

use thads_cases::money::Total;

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// A base column.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Column { $($(#[$doc])* $name,)* }

        impl Column {
            /// Every column.
            pub const ALL: &'static [Column] = &[$(Column::$name),*];

            /// What a case in this column is, in a word: the `how` of a list of cases.
            pub const fn word(self) -> &'static str {
                match self { $(Column::$name => $word,)* }
            }
        }
    };
}

columns! {
    /// Năm trước chuyển sang.
    CasesCarried = "carried";
    /// Thụ lý mới.
    CasesNew = "new";
    /// Ủy thác.
    CasesEntrusted = "entrusted";
    /// Rút lên.
    CasesPulledUp = "pulled_up";
    /// Thu hồi, hủy quyết định.
    CasesWithdrawn = "withdrawn";
    /// Thi hành xong.
    CasesCompleted = "completed";
    /// Đình chỉ.
    CasesTerminated = "terminated";
    /// Đang thi hành.
    CasesInProgress = "in_progress";
    /// Hoãn.
    CasesPostponed = "postponed";
    /// Tạm đình chỉ.
    CasesSuspended = "suspended";
    /// Tạm dừng để giải quyết khiếu nại.
    CasesPaused = "paused";
    /// Trường hợp khác.
    CasesOther = "other";
    /// Chưa có điều kiện.
    CasesNotYet = "not_yet_enforceable";
    /// Neither enforceable nor not yet (from r2019).
    CasesOtherStanding = "other_standing";
    /// Sổ theo dõi riêng, at the end.
    CasesTrackingBook = "tracking_book";
    /// Sent and not yet taken over, at the end.
    CasesInTransit = "in_transit";
    /// Counted at the sender although the receiver, in the same scope, counts it too.
    CasesDoubled = "doubled";
    /// Money of `CasesCarried`.
    MoneyCarried = "carried";
    /// Money new in the period; negative where amendments lower what is owed.
    MoneyNew = "new";
    /// Money moved out by entrusting.
    MoneyEntrusted = "entrusted";
    /// Money moved out by pulling up.
    MoneyPulledUp = "pulled_up";
    /// Money of withdrawn orders.
    MoneyWithdrawn = "withdrawn";
    /// Money credited in the period; negative where money counts when it is collected (`stat_credit`) and an amendment, an
    /// exemption or a cost takes back what was counted.
    MoneyCompleted = "completed";
    /// Money terminated in the period.
    MoneyTerminated = "terminated";
    /// Money exempted in the period.
    MoneyExempted = "exempted";
    /// Remaining money of cases in progress.
    MoneyInProgress = "in_progress";
    /// Remaining money of postponed cases.
    MoneyPostponed = "postponed";
    /// Remaining money of suspended cases.
    MoneySuspended = "suspended";
    /// Remaining money of paused cases.
    MoneyPaused = "paused";
    /// Remaining money that has no other place.
    MoneyOther = "other";
    /// Remaining money of cases not yet enforceable.
    MoneyNotYet = "not_yet_enforceable";
    /// Remaining money of cases of other standing.
    MoneyOtherStanding = "other_standing";
    /// Remaining money of cases in the tracking book.
    MoneyTrackingBook = "tracking_book";
    /// Money sent and not yet taken over.
    MoneyInTransit = "in_transit";
    /// Money counted at the sender although the receiver counts it too.
    MoneyDoubled = "doubled";
    /// Money that came in.
    Collected = "collected";
    /// Costs that became owed.
    CostsAdded = "costs_added";
    /// Costs repaid.
    CostsRepaid = "costs_repaid";
    /// Paid to creditors.
    Disbursed = "disbursed";
    /// Paid to the budget.
    Remitted = "remitted";
    /// Fees kept back.
    Fees = "fees";
    /// Given back.
    Refunded = "refunded";
    /// Held for distribution, at the end.
    Undistributed = "undistributed";
    /// Collected beyond the debt and not given back, at the end.
    RefundDue = "refund_due";
    /// Put aside for payees so far, at the end.
    Deposited = "deposited";
    /// In temporary keeping the day before the period.
    HeldOpening = "opening";
    /// In temporary keeping at the end.
    HeldClosing = "closing";
    /// Of it for at most 30 days.
    HeldTo30 = "to_30_days";
    /// For 31 to 90 days.
    HeldTo90 = "31_to_90_days";
    /// For 91 to 180 days.
    HeldTo180 = "91_to_180_days";
    /// For 181 to 365 days.
    HeldTo365 = "181_to_365_days";
    /// For more than 365 days.
    HeldOver365 = "over_365_days";
    /// Assets offered in the period.
    Assets = "announced";
    /// First rounds held.
    Round1 = "round_1";
    /// Second rounds held.
    Round2 = "round_2";
    /// Third rounds held.
    Round3 = "round_3";
    /// Fourth rounds held.
    Round4 = "round_4";
    /// Fifth and later rounds held.
    Round5 = "round_5_up";
    /// Rounds that sold.
    Sold = "sold";
    /// Rounds that did not.
    Unsold = "unsold";
    /// Start prices of the rounds that sold.
    StartPrice = "start_price";
    /// Prices got.
    Price = "price";
    /// Appraised values of what was sold.
    Appraised = "appraised";
    /// Days from distraint to sale, of all that was sold.
    DaysToSale = "days_to_sale";
    /// Assets unsold after two rounds or more, at the end.
    UnsoldTwice = "unsold_twice";
    /// Complaints and denunciations open the day before the period.
    ComplaintsCarried = "carried";
    /// Complaints received.
    ComplaintsReceived = "complaint";
    /// Denunciations received.
    DenunciationsReceived = "denunciation";
    /// Accepted.
    ComplaintsAccepted = "accepted";
    /// Complaints resolved: upheld.
    ComplaintsUpheld = "upheld";
    /// Complaints resolved: upheld in part.
    ComplaintsPartly = "partly";
    /// Complaints resolved: dismissed.
    ComplaintsDismissed = "dismissed";
    /// Denunciations concluded: true.
    DenunciationsUpheld = "upheld";
    /// Denunciations concluded: true in part.
    DenunciationsPartly = "partly";
    /// Denunciations concluded: false.
    DenunciationsDismissed = "dismissed";
    /// Not accepted.
    ComplaintsRejected = "rejected";
    /// Withdrawn by the author.
    ComplaintsWithdrawn = "withdrawn";
    /// Resolved late in the period, or open and overdue at its end.
    ComplaintsLate = "late";
    /// Open at the end.
    ComplaintsPending = "pending";
}

const COUNT: usize = Column::ALL.len();

impl Column {
    #[allow(clippy::as_conversions, reason = "a fieldless enum's own number, always below COUNT")]
    const fn index(self) -> usize {
        self as usize
    }
}

/// A row: the value of every column, in cases, đồng, or whatever the column counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cells([Total; COUNT]);

impl Default for Cells {
    fn default() -> Cells {
        Cells([0; COUNT])
    }
}

impl Cells {
    /// The value of a column.
    pub fn get(&self, column: Column) -> Total {
        self.0[column.index()]
    }

    /// The sum of some columns.
    pub fn sum(&self, columns: &[Column]) -> Total {
        columns.iter().map(|&column| self.get(column)).sum()
    }

    /// Adds to a column.
    pub fn add(&mut self, column: Column, amount: Total) {
        self.0[column.index()] += amount;
    }

    /// Adds another row, column by column.
    pub fn add_all(&mut self, other: &Cells) {
        for (cell, more) in self.0.iter_mut().zip(&other.0) {
            *cell += more;
        }
    }

    /// Sets a column to nothing.
    pub fn clear(&mut self, column: Column) {
        self.0[column.index()] = 0;
    }

    /// What is not zero, in the order of the columns.
    pub fn entries(&self) -> impl Iterator<Item = (Column, Total)> {
        Column::ALL.iter().copied().zip(self.0.iter().copied()).filter(|(_, amount)| *amount != 0)
    }

    /// What is more in `later` than here, column by column; negative where it is less.
    pub fn changes(&self, later: &Cells) -> impl Iterator<Item = (Column, Total)> {
        let pairs = self.0.iter().zip(later.0);
        Column::ALL
            .iter()
            .copied()
            .zip(pairs)
            .filter_map(|(column, (from, to))| (*from != to).then_some((column, to - from)))
    }
}
