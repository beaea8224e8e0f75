//! The law's amounts, asked of the law itself.

use thads_cases::date::Date;
use thads_cases::distribution::ObligationKind;
use thads_cases::money::Dong;
use thads_cases::rules::Rules;

/// The fee on what a creditor receives after the voluntary period; nothing where it is not known.
pub(super) fn fee(base: Dong, kind: ObligationKind, on: Date, rules: &Rules) -> Dong {
    thads_cases::fee::fee(base, kind, false, on, rules).unwrap_or(Dong::ZERO)
}
