//! What a record's header says beside its payload, and the founding: keys that are keys, the ledger's own provenance, the
//! regime of the law of its date.

use thads_cases::date::Date;
use thads_cases::rules::RuleSet;
use thads_ledger::Sentence;
use thads_proof::genesis::Genesis;
use thads_proof::note::Vkey;
use thads_proof::record::{Provenance, Record};

use super::found::{Finding, What};

/// What is wrong with the founding: a key that it names is none, so that nobody could ever hold anything against it.
pub(super) fn of_founding(record: &Record) -> Option<Finding> {
    let genesis = Genesis::from_record(record).ok()?;
    let is_key = |key: &str| key.parse::<Vkey>().is_ok();
    let of_log = |key: &str| key.parse::<Vkey>().is_ok_and(|key| key.name() == genesis.origin);
    let found = if !of_log(&genesis.log_key) {
        Sentence::as_given(format!("log_key {:?}", genesis.log_key))
    } else if !is_key(&genesis.root_key) {
        Sentence::as_given(format!("root_key {:?}", genesis.root_key))
    } else {
        return None;
    };
    let expected = Sentence::new(
        "khóa kiểm NAME+HASH+BASE64, khóa của sổ mang tên sổ",
        "verifier keys NAME+HASH+BASE64, the log's under the origin's name",
    );
    Some(Finding::of(record, What::Founding, expected, found))
}

/// What is wrong with the header of an entry. `practice`: what the genesis says the ledger is, where it can be read.
pub(super) fn of_entry(record: &Record, effective: Date, practice: Option<bool>) -> Option<Finding> {
    provenance(record, practice).or_else(|| rule_set(record, effective))
}

/// On a practice ledger nothing is live, on a real one nothing is practice; both may import.
fn provenance(record: &Record, practice: Option<bool>) -> Option<Finding> {
    let (expected, wrong) = match practice? {
        true => (Sentence::new("thực hành hoặc nhập", "practice or imported"), Provenance::Live),
        false => (Sentence::new("thật hoặc nhập", "live or imported"), Provenance::Practice),
    };
    let found = match wrong {
        Provenance::Live => Sentence::new("thật, trên sổ thực hành", "live, on a practice ledger"),
        Provenance::Practice | Provenance::Imported => {
            Sentence::new("thực hành, trên sổ thật", "practice, on a real ledger")
        }
    };
    (record.provenance == wrong).then(|| Finding::of(record, What::Header, expected, found))
}

/// The regime is that of the effective date, or an earlier one: of a program that did not know the next one yet.
fn rule_set(record: &Record, effective: Date) -> Option<Finding> {
    let in_force = RuleSet::in_force(effective).code();
    let given = record.rule_set;
    if (1..=in_force).contains(&given) {
        return None;
    }
    let said = |code: u8| match RuleSet::from_code(code) {
        Some(set) => Sentence::new(format!("bộ quy tắc {}", set.id()), format!("rule set {}", set.id())),
        None => Sentence::new(
            format!("bộ quy tắc {code}, không có vào ngày ấy"),
            format!("rule set {code}, of which there is none on that day"),
        ),
    };
    Some(Finding::of(record, What::Header, said(in_force), said(given)))
}

#[cfg(test)]
mod tests {
    use thads_proof::genesis::{Clock, Unit};
    use thads_proof::record::{LedgerId, Micros, RequestId};

    use super::*;

    #[test]
    fn a_founding_names_keys() {
        let unit = Unit { code: "VND".into(), exponent: 0 };
        let key = thads_proof::checkpoint::LogKey::from_seed("a/b", &[1; 32]).unwrap().vkey().to_string();
        let founded = |origin: &str, log_key: &str, root_key: &str| {
            let [name, origin, log_key, root_key] = ["x", origin, log_key, root_key].map(str::to_owned);
            let unit = unit.clone();
            let genesis =
                Genesis { name, origin, unit, log_key, root_key, clock: Clock::Real, practice: false };
            genesis.record(LedgerId([1; 16]), Micros::new(0), RequestId([2; 16]), [3; 16]).unwrap()
        };
        assert_eq!(of_founding(&founded("a/b", &key, &key)), None);
        for wrong in [founded("a/b", "zz", &key), founded("a/b", &key, ""), founded("a/c", &key, &key)] {
            assert_eq!(of_founding(&wrong).unwrap().what, What::Founding);
        }
    }
}
