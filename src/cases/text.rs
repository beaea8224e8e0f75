//! The one normal form of text: what looks the same is the same.
//!
//! Applied wherever text enters: to the words of an action, to a question, to an import's cells and its mapping. So a
//! name typed on one machine is found on another, and nothing is told apart by what no eye can see.

use unicode_normalization::UnicodeNormalization;

/// Returns text in its normal form. Doing it again changes nothing.
///
/// * Composed letters (Unicode NFC): macOS and some keyboards write `ấ` as three characters.
/// * Without characters that no eye can see: those of Unicode's `Default_Ignorable_Code_Point`, such as the zero-width
///   space, the byte order mark, direction marks and the soft hyphen; marks of annotations, joiners of hieroglyphs, the note
///   without a head.
/// * `Đ` and `đ` for the eth `Ð`, `ð` and the African `Ɖ`, `ɖ`, which old fonts and converters put in their place.
///   Vietnamese has no eth.
/// * One plain space for any run of spaces of whatever width and of Braille patterns of no dot, none at the ends of a line; a line break is `\n`.
///
/// Control characters stay, and those that mean nothing ([`means_nothing`]): they are for whoever takes the text in to refuse.
pub fn normal(text: &str) -> String {
    let visible = text.chars().filter(|character| !is_ignorable(*character)).map(plain);
    let mut out = String::with_capacity(text.len());
    let mut after_return = false;
    for character in visible.nfc() {
        match character {
            '\n' if after_return => {}
            ' ' if out.is_empty() || out.ends_with([' ', '\n']) => {}
            '\n' | '\r' => {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
            }
            other => out.push(other),
        }
        after_return = character == '\r';
    }
    out.truncate(out.trim_end().len());
    let leading = out.len() - out.trim_start().len();
    out.drain(..leading);
    out
}

/// Whether nothing of a text can be seen: it is empty, or all spaces, control characters and characters without a look.
pub fn is_silent(text: &str) -> bool {
    let is_silent = |one: char| one.is_whitespace() || one.is_control() || means_nothing(one);
    normal(text).chars().all(is_silent)
}

/// Whether a character is none by Unicode itself (noncharacters, 23.7), or one that every font draws as it likes (private use,
/// 23.5): two that look the same need not be the same.
pub fn means_nothing(character: char) -> bool {
    matches!(character,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(character) & 0xfffe == 0xfffe
}

/// The letter or space that a character stands for.
const fn plain(character: char) -> char {
    match character {
        '\u{d0}' | '\u{189}' => 'Đ',
        '\u{f0}' | '\u{256}' => 'đ',
        '\t'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{2800}'
        | '\u{3000}' => ' ',
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        other => other,
    }
}

/// Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties), whose members have no look of their own, and what else has
/// none: the marks of interlinear annotation, the format controls of Egyptian hieroglyphs, the musical null notehead.
const fn is_ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1345f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        for (text, wanted) in [
            ("Nguyễn Văn Ân", "Nguyễn Văn Ân"),
            ("Nguye\u{302}\u{303}n Va\u{306}n A\u{302}n", "Nguyễn Văn Ân"),
            ("a\u{323}\u{302}", "ậ"),
            ("a\u{302}\u{323}", "ậ"),
            ("a\u{200b}\u{302}", "â"),
            ("\u{feff}Hồ\u{ad} sơ\u{2060} 1\u{200b}", "Hồ sơ 1"),
            ("\u{d0}ỗ \u{189}ình \u{f0}\u{256}", "Đỗ Đình đđ"),
            ("\u{a0} 12/2024\u{3000}HS-ST\t ", "12/2024 HS-ST"),
            ("Hồ  sơ\u{2003}\u{202f}1", "Hồ sơ 1"),
            ("một \r\n hai\rba\u{2028}bốn\n\nnăm\n", "một\nhai\nba\nbốn\n\nnăm"),
            ("\u{200b} \u{3164}\u{a0}", ""),
            ("C\u{fff9}\u{fffb}\u{1d159}\u{13430}1", "C1"),
            ("\u{2800}C\u{2800}\u{2800}1\u{2800}", "C 1"),
            ("", ""),
            ("x\u{1b}[2J", "x\u{1b}[2J"),
        ] {
            assert_eq!(normal(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn some_characters_mean_nothing() {
        for (text, nothing) in [
            ("\u{e000}\u{f8ff}\u{f0000}\u{10fffd}\u{fdd0}\u{fdef}\u{fffe}\u{ffff}\u{1fffe}\u{10ffff}", true),
            ("aậ đ\u{fffd}\u{fdcf}\u{fdf0}\u{d7ff}\u{f900}\u{1fffd}", false),
        ] {
            assert!(text.chars().all(|one| means_nothing(one) == nothing), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn doing_it_again_changes_nothing(text in "\\PC{0,40}|[ \t\r\nđÐaa\u{300}-\u{323}\u{200b}\u{a0}\u{2028}]{0,40}") {
            let once = normal(&text);
            prop_assert_eq!(normal(&once), once);
        }
    }
}
