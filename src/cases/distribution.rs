//! Sharing out what was collected (Art. 47): from proceeds, costs and claims to exact lines, to the đồng.
//!
//! Never rounds a sum away: the lines and what is left always add up to the proceeds.

mod kind;

pub use kind::{ObligationKind, UnknownObligationKind};
use crate::{date::Date,ids::ObligationNo,money::Dong,rules::Rules,case::Line};
/// stub
pub struct Claim { /// a
 pub obligation: ObligationNo, /// b
 pub kind: ObligationKind, /// c
 pub outstanding: Dong, /// d
 pub secured: bool }
/// stub
pub fn distribute(_: Dong, _: &[Claim], _: &Rules, _: Date) -> Result<Vec<Line>, crate::fee::FeeError> { Ok(vec![]) }
