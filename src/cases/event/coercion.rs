//! Kinds of coercion: the decision, the seizure, the costs (Art. 46, 71, 73, 84-98).

use serde::{Deserialize, Serialize};

use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::case::{Asset, AssetKind, Case, Class, Payee};
use crate::check::{active, before, not_blank, number_left, open, own_case, positive, wrong_standing};
use crate::distribution::ObligationKind;
use crate::event::KindName;
use crate::ids::AssetNo;
use crate::money::Amount;
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

/// A coercive measure of Art. 71; its printed number depends on the date (rules.md T10), so its id is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Khấu trừ tiền trong tài khoản; thu hồi, xử lý tiền, giấy tờ có giá.
    Money,
    /// Trừ vào thu nhập.
    Income,
    /// Kê biên, xử lý tài sản.
    Distrain,
    /// Khai thác tài sản.
    Exploit,
    /// Buộc chuyển giao vật, quyền tài sản, giấy tờ.
    Deliver,
    /// Buộc thực hiện hoặc không thực hiện công việc.
    Act,
}

/// The case must be active, and must not be classified not yet enforceable.
fn enforceable(case: &Case, article: &'static str) -> Result<(), Refusal> {
    match active(case, article)?.class {
        Class::Pending | Class::Enforceable => Ok(()),
        Class::NotYet { .. } => Err(wrong_standing(
            case,
            "44a",
            Words::MustBeEnforceable,
            Words::first([KindName::ClassifiedEnforceable]),
        )),
    }
}

/// `coercion_ordered` (quyết định cưỡng chế).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoercionOrdered {
    /// Which measure.
    pub measure: Measure,
    /// Property might be dissipated: the voluntary period need not be over (Art. 46).
    #[serde(default)]
    pub urgent: bool,
}

impl Kind for CoercionOrdered {
    const INFO: KindInfo = KindInfo {
        code: 112,
        revision: 1,
        name: "coercion_ordered",
        vi: "quyết định cưỡng chế",
        article: "46, 71",
        by: &[Role::Enforcer],
    };
}

impl KindOf<Case> for CoercionOrdered {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        enforceable(case, "46")?;
        own_case(case, on)?;
        if self.urgent {
            return Ok(());
        }
        match case.voluntary_until {
            Some(until) if on.at.on > until => Ok(()),
            Some(until) => Err(refusal!(TooEarly, "46.1", "effective" => on.at.on;
                    Words::VoluntaryEnds { date: until };
                    until.next())),
            None => Err(refusal!(TooEarly, "46.1", "effective" => on.at.on;
                    Words::VoluntaryPeriod;
                    Words::first([KindName::VoluntaryPeriodStarted]))),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if self.measure == Measure::Distrain {
            case.distraint_ordered = Some(at.on);
        }
    }
}

/// `asset_distrained` (kê biên tài sản).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetDistrained {
    /// Movable or not.
    pub asset_kind: AssetKind,
    /// What it is.
    #[serde(default)]
    pub description: Option<Personal>,
    /// Mortgaged or pledged.
    #[serde(default)]
    pub mortgaged: bool,
}

impl Kind for AssetDistrained {
    const INFO: KindInfo = KindInfo {
        code: 113,
        revision: 1,
        name: "asset_distrained",
        vi: "kê biên tài sản",
        article: "84-98",
        by: &[Role::Enforcer],
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        self.description.iter_mut().collect()
    }
}

impl KindOf<Case> for AssetDistrained {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        enforceable(case, "84")?;
        own_case(case, on)?;
        if case.distraint_ordered.is_none() {
            refuse!(TooEarly, "84", "effective" => on.at.on;
                Words::ADecisionToDistrain;
                Words::FirstWithMeasure { kind: KindName::CoercionOrdered.into(), measure: Value::typed("distrain") });
        }
        number_left(before(on.at.nth), 1, "84", "asset")
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        let number = AssetNo(u16::try_from(at.nth).unwrap_or(u16::MAX));
        case.assets.push(Asset {
            number,
            kind: self.asset_kind,
            distrained: at.on,
            appraised: None,
            offered_at: None,
            reductions: 0,
            rounds: Vec::new(),
            paid: None,
            handed_over: None,
            mortgaged: self.mortgaged,
        });
    }
}

/// Who bears a cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BorneBy {
    /// Người phải thi hành án.
    Debtor,
    /// Người được thi hành án.
    Creditor,
    /// Ngân sách nhà nước.
    Budget,
}

/// `coercion_cost_recorded` (chi phí cưỡng chế).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoercionCostRecorded {
    /// How much, đồng.
    pub amount: Amount,
    /// Who bears it.
    pub borne_by: BorneBy,
    /// What for.
    pub items: String,
}

impl Kind for CoercionCostRecorded {
    const INFO: KindInfo = KindInfo {
        code: 114,
        revision: 1,
        name: "coercion_cost_recorded",
        vi: "chi phí cưỡng chế",
        article: "73",
        by: &[Role::Enforcer, Role::Accountant],
    };
}

impl KindOf<Case> for CoercionCostRecorded {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "73")?;
        own_case(case, on)?;
        not_blank(&self.items, "73", "items")?;
        number_left(case.obligations.len(), 1, "73", "obligation")?;
        positive(self.amount, "73", "amount")
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        if self.borne_by != BorneBy::Debtor {
            return;
        }
        case.costs_recorded += self.amount.total();
        if case.open().is_some() {
            case.owe(ObligationKind::Cost, Payee::Budget, false, self.amount);
        }
    }
}
