//! Fees: the steps, the threshold across a change of the base salary, what is exempt, and what is not known.

use super::*;
use crate::rules::{ParameterSet, Value};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn fee(received: i64, on: &str) -> Result<Fee, FeeRefusal> {
    let received = Amount::new(received).unwrap();
    enforcement_fee(ObligationKind::Loan, received, &[], &Rules::built_in(), day(on))
}

#[test]
fn the_fee_rises_in_steps() {
    for (received, due) in [
        (2_780_000, 0),
        (2_780_001, 83_400),
        (50_000_000, 1_500_000),
        (5_000_000_000, 150_000_000),
        (5_000_000_001, 150_000_000),
        (6_000_000_000, 170_000_000),
        (7_000_000_000, 190_000_000),
        (8_000_000_000, 200_000_000),
        (10_000_000_000, 220_000_000),
        (12_000_000_000, 230_000_000),
        (15_000_000_000, 245_000_000),
        (20_000_000_000, 245_500_000),
        (i64::MAX, 922_337_447_185_477),
    ] {
        assert_eq!(fee(received, "2018-12-10").unwrap().amount().get(), due, "{received}");
    }
}

#[test]
fn the_threshold_follows_the_base_salary() {
    for (received, on, due) in [
        (2_600_000, "2018-06-29", 0),
        (2_600_001, "2018-06-29", 78_000),
        (2_900_000, "2019-06-28", 87_000),
        (2_900_000, "2019-07-01", 0),
        (2_980_000, "2019-07-01", 0),
        (3_600_001, "2023-07-03", 108_000),
        (4_700_000, "2026-06-30", 141_000),
        (4_700_000, "2026-07-01", 0),
        (5_060_001, "2026-07-01", 151_800),
    ] {
        assert_eq!(fee(received, on).unwrap().amount().get(), due, "{received} on {on}");
    }
    assert_eq!(
        fee(2_780_000, "2018-12-10"),
        Ok(Fee::UpToThreshold { threshold: Amount::new(2_780_000).unwrap() })
    );
}

#[test]
fn before_2017_the_fee_must_be_set_first() {
    let unset = FeeRefusal::Unset { parameter: Parameter::FeeExempt, on: day("2016-12-30") };
    assert_eq!(fee(50_000_000, "2016-12-30"), Err(unset));
    let set = |rule: &str, value| ParameterSet {
        rule: rule.to_owned(),
        from: day("2016-01-01"),
        value,
        document: "Joint Circular 144/2010".to_owned(),
    };
    let mut rules = Rules::built_in();
    rules.set(&set("fee_exempt", Value::None)).unwrap();
    let ask = |rules: &Rules| {
        enforcement_fee(ObligationKind::Loan, Amount::new(50_000_000).unwrap(), &[], rules, day("2016-12-30"))
    };
    assert_eq!(
        ask(&rules),
        Err(FeeRefusal::Unset { parameter: Parameter::FeeExempt, on: day("2016-12-30") })
    );
    let list = rules.value(Parameter::FeeExempt, day("2017-01-01")).clone();
    rules.set(&set("fee_exempt", list)).unwrap();
    let threshold = rules.value(Parameter::FeeThreshold, day("2017-01-01")).clone();
    rules.set(&set("fee_threshold", threshold)).unwrap();
    let steps = rules.value(Parameter::FeeSteps, day("2017-01-01")).clone();
    rules.set(&set("fee_steps", steps)).unwrap();
    assert_eq!(ask(&rules), Ok(Fee::Due(Amount::new(1_500_000).unwrap())));
}

#[test]
fn some_receipts_bear_no_fee() {
    let (rules, on) = (Rules::built_in(), day("2018-12-10"));
    let received = Amount::new(50_000_000).unwrap();
    let fee = |kind, exemptions: &[&str]| enforcement_fee(kind, received, exemptions, &rules, on);
    for kind in ObligationKind::ALL.iter().copied().filter(|&kind| kind != ObligationKind::Thing) {
        let exempt = kind.fee_exempt(&rules, on);
        if kind != ObligationKind::Act {
            assert_eq!(fee(kind, &[]).unwrap().amount() == Amount::ZERO, exempt, "{kind}");
        }
    }
    assert_eq!(fee(ObligationKind::Injury, &[]), Ok(Fee::Exempt("injury_honour".to_owned())));
    assert_eq!(fee(ObligationKind::Fine, &[]), Ok(Fee::NoCreditor));
    let voluntary = "in_voluntary_period";
    assert_eq!(fee(ObligationKind::Loan, &[voluntary]), Ok(Fee::Exempt(voluntary.to_owned())));
    let refusal = fee(ObligationKind::Loan, &["kindness"]).unwrap_err();
    assert!(refusal.to_string().contains("policy_bank"), "{refusal}");
    assert!(fee(ObligationKind::Loan, &["before_order"]).is_err());
    let on = day("2026-07-01");
    assert!(enforcement_fee(ObligationKind::Loan, received, &["before_order"], &rules, on).is_ok());
}

#[test]
fn who_asks_pays_under_the_new_law() {
    let rules = Rules::built_in();
    let payer = |asker, ordered, paid| fee_payer(asker, day(ordered), day(paid), &rules);
    assert_eq!(payer(Asker::Creditor, "2018-10-05", "2018-12-10"), Limit::Set(Payer::Creditor));
    assert_eq!(payer(Asker::Debtor, "2026-06-01", "2026-06-30"), Limit::Set(Payer::Creditor));
    assert_eq!(payer(Asker::Debtor, "2026-06-01", "2026-10-01"), Limit::Set(Payer::Nobody));
    assert_eq!(payer(Asker::Debtor, "2026-07-01", "2026-10-01"), Limit::Set(Payer::Debtor));
    assert_eq!(payer(Asker::Creditor, "2026-06-01", "2026-10-01"), Limit::Set(Payer::Creditor));
}
