//! Both catalogues say all that there is to say, each in its own language.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use thads_cases::refusal::Code;
use thads_cases::words::{Value, Words};

use super::*;
use crate::catalogue::{Catalogue, source};
use crate::testing::english_in;

const BOTH: [Language; 2] = [Language::Vi, Language::En];

/// What a catalogue says besides [`Words`] and codes: the sentence of a refusal, and the names of a language.
const OTHERS: &[(&str, &[&str])] = &[
    ("Refusal", &["accepted", "code", "field", "given", "limit"]),
    ("RefusalByArticle", &["accepted", "article", "code", "field", "given", "limit"]),
    ("Kind", &["name", "vi"]),
    ("Role", &["name"]),
    ("Obligation", &["name"]),
    ("Party", &["name"]),
    ("Basis", &["name"]),
    ("Judgment", &["name"]),
    ("Either", &["first", "last"]),
];

/// The sentences of a catalogue by name, each with the values that it uses.
fn sentences(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut name = String::new();
    for line in source(language).lines().filter(|line| !line.starts_with('#')) {
        let begun = line.split_once(" =").filter(|_| !line.starts_with(' '));
        if let Some((begun, _)) = begun {
            assert!(!all.contains_key(begun), "{begun} stands twice");
            name = begun.to_owned();
        }
        let used = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|one| one.is_alphanumeric() || *one == '_').collect::<String>()
        });
        if !line.is_empty() {
            all.entry(name.clone()).or_default().extend(used);
        }
    }
    all
}

/// Every name with its values.
fn wanted() -> BTreeMap<String, BTreeSet<String>> {
    let codes = Code::ALL.iter().map(|code| (code.id(), &[][..]));
    let told = Told::ALL.iter().copied();
    let all = Words::ALL.iter().copied().chain(told).chain(OTHERS.iter().copied()).chain(codes);
    all.map(|(name, values)| (name.to_owned(), values.iter().map(|value| (*value).to_owned()).collect()))
        .collect()
}

#[test]
fn both_catalogues_say_everything_and_nothing_else() {
    let wanted = wanted();
    for language in BOTH {
        FluentResource::try_new(source(language).to_owned()).map_err(|(_, faults)| faults).unwrap();
        let mut has = sentences(language);
        // English calls a kind by the name that JSON has.
        has.entry("Kind".to_owned()).or_default().insert("vi".to_owned());
        assert_eq!(has, wanted, "{language:?}");
        assert!(has.keys().all(|name| Catalogue::of(language).has(name)), "{language:?}");
    }
}

#[test]
fn sentences_have_no_hole_and_vietnamese_no_english() {
    for (name, values) in wanted() {
        for language in BOTH {
            let args = values.iter().map(|value| (&*value.clone().leak(), "7".to_owned())).collect();
            let (said, faults) = Catalogue::of(language).write(&name, args);
            assert!(faults.is_empty(), "{language:?} {name}: {faults:?}");
            assert!(!said.contains(['{', '}', '\u{2068}', '\u{2069}']), "{language:?} {name}: {said}");
            if language == Language::Vi {
                assert_eq!(english_in(&said), None, "{name}: {said}");
            }
        }
    }
}

#[test]
fn each_language_writes_values_in_its_own_way() {
    let amount = |amount| Value::Amount(amount);
    let date: thads_cases::date::Date = "2019-03-05".parse().unwrap();
    for (value, vi, en) in [
        (amount(0), "0 đồng", "0"),
        (amount(999), "999 đồng", "999"),
        (amount(1_000), "1.000 đồng", "1000"),
        (amount(-12_345_678), "-12.345.678 đồng", "-12345678"),
        (Value::Date(date), "05/03/2019", "2019-03-05"),
        (Value::Number(12_345), "12345", "12345"),
        (Value::Decimal("8.5".to_owned()), "8,5", "8.5"),
        (Value::either([1_u8, 2, 3]), "1, 2 hoặc 3", "1, 2 or 3"),
        (Value::either([1_u8]), "1", "1"),
        (Value::list([1_u8; 0]), "", ""),
        (thads_cases::organisation::Role::Clerk.into(), "thư ký (clerk)", "clerk"),
        (thads_cases::event::KindName::PriceReduced.into(), "giảm giá (price_reduced)", "price_reduced"),
    ] {
        let said = BOTH.map(|language| Writer::of(language).value(&value));
        assert_eq!(said, [vi, en].map(str::to_owned));
    }
}

#[test]
fn terms_have_vietnamese_names() {
    use thads_cases::distribution::ObligationKind;
    use thads_cases::words::Term;
    for kind in ObligationKind::ALL {
        let term = Term::Obligation(*kind);
        let said = words(&Words::term(term), Language::Vi);
        assert!(said.ends_with(&format!(" ({})", term.name())), "{said}");
        assert_eq!(words(&Words::term(term), Language::En), term.name());
    }
}

/// A sentence has no hole where there is nothing to name: no creditor, no entry, no text.
#[test]
fn a_refusal_says_it_where_there_is_nothing() {
    let nothing = || Words::typed("");
    let refused =
        thads_cases::refusal!(Mismatch, "57", "brought.creditors" => nothing(); nothing(); nothing());
    let [vi, en] = BOTH.map(|language| refusal(&refused, language));
    assert!(en.ends_with("brought.creditors: nothing; limit: none. Accepted: none."), "{en}");
    assert!(vi.ends_with("brought.creditors: để trống; giới hạn: không có. Chấp nhận: không có."), "{vi}");
    assert_eq!(
        [words(&refused.given, Language::En), held_against(&refused.limit, Language::En)],
        ["", "none"]
    );
}
