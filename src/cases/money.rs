//! Money: whole units of the ledger's currency (đồng), integers only; sums in `i128`; rates as exact ratios.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Whole đồng, never negative: what a receipt can show. Sums are [`Total`].
///
/// A ledger whose genesis names another unit of money (euro cents, say) counts that unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Amount(i64);

/// A sum of đồng or of differences; may be negative.
pub type Total = i128;

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(0);

    /// That many đồng; `None` when negative: the caller knows which field to name.
    pub const fn new(amount: i64) -> Option<Amount> {
        if amount >= 0 { Some(Amount(amount)) } else { None }
    }

    /// The amount in đồng.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The amount as a term of a sum.
    pub fn total(self) -> Total {
        Total::from(self.0)
    }

    /// `self + other`; `None` beyond `i64`.
    pub fn checked_add(self, other: Amount) -> Option<Amount> {
        self.0.checked_add(other.0).and_then(Amount::new)
    }

    /// `self - other`; `None` when it would be negative.
    pub fn checked_sub(self, other: Amount) -> Option<Amount> {
        self.0.checked_sub(other.0).and_then(Amount::new)
    }

    /// A sum as one amount; `None` when it is negative or beyond `i64`.
    pub fn of(sum: Total) -> Option<Amount> {
        i64::try_from(sum).ok().and_then(Amount::new)
    }

    /// What of a sum is within this amount: the sum itself, this amount where the sum is more, nothing where it is
    /// negative.
    pub fn part(self, sum: Total) -> Amount {
        Amount::of(sum.max(0)).map_or(self, |sum| sum.min(self))
    }

    /// Takes up to `most` out of this amount, and returns what was taken.
    pub fn take(&mut self, most: Amount) -> Amount {
        let taken = most.min(*self);
        self.0 -= taken.0;
        taken
    }

    /// `self × numerator / denominator`, rounded down; `None` on overflow or a zero denominator.
    pub fn times(self, ratio: Ratio) -> Option<Amount> {
        let product = i128::from(self.0).checked_mul(i128::from(ratio.numerator))?;
        let value = product.checked_div(i128::from(ratio.denominator))?;
        i64::try_from(value).ok().and_then(Amount::new)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        let amount = i64::deserialize(deserializer)?;
        Amount::new(amount).ok_or_else(|| {
            de::Error::custom(format_args!("amount {amount} is negative; amounts are whole and at least 0"))
        })
    }
}

/// An exact ratio with a positive denominator; compared by value, kept as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// What is above the line.
    pub numerator: i64,
    /// What is below it.
    pub denominator: i64,
}

impl Ratio {
    /// `numerator / denominator`; `None` unless the denominator is positive.
    pub const fn new(numerator: i64, denominator: i64) -> Option<Ratio> {
        if denominator > 0 { Some(Ratio { numerator, denominator }) } else { None }
    }

    /// Whether `numerator / denominator` of two sums reaches this ratio. Nothing of nothing reaches nothing.
    pub fn reached_by(self, numerator: Total, denominator: Total) -> bool {
        if denominator <= 0 {
            return false;
        }
        match (
            numerator.checked_mul(Total::from(self.denominator)),
            Total::from(self.numerator).checked_mul(denominator),
        ) {
            (Some(left), Some(right)) => left >= right,
            _ => false,
        }
    }
}

/// `numerator / denominator` in percent with one decimal, half up, for instance `62.7`; `None` when nothing is below the line.
pub fn percent(numerator: Total, denominator: Total) -> Option<String> {
    if denominator <= 0 {
        return None;
    }
    let negative = numerator < 0;
    let tenths = numerator
        .checked_abs()?
        .checked_mul(2000)?
        .checked_add(denominator)?
        .checked_div(denominator.checked_mul(2)?)?;
    Some(format!("{}{}.{}", if negative { "-" } else { "" }, tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_rounded_half_up_to_one_decimal() {
        assert_eq!(percent(62, 99).as_deref(), Some("62.6"));
        assert_eq!(percent(62, 100).as_deref(), Some("62.0"));
        assert_eq!(percent(1, 2000).as_deref(), Some("0.1"));
        assert_eq!(percent(1, 1).as_deref(), Some("100.0"));
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn a_target_is_reached_exactly() {
        let target = Ratio::new(7300, 10_000).unwrap();
        assert!(target.reached_by(73, 100));
        assert!(!target.reached_by(729, 1000));
        assert!(!target.reached_by(0, 0));
    }
}
