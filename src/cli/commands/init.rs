//! `init`: a real ledger, its keys, its first office and that office's head.

use std::path::Path;

use thads_cases::date::Date;
use thads_cases::event::organisation::{OfficeOpened, OfficerAppointed};
use thads_cases::event::{Body, Event};
use thads_cases::ids::{OfficeCode, OfficeNo, OfficerNo};
use thads_cases::organisation::{Level, Role};
use thads_cases::personal::{Person, Personal};
use thads_proof::genesis;
use thads_proof::record::Provenance;
use thads_service::act::{Group, Part};
use thads_service::house::{Founding, House};
use thads_service::wire::Subject;

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
    /// The first office's code, for instance DT00.
    #[arg(long, value_name = "CODE")]
    office: OfficeCode,
    /// The first office's name.
    #[arg(long)]
    office_name: String,
    /// What the first office is: department or sub_department.
    #[arg(long, default_value = "department", value_parser = level)]
    level: Level,
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

fn level(text: &str) -> Result<Level, String> {
    match text {
        "department" => Ok(Level::Department),
        "sub_department" => Ok(Level::SubDepartment),
        _ => Err("department or sub_department".to_owned()),
    }
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let founding = Founding {
        name: args.name.clone(),
        origin: args.origin.clone(),
        unit: genesis::Unit { code: "VND".to_owned(), exponent: 0 },
        clock: genesis::Clock::Real,
        practice: args.practice,
    };
    let (house, root_seed) = House::create(data, &founding, 0)?;
    super::write_root_key(data, &root_seed)?;
    let role = match args.level {
        Level::Department => Role::ProvincialHead,
        Level::SubDepartment => Role::Head,
    };
    let office = OfficeOpened {
        number: OfficeNo(1),
        code: args.office.clone(),
        name: args.office_name.clone(),
        level: args.level,
        parent: None,
    };
    let head = OfficerAppointed {
        number: OfficerNo(1),
        office: OfficeNo(1),
        role,
        person: Personal::Person(Person { name: args.head.clone(), ..Person::default() }),
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
        part(Subject::Office(args.office.clone()), Body::OfficeOpened(office)),
        part(Subject::Officer(OfficerNo(1)), Body::OfficerAppointed(head)),
    ];
    let groups = first.into_iter().map(|part| Group { request: None, at: None, parts: vec![part] }).collect();
    for answer in house.act_many(groups) {
        answer?;
    }
    let head = house.ledger().head();
    house.close()?;
    if output.json {
        output.json(&serde_json::json!({ "position": head.size, "root": head.root.to_string(), "office": 1, "head": 1 }));
    } else {
        output.line(output.say(
            "Đã lập sổ. Cơ quan số 1, thủ trưởng là người số 1.",
            "The ledger is founded. Its office is number 1, its head is officer 1.",
        ));
    }
    Ok(())
}
