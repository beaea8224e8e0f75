//! Published test vectors, judged by the code that runs: tree proofs, BLAKE3, notes, cosignatures, a foreign log,
//! Ed25519's edge cases. The files lie outside the project; without them each test says loudly that it was skipped.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use thads_proof::checkpoint::{Checkpoint, LogKey, Note, Vkey, WitnessKey};
use thads_proof::tile::{Bundle, Tile};
use thads_proof::tree::{
    Node, Nodes, Root, consistency_proof, entry_node, verify_consistency, verify_inclusion,
};
use thads_proof::{hash, hex, note, tile};

fn shared() -> PathBuf {
    std::env::var_os("THADS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from)
}

/// Reads a vector file, or ends the test after saying that it is missing.
macro_rules! vectors {
    ($name:expr) => {
        match fs::read_to_string(shared().join("vectors").join($name)) {
            Ok(text) => text,
            Err(error) => {
                println!("SKIPPED: no test vectors {}: {error}", $name);
                return;
            }
        }
    };
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// `None` if the base64 is not of 32 bytes.
fn hash32(value: &Value) -> Option<[u8; 32]> {
    BASE64.decode(text(value)).unwrap().try_into().ok()
}

fn proof(value: &Value) -> Option<Vec<Node>> {
    match value {
        Value::Null => Some(Vec::new()),
        nodes => nodes.as_array().unwrap().iter().map(|node| hash32(node).map(Node)).collect(),
    }
}

#[test]
fn published_inclusion_proofs() {
    let lines = vectors!("merkle-inclusion.jsonl");
    let mut judged = 0;
    for line in lines.lines().map(json) {
        let accepted = || {
            let leaf = Node(hash32(&line["leafHash"])?);
            let root = Root(hash32(&line["root"])?);
            let (index, size) = (line["leafIdx"].as_u64()?, line["treeSize"].as_u64()?);
            verify_inclusion(index, size, &leaf, &proof(&line["proof"])?, &root).ok()
        };
        assert_eq!(accepted().is_none(), line["wantErr"], "{}", line["path"]);
        judged += 1;
    }
    assert_eq!(judged, 98);
}

#[test]
fn published_consistency_proofs() {
    let lines = vectors!("merkle-consistency.jsonl");
    let mut judged = 0;
    for line in lines.lines().map(json) {
        // Its hashes are not 32 bytes long, and it wants them accepted: typed hashes cannot.
        if text(&line["path"]).contains("sizes-are-equal-one-and-proof-is-empty") {
            continue;
        }
        let accepted = || {
            let (old, new) = (Root(hash32(&line["root1"])?), Root(hash32(&line["root2"])?));
            let (from, to) = (line["size1"].as_u64()?, line["size2"].as_u64()?);
            verify_consistency(from, to, &old, &new, &proof(&line["proof"])?).ok()
        };
        assert_eq!(accepted().is_none(), line["wantErr"], "{}", line["path"]);
        judged += 1;
    }
    assert_eq!(judged, 97);
}

#[test]
fn blake3_in_the_mode_that_leaves_use() {
    let file = json(&vectors!("blake3-test_vectors.json"));
    let context = text(&file["context_string"]);
    for case in file["cases"].as_array().unwrap() {
        let length = case["input_len"].as_u64().unwrap();
        let input: Vec<u8> = (0..length).map(|index| u8::try_from(index % 251).unwrap()).collect();
        assert_eq!(hex::encode(&hash::derive(context, &input)), text(&case["derive_key"])[..64], "{length}");
    }
}

#[test]
fn published_notes() {
    let file = json(&vectors!("signed-note.json"));
    for case in file["cases"].as_array().unwrap() {
        let keys: Result<Vec<Vkey>, _> =
            case["vkeys"].as_array().unwrap().iter().map(|key| text(key).parse()).collect();
        let accepted = keys
            .is_ok_and(|keys| Note::parse(text(&case["note"])).is_ok_and(|note| note.verify(&keys).is_ok()));
        assert_eq!(accepted, case["want"] == "ok", "{}", case["name"]);
    }
    for key in file["bad_vkeys"].as_array().unwrap() {
        assert!(text(key).parse::<Vkey>().is_err(), "{key}");
    }
    let sign = &file["sign"];
    let seed = hex::decode_array(text(&sign["seed_hex"])).unwrap();
    let key = note::NoteKey::from_seed(text(&sign["name"]), note::Algorithm::Ed25519, &seed).unwrap();
    assert_eq!(format!("{}\n{}", text(&sign["text"]), key.sign(text(&sign["text"]), 0)), text(&sign["want"]));
    let whole = Note::parse(text(&sign["want"])).unwrap();
    assert_eq!(whole.to_string(), text(&sign["want"]));
}

#[test]
fn published_cosignatures() {
    let file = json(&vectors!("cosignature-v1.json"));
    let key: Vkey = text(&file["cosigner_vkey"]).parse().unwrap();
    assert_eq!(key.to_string(), text(&file["cosigner_vkey"]));
    for case in file["cases"].as_array().unwrap() {
        let verdict = Note::parse(text(&case["note"])).unwrap().verify(std::slice::from_ref(&key));
        match case["want"].as_str() {
            Some("ok") => assert_eq!(verdict.unwrap()[0].time, case["time"].as_u64(), "{}", case["name"]),
            _ => assert!(verdict.is_err(), "{}", case["name"]),
        }
    }
    let example = &file["spec_examples_parse_only"];
    let note = Note::parse(text(&example["note"])).unwrap();
    assert_eq!(
        note.signatures()[1].hash.to_be_bytes(),
        hex::decode_array(text(&example["key_id_hex"])).unwrap()
    );
    // Ed25519 is deterministic: the same seed gives the same cosignature.
    let seed = hex::decode_array(text(&json(&vectors!("signed-note.json"))["sign"]["seed_hex"])).unwrap();
    let witness = WitnessKey::from_seed(key.name(), &seed).unwrap();
    let good = Note::parse(text(&file["cases"][0]["note"])).unwrap();
    assert_eq!(witness.cosign(good.text(), 1_700_000_000), good.signatures()[1].to_string());
}

#[test]
fn a_foreign_log_is_read_whole() {
    let vkey = vectors!("tessera-tlog/vkey.txt");
    let folder = shared().join("vectors/tessera-tlog");
    let key: Vkey = vkey.trim().parse().unwrap();
    let mut roots = Vec::new();
    for size in 0..=15u16 {
        let note = fs::read_to_string(folder.join(format!("checkpoint.{size}"))).unwrap();
        let (checkpoint, _) = Checkpoint::open(&note, key.name(), std::slice::from_ref(&key)).unwrap();
        assert_eq!(checkpoint.size, u64::from(size));
        let mut nodes = Nodes::new();
        if size > 0 {
            let bundle = Bundle::new(0, size).unwrap();
            let bytes = fs::read(folder.join(bundle.to_string())).unwrap();
            let entries = bundle.decode(&bytes).unwrap();
            assert_eq!(bundle.encode(&entries).unwrap(), bytes);
            entries.iter().for_each(|entry| nodes.push_node(entry_node(entry)));
            let tile = Tile::new(0, 0, size).unwrap();
            assert_eq!(fs::read(folder.join(tile.to_string())).unwrap(), tile.encode(&nodes).unwrap());
        }
        assert_eq!(nodes.root_at(u64::from(size)).unwrap(), checkpoint.root, "{size}");
        roots.push(checkpoint.root);
    }
    let mut pairs = 0;
    for new in 1..=15u64 {
        let read = |name: Tile| {
            name.decode(&fs::read(folder.join(name.to_string())).unwrap()).map_err(|_| unreachable!())
        };
        for old in 1..=new {
            let proof: Result<_, thads_proof::tree::ProofError> =
                consistency_proof(old, new, |level, index| tile::node(level, index, new, read));
            let [old_root, new_root] = [old, new].map(|size| &roots[usize::try_from(size).unwrap()]);
            assert_eq!(verify_consistency(old, new, old_root, new_root, &proof.unwrap()), Ok(()));
            pairs += 1;
        }
    }
    assert_eq!(pairs, 120);
}

#[test]
fn our_log_signs_what_it_can_open() {
    let key = LogKey::from_seed("thads.example/dong-thap", &[7; 32]).unwrap();
    let note = key.sign(3, Root([9; 32]));
    let keys = [key.vkey().clone()];
    let (checkpoint, signed) = Checkpoint::open(&note, "thads.example/dong-thap", &keys).unwrap();
    assert_eq!((checkpoint.size, checkpoint.root, signed.len()), (3, Root([9; 32]), 1));
    assert!(Checkpoint::open(&note, "thads.example/an-giang", &keys).is_err());
    assert!(Checkpoint::open(&note.replacen("\n3\n", "\n4\n", 1), "thads.example/dong-thap", &keys).is_err());
}

/// A second verifier must agree with this one on every vector, so what is accepted is pinned here as a rule: a
/// signature whose key and R are canonical and not of low order, and whose equation holds without the cofactor.
#[test]
fn edge_cases_of_ed25519() {
    let refused = ["low_order_A", "low_order_R", "low_order_residue", "non_canonical_A", "non_canonical_R"];
    let cctv = json(&vectors!("cctv-ed25519vectors.json"));
    let mut accepted = 0;
    for case in cctv.as_array().unwrap() {
        let flags = case["flags"].as_array().map_or(&[][..], Vec::as_slice);
        let wanted = !flags.iter().any(|flag| refused.contains(&text(flag)));
        let found = accepts(text(&case["key"]), text(&case["msg"]).as_bytes(), text(&case["sig"]));
        assert_eq!(found, wanted, "C2SP/CCTV {} {flags:?}", case["number"]);
        accepted += u32::from(found);
    }
    assert_eq!(accepted, 43);

    let wycheproof = json(&vectors!("wycheproof-ed25519.json"));
    let mut judged = 0;
    for group in wycheproof["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let message = hex::decode(text(&test["msg"])).unwrap();
            let accepted = accepts(text(&group["publicKey"]["pk"]), &message, text(&test["sig"]));
            assert_eq!(accepted, test["result"] == "valid", "wycheproof {}", test["tcId"]);
            judged += 1;
        }
    }
    assert_eq!(judged, 151);
}

fn accepts(key: &str, message: &[u8], signature: &str) -> bool {
    let key = hex::decode_array(key).unwrap();
    hex::decode_array(signature).is_ok_and(|signature| note::verify_ed25519(&key, message, &signature))
}
