//! The tables by date, the registry against the page it comes from, and what `parameter_set` may say.

use std::path::PathBuf;

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A value in short: `5 working days`, `2980000`, `a no_means, b …`, `unset`.
fn show(value: &Value) -> String {
    let ratio = |ratio: &Ratio| format!("{}/{}", ratio.numerator, ratio.denominator);
    let amount = |amount: Option<Amount>| amount.map_or("-".to_owned(), |amount| amount.to_string());
    match value {
        Value::Unset => "unset".to_owned(),
        Value::None => "none".to_owned(),
        Value::Span(span) => span.to_string(),
        Value::Amount(amount) => amount.to_string(),
        Value::Ratio(exact) => ratio(exact),
        Value::Count(count) => count.to_string(),
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Choice(word) => word.clone(),
        Value::Grounds(list) => list.iter().map(Ground::to_string).collect::<Vec<_>>().join(", "),
        Value::Numbers(list) => list.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
        Value::FeeSteps(steps) => {
            let step = |step: &FeeStep| format!("{} + {} over {}", step.base, ratio(&step.rate), step.over);
            steps.iter().map(step).collect::<Vec<_>>().join(", ")
        }
        Value::ExemptionBands(bands) => {
            let band = |band: &ExemptionBand| {
                let (paid, share) = (ratio(&band.paid), ratio(&band.share));
                let (below, most) = (amount(band.below), amount(band.most));
                format!("{} to {below}, {} y, paid {paid}: {share}, {most}", band.from, band.years)
            };
            bands.iter().map(band).collect::<Vec<_>>().join("; ")
        }
    }
}

/// Values on the last day before a change, and on its first.
#[test]
fn values_change_on_their_day() {
    let rules = Rules::built_in();
    for (parameter, on, expected) in [
        (Parameter::Voluntary, "2015-06-30", "15 days"),
        (Parameter::Voluntary, "2015-07-01", "10 days"),
        (Parameter::Order, "2015-06-30", "unset"),
        (Parameter::ReturnAfter, "2015-06-30", "at once"),
        (Parameter::ReturnAfter, "2015-07-01", "none"),
        (Parameter::ReturnAfter, "2026-07-01", "2 years"),
        (Parameter::FileOpened, "2015-08-31", "unset"),
        (Parameter::FileOpened, "2015-09-01", "2 working days"),
        (Parameter::FileOpened, "2026-07-01", "unset"),
        (Parameter::BaseSalary, "2016-04-30", "unset"),
        (Parameter::BaseSalary, "2016-05-01", "1210000"),
        (Parameter::BaseSalary, "2018-06-30", "1300000"),
        (Parameter::BaseSalary, "2018-07-01", "1390000"),
        (Parameter::BaseSalary, "2019-07-01", "1490000"),
        (Parameter::BaseSalary, "2023-06-30", "1490000"),
        (Parameter::BaseSalary, "2023-07-01", "1800000"),
        (Parameter::BaseSalary, "2024-07-25", "2340000"),
        (Parameter::BaseSalary, "2024-07-26", "2340000"),
        (Parameter::BaseSalary, "2026-07-01", "2530000"),
        (Parameter::InterestOrder, "2016-09-29", "unset"),
        (Parameter::InterestOrder, "2016-09-30", "principal, interest"),
        (Parameter::FeeThreshold, "2016-12-31", "unset"),
        (Parameter::FeeThreshold, "2017-01-01", "2/1"),
        (Parameter::FeeThreshold, "2026-07-01", "2/1"),
        (Parameter::ComplaintAcceptLevel2, "2022-02-12", "unset"),
        (Parameter::ComplaintAcceptLevel2, "2022-02-13", "10 days"),
        (Parameter::DenunciationAccept, "2022-02-13", "7 working days"),
        (Parameter::DenunciationAccept, "2026-07-01", "unset"),
        (Parameter::AssetEntrust, "2022-02-28", "none"),
        (Parameter::AssetEntrust, "2022-03-01", "5 working days"),
        (Parameter::NoticeModes, "2025-01-01", "direct, posting, media, vneid_web"),
        (Parameter::Handover, "2024-12-31", "30 days"),
        (Parameter::Handover, "2025-01-01", "60 days"),
        (Parameter::PullUp, "2025-06-30", "yes"),
        (Parameter::PullUp, "2025-07-01", "none"),
        (Parameter::TakeFrom, "2026-06-30", "2"),
        (Parameter::TakeFrom, "2026-07-01", "2"),
        (Parameter::ReduceMax, "2019-01-11", "1/10"),
        (Parameter::StatToExecute, "2020-01-04", "entrusted, pulled_up"),
        (Parameter::StatToExecute, "2020-01-05", "entrusted, withdrawn"),
        (Parameter::StatSum, "2019-12-31", "enforceable, not_yet"),
        (Parameter::StatSum, "2020-01-31", "enforceable, not_yet, other_standing"),
        (Parameter::StatPostponedEnforceable, "2019-12-31", "unset"),
        (Parameter::StatPostponedEnforceable, "2020-01-31", "c consent"),
        (Parameter::StatPeriodsInterAgency, "2022-02-24", "unset"),
        (Parameter::StatPeriodsInterAgency, "2022-02-25", "3, 6, 10, 12"),
        (Parameter::TargetNationalCases, "2019-03-31", "7300/10000"),
        (Parameter::TargetNationalCases, "2021-09-30", "unset"),
        (Parameter::StatCredit, "2019-03-31", "paid_over_or_put_aside"),
        (Parameter::StatCredit, "2026-07-01", "unset"),
    ] {
        assert_eq!(show(rules.value(parameter, day(on))), expected, "{parameter} on {on}");
    }
}

#[test]
fn a_regime_is_in_force_by_date() {
    for (on, set) in [
        ("1990-01-01", RuleSet::R2013),
        ("2020-01-04", RuleSet::R2013),
        ("2020-01-05", RuleSet::R2019),
        ("2024-07-25", RuleSet::R2019),
        ("2024-07-26", RuleSet::R2024),
        ("2026-06-30", RuleSet::R2024),
        ("2026-07-01", RuleSet::R2026),
    ] {
        assert_eq!(RuleSet::in_force(day(on)), set, "{on}");
    }
    for set in RuleSet::ALL {
        assert_eq!(RuleSet::from_code(set.code()), Some(set));
        assert_eq!(serde_json::to_string(&set).unwrap(), format!("{:?}", set.id()));
    }
    assert_eq!(RuleSet::from_code(0), None);
}

/// What was not seen, or only in a later wording, says so.
#[test]
fn certainty_is_that_of_the_day() {
    let rules = Rules::built_in();
    for (parameter, on, certainty) in [
        (Parameter::Voluntary, "2015-06-30", Certainty::Low),
        (Parameter::Voluntary, "2019-01-01", Certainty::High),
        (Parameter::TrackingAfter, "2019-01-01", Certainty::Medium),
        (Parameter::TrackingAfter, "2020-05-01", Certainty::High),
        (Parameter::FeeSteps, "2026-06-30", Certainty::High),
        (Parameter::FeeSteps, "2026-07-01", Certainty::Low),
        (Parameter::ComplaintBy, "2025-07-01", Certainty::Low),
        (Parameter::ComplaintBy, "2026-07-01", Certainty::High),
        (Parameter::Denunciation, "2018-12-31", Certainty::High),
        (Parameter::Denunciation, "2019-01-01", Certainty::Medium),
        (Parameter::Denunciation, "2022-02-13", Certainty::High),
        (Parameter::HeldMoneyReview, "2019-01-01", Certainty::Low),
        (Parameter::Assign, "2019-01-01", Certainty::High),
    ] {
        assert_eq!(rules.certainty(parameter, day(on)), certainty, "{parameter} on {on}");
    }
}

#[test]
fn grounds_are_known_by_letter_and_by_name() {
    let rules = Rules::built_in();
    for (what, parameter, code, on, allowed) in [
        ("letter", Parameter::NotYetGrounds, "a", "2019-01-01", true),
        ("name", Parameter::NotYetGrounds, "no_means", "2019-01-01", true),
        ("letter and name", Parameter::NotYetGrounds, "a no_means", "2019-01-01", false),
        (
            "certificate",
            Parameter::NotYetGrounds,
            "judged_asset_gone_or_certificate_revoked",
            "2026-06-30",
            false,
        ),
        (
            "certificate",
            Parameter::NotYetGrounds,
            "judged_asset_gone_or_certificate_revoked",
            "2026-07-01",
            true,
        ),
        ("debtor's address", Parameter::NotYetGroundsAddressOf, "debtor", "2026-06-30", true),
        ("debtor's address", Parameter::NotYetGroundsAddressOf, "debtor", "2026-07-01", false),
        ("carer's address", Parameter::NotYetGroundsAddressOf, "carer", "2026-07-01", true),
        ("no letter", Parameter::PostponeGrounds, "authority", "2019-01-01", true),
        ("an empty code", Parameter::PostponeGrounds, "", "2019-01-01", false),
        ("before the tables", Parameter::PostponeGrounds, "anything", "2015-06-30", true),
        ("a list that is unset", Parameter::EntrustDecline, "anything", "2026-07-01", true),
        ("a list that is none", Parameter::PostponeGroundsPersonal, "ill", "2019-01-01", false),
        ("exit ban", Parameter::SecurityMeasures, "exit_ban", "2026-06-30", false),
        ("exit ban", Parameter::SecurityMeasures, "exit_ban", "2026-07-01", true),
    ] {
        assert_eq!(rules.ground_allowed(parameter, code, day(on)), allowed, "{what} on {on}");
    }
    let letter = |name, on| {
        rules
            .ground(Parameter::CoercionNumbers, name, day(on))
            .map(|ground| ground.letter.as_str().to_owned())
    };
    assert_eq!(letter("exploit", "2026-06-30").as_deref(), Some("4"));
    assert_eq!(letter("distrain", "2026-06-30").as_deref(), Some("3"));
    assert_eq!(letter("exploit", "2026-07-01").as_deref(), Some("3"));
    assert_eq!(letter("distrain", "2026-07-01").as_deref(), Some("4"));
}

/// The built-in tables would pass as `parameter_set`, one value a parameter and day, and are stored as they are.
#[test]
fn the_tables_keep_their_own_rules() {
    let rules = Rules::built_in();
    let mut ids = std::collections::BTreeSet::new();
    for &parameter in Parameter::ALL {
        assert!(ids.insert(parameter.id()), "{parameter} twice");
        assert_eq!(parameter.id().parse(), Ok(parameter));
        assert!(parameter.what().ends_with('.'), "{parameter}: {}", parameter.what());
        for (from, value) in rules.history(parameter) {
            let (rule, document) = (parameter.id().to_owned(), "built in".to_owned());
            let set = ParameterSet { rule, from, value: value.clone(), document };
            assert_eq!(set.check(), Ok(parameter), "{parameter} from {from}");
            let json = serde_json::to_string(&set).unwrap();
            assert_eq!(serde_json::from_str::<ParameterSet>(&json).unwrap(), set, "{json}");
        }
    }
    let tables: &[(&str, &[table::Row], Date, Date)] = &[
        ("earlier", r2013::EARLIER, Date::MIN, r2013::FIRST),
        ("r2013", r2013::ROWS, r2013::FIRST, r2019::FIRST),
        ("r2019", r2019::ROWS, r2019::FIRST, r2024::FIRST),
        ("r2024", r2024::ROWS, r2024::FIRST, r2026::FIRST),
        ("r2026", r2026::ROWS, r2026::FIRST, Date::MAX),
    ];
    for &(name, rows, first, next) in tables {
        let mut seen = std::collections::BTreeSet::new();
        for row in rows {
            let from = row.from.unwrap_or(first);
            assert!(seen.insert((row.parameter, from)), "{name}: {} twice on {from}", row.parameter);
            assert!(first <= from && from < next, "{name}: {} from {from}", row.parameter);
        }
    }
}

/// Dates of the tables are computed at compile time; by the same calendar as all others.
#[test]
fn constant_dates_are_right() {
    for (year, month, number) in [
        (1970, 1, 1),
        (1972, 2, 29),
        (2000, 2, 29),
        (2000, 12, 31),
        (2015, 7, 1),
        (2020, 1, 5),
        (2020, 5, 1),
        (2024, 2, 29),
        (2024, 12, 31),
        (2026, 7, 1),
        (2100, 3, 1),
        (2400, 12, 31),
    ] {
        assert_eq!(Some(table::date(year, month, number)), Date::new(year, month, number));
    }
}

/// Every id of the page from which the tables come is in the registry.
#[test]
fn every_id_of_the_page_is_registered() {
    let shared = std::env::var_os("THADS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = shared.join("rules.md");
    let Ok(page) = std::fs::read_to_string(&path) else {
        println!("SKIPPED: there is no {}", path.display());
        return;
    };
    let start = page.find("## 1. Parameters").unwrap();
    let end = page.find("## 2. ").unwrap();
    let rows = page[start..end].lines().filter(|line| line.starts_with("| ") && !line.starts_with("| id "));
    let ids: Vec<&str> = rows
        .flat_map(|line| line.split('|').nth(1).unwrap().split(", "))
        .map(str::trim)
        .chain(["transition_periods"])
        .collect();
    assert!(ids.len() > 120, "{} ids", ids.len());
    for id in &ids {
        let part = format!("{id}.");
        let known = |parameter: &&Parameter| parameter.id() == *id || parameter.id().starts_with(&part);
        assert!(Parameter::ALL.iter().any(|parameter| known(&parameter)), "{id} is not registered");
    }
    for parameter in Parameter::ALL {
        let row = parameter.id().split('.').next().unwrap();
        assert!(ids.contains(&row), "{row} is not on the page");
    }
}

mod sets {
    //! What `parameter_set` may say, and what follows from it.

    use super::*;

    fn set(rule: &str, from: &str, value: &str) -> ParameterSet {
        let value = serde_json::from_str(value).unwrap();
        ParameterSet { rule: rule.to_owned(), from: day(from), value, document: "Circular 1/2027".to_owned() }
    }

    #[test]
    fn a_value_counts_from_its_day_to_the_next() {
        let mut rules = Rules::built_in();
        rules.set(&set("assign", "2018-10-01", r#"{"span": {"working_days": 2}}"#)).unwrap();
        rules.set(&set("tracking_after", "2025-01-01", r#"{"span": {"years": 3}}"#)).unwrap();
        rules.set(&set("auction_pay", "2026-07-01", r#"{"span": {"days": 45}}"#)).unwrap();
        rules.set(&set("base_salary", "2027-07-01", r#"{"amount": 2700000}"#)).unwrap();
        rules
            .set(&set("fee_exempt", "2020-01-01", r#"{"grounds": [{"letter": "", "name": "wages"}]}"#))
            .unwrap();
        for (parameter, on, expected) in [
            (Parameter::Assign, "2018-09-30", "unset"),
            (Parameter::Assign, "2018-10-01", "2 working days"),
            (Parameter::Assign, "2026-07-01", "2 working days"),
            (Parameter::TrackingAfter, "2024-12-31", "1 year"),
            (Parameter::TrackingAfter, "2026-06-30", "3 years"),
            (Parameter::TrackingAfter, "2026-07-01", "unset"),
            (Parameter::AuctionPay, "2026-06-30", "30 days"),
            (Parameter::AuctionPay, "2026-07-01", "45 days"),
            (Parameter::BaseSalary, "2027-06-30", "2530000"),
            (Parameter::BaseSalary, "2027-07-01", "2700000"),
            (Parameter::FeeExempt, "2026-07-01", "wages"),
        ] {
            assert_eq!(show(rules.value(parameter, day(on))), expected, "{parameter} on {on}");
        }
        let on = day("2026-07-01");
        assert_eq!(rules.document(Parameter::AuctionPay, on), Some("Circular 1/2027"));
        assert_eq!(rules.document(Parameter::Disburse, on), None);
        assert_eq!(rules.certainty(Parameter::FeeExempt, on), Certainty::High);
        assert_eq!(rules.since(Parameter::Assign, on), Some(day("2018-10-01")));
        rules.set(&set("auction_pay", "2026-07-01", r#""none""#)).unwrap();
        assert_eq!(rules.span(Parameter::AuctionPay, on), Limit::None);
        rules.set(&set("auction_pay", "2026-07-01", r#""unset""#)).unwrap();
        assert_eq!(rules.span(Parameter::AuctionPay, on), Limit::Unset);
    }

    #[test]
    fn a_refusal_says_what_would_do() {
        for (rule, value, field, says) in [
            ("verify", r#""unset""#, "rule", "verify_again.long"),
            ("", r#""unset""#, "rule", "is no parameter"),
            ("order", r#"{"amount": 5}"#, "value", "working_days"),
            ("order", r#"{"span": {"days": 0}}"#, "value", "BoundSpan"),
            ("fee_payer", r#"{"choice": "debtor"}"#, "value", "creditor, requester"),
            (
                "priority",
                r#"{"grounds": [{"letter": "a", "name": "love"}, {"letter": "b", "name": "rest"}]}"#,
                "value",
                "maintenance",
            ),
            ("priority", r#"{"grounds": [{"letter": "a", "name": "wages"}]}"#, "value", "BoundClasses"),
            ("notice_modes", r#"{"grounds": []}"#, "value", "BoundList"),
            ("notice_modes", r#"{"grounds": [{"letter": "", "name": "Thư"}]}"#, "value", "BoundList"),
            ("reduce_max", r#"{"ratio": {"numerator": 1, "denominator": 0}}"#, "value", "BoundRatio"),
            ("reduce_max", r#"{"ratio": {"numerator": 3, "denominator": 2}}"#, "value", "BoundRatio"),
            ("stat_year", r#"{"count": 13}"#, "value", "BoundMonth"),
            ("stat_periods", r#"{"numbers": [3, 3]}"#, "value", "BoundPeriods"),
            ("fee_steps", r#"{"fee_steps": []}"#, "value", "BoundSteps"),
            ("exempt_whole", r#"{"exemption_bands": []}"#, "value", "BoundBands"),
        ] {
            let refusal = Rules::built_in().set(&set(rule, "2026-07-01", value)).unwrap_err();
            assert_eq!(refusal.field(), field, "{refusal}");
            assert!(refusal.to_string().contains(says), "{rule} {value}: {refusal}");
        }
        let nameless = ParameterSet { document: " ".to_owned(), ..set("order", "2026-07-01", r#""unset""#) };
        assert_eq!(nameless.check(), Err(ParameterRefusal::Document));
    }

    /// The examples that refusals show can be written as they stand.
    #[test]
    fn examples_are_values() {
        for &parameter in Parameter::ALL {
            let example = parameter.form().example();
            let mut stream = serde_json::Deserializer::from_str(example).into_iter::<Value>();
            let value = stream.next().unwrap().unwrap();
            assert_eq!(value.form(), Some(parameter.form()), "{example}");
        }
    }

    /// A value is an externally tagged enum: no form is told from another by its content.
    #[test]
    fn values_are_written_with_their_form() {
        for (value, json) in [
            (Value::Unset, r#""unset""#),
            (Value::None, r#""none""#),
            (Value::Span(Span::AtOnce), r#"{"span":"at_once"}"#),
            (Value::Span(Span::WorkingDays(5)), r#"{"span":{"working_days":5}}"#),
            (Value::Flag(true), r#"{"flag":true}"#),
            (Value::Numbers(vec![3, 6]), r#"{"numbers":[3,6]}"#),
            (Value::Grounds(vec![Ground::new("đ", "rest")]), r#"{"grounds":[{"letter":"đ","name":"rest"}]}"#),
        ] {
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
            assert_eq!(serde_json::from_str::<Value>(json).unwrap(), value);
        }
    }
}
