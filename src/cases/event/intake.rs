//! Kinds of intake: from the judgment to the order, and what becomes of the order.

use serde::{Deserialize, Serialize};

use super::payout::fee_left;
use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::calendar::Calendar;
use crate::case::{
    Activity, Basis, Case, CaseStatus, Class, Finish, JudgmentKind, Obligation, Open, Order, Party, Payee,
    SentOver, Tag,
};
use crate::check::{
    exactly, ground, not_after, not_before, not_blank, number_left, obligation, open, out_of_tracking_book,
    positive, unapproved, wrong_standing,
};
use crate::date::Date;
use crate::distribution::ObligationKind;
use crate::event::KindName;
use crate::ids::ObligationNo;
use crate::money::Amount;
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::rules::Parameter;
use crate::words::Words;
use crate::{refusal, refuse};

/// `judgment_received` (nhận bản án): a court's judgment comes in and takes an intake number.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgmentReceived {
    /// Who decided.
    pub court: String,
    /// The judgment's number.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// When it took force.
    #[serde(default)]
    pub in_force: Option<Date>,
    /// What kind.
    pub judgment: JudgmentKind,
}

impl Kind for JudgmentReceived {
    const INFO: KindInfo = KindInfo {
        code: 32,
        revision: 1,
        name: "judgment_received",
        vi: "nhận bản án",
        article: "28, 29",
        by: &[Role::Clerk, Role::Head, Role::ProvincialHead],
    };
}

impl KindOf<Case> for JudgmentReceived {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if case.status != CaseStatus::Unknown {
            return Err(wrong_standing(case, "28", Words::MustBeNew, Words::NextIntakeNumber));
        }
        not_blank(&self.court, "28", "court")?;
        not_blank(&self.number, "28", "number")?;
        not_after(self.date, on.at.on, "28", "date", Words::DayReceived)?;
        match self.in_force {
            Some(in_force) => not_before(in_force, self.date, "28", "in_force", Words::TheJudgment),
            None => Ok(()),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if case.status == CaseStatus::Unknown {
            case.status = CaseStatus::Registered;
        }
        case.office = at.office;
        case.judgment = Some(self.judgment);
        case.judgment_number = Some(self.number.clone());
        case.received = Some(at.on);
        case.in_force = self.in_force;
    }
}

/// How a request came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// At the desk.
    Desk,
    /// By post.
    Post,
    /// Online.
    Online,
}

/// `request_received` (nhận đơn yêu cầu).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestReceived {
    /// Who asks.
    pub requester: Personal,
    /// How it came.
    pub channel: Channel,
}

impl Kind for RequestReceived {
    const INFO: KindInfo = KindInfo {
        code: 33,
        revision: 1,
        name: "request_received",
        vi: "nhận đơn yêu cầu",
        article: "30, 31",
        by: &[Role::Clerk, Role::Head, Role::ProvincialHead],
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        vec![&mut self.requester]
    }
}

impl KindOf<Case> for RequestReceived {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if case.status != CaseStatus::Registered {
            return Err(wrong_standing(
                case,
                "31",
                Words::CaseRegistered,
                Words::first([KindName::JudgmentReceived]),
            ));
        }
        let Some(in_force) = case.in_force else { return Ok(()) };
        match on.reference_data.rules.span(Parameter::RequestLimitation, on.at.on).set() {
            Some(span) => match on.reference_data.calendar.due(in_force, span) {
                Ok(last) => not_after(on.at.on, last, "30", "effective", Words::LimitationOfRequest),
                Err(_) => Ok(()),
            },
            None => Ok(()),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        case.requested = Some(at.on);
    }
}

/// `request_refused` (từ chối nhận đơn).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestRefused {
    /// The ground of Art. 31.5.
    pub ground: String,
}

impl Kind for RequestRefused {
    const INFO: KindInfo = KindInfo {
        code: 34,
        revision: 1,
        name: "request_refused",
        vi: "từ chối nhận đơn yêu cầu",
        article: "31.5",
        by: &[Role::Head, Role::ProvincialHead],
    };
}

impl KindOf<Case> for RequestRefused {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if case.status != CaseStatus::Registered || case.requested.is_none() {
            return Err(wrong_standing(
                case,
                "31.5",
                Words::MustHaveRequest,
                Words::first([KindName::RequestReceived]),
            ));
        }
        ground(on, Parameter::RefusalGrounds, "31.5", &self.ground)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if case.status == CaseStatus::Registered {
            case.status = CaseStatus::Refused { on: at.on };
        }
    }
}

/// An obligation as the order names it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owed {
    /// What kind.
    pub kind: ObligationKind,
    /// To whom: `"budget"` or `{"creditor": 1}`.
    pub payee: Payee,
    /// How much, đồng.
    pub amount: Amount,
    /// Secured by a mortgage or pledge.
    #[serde(default)]
    pub secured: bool,
}

impl Owed {
    /// As what goes with a case to another office.
    pub(super) fn sent_over(&self) -> SentOver {
        SentOver { kind: self.kind, payee: self.payee, secured: self.secured, amount: self.amount }
    }
}

/// How several debtors owe.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liability {
    /// One debtor.
    Sole,
    /// Liên đới: jointly; what one pays the others no longer owe.
    Joint,
    /// Riêng rẽ: each his own part.
    Several,
}

/// Checks a list of obligations against its list of creditors.
pub(super) fn check_owed(owed: &[Owed], creditors: &[Party], article: &'static str) -> Result<(), Refusal> {
    if owed.is_empty() {
        refuse!(Unknown, article, "obligations" => Words::None;
            Words::AtLeastOne;
            Words::ObligationsOfJudgment);
    }
    number_left(0, owed.len(), article, "obligations")?;
    for one in owed {
        if one.kind.is_money() {
            positive(one.amount, article, "obligations.amount")?;
        } else {
            exactly(one.amount, Amount::ZERO, article, "obligations.amount")?;
        }
        if let Payee::Creditor(number) = one.payee
            && (number == 0 || usize::from(number) > creditors.len())
        {
            let limit = match creditors.len() {
                0 => Words::NoCreditor,
                count => Words::Range { first: 1_u8.into(), last: count.into() },
            };
            refuse!(Unknown, article, "obligations.payee" => number; limit.clone(); limit);
        }
        if one.kind.to_budget() && one.payee != Payee::Budget {
            refuse!(Mismatch, article, "obligations.payee" => one.kind;
                Words::OwedToBudget;
                Words::typed("budget"));
        }
        if one.payee == Payee::Budget && (is_a_persons(one.kind) || one.secured) {
            let given = if one.secured { Words::SecuredToBudget } else { one.kind.into() };
            refuse!(Mismatch, article, "obligations.payee" => given;
                Words::OwedToCreditor;
                Words::typed("{\"creditor\": 1}"));
        }
    }
    Ok(())
}

/// Whether only a creditor can be owed it.
fn is_a_persons(kind: ObligationKind) -> bool {
    matches!(
        kind,
        ObligationKind::Maintenance
            | ObligationKind::Wages
            | ObligationKind::Severance
            | ObligationKind::Jobloss
            | ObligationKind::Disability
            | ObligationKind::Injury
            | ObligationKind::Loan
            | ObligationKind::Dividing
    )
}

/// Opens a case: by its first order, or by taking it over.
pub(super) fn open_case(case: &mut Case, owed: &[Owed], order: Order, at: &EventMeta) {
    if case.order.on.is_some() {
        return;
    }
    for one in owed {
        case.owe(one.kind, one.payee, one.secured, one.amount);
    }
    case.office = at.office;
    case.order = order;
    case.status =
        CaseStatus::Open(Open { enforcer: None, class: Class::Pending, activity: Activity::Active });
}

/// `enforcement_ordered` (ra quyết định thi hành án): opens the case.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnforcementOrdered {
    /// On whose initiative.
    pub basis: Basis,
    /// What is owed.
    pub obligations: Vec<Owed>,
    /// Who owes.
    pub debtors: Vec<Party>,
    /// Who is owed.
    #[serde(default)]
    pub creditors: Vec<Party>,
    /// How several debtors owe.
    #[serde(default)]
    pub liability: Option<Liability>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

impl Kind for EnforcementOrdered {
    const INFO: KindInfo = KindInfo {
        code: 35,
        revision: 1,
        name: "enforcement_ordered",
        vi: "ra quyết định thi hành án",
        article: "36",
        by: &[Role::Head, Role::ProvincialHead],
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        self.debtors.iter_mut().chain(&mut self.creditors).map(|party| &mut party.person).collect()
    }
}

impl KindOf<Case> for EnforcementOrdered {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if case.status != CaseStatus::Registered {
            return Err(wrong_standing(
                case,
                "36",
                Words::CaseRegistered,
                Words::FirstOnce { kinds: KindName::JudgmentReceived.into() },
            ));
        }
        if self.basis == Basis::OnRequest && case.requested.is_none() {
            refuse!(Standing, "36.1", "basis" => Basis::OnRequest;
                Words::ARequest;
                Words::first([KindName::RequestReceived]));
        }
        if self.debtors.is_empty() {
            refuse!(Unknown, "36", "debtors" => Words::None; Words::AtLeastOne; Words::DebtorsOfJudgment);
        }
        if self.basis == Basis::Proactive {
            let private = self.obligations.iter().find(|one| {
                one.kind.is_money() && !one.kind.to_budget() && one.kind != ObligationKind::ReturnMoney
            });
            if let Some(one) = private {
                refuse!(Mismatch, "36.2", "obligations.kind" => one.kind;
                    Words::ProactiveOnly;
                    Words::AfterRequest { basis: Basis::OnRequest.into(), kind: KindName::RequestReceived.into() });
            }
        }
        if let Some(in_force) = case.in_force {
            not_before(on.at.on, in_force, "2", "effective", Words::JudgmentInForce)?;
        }
        if self.obligations.iter().any(|one| one.kind == ObligationKind::Cost) {
            refuse!(Mismatch, "36", "obligations.kind" => ObligationKind::Cost;
                Words::NamedByJudgment;
                Words::WhenCostsArise { kind: KindName::CoercionCostRecorded.into() });
        }
        check_owed(&self.obligations, &self.creditors, "36")
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if case.order.on.is_none() {
            case.creditors = self.creditors.clone();
            case.debtors = self.debtors.clone();
        }
        let order = Order {
            on: Some(at.on),
            basis: Some(self.basis),
            tags: self.tags.clone(),
            at: Some(at.position),
            from: None,
        };
        open_case(case, &self.obligations, order, at);
    }
}

/// `order_amended` (sửa đổi, bổ sung quyết định): an obligation's amount becomes another.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderAmended {
    /// Which obligation.
    pub obligation: ObligationNo,
    /// What it becomes, đồng.
    pub amount: Amount,
    /// Why.
    #[serde(default)]
    pub why: Option<Personal>,
}

impl Kind for OrderAmended {
    const INFO: KindInfo = KindInfo {
        code: 36,
        revision: 1,
        name: "order_amended",
        vi: "sửa đổi, bổ sung quyết định thi hành án",
        article: "37.2",
        by: &[Role::Head, Role::ProvincialHead],
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        self.why.iter_mut().collect()
    }
}

impl KindOf<Case> for OrderAmended {
    fn allowed(&self, case: &Case, _: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "37.2")?;
        let one = obligation(case, self.obligation, "37.2")?;
        if !one.counts() || !one.kind.is_money() {
            refuse!(Mismatch, "37.2", "obligation" => one.kind;
                Words::MoneyOfOrder;
                Words::AnotherObligation);
        }
        positive(self.amount, "37.2", "amount")?;
        // What was paid over, let off or approved for paying out; and what is held must stay owed.
        let settled = one.due.total() - unapproved(case, one);
        let held = case.cash.undistributed - (case.remaining() - one.due.total());
        let least = settled.max(held).max(1);
        if self.amount.total() >= least {
            return Ok(());
        }
        Err(refusal!(Money, "37.2", "amount" => self.amount;
                Words::SettledApprovedHeld { amount: least };
                Words::AtLeast { amount: least }))
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        if case.open().is_none() {
            return;
        }
        if let Some(one) = case.obligation_mut(self.obligation) {
            let uncovered = |one: &Obligation| (one.settled() - one.due.total()).max(0);
            let before = uncovered(one);
            one.due = self.amount;
            let taken = (uncovered(one) - before).max(0);
            case.taken.beyond_owed += taken;
        }
    }
}

/// `order_withdrawn` (thu hồi quyết định).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderWithdrawn {
    /// The ground of Art. 37.1.
    pub ground: String,
}

impl Kind for OrderWithdrawn {
    const INFO: KindInfo = KindInfo {
        code: 37,
        revision: 1,
        name: "order_withdrawn",
        vi: "thu hồi quyết định thi hành án",
        article: "37.1",
        by: &[Role::Head, Role::ProvincialHead],
    };
}

impl KindOf<Case> for OrderWithdrawn {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "37.1")?;
        out_of_tracking_book(case)?;
        settled(case, on, "37.1")?;
        ground(on, Parameter::WithdrawGrounds, "37.1", &self.ground)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        case.finish(Finish::Withdrawn, at.on, at.position);
    }
}

/// What settles what a case holds.
const SETTLING: [KindName; 4] =
    [KindName::Disbursed, KindName::RemittedToBudget, KindName::Refunded, KindName::HeldMoneyResolved];

/// The case's account must hold nothing that is not settled.
pub(super) fn settled(case: &Case, on: &RuleContext<'_>, article: &'static str) -> Result<(), Refusal> {
    if let Some(asset) = case.assets.iter().find(|asset| asset.paid.is_some() && asset.handed_over.is_none())
    {
        let given = Words::AssetNotHandedOver { asset: asset.number };
        refuse!(Standing, article, "case" => given;
            Words::SoldHandedOver;
            Words::first([KindName::AssetHandedOver]));
    }
    if let Some((number, fee)) = fee_left(case, on) {
        let given = Words::FeeNotCharged { obligation: number, fee };
        let accepted = Words::ChargeFee {
            charge: KindName::EnforcementFeeCharged.into(),
            correct: KindName::FactCorrected.into(),
        };
        refuse!(Money, "60", "case" => given; Words::FeeOnPaid; accepted);
    }
    match case.unsettled() {
        0 => Ok(()),
        held => Err(refusal!(Money, article, "case" => Words::StillHeld { amount: held };
                Words::ZeroHeld;
                Words::first(SETTLING))),
    }
}

/// The last day of a period, where the calendar and the rules know it.
pub(super) fn last_day(
    calendar: &Calendar,
    from: Date,
    limit: crate::rules::Limit<crate::rules::Span>,
) -> Option<Date> {
    limit.set().and_then(|span| calendar.due(from, span).ok())
}
