//! Sharing out what was collected (Art. 47): from proceeds, costs and claims to exact lines, to the đồng.
//!
//! Never rounds a sum away: the lines and what is left always add up to the proceeds.

mod kind;

pub use kind::{ObligationKind, UnknownObligationKind};
