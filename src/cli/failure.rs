//! Failures of a command: one sentence, a way out, and an exit status.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use thads_cases::refusal::Refusal;
use thads_ledger::journal::JournalError;
use thads_ledger::{AppendError, BackupError, KeyError, OpenError, VaultError};
use thads_proof::verify::VerifyError;
use thads_service::answers::AnswerError;
use thads_service::json::{JsonError, Language, refusal_json, refusal_text};
use thads_service::ledger_service::ServiceError;
use thads_service::record::RecordError;
use thads_texts::Told;

use crate::output::{self, Output};

/// The way out of what the system does not let be done.
fn way_out(error: &std::io::Error) -> Told {
    match error.kind() {
        ErrorKind::PermissionDenied => Told::HintPermission,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Told::HintRoom,
        ErrorKind::ReadOnlyFilesystem => Told::HintReadOnlyDisk,
        ErrorKind::NotFound | ErrorKind::NotADirectory => Told::HintNotFound,
        ErrorKind::InvalidInput | ErrorKind::InvalidData => Told::HintInPlace,
        _ => Told::HintLookAtFile,
    }
}

/// A sentence in English, and in Vietnamese where the catalogues have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Said {
    vi: Option<String>,
    en: String,
}

impl From<Told> for Said {
    fn from(told: Told) -> Said {
        Said { vi: Some(told.say(Language::Vi)), en: told.say(Language::En) }
    }
}

impl From<String> for Said {
    fn from(en: String) -> Said {
        Said { vi: None, en }
    }
}

impl From<&str> for Said {
    fn from(en: &str) -> Said {
        en.to_owned().into()
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// Says what failed and the way out; before the English the Vietnamese, where that was asked for.
fn complain(message: &Said, hint: Option<&Said>, language: Language) {
    if language == Language::Vi {
        if let Some(message) = &message.vi {
            output::complain(message, None);
        }
        if let Some(way) = hint.and_then(|hint| hint.vi.as_ref()) {
            output::aside(&format!("Gợi ý: {way}"));
        }
    }
    output::complain(&message.en, hint.map(|hint| hint.en.as_str()));
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The law says no: exit 1.
    Refused(Box<Refusal>),
    /// A field or an argument that cannot be read: exit 1.
    Field(Box<JsonError>),
    /// It could not be done: exit 1.
    Failed {
        /// One sentence.
        message: Said,
        /// The way out.
        hint: Option<Said>,
    },
    /// Evidence of damage or tampering: exit 3.
    Damage {
        /// What was found.
        message: Said,
        /// The way out.
        hint: Option<Said>,
    },
}

impl Failure {
    /// A failure with a way out.
    pub(crate) fn new(message: impl ToString, hint: impl Into<Said>) -> Failure {
        Failure::Failed { message: message.to_string().into(), hint: Some(hint.into()) }
    }

    /// The same failure with what it happened at before it.
    pub(crate) fn at(self, place: &str) -> Failure {
        let placed = |Said { vi, en }: Said| Said {
            vi: vi.map(|vi| format!("{place}: {vi}")),
            en: format!("{place}: {en}"),
        };
        match self {
            Failure::Failed { message, hint } => Failure::Failed { message: placed(message), hint },
            Failure::Damage { message, hint } => Failure::Damage { message: placed(message), hint },
            told @ (Failure::Refused(_) | Failure::Field(_)) => told,
        }
    }

    /// The answer cannot be written to standard output.
    pub(crate) fn unwritten(error: &std::io::Error) -> Failure {
        Failure::new(
            format!("the answer cannot be written to standard output: {error}"),
            Told::HintStandardOutput,
        )
    }

    /// Whether it is evidence of damage or tampering.
    pub(crate) const fn is_evidence(&self) -> bool {
        matches!(self, Failure::Damage { .. })
    }

    /// Why, in one sentence.
    pub(crate) fn message(&self) -> String {
        match self {
            Failure::Refused(refusal) => refusal_text(refusal, Language::En),
            Failure::Field(error) => error.to_string(),
            Failure::Failed { message, .. } | Failure::Damage { message, .. } => message.en.clone(),
        }
    }

    /// Says it and returns the exit status.
    pub(crate) fn report(&self, output: &Output) -> ExitCode {
        match self {
            Failure::Refused(refusal) => {
                if output.json {
                    let refused = serde_json::json!({ "refused": refusal_json(refusal) });
                    if let Err(unwritten) = output.json(&refused) {
                        unwritten.report(output);
                    }
                }
                output::complain(&refusal_text(refusal, output.language), None);
                if output.language == Language::Vi && !output.json {
                    output::complain(&refusal_text(refusal, Language::En), None);
                }
                ExitCode::from(1)
            }
            Failure::Field(error) => {
                if output.language == Language::Vi {
                    output::complain(&format!("Từ chối: {}", error.vi()), None);
                }
                output::complain(&error.to_string(), None);
                ExitCode::from(1)
            }
            Failure::Failed { message, hint } => {
                complain(message, hint.as_ref(), output.language);
                ExitCode::from(1)
            }
            Failure::Damage { message, hint } => {
                complain(message, hint.as_ref(), output.language);
                ExitCode::from(3)
            }
        }
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Failure {
        match error {
            RecordError::Refused(refusal) => Failure::Refused(refusal),
            RecordError::Append(AppendError::Stale { .. }) => Failure::new(error, Told::HintReload),
            RecordError::Append(AppendError::DiskFull { .. }) => Failure::new(error, Told::HintFull),
            RecordError::Service(error) => error.into(),
            RecordError::Json(error) => error.into(),
            RecordError::Close(error) => error.into(),
            RecordError::Append(_) | RecordError::Clock(_) | RecordError::Seal(_) => {
                Failure::Failed { message: error.to_string().into(), hint: None }
            }
        }
    }
}

impl From<JsonError> for Failure {
    fn from(error: JsonError) -> Failure {
        Failure::Field(Box::new(error))
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Failure {
        match error {
            ServiceError::Open(error) => error.into(),
            ServiceError::Read(error) => error.into(),
            ServiceError::Name | ServiceError::Randomness(_) | ServiceError::Origin(_) => {
                Failure::Failed { message: error.to_string().into(), hint: None }
            }
            ServiceError::Fold(error) if error.is_later() => Failure::new(error, Told::HintNewerProgram),
            ServiceError::Fold(error) => {
                Failure::Damage { message: error.to_string().into(), hint: Some(Told::HintNoBuild.into()) }
            }
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::new(&error, way_out(&error))
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Failure {
        let message = error.to_string();
        match error {
            VerifyError::Read { source, .. } => Failure::new(message, way_out(&source)),
            _ => Failure::Failed { message: message.into(), hint: None },
        }
    }
}

impl From<AnswerError> for Failure {
    fn from(error: AnswerError) -> Failure {
        match error {
            AnswerError::Service(error) => error.into(),
            AnswerError::NotFound { what: "figure", .. } => Failure::new(error, Told::HintFigures),
            AnswerError::Field(error) => error.into(),
            AnswerError::NotFound { .. } | AnswerError::Figure(_) => {
                Failure::Failed { message: error.to_string().into(), hint: None }
            }
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        let message = said(&error);
        if let OpenError::Key(KeyError::Io(error)) = &error
            && error.kind() == ErrorKind::NotFound
        {
            return Failure::Failed { message, hint: Some(Told::HintNoKey.into()) };
        }
        if let OpenError::Io(error)
        | OpenError::Vault(VaultError::Io(error))
        | OpenError::Key(KeyError::Io(error)) = &error
        {
            return Failure::Failed { message, hint: Some(way_out(error).into()) };
        }
        let error = match error {
            OpenError::Write(error) => return error.into(),
            error => error,
        };
        if error.is_evidence() {
            let hint = match error {
                OpenError::Damaged { .. } => Told::HintBeyondRepair,
                OpenError::Short { .. } => Told::HintCutShort,
                OpenError::OtherHistory { .. } => Told::HintForked,
                OpenError::OutOfOrder { .. } => Told::HintNoSegments,
                OpenError::Gone { .. } => Told::HintSegmentsGone,
                OpenError::Remains(_) => Told::HintNoLog,
                OpenError::Vault(VaultError::Strange(_)) => Told::HintOtherVault,
                OpenError::Vault(_) => Told::HintNoVault,
                OpenError::Key(_) => Told::HintNoKey,
                _ => Told::HintMend,
            };
            return Failure::Damage { message, hint: Some(hint.into()) };
        }
        let hint = match error {
            OpenError::NotALedger(_) => Some(Told::HintFound),
            OpenError::AlreadyThere(_) => Some(Told::HintOtherDirectory),
            OpenError::Later(_) => Some(Told::HintNewerProgram),
            OpenError::Key(_) => Some(Told::HintNoKey),
            OpenError::NoRoom { .. } => Some(Told::HintNoRoom),
            OpenError::NotFounded(_) => Some(Told::HintNotFounded),
            OpenError::Locked { .. } => Some(Told::HintLocked),
            OpenError::Damaged { .. }
            | OpenError::Segments { .. }
            | OpenError::Short { .. }
            | OpenError::OtherHistory { .. }
            | OpenError::OutOfOrder { .. }
            | OpenError::Gone { .. }
            | OpenError::Remains(_)
            | OpenError::Fork { .. }
            | OpenError::Log(_)
            | OpenError::Write(_)
            | OpenError::Vault(_)
            | OpenError::Genesis(_)
            | OpenError::Io(_) => None,
        };
        Failure::Failed { message, hint: hint.map(Said::from) }
    }
}

/// An error of opening in both languages; what the system says of itself stands as it was given.
fn said(error: &OpenError) -> Said {
    let path = |path: &Path| path.display().to_string();
    let told = match error {
        OpenError::Locked { dir, pid } => Told::OpenLocked { pid: pid.clone(), dir: path(dir) },
        OpenError::NotALedger(dir) => Told::OpenNoLedger { dir: path(dir) },
        OpenError::AlreadyThere(dir) => Told::OpenAlreadyThere { dir: path(dir) },
        OpenError::Remains(file) => Told::OpenRemains { file: path(file) },
        OpenError::NoRoom { dir, free, needed } => {
            Told::OpenNoRoom { dir: path(dir), free: free.to_string(), needed: needed.to_string() }
        }
        OpenError::NotFounded(why) => Told::OpenNotFounded { why: why.clone() },
        OpenError::Damaged { first, end: None, what } => {
            Told::OpenDamaged { first: first.to_string(), what: what.clone() }
        }
        OpenError::Damaged { first, end: Some(end), what } => Told::OpenDamagedTo {
            first: first.to_string(),
            last: end.saturating_sub(1).to_string(),
            what: what.clone(),
        },
        OpenError::Segments { first, what } => {
            Told::OpenSegments { first: first.to_string(), what: what.clone() }
        }
        OpenError::Short { size, cache, known } => {
            Told::OpenShort { size: size.to_string(), cache: cache.to_string(), known: known.to_string() }
        }
        OpenError::OtherHistory { cache, signed } => {
            Told::OpenOtherHistory { cache: cache.to_string(), signed: signed.to_string() }
        }
        OpenError::OutOfOrder { end } => Told::OpenOutOfOrder { end: end.to_string() },
        OpenError::Gone { end } => Told::OpenGone { end: end.to_string() },
        OpenError::Fork { first, what } => Told::OpenFork { first: first.to_string(), what: what.clone() },
        OpenError::Log(why) => Told::OpenNotContinuous { why: why.to_string() },
        OpenError::Genesis(why) => Told::OpenGenesis { why: why.clone() },
        OpenError::Write(_)
        | OpenError::Vault(_)
        | OpenError::Key(_)
        | OpenError::Later(_)
        | OpenError::Io(_) => return error.to_string().into(),
    };
    told.into()
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Failure {
        if let BackupError::Open(error) = error {
            return error.into();
        }
        let message = error.to_string();
        let hint = match error {
            BackupError::Damaged { .. } => Told::HintBackupDamaged,
            BackupError::Contents { .. } => Told::HintBackupContents,
            BackupError::Contradiction(_) => Told::HintContradiction,
            BackupError::Io(error) => return Failure::new(message, way_out(&error)),
            BackupError::Open(_) | BackupError::Refused(_) => {
                return Failure::Failed { message: message.into(), hint: None };
            }
        };
        Failure::Damage { message: message.into(), hint: Some(hint.into()) }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Failure {
        let message = error.to_string();
        match error {
            JournalError::Damaged { .. } | JournalError::NotContiguous(_) => {
                Failure::Damage { message: message.into(), hint: Some(Told::HintMend.into()) }
            }
            JournalError::Io(error) => Failure::new(message, way_out(&error)),
            JournalError::Full { .. } => Failure::new(message, Told::HintFull),
            JournalError::Stopped(_) => Failure::new(message, Told::HintStopped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The catalogue says of an error of opening what the error says of itself, and says it in Vietnamese too, with a way out.
    #[test]
    fn errors_of_opening_are_said_in_both_languages() {
        let what = || "a hole".to_owned();
        for error in [
            OpenError::Locked { dir: "d".into(), pid: "7".to_owned() },
            OpenError::NotALedger("d".into()),
            OpenError::AlreadyThere("d".into()),
            OpenError::Remains("d/f".into()),
            OpenError::NoRoom { dir: "d".into(), free: 1, needed: 2 },
            OpenError::NotFounded(what()),
            OpenError::Damaged { first: 3, end: None, what: what() },
            OpenError::Damaged { first: 3, end: Some(5), what: what() },
            OpenError::Segments { first: 3, what: what() },
            OpenError::OutOfOrder { end: 9 },
            OpenError::Gone { end: 9 },
            OpenError::Fork { first: 3, what: what() },
        ] {
            let own = error.to_string();
            let (Failure::Failed { message, hint } | Failure::Damage { message, hint }) =
                Failure::from(error)
            else {
                panic!("{own}")
            };
            assert_eq!(message.en, own);
            assert!(message.vi.is_some_and(|vi| vi != own), "{own}");
            assert!(hint.is_some_and(|hint| hint.vi.is_some()), "{own}");
        }
    }
}
