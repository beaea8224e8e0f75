//! What an obligation is for: its rank when money is shared out, where its money goes, and what fee it bears.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::rules::{Ground, Limit, Parameter, Rules};

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

/// A class of claims (Art. 47): lower ranks are paid first, those of one rank in proportion.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PriorityClass<'r> {
    /// 1 for the first class.
    pub rank: usize,
    /// The letter of the article on that day.
    pub letter: &'r str,
}

impl ObligationKind {
    /// The class in which a claim shares by the rules of a day; none for costs, which go before all classes, and for
    /// what is not money.
    pub fn priority_class(self, rules: &Rules, on: Date) -> Limit<PriorityClass<'_>> {
        if !self.is_money() || self == ObligationKind::Cost {
            return Limit::None;
        }
        let list = match rules.grounds(Parameter::Priority, on) {
            Limit::Set(list) => list,
            Limit::Unset => return Limit::Unset,
            Limit::None => return Limit::None,
        };
        let own = list.iter().position(|ground| ground.name == self.id());
        let rest = || list.iter().position(|ground| ground.name == "rest");
        match own.or_else(rest).map(|at| list.split_at(at)) {
            Some((earlier, [ground, ..])) => {
                let letter = ground.letter.as_str();
                Limit::Set(PriorityClass { rank: 1 + changes(earlier, letter), letter })
            }
            Some((_, [])) | None => Limit::Unset,
        }
    }

    /// The words of `fee_exempt` under which the kind bears no fee.
    pub(crate) const fn fee_words(self) -> &'static [&'static str] {
        match self {
            ObligationKind::Maintenance => &["maintenance"],
            ObligationKind::Wages => &["wages"],
            ObligationKind::Severance => &["severance", "severance_jobloss"],
            ObligationKind::Jobloss => &["jobloss", "severance_jobloss"],
            ObligationKind::Disability => &["disability", "severance_jobloss"],
            ObligationKind::Injury => &["injury", "injury_honour"],
            ObligationKind::SocialInsurance => &["social_insurance"],
            ObligationKind::UnemploymentInsurance => &["unemployment_insurance"],
            ObligationKind::HealthInsurance => &["health_insurance"],
            ObligationKind::Loan => &["loan"],
            ObligationKind::Damages => &["damages"],
            ObligationKind::Dividing => &["dividing"],
            ObligationKind::ReturnMoney => &["return_money"],
            ObligationKind::Other => &["other"],
            ObligationKind::CourtFee
            | ObligationKind::Fine
            | ObligationKind::Recovery
            | ObligationKind::Confiscation
            | ObligationKind::OtherBudget
            | ObligationKind::Cost
            | ObligationKind::Thing
            | ObligationKind::Act => &[],
        }
    }

    /// Whether the kind by itself bears no enforcement fee on a day: it goes to the budget, repays costs, or stands
    /// in `fee_exempt`. What else may exempt a receipt: [`enforcement_fee`](crate::fee::enforcement_fee).
    pub fn fee_exempt(self, rules: &Rules, on: Date) -> bool {
        self.to_budget()
            || self == ObligationKind::Cost
            || self.fee_words().iter().any(|word| rules.ground(Parameter::FeeExempt, word, on).is_some())
    }
}

/// How many letters come before one, each counted once.
fn changes(earlier: &[Ground], letter: &str) -> usize {
    let mut letters: Vec<&str> = Vec::new();
    for ground in earlier {
        if ground.letter != letter && !letters.contains(&ground.letter.as_str()) {
            letters.push(&ground.letter);
        }
    }
    letters.len()
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
