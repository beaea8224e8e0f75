//! What an obligation is for: its rank when money is shared out, where its money goes, and what fee it bears.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! obligation_kinds {
    ($($variant:ident = $id:literal, $doc:literal;)*) => {
        /// The kind of an obligation (khoản phải thi hành).
        ///
        /// The order of the variants is the order of their numbers in stored bytes: a new kind goes to the end.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ObligationKind {
            $(#[doc = $doc] #[serde(rename = $id)] $variant,)*
        }

        impl ObligationKind {
            /// Every kind, in the order of the numbers in stored bytes.
            pub const ALL: &'static [ObligationKind] = &[$(ObligationKind::$variant),*];

            /// The word that stands for the kind in JSON and in the rules' tables, for instance `court_fee`.
            pub const fn id(self) -> &'static str {
                match self { $(ObligationKind::$variant => $id,)* }
            }
        }
    };
}

obligation_kinds! {
    CourtFee = "court_fee", "án phí, lệ phí tòa án: court fees and charges, to the budget.";
    Fine = "fine", "tiền phạt: a fine, to the budget.";
    Recovery = "recovery", "truy thu: illicit gain taken back, to the budget.";
    Confiscation = "confiscation", "tịch thu: confiscated money, to the budget.";
    OtherBudget = "other_budget", "thu khác cho ngân sách: any other revenue of the budget.";
    Maintenance = "maintenance", "cấp dưỡng: maintenance.";
    Wages = "wages", "tiền lương, tiền công lao động: wages.";
    Severance = "severance", "trợ cấp thôi việc: severance allowance.";
    Jobloss = "jobloss", "trợ cấp mất việc làm: job-loss allowance.";
    Disability = "disability", "trợ cấp mất sức lao động: disability allowance.";
    Injury = "injury", "bồi thường tính mạng, sức khỏe, tinh thần: compensation for life, health, mental harm.";
    SocialInsurance = "social_insurance", "bảo hiểm xã hội: social insurance.";
    UnemploymentInsurance = "unemployment_insurance", "bảo hiểm thất nghiệp: unemployment insurance.";
    HealthInsurance = "health_insurance", "bảo hiểm y tế: health insurance.";
    Loan = "loan", "tiền vay, tín dụng: a loan, of a bank or of anyone.";
    Damages = "damages", "bồi thường thiệt hại khác: other damages.";
    Dividing = "dividing", "chia tài sản: a share of property divided.";
    ReturnMoney = "return_money", "trả lại tiền: money to be returned to a party.";
    Other = "other", "khoản khác: any other sum of money.";
    Cost = "cost", "chi phí cưỡng chế: enforcement costs advanced, repaid before all else.";
    Thing = "thing", "giao vật, tài sản, giấy tờ: a thing, a right or a paper to be delivered.";
    Act = "act", "thực hiện hoặc không thực hiện công việc: an act to be done or left undone.";
}

impl ObligationKind {
    /// Whether the money goes to the state budget.
    pub const fn to_budget(self) -> bool {
        matches!(
            self,
            ObligationKind::CourtFee
                | ObligationKind::Fine
                | ObligationKind::Recovery
                | ObligationKind::Confiscation
                | ObligationKind::OtherBudget
        )
    }

    /// Whether money is owed, and not a thing or an act.
    pub const fn is_money(self) -> bool {
        !matches!(self, ObligationKind::Thing | ObligationKind::Act)
    }
}

impl fmt::Display for ObligationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A word that names no kind of obligation.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is no kind of obligation; accepted: {list}", list = id_list())]
pub struct UnknownObligationKind(pub String);

fn id_list() -> String {
    ObligationKind::ALL.iter().map(|kind| kind.id()).collect::<Vec<_>>().join(", ")
}

impl FromStr for ObligationKind {
    type Err = UnknownObligationKind;

    fn from_str(text: &str) -> Result<ObligationKind, UnknownObligationKind> {
        ObligationKind::ALL
            .iter()
            .copied()
            .find(|kind| kind.id() == text)
            .ok_or_else(|| UnknownObligationKind(text.chars().take(40).collect()))
    }
}
