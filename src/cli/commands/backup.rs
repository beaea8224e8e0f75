//! `backup`: what a folder lacks of the ledger is copied there, verified as it is copied, with a signed checkpoint beside.

use std::path::{Path, PathBuf};

use serde_json::json;
use thads_ledger::{Sentence, Unsigned, VaultCheck};
use thads_service::persons::REFERENCES;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `backup`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The backup's folder: new, or with an earlier backup of this ledger.
    pub(crate) dir: PathBuf,
    /// Copy the keys as well: whoever has them reads all personal data and signs for the log.
    #[arg(long)]
    keys: bool,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let done = thads_ledger::backup(data, &args.dir, args.keys, REFERENCES)?;
    let (size, root) = (done.size, done.root.to_string());
    if output.json {
        output.json(&json!({
            "records": size, "root": root, "segments_copied": done.segments, "bytes_copied": done.bytes,
            "files_mended": done.mended, "signed": done.unsigned.is_none(), "checkpoint": done.note, "keys_not_there": done.no_keys, "kept_for_what_is_lost_here": done.lacking,
        }))?;
        return result(&done);
    }
    let (copied, bytes) =
        (output.say("đoạn được chép", "segments copied"), super::grouped(&done.bytes.to_string()));
    output.line(&format!(
        "{}: {size} {}; {} {copied} ({bytes} bytes); {} {root}",
        output.say("Đã sao lưu", "Backed up"),
        output.say("bản ghi", "records"),
        done.segments,
        output.say("gốc", "root")
    ))?;
    let mended = output.say(
        "Số tệp của bản sao trước đó bị hỏng hoặc mất, nay đã được chép lại",
        "Files of the earlier backup that were damaged or gone and were copied again",
    );
    output.remark_count(mended, done.mended);
    if !args.keys {
        output.remark(output.say(
            "Khóa (keys/) không được chép: không có khóa thì không đọc được tên người trong bản sao; giữ khóa ở nơi khác.",
            "The keys (keys/) were not copied: without them nobody reads the names in the backup; keep them elsewhere.",
        ));
    }
    if let Some(unsigned) = &done.unsigned {
        let missing = output.say("không có keys/log.key ở đây.", "keys/log.key is not there.");
        let why = match unsigned {
            Unsigned::Missing => missing,
            Unsigned::Wrong(what) => output.sentence(what),
        };
        let not_signed = output.say("Bản sao này không được ký", "This backup is not signed");
        output.remark(&format!("{not_signed}: {why}"));
    }
    if !done.no_keys.is_empty() {
        let not_there = output.say(
            "Các khóa không được chép vì không có ở đây",
            "Keys that were not copied, for they are not there",
        );
        output.remark(&format!("{not_there}: {}", done.no_keys.join(", ")));
    }
    result(&done)
}

/// What is wrong with the personal data and with the keys that sign, each whatever the other is.
fn result(done: &thads_ledger::Backup) -> Result<(), Failure> {
    let Some(keys) = keys(done) else { return personal(done) };
    let Err(lost) = personal(done) else {
        let message = format!("the log was backed up; {}", keys.what);
        let hint = format!("records, vault and keyring are in the backup; {}", keys.hint);
        return Err(failure(keys.is_damage, message, hint));
    };
    let (is_damage, message, hint) = match lost {
        Failure::Damage { message, hint } => (true, message, hint),
        Failure::Failed { message, hint } => (keys.is_damage, message, hint),
        told @ (Failure::Refused(_) | Failure::Field(_)) => return Err(told),
    };
    let hints = hint.into_iter().map(|hint| hint.to_string()).chain([keys.hint]).collect::<Vec<_>>();
    Err(failure(is_damage, format!("{message}; {}", keys.what), hints.join("; ")))
}

fn failure(is_damage: bool, message: String, hint: String) -> Failure {
    let hint = Some(hint.into());
    let message = message.into();
    if is_damage { Failure::Damage { message, hint } } else { Failure::Failed { message, hint } }
}

/// A backup of what is damaged is made and says so: exit status 3.
fn personal(done: &thads_ledger::Backup) -> Result<(), Failure> {
    let lost = match &done.personal {
        VaultCheck::Checked(_) | VaultCheck::Gone(..) => done.personal.lost(),
        VaultCheck::Skipped(Sentence { en: why, .. })
        | VaultCheck::Unreadable(why)
        | VaultCheck::Broken(why) => {
            return Err(Failure::new(
                format!("the log was backed up; whether its personal data can be read is not known: {}", why),
                "bring keys/keyring and vault/entries back, then make the backup again; what the backup had is still in it",
            ));
        }
    };
    let lacking: Vec<&str> =
        done.lacking.iter().map(String::as_str).filter(|copy| !is_signing_key(copy)).collect();
    if lost == 0 && lacking.is_empty() {
        if done.personal.is_good() {
            return Ok(());
        }
        return Err(Failure::Damage {
            message: "the log was backed up, and its vault or keyring was changed".into(),
            hint: Some("thads verify names what is wrong with it; nothing of it is lost".into()),
        });
    }
    let (hint, mut message) = if lacking.is_empty() {
        ("look for an earlier backup that has it; thads verify names what is lost", String::new())
    } else {
        let hint = "the backup keeps these copies: bring vault/entries and keys/keyring back from them, then make the backup again; thads verify names what is lost";
        (hint, format!("; the ledger cannot give what is in {}", lacking.join(", ")))
    };
    message = format!(
        "the log was backed up, and of the personal data {lost} pieces are lost in the ledger{message}"
    );
    Err(Failure::Damage { message: message.into(), hint: Some(hint.into()) })
}

fn is_signing_key(copy: &str) -> bool {
    ["keys/log.key@", "keys/root.key@"].iter().any(|key| copy.starts_with(key))
}

/// What is wrong with the keys that sign.
struct WrongKeys {
    is_damage: bool,
    what: String,
    hint: String,
}

/// A key that is not the ledger's is exit status 3, as in `verify`; one that is not here is none of the records' damage, but
/// nothing signed the backup.
fn keys(done: &thads_ledger::Backup) -> Option<WrongKeys> {
    let kept =
        done.lacking.iter().filter(|copy| is_signing_key(copy)).map(String::as_str).collect::<Vec<_>>();
    let hint = if kept.is_empty() {
        "bring the key back from an earlier backup that was made with --keys (keys/NAME@SIZE in it), then make this one again".to_owned()
    } else {
        format!("the backup holds the key as {}: copy it back, then make the backup again", kept.join(", "))
    };
    let (is_damage, unsigned) = match &done.unsigned {
        Some(Unsigned::Wrong(what)) => (true, Some(format!("{} This backup is not signed", what.en))),
        Some(Unsigned::Missing) => (
            false,
            Some("keys/log.key is not there: without it nothing can be recorded or signed, and this backup is not signed".to_owned()),
        ),
        None => (false, None),
    };
    let wrong = unsigned.into_iter().chain(done.root_key.as_ref().map(|what| what.en.clone()));
    let wrong: Vec<String> = wrong.collect();
    let is_damage = is_damage || done.root_key.is_some();
    (!wrong.is_empty()).then(|| WrongKeys { is_damage, what: wrong.join("; "), hint })
}
