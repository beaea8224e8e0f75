//! Forged past every decision, with right hashes: numbers of offices and officers given twice, offices below themselves or below
//! none, cases and complaints that begin with what begins none. No program ever took such a thing in: damage, exit status 3.

use serde_json::{Value, json};
use thads_cases::date::Date;
use thads_proof::record::{Provenance, Record};

use crate::appended::append;
use crate::meaning::{forged, verify};
use crate::small::{action, fine_case, officer};
use crate::support::{Folder, ledger_with, real_ledger, record};

type Forge = fn(&[Record], &Record) -> Record;

pub(crate) fn office(draft: &Record, number: u32, code: &str, parent: u32) -> Record {
    let fields =
        json!({ "number": number, "code": code, "name": "x", "level": "sub_department", "parent": parent });
    of_organisation(draft, &format!("office:{code}"), "office_opened", fields)
}

fn of_organisation(draft: &Record, stream: &str, kind: &str, fields: Value) -> Record {
    Record { actor: officer::PROVINCIAL_HEAD, office: 1, ..forged(draft, stream, kind, fields) }
}

fn first_of<'a>(there: &'a [Record], stream: &str) -> &'a Record {
    there.iter().find(|record| record.stream.to_string() == stream).unwrap()
}

/// A correction of the opening of an office: its number and the office above it become these.
fn corrected(there: &[Record], draft: &Record, code: &str, number: u32, parent: u32) -> Record {
    let stream = format!("office:{code}");
    let fields =
        json!({ "number": number, "code": code, "name": "x", "level": "department", "parent": parent });
    let fields = json!({
        "entry": first_of(there, &stream).position.get(), "took_effect": "2018-10-01", "authority": "1/QĐ",
        "replacement": { "kind": "office_opened", "common": {}, "fields": fields },
    });
    of_organisation(draft, &stream, "fact_corrected", fields)
}

const FORGED: [(&str, &str, Forge); 14] = [
    ("organisation", "an office's number given again", |_, draft| office(draft, 2, "DT07", 1)),
    ("organisation", "an office's code given again", |_, draft| office(draft, 9, "DT03", 1)),
    ("organisation", "an office below one that is none", |_, draft| office(draft, 9, "DT09", 77)),
    ("organisation", "an office below itself", |_, draft| office(draft, 9, "DT09", 9)),
    ("organisation", "the first office put below its own", |there, draft| {
        corrected(there, draft, "DT00", 1, 2)
    }),
    ("organisation", "an office's number changed", |there, draft| corrected(there, draft, "DT04", 9, 1)),
    ("organisation", "an officer's number given again", |there, draft| {
        let before = first_of(there, "officer:3").clone();
        Record { position: draft.position, recorded_at: draft.recorded_at, request: draft.request, ..before }
    }),
    ("begins", "a case begun by its classification", |_, draft| {
        let record = forged(draft, "case:DT03/2018/0002", "classified_enforceable", json!({}));
        Record { actor: officer::HEAD, ..record }
    }),
    ("begins", "a complaint begun by its acceptance", |_, draft| {
        let record = forged(draft, "complaint:DT03/2018/K0001", "complaint_accepted", json!({}));
        Record { actor: officer::HEAD, ..record }
    }),
    ("begins", "an officer begun by a note", |_, draft| noted(draft, "officer:999")),
    ("begins", "an office begun by a note", |_, draft| noted(draft, "office:ZZ9")),
    ("begins", "a rule begun by a note", |_, draft| noted(draft, "parameter:deposit_after")),
    ("begins", "a rule that is none begun by a note", |_, draft| noted(draft, "parameter:nguyenvana")),
    ("entry", "an entry of another stream taken away", |there, draft| {
        let entry = first_of(there, "officer:3").position.get();
        let fields = json!({ "entry": entry, "authority": "1/QĐ" });
        of_organisation(draft, "office:DT03", "entry_voided", fields)
    }),
];

fn noted(draft: &Record, stream: &str) -> Record {
    of_organisation(draft, stream, "note_added", json!({ "text": { "ref": "01".repeat(16) } }))
}

#[test]
fn what_no_program_ever_let_stand_so_is_damage_and_imported_a_flag() {
    let honest = ledger_with("DT03/2018/0001");
    for (what, name, forge) in FORGED {
        for provenance in [Provenance::Live, Provenance::Imported] {
            let folder = Folder::copy_of(&honest.data);
            let mut position = 0;
            append(&folder.data, |there, draft| {
                position = draft.position.get();
                vec![Record { provenance, ..forge(there, draft) }]
            });
            let ran = verify(&folder.data);
            let found = ran.json()["meaning"].clone();
            if provenance == Provenance::Imported {
                assert_eq!(found["count"], 0, "{name}: {found}");
                assert_eq!(found["flags"]["first"][0]["position"], position, "{name}: {found}");
                continue;
            }
            assert_eq!((ran.status, &found["count"]), (3, &json!(1)), "{name}: {found}");
            let first = &found["findings"][0];
            assert_eq!(
                (&first["what"], &first["position"]),
                (&json!(what), &json!(position)),
                "{name}: {found}"
            );
            assert!(ran.err.contains(&format!("Record {position}")), "{name}: {}", ran.err);
        }
    }
}

/// An honest ledger whose cases change their office: a clerk acts for an enforcer, a head of the office above acts in a case of
/// another, one case is entrusted and one pulled up. Behind that, imported history that comes from where no ledger was kept,
/// voided and brought back.
pub(crate) fn moved() -> Folder {
    let folder = real_ledger();
    let (entrusted, pulled) = ("DT03/2018/0001", "DT03/2018/0002");
    let mut actions = vec![
        json!({ "stream": "officer:20", "kind": "officer_appointed", "number": 20, "office": 3, "role": "head",
        "person": { "name": "Trưởng" }, "effective": "2018-10-02", "actor": officer::PROVINCIAL_HEAD }),
    ];
    let brought = |from: &str| {
        json!({ "brought": {
            "from": from, "basis": "proactive", "judgment": "criminal",
            "obligations": [{ "kind": "fine", "payee": "budget", "amount": 7_000_000 }],
            "debtors": [{ "person": { "name": "Người bị phạt" }, "kind": "individual" }],
        } })
    };
    for case in [entrusted, pulled] {
        actions.extend(fine_case(case));
        let noted = json!({ "text": "x", "on_behalf_of": officer::ENFORCER });
        actions.push(action(case, "note_added", "2018-12-01", officer::CLERK, noted));
        actions.push(action(
            case,
            "conditions_verified",
            "2018-12-02",
            officer::ENFORCER,
            json!({ "means_found": true }),
        ));
    }
    let above = officer::PROVINCIAL_HEAD;
    actions.extend([
        action(entrusted, "entrusted_out", "2018-12-03", officer::HEAD, json!({ "to": 3 })),
        action("DT04/2018/0001", "entrusted_in", "2018-12-04", 20, brought(entrusted)),
        action(pulled, "pulled_up", "2018-12-03", above, json!({ "to": 1 })),
        action("DT00/2018/0001", "taken_from_below", "2018-12-04", above, brought(pulled)),
        action("DT04/2018/0001", "note_added", "2018-12-05", 20, json!({ "text": "y" })),
    ]);
    let ran = record(&folder.data, &actions);
    assert_eq!(ran.status, 0, "{:?}", ran.out.lines().last());
    let mut imported = 0;
    append(&folder.data, |_, draft| {
        imported = draft.position.get();
        let brought = json!({ "brought": {
            "from": "DT99/2018/0001", "basis": "proactive", "judgment": "criminal", "debtors": [],
            "obligations": [{ "kind": "fine", "payee": "budget", "amount": 7_000_000 }],
        } });
        let record = forged(draft, "case:DT04/2019/0001", "entrusted_in", brought);
        vec![Record { provenance: Provenance::Imported, actor: 20, office: 3, ..record }]
    });
    // Voided and brought back, which is no imported history: what it came from is as little here as before.
    for entry in [imported, imported + 1] {
        let fields = json!({ "entry": entry, "authority": "1/QĐ" });
        record(&folder.data, &[action("DT04/2019/0001", "entry_voided", "2019-03-01", 20, fields)]).ok();
    }
    folder
}

#[test]
fn cases_that_change_their_office_are_no_damage() {
    let found = verify(&moved().data).ok().json();
    assert_eq!(
        (&found["meaning"]["count"], &found["meaning"]["later"]["count"]),
        (&json!(0), &json!(0)),
        "{found}"
    );
}

/// No decision lets a correction of the clock in that is imported, names a record that is none, is of another day than its
/// own, or makes days go back: nothing could be recorded behind some of them.
#[test]
fn a_correction_of_the_clock_that_none_could_make_is_damage_imported_or_not() {
    let honest = ledger_with("DT03/2018/0001");
    let today = |draft: &Record| thads_proof::days::day_of(draft.recorded_at);
    let said = |draft: &Record, from: u64, day: &str| {
        of_organisation(draft, "ledger:clock", "clock_corrected", json!({ "from": from, "day": day }))
    };
    for provenance in [Provenance::Live, Provenance::Imported] {
        for number in if provenance == Provenance::Live { 0..3 } else { 0..4 } {
            let folder = Folder::copy_of(&honest.data);
            let mut position = 0;
            append(&folder.data, |_, draft| {
                position = draft.position.get();
                let true_day = Date::from_days(today(draft)).unwrap().to_string();
                // Each is wrong in one thing; the last only because it is imported.
                let (from, day, late) = match number {
                    0 => (position, true_day.as_str(), 0),
                    1 => (position - 1, "2019-02-01", 0),
                    2 => (position - 1, true_day.as_str(), 1),
                    _ => (position - 1, true_day.as_str(), 0),
                };
                let record = Record { effective: today(draft) - late, ..said(draft, from, day) };
                vec![Record { provenance, ..record }]
            });
            let ran = verify(&folder.data);
            let found = ran.json()["meaning"].clone();
            assert_eq!((ran.status, &found["count"]), (3, &json!(1)), "{number}: {found}");
            let first = &found["findings"][0];
            assert_eq!((&first["what"], &first["position"]), (&json!("clock"), &json!(position)), "{found}");
        }
    }
}
