//! Seizing and selling: from the decision to distrain to the hand-over, with as many failed rounds as it takes.

use thads_cases::case::AssetKind;
use thads_cases::date::Date;
use thads_cases::event::Body;
use thads_cases::event::auction::{
    AssetAppraised, AssetHandedOver, AuctionAnnounced, AuctionPaid, AuctionSold, AuctionUnsold, PriceReduced,
};
use thads_cases::event::coercion::{AssetDistrained, CoercionOrdered, Measure};
use thads_cases::event::notice::{NoticeOf, Recipient};
use thads_cases::ids::AssetNo;
use thads_cases::money::{Amount, Ratio};
use thads_cases::personal::Personal;
use thads_cases::rules::Parameter;

use super::amounts::share;
use super::case_script::{By, CaseScript};
use super::days::Days;
use super::intake::dong;
use super::people;
use super::plan::Draft;
use super::rng::DemoRng;

const IMMOVABLES: &[&str] = &[
    "quyền sử dụng đất ở và nhà gắn liền với đất",
    "quyền sử dụng đất trồng lúa",
    "quyền sử dụng đất trồng cây lâu năm",
    "quyền sử dụng đất nuôi trồng thủy sản",
    "nhà kho và máy sấy lúa",
];
const MOVABLES: &[&str] = &["xe ô tô tải", "xe mô tô", "ghe gắn máy", "máy gặt đập liên hợp", "xe máy kéo"];

/// How an asset is to be sold: the reductions decided beforehand, so that the price can be aimed at.
pub(super) struct Sale {
    /// Movable or not.
    pub(super) kind: AssetKind,
    /// Its value by the appraisal.
    pub(super) value: i64,
    /// Percent off after each failed round.
    pub(super) reductions: Vec<i64>,
}

impl Sale {
    /// A sale that fails so many times and then has a start price a little below what is to be got.
    pub(super) fn aiming_at(price: i64, failures: usize, rng: &mut DemoRng) -> Sale {
        let kind =
            if price > 60_000_000 || rng.percent(30) { AssetKind::Immovable } else { AssetKind::Movable };
        let reductions: Vec<i64> =
            (0..failures).map(|_| rng.weighted(&[(5, 10), (2, 8), (2, 7), (3, 5)])).collect();
        let mut value = share(price, rng.between(930, 1000), 1000);
        for percent in &reductions {
            value = share(value, 100, 100 - percent);
        }
        value = (value - value % 10_000).max(10_000);
        let mut sale = Sale { kind, value, reductions };
        while sale.last_price() > dong(price) {
            sale.value = share(sale.value, 97, 100).max(1);
        }
        sale
    }

    fn last_price(&self) -> Amount {
        self.reductions.iter().fold(dong(self.value), |price, percent| reduced(price, *percent))
    }
}

fn by(percent: i64) -> Ratio {
    Ratio { numerator: percent, denominator: 100 }
}

fn reduced(price: Amount, percent: i64) -> Amount {
    price.times(by(percent)).and_then(|cut| price.checked_sub(cut)).unwrap_or(price)
}

/// The rounds held within the period, by what came of them.
#[derive(Default)]
pub(super) struct Rounds {
    sold: i64,
    unsold: i64,
}

/// Working days that a round takes with what lies between it and the one before.
const ROUND_DAYS: i32 = 36;
/// Of a hundred rounds so many sell.
const SELLS: i64 = 19;

impl Rounds {
    /// How many rounds the next case on sale must see fail, when so many are left.
    pub(super) fn due(&self, left: usize, rng: &mut DemoRng) -> i64 {
        let missing = (self.sold * (100 - SELLS) / SELLS - self.unsold).max(0);
        let left = i64::try_from(left).unwrap_or(1).max(1);
        missing / left + i64::from(rng.between(1, left) <= missing % left)
    }

    /// Counts a script's rounds.
    pub(super) fn count(&mut self, steps: &[Draft], days: &Days) {
        for step in steps.iter().filter(|step| days.from <= step.effective && step.effective <= days.to) {
            match &step.event.body {
                Body::AuctionSold(_) => self.sold += 1,
                Body::AuctionUnsold(_) => self.unsold += 1,
                _ => {}
            }
        }
    }
}

impl CaseScript<'_> {
    /// The asset is seized and valued.
    pub(super) fn seize(&mut self, sale: &Sale, costs: i64) {
        let movable = sale.kind == AssetKind::Movable;
        self.voluntary_over();
        self.act(
            By::Enforcer,
            Body::CoercionOrdered(CoercionOrdered { measure: Measure::Distrain, urgent: false }),
        );
        self.pass(1, 2);
        self.notice(Recipient::Debtor(None), NoticeOf::Coercion);
        self.pass(4, 12);
        let description = *self.rng.pick(if movable { MOVABLES } else { IMMOVABLES });
        let mortgaged = self.case.obligations.iter().any(|one| one.secured);
        let distrained = AssetDistrained {
            asset_kind: sale.kind,
            description: Some(Personal::Text(description.to_owned())),
            mortgaged,
        };
        self.act(By::Enforcer, Body::AssetDistrained(distrained));
        if costs > 0 {
            self.costs(costs, "kê biên, đo đạc, thẩm định giá");
        }
        self.pass(10, 22);
        let asset = self.asset();
        let valid_until = Some(self.day.plus_months(6));
        self.act(
            By::Enforcer,
            Body::AssetAppraised(AssetAppraised { asset, value: dong(sale.value), valid_until }),
        );
        self.pass(1, 3);
        self.notice(Recipient::Debtor(None), NoticeOf::Value);
    }

    /// The asset that was seized last.
    fn asset(&self) -> AssetNo {
        self.case.assets.last().map_or(AssetNo(1), |asset| asset.number)
    }

    /// The next round is announced, and its day comes: early enough for those that are still to follow.
    fn announce(&mut self, kind: AssetKind, to_follow: usize) {
        let asset = self.asset();
        let Some(one) = self.case.asset(asset) else { return };
        let round = u16::try_from(one.rounds.len() + 1).unwrap_or(1);
        let start_price = one.offered_at.unwrap_or(Amount::ZERO);
        let wait = if kind == AssetKind::Movable { self.rng.days(10, 20) } else { self.rng.days(18, 30) };
        let reserve = ROUND_DAYS * i32::try_from(to_follow).unwrap_or(0);
        let room = self.land.days.worked_between(self.day, self.limit);
        let wait = wait.min((room - reserve).max(5)).min(room);
        let held_on = self.land.days.plus(self.day, wait);
        self.act(
            By::Enforcer,
            Body::AuctionAnnounced(AuctionAnnounced { asset, round, start_price, held_on }),
        );
        if self.rng.percent(35) {
            self.pass(1, 2);
            self.notice(Recipient::Debtor(None), NoticeOf::Auction);
        }
        self.go_to(held_on);
    }

    /// A round nobody wins.
    pub(super) fn fail_round(&mut self, sale: &Sale, to_follow: usize) {
        self.announce(sale.kind, to_follow);
        let ground =
            self.rng.weighted(&[(86, "no_bidder"), (10, "no_bid_at_start_price"), (4, "winner_withdrew")]);
        let asset = self.asset();
        self.act(By::Enforcer, Body::AuctionUnsold(AuctionUnsold { asset, ground: ground.to_owned() }));
    }

    /// The price is lowered for another round.
    pub(super) fn lower_price(&mut self, percent: i64) {
        let asset = self.asset();
        let Some(one) = self.case.asset(asset) else { return };
        let price = one.offered_at.unwrap_or(Amount::ZERO);
        let first = one.reductions == 0;
        let agreed = first && (self.rng.percent(15) || self.after_agreement() > self.limit);
        if first && !agreed {
            self.go_to(self.after_agreement());
        }
        self.pass(1, 6);
        let start_price = reduced(price, percent);
        self.act(
            By::Enforcer,
            Body::PriceReduced(PriceReduced { asset, by: by(percent), start_price, agreed }),
        );
        self.pass(2, 7);
    }

    /// The first day on which the parties can no longer agree on a price.
    fn after_agreement(&self) -> Date {
        self.over(Parameter::UnsoldAgree, self.day)
    }

    /// The asset is sold for a price.
    pub(super) fn sell(&mut self, sale: &Sale, price: i64) {
        self.announce(sale.kind, 0);
        let pay_by = self.day.plus_days(self.rng.days(20, 30));
        let buyer = people::named(&mut self.rng);
        let asset = self.asset();
        self.act(By::Enforcer, Body::AuctionSold(AuctionSold { asset, price: dong(price), buyer, pay_by }));
    }

    /// The buyer pays, and gets what was sold.
    pub(super) fn hand_over(&mut self, price: i64) {
        let asset = self.asset();
        self.pass(3, 8);
        self.act(By::Accountant, Body::AuctionPaid(AuctionPaid { asset, amount: dong(price) }));
        self.pass(3, 15);
        self.act(By::Enforcer, Body::AssetHandedOver(AssetHandedOver { asset }));
        self.pass(1, 5);
    }
}
