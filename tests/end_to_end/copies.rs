//! The two copies of the log: each alone answers and verifies, each is rebuilt from the other, and where both are
//! damaged at one place that is said and nothing is written. And what is in none of the files: a person's name.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::fines;
use crate::layout::{Layout, segments};
use crate::small::FOUNDING;
use crate::support::{Folder, HALF_YEAR, Server, ask, demo, fine_case, head, real_ledger, record, thads};

/// The figures of all that the ledger of fines holds, with size and root.
fn answer(data: &Path) -> Value {
    ask(data, &["report", "--period", fines::PERIOD])
}

fn verified_root(data: &Path) -> Value {
    let verified = ask(data, &["verify"]);
    assert_eq!(verified["good"], true, "{verified}");
    verified["summary"]["root"].clone()
}

/// Reports and verifies as the whole ledger does.
#[track_caller]
fn answers_as_before(data: &Path) {
    let wanted = reports_as_before(data);
    assert_eq!(verified_root(data), wanted["ledger"]["root"]);
}

/// Reports as the whole ledger does, from sled alone, and says so; `verify` calls the segments that are gone damage.
#[track_caller]
fn answers_from_sled(data: &Path) {
    let wanted = reports_as_before(data);
    let said = thads(data, &["--lang", "en", "report", "--period", fines::PERIOD]).ok().err;
    assert!(said.contains("the answer comes from sled"), "{said}");
    let ran = thads(data, &["--lang", "en", "--json", "verify"]);
    assert_eq!((ran.status, &ran.json()["summary"]["root"]), (3, &wanted["ledger"]["root"]), "{ran:?}");
    assert_eq!(ran.json()["good"], false, "{ran:?}");
}

#[track_caller]
fn reports_as_before(data: &Path) -> Value {
    let whole = &fines::ledger().data;
    let wanted = answer(whole);
    assert!(wanted["figures"]["cases.new"]["value"].as_u64() > Some(1_000), "{wanted}");
    assert_eq!(answer(data), wanted);
    let case = ["--json", "case", "POLIZIA/2008/0007", "--history"];
    assert_eq!(thads(data, &case).ok().out, thads(whole, &case).ok().out);
    wanted
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn sled_alone_answers_and_the_segments_are_rebuilt_from_it() {
    let folder = Folder::copy_of(&fines::ledger().data);
    let before = Layout::of(&fs::read(&segments(&folder.data)[0]).unwrap()).counts;
    fs::rename(folder.data.join("wal"), folder.data.with_extension("away")).unwrap();
    answers_from_sled(&folder.data);
    assert!(!folder.data.join("wal").exists(), "a reader writes nothing");
    let said = thads(&folder.data, &["--lang", "en", "doctor"]).ok().out;
    assert!(said.contains("All segments were missing") && said.contains("restored from sled"), "{said}");
    assert_eq!(Layout::of(&fs::read(&segments(&folder.data)[0]).unwrap()).counts, before);
    fs::remove_dir_all(folder.data.join("sled")).unwrap();
    answers_as_before(&folder.data);
}

/// How the segments are lost.
type Loss = (&'static str, fn(&Path));

/// The segments are the log: where all of them are gone, that is damage, also where sled has everything. What reads goes on
/// and says so, what writes brings them back and says so, and no command calls the ledger whole before that.
#[test]
fn segments_that_are_gone_are_damage_and_are_brought_back() {
    let losses: [Loss; 3] = [
        ("removed", |wal| fs::remove_dir_all(wal).unwrap()),
        ("emptied", |wal| files(wal).keys().for_each(|path| fs::remove_file(path).unwrap())),
        ("zeroed", |wal| {
            files(wal).iter().for_each(|(path, was)| fs::write(path, vec![0; was.len()]).unwrap())
        }),
    ];
    let honest = real_ledger();
    let (size, root) = head(&honest.data);
    for (how, lose) in losses {
        let folder = Folder::copy_of(&honest.data);
        lose(&folder.data.join("wal"));
        let target = folder.data.with_file_name("backup").display().to_string();
        for command in [&["verify"][..], &["doctor", "--dry-run"], &["backup", &target]] {
            let ran = thads(&folder.data, &[&["--lang", "en"], command].concat());
            assert_eq!(ran.status, 3, "{how} {command:?}: {ran:?}");
            for said in [
                "segments in wal/, which are the log, are gone",
                &format!("all of its {size} records"),
                "thads doctor brings",
            ] {
                assert!(ran.err.contains(said), "{how} {command:?}: {said}: {ran:?}");
            }
        }
        let would = thads(&folder.data, &["--lang", "en", "doctor", "--dry-run"]).out;
        assert!(would.contains("The segments would be restored from sled"), "{how}: {would}");
        assert!(!Path::new(&target).exists(), "{how}: nothing is copied");
        let read = thads(&folder.data, &["--lang", "en", "checkpoint"]).ok();
        assert!(read.out.contains(&root) && read.err.contains("comes from sled"), "{how}: {read:?}");

        let written = Folder::copy_of(&folder.data);
        let recorded = record(&written.data, &fine_case("DT03/2018/0001")).ok();
        assert!(recorded.err.contains("Thiếu tất cả các đoạn"), "{how}: {recorded:?}");
        for (data, said) in
            [(&written.data, "Nothing had to be mended"), (&folder.data, "All segments were missing")]
        {
            let ran = thads(data, &["--lang", "en", "doctor"]).ok();
            assert!(ran.out.contains(said), "{how}: {ran:?}");
            thads(data, &["verify"]).ok();
            assert!(!segments(data).is_empty(), "{how}");
        }
        assert_eq!(head(&folder.data), (size, root.clone()), "{how}");
        assert!(head(&written.data).0 > size, "{how}");
    }
}

/// Where sled need not have everything, nothing reads it as if it had.
#[test]
fn sled_is_not_read_alone_where_the_last_writer_did_not_end_in_order() {
    let folder = real_ledger();
    fs::remove_dir_all(folder.data.join("wal")).unwrap();
    fs::write(folder.data.join("LOCK"), "1\n").unwrap();
    for command in
        [&["verify"][..], &["checkpoint"], &["backup", "b"], &["record", "-"], &["doctor", "--dry-run"]]
    {
        let ran = thads(&folder.data, &[&["--lang", "en"], command].concat());
        assert_eq!(ran.status, 3, "{command:?}: {ran:?}");
        assert!(ran.err.contains("did not end in order"), "{command:?}: {ran:?}");
    }
    let ran = thads(&folder.data, &["--lang", "en", "doctor"]).ok();
    assert!(ran.out.contains("may not have reached sled"), "{ran:?}");
    thads(&folder.data, &["verify"]).ok();
}

/// A founding that was cut off has recorded nothing, so that nothing is damaged; a ledger whose log is gone in both copies is.
#[test]
fn a_founding_that_was_cut_off_is_no_ledger_and_what_is_left_of_one_is_damage() {
    let torn = real_ledger();
    let block = fs::read(&segments(&torn.data)[0]).unwrap()[512..700].to_vec();
    let begun = Folder::new();
    let founded = |begun: &Folder, first: Option<&[u8]>| {
        fs::create_dir_all(begun.data.join("wal")).unwrap();
        fs::create_dir_all(begun.data.join("keys")).unwrap();
        fs::write(begun.data.join("keys/log.key"), format!("{}\n", "5a".repeat(32))).unwrap();
        let mut bytes = vec![0; 1 << 20];
        first.into_iter().for_each(|first| bytes[..first.len()].copy_from_slice(first));
        fs::write(begun.data.join("wal/0000000000.seg"), bytes).unwrap();
    };
    let header = fs::read(&segments(&torn.data)[0]).unwrap()[..512].to_vec();
    let cut = [header, block].concat();
    for first in [None, Some(cut.as_slice())] {
        founded(&begun, first);
        for command in [&["verify"][..], &["doctor", "--dry-run"], &["doctor"], &["checkpoint"]] {
            let ran = thads(&begun.data, &[&["--lang", "en"], command].concat());
            assert_eq!(ran.status, 1, "{command:?}: {ran:?}");
            assert!(ran.err.contains("holds no ledger"), "{command:?}: {ran:?}");
        }
    }
    thads(&begun.data, &FOUNDING).ok();
    thads(&begun.data, &["verify"]).ok();

    let folder = real_ledger();
    fs::remove_dir_all(folder.data.join("sled")).unwrap();
    for how in ["emptied", "removed"] {
        files(&folder.data.join("wal")).keys().for_each(|path| fs::remove_file(path).unwrap());
        if how == "removed" {
            fs::remove_dir(folder.data.join("wal")).unwrap();
        }
        for command in [
            &["verify"][..],
            &["doctor", "--dry-run"],
            &["doctor"],
            &["checkpoint"],
            &["backup", "b"],
            &["record", "-"],
            &FOUNDING,
        ] {
            let ran = thads(&folder.data, &[&["--lang", "en"], command].concat());
            assert_eq!(ran.status, 3, "{how} {command:?}: {ran:?}");
            assert!(
                ran.err.contains("is left of a ledger whose log is not here"),
                "{how} {command:?}: {ran:?}"
            );
        }
    }
}

#[test]
fn the_segments_alone_answer_and_sled_is_rebuilt_from_them() {
    let folder = Folder::copy_of(&fines::ledger().data);
    fs::remove_dir_all(folder.data.join("sled")).unwrap();
    answers_as_before(&folder.data);
    assert!(!folder.data.join("sled").exists(), "a reader writes nothing");
    let said = thads(&folder.data, &["--lang", "en", "doctor"]).ok().out;
    assert!(said.contains("records behind the segments"), "{said}");
    fs::remove_dir_all(folder.data.join("wal")).unwrap();
    answers_from_sled(&folder.data);
}

#[test]
fn snapshots_are_no_copy_and_change_no_answer() {
    let folder = Folder::copy_of(&fines::ledger().data);
    for (path, bytes) in files(&folder.data.join("snapshots")) {
        fs::write(path, bytes.iter().map(|byte| byte ^ 0x20).collect::<Vec<_>>()).unwrap();
    }
    answers_as_before(&folder.data);
    fs::remove_dir_all(folder.data.join("snapshots")).unwrap();
    answers_as_before(&folder.data);
    let said = thads(&folder.data, &["doctor"]).ok().out;
    assert!(said.contains("Không có gì phải sửa"), "{said}");
}

/// A record in the middle of the ledger, and a stretch of its bytes that stands nowhere else.
fn middle(data: &Path) -> (PathBuf, usize, usize, Vec<u8>) {
    let segment = segments(data).remove(0);
    let bytes = fs::read(&segment).unwrap();
    let records = Layout::of(&bytes).records();
    let position = records.len() / 2;
    let range = records[position].clone();
    // Its previous leaf: 32 bytes that only the index of its predecessor's block knows a part of.
    (segment, position, range.start + 25, bytes[range.start + 25..range.start + 57].to_vec())
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

/// Changes a byte of a record wherever sled's files hold it.
fn flip_in_sled(data: &Path, needle: &[u8]) {
    let mut found = 0;
    let mut folders = vec![data.join("sled")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            for at in (0..bytes.len()).filter(|at| bytes[*at..].starts_with(needle)) {
                flip(&path, at + 5);
                found += 1;
            }
        }
    }
    assert!(found > 0, "sled holds the record");
}

#[test]
fn a_damaged_segment_is_named_and_mended_from_sled() {
    let folder = Folder::copy_of(&fines::ledger().data);
    let (segment, position, at, _) = middle(&folder.data);
    let whole = fs::read(&segment).unwrap();
    flip(&segment, at);
    let ran = thads(&folder.data, &["--lang", "en", "verify"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.err.contains(&format!("record {position} ")), "{}", ran.err);
    assert!(ran.out.contains("sled is good: the segments can be restored from it"), "{}", ran.out);
    let ran = thads(&folder.data, &["--lang", "vi", "doctor", "--dry-run"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.err.contains(&format!("bản ghi {position} (wal/0000000000.seg, byte ")), "{}", ran.err);
    for said in ["sled còn nguyên: có thể khôi phục các đoạn từ đó.", "Đoạn 0000000000.seg sẽ được ghép lại"]
    {
        assert!(ran.out.contains(said), "{}", ran.out);
    }
    let ran = thads(&folder.data, &["report", "--period", fines::PERIOD]);
    assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{ran:?}");
    assert!(ran.err.contains("the segments are damaged from position"), "{}", ran.err);
    let said = thads(&folder.data, &["--lang", "en", "doctor"]).ok().out;
    assert!(said.contains("1 blocks of it were restored from sled"), "{said}");
    assert!(fs::read(&segment).unwrap() == whole, "byte for byte as it was");
    answers_as_before(&folder.data);
}

#[test]
fn a_damaged_sled_is_found_and_rebuilt_from_the_segments() {
    let folder = Folder::copy_of(&fines::ledger().data);
    let (_, _, _, needle) = middle(&folder.data);
    flip_in_sled(&folder.data, &needle);
    let ran = thads(&folder.data, &["--lang", "en", "verify"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.out.contains("The segments are good: sled can be rebuilt from them"), "{}", ran.out);
    assert_eq!(answer(&folder.data), answer(&fines::ledger().data));
    let said = thads(&folder.data, &["--lang", "en", "doctor"]).ok().out;
    // Where sled opens up to the damage, the rest is refilled; else all of it is made anew.
    let rebuilt = said.contains("set aside as") || said.contains("being refilled from them");
    assert!(said.contains("sled reports corruption") && rebuilt, "{said}");
    fs::remove_dir_all(folder.data.join("wal")).unwrap();
    answers_from_sled(&folder.data);
}

#[test]
fn where_both_copies_are_damaged_at_one_place_it_is_named_and_nothing_is_written() {
    let folder = Folder::copy_of(&fines::ledger().data);
    let (segment, position, at, needle) = middle(&folder.data);
    flip(&segment, at);
    flip_in_sled(&folder.data, &needle);
    let before = files(&folder.data.join("wal"));
    let ran = thads(&folder.data, &["--json", "verify"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert_eq!(ran.json()["findings"][0]["position"].as_u64(), u64::try_from(position).ok(), "{}", ran.out);
    assert!(ran.out.contains("Neither copy is good by itself"), "{}", ran.out);

    let first = block_of(&segment, position);
    let rows = folder.data.with_extension("csv");
    fs::write(&rows, format!("{}Z1,Create Fine,2008-12-01,1,3500,,,157,NIL,A,\n", fines::HEADER)).unwrap();
    let import = ["import", rows.to_str().unwrap(), "--mapping", &fines::mapping().display().to_string()]
        .map(str::to_owned);
    let doctor = ["doctor".to_owned()];
    for command in [&import[..], &doctor[..]] {
        let ran = thads(&folder.data, command);
        assert_eq!(ran.status, 3, "{command:?}: {ran:?}");
        let named = format!("records from position {first} on");
        assert!(ran.err.contains(&named) && ran.err.contains("damaged in both copies"), "{}", ran.err);
    }
    assert!(files(&folder.data.join("wal")) == before, "nothing was written");
}

/// The first position of the block that holds a position.
fn block_of(segment: &Path, position: usize) -> usize {
    let counts = Layout::of(&fs::read(segment).unwrap()).counts;
    let mut first = 0;
    for count in counts {
        if position < first + count {
            break;
        }
        first += count;
    }
    first
}

#[test]
fn damage_in_an_old_segment_is_mended_by_doctor() {
    let folder = Folder::copy_of(&demo().data);
    let old = segments(&folder.data).remove(0);
    assert!(segments(&folder.data).len() > 3);
    let whole = fs::read(&old).unwrap();
    flip(&old, 5_000_000);
    assert_eq!(thads(&folder.data, &["verify"]).status, 3);
    let said = thads(&folder.data, &["--lang", "en", "doctor"]).ok().out;
    assert!(said.contains("0000000000.seg was damaged"), "{said}");
    assert!(fs::read(&old).unwrap() == whole);
}

#[test]
fn a_second_writer_is_refused_and_readers_are_not() {
    let folder = Folder::copy_of(&fines::ledger().data);
    let server = Server::start(&folder.data);
    let pid = format!("pid {}", server.pid());
    let rows = folder.data.with_extension("csv");
    fs::write(&rows, fines::HEADER).unwrap();
    let (rows, mapping) = (rows.display().to_string(), fines::mapping().display().to_string());
    for command in [
        &["import", &rows, "--mapping", &mapping][..],
        &["record", "-"],
        &["doctor"],
        &["serve", "--listen", "127.0.0.1:0"],
        &["demo", "--no-serve"],
    ] {
        let ran = thads(&folder.data, command);
        assert_eq!(ran.status, 1, "{command:?}: {ran:?}");
        assert!(ran.err.contains(&pid), "{command:?}: {}", ran.err);
    }
    answers_as_before(&folder.data);
    for command in [&["cases"][..], &["log", "--from", "3", "--to", "9"], &["checkpoint"]] {
        assert!(!thads(&folder.data, command).ok().out.is_empty(), "{command:?}");
    }
    assert_eq!(server.stop(), 0);
    thads(&folder.data, &["doctor"]).ok();
}

/// Texts to look for in bytes, all in one pass.
struct Wanted {
    texts: Vec<Vec<u8>>,
    by_beginning: HashMap<[u8; 6], Vec<usize>>,
    first_two: Vec<bool>,
}

impl Wanted {
    fn new(texts: &BTreeSet<String>) -> Wanted {
        let texts: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        let mut by_beginning: HashMap<[u8; 6], Vec<usize>> = HashMap::new();
        let mut first_two = vec![false; 1 << 16];
        for (index, text) in texts.iter().enumerate() {
            by_beginning.entry(*text.first_chunk().unwrap()).or_default().push(index);
            first_two[usize::from(u16::from_be_bytes(*text.first_chunk().unwrap()))] = true;
        }
        Wanted { texts, by_beginning, first_two }
    }

    fn found_in(&self, bytes: &[u8]) -> Option<String> {
        let begins = |at: usize| {
            let rest = &bytes[at..];
            if !self.first_two[usize::from(u16::from_be_bytes(*rest.first_chunk()?))] {
                return None;
            }
            let candidates = self.by_beginning.get(rest.first_chunk()?)?;
            candidates.iter().find(|index| rest.starts_with(&self.texts[**index]))
        };
        let found = (0..bytes.len()).find_map(begins)?;
        Some(String::from_utf8(self.texts[*found].clone()).unwrap())
    }
}

/// Names and identity numbers of persons in the demo's cases, as `case` shows them.
fn persons(data: &Path, count: usize) -> BTreeSet<String> {
    let cases = thads(data, &["--json", "cases", "--office", "DT03", "--limit", "400"]).ok().json_lines();
    let mut texts = BTreeSet::new();
    let mut names = BTreeSet::new();
    // One reading of the log for all of them; the program itself is asked for the first few.
    let view = thads_service::read_only::ReadOnlyLedger::open(data).unwrap();
    for (index, case) in cases.iter().rev().step_by(5).enumerate() {
        let id = case["case"].as_str().unwrap();
        let shown = thads_service::answers::case(
            &thads_service::testing::asked(&view),
            &id.parse().unwrap(),
            None,
            thads_service::answers::Moment::Now,
            false,
        )
        .unwrap();
        if index < 3 {
            let said = ask(data, &["case", id]);
            assert_eq!((&said["debtors"], &said["creditors"]), (&shown["debtors"], &shown["creditors"]));
        }
        for party in ["debtors", "creditors"].iter().flat_map(|parties| shown[*parties].as_array().unwrap()) {
            let person = &party["person"];
            let (name, id) = (person["name"].as_str().unwrap(), person["id_number"].as_str());
            if party["kind"] != "individual" || name.split(' ').count() < 3 {
                continue;
            }
            names.insert(name.to_owned());
            texts.extend([Some(name), id].into_iter().flatten().map(str::to_owned));
        }
        if names.len() >= count {
            return texts;
        }
    }
    panic!("the cases name {} persons only", names.len());
}

#[test]
fn no_persons_name_stands_in_any_file_nor_in_the_log() {
    let data = &demo().data;
    let persons = persons(data, 50);
    assert!(persons.len() >= 50, "{persons:?}");
    let wanted = Wanted::new(&persons);
    let planted = format!("…{}…", persons.last().unwrap());
    assert_eq!(wanted.found_in(planted.as_bytes()).as_ref(), persons.last());

    let (mut folders, mut searched) = (vec![data.clone()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            assert_eq!(wanted.found_in(&fs::read(&path).unwrap()), None, "{}", path.display());
            let within = path.strip_prefix(data).unwrap().components().next().unwrap();
            searched.insert(within.as_os_str().to_string_lossy().into_owned());
        }
    }
    for folder in ["wal", "sled", "snapshots", "vault", "keys"] {
        assert!(searched.contains(folder), "{folder} was searched: {searched:?}");
    }
    assert_eq!(wanted.found_in(thads(data, &["--json", "log"]).ok().out.as_bytes()), None);
    let report = thads(data, &["--json", "report", "--period", HALF_YEAR, "--by", "enforcer"]).ok().out;
    assert_eq!(wanted.found_in(report.as_bytes()), None);
}
