//! `restore`: a data directory from a backup, verified against its checkpoint before it appears.

use std::path::{Path, PathBuf};

use serde_json::json;
use thads_cases::date::Date;
use thads_ledger::{Restored, Sentence, Until, VaultCheck};
use thads_projections::entry::correction_of;
use thads_proof::record::Micros;
use thads_service::json::instant;
use thads_service::persons::REFERENCES;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `restore`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The backup's folder.
    pub(crate) dir: PathBuf,
    /// To so many records.
    #[arg(long, value_name = "POSITION", conflicts_with = "as_known")]
    to: Option<u64>,
    /// To what was truly recorded by the end of this day, or by this moment (2019-04-12T02:00:00Z).
    #[arg(long, value_name = "MOMENT")]
    as_known: Option<String>,
    /// The log's verifier key, kept from elsewhere; default: the one that the backup's genesis names.
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let until = match (args.to, &args.as_known) {
        (Some(size), _) => Until::Size(size),
        (None, Some(moment)) => {
            Until::Recorded { before: Micros::new(before(moment)?), corrections: correction_of }
        }
        (None, None) => Until::End,
    };
    let done = thads_ledger::restore(&args.dir, data, until, args.key.as_deref(), REFERENCES)?;
    let (size, root) = (done.size, done.root.to_string());
    let (unopened, without_key) = match &done.personal {
        Some(VaultCheck::Checked(report)) => (Some(report.lost), report.without_key),
        Some(VaultCheck::Gone(_, lost)) => (Some(*lost), 0),
        Some(VaultCheck::Skipped(_) | VaultCheck::Unreadable(_) | VaultCheck::Broken(_)) | None => (None, 0),
    };
    if output.json {
        output.json(&json!({ "records": size, "root": root, "signed": done.is_signed, "has_keys": needed(&done).next().is_none(), "keys_missing": done.no_keys, "personal_unopened": unopened, "kept_beside": done.beside, "left_out": done.left_out, "set_aside": done.aside }))?;
        return result(&done, unopened, without_key);
    }
    output.line(&format!(
        "{}: {size} {}; {} {root}",
        output.say("Đã khôi phục", "Restored"),
        output.say("bản ghi", "records"),
        output.say("gốc", "root")
    ))?;
    let older = output.say(
        "Dữ liệu cá nhân không mở được, vì khóa trong bản sao cũ hơn các bản ghi; chép keys/keyring mới hơn từ sổ, hoặc từ bản sao làm với --keys",
        "Pieces of personal data that do not open, for the keys in the backup are older than its records; bring keys/keyring from the ledger itself, or from a backup made with --keys",
    );
    if !done.no_keys.contains(&KEYRING) {
        output.remark_count(older, without_key);
    }
    if !done.beside.is_empty() {
        let beside = output.say(
            "Bản sao còn giữ những bản khác có dữ liệu cá nhân mà bản vừa khôi phục không có",
            "The backup also keeps copies with personal data that what was brought back does not have",
        );
        output.remark(&format!("{beside}: {}", done.beside.join(", ")));
    }
    if !done.left_out.is_empty() {
        let left_out = output.say(
            "Các đoạn đứng sau điểm kiểm chứng của bản sao, không được khôi phục",
            "Segments behind the backup's checkpoint, which were not brought back",
        );
        output.remark(&format!("{left_out}: {}", done.left_out.join(", ")));
    }
    if let Some(aside) = &done.aside {
        let set_aside = output.say(
            "Một lần khôi phục trước bị cắt ngang còn để lại thứ không nhận ra được nữa; nó được để riêng ra ở",
            "What an earlier try that was cut off had left half written could not be known any more, and was set aside as",
        );
        output.remark(&format!("{set_aside} {}", aside.display()));
    }
    if needed(&done).next().is_some() {
        let each = done.no_keys.iter().map(|key| format!("{key} ({})", what_for(key, output)));
        output.remark(&format!(
            "{}: {}. {}",
            output.say("Bản sao không có các khóa", "The backup does not hold these keys"),
            each.collect::<Vec<_>>().join(", "),
            output.say(
                "Hãy chép chúng vào thư mục keys/ của sổ vừa khôi phục.",
                "Put them into keys/ of what was brought back."
            )
        ));
    }
    result(&done, unopened, without_key)
}

const KEYRING: &str = "keys/keyring";
const ROOT_KEY: &str = "keys/root.key";

/// Returns the keys without which something cannot be done. The root key is meant to be taken off the machine.
fn needed(done: &Restored) -> impl Iterator<Item = &&'static str> {
    done.no_keys.iter().filter(|key| **key != ROOT_KEY)
}

/// Says what a key is needed for.
fn what_for<'a>(key: &str, output: &'a Output) -> &'a str {
    match key {
        KEYRING => output.say("mở tên người và mọi lời về họ", "opens names and all words about persons"),
        ROOT_KEY => output.say(
            "chứng nhận khóa sau này của sổ; nên để ngoài máy này",
            "vouches for later log keys; belongs off this machine",
        ),
        _ => output.say("ký: thiếu nó thì không ghi được gì", "signs: nothing is recorded without it"),
    }
}

/// What was brought back without some of its personal data says so: exit status 3. Keys that are older than the backup's
/// records are no damage, nor that there are none. What nobody signed says so whatever else is said.
fn result(done: &Restored, unopened: Option<u64>, without_key: u64) -> Result<(), Failure> {
    let unsigned =
        "nothing vouches for it: the log's key was not there when the backup was made, which is not signed";
    let said = |message: String| if done.is_signed { message } else { format!("{message}; {unsigned}") };
    if let Some(VaultCheck::Unreadable(why) | VaultCheck::Skipped(Sentence { en: why, .. })) = &done.personal
    {
        return Err(Failure::new(
            said(format!(
                "the log was brought back; whether its personal data can be read is not known: {why}"
            )),
            "look at vault/entries and keys/keyring of what was brought back; thads verify says what they hold",
        ));
    }
    let damage = |message: String, hint: &str| {
        Err(Failure::Damage { message: said(message).into(), hint: Some(hint.into()) })
    };
    let lost = unopened.unwrap_or(0).saturating_sub(without_key);
    if lost > 0 {
        let message = format!(
            "the log was brought back whole, and of the personal data {lost} pieces are lost in the backup"
        );
        return match &done.personal {
            Some(VaultCheck::Gone(KEYRING, _)) => damage(
                format!("{message}: it holds other keys and no {KEYRING}"),
                "bring keys/keyring from the ledger itself, or from another backup made with --keys: nothing else opens them",
            ),
            Some(VaultCheck::Gone(file, _)) => damage(
                format!("{message}: it holds no {file}"),
                "look for another backup that holds it; thads verify names what is lost",
            ),
            Some(_) | None => {
                damage(message, "look for another backup that has them; thads verify names them")
            }
        };
    }
    match &done.personal {
        // Each piece without its key is one finding: any other is something that no writer leaves.
        Some(VaultCheck::Checked(report)) if report.findings > without_key => damage(
            "the log was brought back whole, and its vault or keyring was changed in the backup".to_owned(),
            "thads verify names what is wrong with it; look at an earlier backup",
        ),
        Some(_) | None if done.is_signed => Ok(()),
        Some(_) | None => Err(Failure::new(
            format!("the log was brought back whole, and {unsigned}"),
            "hold it against a checkpoint from before (the backup's own file of that name is the last that was signed): thads verify --checkpoint",
        )),
    }
}

/// The instant before which everything belongs to a moment: the end of a day, or the microsecond after.
fn before(moment: &str) -> Result<i64, Failure> {
    let day = moment.parse::<Date>().ok().map(|day| day.next().begins_at());
    day.or_else(|| instant(moment).map(|micros| micros.saturating_add(1))).ok_or_else(|| {
        Failure::new(
            format!("{moment:?} is no moment"),
            "write a day like 2019-03-31, or an instant like 2019-04-12T02:00:00Z",
        )
    })
}
