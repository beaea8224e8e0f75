//! The plan against the law: every action passes `decide`, and the period's figures come out of the fold, seed by seed.
//!
//! Each action becomes a record that the projections fold, as a ledger would hold it; what is not proved here is that
//! it can be appended. In builds without optimisation `decide` is asked about a sample of the cases only.
//! `THADS_DEMO_SEEDS=1,2,3` tries those seeds.

use thads_cases::date::Date;
use thads_cases::decide::{Action, DecisionContext, decide};
use thads_cases::event::{Event, Payload, Receiver, Sender};
use thads_cases::history::{RecordedEvent, case_at};
use thads_cases::personal::{Personal, VaultRef};
use thads_cases::rules::RuleSet;
use thads_cases::rules::Rules;
use thads_cases::stream::{Numbered, StreamId};
use thads_projections::figures::Value;
use thads_projections::period::PeriodName;
use thads_projections::read_model::ReadModel;
use thads_projections::report::{Report, report};
use thads_projections::scope::Scope;
use thads_projections::streams::stream_of;
use thads_proof::record::{self, Leaf, LedgerId, Micros, Provenance, Record, RequestId, Stream};

use super::calibration::bands;
use super::plan::{Plan, Planned};

/// Takes every action of a plan into a read model, those of every `sample`-th case through `decide`.
fn run(plan: Plan, sample: u32) -> ReadModel {
    let mut model = ReadModel::new();
    let mut clock = i64::MIN;
    model.fold(&genesis()).unwrap();
    for planned in plan {
        assert!(planned.recorded_at > clock, "the clock stands still at {}", model.position().0);
        clock = planned.recorded_at;
        let sampled = match &planned.stream {
            StreamId::Case(id) => id.number % sample == 0,
            _ => true,
        };
        let history = model.history(&planned.stream);
        if sampled {
            check(&model, history, &planned);
        }
        let record = sealed(&planned, &model);
        model.fold(&record).unwrap();
    }
    model
}

fn check(model: &ReadModel, entries: &[RecordedEvent], planned: &Planned) {
    let recorded_on = Date::of_instant(planned.recorded_at);
    if entries.is_empty() {
        check_number(model, &planned.stream, recorded_on);
    }
    let sender = planned.sender().map(|id| case_at(model.case(id).unwrap_or_default(), recorded_on));
    let context = DecisionContext {
        reference_data: model.reference_data(),
        next: model.position(),
        sender: sender.as_ref().map_or(Sender::NotAsked, Sender::Found),
        receiver: Receiver::Nobody,
    };
    let action = Action {
        effective: planned.effective,
        recorded_on,
        office: planned.office,
        actor: planned.actor,
        imported: false,
        event: std::sync::Arc::new(planned.event.clone()),
    };
    if let Err(refusal) = decide(entries, &action, &context) {
        let told: Vec<String> = entries
            .iter()
            .map(|entry| format!("{} {} {}", entry.position, entry.effective, entry.event.info().name))
            .collect();
        panic!(
            "{refusal:?}\n{:?} {} {:?}\n{}",
            planned.stream,
            planned.effective,
            planned.event,
            told.join("\n")
        );
    }
}

/// Numbers are given one by one within office and year of recording.
fn check_number(model: &ReadModel, stream: &StreamId, on: Date) {
    let Some(Numbered { office, year, number }) = stream.numbered() else { return };
    let of_the_year = u16::try_from(on.year()).unwrap();
    let next = model.next_number(stream.kind(), office, of_the_year);
    assert_eq!((year, number), (of_the_year, next), "{stream}");
}

/// The record of an action, its personal data replaced by references as a vault would.
fn sealed(planned: &Planned, model: &ReadModel) -> Record {
    let position = model.position();
    let mut event = planned.event.clone();
    for personal in event.personal() {
        *personal = Personal::Sealed(VaultRef([7; 16]));
    }
    let stream = stream_of(&planned.stream).unwrap();
    let version = model.version(&stream) + 1;
    let info = event.info();
    Record {
        position: record::Position::new(position.0),
        recorded_at: Micros::new(planned.recorded_at),
        stream,
        stream_version: version,
        effective: planned.effective.days(),
        office: planned.office.0,
        actor: planned.actor.0,
        rule_set: RuleSet::in_force(planned.effective).code(),
        request: RequestId(planned.request),
        corrects: planned.corrects().map(|position| record::Position::new(position.0)),
        kind: info.code,
        kind_revision: info.revision,
        payload: payload(&event),
        ..genesis()
    }
}

fn payload(event: &Event) -> Vec<u8> {
    thads_codec::encode(&Payload(event)).unwrap()
}

/// A first record; its content is not read here.
fn genesis() -> Record {
    Record {
        ledger: LedgerId([1; 16]),
        position: record::Position::new(0),
        previous_leaf: Leaf::ZERO,
        recorded_at: Micros::new(0),
        stream: Stream::genesis(),
        stream_version: 1,
        stream_previous_leaf: Leaf::ZERO,
        effective: 0,
        office: 0,
        actor: 0,
        provenance: Provenance::Practice,
        rule_set: 1,
        request: RequestId([0; 16]),
        corrects: None,
        kind: 1,
        kind_revision: 1,
        blind: [0; 16],
        payload: Vec::new(),
        commitments: Vec::new(),
    }
}

fn percent(report: &Report, id: &str) -> String {
    report.value(id).and_then(Value::percent).unwrap_or_default()
}

fn seeds() -> Vec<u64> {
    let given = std::env::var("THADS_DEMO_SEEDS").unwrap_or_else(|_| "1".to_owned());
    given.split(',').map(|seed| seed.trim().parse().expect("seeds are whole numbers")).collect()
}

#[test]
fn nothing_is_refused_and_the_figures_of_the_period_come_out() {
    let sample = if cfg!(debug_assertions) { 12 } else { 1 };
    for seed in seeds() {
        let plan = super::plan(seed);
        let actions = plan.actions.len();
        let model = run(plan, sample);
        let period = "2019-H1".parse::<PeriodName>().unwrap().by(&Rules::built_in()).unwrap();
        let report = report(&model, &period, Scope::Ledger, model.position());
        let of = |id: &str| report.amount(id).unwrap();
        println!(
            "seed {seed}: {actions} actions; finished {}, {}; enforceable {}, {}; {} %, {} %; {} and {} units; {} and {} complaints",
            of("cases.finished"),
            of("money.finished"),
            of("cases.enforceable"),
            of("money.enforceable"),
            percent(&report, "rate.cases"),
            percent(&report, "rate.money"),
            of("units.over_case_target"),
            of("units.over_money_target"),
            of("complaints.received"),
            of("complaints.resolved"),
        );
        let bands = bands(&model);
        for band in &bands {
            let sign = if band.holds() { ' ' } else { '!' };
            println!("{sign} {} {} ({} to {}, {:?})", band.id, band.value, band.low, band.high, band.unit);
        }
        assert_eq!(of("cases.finished"), 7_668);
        assert!((164_000_000_001..165_000_000_000).contains(&of("money.finished")));
        assert!((12_220..=12_239).contains(&of("cases.enforceable")));
        assert_eq!(
            (percent(&report, "rate.cases"), percent(&report, "rate.money")),
            ("62.7".into(), "18.5".into())
        );
        assert_eq!((of("units.over_case_target"), of("units.over_money_target")), (2, 3));
        assert_eq!((of("complaints.received"), of("complaints.resolved")), (40, 38));
        assert_eq!(thads_projections::identities::identities(&report), []);
        let outside: Vec<&str> = bands.iter().filter(|band| !band.holds()).map(|band| band.id).collect();
        assert!(outside.is_empty(), "seed {seed}: outside their bands: {outside:?}");
    }
}

/// The generator draws from nothing but its seed.
#[test]
fn one_seed_is_one_plan() {
    let (one, again) = (super::plan(4), super::plan(4));
    assert!(one.actions == again.actions);
}
