//! Actions that the law or the form forbids, at the command line: each is told why and what would do, and nothing is written.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{
    Folder, Ran, action, distraint_case, fine_case, head, lines, officer, real_ledger, record, thads,
};

const DISTRAINT: &str = "DT03/2018/0001";
const FINE: &str = "DT03/2018/0002";

/// An action that is refused, what the refusal says, and the fields with which it would do.
struct Illegal {
    action: Value,
    code: &'static str,
    article: &'static str,
    field: &'static str,
    given: &'static str,
    limit: &'static str,
    accepted: &'static str,
    would_do: Value,
}

/// A case with an unsold asset and 20 million đồng held, and one in its voluntary period.
fn ledger_with_two_cases() -> Folder {
    let folder = real_ledger();
    record(&folder.data, &distraint_case(DISTRAINT)).ok();
    record(&folder.data, &fine_case(FINE)).ok();
    folder
}

fn illegal() -> Vec<Illegal> {
    vec![
        // A price may fall by a tenth of the last start price.
        Illegal {
            action: action(
                DISTRAINT,
                "price_reduced",
                "2019-01-25",
                officer::ENFORCER,
                json!({
                    "asset": 1, "by": { "numerator": 11, "denominator": 100 }, "start_price": 53_400_000,
                }),
            ),
            code: "limit",
            article: "104.5",
            field: "by",
            given: "11/100",
            limit: "10.0 %",
            accepted: "10.0 %",
            would_do: json!({ "by": { "numerator": 10, "denominator": 100 }, "start_price": 54_000_000 }),
        },
        // No coercion before the debtor's own time is over.
        Illegal {
            action: action(
                FINE,
                "coercion_ordered",
                "2018-11-15",
                officer::ENFORCER,
                json!({ "measure": "money" }),
            ),
            code: "too_early",
            article: "46.1",
            field: "effective",
            given: "2018-11-15",
            limit: "2018-11-19",
            accepted: "2018-11-20",
            would_do: json!({ "effective": "2018-11-20" }),
        },
        // Who pays out does not approve it: the head does.
        Illegal {
            action: action(
                DISTRAINT,
                "payout_approved",
                "2019-01-11",
                officer::ACCOUNTANT,
                json!({
                    "lines": [{ "obligation": 2, "amount": 5_000_000 }],
                }),
            ),
            code: "role",
            article: "47",
            field: "actor",
            given: "accountant",
            limit: "payout_approved",
            accepted: "head",
            would_do: json!({ "actor": officer::HEAD }),
        },
        // No more than is held.
        Illegal {
            action: action(
                DISTRAINT,
                "disbursed",
                "2019-01-11",
                officer::ACCOUNTANT,
                json!({
                    "obligation": 1, "amount": 20_000_001,
                }),
            ),
            code: "money",
            article: "47",
            field: "amount",
            given: "20000001",
            limit: "20000000 held",
            accepted: "at most 20000000",
            would_do: json!({ "amount": 15_000_000 }),
        },
        // No more than was approved.
        Illegal {
            action: action(
                DISTRAINT,
                "disbursed",
                "2019-01-11",
                officer::ACCOUNTANT,
                json!({
                    "obligation": 1, "amount": 15_000_001,
                }),
            ),
            code: "money",
            article: "47",
            field: "amount",
            given: "15000001",
            limit: "15000000 approved",
            accepted: "at most 15000000",
            would_do: json!({ "amount": 15_000_000 }),
        },
        // Nothing takes effect in the future.
        Illegal {
            action: action(
                DISTRAINT,
                "note_added",
                "9000-01-01",
                officer::ENFORCER,
                json!({ "text": "mai" }),
            ),
            code: "too_late",
            article: "–",
            field: "effective",
            given: "9000-01-01",
            limit: "today",
            accepted: "today or earlier",
            would_do: json!({ "effective": null }),
        },
        Illegal {
            action: action(
                DISTRAINT,
                "paid_directly",
                "2019-01-11",
                officer::ENFORCER,
                json!({
                    "obligation": 9, "amount": 1_000_000,
                }),
            ),
            code: "unknown",
            article: "6",
            field: "obligation",
            given: "9",
            limit: "1, 2",
            accepted: "1, 2",
            would_do: json!({ "obligation": 1 }),
        },
        // Money is taken in by the accountant.
        Illegal {
            action: action(
                DISTRAINT,
                "payment_collected",
                "2019-01-11",
                officer::CASHIER,
                json!({
                    "payer": { "debtor": 1 }, "amount": 1_000_000, "means": "cash",
                }),
            ),
            code: "role",
            article: "45, 46",
            field: "actor",
            given: "cashier",
            limit: "accountant",
            accepted: "accountant",
            would_do: json!({ "actor": officer::ACCOUNTANT }),
        },
        // An enforcer acts on his own cases.
        Illegal {
            action: action(
                DISTRAINT,
                "conditions_verified",
                "2019-01-11",
                officer::OTHER_ENFORCER,
                json!({
                    "means_found": true,
                }),
            ),
            code: "competence",
            article: "20",
            field: "actor",
            given: "4",
            limit: "enforcer 3",
            accepted: "3",
            would_do: json!({ "actor": officer::ENFORCER }),
        },
        // And nobody on another office's.
        Illegal {
            action: action(
                DISTRAINT,
                "conditions_verified",
                "2019-01-11",
                officer::STRANGER,
                json!({
                    "means_found": true,
                }),
            ),
            code: "competence",
            article: "44",
            field: "actor",
            given: "8 of office 3",
            limit: "office 2",
            accepted: "an officer of that office",
            would_do: json!({ "actor": officer::ENFORCER }),
        },
        // A case with a debt left is not completed.
        Illegal {
            action: action(DISTRAINT, "completed", "2019-01-11", officer::ENFORCER, json!({})),
            code: "money",
            article: "52",
            field: "case",
            given: "105000000 still owed",
            limit: "0 owed",
            accepted: "payment, exemption or termination",
            would_do: Value::Null,
        },
        // Intake numbers leave no gap in which a case could disappear.
        Illegal {
            action: action("DT03/2018/0004", "judgment_received", "2018-11-01", officer::CLERK, judgment()),
            code: "mismatch",
            article: "28",
            field: "case",
            given: "number 4",
            limit: "follow each other",
            accepted: "number 3",
            would_do: json!({ "case": "DT03/2018/0003" }),
        },
        // The year of a case's number is the one in which it came in, or in which that was written down.
        Illegal {
            action: action("DT03/2031/0001", "judgment_received", "2018-11-01", officer::CLERK, judgment()),
            code: "mismatch",
            article: "28",
            field: "case",
            given: "year 2031",
            limit: "the year in which it came in",
            accepted: "2018",
            would_do: json!({ "case": "DT03/2018/0003" }),
        },
        // A complaint about a case that there is not.
        Illegal {
            action: json!({
                "stream": "complaint:DT03/2018/K0001", "kind": "complaint_received", "effective": "2018-12-03",
                "actor": officer::CLERK, "complainant": { "name": "Người khiếu nại" }, "case": "DT03/2018/0777",
                "class": 1, "level": 1,
            }),
            code: "unknown",
            article: "140-141",
            field: "case",
            given: "DT03/2018/0777",
            limit: "cases of this ledger",
            accepted: "or no case",
            would_do: json!({ "case": DISTRAINT }),
        },
        // A ground that the law of that day does not know.
        Illegal {
            action: action(
                DISTRAINT,
                "postponed",
                "2019-01-11",
                officer::HEAD,
                json!({ "ground": "weather" }),
            ),
            code: "ground",
            article: "48.1",
            field: "ground",
            given: "weather",
            limit: "2019-01-11",
            accepted: "a ill_or_incapable",
            would_do: Value::Null,
        },
        // No money for a case of which there is no order yet.
        Illegal {
            action: action(
                "DT03/2018/0003",
                "payment_collected",
                "2019-01-11",
                officer::ACCOUNTANT,
                json!({
                    "payer": { "debtor": 1 }, "amount": 1_000_000, "means": "cash",
                }),
            ),
            code: "standing",
            article: "45",
            field: "case",
            given: "unknown",
            limit: "open",
            accepted: "judgment_received",
            would_do: json!({ "case": FINE }),
        },
        Illegal {
            action: json!({
                "stream": "officer:3", "kind": "officer_appointed", "effective": "2019-01-11",
                "actor": officer::PROVINCIAL_HEAD, "number": 3, "office": 2, "role": "clerk",
                "person": { "name": "Người khác" },
            }),
            code: "duplicate",
            article: "17",
            field: "number",
            given: "3",
            limit: "given once",
            accepted: "9",
            would_do: json!({ "stream": "officer:9", "number": 9 }),
        },
    ]
}

fn judgment() -> Value {
    json!({ "court": "TAND huyện Thanh Bình", "number": "9/2018/DS-ST", "date": "2018-10-01", "judgment": "civil" })
}

fn record_file(data: &Path, more: &[&str], content: &str) -> Ran {
    let file = data.parent().unwrap().join("actions.jsonl");
    fs::write(&file, content).unwrap();
    let file = file.to_str().unwrap();
    let mut args = vec!["record", file];
    args.extend_from_slice(more);
    thads(data, &args)
}

#[test]
fn illegal_actions_are_refused_with_article_limit_and_way_out() {
    let folder = ledger_with_two_cases();
    let before = head(&folder.data);
    for one in illegal() {
        let refused =
            record_file(&folder.data, &["--json", "--quiet"], &lines(std::slice::from_ref(&one.action)));
        assert_eq!(refused.status, 1, "{}: {refused:?}", one.action);
        let said = &refused.json()["refused"];
        for (key, expected) in [("code", one.code), ("article", one.article), ("field", one.field)] {
            assert_eq!(said[key], expected, "{key} of {}: {said}", one.action);
        }
        for (key, part) in [("given", one.given), ("limit", one.limit), ("accepted", one.accepted)] {
            let text = said[key].as_str().unwrap();
            assert!(text.contains(part), "{key} lacks {part:?} for {}: {said}", one.action);
            assert!(said["en"].as_str().unwrap().contains(text), "en lacks {text:?}: {said}");
        }
        if one.article != "–" {
            assert!(said["vi"].as_str().unwrap().contains(&format!("Điều {}", one.article)), "{said}");
            assert!(said["en"].as_str().unwrap().contains(&format!("Art. {}", one.article)), "{said}");
        }
        assert_eq!(head(&folder.data), before, "something was written: {}", one.action);
    }
}

#[test]
fn what_a_refusal_offers_is_accepted() {
    let folder = ledger_with_two_cases();
    let before = head(&folder.data);
    for one in illegal() {
        let Value::Object(changes) = one.would_do else { continue };
        let mut allowed = one.action.clone();
        allowed.as_object_mut().unwrap().extend(changes);
        let done = record_file(&folder.data, &["--json", "--dry-run"], &lines(&[allowed.clone()]));
        assert_eq!(done.status, 0, "{allowed}: {done:?}");
        assert_eq!(done.json()["dry_run"], true);
    }
    assert_eq!(head(&folder.data), before, "a dry run wrote");
}

#[test]
fn refusals_speak_two_languages() {
    let folder = ledger_with_two_cases();
    let early =
        action(FINE, "coercion_ordered", "2018-11-15", officer::ENFORCER, json!({ "measure": "money" }));
    let vietnamese = record_file(&folder.data, &["--quiet"], &lines(std::slice::from_ref(&early)));
    assert!(vietnamese.out.contains("Dòng 1: Từ chối: ngày quá sớm (Điều 46.1)"), "{}", vietnamese.out);
    let english = record_file(&folder.data, &["--quiet", "--lang", "en"], &lines(&[early]));
    assert!(english.out.contains("Line 1: Refused: the date is too early (Art. 46.1)"), "{}", english.out);
    assert!(!english.out.contains("Từ chối"), "{}", english.out);
    for (answer, said) in [(vietnamese, "dòng 1 bị từ chối"), (english, "line 1 was refused")] {
        assert_eq!(answer.status, 1);
        assert!(answer.err.contains(said), "{}", answer.err);
    }
}

/// A line that is no action, and what the error must name.
#[test]
fn lines_that_are_no_actions_are_refused_by_field() {
    let note = |extra: Value| action(DISTRAINT, "note_added", "2019-01-11", officer::ENFORCER, extra);
    let without = |field: &str| {
        let mut action = note(json!({ "text": "x" }));
        action.as_object_mut().unwrap().remove(field);
        action.to_string()
    };
    let with = |field: &str, value: Value| note(json!({ "text": "x", field: value })).to_string();
    let table = [
        ("{\"case\": ".to_owned(), "JSON"),
        ("[]".to_owned(), "one JSON object"),
        (with("colour", json!("red")), "colour: \"red\" is not accepted: there is no such field"),
        (without("text"), "text: nothing is not accepted: must be given"),
        (without("kind"), "kind: nothing"),
        (without("actor"), "actor: nothing"),
        (without("case"), "case: nothing"),
        (with("kind", json!("fine_created")), "kind: fine_created is not accepted: there is no such kind"),
        (with("effective", json!("2019-02-30")), "effective: 2019-02-30"),
        (with("case", json!("DT03-18-1")), "case: DT03-18-1"),
        (with("request", json!("once")), "request: once"),
        (with("actor", json!("me")), "actor: \"me\""),
        (with("expected_version", json!(-1)), "expected_version: -1"),
    ];
    let payment = |amount: &str| {
        format!(
            "{{\"case\": \"{DISTRAINT}\", \"kind\": \"payment_collected\", \"effective\": \"2019-01-11\", \"actor\": 6, \
             \"payer\": {{\"debtor\": 1}}, \"amount\": {amount}, \"means\": \"cash\"}}"
        )
    };
    let amounts = ["200.5", "-5", "99999999999999999999", "\"1000\"", "null"];
    let amounts = amounts.map(|amount| (payment(amount), "amount: "));
    let folder = ledger_with_two_cases();
    let before = head(&folder.data);
    for (line, named) in table.into_iter().chain(amounts) {
        let refused = record_file(&folder.data, &["--quiet", "--lang", "en"], &format!("{line}\n"));
        assert_eq!(refused.status, 1, "{line}: {refused:?}");
        assert!(refused.out.contains(named), "{line}: {named:?} is not named: {}", refused.out);
        assert_eq!(head(&folder.data), before, "something was written: {line}");
    }
}

#[test]
fn a_refused_line_is_named_and_the_others_stand() {
    let folder = ledger_with_two_cases();
    let note = action(DISTRAINT, "note_added", "2019-01-11", officer::ENFORCER, json!({ "text": "x" }));
    let finished = action(DISTRAINT, "completed", "2019-01-11", officer::ENFORCER, json!({}));
    let (size, _) = head(&folder.data);
    let content = format!("{note}\n\n{finished}\n{note}\n");
    let refused = record_file(&folder.data, &["--lang", "en"], &content);
    assert_eq!(refused.status, 1);
    let said: Vec<&str> = refused.out.lines().collect();
    let [first, second, third, all] = said[..] else { panic!("{refused:?}") };
    assert!(first.starts_with(&format!("Line 1: recorded at position {size},")), "{first}");
    assert!(second.starts_with("Line 3: Refused: "), "{second}");
    assert!(third.starts_with(&format!("Line 4: recorded at position {},", size + 1)), "{third}");
    assert_eq!(all, "Together: 2 recorded, 1 refused");
    assert!(refused.err.contains("line 3 was refused"), "{}", refused.err);
    assert_eq!(head(&folder.data).0, size + 2);
    let again = thads(&folder.data, &["--json", "doctor"]).ok().json();
    assert_eq!(again["done"], json!([]), "a refusal left something to mend");
}
