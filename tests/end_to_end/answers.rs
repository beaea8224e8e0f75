//! Golden answers: what every route and every command with `--json` says of two ledgers that are the same for ever, a small one
//! and the demo. Field by field: a name, a unit or a word that changes is a change of the API, and is seen here.
//!
//! `THADS_GOLDEN=write` adds answers that are not there yet, and changes none: a file is removed by hand to be made anew.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Folder, Server, demo, send, thads};

const CASE: &str = "DT00/2018/0001";

/// What is asked of the small ledger over HTTP, in this order: method, path, body.
const ASKED: &[(&str, &str, &str)] = &[
    ("GET", "/", ""),
    ("GET", "/healthz", ""),
    ("GET", "/readyz", ""),
    ("GET", "/log/checkpoint", ""),
    ("GET", "/api/v1/cases", ""),
    ("GET", "/api/v1/cases?office=DT00&own=true&standing=completed&enforcer=2&judgment=1/2018&limit=1", ""),
    ("GET", "/api/v1/cases?as_known=8", ""),
    ("GET", "/api/v1/cases?standing=none", ""),
    ("GET", "/api/v1/cases/DT00-2018-0001", ""),
    ("GET", "/api/v1/cases/DT00-2018-0001?at=2018-12-02&as_known=9", ""),
    ("GET", "/api/v1/cases/DT00-2018-0001/history", ""),
    ("GET", "/api/v1/cases/DT00-2018-0002", ""),
    ("GET", "/api/v1/cases/one", ""),
    ("GET", "/api/v1/reports/2019-H1", ""),
    ("GET", "/api/v1/reports/2019-H1?by=office", ""),
    ("GET", "/api/v1/reports/2019-H1?by=enforcer&office=DT00&as_known=9", ""),
    ("GET", "/api/v1/reports/2019-H1?by=none", ""),
    ("GET", "/api/v1/figures/cases.finished?period=2019-H1", ""),
    ("GET", "/api/v1/figures/rate.cases?period=2019-H1&office=DT00", ""),
    ("GET", "/api/v1/figures/money.collected?period=2019-H1&list=cases", ""),
    ("GET", "/api/v1/figures/money.collected?period=2019-H1&list=events", ""),
    ("GET", "/api/v1/figures/none?period=2019-H1", ""),
    ("GET", "/api/v1/figures/cases.finished", ""),
    ("GET", "/api/v1/none", ""),
    ("DELETE", "/api/v1/cases", ""),
    ("POST", "/api/v1/actions?dry_run=true", NOTE),
    ("POST", "/api/v1/actions", "{"),
    (
        "POST",
        "/api/v1/actions",
        r#"{"stream":"case:DT00/2018/0001","kind":"none","actor":2,"effective":"2018-12-04"}"#,
    ),
    ("POST", "/api/v1/actions", NOTE),
    ("POST", "/api/v1/actions", NOTE),
    (
        "POST",
        "/api/v1/cases/DT00-2018-0001/actions",
        r#"{"kind":"payment_collected","actor":4,"effective":"2018-12-04","payer":{"debtor":1},"amount":5,"means":"cash"}"#,
    ),
    (
        "POST",
        "/api/v1/complaints/DT00-2018-K0001/actions",
        r#"{"kind":"complaint_accepted","actor":1,"effective":"2018-12-04"}"#,
    ),
];

const NOTE: &str = r#"{"request":"00000000000000000000000000000f01","stream":"case:DT00/2018/0001","kind":"note_added","actor":2,"effective":"2018-12-04","text":"Bà Trần Thị Thử đã nhận giấy báo"}"#;

/// What is asked of the small ledger by command.
const COMMANDS: &[&[&str]] = &[
    &["case", CASE, "--history"],
    &["case", "DT00/2018/0002"],
    &["cases"],
    &["cases", "--standing", "completed"],
    &["log"],
    &["report", "--period", "2019-H1"],
    &["figure", "money.collected", "--period", "2019-H1", "--cases"],
    &["replay", "--period", "2018-12-02..2018-12-04"],
    &["checkpoint"],
    &["verify"],
    &["doctor"],
    &["rebuild", "--check"],
    &["backup", "BACKUP"],
    &["restore", "BACKUP"],
];

/// What is asked of the demo.
const OF_THE_DEMO: &[&[&str]] = &[
    &["report", "--period", "2019-H1", "--by", "office"],
    &["figure", "rate.cases", "--period", "2019-H1", "--office", "DT03"],
    &["case", "DT03/2018/0412", "--history"],
    &["cases", "--office", "DT01", "--limit", "3"],
    &["figure", "auctions.sold", "--period", "2019-H1", "--events"],
];

/// The golden file of a name holds this answer.
fn hold(name: &str, answer: Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/answers").join(name);
    let Ok(kept) = fs::read_to_string(&path) else {
        assert_eq!(
            std::env::var("THADS_GOLDEN").as_deref(),
            Ok("write"),
            "there is no golden answer {}; THADS_GOLDEN=write adds it",
            path.display()
        );
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, serde_json::to_string_pretty(&answer).unwrap() + "\n").unwrap();
        return;
    };
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let mut differences = Vec::new();
    differ("", &kept, &answer, &mut differences);
    assert!(differences.is_empty(), "{}:\n{}", path.display(), differences.join("\n"));
}

/// Names each field that is not as it was; the order of fields counts, for people read them.
fn differ(at: &str, kept: &Value, now: &Value, into: &mut Vec<String>) {
    match (kept, now) {
        (Value::Object(one), Value::Object(other)) => {
            let (was, is): (Vec<_>, Vec<_>) = (one.keys().collect(), other.keys().collect());
            if was != is {
                into.push(format!("{at}: fields {was:?}, now {is:?}"));
            }
            for (field, value) in one {
                if let Some(other) = other.get(field) {
                    differ(&format!("{at}/{field}"), value, other, into);
                }
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter()
                .zip(other)
                .enumerate()
                .for_each(|(n, (a, b))| differ(&format!("{at}/{n}"), a, b, into));
        }
        _ if kept == now => {}
        _ => into.push(format!("{at}: was {kept}, now {now}")),
    }
}

/// A ledger whose clock and randomness follow from a seed.
fn small() -> Folder {
    let folder = Folder::new();
    let parent = folder.data.parent().unwrap();
    thads_service::testing::service_in(parent).close().unwrap();
    assert_eq!(folder.data, parent.join("data"));
    folder
}

#[test]
fn every_route_answers_as_ever() {
    let folder = small();
    let server = Server::start(&folder.data);
    let mut routes: Vec<(String, String)> = Vec::new();
    let mut answers = Vec::new();
    for (method, path, body) in ASKED {
        let answer = send(server.address(), method, path, (*method == "POST").then_some(*body));
        if *path == "/" {
            let index = answer.json();
            let listed = index["routes"].as_array().unwrap_or_else(|| panic!("{index}"));
            routes = listed.iter().map(|one| (text(&one["method"]), text(&one["path"]))).collect();
        }
        let said = serde_json::from_str(&answer.text).unwrap_or_else(|_| json!(answer.text));
        let said = masked(said, &[(server.address(), "ADDRESS"), (folder.data.to_str().unwrap(), "DATA")]);
        answers.push(json!({
            "asked": format!("{method} {path}"), "body": body, "status": answer.status,
            "type": answer.content_type, "answer": said,
        }));
    }
    assert!(routes.len() > 10, "{routes:?}");
    for (method, path) in routes {
        let asked =
            ASKED.iter().any(|(by, of, _)| *by == method && fits(&path, of.split('?').next().unwrap()));
        assert!(asked, "{method} {path} has no golden answer");
    }
    server.stop();
    hold("routes.json", Value::Array(answers));
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// Whether an address is of a route, `{…}` standing for one part.
fn fits(route: &str, address: &str) -> bool {
    let (route, address): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), address.split('/').collect());
    route.len() == address.len()
        && route.iter().zip(address).all(|(part, given)| part.starts_with('{') || *part == given)
}

/// Texts that differ from run to run, put by their names: places, and what is drawn or follows from it (ids, hashes, roots,
/// signatures).
fn masked(value: Value, names: &[(&str, &str)]) -> Value {
    let masked_text = |text: String| {
        let text = names.iter().fold(text, |text, (what, name)| text.replace(what, name));
        text.split_inclusive(|letter: char| !(letter.is_ascii_alphanumeric() || "+/=".contains(letter)))
            .map(drawn)
            .collect::<String>()
    };
    match value {
        Value::String(text) => json!(masked_text(text)),
        Value::Array(all) => all.into_iter().map(|one| masked(one, names)).collect(),
        Value::Object(all) => all.into_iter().map(|(field, one)| (field, masked(one, names))).collect(),
        other => other,
    }
}

/// A word, or its name where it is an id, a hash or a signature: hexadecimal digits or base64 of a length that nothing else has.
fn drawn(word: &str) -> String {
    let (body, end) = match word.char_indices().last() {
        Some((at, last)) if !(last.is_ascii_alphanumeric() || "+/=".contains(last)) => word.split_at(at),
        _ => (word, ""),
    };
    let is_hex = body.bytes().all(|byte| byte.is_ascii_hexdigit());
    match body.len() {
        32 if is_hex && !body.starts_with("0000") => format!("ID{end}"),
        64 if is_hex => format!("HASH{end}"),
        8 if is_hex && body.bytes().any(|byte| byte.is_ascii_digit()) => format!("MARK{end}"),
        44.. if !body.contains("/v1/") && body.bytes().any(|byte| byte.is_ascii_digit()) => {
            format!("BASE64{end}")
        }
        _ => word.to_owned(),
    }
}

fn command(data: &Path, backup: &Path, args: &[&str]) -> Value {
    let backup_text = backup.to_str().unwrap();
    let restored: PathBuf = backup.with_file_name("restored");
    let data = if args[0] == "restore" { restored.as_path() } else { data };
    let mut all = vec!["--json", "--quiet", "--lang", "en"];
    all.extend(args.iter().map(|arg| if *arg == "BACKUP" { backup_text } else { arg }));
    let ran = thads(data, &all);
    let lines: Vec<Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| json!(line))).collect();
    let names = [(backup_text, "BACKUP"), (data.to_str().unwrap(), "DATA")];
    let lines = lines.into_iter().map(|line| masked(line, &names)).collect::<Vec<_>>();
    json!({
        "asked": args.join(" "), "exit": ran.status, "answer": lines,
        "said": masked(json!(ran.err.trim_end()), &names),
    })
}

#[test]
fn every_command_answers_as_ever() {
    let folder = small();
    let backup = folder.data.with_file_name("backup");
    let answers = COMMANDS.iter().map(|args| command(&folder.data, &backup, args)).collect();
    hold("commands.json", answers);
}

#[test]
fn the_demo_answers_as_ever() {
    let demo = &demo().data;
    let answers = OF_THE_DEMO.iter().map(|args| command(demo, demo, args)).collect();
    hold("demo.json", answers);
}
