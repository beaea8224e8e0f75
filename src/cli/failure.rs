//! Failures of a command: one sentence, a way out, and an exit status.

use std::io::ErrorKind;
use std::process::ExitCode;

use thads_cases::refusal::Refusal;
use thads_ledger::journal::JournalError;
use thads_ledger::{AppendError, BackupError, KeyError, OpenError, VaultError};
use thads_proof::verify::VerifyError;
use thads_service::answers::AnswerError;
use thads_service::json::{JsonError, Language, refusal_json, refusal_text};
use thads_service::ledger_service::ServiceError;
use thads_service::record::RecordError;

use crate::output::{self, Output};

/// The way out of damage.
const MEND: &str = "thads doctor mends one copy from the other and keeps what was damaged (--dry-run only says it); thads verify names what is damaged";

/// The way out where neither copy has what was acknowledged.
const BEYOND_REPAIR: &str = "nothing was written; keep this directory as evidence and bring the ledger back into another one from a backup (thads restore); thads verify names every damaged place";

/// The way out where both copies end too early.
const CUT_SHORT: &str = "nothing was written; look for wal/ and sled/ of later, or bring the ledger back from a backup (thads restore); only who accepts the loss moves snapshots/ away";

/// The way out where the log's key signed another history.
const FORKED: &str = "nothing was written; keep this directory as evidence, and find out which history is the ledger's (checkpoints, receipts and backups say it); only who knows that it is this one moves snapshots/ away";

/// The way out where a file of the vault is gone.
const NO_VAULT: &str = "bring it back from a backup (keys/keyring from one made with --keys); only where there is none, make an empty file of that name: what it held can then never be read again";

/// The way out where a file of the vault is another ledger's.
const OTHER_VAULT: &str = "move it out of the directory, and bring this ledger's own back from a backup (keys/keyring from one made with --keys)";

/// The way out where only a copy is left that need not be whole.
const NO_SEGMENTS: &str =
    "bring wal/ back (is its disk mounted?); thads doctor goes on from sled as it is, and says so";

/// The way out where the second copy has everything.
pub(crate) const SEGMENTS_GONE: &str = "thads doctor brings them back from sled (--dry-run only says it); are they on a disk that is not mounted?";

/// The way out where neither copy of the log is left.
const NO_LOG: &str = "bring wal/ or sled/ back, or restore a backup into another directory; to found a ledger, choose an empty one with --data";

/// The way out where nothing can be signed.
const NO_KEY: &str = "without the log's key nothing can be recorded or signed: bring keys/log.key back from a backup that was made with --keys (keys/log.key@SIZE in it); reading, verify and backup do without";

/// The way out where nothing more is written until a restart.
const STOPPED: &str = "what was answered is safe; look at that file and its disk, and run it again: opening looks at both copies";

/// The way out where less is free than the mark.
const FULL: &str =
    "make room on that disk and run it again; where none can be made, thads doctor releases the ballast";

/// The way out of what the system does not let be done.
fn way_out(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            "run it as the user whom the file belongs to, or give this user the right to it (ls -l shows both)"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "make room on that disk, or raise the limit, and try again"
        }
        ErrorKind::ReadOnlyFilesystem => "mount that file system for writing, or name another directory",
        ErrorKind::NotFound | ErrorKind::NotADirectory => "look at the name; is its disk mounted?",
        ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            "nothing was changed; put what belongs there in its place"
        }
        _ => "look at that file and its disk (the system's log says more), and try again",
    }
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
        message: String,
        /// The way out.
        hint: Option<String>,
    },
    /// Evidence of damage or tampering: exit 3.
    Damage {
        /// What was found.
        message: String,
        /// The way out.
        hint: Option<String>,
    },
}

impl Failure {
    /// A failure with a way out.
    pub(crate) fn new(message: impl ToString, hint: &str) -> Failure {
        Failure::Failed { message: message.to_string(), hint: Some(hint.to_owned()) }
    }

    /// The same failure with what it happened at before it.
    pub(crate) fn at(self, place: &str) -> Failure {
        let placed = |message: String| format!("{place}: {message}");
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
            "write it where there is room and ask again; what was recorded or copied before that stays so",
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
            Failure::Failed { message, .. } | Failure::Damage { message, .. } => message.clone(),
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
                output::complain(message, hint.as_deref());
                ExitCode::from(1)
            }
            Failure::Damage { message, hint } => {
                output::complain(message, hint.as_deref());
                ExitCode::from(3)
            }
        }
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Failure {
        match error {
            RecordError::Refused(refusal) => Failure::Refused(refusal),
            RecordError::Append(AppendError::Stale { .. }) => {
                Failure::new(error, "load it again (thads case ID) and decide anew")
            }
            RecordError::Append(AppendError::DiskFull { .. }) => Failure::new(error, FULL),
            RecordError::Service(error) => error.into(),
            RecordError::Json(error) => error.into(),
            RecordError::Close(error) => error.into(),
            RecordError::Append(_) | RecordError::Clock(_) | RecordError::Seal(_) => {
                Failure::Failed { message: error.to_string(), hint: None }
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
                Failure::Failed { message: error.to_string(), hint: None }
            }
            ServiceError::Fold(error) if error.is_later() => {
                Failure::new(error, "this build is older than the ledger: use a newer thads")
            }
            ServiceError::Fold(error) => Failure::Damage {
                message: error.to_string(),
                hint: Some("no build writes such a record; thads verify names each".to_owned()),
            },
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
            _ => Failure::Failed { message, hint: None },
        }
    }
}

impl From<AnswerError> for Failure {
    fn from(error: AnswerError) -> Failure {
        match error {
            AnswerError::Service(error) => error.into(),
            AnswerError::NotFound { what: "figure", .. } => {
                Failure::new(error, "thads report --json lists the figures")
            }
            AnswerError::Field(error) => error.into(),
            AnswerError::NotFound { .. } | AnswerError::Figure(_) => {
                Failure::Failed { message: error.to_string(), hint: None }
            }
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        let message = error.to_string();
        if let OpenError::Key(KeyError::Io(error)) = &error
            && error.kind() == ErrorKind::NotFound
        {
            return Failure::new(message, NO_KEY);
        }
        if let OpenError::Io(error)
        | OpenError::Vault(VaultError::Io(error))
        | OpenError::Key(KeyError::Io(error)) = &error
        {
            return Failure::new(message, way_out(error));
        }
        let error = match error {
            OpenError::Write(error) => return error.into(),
            error => error,
        };
        if error.is_evidence() {
            let hint = match error {
                OpenError::Damaged { .. } => BEYOND_REPAIR,
                OpenError::Short { .. } => CUT_SHORT,
                OpenError::OtherHistory { .. } => FORKED,
                OpenError::OutOfOrder { .. } => NO_SEGMENTS,
                OpenError::Gone { .. } => SEGMENTS_GONE,
                OpenError::Remains(_) => NO_LOG,
                OpenError::Vault(VaultError::Strange(_)) => OTHER_VAULT,
                OpenError::Vault(_) => NO_VAULT,
                OpenError::Key(_) => NO_KEY,
                _ => MEND,
            };
            return Failure::Damage { message, hint: Some(hint.to_owned()) };
        }
        let hint = match error {
            OpenError::NotALedger(_) => {
                Some("thads init founds a ledger, thads demo a practice one; --data names the directory")
            }
            OpenError::AlreadyThere(_) => Some("choose another directory with --data"),
            OpenError::Later(_) => Some("this build is older than the ledger: use a newer thads"),
            OpenError::Key(_) => Some(NO_KEY),
            OpenError::NoRoom { .. } => Some(
                "nothing was made; make room on that disk, or name a directory on another one with --data",
            ),
            OpenError::NotFounded(_) => {
                Some("nothing was left there; look at that file and its disk, and found it again")
            }
            OpenError::Locked { .. } => Some("ask that process (its API), or stop it first"),
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
        Failure::Failed { message, hint: hint.map(str::to_owned) }
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Failure {
        if let BackupError::Open(error) = error {
            return error.into();
        }
        let message = error.to_string();
        let hint = match error {
            BackupError::Damaged { .. } => "nothing was put in place; thads verify names what is damaged",
            BackupError::Contents { .. } => {
                "nothing was changed; put this file back as the backup wrote it (from a copy of the backup), or use another backup; a ledger that is there can be backed up into another folder"
            }
            BackupError::Contradiction(_) => {
                "keep both as they are; thads verify --checkpoint with the backup's checkpoint says from where on they differ"
            }
            BackupError::Io(error) => return Failure::new(message, way_out(&error)),
            BackupError::Open(_) | BackupError::Refused(_) => {
                return Failure::Failed { message, hint: None };
            }
        };
        Failure::Damage { message, hint: Some(hint.to_owned()) }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Failure {
        let message = error.to_string();
        match error {
            JournalError::Damaged { .. } | JournalError::NotContiguous(_) => {
                Failure::Damage { message, hint: Some(MEND.to_owned()) }
            }
            JournalError::Io(error) => Failure::new(message, way_out(&error)),
            JournalError::Full { .. } => Failure::new(message, FULL),
            JournalError::Stopped(_) => Failure::new(message, STOPPED),
        }
    }
}
