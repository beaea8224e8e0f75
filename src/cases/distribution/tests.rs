//! Distributions: the worked vectors, secured creditors, later claims, and what always holds of a proportional split.

use proptest::prelude::*;

use super::*;
use crate::fee::enforcement_fee;

fn dong(amount: i64) -> Amount {
    Amount::new(amount).unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn claim(obligation: u16, kind: ObligationKind, outstanding: i64) -> RankedClaim {
    let outstanding = dong(outstanding);
    Claim { obligation: ObligationNo(obligation), kind, outstanding, secured: false }.into()
}

/// A claim under another judgment, secured by the asset in that rank where it has one.
fn of_other_judgment(ranked: RankedClaim, security_rank: Option<u8>) -> RankedClaim {
    let claim = Claim { secured: security_rank.is_some(), ..ranked.claim };
    RankedClaim { claim, judgment: 7, security_rank: security_rank.unwrap_or(1), at_decision: true }
}

fn share(amount: i64, claims: &[RankedClaim], on: &str) -> Distribution {
    let proceeds =
        Proceeds { amount: dong(amount), deductions: Vec::new(), claims: claims.to_vec(), on: day(on) };
    share_out(&proceeds, &Rules::built_in()).unwrap()
}

/// The lines as `first 9: 3000000, a 1: …`, and what is left.
fn show(distribution: &Distribution) -> String {
    let lines = distribution.lines.iter().map(|line| {
        let rank = match &line.rank {
            Rank::First => "first",
            Rank::CourtFeeBeforeSecured => "fee",
            Rank::Secured => "secured",
            Rank::Class(letter) => letter,
        };
        match line.to {
            Recipient::Obligation(number) => format!("{rank} {number}: {}", line.amount),
            Recipient::Deduction(deduction) => format!("{rank} {}: {}", deduction.id(), line.amount),
        }
    });
    lines.chain([format!("left {}", distribution.left)]).collect::<Vec<_>>().join(", ")
}

#[test]
fn priority_by_class() {
    let claims = [
        claim(1, ObligationKind::Injury, 40_000_000),
        claim(2, ObligationKind::CourtFee, 5_000_000),
        claim(3, ObligationKind::Loan, 100_000_000),
        claim(4, ObligationKind::Loan, 60_000_000),
        claim(5, ObligationKind::Cost, 3_000_000),
    ];
    let shared = share(80_000_000, &claims, "2019-03-01");
    assert_eq!(
        show(&shared),
        "first 5: 3000000, a 1: 40000000, b 2: 5000000, c 3: 20000000, c 4: 12000000, left 0"
    );
    let one_case: Vec<Claim> = claims.iter().map(|ranked| ranked.claim).collect();
    let lines = distribute(dong(80_000_000), &one_case, &Rules::built_in(), day("2019-03-01")).unwrap();
    let lines: Vec<(u16, i64)> = lines.iter().map(|line| (line.obligation.0, line.amount.get())).collect();
    assert_eq!(lines, [(5, 3_000_000), (1, 40_000_000), (2, 5_000_000), (3, 20_000_000), (4, 12_000_000)]);
    let fee = |number: u16, kind| {
        let received = Amount::of(shared.amount_for(ObligationNo(number))).unwrap();
        enforcement_fee(kind, received, &[], &Rules::built_in(), day("2019-03-01")).unwrap().amount().get()
    };
    assert_eq!(fee(1, ObligationKind::Injury), 0);
    assert_eq!(fee(3, ObligationKind::Loan), 600_000);
    assert_eq!(fee(4, ObligationKind::Loan), 360_000);
}

#[test]
fn social_insurance_before_and_after_2026() {
    let claims = [
        claim(1, ObligationKind::Wages, 40_000_000),
        claim(2, ObligationKind::CourtFee, 5_000_000),
        claim(3, ObligationKind::Fine, 20_000_000),
        claim(4, ObligationKind::SocialInsurance, 30_000_000),
        claim(5, ObligationKind::Loan, 50_000_000),
    ];
    assert_eq!(
        show(&share(100_000_000, &claims, "2026-06-30")),
        "a 1: 40000000, b 2: 5000000, c 3: 11000000, c 4: 16500000, c 5: 27500000, left 0"
    );
    assert_eq!(
        show(&share(100_000_000, &claims, "2026-07-01")),
        "a 1: 40000000, b 2: 5000000, c 3: 20000000, d 4: 30000000, đ 5: 5000000, left 0"
    );
}

#[test]
fn a_secured_creditor_comes_after_costs_and_that_judgments_court_fee() {
    let claims = [
        claim(1, ObligationKind::Maintenance, 10_000_000),
        claim(2, ObligationKind::CourtFee, 4_000_000),
        of_other_judgment(claim(3, ObligationKind::CourtFee, 6_000_000), None),
        of_other_judgment(claim(4, ObligationKind::Loan, 50_000_000), Some(2)),
        of_other_judgment(claim(5, ObligationKind::Loan, 30_000_000), Some(1)),
        claim(6, ObligationKind::Cost, 2_000_000),
    ];
    assert_eq!(
        show(&share(60_000_000, &claims, "2019-03-01")),
        "first 6: 2000000, fee 3: 6000000, secured 5: 30000000, secured 4: 22000000, left 0"
    );
    assert_eq!(
        show(&share(110_000_000, &claims, "2019-03-01")),
        "first 6: 2000000, fee 3: 6000000, secured 5: 30000000, secured 4: 50000000, a 1: 10000000, b 2: 4000000, left 8000000"
    );
}

#[test]
fn claims_at_the_decision_come_before_later_ones() {
    let claims = [
        claim(1, ObligationKind::Loan, 30_000_000),
        RankedClaim { at_decision: false, ..claim(2, ObligationKind::Maintenance, 10_000_000) },
        RankedClaim { at_decision: false, ..claim(3, ObligationKind::Damages, 20_000_000) },
    ];
    assert_eq!(
        show(&share(45_000_000, &claims, "2019-03-01")),
        "c 1: 30000000, a 2: 10000000, c 3: 5000000, left 0"
    );
}

#[test]
fn deductions_go_first_where_the_law_has_them() {
    let proceeds = |deduction, on: &str| Proceeds {
        amount: dong(100),
        deductions: vec![(deduction, dong(30))],
        claims: vec![claim(1, ObligationKind::Cost, 80), claim(2, ObligationKind::Loan, 50)],
        on: day(on),
    };
    let ask = |deduction, on| share_out(&proceeds(deduction, on), &Rules::built_in());
    let shown = |deduction, on| show(&ask(deduction, on).unwrap());
    assert_eq!(shown(Deduction::SoleHomeRent, "2019-03-01"), "first 1: 80, first sole_home_rent: 20, left 0");
    assert_eq!(
        ask(Deduction::TransferFeesTaxes, "2026-06-30"),
        Err(DistributionRefusal::NotFirst {
            given: "transfer_fees_taxes",
            on: day("2026-06-30"),
            accepted: vec!["costs".to_owned(), "sole_home_rent".to_owned()],
        })
    );
    assert_eq!(
        shown(Deduction::TransferFeesTaxes, "2026-07-01"),
        "first 1: 80, first transfer_fees_taxes: 20, left 0"
    );
}

#[test]
fn what_cannot_be_shared_is_refused() {
    let ask = |claims: &[RankedClaim], on: &str| {
        let proceeds =
            Proceeds { amount: dong(1), deductions: Vec::new(), claims: claims.to_vec(), on: day(on) };
        share_out(&proceeds, &Rules::built_in()).unwrap_err()
    };
    let loan = claim(1, ObligationKind::Loan, 1);
    assert_eq!(ask(&[loan, loan], "2019-03-01"), DistributionRefusal::Twice { obligation: ObligationNo(1) });
    let act = claim(2, ObligationKind::Act, 1);
    assert_eq!(
        ask(&[act], "2019-03-01"),
        DistributionRefusal::NotMoney { obligation: ObligationNo(2), kind: ObligationKind::Act }
    );
    let (parameter, on) = (Parameter::PriorityFirst, day("2015-06-30"));
    assert_eq!(ask(&[loan], "2015-06-30"), DistributionRefusal::Unset { parameter, on });
}

#[test]
fn rounding_goes_to_the_largest_then_the_earliest() {
    let shares = |amount, claims: &[i64]| {
        let claims: Vec<Amount> = claims.iter().map(|&claim| dong(claim)).collect();
        split(dong(amount), &claims).into_iter().map(Amount::get).collect::<Vec<_>>()
    };
    assert_eq!(shares(100, &[1000, 1000, 1000]), [34, 33, 33]);
    assert_eq!(shares(10_000_000, &[7_000_000, 7_000_000, 6_000_000]), [3_500_000, 3_500_000, 3_000_000]);
    assert_eq!(shares(29, &[10, 10, 10]), [10, 10, 9]);
    assert_eq!(shares(2_999_999, &[1_000_000; 3]), [1_000_000, 1_000_000, 999_999]);
    assert_eq!(shares(5, &[1, 3, 3]), [0, 3, 2]);
    assert_eq!(shares(100, &[10, 0, 20]), [10, 0, 20]);
    assert_eq!(shares(7, &[]), [0; 0]);
    assert_eq!(shares(7, &[0, 0]), [0, 0]);
    let most = i64::MAX;
    assert_eq!(shares(most, &[most, most]), [most / 2 + 1, most / 2]);
}

#[test]
fn principal_before_interest_unless_agreed() {
    let inside =
        |amount, interest_first| inside_obligation(dong(amount), dong(100), dong(30), interest_first);
    assert_eq!(inside(110, false), Inside { principal: dong(100), interest: dong(10), left: dong(0) });
    assert_eq!(inside(110, true), Inside { principal: dong(80), interest: dong(30), left: dong(0) });
    assert_eq!(inside(150, false), Inside { principal: dong(100), interest: dong(30), left: dong(20) });
}

#[test]
fn kinds_are_written_as_in_the_rules() {
    for &kind in ObligationKind::ALL {
        let json = serde_json::to_string(&kind).unwrap();
        assert_eq!(json, format!("{:?}", kind.id()));
        assert_eq!(serde_json::from_str::<ObligationKind>(&json).unwrap(), kind);
        assert_eq!(kind.id().parse(), Ok(kind));
    }
    let unknown = "love".parse::<ObligationKind>().unwrap_err().to_string();
    assert!(unknown.contains("maintenance"), "{unknown}");
}

fn any_claims() -> impl Strategy<Value = Vec<Amount>> {
    let amount = prop_oneof![0i64..20, 0i64..1_000_000_000, 0i64..i64::MAX];
    prop::collection::vec(amount.prop_map(dong), 0..12)
}

fn any_kind() -> impl Strategy<Value = ObligationKind> {
    let kinds: Vec<_> = ObligationKind::ALL.iter().copied().filter(|kind| kind.is_money()).collect();
    prop::sample::select(kinds)
}

proptest! {
    /// Shares add up to the amount, or to all claims where it is more than they are.
    #[test]
    fn shares_add_up(amount in 0i64..=i64::MAX, claims in any_claims()) {
        let amount = dong(amount);
        let shares = split(amount, &claims);
        let sum = |amounts: &[Amount]| -> Total { amounts.iter().map(|amount| amount.total()).sum() };
        prop_assert_eq!(shares.len(), claims.len());
        prop_assert_eq!(sum(&shares), amount.total().min(sum(&claims)));
    }

    /// No share is beyond its claim, nor a whole đồng from the exact share.
    #[test]
    fn shares_stay_within_claims(amount in 0i64..1_000_000_000, claims in any_claims()) {
        let claimed: Total = claims.iter().map(|claim| claim.total()).sum();
        for (share, claim) in split(dong(amount), &claims).into_iter().zip(&claims) {
            prop_assert!(share <= *claim);
            if Total::from(amount) < claimed {
                let exact = claim.total() * Total::from(amount);
                prop_assert!((share.total() * claimed - exact).abs() <= claimed);
            }
        }
    }

    /// Whoever got the odd đồng has no smaller a claim than whoever did not, and of equal claims is the earlier.
    #[test]
    fn odd_dong_go_to_the_largest_first(amount in 0i64..1_000_000, claims in any_claims()) {
        let claimed: Total = claims.iter().map(|claim| claim.total()).sum();
        prop_assume!(Total::from(amount) < claimed);
        let shares = split(dong(amount), &claims);
        let odd: Vec<bool> = shares.iter().zip(&claims)
            .map(|(share, claim)| share.total() > claim.total() * Total::from(amount) / claimed).collect();
        for (at, claim) in claims.iter().enumerate().filter(|&(at, _)| odd[at]) {
            for (other_at, other) in claims.iter().enumerate().filter(|&(at, _)| !odd[at]) {
                prop_assert!(claim > other || claim == other && at < other_at);
            }
        }
    }

    /// A distribution spends the proceeds exactly, pays nobody beyond a claim, and no class before the one above it.
    #[test]
    fn a_distribution_is_exact(
        amount in 0i64..1_000_000,
        claims in prop::collection::vec((any_kind(), 0i64..200_000), 0..10),
        late in any::<bool>(),
    ) {
        let on = if late { "2026-07-01" } else { "2019-03-01" };
        let claims: Vec<RankedClaim> = (1..).zip(claims).map(|(number, (kind, sum))| claim(number, kind, sum)).collect();
        let shared = share(amount, &claims, on);
        prop_assert_eq!(shared.shared() + shared.left.total(), Total::from(amount));
        let rules = Rules::built_in();
        let rank = |ranked: &RankedClaim| ranked.claim.kind.priority_class(&rules, day(on)).set().map_or(0, |class| class.rank);
        for claim in &claims {
            let got = Amount::of(shared.amount_for(claim.claim.obligation)).unwrap();
            prop_assert!(got <= claim.claim.outstanding);
            if got < claim.claim.outstanding {
                prop_assert_eq!(shared.left, Amount::ZERO);
                for later in claims.iter().filter(|later| rank(later) > rank(claim)) {
                    prop_assert_eq!(shared.amount_for(later.claim.obligation), 0);
                }
            }
        }
    }
}
