//! stub
use crate::{date::Date,distribution::ObligationKind,money::Dong,rules::Rules};
/// e
#[derive(Debug)] pub struct FeeError;
impl std::fmt::Display for FeeError { fn fmt(&self,_:&mut std::fmt::Formatter<'_>)->std::fmt::Result{Ok(())} }
/// stub
pub fn fee(base: Dong, _kind: ObligationKind, _voluntary: bool, _on: Date, _rules: &Rules) -> Result<Dong, FeeError> { Ok(base) }
