//! Outcomes: which cases each office has, where each comes from, and where it stands when the period ends.
//!
//! Only what happens is decided here. That the figures come out is left to the fold.

use thads_cases::ids::OfficeNo;

use super::amounts::shares;
use super::intake::Sort;
use super::organisation::Targets;
use super::quotas::quotas;
use super::rng::DemoRng;
use super::{sums, transfers};

/// Where a case comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// Open on the day before the period.
    Carried,
    /// In the tracking book on the day before the period, and out of it at its end.
    Returned,
    /// Comes in within the period.
    New,
    /// Comes in after the period.
    Later,
}

/// Where a case stands when the period ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum CaseOutcome {
    /// Thi hành xong.
    Completed,
    /// Completed because one obligation was met and the rest entrusted.
    MetAndEntrusted,
    /// Đình chỉ.
    Terminated,
    /// Open; counts as enforceable.
    Open,
    /// Open, with an asset offered for sale.
    OnSale,
    /// Chưa có điều kiện.
    NotYet,
    /// Sổ theo dõi riêng.
    Book,
    /// Ủy thác.
    Entrusted,
    /// Entrusted in the last days; the receiver's order comes after the period.
    OnTheWay,
    /// Rút lên.
    PulledUp,
    /// Thu hồi.
    Withdrawn,
    /// No order yet, or never one.
    Unordered,
}

/// What is decided of a case before its script is written.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    /// The office.
    pub(super) site: usize,
    /// Whose money.
    pub(super) sort: Sort,
    /// Where it comes from.
    pub(super) origin: Origin,
    /// Where it stands at the end.
    pub(super) outcome: CaseOutcome,
    /// What is owed when it enters the period (what was paid before comes on top), đồng.
    pub(super) amount: i64,
    /// What of it is paid over within the period while it stays open.
    pub(super) paid: i64,
    /// The case of another office that it continues.
    pub(super) from: Option<usize>,
    /// What goes on to another office beside `amount`.
    pub(super) moved: i64,
    /// The office that it goes to.
    pub(super) to: Option<OfficeNo>,
}

impl Spec {
    /// A case whose sums are not yet drawn.
    pub(super) fn new(site: usize, sort: Sort, origin: Origin, outcome: CaseOutcome) -> Spec {
        Spec { site, sort, origin, outcome, amount: 0, paid: 0, from: None, moved: 0, to: None }
    }
}

/// Every case there will be.
pub(super) fn draw(targets: &[Targets], rng: &mut DemoRng) -> Vec<Spec> {
    let quotas = quotas(targets, rng);
    let mut specs = Vec::new();
    for (site, quota) in quotas.iter().enumerate() {
        group(&mut specs, site, quota.finished, Group::Finished, rng);
        group(&mut specs, site, quota.open, Group::Open, rng);
        group(&mut specs, site, quota.not_yet, Group::NotYet, rng);
        group(&mut specs, site, quota.book, Group::Book, rng);
        group(&mut specs, site, quota.later, Group::Later, rng);
    }
    for (site, quota) in quotas.iter().enumerate() {
        sums::draw(&mut specs, site, quota, rng);
    }
    transfers::draw(&mut specs, rng);
    specs
}

/// Cases of one office that are decided together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Finished in the period.
    Finished,
    /// Open and enforceable at its end.
    Open,
    /// Not yet enforceable at its end.
    NotYet,
    /// In the tracking book at its end.
    Book,
    /// Comes in after it.
    Later,
}

impl Group {
    /// Proactive and bank cases in a thousand.
    fn sorts(self, site: usize) -> (i64, i64) {
        let (proactive, bank) = match self {
            Group::Finished => (622, 11),
            Group::Open => (470, 54),
            Group::NotYet => (605, 27),
            Group::Book => (700, 4),
            Group::Later => (580, 25),
        };
        // The Department has the large judgments.
        if site == 0 { (proactive - 230, bank + 90) } else { (proactive, bank) }
    }

    /// Cases carried over, in a thousand.
    fn carried(self) -> i64 {
        match self {
            Group::Finished => 448,
            Group::Open => 462,
            Group::NotYet => 905,
            Group::Book => 1000,
            Group::Later => 0,
        }
    }
}

/// The cases of one office and group: sorts, origins and outcomes in their shares, in random order.
fn group(specs: &mut Vec<Spec>, site: usize, count: i64, group: Group, rng: &mut DemoRng) {
    let (proactive, bank) = group.sorts(site);
    let by_sort = shares(count, &[proactive, 1000 - proactive - bank, bank]);
    for (sort, count) in [Sort::Proactive, Sort::Private, Sort::Bank].into_iter().zip(by_sort) {
        let by_origin = shares(count, &[group.carried(), 1000 - group.carried()]);
        for (origin, count) in [Origin::Carried, Origin::New].into_iter().zip(by_origin) {
            for at in 0..count {
                let outcome = outcome(group, sort, rng);
                let origin = match (group, origin) {
                    (Group::Later, _) => Origin::Later,
                    // A few come back from the tracking book.
                    (Group::Finished | Group::Open, Origin::New) if sort != Sort::Bank && at % 180 == 179 => {
                        Origin::Returned
                    }
                    (_, origin) => origin,
                };
                specs.push(Spec::new(site, sort, origin, outcome));
            }
        }
    }
}

fn outcome(group: Group, sort: Sort, rng: &mut DemoRng) -> CaseOutcome {
    match group {
        Group::Finished => {
            let terminated = if sort == Sort::Proactive { 30 } else { 68 };
            if rng.per_mille(terminated) { CaseOutcome::Terminated } else { CaseOutcome::Completed }
        }
        Group::Open => {
            let on_sale = match sort {
                Sort::Proactive => 0,
                Sort::Private => 104,
                Sort::Bank => 330,
            };
            if rng.per_mille(on_sale) { CaseOutcome::OnSale } else { CaseOutcome::Open }
        }
        Group::NotYet => CaseOutcome::NotYet,
        Group::Book => CaseOutcome::Book,
        Group::Later => {
            if rng.percent(18) {
                CaseOutcome::Unordered
            } else {
                CaseOutcome::Open
            }
        }
    }
}
