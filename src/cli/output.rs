//! Output: the only place that prints. Standard output holds the answer and nothing else; the rest goes to standard error.

use std::io::{self, Write};

use serde_json::Value;
use thads_ledger::Sentence;

/// How answers are given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// One JSON document, or one a line for streams.
    pub(crate) json: bool,
    /// No remarks on standard error.
    pub(crate) quiet: bool,
    /// The language of texts.
    pub(crate) language: thads_service::wire::Language,
}

impl Output {
    /// Prints a line of the answer.
    pub(crate) fn line(&self, text: &str) {
        write_to(&mut io::stdout().lock(), text);
    }

    /// Prints a JSON document on a line.
    pub(crate) fn json(&self, value: &Value) {
        write_to(&mut io::stdout().lock(), &value.to_string());
    }

    /// Prints many lines, buffered. A reader that is gone (`thads cases | head`) ends the listing and is no failure.
    ///
    /// # Errors
    /// When the lines cannot be written, for instance to a full disk.
    pub(crate) fn lines(&self, lines: impl IntoIterator<Item = String>) -> io::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let written = lines.into_iter().try_for_each(|line| writeln!(out, "{line}"));
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Says something beside the answer.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            write_to(&mut io::stderr().lock(), text);
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
            thads_service::wire::Language::Vi => vi,
            thads_service::wire::Language::En => en,
        }
    }
}

fn write_to(out: &mut impl Write, text: &str) {
    // A reader that is gone (`thads log | head`) is no failure of ours, and there is nobody left to tell.
    let _ = writeln!(out, "{text}");
}

/// Sentences for programs: each in both languages.
pub(crate) fn both(sentences: &[Sentence]) -> Value {
    sentences.iter().map(|sentence| serde_json::json!({ "vi": sentence.vi, "en": sentence.en })).collect()
}

/// Prints an error and its way out on standard error.
pub(crate) fn complain(message: &str, hint: Option<&str>) {
    let mut out = io::stderr().lock();
    write_to(&mut out, &format!("thads: {message}"));
    if let Some(hint) = hint {
        write_to(&mut out, &format!("Hint: {hint}"));
    }
}
