//! `demo`: Đồng Tháp's six months, action by action through the law; the report, the verification, the service.

use std::path::Path;
use std::time::Instant;

use serde_json::json;
use thads_cases::money::Total;
use thads_proof::genesis;
use thads_proof::record::{Position, Provenance, RequestId};
use thads_service::answers::{self, Asked, Moment, Whose};
use thads_service::ledger_service::{LedgerConfig, LedgerService};
use thads_service::record::{Group, Part};

use crate::ending::Ending;
use crate::failure::Failure;
use crate::output::Output;
use crate::progress::Progress;
use thads_demo::{Band, BandUnit, Planned, bands, plan};

/// Arguments of `demo`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The seed: same seed, same ledger, same root.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Report and verify, do not serve.
    #[arg(long, conflicts_with_all = ["listen", "host"])]
    no_serve: bool,
    #[command(flatten)]
    serve: super::serve::Args,
}

/// The period of the report that was published on 12 April 2019.
const PERIOD: &str = "2018-10-01..2019-03-31";
const ORIGIN: &str = "thads.practice/dong-thap";
/// Actions handed to the ledger at once.
const BULK: usize = 8192;

pub(crate) fn run(data: &Path, output: &Output, args: &Args, ending: &mut Ending) -> Result<(), Failure> {
    let started = now();
    let service = match super::opened(data, output)? {
        Some(service) => go_on(service, data, args)?,
        None => found(data, args)?,
    };
    super::say_keys_set_aside(output, service.keys_set_aside());
    generate(&service, output, args.seed)?;
    service.save_snapshot();
    let asked = Asked::new(PERIOD, Whose::Ledger, Moment::Now)?;
    let report = answers::report(&super::asked(&service), &asked, Some("office"))?;
    let bands = bands(&service.model());
    let said = say(data, output, &service, &report, &bands, started);
    if args.no_serve || said.is_err() {
        service.close()?;
        return said;
    }
    super::serve::serve(service, output, &args.serve, ending)
}

/// Says what the ledger says, and whether it holds.
fn say(
    data: &Path,
    output: &Output,
    service: &LedgerService,
    report: &serde_json::Value,
    bands: &[Band],
    started: Instant,
) -> Result<(), Failure> {
    if !output.json {
        super::report::print(output, service, report)?;
        print_bands(output, bands)?;
    }
    output.remark(output.say("Kiểm chứng toàn bộ lịch sử…", "Verifying the whole history…"));
    let verified = super::verify::verify(data, output)?;
    let seconds = started.elapsed().as_secs();
    let head = service.ledger().head();
    if output.json {
        return output.json(
            &json!({ "report": report, "bands": bands, "verified": verified.json(), "seconds": seconds }),
        );
    }
    output.line(&verified.line(output))?;
    output.line(&format!(
        "{} {}, {} {}, {} {seconds} s",
        output.say("Sổ thực hành: vị trí", "Practice ledger: position"),
        head.size,
        output.say("gốc", "root"),
        head.root,
        output.say("sau", "after")
    ))
}

#[allow(clippy::disallowed_methods, reason = "how long the demo took is said, not recorded")]
fn now() -> Instant {
    Instant::now()
}

fn found(data: &Path, args: &Args) -> Result<LedgerService, Failure> {
    let config = LedgerConfig {
        name: "Thi hành án dân sự tỉnh Đồng Tháp (thực hành)".to_owned(),
        origin: ORIGIN.to_owned(),
        unit: genesis::Unit { code: "VND".to_owned(), exponent: 0 },
        clock: genesis::Clock::Simulated { seed: args.seed },
        practice: true,
    };
    let first = thads_cases::date::Date::new(2016, 1, 1).map_or(0, |day| day.begins_at());
    Ok(LedgerService::create(data, &config, first)?)
}

/// Refuses a ledger that is not this demo's.
fn go_on(service: LedgerService, data: &Path, args: &Args) -> Result<LedgerService, Failure> {
    let genesis = service.ledger().genesis();
    let ours = genesis.practice
        && genesis.origin == ORIGIN
        && genesis.clock == genesis::Clock::Simulated { seed: args.seed };
    if ours {
        return Ok(service);
    }
    let message = format!("{} holds another ledger: {}", data.display(), genesis.name);
    Err(Failure::new(message, "choose another directory: thads --data DIR demo"))
}

/// Records what the plan has and the ledger has not, in the plan's order.
fn generate(service: &LedgerService, output: &Output, seed: u64) -> Result<(), Failure> {
    let mut plan = plan(seed).actions;
    plan.drain(..recorded(service, &plan)?);
    if plan.is_empty() {
        return Ok(());
    }
    let progress = Progress::new(output, output.say("Ghi sổ", "Recording"), plan.len());
    let mut actions = plan.into_iter().peekable();
    while actions.peek().is_some() {
        let groups: Vec<Group> = actions.by_ref().take(BULK).map(group).collect();
        let count = groups.len();
        for answer in service.record_batch(groups) {
            answer?;
        }
        progress.add(count);
    }
    progress.finish();
    Ok(())
}

/// How many actions of the plan the ledger holds. A plan names positions, so an unfinished one goes on only where nothing
/// else was recorded in between.
fn recorded(service: &LedgerService, plan: &[Planned]) -> Result<usize, Failure> {
    let records = service.ledger().read(Position::new(1));
    let requests = records.map(|record| record.map(|record| record.request));
    let requests = requests.collect::<Result<Vec<RequestId>, _>>()?;
    let done =
        requests.iter().zip(plan).take_while(|(request, planned)| request.0 == planned.request).count();
    if done == requests.len() || done == plan.len() {
        return Ok(done);
    }
    let message =
        format!("something else was recorded at position {} before this demo was finished", done + 1);
    Err(Failure::new(message, "begin anew in another directory: thads --data DIR demo"))
}

fn group(planned: Planned) -> Group {
    let part = Part {
        subject: planned.stream,
        expected_version: None,
        effective: Some(planned.effective),
        actor: planned.actor,
        provenance: Provenance::Practice,
        event: planned.event,
    };
    Group { request: Some(RequestId(planned.request)), at: Some(planned.recorded_at), parts: vec![part] }
}

/// What the six months of Đồng Tháp were like, beside what this ledger says.
fn print_bands(output: &Output, bands: &[Band]) -> Result<(), Failure> {
    output.line(output.say(
        "Đối chiếu với Đồng Tháp, 6 tháng đầu năm 2019 (giá trị, [từ, đến]):",
        "Beside Đồng Tháp's first half of 2019 (value, [from, to]):",
    ))?;
    for band in bands {
        let mark = if band.holds() { '✓' } else { '✗' };
        let [value, low, high] = [band.value, band.low, band.high].map(|number| amount(number, band.unit));
        output
            .line(&format!("  {mark} {:<48} {value:>18}  [{low}, {high}]", output.say(band.vi, band.en)))?;
    }
    Ok(())
}

/// A band's number as a Vietnamese form writes it.
fn amount(number: Total, unit: BandUnit) -> String {
    match unit {
        BandUnit::Count | BandUnit::Dong => super::grouped(&number.to_string()),
        BandUnit::BasisPoints => format!("{},{:02} %", number / 100, number % 100),
        BandUnit::Year => number.to_string(),
    }
}
