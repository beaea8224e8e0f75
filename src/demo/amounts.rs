//! Amounts: log-normal sums in whole đồng, drawn with integers only, and splitting and scaling them.

use super::rng::DemoRng;

/// The bits behind the point of a fixed-point number.
const POINT: u32 = 16;
const ONE: i64 = 1 << POINT;

/// 2^(i/16) for i = 0..=16, in fixed point.
const POWERS: [i64; 17] = [
    65_536, 68_438, 71_468, 74_632, 77_936, 81_386, 84_990, 88_752, 92_682, 96_785, 101_070, 105_545,
    110_218, 115_098, 120_194, 125_515, 131_072,
];

/// A log-normal distribution: the median in đồng, and the spread of its binary logarithm in hundredths.
#[derive(Clone, Copy)]
pub(super) struct LogNormal {
    /// Half of the sums are smaller.
    pub(super) median: i64,
    /// Standard deviation of the logarithm to base 2, in hundredths.
    pub(super) spread: i64,
}

impl LogNormal {
    /// A sum.
    pub(super) fn draw(self, rng: &mut DemoRng) -> i64 {
        // Twelve uniform numbers add up to nearly a normal one.
        let normal: i64 = (0..12).map(|_| rng.between(0, ONE - 1)).sum::<i64>() - 6 * ONE;
        let normal = normal.clamp(-3 * ONE - ONE / 2, 3 * ONE + ONE / 2);
        let exponent = normal * self.spread / 100;
        let whole = exponent.div_euclid(ONE);
        let fraction = exponent.rem_euclid(ONE);
        let step = ONE / 16;
        let at = usize::try_from(fraction / step).unwrap_or(0);
        let (low, high) = (POWERS[at], POWERS[at + 1]);
        let power = low + (high - low) * (fraction % step) / step;
        let scaled = i128::from(self.median) * i128::from(power);
        let shifted = if whole >= 0 {
            scaled << u32::try_from(whole).unwrap_or(0)
        } else {
            scaled >> u32::try_from(-whole).unwrap_or(0)
        };
        i64::try_from(shifted >> POINT).unwrap_or(i64::MAX)
    }
}

/// `amount × numerator / denominator`, rounded down.
pub(super) fn share(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let product = i128::from(amount) * i128::from(numerator) / i128::from(denominator.max(1));
    i64::try_from(product).unwrap_or(0)
}

/// Rounds a sum as people do: to thousands, above a hundred million now and then not at all.
pub(super) fn rounded(amount: i64, rng: &mut DemoRng) -> i64 {
    match amount {
        ..=999 => 1_000,
        1_000..=99_999_999 => amount - amount % 1_000,
        _ if rng.percent(30) => amount,
        _ => amount - amount % 1_000,
    }
}

/// Splits a sum into so many parts of at least a tenth of an even share, all but the last in whole thousands.
pub(super) fn parts(amount: i64, count: usize, rng: &mut DemoRng) -> Vec<i64> {
    let mut left = amount;
    let mut parts = Vec::with_capacity(count);
    for open in (2..=i64::try_from(count).unwrap_or(1)).rev() {
        let part = share(left, rng.between(60, 140), open * 100);
        let part = if part > 20_000 { part - part % 1_000 } else { part };
        if part <= 0 || part >= left {
            break;
        }
        parts.push(part);
        left -= part;
    }
    parts.push(left);
    parts
}

/// Shares a whole number out by weights: every share rounded down, what is left one by one to the largest.
pub(super) fn shares(whole: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i64 = weights.iter().sum();
    let mut shares: Vec<i64> = weights.iter().map(|weight| share(whole, *weight, sum)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| (-weights[*at], *at));
    let mut left = whole - shares.iter().sum::<i64>();
    for at in order.iter().cycle() {
        if left <= 0 {
            break;
        }
        shares[*at] += 1;
        left -= 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_sums_are_below_the_median_and_the_tail_is_heavy() {
        let mut rng = DemoRng::new(5, 0);
        let law = LogNormal { median: 6_000_000, spread: 340 };
        let mut sums: Vec<i64> = (0..20_001).map(|_| law.draw(&mut rng)).collect();
        sums.sort_unstable();
        assert!((5_500_000..6_500_000).contains(&sums[10_000]), "{}", sums[10_000]);
        let over = sums.iter().filter(|sum| **sum > 10_000_000_000).count();
        assert!((5..60).contains(&over), "{over}");
    }

    #[test]
    fn nothing_is_lost_in_splitting() {
        let mut rng = DemoRng::new(6, 0);
        for amount in [1, 999, 200_000, 123_456_789] {
            for count in 1..6 {
                let parts = parts(amount, count, &mut rng);
                assert_eq!(parts.iter().sum::<i64>(), amount);
                assert!(parts.iter().all(|part| *part > 0));
            }
        }
        assert_eq!(shares(10, &[1, 1, 1]), [4, 3, 3]);
    }
}
