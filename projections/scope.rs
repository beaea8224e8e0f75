//! Whose cases a figure counts: the whole ledger, or an office with those below it.

use thads_cases::ids::OfficeNo;
use thads_cases::organisation::Organisation;

/// Whose cases count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Scope {
    /// Every office of the ledger.
    #[default]
    Ledger,
    /// The office with that number, and those below it.
    Office(OfficeNo),
    /// The office with that number alone.
    OfficeAlone(OfficeNo),
}

impl Scope {
    /// Whether an office's cases count, as the tree of offices is known.
    pub fn covers(self, office: OfficeNo, organisation: &Organisation) -> bool {
        match self {
            Scope::Ledger => true,
            Scope::Office(above) => organisation.covers(above, office),
            Scope::OfficeAlone(one) => one == office,
        }
    }

    /// The offices that it covers, as known, in the order of their numbers.
    pub fn offices(self, organisation: &Organisation) -> Vec<OfficeNo> {
        organisation.offices.keys().copied().filter(|&office| self.covers(office, organisation)).collect()
    }
}
