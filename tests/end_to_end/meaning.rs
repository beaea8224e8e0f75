//! Records that no decision took in, appended with right hashes: `verify` says what each of them means that it cannot, and
//! calls nothing damage that is only against a rule, unknown here, or imported.

use std::path::Path;

use serde_json::{Value, json};
use thads_cases::date::Date;
use thads_cases::event::{Common, Event, Payload};
use thads_cases::ids::Position as Entry;
use thads_cases::rules::RuleSet;
use thads_proof::record::{Position, Provenance, Record, Stream};

use crate::appended::append;
use crate::small::{action, distraint_case, fine_case, officer};
use crate::support::{Folder, Ran, lines, note_on, real_ledger, record, thads, thads_with_input};

const FINE: &str = "case:DT03/2018/0001";

/// A ledger with a fine of which nothing was collected, and a case of which 20 million are held.
fn ledger() -> Folder {
    let folder = real_ledger();
    let mut actions = fine_case("DT03/2018/0001");
    actions.extend(distraint_case("DT03/2018/0002"));
    record(&folder.data, &actions).ok();
    folder
}

pub(crate) fn verify(data: &Path) -> Ran {
    thads(data, &["--json", "--lang", "en", "verify"])
}

/// A record of the law that follows on the last, by the accountant of DT03.
pub(crate) fn forged(draft: &Record, stream: &str, kind: &str, fields: Value) -> Record {
    let event: Event =
        serde_json::from_value(json!({ "kind": kind, "common": {}, "fields": fields })).unwrap();
    let on: Date = "2019-02-01".parse().unwrap();
    Record {
        stream: stream.parse().unwrap(),
        kind: event.info().code,
        kind_revision: event.info().revision,
        payload: thads_codec::encode(&Payload(&event)).unwrap(),
        corrects: event.body.repairs().map(|entry| Position::new(entry.0)),
        office: 2,
        actor: officer::ACCOUNTANT,
        effective: on.days(),
        provenance: Provenance::Live,
        rule_set: RuleSet::in_force(on).code(),
        ..draft.clone()
    }
}

fn remitted(draft: &Record) -> Record {
    forged(draft, FINE, "remitted_to_budget", json!({ "amount": 1_000_000 }))
}

fn classified(draft: &Record) -> Record {
    Record { actor: officer::HEAD, ..forged(draft, FINE, "classified_enforceable", json!({})) }
}

/// The payload of a correction of the fine's first entry in which the replacement's code and revision are others.
fn corrected(there: &[Record], draft: &Record, code: u8, revision: u8) -> Record {
    let entry = there.iter().find(|record| record.stream.to_string() == FINE).unwrap().position.get();
    let judgment =
        json!({ "court": "TAND", "number": "3/2018", "date": "2018-10-01", "judgment": "criminal" });
    let replacement = json!({ "kind": "judgment_received", "common": {}, "fields": judgment });
    let fields = json!({
        "entry": entry, "took_effect": "2018-11-01", "replacement": replacement, "authority": "1/QĐ",
    });
    let mut record = forged(draft, FINE, "fact_corrected", fields);
    let on: Date = "2018-11-01".parse().unwrap();
    let start = thads_codec::encode(&(Common::default(), Entry(entry), on)).unwrap().len();
    assert_eq!(record.payload[start..start + 2], [32, 1], "code and revision of the replacement");
    record.payload[start] = code;
    record.payload[start + 1] = revision;
    record
}

type Forge = fn(&[Record], &Record) -> Vec<Record>;

/// What stands in the log and should not: what is found, in the last of the records that are appended.
const FORGED: &[(&str, &str, Forge)] = &[
    ("money", "money of nothing", |_, draft| vec![remitted(draft)]),
    ("money", "more approved than is held", |_, draft| {
        let lines = json!({ "lines": [{ "obligation": 1, "amount": 5_000_000 }] });
        vec![Record { actor: officer::HEAD, ..forged(draft, FINE, "payout_approved", lines) }]
    }),
    ("money", "an end in debt", |_, draft| {
        vec![Record { actor: officer::HEAD, ..forged(draft, FINE, "completed", json!({})) }]
    }),
    ("money", "money taken back that is approved", |there, draft| {
        let collected = there.iter().find(|record| record.kind == 144).unwrap();
        let fields = json!({ "entry": collected.position.get(), "authority": "1/QĐ" });
        vec![forged(draft, "case:DT03/2018/0002", "entry_voided", fields)]
    }),
    ("debt", "a case from an office that did not send it", |_, draft| {
        let owed = json!([{ "kind": "fine", "payee": "budget", "amount": 7_000_000 }]);
        let brought = json!({
            "from": "DT03/2018/0001", "basis": "proactive", "judgment": "criminal", "obligations": owed, "debtors": [],
        });
        let record = forged(draft, "case:DT04/2019/0001", "entrusted_in", json!({ "brought": brought }));
        vec![Record { actor: 1, office: 3, ..record }]
    }),
    ("debt", "a case taken over into another that stands", |_, draft| {
        let owed = json!([{ "kind": "fine", "payee": "budget", "amount": 7_000_000 }]);
        let brought = json!({
            "from": "DT04/2018/0044", "basis": "proactive", "judgment": "criminal", "obligations": owed, "debtors": [],
        });
        vec![Record {
            actor: officer::HEAD,
            ..forged(draft, FINE, "entrusted_in", json!({ "brought": brought }))
        }]
    }),
    ("officer", "an officer who is nobody", |_, draft| vec![Record { actor: 999, ..classified(draft) }]),
    ("officer", "the ledger itself, long founded", |_, draft| vec![Record { actor: 0, ..classified(draft) }]),
    ("officer", "the ledger itself appoints", |_, draft| {
        let office =
            json!({ "number": 9, "code": "DT09", "name": "x", "level": "sub_department", "parent": 1 });
        vec![Record { actor: 0, office: 0, ..forged(draft, "office:DT09", "office_opened", office) }]
    }),
    ("officer", "for an enforcer who is nobody", |_, draft| {
        let mut event: Event =
            serde_json::from_value(json!({ "kind": "classified_enforceable", "fields": {} })).unwrap();
        event.common.on_behalf_of = Some(thads_cases::ids::OfficerNo(998));
        let payload = thads_codec::encode(&Payload(&event)).unwrap();
        vec![Record { actor: officer::CLERK, payload, ..classified(draft) }]
    }),
    ("office", "an office that is none", |_, draft| vec![Record { office: 77, ..classified(draft) }]),
    ("office", "an office beside", |_, draft| vec![Record { office: 3, ..classified(draft) }]),
    ("founding", "a second genesis", |there, draft| {
        let genesis = &there[0];
        vec![Record {
            stream: Stream::genesis(),
            kind: 1,
            kind_revision: 1,
            payload: genesis.payload.clone(),
            office: 0,
            actor: 0,
            ..draft.clone()
        }]
    }),
    ("founding", "a genesis in a case", |there, draft| {
        vec![Record { kind: 1, kind_revision: 1, payload: there[0].payload.clone(), ..classified(draft) }]
    }),
    ("request", "an id of long ago", |there, draft| {
        vec![Record { request: there[5].request, ..classified(draft) }]
    }),
    ("request", "the last record again", |there, draft| {
        let last = there.last().unwrap();
        vec![Record {
            request: last.request,
            recorded_at: last.recorded_at,
            ..forged(draft, &last.stream.to_string(), "conditions_verified", json!({ "means_found": true }))
        }]
    }),
    ("number", "a number left out", |_, draft| {
        let judgment =
            json!({ "court": "TAND", "number": "9/2019", "date": "2018-12-01", "judgment": "civil" });
        let record = forged(draft, "case:DT03/2019/0002", "judgment_received", judgment);
        vec![Record { actor: officer::CLERK, ..record }]
    }),
    ("corrects", "a header that names nothing", |there, draft| {
        let fields = json!({ "entry": there.last().unwrap().position.get(), "authority": "1/QĐ" });
        let record = forged(draft, "case:DT03/2018/0002", "entry_voided", fields);
        vec![Record { corrects: None, actor: officer::HEAD, ..record }]
    }),
    ("corrects", "a header that names another", |_, draft| {
        vec![Record { corrects: Some(Position::new(3)), ..classified(draft) }]
    }),
    ("corrects", "another, of a replacement of a later program", |there, draft| {
        vec![Record { corrects: Some(Position::new(3)), ..corrected(there, draft, 32, 9) }]
    }),
    ("entry", "an entry of another stream", |there, draft| {
        let fields = json!({ "entry": there.last().unwrap().position.get(), "authority": "1/QĐ" });
        vec![Record { actor: officer::HEAD, ..forged(draft, FINE, "entry_voided", fields) }]
    }),
    ("stream", "a case's kind on a complaint", |_, draft| {
        let record = forged(draft, "complaint:DT03/2018/K0001", "classified_enforceable", json!({}));
        vec![Record { actor: officer::HEAD, ..record }]
    }),
    ("stream", "a case's kind on the ledger", |_, draft| {
        vec![forged(draft, "ledger:genesis", "classified_enforceable", json!({}))]
    }),
    ("stream", "an office under another's name", |_, draft| {
        let office =
            json!({ "number": 9, "code": "DT09", "name": "x", "level": "sub_department", "parent": 1 });
        vec![Record { actor: 1, office: 1, ..forged(draft, "office:DT08", "office_opened", office) }]
    }),
    ("stream", "a case in another spelling", |_, draft| {
        vec![forged(draft, "case:DT03-2018-0001", "classified_enforceable", json!({}))]
    }),
    ("header", "practice, on a real ledger", |_, draft| {
        vec![Record { provenance: Provenance::Practice, ..classified(draft) }]
    }),
    ("header", "the rules of a later date", |_, draft| vec![Record { rule_set: 4, ..classified(draft) }]),
    ("header", "no rules", |_, draft| vec![Record { rule_set: 0, ..classified(draft) }]),
    ("header", "rules that do not exist", |_, draft| vec![Record { rule_set: 9, ..classified(draft) }]),
    ("stream", "a complaint's kind in place of a case's", |there, draft| {
        let entry = there.iter().find(|record| record.stream.to_string() == FINE).unwrap().position.get();
        let replacement = json!({ "kind": "complaint_accepted", "common": {}, "fields": {} });
        let fields = json!({
            "entry": entry, "took_effect": "2018-11-01", "replacement": replacement, "authority": "1/QĐ",
        });
        vec![Record { actor: officer::HEAD, ..forged(draft, FINE, "fact_corrected", fields) }]
    }),
    ("malformed", "a byte too many", |_, draft| {
        let mut record = classified(draft);
        record.payload.push(0);
        vec![record]
    }),
    ("malformed", "other bytes", |_, draft| vec![Record { payload: vec![0xff; 9], ..remitted(draft) }]),
    ("malformed", "revision 0", |_, draft| vec![Record { kind_revision: 0, ..classified(draft) }]),
    ("malformed", "a correction cut short", |there, draft| {
        let mut record = corrected(there, draft, 32, 1);
        record.payload.pop();
        vec![record]
    }),
    ("malformed", "a correction by what the ledger records itself", |there, draft| {
        vec![corrected(there, draft, 1, 1)]
    }),
];

/// Each is named with its position, stream and kind, and what an honest log says there; exit status 3.
#[test]
fn what_no_honest_log_says_is_found_and_named() {
    let honest = ledger();
    let plain = verify(&honest.data).ok().json();
    assert_eq!(
        (&plain["meaning"]["count"], &plain["meaning"]["flags"]["count"]),
        (&json!(0), &json!(0)),
        "{plain}"
    );
    for (what, name, forge) in FORGED {
        let folder = Folder::copy_of(&honest.data);
        let (mut position, mut stream) = (0, String::new());
        append(&folder.data, |there, draft| {
            let records = forge(there, draft);
            position = draft.position.get() + u64::try_from(records.len()).unwrap() - 1;
            stream = records.last().unwrap().stream.to_string();
            records
        });
        let ran = verify(&folder.data);
        let found = ran.json();
        let first = &found["meaning"]["findings"][0];
        assert_eq!(ran.status, 3, "{name}: {found}\n{}", ran.err);
        assert_eq!(first["what"], *what, "{name}: {found}");
        assert_eq!(
            (first["position"].as_u64(), &first["stream"]),
            (Some(position), &json!(stream)),
            "{name}: {found}"
        );
        assert!(first["event"].is_string(), "{name}: {found}");
        for side in ["expected", "found"] {
            assert!(!first[side]["vi"].as_str().unwrap().is_empty(), "{name}: {found}");
            assert!(!first[side]["en"].as_str().unwrap().is_empty(), "{name}: {found}");
        }
        // Nothing else is accused of it.
        let all = found["meaning"]["findings"].as_array().unwrap();
        assert!(all.iter().all(|one| one["position"] == position && one["what"] == *what), "{name}: {found}");
        assert!(ran.err.contains(&format!("Record {position}")), "{name}: {}", ran.err);
        if *what == "malformed" {
            let printed = thads(&folder.data, &["--lang", "en", "log"]);
            assert!(printed.status == 3 && !printed.err.contains("newer"), "{name}: {printed:?}");
        }
        let said = thads(&folder.data, &["--lang", "vi", "verify"]);
        assert!(said.out.contains(&format!("Bản ghi {position} (")), "{name}: {said:?}");
        assert!(said.out.contains("lẽ ra"), "{name}: {said:?}");
    }
}

/// The rules of an earlier date than its own: recorded by a program that did not know the next ones. Rules that are not known,
/// of a day behind the beginning of all that are: by a later program, and not checked.
#[test]
fn rules_that_a_program_could_not_know_accuse_nobody() {
    let honest = ledger();
    for (rule_set, effective, status) in [(1, "2020-02-03", 0), (9, "2026-07-02", 1)] {
        let folder = Folder::copy_of(&honest.data);
        append(&folder.data, |_, draft| {
            let on: Date = effective.parse().unwrap();
            vec![Record { rule_set, effective: on.days(), ..classified(draft) }]
        });
        let ran = verify(&folder.data);
        assert_eq!(ran.status, status, "{rule_set}: {ran:?}");
        assert_eq!(ran.json()["meaning"]["count"], 0, "{rule_set}: {ran:?}");
        assert_eq!(ran.err.contains("rule sets that this build does not know"), status == 1, "{ran:?}");
        // Answers and actions might rest on such rules.
        let report = thads(&folder.data, &["report", "--period", "2019-H1"]);
        assert_eq!(
            (report.status, report.err.contains("of a later program")),
            (status, status == 1),
            "{report:?}"
        );
    }
}

/// An office that somebody took away records nothing any more: what the program takes in, its own `verify` does not call
/// damage.
#[test]
fn nothing_is_recorded_for_an_office_that_does_not_stand() {
    let folder = ledger();
    let office = |there: &[Record]| {
        let opened = there.iter().find(|record| record.stream.to_string() == "office:DT03").unwrap();
        opened.position.get()
    };
    append(&folder.data, |there, draft| {
        let fields = json!({ "entry": office(there), "authority": "1/QĐ" });
        vec![Record { actor: 1, office: 1, ..forged(draft, "office:DT03", "entry_voided", fields) }]
    });
    verify(&folder.data).ok();
    let note = action("DT03/2018/0001", "note_added", "2019-02-01", 1, json!({ "text": "later" }));
    let refused = record(&folder.data, &[note]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.out.contains("\"office\""), "{refused:?}");
    verify(&folder.data).ok();
}

/// A target belongs to the office of its stream, also where it is corrected.
#[test]
fn a_correction_leaves_a_target_with_its_office() {
    let folder = ledger();
    let target = json!({
        "stream": "office:DT03", "kind": "target_assigned", "effective": "2019-01-15", "actor": 1, "year": 2019, "office": 2,
        "figure": "rate.cases", "ratio": { "numerator": 1, "denominator": 2 },
    });
    let set = record(&folder.data, &[target]).ok().json_lines()[0]["first"].clone();
    let to = |changes: Value| {
        let correction = json!({
            "stream": "office:DT03", "kind": "fact_corrected", "actor": 1, "entry": set, "authority": "1/QĐ", "changes": changes,
        });
        record(&folder.data, &[correction])
    };
    let refused = to(json!({ "office": 3 }));
    assert!(refused.status == 1 && refused.out.contains("replacement"), "{refused:?}");
    to(json!({ "ratio": { "numerator": 2, "denominator": 3 } })).ok();
    // Once it was taken in: a flag.
    append(&folder.data, |_, draft| {
        let ratio = json!({ "numerator": 1, "denominator": 2 });
        let fields = json!({ "year": 2019, "office": 3, "figure": "rate.cases", "ratio": ratio });
        let replacement = json!({ "kind": "target_assigned", "common": {}, "fields": fields });
        let fields = json!({
            "entry": set, "took_effect": "2019-01-15", "replacement": replacement, "authority": "1/QĐ",
        });
        vec![Record { actor: 1, office: 1, ..forged(draft, "office:DT03", "fact_corrected", fields) }]
    });
    let flags = verify(&folder.data).ok().json()["meaning"]["flags"].clone();
    assert!(flags.to_string().contains("replacement"), "{flags}");
}

/// What a later program wrote is named and not checked, and what rests on it is not accused: exit status 1.
#[test]
fn what_a_later_program_wrote_is_named_and_nobody_is_accused_of_it() {
    let honest = ledger();
    let note = lines(&[note_on("DT03/2018/0002", "x")]);
    let all: [(&str, (u64, u64), Forge); 7] = [
        ("a kind of the ledger's own, of a case", (3, 1), |_, draft| {
            vec![Record { kind: 3, ..classified(draft) }]
        }),
        ("a replacement of a kind of the ledger's own", (3, 1), |there, draft| {
            vec![corrected(there, draft, 3, 1)]
        }),
        ("an unknown kind", (300, 1), |_, draft| vec![Record { kind: 300, ..classified(draft) }]),
        ("a later revision", (65, 9), |_, draft| vec![Record { kind_revision: 9, ..classified(draft) }]),
        ("a kind of the ledger's own", (7, 1), |_, draft| {
            vec![Record { kind: 7, stream: "ledger:clock".parse().unwrap(), ..classified(draft) }]
        }),
        ("a replacement of a later revision", (32, 9), |there, draft| vec![corrected(there, draft, 32, 9)]),
        ("a replacement of an unknown kind", (250, 1), |there, draft| vec![corrected(there, draft, 250, 1)]),
    ];
    for (name, (kind, revision), forge) in all {
        let folder = Folder::copy_of(&honest.data);
        let mut position = 0;
        append(&folder.data, |there, draft| {
            position = draft.position.get();
            forge(there, draft)
        });
        let ran = verify(&folder.data);
        let found = ran.json();
        assert_eq!((ran.status, &found["meaning"]["count"]), (1, &json!(0)), "{name}: {found}\n{}", ran.err);
        let wanted = json!([{ "position": position, "kind": kind, "revision": revision }]);
        assert_eq!(found["meaning"]["later"]["records"], wanted, "{name}: {found}");
        assert_eq!(found["good"], false, "{name}");
        assert!(found["not_checked"].to_string().contains(&position.to_string()), "{name}: {found}");
        assert!(ran.err.contains(&position.to_string()), "{name}: {}", ran.err);
        // What might rest on it is not answered, nor recorded.
        for args in [
            &["log"][..],
            &["case", "DT03/2018/0002"],
            &["cases"],
            &["report", "--period", "2019-H1"],
            &["checkpoint"],
            &["record", "-"],
            &["record", "--dry-run", "-"],
        ] {
            let ran = thads_with_input(&folder.data, args, &note);
            let is_said = format!("record {position}: kind {kind} revision {revision} is of a later program");
            let expected = if args == ["checkpoint"] { (0, false) } else { (1, true) };
            assert_eq!((ran.status, ran.err.contains(&is_said)), expected, "{name} {args:?}: {}", ran.err);
        }
        // What follows in that stream rests on it; elsewhere it is judged as ever.
        let other: Forge = |_, draft| vec![forged(draft, "case:DT03/2018/0002", "completed", json!({}))];
        append(&folder.data, |_, draft| vec![remitted(draft)]);
        let found = verify(&folder.data);
        let undecided = u64::from(kind != 7);
        let status = if kind == 7 { 3 } else { 1 };
        assert_eq!(
            (found.status, &found.json()["meaning"]["later"]["undecided"]),
            (status, &json!(undecided)),
            "{name}: {found:?}"
        );
        append(&folder.data, other);
        assert_eq!(verify(&folder.data).status, 3, "{name}");
    }
    // An office or officer of a later program may be the one who acts.
    let folder = Folder::copy_of(&honest.data);
    append(&folder.data, |_, draft| {
        let appointed = Record { kind: 300, stream: "officer:999".parse().unwrap(), ..classified(draft) };
        vec![appointed, Record { actor: 999, request: draft.request, ..classified(draft) }]
    });
    let ran = verify(&folder.data);
    assert_eq!((ran.status, &ran.json()["meaning"]["count"]), (1, &json!(0)), "{ran:?}");
    // And the office above another may be one that it opened.
    append(&folder.data, |_, draft| vec![crate::structure::office(draft, 9, "DT09", 77)]);
    let ran = verify(&folder.data);
    assert_eq!((ran.status, &ran.json()["meaning"]["count"]), (1, &json!(0)), "{ran:?}");
}

/// A rule of entry that breaks is a flag, imported history may break any; neither is damage.
#[test]
fn a_rule_that_breaks_is_a_flag_and_imported_history_may_break_any() {
    let honest = ledger();
    let all: [(&str, Forge); 4] = [
        ("a rule of the kind", |_, draft| {
            vec![Record { actor: officer::HEAD, ..forged(draft, FINE, "resumed", json!({})) }]
        }),
        ("a role", |_, draft| vec![Record { actor: officer::CASHIER, ..classified(draft) }]),
        ("imported money", |_, draft| vec![Record { provenance: Provenance::Imported, ..remitted(draft) }]),
        ("imported by nobody", |_, draft| {
            vec![Record { provenance: Provenance::Imported, actor: 999, ..classified(draft) }]
        }),
    ];
    for (name, forge) in all {
        let folder = Folder::copy_of(&honest.data);
        let mut position = 0;
        append(&folder.data, |there, draft| {
            position = draft.position.get();
            forge(there, draft)
        });
        let ran = verify(&folder.data).ok();
        let flags = &ran.json()["meaning"]["flags"];
        assert!(flags["count"].as_u64().unwrap() > 0, "{name}: {}", ran.out);
        assert_eq!(flags["first"][0]["position"], position, "{name}: {}", ran.out);
    }
}

/// Histories with repairs, late entries and imports are what they are: nothing is called damage.
#[test]
fn honest_ledgers_mean_what_they_say() {
    let folder = ledger();
    let collected = thads(&folder.data, &["--json", "log"]).ok().json_lines();
    let of = |kind: &str| {
        let found = collected.iter().rev().find(|line| line["kind"] == kind).unwrap();
        found["position"].as_u64().unwrap()
    };
    let case = "DT03/2018/0002";
    let void = |entry: u64, actor| {
        action(case, "entry_voided", "2019-01-20", actor, json!({ "entry": entry, "authority": "1/QĐ" }))
    };
    let repairs = [
        void(of("payout_approved"), officer::HEAD),
        void(of("distribution_planned"), officer::HEAD),
        void(of("payment_collected"), officer::ACCOUNTANT),
        void(collected.last().unwrap()["position"].as_u64().unwrap() + 3, officer::ACCOUNTANT),
    ];
    record(&folder.data, &repairs).ok();
    // Complaints have numbers of their own, so has each year; the organisation is noted upon and repaired.
    let by = officer::PROVINCIAL_HEAD;
    let others = [
        json!({ "stream": "complaint:DT03/2018/K0001", "kind": "complaint_received", "effective": "2018-12-03",
            "actor": officer::CLERK, "complainant": { "name": "Ẩn" }, "case": case, "class": 1, "level": 1 }),
        action(
            "DT03/2019/0001",
            "judgment_received",
            "2019-01-07",
            officer::CLERK,
            json!({
            "court": "TAND", "number": "1/2019", "date": "2018-12-10", "judgment": "civil" }),
        ),
        json!({ "stream": "parameter:base_salary", "kind": "parameter_set", "effective": "2018-10-01", "actor": by,
            "set": { "rule": "base_salary", "from": "2018-07-01", "value": { "amount": 1_390_000 }, "document": "72/2018" } }),
        json!({ "stream": "officer:19", "kind": "officer_appointed", "number": 19, "office": 1, "role": "clerk",
            "person": { "name": "Tạm" }, "effective": "2018-10-02", "actor": by }),
        json!({ "stream": "office:DT03", "kind": "note_added", "text": "x", "effective": "2019-01-20", "actor": by }),
    ];
    let appointed = record(&folder.data, &others).ok().json_lines()[3]["first"].clone();
    let corrected = json!({ "stream": "officer:19", "kind": "fact_corrected", "entry": appointed, "authority": "1/QĐ",
        "changes": { "role": "enforcer" }, "effective": "2019-01-20", "actor": by });
    record(&folder.data, &[corrected]).ok();
    let moved = crate::structure::moved();
    for data in [&folder.data, &moved.data, &crate::fines::ledger().data, &crate::support::demo().data] {
        let found = verify(data).ok().json();
        assert_eq!(found["meaning"]["count"], 0, "{found}");
        assert_eq!(found["meaning"]["later"]["count"], 0, "{found}");
    }
    let notebook = Folder::new();
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/import");
    let [rows, mapping] = ["whole.csv", "notebook.toml"].map(|name| place.join(name).display().to_string());
    thads(&notebook.data, &["import", &rows, "--mapping", &mapping]).ok();
    verify(&notebook.data).ok();
}

/// A commitment stands in the log for all to repeat: a later record that names another's reference beside it shows nothing of
/// that person, and the record to whom it belongs shows it still.
#[test]
fn words_of_another_case_are_shown_under_none_but_their_own() {
    let folder = ledger();
    let name = "Người phải thi hành án";
    append(&folder.data, |there, draft| {
        let others = there.iter().filter(|record| record.stream.to_string() == "case:DT03/2018/0002");
        let named = |record: &Record| {
            let all =
                thads_projections::entry::references(record.kind, record.kind_revision, &record.payload);
            Some((*all.ok()??.first()?, *record.commitments.first()?))
        };
        let all = others.filter_map(named).map(|(reference, commitment)| Record {
            commitments: vec![commitment],
            ..forged(draft, FINE, "note_added", json!({ "text": { "ref": reference.to_string() } }))
        });
        all.collect()
    });
    let history = |case: &str| thads(&folder.data, &["--json", "case", case, "--history"]).out;
    assert!(history("DT03/2018/0002").contains(name));
    let said = history("DT03/2018/0001");
    assert!(said.contains("\"lost\"") && !said.contains(name), "{said}");
    assert_eq!(verify(&folder.data).status, 3);
}
