//! Exemptions: by age and sum, across the change of law, and for hardship.

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn dong(amount: i64) -> Amount {
    Amount::new(amount).unwrap()
}

/// A court fee of which `paid` was paid and `remaining` is left.
fn request(paid: i64, remaining: i64, first_ordered: &str, on: &str) -> Request {
    Request {
        kind: ObligationKind::CourtFee,
        obligation: i128::from(paid + remaining),
        paid: i128::from(paid),
        remaining: dong(remaining),
        first_ordered: day(first_ordered),
        hardship: false,
        on: day(on),
    }
}

fn most(request: Request) -> Option<i64> {
    allowed(&request, &Rules::built_in(), &Calendar::built_in()).ok().map(|allowed| allowed.most.get())
}

#[test]
fn how_much_may_be_waived() {
    for (what, paid, remaining, first_ordered, on, expected) in [
        ("4 m unpaid, old law", 0, 4_000_000, "2021-06-15", "2026-06-30", None),
        ("4 m unpaid, new law", 0, 4_000_000, "2021-06-15", "2026-07-01", Some(4_000_000)),
        ("10 m, part paid, old law", 1_000_000, 10_000_000, "2016-06-15", "2026-06-30", Some(2_500_000)),
        ("10 m, part paid, new law", 1_000_000, 10_000_000, "2016-06-15", "2026-07-01", Some(10_000_000)),
        ("7 m unpaid, old law", 0, 7_000_000, "2020-06-15", "2026-06-30", None),
        ("7 m unpaid, new law", 0, 7_000_000, "2020-06-15", "2026-07-01", Some(1_750_000)),
        ("300 m, old law", 10_000_000, 300_000_000, "2016-06-15", "2026-06-30", Some(50_000_000)),
        ("300 m, new law", 10_000_000, 300_000_000, "2016-06-15", "2026-07-01", Some(50_000_000)),
        ("150 m, a fifth", 10_000_000, 150_000_000, "2016-06-15", "2026-06-30", Some(30_000_000)),
        ("100 m, a quarter", 10_000_000, 100_000_000, "2016-06-15", "2026-06-30", Some(25_000_000)),
        ("1.9 m unpaid, 5 years", 0, 1_999_999, "2013-06-03", "2018-06-05", Some(1_999_999)),
        ("1.9 m unpaid, the last day", 0, 1_999_999, "2013-06-04", "2018-06-04", None),
        ("4.9 m, a fiftieth paid", 100_000, 4_900_000, "2013-06-03", "2018-06-05", Some(4_900_000)),
        ("4.9 m, less than a fiftieth", 99_999, 4_900_001, "2013-06-03", "2018-06-05", None),
        ("4.9 m, ten years", 0, 4_900_000, "2008-06-03", "2018-06-05", Some(4_900_000)),
        ("an order of 2009", 0, 1_000_000, "2009-06-03", "2018-06-05", Some(1_000_000)),
        ("100 m, unpaid", 0, 100_000_000, "2009-06-03", "2018-06-05", None),
    ] {
        assert_eq!(most(request(paid, remaining, first_ordered, on)), expected, "{what}");
    }
}

/// A fine of 20 m, 2 m of it paid: waived whole for hardship, else reduced by a quarter after five years.
#[test]
fn hardship_waives_the_rest() {
    let fine = Request {
        kind: ObligationKind::Fine,
        hardship: true,
        ..request(2_000_000, 18_000_000, "2018-10-05", "2019-03-20")
    };
    let ask = |request: &Request| allowed(request, &Rules::built_in(), &Calendar::built_in());
    assert_eq!(ask(&fine), Ok(Allowed { most: dong(18_000_000), by: Parameter::ExemptHardship }));
    let no_hardship = Request { hardship: false, ..fine };
    assert_eq!(
        ask(&no_hardship),
        Err(ExemptionRefusal::NotMet {
            remaining: dong(18_000_000),
            on: day("2019-03-20"),
            earliest: Some(day("2023-10-06")),
        })
    );
    let later = Request { on: day("2023-10-06"), ..no_hardship };
    assert_eq!(ask(&later), Ok(Allowed { most: dong(4_500_000), by: Parameter::ReducePart }));
    let confiscation = Request { kind: ObligationKind::Confiscation, ..fine };
    assert!(ask(&confiscation).is_err());
    assert!(ask(&Request { on: day("2026-07-01"), ..confiscation }).is_ok());
    assert_eq!(
        ask(&Request { kind: ObligationKind::Loan, ..fine }),
        Err(ExemptionRefusal::NotBudget { kind: ObligationKind::Loan })
    );
}
