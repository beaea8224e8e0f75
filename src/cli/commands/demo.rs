//! `demo`: Đồng Tháp's six months, action by action through the law; the report, the verification, the service.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use thads_proof::genesis;
use thads_proof::record::{Provenance, RequestId};
use thads_service::act::{Group, Part};
use thads_service::answers::{self, Asked};
use thads_service::house::{Founding, House};

use crate::demo::{Planned, plan};
use crate::failure::Failure;
use crate::output::Output;
use crate::progress::Progress;

/// Arguments of `demo`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The seed: same seed, same ledger, same root.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Report and verify, do not serve.
    #[arg(long)]
    no_serve: bool,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
}

/// The period of the report that was published on 12 April 2019.
const PERIOD: &str = "2018-10-01..2019-03-31";
const ORIGIN: &str = "thads.practice/dong-thap";
/// Actions handed to the ledger at once.
const BULK: usize = 8192;

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let started = now();
    let house = match super::opened(data, output)? {
        Some(house) => go_on(house, data, args)?,
        None => found(data, args)?,
    };
    generate(&house, output, args.seed)?;
    house.save_snapshot();
    let asked = Asked { period: PERIOD, office: None, as_known: None };
    let report = answers::report(&house, &asked, Some("office"))?;
    if !output.json {
        super::report::print(output, &house, &report);
        bands::print(output, &report);
    }
    output.remark(output.say("Kiểm chứng toàn bộ lịch sử…", "Verifying the whole history…"));
    let verified = super::verify::verify(data)?;
    let seconds = started.elapsed().as_secs();
    let head = house.ledger().head();
    if output.json {
        output.json(&json!({ "report": report, "verified": verified.json(), "seconds": seconds }));
    } else {
        output.line(&verified.line(output));
        output.line(&format!(
            "{} {}, {} {}, {} {seconds} s",
            output.say("Sổ thực hành: vị trí", "Practice ledger: position"),
            head.size,
            output.say("gốc", "root"),
            head.root,
            output.say("sau", "after")
        ));
    }
    if args.no_serve {
        house.close()?;
        return Ok(());
    }
    super::serve::serve(house, output, args.listen)
}

#[allow(clippy::disallowed_methods, reason = "how long the demo took is said, not recorded")]
fn now() -> Instant {
    Instant::now()
}

fn found(data: &Path, args: &Args) -> Result<House, Failure> {
    let founding = Founding {
        name: "Thi hành án dân sự tỉnh Đồng Tháp (thực hành)".to_owned(),
        origin: ORIGIN.to_owned(),
        unit: genesis::Unit { code: "VND".to_owned(), exponent: 0 },
        clock: genesis::Clock::Simulated { seed: args.seed },
        practice: true,
    };
    let first = thads_cases::date::Date::new(2016, 1, 1).map_or(0, |day| day.begins_at());
    let (house, _) = House::create(data, &founding, first)?;
    Ok(house)
}

/// Refuses a ledger that is not this demo's.
fn go_on(house: House, data: &Path, args: &Args) -> Result<House, Failure> {
    let genesis = house.ledger().genesis();
    let ours = genesis.practice
        && genesis.origin == ORIGIN
        && genesis.clock == genesis::Clock::Simulated { seed: args.seed };
    if ours {
        return Ok(house);
    }
    let message = format!("{} holds another ledger: {}", data.display(), genesis.name);
    Err(Failure::new(message, "choose another directory: thads --data DIR demo"))
}

/// Records what the plan has and the ledger has not, in the plan's order.
fn generate(house: &House, output: &Output, seed: u64) -> Result<(), Failure> {
    let plan = plan(seed).actions;
    let done = usize::try_from(house.books().position().0).unwrap_or(usize::MAX).saturating_sub(1);
    if done >= plan.len() {
        return Ok(());
    }
    let progress = Progress::new(output, output.say("Ghi sổ", "Recording"), plan.len());
    let mut actions = plan.into_iter().skip(done).peekable();
    while actions.peek().is_some() {
        let groups: Vec<Group> = actions.by_ref().take(BULK).map(group).collect();
        let count = groups.len();
        for answer in house.act_many(groups) {
            answer?;
        }
        progress.add(count);
    }
    progress.finish();
    Ok(())
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

/// What a six-month report of Đồng Tháp looks like, beside what this one says.
mod bands {
    use serde_json::Value;

    use crate::output::Output;

    /// What to compare: a name, a share of one figure in another in tenths of a percent, and its bounds.
    const SHARES: &[(&str, &str, &str, &str, u32, u32)] = &[
        ("Ủy thác / tổng số", "entrusted / total", "cases.entrusted", "cases.total", 15, 20),
        (
            "Chưa có điều kiện / phải thi hành (việc)",
            "not yet enforceable / to execute, cases",
            "cases.not_yet_enforceable",
            "cases.to_execute",
            270,
            350,
        ),
        (
            "Chưa có điều kiện / phải thi hành (tiền)",
            "not yet enforceable / to execute, money",
            "money.not_yet_enforceable",
            "money.to_execute",
            450,
            600,
        ),
        ("Đình chỉ / giải quyết xong", "terminated / finished", "cases.terminated", "cases.finished", 30, 60),
    ];
    /// Figures with bounds.
    const AMOUNTS: &[(&str, &str, i64, i64)] = &[
        ("Tổng số thụ lý", "cases.total", 18_000, 19_200),
        ("Có điều kiện (việc)", "cases.enforceable", 12_220, 12_239),
        ("Có điều kiện (tiền)", "money.enforceable", 884_100_000_000, 894_300_000_000),
        ("Giải quyết xong (tiền)", "money.finished", 164_000_000_000, 164_999_999_999),
    ];

    pub(super) fn print(output: &Output, report: &Value) {
        let amount = |id: &str| {
            report
                .get("figures")
                .and_then(|all| all.get(id))
                .and_then(|one| one.get("value"))
                .and_then(Value::as_i64)
        };
        output.line(
            output.say(
                "Đối chiếu với Đồng Tháp, 6 tháng đầu năm 2019:",
                "Beside Đồng Tháp's first half of 2019:",
            ),
        );
        for (name, id, low, high) in AMOUNTS {
            let Some(value) = amount(id) else { continue };
            let within = if (*low..=*high).contains(&value) { "✓" } else { "✗" };
            output.line(&format!(
                "  {within} {name:<44} {:>20}  [{}, {}]",
                super::super::grouped(&value.to_string()),
                super::super::grouped(&low.to_string()),
                super::super::grouped(&high.to_string())
            ));
        }
        for (vi, en, part, whole, low, high) in SHARES {
            let (Some(part), Some(whole)) = (amount(part), amount(whole)) else { continue };
            let Some(share) = (i128::from(part) * 1000).checked_div(i128::from(whole)) else { continue };
            let within = if (i128::from(*low)..=i128::from(*high)).contains(&share) { "✓" } else { "✗" };
            let tenths = |value: i128| format!("{},{} %", value / 10, value % 10);
            output.line(&format!(
                "  {within} {:<44} {:>20}  [{}, {}]",
                output.say(vi, en),
                tenths(share),
                tenths(i128::from(*low)),
                tenths(i128::from(*high))
            ));
        }
    }
}
