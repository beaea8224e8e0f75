//! A ledger of two megabytes: 1,290 fines that were made up here, imported in three parts by the example's mapping.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::support::{ask, kept, thads};

/// Header of the example's file.
pub(crate) const HEADER: &str = "case_id,activity,date,officer,amount,expense,payment,article,dismissal,vehicle_class,notification_type\n";
/// All that it records lies in this period.
pub(crate) const PERIOD: &str = "2008-01-01..2008-12-31";
/// Fines a part.
const PART: u32 = 430;

/// The mapping of the examples.
pub(crate) fn mapping() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/fines.toml")
}

/// The ledger. Shared: copy it before anything is changed.
pub(crate) struct Fines {
    pub(crate) data: PathBuf,
    /// The head after each part, as `thads checkpoint` signed it, with its size.
    pub(crate) checkpoints: [(PathBuf, u64); 3],
}

impl Fines {
    /// The paths of the checkpoints as arguments of `verify`.
    pub(crate) fn rely_on(&self, which: &[usize]) -> Vec<String> {
        let paths = which.iter().map(|index| self.checkpoints[*index].0.display().to_string());
        paths.flat_map(|path| ["--checkpoint".to_owned(), path]).collect()
    }
}

/// Imports the rows of a text into a ledger.
pub(crate) fn import(data: &Path, rows: &str) {
    let file = data.with_extension("csv");
    fs::write(&file, format!("{HEADER}{rows}")).unwrap();
    let answer =
        ask(data, &["import", &file.display().to_string(), "--mapping", &mapping().display().to_string()]);
    assert_eq!(answer["import"]["rejected"], 0, "{answer}");
}

/// The rows of some fines: created, sent, notified, and two of three paid.
pub(crate) fn rows(fines: std::ops::Range<u32>) -> String {
    let mut rows = String::new();
    for fine in fines {
        let (month, day) = (fine / 140 + 1, fine % 28 + 1);
        let amount = 3_500 + fine % 7 * 100;
        rows +=
            &format!("F{fine},Create Fine,2008-{month:02}-{day:02},{},{amount},,,157,NIL,A,\n", fine % 9 + 1);
        rows += &format!("F{fine},Send Fine,2008-{:02}-{day:02},,,1350,,,,,\n", month + 1);
        rows += &format!("F{fine},Insert Fine Notification,2008-{:02}-{day:02},,,,,,,,P\n", month + 1);
        if fine % 3 != 0 {
            rows += &format!("F{fine},Payment,2008-{:02}-{day:02},,,,{},,,,\n", month + 2, amount + 1_350);
        }
    }
    rows
}

/// The shared ledger.
pub(crate) fn ledger() -> &'static Fines {
    static FINES: OnceLock<Fines> = OnceLock::new();
    FINES.get_or_init(|| {
        let own = kept("fines");
        let data = own.join("data");
        let checkpoints = [0, 1, 2].map(|part| {
            import(&data, &rows(part * PART..(part + 1) * PART));
            let note = thads(&data, &["checkpoint"]).ok().out;
            let path = own.join(format!("checkpoint-{part}"));
            fs::write(&path, &note).unwrap();
            (path, note.lines().nth(1).unwrap().parse().unwrap())
        });
        Fines { data, checkpoints }
    })
}
