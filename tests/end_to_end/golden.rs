//! Golden bytes: the payload of every kind and revision that was ever written, beside its fields in JSON; and a whole log of an
//! earlier revision with the answers that the program of its day gave.
//!
//! The files are added to and never changed: a payload once written is readable for ever, and says the same.

use std::collections::BTreeSet;

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use thads_cases::event::{KINDS, KindCode, Payload, PayloadIn, PayloadOf};
use thads_service::json::{event_of, fields_of};

use crate::small::{action, officer};
use crate::support::{Folder, record, thads};

const GOLDEN: &str = include_str!("../golden/kinds.jsonl");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
}

#[test]
fn payloads_are_written_and_read_as_ever() {
    let mut seen = BTreeSet::new();
    for line in GOLDEN.lines() {
        let golden: Value = serde_json::from_str(line).unwrap();
        let kind = golden["kind"].as_str().unwrap();
        let revision = u8::try_from(golden["revision"].as_u64().unwrap()).unwrap();
        let code = KindCode::named(kind).unwrap_or_else(|| panic!("kind {kind} is gone"));
        seen.insert((kind.to_owned(), revision));

        let stored = bytes(golden["payload"].as_str().unwrap());
        let read = thads_codec::decode_seed(PayloadOf(KindCode { code: code.code, revision }), &stored);
        let read = read.unwrap_or_else(|error| panic!("{kind} revision {revision} cannot be read: {error}"));
        let given = golden["fields"].as_object().unwrap().clone();
        let sent = event_of(kind, given).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(read, sent, "{kind} revision {revision} reads as {}", Value::Object(fields_of(&read)));
        let again = thads_codec::encode(&PayloadIn(&sent, revision)).unwrap();
        assert_eq!(hex(&again), hex(&stored), "{kind} revision {revision} is written anew");
        if revision == code.revision {
            assert_eq!(
                hex(&thads_codec::encode(&Payload(&sent)).unwrap()),
                hex(&stored),
                "{kind} is written anew"
            );
        }
    }
    for (info, _) in KINDS {
        assert!(seen.contains(&(info.name.to_owned(), info.revision)), "{} has no golden payload", info.name);
    }
}

/// A document that has a word is written as that word's form, and never as another in its words.
#[test]
fn a_document_has_one_form() {
    let kind = KindCode { code: 49, revision: 2 };
    let payload = |word: &str| {
        let length = u8::try_from(word.len()).unwrap();
        [&[0, 0, 0, 0, 0, 13, length][..], word.as_bytes(), &[0, 0, 0]].concat()
    };
    assert!(thads_codec::decode_seed(PayloadOf(kind), &payload("x")).is_ok());
    assert!(thads_codec::decode_seed(PayloadOf(kind), &payload("order")).is_err());
}

/// A log whose notices are of their first revision: in a case and under corrections and voids. What rests on them (the voluntary
/// period, a payee who was told, a price reduced after an unsold notice) is as it was, to the byte of each answer; and it goes on.
#[test]
fn a_log_of_the_first_revision_of_notices_says_what_it_said() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let folder = Folder::new();
    let backup = folder.data.with_file_name("backup");
    let copied = Command::new("cp").arg("-r").arg(golden.join("notices-1")).arg(&backup).status().unwrap();
    assert!(copied.success());
    thads(&folder.data, &["restore", backup.to_str().unwrap()]).ok();
    thads(&folder.data, &["verify"]).ok();
    let log = thads(&folder.data, &["--json", "log"]).ok().json_lines();
    let notices: Vec<&Value> = log.iter().filter(|record| record["kind"] == "notice_served").collect();
    assert!(notices.len() == 12 && notices.iter().all(|notice| notice["kind_revision"] == 1), "{notices:?}");
    let answers = std::fs::read_to_string(golden.join("notices-1.answers.json")).unwrap();
    let answers: Value = serde_json::from_str(&answers).unwrap();
    for (asked, told) in answers.as_object().unwrap() {
        let args: Vec<&str> = ["--json", "--quiet"].into_iter().chain(asked.split(' ')).collect();
        let tells = thads(&folder.data, &args).ok().json_lines();
        assert_eq!(&Value::from(tells), told, "{asked}");
    }
    // What was sent then is sent again in the same bytes: the same receipt.
    for (at, of, mode) in [(34, "auction_unsold", "post"), (39, "quyết định thi hành án số 2/QĐ", "direct")]
    {
        let then = log.iter().find(|record| record["position"] == at).unwrap();
        let mut again = json!({ "to": then["fields"]["to"], "of": of, "mode": mode, "result": "received" });
        if at == 34 {
            again["note"] = json!("gửi bảo đảm");
        }
        let case = then["stream"].as_str().unwrap().trim_start_matches("case:");
        let mut again = action(case, "notice_served", then["effective"].as_str().unwrap(), 3, again);
        again["request"] = then["request"].clone();
        let told = record(&folder.data, &[again]).ok().json_lines().remove(0);
        assert_eq!((&told["first"], &told["leaf"]), (&json!(at), &then["leaf"]), "{told}");
    }
    let notice = json!({ "to": { "debtor": 1 }, "of": "order", "mode": "direct", "result": "received" });
    record(
        &folder.data,
        &[action("DT03/2018/0002", "notice_served", "2018-12-03", officer::ENFORCER, notice)],
    )
    .ok();
    thads(&folder.data, &["verify"]).ok();
    let last = thads(&folder.data, &["--json", "log", "--from", "45"]).ok().json_lines().remove(0);
    assert_eq!(
        (&last["kind_revision"], &last["fields"]["to"]),
        (&json!(2), &json!({ "debtor": 1 })),
        "{last}"
    );
}
