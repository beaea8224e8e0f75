//! Caches that somebody else wrote, with right checksums: they make nothing spin, break nothing, double nothing, and no
//! figure or payment rests on them. What the log's own key signed and is not so, verification names.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};
use thads_proof::record::Leaf;
use thads_proof::tree::Frontier;

use crate::poison::{FOREIGN, Heads, content, own_seed, put};
use crate::support::{
    ACTIONS, Folder, HALF_YEAR, Server, action, ask, distraint_case, fine_case, head, officer, problem,
    real_ledger, record, thads, with,
};

const CASE: &str = "DT03/2018/0001";

/// A ledger with a case that holds 20 million, and another beside it; closed, so that its caches are written.
fn office() -> Folder {
    static OFFICE: OnceLock<Folder> = OnceLock::new();
    let office = OFFICE.get_or_init(|| holding(20_000_000));
    Folder::copy_of(&office.data)
}

fn holding(collected: i64) -> Folder {
    let folder = real_ledger();
    let mut actions = distraint_case(CASE);
    for action in actions.iter_mut().filter(|action| action["kind"] == "payment_collected") {
        action["amount"] = json!(collected);
        action["request"] = json!("7b1f0c523d7e4c0e9a435f0d2b6c8e11");
    }
    actions.truncate(13); // to the announcement of the auction: nothing of what is held is planned yet
    actions.extend(fine_case("DT03/2018/0002"));
    record(&folder.data, &actions).ok();
    folder
}

fn payment(request: &str) -> Value {
    let fields = json!({ "payer": { "debtor": 1 }, "amount": 500_000, "means": "cash" });
    with(action(CASE, "payment_collected", "2018-12-06", officer::ACCOUNTANT, fields), "request", request)
}

const REQUEST: &str = "00000000000000000000000000000042";

/// The case goes on as it does beside caches that nobody touched: one record, its request once, a chain that holds.
fn goes_on(folder: &Folder, what: &str) {
    let (size, _) = head(&folder.data);
    let first = record(&folder.data, &[payment(REQUEST)]);
    assert_eq!(first.status, 0, "{what}: {}{}", first.out, first.err);
    let again = record(&folder.data, &[payment(REQUEST)]).ok();
    assert_eq!(first.json_lines()[0]["first"], size, "{what}: {}", first.out);
    assert_eq!(again.json_lines()[0]["first"], size, "{what}: {}", again.out);
    assert_eq!(head(&folder.data).0, size + 1, "{what}");
    let year = first.json_lines()[0]["recorded_at"].to_string();
    assert!(!year.contains("2200"), "{what}: {year}");
    let verified = thads(&folder.data, &["--lang", "en", "verify"]);
    assert_eq!(verified.status, 0, "{what}: {}{}", verified.out, verified.err);
}

/// What is done to the heads, and whether the log itself speaks against it even where its own key signed it.
type Poisoning = (&'static str, fn(&mut Heads), bool);

const POISONINGS: [Poisoning; 4] = [
    ("a version that is too high: deciding never ended", |heads| heads.of(CASE).version += 1, true),
    ("another leaf: the next record broke the chain", |heads| heads.of(CASE).leaf = [0; 32], true),
    ("a stream that is not there", |heads| heads.streams.retain(|head| head.key != CASE.as_bytes()), true),
    ("no request: one was recorded twice", |heads| heads.requests.clear(), false),
];

#[test]
fn heads_that_somebody_else_wrote_change_nothing() {
    for (what, poison, _) in POISONINGS {
        let folder = office();
        let mut heads = Heads::read(&folder.data);
        poison(&mut heads);
        heads.put(&folder.data, &FOREIGN);
        let verified = thads(&folder.data, &["--lang", "en", "verify"]).ok().out;
        assert!(
            verified.contains("snapshots/heads is not believed: the log's key did not sign it"),
            "{verified}"
        );
        // The request of the first payment is known whatever the cache says.
        let mut sent = distraint_case(CASE).remove(8);
        sent["request"] = json!("7b1f0c523d7e4c0e9a435f0d2b6c8e11");
        let before = head(&folder.data);
        record(&folder.data, &[sent]).ok();
        assert_eq!(head(&folder.data), before, "{what}");
        heads.put(&folder.data, &FOREIGN);
        goes_on(&folder, what);
    }
}

#[test]
fn heads_that_the_logs_own_key_signed_are_held_against_the_log() {
    for (what, poison, contradicted) in POISONINGS {
        let folder = office();
        let mut heads = Heads::read(&folder.data);
        poison(&mut heads);
        heads.put(&folder.data, &own_seed(&folder.data));
        for args in [&["--lang", "en", "verify"][..], &["--lang", "en", "rebuild", "--check"]] {
            let found = thads(&folder.data, args);
            let said = "snapshots/heads was signed by the log's own key and does not say what the log says";
            assert_eq!(found.status, 3, "{what}: {args:?}: {}{}", found.out, found.err);
            assert!(found.err.contains(said), "{what}: {args:?}: {}", found.err);
        }
        if !contradicted {
            thads(&folder.data, &["doctor"]).ok();
        }
        goes_on(&folder, what);
    }
}

/// The form before had a time of its own; so it is tried whether one of 2200 is taken up.
#[test]
fn heads_of_the_form_before_are_not_believed() {
    let folder = office();
    let path = folder.data.join("snapshots/heads");
    let said = fs::read(&path).unwrap();
    let heads = Heads::read(&folder.data).encode();
    let length = 8 + usize::try_from(u64::from_be_bytes(heads[..8].try_into().unwrap())).unwrap();
    let mut old = b"thadshd\x01".to_vec();
    old.extend(&said[8..24]);
    old.extend(&said[64..96]);
    old.extend(7_258_118_400_000_000_i64.to_be_bytes());
    old.extend([0; 16]);
    old.extend(&heads[..length]);
    old.extend(&heads[length..]);
    old.extend(thads_proof::hash::derive("thads 2026 heads snapshot v1", &old));
    fs::write(&path, old).unwrap();
    goes_on(&folder, "year 2200");
}

/// A ledger that is whole is not called cut short because somebody writes that it was longer.
#[test]
fn a_whole_ledger_is_not_called_cut_short() {
    let folder = office();
    let (size, _) = head(&folder.data);
    let mut frontier = Frontier::decode(&Heads::read(&folder.data).frontier).unwrap();
    frontier.push(Leaf([7; 32]));
    let said = [&(size + 1).to_be_bytes()[..], &[7; 32], &frontier.root().0].concat();
    for name in ["heads", "books"] {
        let content = content(&folder.data, name);
        put(&folder.data, name, &content, Some((56, &said)), &FOREIGN);
    }
    goes_on(&folder, "longer than the log");
    // What the log's own key signed is evidence, from either.
    for name in ["heads", "books"] {
        let folder = office();
        put(&folder.data, name, &content(&folder.data, name), Some((56, &said)), &own_seed(&folder.data));
        let opened = record(&folder.data, &[payment(REQUEST)]);
        assert!(opened.status == 3 && opened.err.contains(&format!("snapshots/{name}")), "{}", opened.err);
        let verified = thads(&folder.data, &["--lang", "en", "verify"]);
        assert!(verified.status == 3 && verified.err.contains("The log ends before"), "{}", verified.err);
    }
}

/// Puts the read model of a ledger in which more was collected beside this one's log.
fn put_false_model(data: &Path, seed: &[u8; 32]) {
    static RICHER: OnceLock<Vec<u8>> = OnceLock::new();
    let richer = RICHER.get_or_init(|| content(&holding(60_000_000).data, "books"));
    assert_ne!(*richer, content(data, "books"));
    put(data, "books", richer, None, seed);
}

fn collected(data: &Path) -> i64 {
    let figure = ask(data, &["figure", "money.collected", "--period", HALF_YEAR]);
    figure["value"].as_i64().unwrap_or_else(|| panic!("{figure}"))
}

#[test]
fn no_figure_and_no_payment_rests_on_books_that_somebody_else_wrote() {
    let folder = office();
    put_false_model(&folder.data, &FOREIGN);
    assert_eq!(collected(&folder.data), 20_000_000);
    let verified = thads(&folder.data, &["--lang", "en", "verify"]).ok().out;
    assert!(
        verified.contains("snapshots/books is not believed: the log's key did not sign it"),
        "{verified}"
    );
    let server = Server::start(&folder.data);
    let figure = server.get(&format!("/api/v1/figures/money.collected?period={HALF_YEAR}")).json();
    assert_eq!(figure["value"], 20_000_000, "{figure}");
    // 20 million are held; 45 may not be approved, whatever the cache says.
    let lines = json!({ "lines": [{ "obligation": 1, "amount": 45_000_000 }] });
    let approved = action(CASE, "payout_approved", "2018-12-07", officer::HEAD, lines);
    problem(&server.post(ACTIONS, &approved.to_string()), 422, "refused");
    assert_eq!(server.stop(), 0);
    let verified = thads(&folder.data, &["--lang", "en", "verify"]).ok().out;
    assert!(!verified.contains("not believed"), "signed anew: {verified}");
}

#[test]
fn books_that_the_logs_own_key_signed_are_named_where_they_are_wrong() {
    let folder = office();
    put_false_model(&folder.data, &own_seed(&folder.data));
    for args in [&["--lang", "en", "verify"][..], &["--lang", "en", "rebuild", "--check"]] {
        let found = thads(&folder.data, args);
        let said = "snapshots/books was signed by the log's own key and does not say what the log says";
        assert!(found.status == 3 && found.err.contains(said), "{args:?}: {}{}", found.out, found.err);
    }
    let rebuilt = thads(&folder.data, &["--lang", "en", "rebuild"]).ok().out;
    assert!(rebuilt.contains("snapshots/books was signed"), "{rebuilt}");
    thads(&folder.data, &["doctor"]).ok();
    assert_eq!(collected(&folder.data), 20_000_000);
    assert_eq!(ask(&folder.data, &["verify"])["caches"], json!([]));
}
