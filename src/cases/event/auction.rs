//! Kinds of appraisal and auction: from the value to the hand-over (Art. 98-104, Decree 62/2015 Art. 27).

use serde::{Deserialize, Serialize};

use super::intake::last_day;
use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext, info};
use crate::case::{Asset, Case, Receipt, Round, RoundResult};
use crate::check::{active, asset, exactly, no_overflow, not_after, not_before, open, own_case, positive};
use crate::date::Date;
use crate::event::KindName;
use crate::ids::AssetNo;
use crate::money::{Amount, Ratio};
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::rules::Parameter;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

const ENFORCER: &[Role] = &[Role::Enforcer];

fn unsold(asset: &Asset, article: &'static str) -> Result<(Amount, Date), Refusal> {
    match asset.last_round() {
        Some(Round { result: RoundResult::Unsold { on }, start_price, .. }) => Ok((*start_price, *on)),
        _ => Err(refusal!(Standing, article, "asset" => asset.number;
                Words::LastRoundUnsold;
                Words::first([KindName::AuctionUnsold]))),
    }
}

fn pending<'a>(asset: &'a Asset, article: &'static str) -> Result<&'a Round, Refusal> {
    match asset.last_round() {
        Some(round) if round.result == RoundResult::Pending => Ok(round),
        _ => Err(refusal!(Standing, article, "asset" => asset.number;
                Words::AnnouncedRound;
                Words::first([KindName::AuctionAnnounced]))),
    }
}

/// `asset_appraised` (kết quả thẩm định giá).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetAppraised {
    /// Which asset.
    pub asset: AssetNo,
    /// Its value, đồng.
    pub value: Amount,
    /// Until when the appraisal may be used.
    #[serde(default)]
    pub valid_until: Option<Date>,
}

impl Kind for AssetAppraised {
    const INFO: KindInfo = info(128, "asset_appraised", "kết quả thẩm định giá", "98", ENFORCER);
}

impl KindOf<Case> for AssetAppraised {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        active(case, "98")?;
        own_case(case, on)?;
        positive(self.value, "98", "value")?;
        if let Some(until) = self.valid_until {
            not_before(until, on.at.on, "98", "valid_until", Words::TheAppraisal)?;
        }
        let one = asset(case, self.asset, "98")?;
        match one.last_round() {
            None => Ok(()),
            Some(round) => Err(refusal!(Standing, "99", "asset" => self.asset;
                    Words::RoundAnnounced { round: round.number };
                    Words::AfterUnsold { kind: KindName::PriceReduced.into() })),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if let Some(one) = case.asset_mut(self.asset) {
            one.appraised = Some((self.value, at.on));
            one.offered_at = Some(self.value);
        }
    }
}

/// `auction_announced` (thông báo đấu giá).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuctionAnnounced {
    /// Which asset.
    pub asset: AssetNo,
    /// Which round: 1, 2, …
    pub round: u16,
    /// The appraised or the reduced price, đồng.
    pub start_price: Amount,
    /// The day of the auction.
    pub held_on: Date,
}

impl Kind for AuctionAnnounced {
    const INFO: KindInfo = info(129, "auction_announced", "thông báo đấu giá", "101", ENFORCER);
}

impl KindOf<Case> for AuctionAnnounced {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        active(case, "101")?;
        own_case(case, on)?;
        let one = asset(case, self.asset, "101")?;
        let Some(price) = one.offered_at else {
            refuse!(TooEarly, "101", "asset" => self.asset;
                Words::AnAppraisal;
                Words::first([KindName::AssetAppraised]));
        };
        if one.last_round().is_some() {
            unsold(one, "101")?;
            if usize::from(one.reductions) < one.rounds.len() {
                refuse!(TooEarly, "104", "round" => self.round;
                    Words::ReductionAfterRound;
                    Words::first([KindName::PriceReduced]));
            }
        }
        exactly(usize::from(self.round), one.rounds.len() + 1, "101", "round")?;
        exactly(self.start_price, price, "101", "start_price")?;
        not_before(self.held_on, on.at.on, "101", "held_on", Words::TheAnnouncement)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if let Some(one) = case.asset_mut(self.asset) {
            one.rounds.push(Round {
                number: self.round,
                start_price: self.start_price,
                announced: at.on,
                held_on: self.held_on,
                result: RoundResult::Pending,
            });
        }
    }
}

/// `auction_unsold` (đấu giá không thành).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuctionUnsold {
    /// Which asset.
    pub asset: AssetNo,
    /// Why: `no_bidder`, `no_bid_at_start_price`, `winner_withdrew`, `rules_broken`.
    pub ground: String,
}

impl Kind for AuctionUnsold {
    const INFO: KindInfo = info(130, "auction_unsold", "đấu giá không thành", "104", ENFORCER);
}

impl KindOf<Case> for AuctionUnsold {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "104")?;
        own_case(case, on)?;
        if !UNSOLD_GROUNDS.contains(&self.ground.as_str()) {
            refuse!(Ground, "104", "ground" => Words::typed(&self.ground);
                Words::WhyNoSale;
                Value::typed_list(UNSOLD_GROUNDS));
        }
        let round = pending(asset(case, self.asset, "104")?, "104")?;
        not_before(on.at.on, round.announced, "104", "effective", Words::TheAnnouncement)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        set_result(case, self.asset, RoundResult::Unsold { on: at.on });
    }
}

/// Why an auction may come to nothing.
pub const UNSOLD_GROUNDS: &[&str] =
    &["no_bidder", "no_bid_at_start_price", "winner_withdrew", "rules_broken"];

fn set_result(case: &mut Case, number: AssetNo, result: RoundResult) {
    if let Some(round) = case.asset_mut(number).and_then(|one| one.rounds.last_mut()) {
        round.result = result;
    }
}

/// `price_reduced` (giảm giá): an unsold asset is offered again for less.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceReduced {
    /// Which asset.
    pub asset: AssetNo,
    /// By how much of the last start price, as an exact ratio: `{"numerator": 8, "denominator": 100}`.
    pub by: Ratio,
    /// The new start price, đồng: the last less the cut, which is rounded down so that it never exceeds the limit.
    pub start_price: Amount,
    /// The parties agreed on it: the ten days after the first failure need not pass.
    #[serde(default)]
    pub agreed: bool,
}

impl Kind for PriceReduced {
    const INFO: KindInfo = info(131, "price_reduced", "giảm giá", "104", ENFORCER);
}

impl KindOf<Case> for PriceReduced {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        active(case, "104")?;
        own_case(case, on)?;
        let one = asset(case, self.asset, "104")?;
        let (price, failed) = unsold(one, "104")?;
        if usize::from(one.reductions) >= one.rounds.len() {
            refuse!(Duplicate, "104", "asset" => self.asset;
                Words::OneReduction;
                Words::first([KindName::AuctionAnnounced]));
        }
        let given = self.by;
        if self.by.denominator <= 0 || self.by.numerator <= 0 || self.by.numerator >= self.by.denominator {
            refuse!(Limit, "104.5", "by" => given;
                Words::PartOfAll;
                Words::typed("{\"numerator\": 10, \"denominator\": 100}"));
        }
        match on.reference_data.rules.ratio(Parameter::ReduceMax, on.at.on).set() {
            Some(max) if !within(self.by, max) => {
                let limit =
                    crate::money::percent(max.numerator.into(), max.denominator.into()).unwrap_or_default();
                refuse!(Limit, "104.5", "by" => given;
                    Words::PercentOfPrice { percent: Value::Decimal(limit.clone()), price };
                    Words::PercentAtMost { percent: Value::Decimal(limit) });
            }
            Some(_) | None => {}
        }
        // The days to agree run from when the parties were told, where that is recorded.
        let told = case.unsold_told.filter(|told| *told >= failed).unwrap_or(failed);
        let wait = last_day(
            &on.reference_data.calendar,
            told,
            on.reference_data.rules.span(Parameter::UnsoldAgree, told),
        );
        if let (0, false, Some(last)) = (one.reductions, self.agreed, wait) {
            not_before(on.at.on, last.next(), "104.1", "effective", Words::DaysToAgree)?;
        }
        let reduced = price.times(self.by).and_then(|cut| price.checked_sub(cut)).unwrap_or(price);
        exactly(self.start_price, reduced, "104", "start_price")
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        if let Some(one) = case.asset_mut(self.asset) {
            one.reductions = one.reductions.saturating_add(1);
            one.offered_at = Some(self.start_price);
        }
    }
}

fn within(by: Ratio, max: Ratio) -> bool {
    i128::from(by.numerator) * i128::from(max.denominator)
        <= i128::from(max.numerator) * i128::from(by.denominator)
}

/// `auction_sold` (đấu giá thành).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuctionSold {
    /// Which asset.
    pub asset: AssetNo,
    /// The price, đồng.
    pub price: Amount,
    /// Who bought it.
    pub buyer: Personal,
    /// To be paid by.
    pub pay_by: Date,
}

impl Kind for AuctionSold {
    const INFO: KindInfo = info(132, "auction_sold", "đấu giá thành", "101, 103", ENFORCER);

    fn personal(&mut self) -> Vec<&mut Personal> {
        vec![&mut self.buyer]
    }
}

impl KindOf<Case> for AuctionSold {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        active(case, "103")?;
        own_case(case, on)?;
        let round = pending(asset(case, self.asset, "103")?, "103")?;
        not_before(on.at.on, round.held_on, "103", "effective", Words::DayOfAuction)?;
        if self.price < round.start_price {
            refuse!(Limit, "103", "price" => self.price;
                Words::StartPrice { price: round.start_price };
                Words::OrMore { value: round.start_price.into() });
        }
        not_before(self.pay_by, on.at.on, "D27.3", "pay_by", Words::TheSale)?;
        match last_day(
            &on.reference_data.calendar,
            on.at.on,
            on.reference_data.rules.span(Parameter::AuctionPay, on.at.on),
        ) {
            Some(last) => not_after(self.pay_by, last, "D27.3", "pay_by", Words::ThirtyDays),
            None => Ok(()),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        set_result(case, self.asset, RoundResult::Sold { on: at.on, price: self.price, pay_by: self.pay_by });
    }
}

/// `auction_paid` (nộp đủ tiền mua tài sản).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuctionPaid {
    /// Which asset.
    pub asset: AssetNo,
    /// The price, đồng.
    pub amount: Amount,
}

impl Kind for AuctionPaid {
    const INFO: KindInfo = info(133, "auction_paid", "nộp đủ tiền mua tài sản", "D27.3", &[Role::Accountant]);
}

impl KindOf<Case> for AuctionPaid {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "D27.3")?;
        let one = asset(case, self.asset, "D27.3")?;
        let Some(Round { result: RoundResult::Sold { price, pay_by, .. }, .. }) = one.last_round() else {
            refuse!(Standing, "D27.3", "asset" => self.asset;
                Words::ASale;
                Words::first([KindName::AuctionSold]));
        };
        if let Some(date) = one.paid {
            refuse!(Duplicate, "D27.3", "asset" => self.asset;
                Words::PaidOn { date };
                Words::kinds([KindName::AssetHandedOver]));
        }
        exactly(self.amount, *price, "D27.3", "amount")?;
        no_overflow(case.cash.collected, self.amount, "D27.3", "amount")?;
        not_after(on.at.on, *pay_by, "D27.3", "effective", Words::DayToPayBy)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        let mut secured = false;
        if let Some(one) = case.asset_mut(self.asset) {
            one.paid = Some(at.on);
            secured = one.mortgaged;
        }
        case.cash.collected += self.amount.total();
        case.take_in(Receipt { on: at.on, amount: self.amount, coerced: true, secured });
    }
}

/// `asset_handed_over` (giao tài sản).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetHandedOver {
    /// Which asset.
    pub asset: AssetNo,
}

impl Kind for AssetHandedOver {
    const INFO: KindInfo = info(134, "asset_handed_over", "giao tài sản", "103, D27.3", ENFORCER);
}

impl KindOf<Case> for AssetHandedOver {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "103")?;
        own_case(case, on)?;
        match asset(case, self.asset, "103")?.paid {
            Some(_) => Ok(()),
            None => Err(refusal!(TooEarly, "103", "asset" => self.asset;
                    Words::PaidInFull;
                    Words::first([KindName::AuctionPaid]))),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if let Some(one) = case.asset_mut(self.asset) {
            one.handed_over = Some(at.on);
        }
    }
}
