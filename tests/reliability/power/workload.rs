//! What the recorded programs are given to do, and under which requests.

use serde_json::{Value, json};

/// Segments of the smallest size, runs of 8 KiB moved to sled after 200 ms, and an archiver that rests after each batch, so
/// that it is behind; `THADS_STORAGE` for the recorded program.
pub(super) const STORAGE: &str = "524800,8192,200,900";
/// The same with an archiver that does not rest, for the programs that judge.
pub(super) const STORAGE_TO_JUDGE: &str = "524800,8192,200,0";

/// The arguments that found the ledger.
pub(crate) const INIT: [&str; 13] = [
    "init",
    "--name",
    "Sổ thử mất điện",
    "--origin",
    "thads.example/power",
    "--office",
    "DT00",
    "--office-name",
    "Phòng Thi hành án",
    "--head",
    "Nguyễn Văn Trưởng",
    "--since",
    "2018-01-01",
];
/// Records of a ledger that was just founded: genesis, office, head.
pub(super) const FOUNDED: u64 = 3;

/// Returns the actions number `from` to before `to`, a JSON line each. Of three, one is a case, one an order over many
/// sums (so that segments fill) with a person, one a text of growing length for the vault.
pub(super) fn actions(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|number| action(number).to_string()).collect()
}

/// From this number on actions are notes on cases that are there by then: what writers that do not wait for each other
/// send, and what a ledger must take after everything else.
pub(super) const NOTES_FROM: usize = 10_000;
/// Cases of these notes.
const NOTED_CASES: usize = 16;

/// Returns an action by its number.
pub(super) fn action(number: usize) -> Value {
    if number >= NOTES_FROM {
        return note(number, number % NOTED_CASES + 1);
    }
    let fields = match number % 3 {
        0 => json!({
            "kind": "judgment_received", "effective": "2018-10-02", "number": format!("{number}/2018/DS-ST"),
            "court": "TAND huyện Cao Lãnh", "date": "2018-09-03", "in_force": "2018-10-01", "judgment": "civil",
        }),
        1 => {
            let sum = json!({ "kind": "court_fee", "payee": "budget", "amount": 1_000_000_000_000_i64 });
            let person =
                json!({ "name": format!("Người phải thi hành án số {number}"), "address": "Cao Lãnh" });
            json!({
                "kind": "enforcement_ordered", "effective": "2018-10-02", "basis": "proactive",
                "obligations": vec![sum; 80 + 2_000 * (number / 3 % 3)],
                "debtors": [{ "person": person, "kind": "individual" }],
            })
        }
        _ => return note(number, number / 3 + 1),
    };
    on_case(number, number / 3 + 1, &fields)
}

fn note(number: usize, case: usize) -> Value {
    let text = format!("Ghi chú số {number}: {}", "đã gọi. ".repeat(number * 7 % 400));
    on_case(number, case, &json!({ "kind": "note_added", "effective": "2018-10-03", "text": text }))
}

fn on_case(number: usize, case: usize, fields: &Value) -> Value {
    let case = format!("DT00/2018/{case:04}");
    let mut action = json!({ "request": request(number), "case": case, "actor": 1 });
    action.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    action
}

const REQUESTS_FROM: u64 = 0x7000_0000;

/// The request id of an action: its number.
fn request(number: usize) -> String {
    format!("{:032x}", REQUESTS_FROM + u64::try_from(number).unwrap())
}

/// The number of an action from its request id.
pub(super) fn number(request: &str) -> Option<usize> {
    let number = u128::from_str_radix(request, 16).ok()?.checked_sub(u128::from(REQUESTS_FROM))?;
    usize::try_from(number).ok()
}
