//! Words and values as a language writes them.

use thads_cases::date::Date;
use thads_cases::money::Total;
use thads_cases::refusal::Refusal;
use thads_cases::words::{Term, Value, Words};

use crate::Language;
use crate::catalogue::Catalogue;

/// Writes in one language.
#[derive(Clone, Copy)]
pub(crate) struct Writer {
    language: Language,
}

impl Writer {
    pub(crate) const fn of(language: Language) -> Writer {
        Writer { language }
    }

    pub(crate) fn words(self, words: &Words) -> String {
        let values = words.args().into_iter().map(|(name, value)| (name, self.value(&value))).collect();
        self.say(words.id(), values)
    }

    pub(crate) fn refusal(self, refusal: &Refusal) -> String {
        let or = |said: String, nothing: Words| if said.is_empty() { self.words(&nothing) } else { said };
        let mut values = vec![
            ("code", self.say(refusal.code.id(), Vec::new())),
            ("field", refusal.field.to_owned()),
            ("given", or(self.words(&refusal.given), Words::Nothing)),
            ("limit", or(self.words(&refusal.limit), Words::None)),
            ("accepted", or(self.words(&refusal.accepted), Words::None)),
        ];
        match refusal.article {
            "–" => self.say("Refusal", values),
            article => {
                values.push(("article", article.to_owned()));
                self.say("RefusalByArticle", values)
            }
        }
    }

    pub(crate) fn say(self, name: &str, values: Vec<(&'static str, String)>) -> String {
        Catalogue::of(self.language).write(name, values).0
    }

    /// A value by itself.
    pub(crate) fn value(self, value: &Value) -> String {
        match value {
            Value::Number(number) => number.to_string(),
            Value::Amount(amount) => self.amount(*amount),
            Value::Date(date) => self.date(*date),
            Value::Decimal(text) => match self.language {
                Language::Vi => text.replace('.', ","),
                Language::En => text.clone(),
            },
            Value::Typed(text) => text.clone(),
            Value::Field(name) => match self.language {
                Language::Vi => format!("\"{name}\""),
                Language::En => (*name).to_owned(),
            },
            Value::Kind(info) => {
                self.say("Kind", vec![("name", info.name.to_owned()), ("vi", info.vi.to_owned())])
            }
            Value::Term(term) => self.say(term_id(*term), vec![("name", term.name().to_owned())]),
            Value::Words(words) => self.words(words),
            Value::List(values) => self.all(values).join(", "),
            Value::Rows(values) => self.all(values).join("; "),
            Value::Either(values) => {
                let all = self.all(values);
                match all.as_slice() {
                    [] => String::new(),
                    [one] => one.clone(),
                    [first @ .., last] => {
                        self.say("Either", vec![("first", first.join(", ")), ("last", last.clone())])
                    }
                }
            }
        }
    }

    fn all(self, values: &[Value]) -> Vec<String> {
        values.iter().map(|value| self.value(value)).collect()
    }

    /// Vietnamese groups the digits and names the unit; English has the number as JSON has it.
    fn amount(self, amount: Total) -> String {
        match self.language {
            Language::Vi => format!("{} đồng", grouped(amount)),
            Language::En => amount.to_string(),
        }
    }

    fn date(self, date: Date) -> String {
        match self.language {
            Language::Vi => format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year()),
            Language::En => date.to_string(),
        }
    }
}

/// The name under which the catalogues have a language's names of a term.
pub(crate) const fn term_id(term: Term) -> &'static str {
    match term {
        Term::Role(_) => "Role",
        Term::Obligation(_) => "Obligation",
        Term::Party(_) => "Party",
        Term::Basis(_) => "Basis",
        Term::Judgment(_) => "Judgment",
    }
}

/// A whole number with dots between its thousands.
fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let first = digits.len() % 3;
    let mut said = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first {
            said.push('.');
        }
        said.push(digit);
    }
    said
}
