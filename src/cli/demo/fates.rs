//! Fates: how many cases of each office come, how each stands when the period ends, and what sums they are about.
//!
//! Only what happens is decided here. That the figures come out is left to the fold.

use thads_cases::ids::OfficeNo;

use super::amounts::{LogNormal, parts, rounded, share, shares};
use super::chance::Chance;
use super::intake::Sort;
use super::organisation::{SITES, Targets};

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
pub(super) enum Fate {
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

/// What is decided of a case before its life is written.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    /// The office.
    pub(super) site: usize,
    /// Whose money.
    pub(super) sort: Sort,
    /// Where it comes from.
    pub(super) origin: Origin,
    /// Where it stands at the end.
    pub(super) fate: Fate,
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
    fn new(site: usize, sort: Sort, origin: Origin, fate: Fate) -> Spec {
        Spec { site, sort, origin, fate, amount: 0, paid: 0, from: None, moved: 0, to: None }
    }
}

const FINISHED: i64 = 7_668;
const BILLION: i64 = 1_000_000_000;
/// Units that reach their target of cases, and of money.
const OVER_CASES: usize = 2;
const OVER_MONEY: usize = 3;

/// An office's share of what there is.
#[derive(Clone, Copy, Default)]
struct Quota {
    finished: i64,
    open: i64,
    not_yet: i64,
    book: i64,
    later: i64,
    money_finished: i64,
    money_enforceable: i64,
    money_not_yet: i64,
}

/// Every case there will be.
pub(super) fn draw(targets: &[Targets], chance: &mut Chance) -> Vec<Spec> {
    let quotas = quotas(targets, chance);
    let mut specs = Vec::new();
    for (site, quota) in quotas.iter().enumerate() {
        group(&mut specs, site, quota.finished, Group::Finished, chance);
        group(&mut specs, site, quota.open, Group::Open, chance);
        group(&mut specs, site, quota.not_yet, Group::NotYet, chance);
        group(&mut specs, site, quota.book, Group::Book, chance);
        group(&mut specs, site, quota.later, Group::Later, chance);
    }
    for (site, quota) in quotas.iter().enumerate() {
        money(&mut specs, site, quota, chance);
    }
    moves(&mut specs, chance);
    specs
}

fn weights(of: impl Fn(usize) -> i64, spread: i64, chance: &mut Chance) -> Vec<i64> {
    (0..SITES.len()).map(|site| of(site) * chance.between(100 - spread, 100 + spread)).collect()
}

fn quotas(targets: &[Targets], chance: &mut Chance) -> Vec<Quota> {
    let cases = |site: usize| SITES[site].cases;
    let enforceable_whole = 12_221 + chance.between(0, 17);
    let enforceable = shares(enforceable_whole, &weights(cases, 5, chance));
    let not_yet = shares(5_650 + chance.between(0, 300), &weights(cases, 9, chance));
    let book = shares(760 + chance.between(0, 120), &weights(cases, 15, chance));
    let later = shares(290 + chance.between(0, 60), &weights(cases, 5, chance));
    let (over_cases, over_money) = over(chance);
    let goals: Vec<i64> = targets.iter().map(|target| target.cases).collect();
    let finished = reach(FINISHED, &enforceable, &goals, &over_cases, (8, 45), chance);

    let money_finished = 164_200_000_000 + chance.between(0, 600) * 1_000_000;
    let money_enforceable = share(money_finished, 1000, 185);
    let percent = chance.between(500, 545);
    let money_not_yet = share(money_enforceable, percent, 1000 - percent);
    let money = |site: usize| SITES[site].money;
    let enforceable_money = shares(money_enforceable, &weights(money, 12, chance));
    let not_yet_money = shares(money_not_yet, &weights(money, 18, chance));
    let goals: Vec<i64> = targets.iter().map(|target| target.money).collect();
    let finished_money = reach(money_finished, &enforceable_money, &goals, &over_money, (22, 30), chance);

    (0..SITES.len())
        .map(|site| Quota {
            finished: finished[site],
            open: enforceable[site] - finished[site],
            not_yet: not_yet[site],
            book: book[site],
            later: later[site],
            money_finished: finished_money[site],
            money_enforceable: enforceable_money[site],
            money_not_yet: not_yet_money[site],
        })
        .collect()
}

/// Which SubDepartments reach their targets.
fn over(chance: &mut Chance) -> (Vec<usize>, Vec<usize>) {
    // Neither the Department nor the largest units: they decide the whole.
    let mut middling: Vec<usize> = (1..SITES.len()).filter(|site| SITES[*site].cases < 100).collect();
    chance.shuffle(&mut middling);
    let cases = middling[..OVER_CASES].to_vec();
    chance.shuffle(&mut middling);
    (cases, middling[..OVER_MONEY].to_vec())
}

/// Shares a sum out so that the chosen units reach their goals (in ten thousandths of `whole`), and no other does.
///
/// `by` is how far in a thousand the chosen are above, and how far in a hundred the others lie from each other.
fn reach(
    sum: i64,
    whole: &[i64],
    goals: &[i64],
    chosen: &[usize],
    by: (i64, i64),
    chance: &mut Chance,
) -> Vec<i64> {
    let mut result: Vec<i64> = vec![0; whole.len()];
    for site in chosen {
        let rate = goals[*site] + goals[*site] * chance.between(6, 6 + by.0 * 4) / 1000;
        result[*site] = share(whole[*site], rate, 10_000) + 1;
    }
    let left = sum - result.iter().sum::<i64>();
    let others: Vec<usize> = (0..whole.len()).filter(|site| !chosen.contains(site)).collect();
    let spread = by.1;
    let weights: Vec<i64> = others
        .iter()
        .map(|site| share(whole[*site], 1000 + chance.between(-spread, spread) * 2, 1000))
        .collect();
    for (site, part) in others.iter().zip(shares(left, &weights)) {
        result[*site] = part;
    }
    result
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Finished,
    Open,
    NotYet,
    Book,
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

    fn law(self, sort: Sort) -> LogNormal {
        let (median, spread) = match (self, sort) {
            (Group::Finished, Sort::Proactive) => (2_000_000, 205),
            (Group::Finished, Sort::Private) => (10_000_000, 205),
            (Group::Finished, Sort::Bank) => (160_000_000, 150),
            (Group::Open | Group::Later, Sort::Proactive) => (3_900_000, 245),
            (Group::Open | Group::Later, Sort::Private) => (22_000_000, 260),
            (Group::Open | Group::Later, Sort::Bank) => (700_000_000, 190),
            (Group::NotYet, Sort::Proactive) => (4_200_000, 230),
            (Group::NotYet, Sort::Private) => (29_000_000, 285),
            (Group::NotYet, Sort::Bank) => (1_100_000_000, 195),
            (Group::Book, Sort::Proactive) => (4_500_000, 180),
            (Group::Book, Sort::Private | Sort::Bank) => (14_000_000, 200),
        };
        LogNormal { median, spread }
    }
}

/// The cases of one office and group: sorts, origins and fates in their shares, in random order.
fn group(specs: &mut Vec<Spec>, site: usize, count: i64, group: Group, chance: &mut Chance) {
    let (proactive, bank) = group.sorts(site);
    let by_sort = shares(count, &[proactive, 1000 - proactive - bank, bank]);
    for (sort, count) in [Sort::Proactive, Sort::Private, Sort::Bank].into_iter().zip(by_sort) {
        let by_origin = shares(count, &[group.carried(), 1000 - group.carried()]);
        for (origin, count) in [Origin::Carried, Origin::New].into_iter().zip(by_origin) {
            for at in 0..count {
                let fate = fate(group, sort, chance);
                let origin = match (group, origin) {
                    (Group::Later, _) => Origin::Later,
                    // A few come back from the tracking book.
                    (Group::Finished | Group::Open, Origin::New) if sort != Sort::Bank && at % 180 == 179 => {
                        Origin::Returned
                    }
                    (_, origin) => origin,
                };
                specs.push(Spec::new(site, sort, origin, fate));
            }
        }
    }
}

fn fate(group: Group, sort: Sort, chance: &mut Chance) -> Fate {
    match group {
        Group::Finished => {
            let terminated = if sort == Sort::Proactive { 30 } else { 68 };
            if chance.per_mille(terminated) { Fate::Terminated } else { Fate::Completed }
        }
        Group::Open => {
            let on_sale = match sort {
                Sort::Proactive => 0,
                Sort::Private => 90,
                Sort::Bank => 290,
            };
            if chance.per_mille(on_sale) { Fate::OnSale } else { Fate::Open }
        }
        Group::NotYet => Fate::NotYet,
        Group::Book => Fate::Book,
        Group::Later => {
            if chance.percent(18) {
                Fate::Unordered
            } else {
                Fate::Open
            }
        }
    }
}

/// The sums of one office's cases: drawn, then scaled so that the office has its share of the money.
fn money(specs: &mut [Spec], site: usize, quota: &Quota, chance: &mut Chance) {
    let of = |fates: &[Fate], specs: &[Spec]| -> Vec<usize> {
        (0..specs.len()).filter(|at| specs[*at].site == site && fates.contains(&specs[*at].fate)).collect()
    };
    let finished = of(&[Fate::Completed, Fate::Terminated], specs);
    let open: Vec<usize> = of(&[Fate::Open, Fate::OnSale], specs);
    let (later, open): (Vec<usize>, Vec<usize>) =
        open.into_iter().partition(|at| specs[*at].origin == Origin::Later);
    let not_yet = of(&[Fate::NotYet], specs);
    let instalments = share(quota.money_finished, chance.between(110, 160), 1000);
    let money_finished = quota.money_finished - instalments;
    fit(specs, &finished, Group::Finished, money_finished, 220, chance);
    fit(specs, &open, Group::Open, quota.money_enforceable - money_finished, 560, chance);
    fit(specs, &not_yet, Group::NotYet, quota.money_not_yet, 460, chance);
    pay_in_part(specs, &open, instalments, chance);
    for at in of(&[Fate::Book], specs) {
        specs[at].amount = floor(Group::Book.law(specs[at].sort).draw(chance), specs[at].sort, chance);
    }
    for at in later.into_iter().chain(of(&[Fate::Unordered], specs)) {
        specs[at].amount = floor(Group::Later.law(specs[at].sort).draw(chance), specs[at].sort, chance);
    }
}

/// Court fees are not less than what the list of fees says; other sums are worth an order.
fn floor(amount: i64, sort: Sort, chance: &mut Chance) -> i64 {
    match sort {
        Sort::Proactive if amount < 200_000 => 200_000,
        Sort::Proactive if amount < 420_000 => 300_000,
        Sort::Proactive => rounded(amount, chance),
        Sort::Private => rounded(amount.max(1_200_000), chance),
        Sort::Bank => rounded(amount.max(15_000_000), chance),
    }
}

/// Draws sums for a group and scales those that are not the budget's so that all add up to `whole`.
fn fit(specs: &mut [Spec], group: &[usize], law: Group, whole: i64, bank: i64, chance: &mut Chance) {
    for at in group {
        let sort = specs[*at].sort;
        specs[*at].amount = floor(law.law(sort).draw(chance), sort, chance);
    }
    let of = |sort: Sort, specs: &[Spec]| -> Vec<usize> {
        group.iter().copied().filter(|at| specs[*at].sort == sort).collect()
    };
    let sum = |list: &[usize], specs: &[Spec]| list.iter().map(|at| specs[*at].amount).sum::<i64>();
    let (proactive, private, banks) =
        (of(Sort::Proactive, specs), of(Sort::Private, specs), of(Sort::Bank, specs));
    let most = whole * 2 / 5;
    if sum(&proactive, specs) > most {
        scale(specs, &proactive, most, chance);
    }
    let left = whole - sum(&proactive, specs);
    let bank =
        if banks.is_empty() { 0 } else { share(left, chance.between(bank * 9 / 10, bank * 11 / 10), 1000) };
    scale(specs, &banks, bank, chance);
    let left = whole - sum(&proactive, specs) - sum(&banks, specs);
    scale(specs, &private, left, chance);
}

/// Scales sums so that they add up to `whole`; what rounding leaves goes to the largest.
fn scale(specs: &mut [Spec], list: &[usize], whole: i64, chance: &mut Chance) {
    let before: i64 = list.iter().map(|at| specs[*at].amount).sum();
    for at in list {
        specs[*at].amount = floor(share(specs[*at].amount, whole, before), specs[*at].sort, chance);
    }
    let after: i64 = list.iter().map(|at| specs[*at].amount).sum();
    if let Some(largest) = list.iter().max_by_key(|at| (specs[**at].amount, **at)) {
        specs[*largest].amount = (specs[*largest].amount + whole - after).max(1_000_000);
    }
}

/// Some of the open cases are paid in part within the period.
fn pay_in_part(specs: &mut [Spec], open: &[usize], whole: i64, chance: &mut Chance) {
    let mut payers: Vec<usize> = open
        .iter()
        .copied()
        .filter(|at| specs[*at].fate == Fate::Open && specs[*at].amount > 1_000_000)
        .collect();
    chance.shuffle(&mut payers);
    payers.truncate(payers.len() * 2 / 5);
    let weights: Vec<i64> = payers
        .iter()
        .map(|at| share(specs[*at].amount, chance.between(20, 500), 1000).min(4 * BILLION))
        .collect();
    if weights.is_empty() {
        return;
    }
    let mut left = whole;
    for (at, part) in payers.iter().zip(shares(whole, &weights)) {
        let most = share(specs[*at].amount, 9, 10);
        specs[*at].paid = part.min(most) - part.min(most) % 1_000;
        left -= specs[*at].paid;
    }
    // What was more than a case owes, or lost in rounding, is paid by those who owe most.
    payers.sort_by_key(|at| specs[*at].paid - specs[*at].amount);
    for at in payers {
        let room = share(specs[at].amount, 9, 10) - specs[at].paid;
        let more = left.min(room).max(0);
        specs[at].paid += more;
        left -= more;
    }
}

/// Cases that move between offices: who sends what is received, who is pulled up, what is taken back.
fn moves(specs: &mut Vec<Spec>, chance: &mut Chance) {
    let total: i64 = 18_200;
    let count = usize::try_from(share(total, chance.between(162, 188), 10_000)).unwrap_or(300);
    let mut receivers: Vec<usize> = (0..specs.len())
        .filter(|at| {
            let spec = &specs[*at];
            spec.origin == Origin::New && matches!(spec.fate, Fate::Completed | Fate::Open)
        })
        .collect();
    chance.shuffle(&mut receivers);
    // Three in four of those received are still open.
    receivers.sort_by_key(|at| specs[*at].fate == Fate::Completed && at % 8 != 0);
    receivers.truncate(count);
    for (at, receiver) in receivers.into_iter().enumerate() {
        let fate = if at < 6 && specs[receiver].sort == Sort::Private {
            Fate::MetAndEntrusted
        } else {
            Fate::Entrusted
        };
        send(specs, receiver, fate, chance);
    }
    // On the way when the period ends.
    let on_the_way: Vec<usize> = (0..specs.len())
        .filter(|at| specs[*at].origin == Origin::Later && specs[*at].fate == Fate::Open)
        .collect();
    for receiver in on_the_way.iter().take(4) {
        send(specs, *receiver, Fate::OnTheWay, chance);
    }
    let pulled: Vec<usize> = (0..specs.len())
        .filter(|at| {
            let spec = &specs[*at];
            spec.site == 0
                && spec.fate == Fate::Open
                && spec.origin == Origin::New
                && spec.sort != Sort::Proactive
        })
        .filter(|at| specs[*at].from.is_none())
        .take(5)
        .collect();
    for receiver in pulled {
        send(specs, receiver, Fate::PulledUp, chance);
    }
    for _ in 0..chance.between(18, 30) {
        let site = 1 + chance.index(SITES.len() - 1);
        let sort = if chance.percent(60) { Sort::Proactive } else { Sort::Private };
        let origin = if chance.percent(50) { Origin::Carried } else { Origin::New };
        let mut spec = Spec::new(site, sort, origin, Fate::Withdrawn);
        spec.amount = floor(Group::Open.law(sort).draw(chance), sort, chance);
        specs.push(spec);
    }
}

/// Adds the case of another office that a receiver's case continues.
fn send(specs: &mut Vec<Spec>, receiver: usize, fate: Fate, chance: &mut Chance) {
    let (site, sort, amount) = (specs[receiver].site, specs[receiver].sort, specs[receiver].amount);
    let others: Vec<(u32, usize)> = (0..SITES.len())
        .filter(|other| *other != site && (fate != Fate::PulledUp || *other != 0))
        .map(|other| (u32::try_from(SITES[other].cases).unwrap_or(1), other))
        .collect();
    let origin = if chance.percent(55) { Origin::Carried } else { Origin::New };
    let mut sender = Spec::new(chance.weighted(&others), sort, origin, fate);
    sender.amount = amount;
    sender.to = u32::try_from(site + 1).ok().map(OfficeNo);
    if fate == Fate::MetAndEntrusted {
        // It stands for one of the cases that its own office completes, and brings that one's sum as what was met.
        let own = (0..specs.len()).find(|at| {
            let spec = &specs[*at];
            spec.site == sender.site
                && spec.sort == Sort::Private
                && spec.fate == Fate::Completed
                && spec.origin == Origin::Carried
                && spec.amount > 2_000_000
        });
        match own {
            Some(own) => {
                specs[own].fate = fate;
                specs[own].moved = amount;
                specs[own].to = sender.to;
                specs[receiver].from = Some(own);
                return;
            }
            None => sender.fate = Fate::Entrusted,
        }
    }
    specs[receiver].from = Some(specs.len());
    specs.push(sender);
}

/// Instalments: when a sum is paid in parts, the parts.
pub(super) fn instalments(amount: i64, chance: &mut Chance) -> Vec<i64> {
    let count = match amount {
        ..1_000_000 => 1,
        1_000_000..10_000_000 => chance.index(3) + 1,
        _ => chance.index(5) + 1,
    };
    parts(amount, count, chance)
}
