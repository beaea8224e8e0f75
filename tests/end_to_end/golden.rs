//! Golden bytes: the payload of every kind and revision that was ever written, beside its fields in JSON.
//!
//! The file is added to and never changed: a payload once written is readable for ever, and says the same.

use std::collections::BTreeSet;

use serde_json::Value;
use thads_cases::event::{KINDS, KindCode, Payload, PayloadIn, PayloadOf};
use thads_proof::codec;
use thads_service::json::{event_of, fields_of};

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
        let read = codec::decode_seed(PayloadOf(KindCode { code: code.code, revision }), &stored);
        let read = read.unwrap_or_else(|error| panic!("{kind} revision {revision} cannot be read: {error}"));
        let given = golden["fields"].as_object().unwrap().clone();
        let sent = event_of(kind, given).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(read, sent, "{kind} revision {revision} reads as {}", Value::Object(fields_of(&read)));
        let again = codec::encode(&PayloadIn(&sent, revision)).unwrap();
        assert_eq!(hex(&again), hex(&stored), "{kind} revision {revision} is written anew");
        if revision == code.revision {
            assert_eq!(hex(&codec::encode(&Payload(&sent)).unwrap()), hex(&stored), "{kind} is written anew");
        }
    }
    for (info, _) in KINDS {
        assert!(seen.contains(&(info.name.to_owned(), info.revision)), "{} has no golden payload", info.name);
    }
}
