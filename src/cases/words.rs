//! What a refusal says, as data: which words, and the values that stand in them. No sentence of any language stands in the
//! law; a renderer (`src/texts`) finds each by the name of its [`Words`] and writes its values as the language does.

use crate::case::{Basis, JudgmentKind, PartyKind, Payee};
use crate::date::Date;
use crate::distribution::ObligationKind;
use crate::event::{KindInfo, KindName};
use crate::ids::{AssetNo, CaseId, ObligationNo, OfficeCode, OfficeNo, OfficerNo, Position};
use crate::money::{Amount, Ratio, Total};
use crate::organisation::Role;
use crate::rules::Parameter;
use crate::stream::StreamId;

mod errors;
mod list;
mod standing;

pub use list::Words;

/// A name of JSON for which a language may have a name of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    /// An officer's role.
    Role(Role),
    /// A kind of obligation.
    Obligation(ObligationKind),
    /// What sort of person a party is.
    Party(PartyKind),
    /// On whose initiative.
    Basis(Basis),
    /// A kind of judgment.
    Judgment(JudgmentKind),
}

/// A value in words, with its type: each language writes it in its own way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A number that counts or names something.
    Number(i128),
    /// Money, đồng.
    Amount(Total),
    /// A date.
    Date(Date),
    /// A number with a decimal point.
    Decimal(String),
    /// What was typed, or is to be typed so: the same in every language.
    Typed(String),
    /// A field of an action.
    Field(&'static str),
    /// A kind of event.
    Kind(&'static KindInfo),
    /// A name of JSON.
    Term(Term),
    /// Words.
    Words(Box<Words>),
    /// Values with commas between them.
    List(Vec<Value>),
    /// Values with semicolons between them, for what has commas itself.
    Rows(Vec<Value>),
    /// Values of which any one would do.
    Either(Vec<Value>),
}

impl Value {
    /// What was typed, or is to be typed so.
    pub fn typed(text: impl ToString) -> Value {
        Value::Typed(text.to_string())
    }

    /// Texts that are to be typed so, with commas between them.
    pub fn typed_list<T: ToString>(texts: impl IntoIterator<Item = T>) -> Value {
        Value::List(texts.into_iter().map(Value::typed).collect())
    }

    /// Values with commas between them.
    pub fn list<T: Into<Value>>(values: impl IntoIterator<Item = T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }

    /// Values of which any one would do.
    pub fn either<T: Into<Value>>(values: impl IntoIterator<Item = T>) -> Value {
        Value::Either(values.into_iter().map(Into::into).collect())
    }
}

impl Words {
    /// What was typed, or is to be typed so.
    pub fn typed(text: impl ToString) -> Words {
        Value::typed(text).into()
    }

    /// One of these kinds first.
    pub fn first<const N: usize>(kinds: [KindName; N]) -> Words {
        Words::First { kinds: Value::either(kinds) }
    }

    /// These kinds, with commas between them.
    pub fn kinds<const N: usize>(kinds: [KindName; N]) -> Words {
        Value::list(kinds).into()
    }

    /// A name of JSON.
    pub fn term(term: Term) -> Words {
        Value::Term(term).into()
    }

    /// So much of something.
    pub(crate) fn amount_of(amount: Total, what: Words) -> Words {
        Words::AmountOf { amount, what: Box::new(what) }
    }
}

impl From<Value> for Words {
    fn from(value: Value) -> Words {
        Words::Plain { value }
    }
}

impl From<Words> for Value {
    fn from(words: Words) -> Value {
        Value::Words(Box::new(words))
    }
}

impl From<Box<Words>> for Value {
    fn from(words: Box<Words>) -> Value {
        Value::Words(words)
    }
}

impl From<Payee> for Words {
    fn from(payee: Payee) -> Words {
        match payee {
            Payee::Budget => Words::Budget,
            Payee::Creditor(number) => Words::Creditor { number },
        }
    }
}

impl From<Payee> for Value {
    fn from(payee: Payee) -> Value {
        Words::from(payee).into()
    }
}

/// How values of a type become one of words, and words by themselves.
macro_rules! values {
    ($($type:ty: |$value:ident| $made:expr;)*) => { $(
        impl From<$type> for Value {
            fn from($value: $type) -> Value {
                $made
            }
        }

        impl From<$type> for Words {
            fn from(value: $type) -> Words {
                Value::from(value).into()
            }
        }
    )* };
}

values! {
    u8: |number| Value::Number(number.into());
    u16: |number| Value::Number(number.into());
    u32: |number| Value::Number(number.into());
    i32: |number| Value::Number(number.into());
    usize: |number| Value::Number(i128::try_from(number).unwrap_or(i128::MAX));
    OfficeNo: |number| Value::Number(number.0.into());
    OfficerNo: |number| Value::Number(number.0.into());
    ObligationNo: |number| Value::Number(number.0.into());
    AssetNo: |number| Value::Number(number.0.into());
    Position: |position| Value::Number(position.0.into());
    Amount: |amount| Value::Amount(amount.total());
    Total: |total| Value::Amount(total);
    Date: |date| Value::Date(date);
    CaseId: |id| Value::typed(id);
    &CaseId: |id| Value::typed(id);
    OfficeCode: |code| Value::typed(code);
    &OfficeCode: |code| Value::typed(code);
    &StreamId: |stream| Value::typed(stream);
    Ratio: |ratio| Value::Typed(format!("{}/{}", ratio.numerator, ratio.denominator));
    &'static KindInfo: |info| Value::Kind(info);
    KindName: |kind| Value::Kind(kind.info());
    Parameter: |parameter| Value::typed(parameter);
    Role: |role| Value::Term(Term::Role(role));
    ObligationKind: |kind| Value::Term(Term::Obligation(kind));
    Basis: |basis| Value::Term(Term::Basis(basis));
    JudgmentKind: |judgment| Value::Term(Term::Judgment(judgment));
    PartyKind: |kind| Value::Term(Term::Party(kind));
}

impl Term {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Term::Role(role) => role.word(),
            Term::Obligation(kind) => kind.id(),
            Term::Party(kind) => kind.word(),
            Term::Basis(basis) => basis.word(),
            Term::Judgment(judgment) => judgment.word(),
        }
    }
}

/// Makes [`Words`] of a list of names, each with the values that stand in it.
macro_rules! words {
    ($($name:ident $({ $($arg:ident: $type:ty),* })?;)*) => {
        /// What a refusal says: a sentence of the catalogues or a part of one, with its values.
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum Words {
            $(
                #[doc = concat!("`", stringify!($name), "` of the catalogues.")]
                $name $({ $(#[doc = concat!("Its `", stringify!($arg), "`.")] $arg: $type),* })?,
            )*
        }

        impl Words {
            /// All words there are, each with the names of its values.
            pub const ALL: &'static [(&'static str, &'static [&'static str])] =
                &[$((stringify!($name), &[$($(stringify!($arg)),*)?])),*];

            /// The name under which the catalogues have them.
            pub const fn id(&self) -> &'static str {
                match self {
                    $(Words::$name { .. } => stringify!($name),)*
                }
            }

            /// The values, by name.
            pub fn args(&self) -> Vec<(&'static str, Value)> {
                match self {
                    $(Words::$name $({ $($arg),* })? =>
                        vec![$($((stringify!($arg), Value::from(Clone::clone($arg)))),*)?],)*
                }
            }
        }
    };
}
use words;
