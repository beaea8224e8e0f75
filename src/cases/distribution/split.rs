//! Sharing a sum among claims in proportion, to the đồng, and a payment inside one obligation.

use std::cmp::Reverse;

use crate::money::{Amount, Total};

/// Shares `amount` among claims in proportion, the claims in the order of their obligations.
///
/// A share is rounded down; what is left over goes out one đồng a claim, largest claim first, ties to the earliest.
/// No share is above its claim, and the shares add up to the smaller of the amount and all claims together.
pub fn split(amount: Amount, claims: &[Amount]) -> Vec<Amount> {
    let claimed: Total = claims.iter().map(|claim| claim.total()).sum();
    if amount.total() >= claimed {
        return claims.to_vec();
    }
    // Now claimed > amount >= 0, so every positive claim is above its exact share, and one đồng more stays within it.
    let mut shares: Vec<Total> =
        claims.iter().map(|claim| amount.total() * claim.total() / claimed).collect();
    let shared: Total = shares.iter().sum();
    let mut left = amount.total() - shared;
    let mut by_size: Vec<(Reverse<Amount>, usize)> =
        claims.iter().enumerate().map(|(at, &claim)| (Reverse(claim), at)).collect();
    by_size.sort_unstable();
    for (_, at) in by_size {
        if left == 0 {
            break;
        }
        if let Some(share) = shares.get_mut(at) {
            *share += 1;
            left -= 1;
        }
    }
    claims.iter().zip(shares).map(|(claim, share)| claim.part(share)).collect()
}

/// A payment inside one obligation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inside {
    /// Of the principal.
    pub principal: Amount,
    /// Of the late interest.
    pub interest: Amount,
    /// Beyond both.
    pub left: Amount,
}

/// Lays a payment to principal and late interest: the one that comes first in full, then the other.
pub fn inside_obligation(
    amount: Amount,
    principal: Amount,
    interest: Amount,
    interest_first: bool,
) -> Inside {
    let (first, second) = if interest_first { (interest, principal) } else { (principal, interest) };
    let mut left = amount;
    let to_first = left.take(first);
    let to_second = left.take(second);
    if interest_first {
        Inside { principal: to_second, interest: to_first, left }
    } else {
        Inside { principal: to_first, interest: to_second, left }
    }
}
