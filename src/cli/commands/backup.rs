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
            "files_mended": done.mended, "signed": done.unsigned.is_none(), "checkpoint": done.note, "kept_for_what_is_lost_here": done.lacking,
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
    result(&done)
}

/// A backup of what is damaged is made and says so: exit status 3.
fn result(done: &thads_ledger::Backup) -> Result<(), Failure> {
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
            return keys(done);
        }
        return Err(Failure::Damage {
            message: "the log was backed up, and its vault or keyring was changed".to_owned(),
            hint: Some("thads verify names what is wrong with it; nothing of it is lost".to_owned()),
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
    Err(Failure::Damage { message, hint: Some(hint.to_owned()) })
}

fn is_signing_key(copy: &str) -> bool {
    ["keys/log.key@", "keys/root.key@"].iter().any(|key| copy.starts_with(key))
}

/// A key that is not the ledger's is exit status 3, as in `verify`; one that is not here is none of the records' damage, but
/// nothing signed the backup.
fn keys(done: &thads_ledger::Backup) -> Result<(), Failure> {
    let kept =
        done.lacking.iter().filter(|copy| is_signing_key(copy)).map(String::as_str).collect::<Vec<_>>();
    let hint = if kept.is_empty() {
        "records, vault and keyring are in the backup; bring the key back from an earlier backup that was made with --keys (keys/NAME@SIZE in it), then make this one again".to_owned()
    } else {
        format!(
            "records, vault and keyring are in the backup, and so is the key, as {}: copy it back, then make the backup again",
            kept.join(", ")
        )
    };
    let wrong = |what: &Sentence| format!("the log was backed up; {}", what.en);
    match (&done.unsigned, &done.root_key) {
        (Some(Unsigned::Wrong(what)), _) => Err(Failure::Damage {
            message: format!("{} This backup is not signed", wrong(what)),
            hint: Some(hint),
        }),
        (_, Some(what)) => Err(Failure::Damage { message: wrong(what), hint: Some(hint) }),
        (Some(Unsigned::Missing), None) => Err(Failure::Failed {
            message: "the log was backed up, and keys/log.key is not there: without it nothing can be recorded or signed, this backup included".to_owned(),
            hint: Some(hint),
        }),
        (None, None) => Ok(()),
    }
}
