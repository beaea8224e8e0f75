//! Quotas: how many cases each office has in each standing, and how much money, so that the province's whole is met.
//!
//! Offices differ by chance; two reach their target of cases and three their target of money, the others do not.

use super::amounts::{share, shares};
use super::organisation::{SITES, Targets};
use super::rng::DemoRng;

const FINISHED: i64 = 7_668;
/// Units that reach their target of cases, and of money.
const OVER_CASES: usize = 2;
const OVER_MONEY: usize = 3;

/// An office's share of what there is.
#[derive(Clone, Copy, Default)]
pub(super) struct Quota {
    /// Cases finished in the period.
    pub(super) finished: i64,
    /// Cases open and enforceable at its end.
    pub(super) open: i64,
    /// Cases not yet enforceable at its end.
    pub(super) not_yet: i64,
    /// Cases in the tracking book at its end.
    pub(super) book: i64,
    /// Cases that come in after it.
    pub(super) later: i64,
    /// Money finished in the period, đồng.
    pub(super) money_finished: i64,
    /// Money that can be enforced, finished or not, đồng.
    pub(super) money_enforceable: i64,
    /// Money that cannot yet be enforced, đồng.
    pub(super) money_not_yet: i64,
}

fn weights(of: impl Fn(usize) -> i64, spread: i64, rng: &mut DemoRng) -> Vec<i64> {
    (0..SITES.len()).map(|site| of(site) * rng.between(100 - spread, 100 + spread)).collect()
}

/// Every office's quota, in the order of the sites.
pub(super) fn quotas(targets: &[Targets], rng: &mut DemoRng) -> Vec<Quota> {
    let cases = |site: usize| SITES[site].cases;
    let enforceable_whole = 12_221 + rng.between(0, 17);
    let enforceable = shares(enforceable_whole, &weights(cases, 5, rng));
    let not_yet = shares(5_650 + rng.between(0, 300), &weights(cases, 9, rng));
    let book = shares(760 + rng.between(0, 120), &weights(cases, 15, rng));
    let later = shares(290 + rng.between(0, 60), &weights(cases, 5, rng));
    let (over_cases, over_money) = over(rng);
    let goals: Vec<i64> = targets.iter().map(|target| target.cases).collect();
    let finished = reach(FINISHED, &enforceable, &goals, &over_cases, (8, 90), rng);

    let money_finished = 164_200_000_000 + rng.between(0, 600) * 1_000_000;
    let money_enforceable = share(money_finished, 1000, 185);
    let percent = rng.between(500, 545);
    let money_not_yet = share(money_enforceable, percent, 1000 - percent);
    let money = |site: usize| SITES[site].money;
    let enforceable_money = shares(money_enforceable, &weights(money, 12, rng));
    let not_yet_money = shares(money_not_yet, &weights(money, 18, rng));
    let goals: Vec<i64> = targets.iter().map(|target| target.money).collect();
    let finished_money = reach(money_finished, &enforceable_money, &goals, &over_money, (22, 420), rng);

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
fn over(rng: &mut DemoRng) -> (Vec<usize>, Vec<usize>) {
    // Neither the Department nor the largest units: they decide the whole.
    let mut middling: Vec<usize> = (1..SITES.len()).filter(|site| SITES[*site].cases < 100).collect();
    rng.shuffle(&mut middling);
    let cases = middling[..OVER_CASES].to_vec();
    rng.shuffle(&mut middling);
    (cases, middling[..OVER_MONEY].to_vec())
}

/// Shares a sum out so that the chosen units reach their goals (in ten thousandths of `whole`), and no other does.
///
/// `by` is how far in a thousand the chosen are above, and how far in a thousand the others lie about their common rate.
fn reach(
    sum: i64,
    whole: &[i64],
    goals: &[i64],
    chosen: &[usize],
    by: (i64, i64),
    rng: &mut DemoRng,
) -> Vec<i64> {
    let mut result: Vec<i64> = vec![0; whole.len()];
    for site in chosen {
        let rate = goals[*site] + goals[*site] * rng.between(6, 6 + by.0 * 4) / 1000;
        result[*site] = share(whole[*site], rate, 10_000) + 1;
    }
    let left = sum - result.iter().sum::<i64>();
    let others: Vec<usize> = (0..whole.len()).filter(|site| !chosen.contains(site)).collect();
    let spread = by.1;
    let weights: Vec<i64> =
        others.iter().map(|site| share(whole[*site], 1000 + rng.between(-spread, spread), 1000)).collect();
    for (site, part) in others.iter().zip(shares(left, &weights)) {
        result[*site] = part;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_is_met_and_only_the_chosen_reach_their_goals() {
        for seed in 0..200 {
            let mut rng = DemoRng::new(seed, 0);
            let targets: Vec<Targets> = (0..SITES.len())
                .map(|_| Targets { cases: rng.between(7_050, 7_550), money: rng.between(3_075, 3_525) })
                .collect();
            let quotas = quotas(&targets, &mut rng);
            assert_eq!(quotas.iter().map(|quota| quota.finished).sum::<i64>(), FINISHED);
            let over = |of: &dyn Fn(&Quota) -> (i64, i64), goal: &dyn Fn(&Targets) -> i64| {
                let both = quotas.iter().zip(&targets);
                both.filter(|(quota, target)| share(of(quota).1, goal(target), 10_000) < of(quota).0).count()
            };
            let cases = over(&|quota| (quota.finished, quota.finished + quota.open), &|target| target.cases);
            let money =
                over(&|quota| (quota.money_finished, quota.money_enforceable), &|target| target.money);
            assert_eq!((cases, money), (OVER_CASES, OVER_MONEY), "seed {seed}");
        }
    }
}
