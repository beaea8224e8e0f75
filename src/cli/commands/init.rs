//! `init`: a real ledger, its keys, its first office and that office's head.

use std::path::Path;
use thads_cases::stream::StreamId;

use thads_cases::date::Date;
use thads_cases::event::organisation::{OfficeOpened, OfficerAppointed};
use thads_cases::event::{Body, Event};
use thads_cases::ids::{OfficeCode, OfficeNo, OfficerNo};
use thads_cases::organisation::{Level, Role};
use thads_cases::personal::{Person, Personal};
use thads_cases::text::normal;
use thads_ledger::{BEFORE_1970, Reader, Scratch, SystemClock};
use thads_proof::genesis;
use thads_proof::hash::derive;
use thads_proof::record::{LedgerId, Provenance, RequestId};
use thads_service::json::JsonError;
use thads_service::ledger_service::{LedgerConfig, LedgerService};
use thads_service::record::{Group, Part};
use thads_service::words::is_readable;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `init`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The ledger's name, for instance "Thi hành án dân sự tỉnh Đồng Tháp".
    #[arg(long)]
    name: String,
    /// The log's origin: its identity for ever, no space and no plus sign, for instance thads.example/dong-thap.
    #[arg(long)]
    origin: String,
    /// The code of the first office, the province's, for instance DT00: its head appoints and opens what is below it.
    #[arg(long, value_name = "CODE")]
    office: OfficeCode,
    /// The first office's name.
    #[arg(long)]
    office_name: String,
    /// The name of its head; goes to the vault.
    #[arg(long)]
    head: String,
    /// The day from which office and head count; default: today.
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// A practice ledger: everything that it prints says so.
    #[arg(long)]
    practice: bool,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    if SystemClock.is_before_1970() {
        return Err(Failure::new(BEFORE_1970, "nothing was founded; set the clock, then found the ledger"));
    }
    // What is founded stays for ever: everything is looked at before anything is.
    for (option, text) in [("name", &args.name), ("office-name", &args.office_name), ("head", &args.head)] {
        if !is_readable(text) {
            let rule = "a name says something that can be read";
            return Err(JsonError::new(option, text, rule, "the name").into());
        }
    }
    let config = LedgerConfig {
        name: normal(&args.name),
        origin: args.origin.clone(),
        unit: genesis::Unit { code: "VND".to_owned(), exponent: 0 },
        clock: genesis::Clock::Real,
        practice: args.practice,
    };
    if !thads_ledger::holds_log(data)? {
        // What would be refused is refused before anything is founded.
        let scratch = Scratch::new("init")?;
        let service = LedgerService::create_to_try(&scratch, &config)?;
        open_office(&service, args)?;
        service.close()?;
    }
    let service = found(data, &config)?;
    super::say_keys_set_aside(output, service.keys_set_aside());
    open_office(&service, args)?;
    let (head, genesis) = (service.ledger().head(), service.ledger().genesis().clone());
    service.close()?;
    if output.json {
        output.json(&serde_json::json!({
            "position": head.size,
            "root": head.root.to_string(),
            "office": 1,
            "head": 1,
            "log_key": genesis.log_key,
            "root_key": genesis.root_key,
        }))?;
    } else {
        output.line(output.say(
            "Đã lập sổ. Cơ quan số 1, thủ trưởng là người số 1.",
            "The ledger is founded. Its office is number 1, its head is officer 1.",
        ))?;
        let key = output
            .say("Khóa kiểm chứng của sổ, giữ ở nơi khác:", "The log's verifier key, to be kept elsewhere:");
        output.line(&format!("{key} {}", genesis.log_key))?;
        output.remark(output.say(
            "keys/root.key cho phép thay khóa của sổ: hãy chuyển nó ra khỏi máy này.",
            "keys/root.key vouches for later log keys: take it off this machine.",
        ));
    }
    Ok(())
}

/// Records the first office and its head, or finds them recorded.
fn open_office(service: &LedgerService, args: &Args) -> Result<(), Failure> {
    let office = OfficeOpened {
        number: OfficeNo(1),
        code: args.office.clone(),
        name: normal(&args.office_name),
        level: Level::Department,
        parent: None,
    };
    let head = OfficerAppointed {
        number: OfficerNo(1),
        office: OfficeNo(1),
        role: Role::ProvincialHead,
        person: Personal::Person(Person { name: normal(&args.head), ..Person::default() }),
    };
    let part = |subject, body| Part {
        subject,
        expected_version: Some(0),
        effective: args.since,
        actor: OfficerNo(0),
        provenance: Provenance::Live,
        event: Event::bare(body),
    };
    let first = [
        part(StreamId::Office(args.office.clone()), Body::OfficeOpened(office)),
        part(StreamId::Officer(OfficerNo(1)), Body::OfficerAppointed(head)),
    ];
    let groups = (1..).zip(first).map(|(step, part)| {
        let request = Some(founding_request(service.ledger().id(), step));
        Group { request, at: None, parts: vec![part] }
    });
    for answer in service.record_batch(groups.collect()) {
        answer?;
    }
    Ok(())
}

/// Creates the ledger, or goes on with one whose founding was cut off.
fn found(data: &Path, config: &LedgerConfig) -> Result<LedgerService, Failure> {
    const RECORDS_FOUNDED: u64 = 3;
    // What cannot be seen is not missing.
    let there = if thads_ledger::holds_log(data)? { Reader::open(data).ok() } else { None };
    if let Some(reader) = there {
        let genesis = reader.genesis();
        let same = genesis.name == config.name
            && genesis.origin == config.origin
            && genesis.practice == config.practice;
        if same && reader.head().size < RECORDS_FOUNDED {
            return Ok(LedgerService::open(data)?.0);
        }
    }
    Ok(LedgerService::create(data, config, 0)?)
}

/// The request id of a step of the founding: a repetition finds what was recorded before it was cut off.
fn founding_request(ledger: LedgerId, step: u8) -> RequestId {
    let hash = derive("thads 2026 founding v1", &[ledger.0.as_slice(), &[step]].concat());
    RequestId(hash.first_chunk().copied().unwrap_or_default())
}
