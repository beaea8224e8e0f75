//! Output: the only place that prints. Standard output holds the answer and nothing else; the rest goes to standard error.

use std::borrow::Cow;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use thads_ledger::Sentence;

use crate::failure::Failure;
use crate::standard;

/// How answers are given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// One JSON document, or one a line for streams.
    pub(crate) json: bool,
    /// No remarks on standard error.
    pub(crate) quiet: bool,
    /// The language of texts.
    pub(crate) language: thads_service::json::Language,
}

impl Output {
    /// Prints a line of the answer.
    ///
    /// # Errors
    /// When it cannot be written, for instance to a full disk.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.lines([Ok(text)])
    }

    /// Prints a JSON document on a line.
    ///
    /// # Errors
    /// When it cannot be written, for instance to a full disk.
    pub(crate) fn json(&self, value: &Value) -> Result<(), Failure> {
        self.line(&value.to_string())
    }

    /// Prints many lines, buffered, up to the first that fails. A reader that is gone (`thads cases | head`) ends the
    /// listing and is no failure: there is nobody left to tell.
    ///
    /// # Errors
    /// The line that fails; when the lines cannot be written, for instance to a full disk.
    pub(crate) fn lines<T: AsRef<str>>(
        &self,
        lines: impl IntoIterator<Item = Result<T, Failure>>,
    ) -> Result<(), Failure> {
        let written = |done: io::Result<()>| match done {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::unwritten(&error)),
        };
        let mut out = BufWriter::new(standard::out().map_err(|error| Failure::unwritten(&error))?);
        let mut failed = Ok(());
        for line in lines {
            match line {
                Ok(line) if !written(writeln!(out, "{}", harmless(line.as_ref(), self.json)))? => break,
                Ok(_) => {}
                Err(failure) => {
                    failed = Err(failure);
                    break;
                }
            }
        }
        // What came before a line that failed is part of the answer.
        written(out.flush())?;
        failed
    }

    /// Says something beside the answer.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            aside(text);
        }
    }

    /// Says beside the answer how many there are of something, if there are any.
    pub(crate) fn remark_count(&self, what: &str, count: u64) {
        if count > 0 {
            self.remark(&format!("{what}: {count}"));
        }
    }

    /// A sentence of a report, by language.
    pub(crate) fn sentence<'a>(&self, sentence: &'a Sentence) -> &'a str {
        self.say(&sentence.vi, &sentence.en)
    }

    /// One of two texts, by language.
    pub(crate) fn say<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        match self.language {
            thads_service::json::Language::Vi => vi,
            thads_service::json::Language::En => en,
        }
    }
}

/// Prints what the command line itself says: what was asked for (`--help`, `--version`), or what is wrong with the arguments.
/// Without colours, for it repeats arguments and the environment, which come from others.
///
/// # Errors
/// When what was asked for cannot be written.
pub(crate) fn usage(says: &clap::Error) -> Result<(), Failure> {
    let text = says.render().to_string();
    let text = text.trim_end_matches('\n');
    if says.use_stderr() {
        aside(text);
        return Ok(());
    }
    let output = Output { json: false, quiet: false, language: thads_service::json::Language::En };
    output.line(text)
}

/// Whether something could not be written to standard error.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// Writes beside the answer. Where that cannot be done there is nobody to tell; the exit status says it.
pub(crate) fn aside(text: &str) {
    let line = format!("{}\n", harmless(text, false));
    match standard::err().and_then(|mut err| err.write_all(line.as_bytes())) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => UNSAID.store(true, Ordering::Relaxed),
        Ok(()) | Err(_) => {}
    }
}

/// Whether all that was said has been taken: some file systems tell a write that failed only when the file is synced or closed.
///
/// # Errors
/// Something could not be written.
pub(crate) fn all_written() -> Result<(), Failure> {
    let kept =
        standard::out().and_then(|out| if out.metadata()?.is_file() { out.sync_data() } else { Ok(()) });
    match kept {
        // Closed or not, without an answer there was nothing to write, and with one it was said.
        Err(error) if error.kind() != ErrorKind::NotConnected => return Err(Failure::unwritten(&error)),
        Ok(()) | Err(_) => {}
    }
    if UNSAID.load(Ordering::Relaxed) {
        return Err(Failure::Failed { message: "standard error cannot be written".into(), hint: None });
    }
    Ok(())
}

/// Returns the text without what would steer a terminal: control characters but line feeds and tabs, and those that turn the
/// direction of what follows. They are written out, in JSON as JSON does. File names, fields, mappings and whole ledgers come
/// from others.
fn harmless(text: &str, json: bool) -> Cow<'_, str> {
    let steers = |sign: char| {
        let turns =
            matches!(sign, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || (sign.is_control() && !matches!(sign, '\n' | '\t'))
    };
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut said = String::with_capacity(text.len() + 16);
    for sign in text.chars() {
        match (steers(sign), json) {
            (false, _) => said.push(sign),
            (true, true) => said.push_str(&format!("\\u{:04x}", u32::from(sign))),
            (true, false) => said.push_str(&format!("\\u{{{:x}}}", u32::from(sign))),
        }
    }
    Cow::Owned(said)
}

/// Sentences for programs: each in both languages.
pub(crate) fn both(sentences: &[Sentence]) -> Value {
    sentences.iter().map(|sentence| serde_json::json!({ "vi": sentence.vi, "en": sentence.en })).collect()
}

/// Prints an error and its way out on standard error.
pub(crate) fn complain(message: &str, hint: Option<&str>) {
    aside(&format!("thads: {message}"));
    if let Some(hint) = hint {
        aside(&format!("Hint: {hint}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of whatever signs a text is, none of them reaches the terminal but those that are shown; in JSON it is the same value.
    #[test]
    fn nothing_that_is_printed_steers_a_terminal() {
        let mut all = String::new();
        for sign in (0..=0x2100_u32).filter_map(char::from_u32) {
            all.push(sign);
        }
        let steering = |sign: char| {
            sign.is_control() && !"\n\t".contains(sign)
                || "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".contains(sign)
        };
        assert!(all.contains(steering));
        assert!(!harmless(&all, false).contains(steering));
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}", false), "a\\u{1b}[2Jb\\u{202e}");
        let json = serde_json::json!({ "text": all }).to_string();
        let said = harmless(&json, true);
        assert!(!said.contains(steering));
        assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["text"], all.as_str());
        assert!(matches!(harmless("Sổ cái thi hành án\n\tđồng", false), Cow::Borrowed(_)));
    }
}
