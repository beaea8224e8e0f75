//! Batches: a file sent again, in whatever order and ends of lines, is recorded once; a dry run says what the real one would
//! and writes nothing; together is all or nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::small::organisation;
use crate::support::{
    Folder, Ran, Server, action, distraint_case, fine_case, head, ledger_with, lines, note_on, officer,
    thads, thads_with_input,
};

const CASE: &str = "DT03/2018/0001";

fn unlawful() -> Value {
    action(CASE, "completed", "2019-01-11", officer::ENFORCER, json!({}))
}

/// Sends a file of this name with these bytes.
fn send(data: &Path, name: &str, content: &str, more: &[&str]) -> Ran {
    let file = data.parent().unwrap().join(name);
    fs::write(&file, content).unwrap();
    let file = file.display().to_string();
    thads(data, &[&["--json", "--lang", "en", "record", file.as_str()], more].concat())
}

/// Line and outcome of each line.
fn outcomes(ran: &Ran) -> Vec<(u64, String)> {
    let said = ran.json_lines().into_iter();
    said.map(|line| (line["line"].as_u64().unwrap(), line["outcome"].as_str().unwrap().to_owned())).collect()
}

#[track_caller]
fn expect(ran: &Ran, status: i32, expected: &[&str]) {
    let names: Vec<String> = outcomes(ran).into_iter().map(|(_, name)| name).collect();
    assert_eq!((ran.status, names), (status, expected.iter().map(ToString::to_string).collect()), "{ran:?}");
}

/// Every file and folder below a directory with what it holds.
fn everything(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let content = if path.is_dir() { None } else { Some(fs::read(&path).unwrap()) };
            if content.is_none() {
                folders.push(path.clone());
            }
            all.insert(path, content);
        }
    }
    all
}

/// Nothing is waited for that does not come, and nothing read that does not end.
#[test]
fn what_is_no_file_of_lines_is_refused_by_its_name() {
    let folder = ledger_with(CASE);
    let pipe = folder.data.with_file_name("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let before = head(&folder.data);
    let pipe = pipe.display().to_string();
    let own = folder.data.display().to_string();
    for (file, why) in [
        (pipe.as_str(), "is a pipe into which no program writes"),
        ("/dev/zero", "is no plain file"),
        (own.as_str(), "is no plain file"),
        ("nowhere", "No such file"),
    ] {
        for how in [&[][..], &["--dry-run"], &["--atomic"]] {
            let ran = thads(&folder.data, &[&["--lang", "en", "record", file], how].concat());
            assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{file}: {ran:?}");
            assert!(
                ran.err.contains(file) && ran.err.contains(why) && ran.err.contains("Hint:"),
                "{}",
                ran.err
            );
        }
    }
    assert_eq!(head(&folder.data), before);
}

#[test]
fn a_file_sent_again_after_a_bad_line_records_no_line_twice() {
    let folder = ledger_with(CASE);
    let size = head(&folder.data).0;
    // Two equal lines are two entries; one carries an id of its own.
    let mut named = note_on(CASE, "tự đặt mã");
    named["request"] = json!("00000000000000000000000000000abc");
    let file = [note_on(CASE, "một"), note_on(CASE, "hai"), unlawful(), note_on(CASE, "một"), named.clone()];
    let first = send(&folder.data, "a.jsonl", &lines(&file), &[]);
    expect(&first, 1, &["recorded", "recorded", "refused", "recorded", "recorded"]);
    assert_eq!(head(&folder.data).0, size + 4);
    assert_eq!(first.json_lines()[4]["request"], named["request"]);

    let mut mended = file.clone();
    mended[2] = note_on(CASE, "ba");
    let again = send(&folder.data, "a.jsonl", &lines(&mended), &[]);
    expect(&again, 0, &["repeated", "repeated", "recorded", "repeated", "repeated"]);
    for nth in [0, 1, 3, 4] {
        for field in ["request", "first", "leaf", "recorded_at"] {
            assert_eq!(again.json_lines()[nth][field], first.json_lines()[nth][field], "{field} of {nth}");
        }
    }
    assert_eq!(head(&folder.data).0, size + 5);

    // However an editor has written them, and in whatever order.
    mended.reverse();
    let text = lines(&mended);
    for text in
        [text.clone(), text.trim_end().to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}\n\n")]
    {
        expect(&send(&folder.data, "a.jsonl", &text, &[]), 0, &["repeated"; 5]);
    }
    // By the name of the batch, not of the folder; from standard input only with a name.
    expect(&send(&folder.data, "b.jsonl", &text, &["--batch", "a.jsonl"]), 0, &["repeated"; 5]);
    let standard =
        |more: &[&str]| thads_with_input(&folder.data, &[&["--json", "record", "-"], more].concat(), &text);
    expect(&standard(&["--batch", "a.jsonl"]), 0, &["repeated"; 5]);
    assert_eq!(head(&folder.data).0, size + 5);

    // The control: of another batch, and without a name, equal lines are other entries; but for the one with an id.
    let once_more = ["repeated", "recorded", "recorded", "recorded", "recorded"];
    expect(&send(&folder.data, "b.jsonl", &text, &[]), 0, &once_more);
    expect(&standard(&[]), 0, &once_more);
    // What a shell calls a pipe names no batch.
    let pipe = || thads_with_input(&folder.data, &["--json", "record", "/dev/stdin"], &text);
    expect(&pipe(), 0, &once_more);
    expect(&pipe(), 0, &once_more);
    assert_eq!(head(&folder.data).0, size + 5 + 4 * 4, "four times four lines without an id");

    // macOS writes names decomposed; who copies them does not see it.
    let note = note_on(CASE, "lần đầu").to_string();
    expect(&send(&folder.data, "l\u{f4} 1.jsonl", &note, &[]), 0, &["recorded"]);
    for (file, more) in [
        ("lo\u{302} 1.jsonl", &[][..]),
        ("b.jsonl", &["--batch", "lo\u{302} 1.jsonl"]),
        ("b.jsonl", &["--batch", " l\u{f4}\u{a0}1.jsonl "]),
    ] {
        expect(&send(&folder.data, file, &note, more), 0, &["repeated"]);
    }
    let nameless = send(&folder.data, "b.jsonl", &note, &["--batch", " "]);
    expect(&nameless, 1, &[]);
    assert!(nameless.err.contains("thads: batch: "), "{nameless:?}");
    let file = folder.data.parent().unwrap().join("b.jsonl").display().to_string();
    let nameless = thads(&folder.data, &["--lang", "vi", "record", &file, "--batch", ""]);
    assert!(nameless.err.contains("Từ chối: trường batch: giá trị "), "{nameless:?}");
    assert!(nameless.err.contains("tên phải có chữ đọc được"), "{nameless:?}");
}

/// The whole founding of an office and a case, each line resting on the ones before it.
#[test]
fn a_dry_run_judges_each_line_on_what_those_before_it_would_leave_and_writes_nothing() {
    let folder = Folder::new();
    thads(&folder.data, &crate::small::FOUNDING).ok();
    let mut file = organisation();
    file.extend(distraint_case(CASE));
    file.insert(9, unlawful());
    // It corrects what the file itself records, by the position that it will have.
    let position = 3 + u64::try_from(file.len()).unwrap() - 1;
    file.push(note_on(CASE, "một"));
    let fix = json!({ "entry": position, "changes": { "text": "hai" }, "authority": "biên bản" });
    file.push(action(CASE, "fact_corrected", "2019-01-12", officer::ENFORCER, fix));
    // One id twice in a file: the same again, and other content.
    let mut named = note_on(CASE, "một lần");
    named["request"] = json!("00000000000000000000000000000abc");
    file.extend([named.clone(), named.clone()]);
    named["text"] = json!("lời khác");
    file.push(named);
    let text = lines(&file);

    let before = everything(&folder.data);
    let dry = send(&folder.data, "a.jsonl", &text, &["--dry-run"]);
    assert!(everything(&folder.data) == before, "a dry run wrote");
    let real = send(&folder.data, "a.jsonl", &text, &[]);
    assert_eq!((dry.status, real.status), (1, 1), "{dry:?} {real:?}");
    let (dry_lines, real_lines) = (dry.json_lines(), real.json_lines());
    assert_eq!(dry_lines.len(), file.len());
    assert_eq!(real_lines.len(), file.len());
    let mut counts = BTreeMap::new();
    for (dry, real) in dry_lines.iter().zip(&real_lines) {
        let outcome = real["outcome"].as_str().unwrap();
        *counts.entry(outcome.to_owned()).or_insert(0) += 1;
        let expected = if outcome == "recorded" { "allowed" } else { outcome };
        assert_eq!(dry["outcome"], expected, "{dry} {real}");
        for field in
            ["line", "request", "first", "last", "stream_version", "effective", "flags", "refused", "problem"]
        {
            assert_eq!(dry[field], real[field], "{field}: {dry} {real}");
        }
    }
    let recorded = file.len() - 3;
    assert_eq!(
        counts,
        [("recorded", recorded), ("refused", 2), ("repeated", 1)]
            .map(|(name, n)| (name.to_owned(), n))
            .into(),
        "{real:?}"
    );

    // Beside a server as well: it takes no lock.
    let server = Server::start(&folder.data);
    let beside = send(&folder.data, "b.jsonl", &lines(&[note_on(CASE, "bên cạnh")]), &["--dry-run"]);
    expect(&beside, 0, &["allowed"]);
    assert_eq!(server.stop(), 0);
}

#[test]
fn together_is_all_or_nothing() {
    let folder = ledger_with(CASE);
    let before = head(&folder.data);
    let good = [note_on(CASE, "một"), note_on(CASE, "hai"), note_on(CASE, "một")];
    let mut bad = good.to_vec();
    bad.insert(1, unlawful());
    for more in [&["--atomic"][..], &["--atomic", "--dry-run"]] {
        let refused = send(&folder.data, "a.jsonl", &lines(&bad), more);
        expect(&refused, 1, &["allowed", "refused", "allowed", "allowed"]);
        assert_eq!(refused.json_lines()[1]["refused"]["code"], "money", "{refused:?}");
        assert!(refused.err.contains("line 2 was refused: no line was recorded"), "{refused:?}");
        assert_eq!(head(&folder.data), before);
    }
    let no_action = format!("{}{{\"case\":\n", lines(&good));
    let refused = send(&folder.data, "a.jsonl", &no_action, &["--atomic"]);
    expect(&refused, 1, &["allowed", "allowed", "allowed", "refused"]);
    assert_eq!(head(&folder.data), before);

    // The control: without it the good lines stand.
    let other = Folder::copy_of(&folder.data);
    send(&other.data, "a.jsonl", &lines(&bad), &[]);
    assert_eq!(head(&other.data).0, before.0 + 3);
    // Of which only some are recorded, others can no longer be recorded with them.
    let mut half = good.to_vec();
    half.push(note_on(CASE, "ba"));
    let partly = head(&other.data);
    let refused = send(&other.data, "a.jsonl", &lines(&half), &["--atomic"]);
    expect(&refused, 1, &["repeated", "repeated", "repeated", "allowed"]);
    let said = format!("3 of 4 lines are recorded already (line 1 at position {})", before.0);
    assert!(refused.err.contains(&said) && refused.err.contains("no line was recorded"), "{refused:?}");
    assert_eq!(head(&other.data), partly);

    let dry = send(&folder.data, "a.jsonl", &lines(&good), &["--atomic", "--dry-run"]);
    expect(&dry, 0, &["allowed"; 3]);
    assert_eq!(head(&folder.data), before);
    let recorded = send(&folder.data, "a.jsonl", &lines(&good), &["--atomic"]);
    expect(&recorded, 0, &["recorded"; 3]);
    let (size, root) = head(&folder.data);
    assert_eq!(size, before.0 + 3);
    for line in recorded.json_lines() {
        let of_first = recorded.json_lines()[0]["root"].clone();
        assert_eq!((&line["size"], &line["root"]), (&json!(size), &of_first), "one block: {line}");
    }
    // All of it again is the same answer.
    let again = send(&folder.data, "a.jsonl", &lines(&good), &["--atomic"]);
    expect(&again, 0, &["repeated"; 3]);
    for (again, first) in again.json_lines().iter().zip(recorded.json_lines()) {
        for field in ["first", "leaf", "size", "root", "recorded_at"] {
            assert_eq!(again[field], first[field], "{field}");
        }
    }
    assert_eq!(head(&folder.data), (size, root));

    // What stands later in the batch may rest on what stands earlier.
    let case = fine_case("DT03/2018/0002");
    expect(&send(&folder.data, "c.jsonl", &lines(&case), &["--atomic"]), 0, &vec!["recorded"; case.len()]);
    assert_eq!(head(&folder.data).0, size + u64::try_from(case.len()).unwrap());
    thads(&folder.data, &["verify"]).ok();
}

#[test]
fn what_fits_no_block_is_not_recorded_together() {
    let folder = ledger_with(CASE);
    let before = head(&folder.data);
    let judgment = json!({ "court": "TAND", "number": "9/2019", "date": "2018-12-03", "judgment": "civil" });
    let sum = json!({ "kind": "court_fee", "payee": "budget", "amount": 1_000_000_000_000_i64 });
    let order = json!({ "basis": "proactive", "obligations": vec![sum; 1000],
        "debtors": [{ "person": { "name": "Trần" }, "kind": "individual" }] });
    let cases: Vec<Value> = (1..=60)
        .flat_map(|number| {
            let case = format!("DT03/2019/{number:04}");
            [
                action(&case, "judgment_received", "2019-01-11", officer::CLERK, judgment.clone()),
                action(&case, "enforcement_ordered", "2019-01-12", officer::HEAD, order.clone()),
            ]
        })
        .collect();
    for more in [&["--atomic"][..], &["--atomic", "--dry-run"]] {
        let refused = send(&folder.data, "a.jsonl", &lines(&cases), more);
        assert_eq!((refused.status, refused.out.as_str()), (1, ""), "{refused:?}");
        let limit = "120 records and ";
        assert!(refused.err.contains(limit) && refused.err.contains("fit a block"), "{}", refused.err);
        assert!(refused.err.contains("no line was recorded"), "{}", refused.err);
        assert_eq!(head(&folder.data), before);
    }
    // The control: each by itself they are taken.
    let recorded = send(&folder.data, "a.jsonl", &lines(&cases), &[]);
    expect(&recorded, 0, &vec!["recorded"; cases.len()]);
}
