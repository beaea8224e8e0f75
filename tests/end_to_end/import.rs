//! A real log of 34,724 rows, imported by the program: every figure that was computed apart from this project must come
//! out, however the file is written, cut, repeated or broken off. Skipped, and said so, without the shared data.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::fines::mapping;
use crate::random::{self, Random};
use crate::support::{Folder, Ran, THADS, ask, kept, thads, value};

/// Before and after everything in the log.
const ALL: &str = "2000-01-01..2013-12-31";
const ROWS: usize = 34_724;

/// The log, its oracle, and a ledger into which it was imported in one go.
struct Data {
    packed: PathBuf,
    header: String,
    rows: Vec<String>,
    oracle: Value,
    ledger: PathBuf,
    log: Vec<String>,
}

/// None where the shared data is not there, and then it says so.
fn data() -> Option<&'static Data> {
    static DATA: OnceLock<Option<Data>> = OnceLock::new();
    let data = DATA.get_or_init(|| {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
        let folder = std::env::var_os("THADS_SHARED").map_or(beside, PathBuf::from).join("data");
        let packed = folder.join("fines_sample.csv.gz");
        let mut text = String::new();
        GzDecoder::new(fs::File::open(&packed).ok()?).read_to_string(&mut text).unwrap();
        let oracle = fs::read_to_string(folder.join("oracle_sample.json")).ok()?;
        let (header, rows) = text.split_once('\n').unwrap();
        let ledger = kept("import").join("data");
        let done = import(&ledger, &packed, &mapping()).ok();
        assert_eq!(counts(&done), [ROWS, ROWS, 0, 0]);
        Some(Data {
            packed,
            header: header.to_owned(),
            rows: rows.lines().map(str::to_owned).collect(),
            oracle: serde_json::from_str(&oracle).unwrap(),
            log: log(&ledger),
            ledger,
        })
    });
    if data.is_none() {
        println!("SKIPPED: no fines_sample.csv.gz; set THADS_SHARED to the folder that has data/");
    }
    data.as_ref()
}

fn import(data: &Path, file: &Path, mapping: &Path) -> Ran {
    let (file, mapping) = (file.display().to_string(), mapping.display().to_string());
    thads(data, &["--json", "--quiet", "import", &file, "--mapping", &mapping])
}

/// Rows read, recorded, there already, rejected.
fn counts(ran: &Ran) -> [usize; 4] {
    let summary = &ran.json()["import"];
    ["rows", "recorded", "already_there", "rejected"]
        .map(|count| usize::try_from(summary[count].as_u64().unwrap()).unwrap())
}

/// Writes a file of rows beside a ledger.
fn written<'a>(folder: &Folder, header: &str, rows: impl IntoIterator<Item = &'a String>) -> PathBuf {
    let path = folder.data.with_extension("csv");
    let mut text = format!("{header}\n");
    for row in rows {
        text += row;
        text.push('\n');
    }
    fs::write(&path, text).unwrap();
    path
}

/// What is recorded, without what is random or of the moment: references, blinds' leaves and recorded-at.
fn log(data: &Path) -> Vec<String> {
    let lines = thads(data, &["--json", "log"]).ok().json_lines();
    let comparable = |(index, mut line): (usize, Value)| {
        assert_eq!(line["position"].as_u64(), u64::try_from(index).ok(), "positions have no gap");
        for key in ["recorded_at", "leaf"] {
            line[key].take();
        }
        // An import is known by all rows of its file, those included that it did not take.
        let noted = line["kind"] == "note_added" && line["stream"].as_str().unwrap().starts_with("office:");
        if noted {
            line["request"].take();
        }
        if line["kind"] == "row_imported" {
            line["fields"]["file"].take();
        }
        if index == 0 {
            line["request"].take();
            line["fields"].take();
        }
        without_references(&mut line);
        line.to_string()
    };
    lines.into_iter().enumerate().map(comparable).collect()
}

fn without_references(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("ref");
            fields.values_mut().for_each(without_references);
        }
        Value::Array(items) => items.iter_mut().for_each(without_references),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A ledger holds the same records as the one that was imported in one go, and reports the same.
#[track_caller]
fn same(ledger: &Path, data: &Data) {
    let log = log(ledger);
    let differs = log.iter().zip(&data.log).find(|(ours, theirs)| ours != theirs);
    assert_eq!(differs, None);
    assert_eq!(log.len(), data.log.len());
    same_figures(ledger, data);
}

#[track_caller]
fn same_figures(ledger: &Path, data: &Data) {
    for period in [ALL, "2009-01-01..2009-03-31"] {
        let report = |ledger: &Path| ask(ledger, &["report", "--period", period])["figures"].clone();
        assert_eq!(report(ledger), report(&data.ledger), "{period}");
    }
}

/// First and last day of a calendar quarter such as 2006-Q3.
fn quarter(name: &str) -> String {
    let (year, quarter) = name.split_once("-Q").unwrap();
    let days = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")];
    let (first, last) = days[quarter.parse::<usize>().unwrap() - 1];
    format!("{year}-{first}..{year}-{last}")
}

/// Names of the oracle with the figures that answer them.
const FIGURES: &[(&str, &str)] = &[
    ("intake", "cases.new"),
    ("finished_paid", "cases.completed"),
    ("finished_sent_to_credit_collection", "cases.entrusted"),
    ("collected", "money.collected"),
    ("expenses", "money.costs_added"),
    ("appeals", "complaints.received"),
    ("appeals_resolved", "complaints.resolved"),
];

#[track_caller]
fn agrees(report: &Value, wanted: &Value, of: &str) {
    let asked: Vec<_> = FIGURES.iter().filter(|(name, _)| wanted.get(name).is_some()).collect();
    assert!(asked.len() >= 4, "{wanted}");
    for (name, figure) in asked {
        assert_eq!(Some(value(report, figure)), wanted[name].as_i64(), "{name} ({figure}) of {of}");
    }
}

#[test]
fn every_quarter_and_every_day_of_the_oracle_is_reported() {
    let Some(data) = data() else { return };
    let quarters = data.oracle["quarters"].as_object().unwrap();
    assert_eq!(quarters.len(), 22);
    for (name, wanted) in quarters {
        agrees(&ask(&data.ledger, &["report", "--period", &quarter(name)]), wanted, name);
    }
    let days = data.oracle["as_of"].as_array().unwrap();
    assert_eq!(days.len(), 15);
    for wanted in days {
        let day = wanted["date"].as_str().unwrap();
        agrees(&ask(&data.ledger, &["report", "--period", &format!("2000-01-01..{day}")]), wanted, day);
    }
    let replayed = thads(&data.ledger, &["--json", "replay", "--period", ALL]).ok().json_lines();
    let replayed: HashMap<&str, &Value> =
        replayed.iter().map(|day| (day["day"].as_str().unwrap(), day)).collect();
    for wanted in days {
        let day = wanted["date"].as_str().unwrap();
        agrees(replayed[day], wanted, day);
    }
}

#[test]
fn what_has_no_figure_is_counted_from_the_log() {
    let Some(data) = data() else { return };
    let mut amended = BTreeMap::<String, i64>::new();
    for line in thads(&data.ledger, &["--json", "log"]).ok().json_lines() {
        if line["kind"] == "order_amended" {
            *amended.entry(line["effective"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    for wanted in data.oracle["as_of"].as_array().unwrap() {
        let day = wanted["date"].as_str().unwrap();
        let counted: i64 = amended.range(..=day.to_owned()).map(|(_, count)| count).sum();
        assert_eq!(Some(counted), wanted["penalties_added"].as_i64(), "penalties as of {day}");
        assert_eq!(
            Some(Counter::over(&data.rows, day).values()),
            oracle_values(wanted),
            "the rules, as of {day}"
        );
    }
}

#[test]
fn every_header_and_activity_may_be_renamed_in_file_and_mapping() {
    let Some(data) = data() else { return };
    let folder = Folder::new();
    let mut text = fs::read_to_string(mapping()).unwrap();
    let headers: Vec<&str> = data.header.split(',').collect();
    let activities: Vec<&String> = data.oracle["activities"].as_object().unwrap().keys().collect();
    for (at, header) in headers.iter().enumerate() {
        text = text.replace(&format!("\"{header}\""), &format!("\"Cột {at}\""));
    }
    for (at, activity) in activities.iter().enumerate() {
        text = text.replace(&format!("\"{activity}\""), &format!("\"Bước {at}\""));
    }
    let rows: Vec<String> = data
        .rows
        .iter()
        .map(|row| {
            let mut cells: Vec<&str> = row.split(',').collect();
            let name = format!("Bước {}", activities.iter().position(|name| *name == cells[1]).unwrap());
            cells[1] = &name;
            cells.join(",")
        })
        .collect();
    let header: Vec<String> = (0..headers.len()).map(|at| format!("Cột {at}")).collect();
    let file = written(&folder, &header.join(","), &rows);
    let renamed = folder.data.with_extension("toml");
    fs::write(&renamed, &text).unwrap();
    let all = fs::read_to_string(&file).unwrap();
    for name in headers.iter().copied().chain(activities.iter().map(|name| name.as_str())) {
        assert!(!all.contains(name) && !text.contains(&format!("\"{name}\"")), "{name} is gone");
    }
    let done = import(&folder.data, &file, &renamed).ok();
    assert_eq!(counts(&done), [ROWS, ROWS, 0, 0]);
    same_figures(&folder.data, data);
    assert_eq!(log(&folder.data).len(), data.log.len());
}

/// Rows that cannot be taken, each for its own reason.
const BROKEN: [&str; 20] = [
    "A15,Payment,2006-08-01,,,,21.00,,,,",
    "A15,Payment,2006-08-01,,,,\"2,100\",,,,",
    "A15,Payment,2006-08-01,,,,-2100,,,,",
    "A15,Payment,2006-08-01,,,,,,,,",
    "A15,Payment,2006-08-01,,,,99999999999999999999,,,,",
    "A15,Payment,2006-02-30,,,,2100,,,,",
    "A15,Payment,01/08/2006,,,,2100,,,,",
    "A15,Payment,,,,,2100,,,,",
    "A15,Payment,2999-01-01,,,,2100,,,,",
    "A15,Pagamento,2006-08-01,,,,2100,,,,",
    "A15,,2006-08-01,,,,2100,,,,",
    ",Payment,2006-08-01,,,,2100,,,,",
    "B99999,Payment,2006-08-01,,,,2100,,,,",
    "A15,Payment,2006-08-01,,,,2100,,,",
    "A15,Payment,2006-08-01,,,,2100,,,,,",
    "A15,\"Payment,2006-08-01,,,,2100,,,,",
    "A15,\"Payment\"x,2006-08-01,,,,2100,,,,",
    "A15,Insert Fine Notification,2006-08-01,,,,,,,,X",
    "A15,Add penalty,2006-08-01,,,,,,,,",
    "B99998,Create Fine,2006-08-01,561,,,,157,NIL,A,",
];

#[test]
fn twenty_broken_rows_are_twenty_rejects_and_nothing_else_changes() {
    let Some(data) = data() else { return };
    let seed = random::seed();
    println!("THADS_SEED={seed}");
    let mut random = Random::new(seed, "broken rows");
    let mut rows = data.rows.clone();
    for broken in BROKEN {
        // After the rows that take their case in.
        rows.insert(random.of(1_000..rows.len()), broken.to_owned());
    }
    let folder = Folder::new();
    let file = written(&folder, &data.header, &rows);
    let rejects = folder.data.with_extension("rejects");
    let (file, mapping) = (file.display().to_string(), mapping().display().to_string());
    let kept = ["--rejects", rejects.to_str().unwrap()];
    let mut command = vec!["--json", "--quiet", "import", &file, "--mapping", &mapping];
    command.extend(kept);
    let done = thads(&folder.data, &command).ok();
    assert_eq!(counts(&done), [ROWS + 20, ROWS, 0, 20]);
    let noted = fs::read_to_string(&rejects).unwrap();
    assert_eq!(
        noted.lines().next(),
        Some(format!("row,column,value,reason,way_out,code,file,{}", data.header)).as_deref()
    );
    let mut lines: Vec<usize> =
        noted.lines().skip(1).filter_map(|line| line.split(',').next()?.parse().ok()).collect();
    lines.sort_unstable();
    let wanted: Vec<usize> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| BROKEN.contains(&row.as_str()))
        .map(|(at, _)| at + 2)
        .collect();
    assert_eq!(lines, wanted, "each by its line in the file: {noted}");
    same(&folder.data, data);
}

#[test]
fn half_then_the_whole_then_the_whole_again_double_nothing() {
    let Some(data) = data() else { return };
    let folder = Folder::new();
    let half = written(&folder, &data.header, &data.rows[..ROWS / 2]);
    assert_eq!(counts(&import(&folder.data, &half, &mapping()).ok()), [ROWS / 2, ROWS / 2, 0, 0]);
    // What the half said is named as doubtful each time, and counted once.
    let (packed, mapping) = (data.packed.display().to_string(), mapping().display().to_string());
    let rejects = folder.data.with_extension("rejects").display().to_string();
    let whole = || {
        let args = ["--json", "--quiet", "import", &packed, "--mapping", &mapping, "--rejects", &rejects];
        thads(&folder.data, &args).ok()
    };
    let first = whole();
    assert_eq!(counts(&first), [ROWS, ROWS - ROWS / 2, 0, ROWS / 2]);
    assert_eq!(first.json()["import"]["doubtful"], ROWS / 2);
    let again = whole();
    assert_eq!(counts(&again), [ROWS, 0, ROWS - ROWS / 2, ROWS / 2]);
    assert_eq!(again.json()["ledger"], first.json()["ledger"], "nothing was added");
    same_figures(&folder.data, data);
}

#[test]
fn plain_and_packed_are_read_alike() {
    let Some(data) = data() else { return };
    let folder = Folder::new();
    let plain = written(&folder, &data.header, &data.rows);
    assert_eq!(counts(&import(&folder.data, &plain, &mapping()).ok()), [ROWS, ROWS, 0, 0]);
    same(&folder.data, data);
}

/// Bytes of personal data that were written: they grow with every block.
fn vault_bytes(data: &Path) -> u64 {
    fs::metadata(data.join("vault/entries")).map_or(0, |entries| entries.len())
}

#[test]
fn five_kills_in_the_middle_lose_and_double_nothing() {
    let Some(data) = data() else { return };
    let seed = random::seed();
    println!("THADS_SEED={seed}");
    let mut random = Random::new(seed, "kills");
    let folder = Folder::new();
    let bytes = usize::try_from(vault_bytes(&data.ledger)).unwrap();
    let mut moments: Vec<usize> = (0..5).map(|_| random.of(1..bytes * 9 / 10)).collect();
    moments.sort_unstable();
    let mut killed = 0;
    for moment in moments {
        let mut child = Command::new(THADS)
            .arg("--data")
            .arg(&folder.data)
            .args(["--quiet", "import"])
            .arg(&data.packed)
            .arg("--mapping")
            .arg(mapping())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let moment = u64::try_from(moment).unwrap();
        while vault_bytes(&folder.data) < moment && child.try_wait().unwrap().is_none() {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.code().is_none() {
            killed += 1;
            thads(&folder.data, &["verify"]).ok();
        }
        let ran = import_answer(&output);
        assert!(
            ran.is_none() || ran == Some(0),
            "an import failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(killed, 5, "each was in the middle");
    let [rows, recorded, there, rejected] = counts(&import(&folder.data, &data.packed, &mapping()).ok());
    assert_eq!((rows, recorded + there, rejected), (ROWS, ROWS, 0));
    same(&folder.data, data);
    thads(&folder.data, &["verify"]).ok();
}

/// The exit status of a child that was not killed.
fn import_answer(output: &std::process::Output) -> Option<i32> {
    output.status.code()
}

/// A process killed before the first record leaves folders in which nothing is founded yet.
#[test]
fn a_founding_that_was_cut_off_is_begun_anew() {
    for folders in [&["wal"][..], &["wal", "snapshots", "vault", "keys"]] {
        let folder = Folder::new();
        for name in folders {
            fs::create_dir_all(folder.data.join(name)).unwrap();
        }
        let file = folder.data.with_extension("csv");
        let rows = "A1,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n";
        fs::write(&file, format!("{}{rows}", crate::fines::HEADER)).unwrap();
        assert_eq!(counts(&import(&folder.data, &file, &mapping()).ok()), [1, 1, 0, 0]);
    }
}

/// The rules of the shared data's README, counted over rows: nothing of the program has a part in it.
#[derive(Default)]
struct Counter {
    cases: HashMap<String, Owed>,
    sums: [i64; 7],
}

#[derive(Default)]
struct Owed {
    amount: i64,
    expenses: i64,
    paid: i64,
    finished: bool,
}

impl Counter {
    /// Counts the rows up to a day.
    fn over<'a>(rows: impl IntoIterator<Item = &'a String>, day: &str) -> Counter {
        let mut counter = Counter::default();
        for row in rows {
            let cells: Vec<&str> = row.split(',').collect();
            if cells[2] <= day {
                counter.count(&cells);
            }
        }
        counter
    }

    fn count(&mut self, cells: &[&str]) {
        let number = |at: usize| cells[at].parse::<i64>().unwrap_or(0);
        let case = self.cases.entry(cells[0].to_owned()).or_default();
        if !cells[4].is_empty() {
            case.amount = number(4);
        }
        case.expenses += number(5);
        case.paid += number(6);
        let [intake, paid, sent, collected, expenses, received, resolved] = &mut self.sums;
        *expenses += number(5);
        *collected += number(6);
        match cells[1] {
            "Create Fine" => *intake += 1,
            "Payment" if !case.finished && case.paid >= case.amount + case.expenses => {
                case.finished = true;
                *paid += 1;
            }
            "Send for Credit Collection" if !case.finished => {
                case.finished = true;
                *sent += 1;
            }
            "Insert Date Appeal to Prefecture" | "Appeal to Judge" => *received += 1,
            "Receive Result Appeal from Prefecture" => *resolved += 1,
            _ => {}
        }
    }

    /// In the order of [`FIGURES`].
    fn values(&self) -> Vec<i64> {
        self.sums.to_vec()
    }
}

fn oracle_values(wanted: &Value) -> Option<Vec<i64>> {
    FIGURES.iter().map(|(name, _)| wanted[name].as_i64()).collect()
}

#[test]
fn after_each_of_ten_slices_the_ledger_knows_what_the_rules_say_of_these_slices() {
    let Some(data) = data() else { return };
    let folder = Folder::new();
    let slices: Vec<&[String]> = data.rows.chunks(ROWS.div_ceil(10)).collect();
    assert_eq!(slices.len(), 10);
    let mut positions = Vec::new();
    for slice in &slices {
        let file = written(&folder, &data.header, *slice);
        let done = import(&folder.data, &file, &mapping()).ok();
        assert_eq!(counts(&done), [slice.len(), slice.len(), 0, 0]);
        positions.push(done.json()["ledger"]["position"].to_string());
    }
    let mut known = Vec::new();
    for (slice, position) in slices.iter().zip(&positions) {
        known.extend_from_slice(slice);
        for to in ["2007-06-30", "2013-12-31"] {
            let period = format!("2000-01-01..{to}");
            let report = ask(&folder.data, &["report", "--period", &period, "--as-known", position]);
            assert_eq!(report["ledger"]["position"].to_string(), *position);
            let shown: Vec<i64> = FIGURES.iter().map(|(_, figure)| value(&report, figure)).collect();
            assert_eq!(shown, Counter::over(&known, to).values(), "to {to}, as known at {position}");
        }
    }
    same_figures(&folder.data, data);
}

#[test]
fn a_ledger_of_another_currency_takes_nothing() {
    let Some(data) = data() else { return };
    let folder = Folder::new();
    let founding =
        ["init", "--name", "Sổ", "--origin", "thads.example/dong", "--office", "DT00", "--office-name"];
    let founding: Vec<&str> = founding.into_iter().chain(["Cục", "--head", "Người Thứ Nhất"]).collect();
    thads(&folder.data, &founding).ok();
    let before = log(&folder.data);
    let ran = import(&folder.data, &data.packed, &mapping());
    assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{ran:?}");
    assert!(ran.err.contains("VND × 10^-0") && ran.err.contains("EUR × 10^-2"), "{}", ran.err);
    assert_eq!(log(&folder.data), before);
    // The same code with another exponent is another unit as well.
    let folder = Folder::copy_of(&data.ledger);
    let major = folder.data.with_extension("toml");
    let text = fs::read_to_string(mapping()).unwrap();
    fs::write(&major, text.replace("exponent = 2", "exponent = 0")).unwrap();
    let ran = import(&folder.data, &data.packed, &major);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.err.contains("EUR × 10^-2") && ran.err.contains("EUR × 10^-0"), "{}", ran.err);
}
