//! Why a computation of the law does not come about, as words of a refusal.

use super::{Value, Words};
use crate::date::Date;
use crate::distribution::DistributionRefusal;
use crate::event::KindName;
use crate::fee::FeeRefusal;
use crate::rules::{Form, Parameter, ParameterRefusal};

fn unset(parameter: Parameter, date: Date) -> Words {
    Words::ParameterUnset { parameter, date, kind: KindName::ParameterSet.into() }
}

fn quoted(text: &str) -> Value {
    Value::Typed(format!("{text:?}"))
}

fn example(form: Form) -> Value {
    let example = Value::typed(form.example());
    match form {
        Form::Span => {
            let other = Value::typed(r#"{"span": "at_once"}"#);
            Words::SpanExample { example, other }.into()
        }
        _ => example,
    }
}

impl From<DistributionRefusal> for Words {
    fn from(refusal: DistributionRefusal) -> Words {
        match refusal {
            DistributionRefusal::Unset { parameter, on } => unset(parameter, on),
            DistributionRefusal::Twice { obligation } => Words::ClaimTwice { obligation },
            DistributionRefusal::NotMoney { obligation, kind } => Words::ClaimNotMoney { obligation, kind },
            DistributionRefusal::NotFirst { given, on, accepted } => Words::NotBeforeClaims {
                given: Value::typed(given),
                date: on,
                accepted: Value::typed_list(accepted),
            },
        }
    }
}

impl From<FeeRefusal> for Words {
    fn from(refusal: FeeRefusal) -> Words {
        match refusal {
            FeeRefusal::Unset { parameter, on } => unset(parameter, on),
            FeeRefusal::NoExemption { given, on, accepted } => {
                Words::NoExemption { given: quoted(&given), date: on, accepted: Value::typed_list(accepted) }
            }
            FeeRefusal::Overflow { received, on } => Words::FeeOverflow { received, date: on },
        }
    }
}

impl From<ParameterRefusal> for Words {
    fn from(refusal: ParameterRefusal) -> Words {
        match refusal {
            ParameterRefusal::Unknown(unknown) if unknown.near.is_empty() => {
                Words::UnknownParameter { given: quoted(&unknown.given) }
            }
            ParameterRefusal::Unknown(unknown) => Words::UnknownParameterNear {
                given: quoted(&unknown.given),
                near: Value::typed_list(unknown.near),
            },
            ParameterRefusal::Form { parameter, form, given } => Words::ParameterForm {
                parameter,
                form: Value::typed(form),
                given: Value::typed(given),
                example: example(form),
            },
            ParameterRefusal::Word { parameter, given, accepted } => Words::ParameterWord {
                parameter,
                given: quoted(&given),
                accepted: Value::typed_list(accepted),
            },
            ParameterRefusal::Bounds { parameter, wanted } => Words::ParameterBounds { parameter, wanted },
            ParameterRefusal::Document => Words::DocumentNeeded,
        }
    }
}
