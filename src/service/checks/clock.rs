//! One clock: the day that an action is judged by and the time that is recorded; what is done where it is wrong.

use serde_json::{Value, json};
use thads_cases::date::Date;
use thads_cases::ids::Position;
use thads_ledger::{Append, AppendError, Moment, NewEvent, SimulatedClock, Storage, StreamAppend};
use thads_proof::days::DAY;
use thads_proof::genesis;
use thads_proof::record::{Micros, RequestId};

use super::record;
use crate::answers;
use crate::json::parse_action;
use crate::ledger_service::{LedgerConfig, LedgerService};
use crate::pending::Pending;
use crate::read_only::ReadOnlyLedger;
use crate::record::{Done, RecordError};

const HOUR: i64 = DAY / 24;

/// A real ledger with a head and an administrator, and the clock of the machine that it lies on, which shows the head's time.
fn real(folder: &tempfile::TempDir) -> (LedgerService, SimulatedClock) {
    let directory = folder.path().join("data");
    let config = LedgerConfig {
        name: "thử".into(),
        origin: "thads.test/clock".into(),
        unit: genesis::Unit { code: "VND".into(), exponent: 0 },
        clock: genesis::Clock::Real,
        practice: false,
    };
    let service = LedgerService::create(&directory, &config, 0).unwrap();
    let office = json!({ "number": 1, "code": "DT00", "name": "Cục", "level": "department" });
    record(&service, "office:DT00", 0, "office_opened", "2018-10-01", office).unwrap();
    for (number, role) in [(1, "provincial_head"), (2, "administrator"), (3, "clerk")] {
        let officer =
            json!({ "number": number, "office": 1, "role": role, "person": { "name": "Nguyễn Văn Thử" } });
        let actor = u32::from(number > 1);
        record(&service, &format!("officer:{number}"), actor, "officer_appointed", "2018-10-01", officer)
            .unwrap();
    }
    let clock = SimulatedClock::new(service.ledger().head().recorded_at);
    service.close().unwrap();
    (open(&directory, &clock), clock)
}

fn open(directory: &std::path::Path, clock: &SimulatedClock) -> LedgerService {
    LedgerService::open_with(directory, &Storage::default(), Box::new(clock.clone())).unwrap().0
}

fn head(service: &LedgerService) -> i64 {
    service.ledger().head().recorded_at.get()
}

fn day(micros: i64) -> Date {
    Date::of_instant(micros)
}

/// A note of today on the stream of officer 1.
fn note(text: &str) -> Value {
    json!({ "stream": "officer:1", "kind": "note_added", "text": text, "actor": 1 })
}

fn send(service: &LedgerService, action: &Value) -> Result<Done, RecordError> {
    service.record(parse_action(action.clone(), None).unwrap())
}

fn correction(from: u64, truly: Date, today: Option<Date>) -> Value {
    json!({ "stream": "ledger:clock", "kind": "clock_corrected", "from": from, "day": truly, "actor": 2,
        "effective": today, "reason": "đồng hồ chạy sai" })
}

fn is_off<T: std::fmt::Debug>(service: &LedgerService, answer: &Result<T, RecordError>) -> bool {
    matches!(answer, Err(RecordError::Clock(off)) if Some(*off) == service.clock_off())
}

/// What is refused: its field.
fn refused(answer: Result<Done, RecordError>) -> &'static str {
    match answer {
        Err(RecordError::Refused(refusal)) => refusal.field,
        other => panic!("{other:?}"),
    }
}

/// A machine whose clock is some hours behind the head: today is the head's day, and that is what is recorded. An action of that
/// day is taken, one of the day after is not.
#[test]
fn today_and_the_time_of_recording_are_one_clock_and_not_behind_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let (service, clock) = real(&folder);
    // The head is just after midnight; the machine shows the evening before.
    let midnight = day(head(&service)).next().begins_at();
    clock.set(Micros::new(midnight + HOUR));
    send(&service, &note("sau nửa đêm")).unwrap();
    clock.set(Micros::new(midnight - 3 * HOUR));
    let today = day(midnight);
    assert_eq!(service.today(), today);
    let mut dated = note("hôm nay");
    dated["effective"] = json!(today);
    let done = send(&service, &dated).unwrap();
    assert_eq!(done.receipt.unwrap().recorded_at().get(), midnight + HOUR);
    dated["effective"] = json!(today.next());
    assert_eq!(refused(send(&service, &dated)), "effective");
    let done = send(&service, &note("không ghi ngày")).unwrap();
    assert_eq!((done.effective, head(&service)), (today, midnight + HOUR));
}

/// Far from the head nothing is recorded, nor would it be; what was acknowledged is still known, and it is said at opening.
#[test]
fn a_clock_far_from_the_head_records_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (service, clock) = real(&folder);
    let mut first = note("một");
    first["request"] = json!("00000000000000000000000000000001");
    let receipt = answers::done(&send(&service, &first).unwrap());
    let (size, at) = (service.ledger().head().size, head(&service));
    for (shift, off) in [(-25 * HOUR, true), (-24 * HOUR, false), (90 * DAY, false), (90 * DAY + HOUR, true)]
    {
        clock.set(Micros::new(at + shift));
        assert_eq!(service.clock_off().is_some(), off, "{shift}");
        let dry = service.dry_run(&parse_action(note("hai"), None).unwrap());
        assert_eq!(is_off(&service, &dry), off, "{shift}: {dry:?}");
        if off {
            let answer = send(&service, &note("hai"));
            assert!(is_off(&service, &answer), "{shift}: {answer:?}");
            assert_eq!(answers::done(&send(&service, &first).unwrap()), receipt);
        }
    }
    assert_eq!(service.ledger().head().size, size);
    let directory = service.ledger().dir().unwrap().to_path_buf();
    service.close().unwrap();
    let said = |clock: &SimulatedClock| {
        let (service, report) =
            LedgerService::open_with(&directory, &Storage::default(), Box::new(clock.clone())).unwrap();
        let off = service.clock_off().map(|off| off.to_string());
        (off, report.sentences().iter().map(|sentence| sentence.en.clone()).collect::<Vec<_>>())
    };
    let (off, sentences) = said(&clock);
    assert_eq!(sentences, [off.unwrap()]);
    clock.set(Micros::new(at));
    assert_eq!(said(&clock), (None, Vec::new()));
}

/// A ledger that nobody used for a quarter goes on once somebody has said what day it is: the machine's word is not taken for
/// it.
#[test]
fn an_idle_ledger_goes_on_when_somebody_says_what_day_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (service, clock) = real(&folder);
    let (last, at) = (service.ledger().head().size - 1, head(&service));
    clock.set(Micros::new(at + 200 * DAY));
    let today = day(at + 200 * DAY);
    assert_eq!(refused(send(&service, &correction(last, day(at), None))), "effective");
    assert_eq!(refused(send(&service, &correction(last, day(at), Some(today.previous())))), "effective");
    assert_eq!(refused(send(&service, &correction(last, day(at).previous(), Some(today)))), "day");
    let mut by_a_clerk = correction(last, day(at), Some(today));
    by_a_clerk["actor"] = json!(3);
    assert_eq!(refused(send(&service, &by_a_clerk)), "actor");
    send(&service, &correction(last, day(at), Some(today))).unwrap();
    assert_eq!((service.clock_off(), head(&service)), (None, at + 200 * DAY));
    let done = send(&service, &note("lại ghi")).unwrap();
    assert_eq!(done.effective, today);
    assert_eq!(service.model().known_on(today.previous()), Position(last + 1));
}

/// Where the clock fits the head, no correction makes it fit no more: nothing could put it right again.
#[test]
fn a_clock_that_is_right_is_not_corrected_out_of_reach() {
    let folder = tempfile::tempdir().unwrap();
    let (service, clock) = real(&folder);
    let at = head(&service);
    clock.set(Micros::new(at + HOUR));
    let (today, size) = (day(at + HOUR), service.ledger().head().size);
    for days in [-900, -91, 2, 900] {
        let answer = send(&service, &correction(0, today.plus_days(days), Some(today)));
        assert!(answer.is_err(), "{days}: {answer:?}");
    }
    assert_eq!((service.ledger().head().size, service.clock_off()), (size, None));
}

/// A clock that was 80 days ahead for one record, was put right, and is corrected: the time recorded goes on from where it is, and
/// days are the true ones, for what is judged, for what was known when, and after a restart.
#[test]
fn a_wrong_clock_is_corrected_and_the_ledger_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (service, clock) = real(&folder);
    let start = head(&service);
    let true_day = |days: i64| day(start + days * DAY);
    clock.set(Micros::new(start + 82 * DAY));
    let mut wrong = note("giờ sai");
    wrong["request"] = json!("00000000000000000000000000000002");
    let first = answers::done(&send(&service, &wrong).unwrap());
    let at = first["first"].as_u64().unwrap();
    let before = service.model().known_on(true_day(2));
    assert_eq!(before, Position(at), "the wrong time hides it");

    clock.set(Micros::new(start + 3 * DAY));
    let off = send(&service, &note("chưa"));
    assert!(is_off(&service, &off), "{off:?}");
    let bad = correction(at, true_day(-1), Some(true_day(3)));
    assert_eq!(refused(send(&service, &bad)), "day", "before the record before it");
    let still_ahead = correction(at, true_day(3), Some(true_day(3)));
    send(&service, &still_ahead).unwrap();
    send(&service, &correction(at, true_day(2), Some(true_day(3)))).unwrap();
    assert_eq!(service.clock_off(), None);
    assert_eq!(head(&service), start + 83 * DAY, "the last correction counts");

    clock.set(Micros::new(start + 4 * DAY));
    let mut undated = note("ngày đúng");
    undated["request"] = json!("00000000000000000000000000000003");
    let done = send(&service, &undated).unwrap();
    let receipt = done.receipt.unwrap();
    assert_eq!((done.effective, receipt.recorded_at().get()), (true_day(4), start + 84 * DAY));
    let mut tomorrow = note("ngày mai");
    tomorrow["effective"] = json!(true_day(5));
    assert_eq!(refused(send(&service, &tomorrow)), "effective");

    let look = |service: &LedgerService| {
        let model = service.model();
        let known = [1, 2, 3, 4].map(|days| model.known_on(true_day(days)).0);
        // The first correction, a day too far, is among the records that the second one moves.
        assert_eq!(known, [at, at + 2, at + 3, at + 4]);
        let entry = model.organisation().last().unwrap();
        assert_eq!((entry.effective, entry.recorded_on), (true_day(4), true_day(4)));
        drop(model);
        // A date that was left out is the day by which it was decided, under the clock of that time.
        assert_eq!(answers::done(&send(service, &wrong).unwrap()), first);
        assert!(send(service, &undated).unwrap().receipt.unwrap().repeated());
    };
    look(&service);
    let directory = service.ledger().dir().unwrap().to_path_buf();
    service.close().unwrap();
    let service = open(&directory, &clock);
    look(&service);
    send(&service, &note("sau khi mở lại")).unwrap();
    assert_eq!(head(&service), start + 84 * DAY);
}

/// A clock that went wrong in steps, or drifts, and is then put right: the last record is corrected first, which lets the ledger go
/// on, then those before it.
#[test]
fn a_clock_that_went_wrong_in_steps_is_corrected_step_by_step() {
    for steps in [vec![10, 20], vec![3, 5, 60], vec![2, 3, 4, 5, 6]] {
        let folder = tempfile::tempdir().unwrap();
        let (service, clock) = real(&folder);
        let start = head(&service);
        let today = day(start + HOUR);
        let first = service.ledger().head().size;
        for days in &steps {
            clock.set(Micros::new(start + days * DAY));
            send(&service, &note("giờ sai")).unwrap();
        }
        clock.set(Micros::new(start + HOUR));
        assert!(service.clock_off().is_some());
        let last = service.ledger().head().size - 1;
        for record in (first..=last).rev() {
            send(&service, &correction(record, today, Some(today))).unwrap();
            assert_eq!(service.clock_off(), None, "{steps:?}: record {record}");
        }
        assert_eq!(send(&service, &note("lại ghi")).unwrap().effective, today);
        let size = service.ledger().head().size;
        assert_eq!(service.model().known_on(today), Position(size), "{steps:?}");
        // What is corrected is not put behind what comes after it.
        let refusal = send(&service, &correction(first - 1, today.plus_days(1), Some(today)));
        assert_eq!(refused(refusal), "day");
        assert_eq!(service.clock_off(), None);
        service.close().unwrap();
    }
}

/// What corrects the clock is not repaired or remarked upon, and nothing else stands on its stream.
#[test]
fn nothing_else_stands_on_the_clocks_stream() {
    let folder = tempfile::tempdir().unwrap();
    let (service, _) = real(&folder);
    let (last, today) = (service.ledger().head().size - 1, service.today());
    send(&service, &correction(last, today, Some(today))).unwrap();
    for other in [
        json!({ "kind": "note_added", "text": "x" }),
        json!({ "kind": "entry_voided", "entry": last + 1, "authority": "x" }),
        json!({ "kind": "office_opened", "number": 2, "code": "DT01", "name": "Chi cục", "level": "sub_department" }),
    ] {
        let mut action = json!({ "stream": "ledger:clock", "actor": 1 });
        action.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        let answer = send(&service, &action);
        assert!(matches!(&answer, Err(RecordError::Json(error)) if error.field == "stream"), "{answer:?}");
    }
    let mut elsewhere = correction(last, today, Some(today));
    elsewhere["stream"] = json!("officer:1");
    let answer = send(&service, &elsewhere);
    assert!(matches!(&answer, Err(RecordError::Json(error)) if error.field == "stream"), "{answer:?}");
}

/// What was decided before midnight and comes to the committer after it is not recorded: it is decided again.
#[test]
fn what_was_decided_by_another_day_is_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let (service, clock) = real(&folder);
    let decide = |text: &str| {
        let request = parse_action(note(text), None).unwrap();
        let model = service.model();
        let group = service.group_of(&model, &request).unwrap();
        service.prepare(&model, &mut Pending::default(), &group, Position(model.position().0)).unwrap()
    };
    let late = decide("trước nửa đêm");
    clock.set(Micros::new(day(head(&service)).next().begins_at()));
    let office = json!({ "stream": "office:DT00", "kind": "note_added", "text": "x", "actor": 1 });
    send(&service, &office).unwrap();
    let answer = service.append(late);
    assert!(matches!(answer, Err(RecordError::Append(AppendError::Outdated { .. }))), "{answer:?}");
    send(&service, &note("quyết định lại")).unwrap();
}

/// Verification names a gap that nobody explained, and a head ahead of the machine; not a gap that somebody confirmed, nor one that
/// a correction closes.
#[test]
fn what_is_strange_about_times_is_said_to_who_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let (service, clock) = real(&folder);
    let directory = service.ledger().dir().unwrap().to_path_buf();
    let said = |machine: i64| {
        let notices = ReadOnlyLedger::open(&directory).unwrap().clock_notices(Micros::new(machine));
        notices.into_iter().map(|sentence| sentence.en).collect::<Vec<_>>()
    };
    send(&service, &note("a")).unwrap();
    let (start, last) = (head(&service), service.ledger().head().size - 1);
    assert_eq!(said(start - 24 * HOUR), Vec::<String>::new());
    assert!(said(start - 25 * HOUR)[0].starts_with("The last record was made at "));
    assert_eq!(said(start + 400 * DAY), Vec::<String>::new(), "an old ledger is as good");

    clock.set(Micros::new(start + 100 * DAY));
    let today = day(start + 100 * DAY);
    send(&service, &correction(last, day(start), Some(today))).unwrap();
    assert_eq!(said(start + 100 * DAY), Vec::<String>::new(), "confirmed");

    // The note again, written by a build that looked at no clock.
    let note = service.ledger().record(thads_proof::record::Position::new(last)).unwrap().unwrap();
    let event = NewEvent {
        kind: note.kind,
        kind_revision: note.kind_revision,
        effective: note.effective,
        office: note.office,
        actor: note.actor,
        provenance: note.provenance,
        rule_set: note.rule_set,
        corrects: None,
        payload: note.payload,
        personal: Vec::new(),
    };
    let (stream, expected_version) = (note.stream, note.stream_version);
    let streams = vec![StreamAppend { stream, expected_version, events: vec![event] }];
    let moment = Moment { at: Micros::new(start + 200 * DAY), before: Micros::new(i64::MAX) };
    let request = RequestId([9; 16]);
    service.ledger().append(Append { request, moment: Some(moment), streams }).unwrap();
    service.catch_up().unwrap();
    let named = format!("Record {} was recorded 100 days after the record before it", last + 2);
    let notices = said(start + 200 * DAY);
    assert!(notices.len() == 1 && notices[0].starts_with(&named), "{notices:?}");

    clock.set(Micros::new(start + 101 * DAY));
    let today = day(start + 101 * DAY);
    send(&service, &correction(last + 2, today, Some(today))).unwrap();
    assert_eq!(said(start + 101 * DAY), Vec::<String>::new(), "corrected");
}
