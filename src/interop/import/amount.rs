//! Amounts as other programs write them, read by a stated rule: an ambiguous separator is refused, never guessed.

use std::fmt;

/// How amounts are written in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AmountRule {
    /// Decimals of one written unit: the currency's exponent for amounts in its main unit, 0 for whole smallest units.
    pub exponent: u8,
    /// What stands before the decimals, where the mapping names it.
    pub decimal: Option<char>,
    /// What stands between groups of three digits, where the mapping names it.
    pub thousands: Option<char>,
}

/// Why a text is no amount by the rule.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoAmount {
    /// A separator that the mapping does not name.
    #[error("{separator} can be read in more than one way; the mapping names {named}")]
    Separator {
        /// The separator met.
        separator: Shown,
        /// The separators that the mapping names.
        named: String,
    },
    /// Groups that are not of three digits.
    #[error("between two {separator} stand three digits, and one to three before the first")]
    Groups {
        /// The separator of groups.
        separator: Shown,
    },
    /// Too many decimals, or none where they are announced, or nothing before them.
    #[error("before {separator} stands a digit, and after it 1 to {exponent}, once")]
    Decimals {
        /// The separator of decimals.
        separator: Shown,
        /// How many there may be.
        exponent: u8,
    },
    /// Less than nothing.
    #[error("an amount is at least 0; what it does is said by the kind of action")]
    Negative,
    /// Something else than digits and separators.
    #[error("{0} does not belong in an amount")]
    Character(Shown),
    /// Nothing.
    #[error("there is no digit")]
    Empty,
    /// Beyond what an entry can hold.
    #[error("it is beyond {}, the most that an entry can hold, in the smallest unit", i64::MAX)]
    TooLarge,
}

impl NoAmount {
    /// What would do.
    pub fn way_out(&self) -> String {
        match self {
            NoAmount::Separator { .. } => {
                "write digits only, or name the separator under amounts in the mapping's [source]".to_owned()
            }
            NoAmount::Groups { .. } | NoAmount::Decimals { .. } => {
                "write the separators where the mapping has them, or none".to_owned()
            }
            NoAmount::Negative => {
                "write the amount without a sign, and what was done as an activity of its own".to_owned()
            }
            NoAmount::Character(_) | NoAmount::Empty => {
                "write digits, with the separators that the mapping names".to_owned()
            }
            NoAmount::TooLarge => format!("write an amount up to {}", i64::MAX),
        }
    }

    /// Why, in Vietnamese.
    pub fn vi(&self) -> String {
        match self {
            NoAmount::Separator { separator, .. } => {
                format!("{separator} có thể hiểu nhiều cách; tệp ánh xạ không quy định dấu này")
            }
            NoAmount::Groups { separator } => {
                format!("giữa hai dấu {separator} phải có ba chữ số, trước dấu đầu có một đến ba")
            }
            NoAmount::Decimals { separator, exponent } => {
                format!("trước dấu {separator} phải có chữ số, sau dấu có 1 đến {exponent} chữ số, một lần")
            }
            NoAmount::Negative => "số tiền không được nhỏ hơn 0".to_owned(),
            NoAmount::Character(character) => format!("{character} không thuộc về một số tiền"),
            NoAmount::Empty => "không có chữ số".to_owned(),
            NoAmount::TooLarge => format!("vượt {} đơn vị nhỏ nhất", i64::MAX),
        }
    }

    /// What would do, in Vietnamese.
    pub fn way_out_vi(&self) -> String {
        match self {
            NoAmount::Separator { .. } => {
                "chỉ ghi chữ số, hoặc quy định dấu trong amounts của [source] trong tệp ánh xạ".to_owned()
            }
            NoAmount::Groups { .. } | NoAmount::Decimals { .. } => {
                "đặt dấu như tệp ánh xạ quy định, hoặc bỏ dấu".to_owned()
            }
            NoAmount::Negative => "ghi số tiền không có dấu âm, việc đã làm ghi thành việc riêng".to_owned(),
            NoAmount::Character(_) | NoAmount::Empty => {
                "ghi chữ số, với dấu mà tệp ánh xạ quy định".to_owned()
            }
            NoAmount::TooLarge => format!("ghi số tiền không quá {}", i64::MAX),
        }
    }
}

/// A character in quotes, a space by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown(pub char);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ' ' => f.write_str("a space"),
            '\u{a0}' | '\u{202f}' => f.write_str("a no-break space"),
            other => write!(f, "{other:?}"),
        }
    }
}

/// Characters that somewhere in the world stand between digits.
fn separates(character: char) -> bool {
    matches!(character, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '_' | '٫' | '٬')
}

impl AmountRule {
    /// Reads an amount, in the currency's smallest unit.
    ///
    /// # Errors
    /// What in the text the rule does not allow.
    pub fn read(&self, text: &str) -> Result<i64, NoAmount> {
        if text.starts_with(['-', '−', '–', '(']) || text.ends_with('-') {
            return Err(NoAmount::Negative);
        }
        let (mut whole, mut decimals) = (Groups::default(), None::<u8>);
        let mut amount: i64 = 0;
        for character in text.chars() {
            match (character.to_digit(10), &mut decimals) {
                (Some(digit), None) => {
                    whole.digit(self.thousands)?;
                    amount = shift(amount, digit)?;
                }
                (Some(digit), Some(count)) => {
                    *count = count.saturating_add(1);
                    if *count > self.exponent {
                        return Err(self.bad_decimals());
                    }
                    amount = shift(amount, digit)?;
                }
                (None, None) if Some(character) == self.thousands => whole.separator(character)?,
                (None, None) if Some(character) == self.decimal => {
                    whole.end(self.thousands)?;
                    decimals = Some(0);
                }
                (None, Some(_)) if Some(character) == self.decimal || Some(character) == self.thousands => {
                    return Err(self.bad_decimals());
                }
                (None, _) if separates(character) => return Err(self.unnamed(character)),
                (None, _) => return Err(NoAmount::Character(Shown(character))),
            }
        }
        match decimals {
            Some(count) if count == 0 || whole.digits == 0 => return Err(self.bad_decimals()),
            Some(_) => {}
            None if whole.digits == 0 => return Err(NoAmount::Empty),
            None => whole.end(self.thousands)?,
        }
        for _ in decimals.unwrap_or(0)..self.exponent {
            amount = shift(amount, 0)?;
        }
        Ok(amount)
    }

    fn bad_decimals(&self) -> NoAmount {
        NoAmount::Decimals { separator: Shown(self.decimal.unwrap_or('.')), exponent: self.exponent }
    }

    fn unnamed(&self, separator: char) -> NoAmount {
        let named = match (self.decimal, self.thousands) {
            (None, None) => "none".to_owned(),
            (Some(decimal), None) => format!("{} before the decimals", Shown(decimal)),
            (None, Some(thousands)) => format!("{} between groups of three", Shown(thousands)),
            (Some(decimal), Some(thousands)) => {
                format!(
                    "{} between groups of three and {} before the decimals",
                    Shown(thousands),
                    Shown(decimal)
                )
            }
        };
        NoAmount::Separator { separator: Shown(separator), named }
    }
}

/// The digits before the decimals, in groups.
#[derive(Default)]
struct Groups {
    /// Digits so far, in all.
    digits: u32,
    /// Digits since the last separator.
    group: u32,
    /// Whether a separator was met.
    grouped: bool,
}

impl Groups {
    fn digit(&mut self, thousands: Option<char>) -> Result<(), NoAmount> {
        self.digits = self.digits.saturating_add(1);
        self.group = self.group.saturating_add(1);
        if self.grouped && self.group > 3 { Err(bad_groups(thousands)) } else { Ok(()) }
    }

    fn separator(&mut self, thousands: char) -> Result<(), NoAmount> {
        let fits = if self.grouped { self.group == 3 } else { (1..=3).contains(&self.group) };
        self.group = 0;
        self.grouped = true;
        if fits { Ok(()) } else { Err(bad_groups(Some(thousands))) }
    }

    fn end(&self, thousands: Option<char>) -> Result<(), NoAmount> {
        if self.grouped && self.group != 3 { Err(bad_groups(thousands)) } else { Ok(()) }
    }
}

fn bad_groups(thousands: Option<char>) -> NoAmount {
    NoAmount::Groups { separator: Shown(thousands.unwrap_or('.')) }
}

fn shift(amount: i64, digit: u32) -> Result<i64, NoAmount> {
    amount.checked_mul(10).and_then(|shifted| shifted.checked_add(i64::from(digit))).ok_or(NoAmount::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: AmountRule, rows: &[(&str, Result<i64, &str>)]) {
        for (text, wanted) in rows {
            let read = rule.read(text).map_err(|problem| problem.to_string());
            match (read, wanted) {
                (Ok(read), Ok(wanted)) => assert_eq!(read, *wanted, "{text:?}"),
                (Err(problem), Err(part)) => assert!(problem.contains(part), "{text:?}: {problem}"),
                (read, _) => panic!("{text:?} is read as {read:?}, not {wanted:?}"),
            }
        }
    }

    #[test]
    fn whole_units_have_no_separator() {
        check(
            AmountRule { exponent: 0, decimal: None, thousands: None },
            &[
                ("0", Ok(0)),
                ("3500", Ok(3500)),
                ("007", Ok(7)),
                ("9223372036854775807", Ok(i64::MAX)),
                ("9223372036854775808", Err("beyond")),
                ("1.234", Err("more than one way")),
                ("35,00", Err("more than one way")),
                ("1 234", Err("a space")),
                ("1\u{a0}234", Err("no-break space")),
                ("-5", Err("at least 0")),
                ("+5", Err("'+'")),
                ("5e3", Err("'e'")),
                ("€5", Err("'€'")),
                ("٣", Err("does not belong")),
                ("", Err("no digit")),
            ],
        );
    }

    #[test]
    fn named_separators_stand_where_they_belong() {
        check(
            AmountRule { exponent: 2, decimal: Some(','), thousands: Some('.') },
            &[
                ("1.234.567,89", Ok(123_456_789)),
                ("1234567,89", Ok(123_456_789)),
                ("71,5", Ok(7150)),
                ("71", Ok(7100)),
                ("1.234", Ok(123_400)),
                ("12.34", Err("three digits")),
                ("1234.567", Err("three digits")),
                ("1..234", Err("three digits")),
                (".234", Err("three digits")),
                ("1.234,567", Err("1 to 2")),
                ("1,234,567.8", Err("1 to 2")),
                ("1,2.3", Err("1 to 2")),
                ("12,", Err("1 to 2")),
                (",5", Err("before ','")),
                ("1 234,5", Err("a space")),
                ("92233720368547758,07", Ok(i64::MAX)),
                ("92233720368547758,08", Err("beyond")),
                ("92233720368547759", Err("beyond")),
            ],
        );
    }

    #[test]
    fn a_point_is_no_group_where_it_is_the_decimal() {
        check(
            AmountRule { exponent: 2, decimal: Some('.'), thousands: None },
            &[("71.5", Ok(7150)), ("1.234", Err("1 to 2")), ("1,234.50", Err("more than one way"))],
        );
    }
}
