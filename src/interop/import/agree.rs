//! What a mapping says of the ledger and its offices, held against a ledger that is there: nothing in it is ignored.

use std::fmt;

use thads_cases::organisation::Organisation;
use thads_cases::text::normal;
use thads_proof::genesis::{Genesis, Unit};

use super::mapping::Mapping;

/// Where a mapping contradicts the ledger.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the mapping's {field}: the ledger says {there}, the mapping {said}")]
pub struct Contradiction {
    /// The section and the key.
    pub field: String,
    /// What the ledger says.
    pub there: String,
    /// What the mapping says.
    pub said: String,
}

impl Contradiction {
    fn of(field: impl Into<String>, there: impl fmt::Display, said: impl fmt::Display) -> Contradiction {
        Contradiction { field: field.into(), there: there.to_string(), said: said.to_string() }
    }
}

/// The unit in which a mapping's ledger counts.
pub fn unit_of(mapping: &Mapping) -> Unit {
    let currency = &mapping.ledger.currency;
    Unit { code: currency.code.clone(), exponent: currency.exponent }
}

/// Holds a mapping against a ledger's genesis and its offices as they are known. An office of a code that the ledger lacks
/// is opened by the import, unless its name is another office's: one office under two codes would count its rows twice.
///
/// # Errors
/// The first contradiction.
pub fn agree(genesis: &Genesis, organisation: &Organisation, mapping: &Mapping) -> Result<(), Contradiction> {
    let (ledger, unit) = (&mapping.ledger, unit_of(mapping));
    if genesis.unit != unit {
        let shown = |unit: &Unit| format!("{} × 10^-{}", unit.code, unit.exponent);
        return Err(Contradiction::of("[ledger] currency", shown(&genesis.unit), shown(&unit)));
    }
    for (key, there, said) in
        [("origin", &genesis.origin, &ledger.origin), ("name", &genesis.name, &ledger.name)]
    {
        same(format!("[ledger] {key}"), there, said)?;
    }
    for office in mapping.offices() {
        let field = |key: &str| format!("office {} {key}", office.code);
        let Some(there) = organisation.office_by_code(&office.code) else {
            let namesake =
                organisation.offices.values().find(|there| normal(&there.name) == normal(&office.name));
            if let Some(there) = namesake {
                return Err(Contradiction::of(
                    format!("office {:?} code", office.name),
                    &there.code,
                    &office.code,
                ));
            }
            continue;
        };
        same(field("name"), &there.name, &office.name)?;
        if there.level != office.level {
            let (there, said) = (format!("{:?}", word(there.level)), format!("{:?}", word(office.level)));
            return Err(Contradiction::of(field("level"), there, said));
        }
        if there.from != office.opened {
            return Err(Contradiction::of(field("opened"), there.from, office.opened));
        }
    }
    Ok(())
}

fn same(field: String, there: &str, said: &str) -> Result<(), Contradiction> {
    if normal(there) == normal(said) {
        return Ok(());
    }
    Err(Contradiction::of(field, format!("{there:?}"), format!("{said:?}")))
}

/// How a mapping writes what an office is.
const fn word(level: thads_cases::organisation::Level) -> &'static str {
    match level {
        thads_cases::organisation::Level::Department => "department",
        thads_cases::organisation::Level::SubDepartment => "sub_department",
    }
}
