//! `import`: a case-action log in CSV by a mapping file; a new directory becomes the ledger that the mapping names.

use std::path::{Path, PathBuf};

use serde_json::json;
use thads_cases::date::Date;
use thads_cases::history::Entry;
use thads_cases::ids::{CaseId, ComplaintId, OfficeCode, OfficerNo, Position};
use thads_cases::world::World;
use thads_ledger::Scratch;
use thads_proof::genesis;
use thads_proof::record::{Provenance, RequestId};
use thads_service::act::{ActError, Group, Part};
use thads_service::house::{Founding, House};
use thads_service::persons::{Words, shown};
use thads_service::wire::{Language, Subject, WireError};

use crate::failure::Failure;
use crate::import::file::{Job, run as import_file};
use crate::import::files::{FileFault, open_rows, read_mapping, refuse_rejects};
use crate::import::mapping::Mapping;
use crate::import::reject::Reject;
use crate::import::target::{RowAppend, Target};
use crate::output::Output;

/// Arguments of `import`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The rows, in CSV; gzip is read as it is.
    file: PathBuf,
    /// What the columns mean; see examples/.
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// Where rows that cannot be taken are noted down, with reason and way out.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Read and decide everything, record nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let failed = |fault: FileFault| Failure::new(output.say(&fault.why.vi, &fault.why.en), fault.way_out);
    if let Some(rejects) = &args.rejects {
        refuse_rejects(rejects, std::slice::from_ref(&args.file), &args.mapping, data).map_err(failed)?;
    }
    let text = read_mapping(&args.mapping).map_err(failed)?;
    let mapping = Mapping::read(&text).map_err(|error| {
        Failure::new(format!("{}: {error}", args.mapping.display()), "see examples/ for mapping files")
    })?;
    // Looked at before a ledger is founded for it.
    let rows = open_rows(&args.file).map_err(failed)?;
    let scratch;
    let house = match super::opened(data, output)? {
        Some(house) => counting_alike(house, &mapping)?,
        None if args.dry_run => {
            scratch = Scratch::new("dry-run")?;
            found(scratch.path(), &mapping)?
        }
        None => found(data, &mapping)?,
    };
    let job = Job {
        rows: &rows,
        mapping: &mapping,
        rejects: args.rejects.as_deref(),
        dry_run: args.dry_run,
        quiet: output.quiet,
        describe: match output.language {
            Language::Vi => Reject::in_vietnamese,
            Language::En => Reject::in_english,
        },
    };
    let mut target = HouseTarget { house };
    let outcome = import_file(&job, &mut target).map_err(|error| {
        Failure::new(error, "what was recorded stands; the same import again adds the rest")
    })?;
    let lost = outcome.lost_rejects(&job);
    let head = target.house.ledger().head();
    target.house.close()?;
    if output.json {
        output.json(&json!({
            "import": outcome.summary,
            "rejects": outcome.first_rejects,
            "ledger": { "position": head.size, "root": head.root.to_string() },
        }))?;
    } else {
        for reject in &outcome.first_rejects {
            output.remark(&serde_json::to_string(reject).unwrap_or_default());
        }
        output.line(output.say(&outcome.summary.vi(), &outcome.summary.en()))?;
    }
    if lost {
        return Err(Failure::new(
            format!("{} rows were rejected and noted down nowhere", outcome.summary.rejected),
            "run it again with --rejects FILE: rows that are there already are not recorded twice",
        ));
    }
    Ok(())
}

fn unit_of(mapping: &Mapping) -> genesis::Unit {
    genesis::Unit { code: mapping.ledger.currency.code.clone(), exponent: mapping.ledger.currency.exponent }
}

/// Founds the ledger that a mapping names.
fn found(data: &Path, mapping: &Mapping) -> Result<House, Failure> {
    let founding = Founding {
        name: mapping.ledger.name.clone(),
        origin: mapping.ledger.origin.clone(),
        unit: unit_of(mapping),
        clock: genesis::Clock::Real,
        practice: false,
    };
    Ok(House::create(data, &founding, 0)?)
}

/// Refuses a ledger that counts in another unit than the mapping.
fn counting_alike(house: House, mapping: &Mapping) -> Result<House, Failure> {
    let (there, unit) = (&house.ledger().genesis().unit, unit_of(mapping));
    if *there == unit {
        return Ok(house);
    }
    let message = format!(
        "the ledger counts {} × 10^-{}, the mapping says {} × 10^-{}",
        there.code, there.exponent, unit.code, unit.exponent
    );
    Err(Failure::new(message, "import into a directory of its own: thads --data DIR import …"))
}

/// A house as what an import goes into.
struct HouseTarget {
    house: House,
}

impl Target for HouseTarget {
    type Error = ActError;

    fn world(&self) -> Result<World, ActError> {
        Ok(self.house.books().world().clone())
    }

    fn next(&self) -> Position {
        self.house.books().position()
    }

    fn today(&self) -> Date {
        self.house.clock().today()
    }

    fn known(&self, request: &RequestId) -> Result<bool, ActError> {
        self.house.knows(*request)
    }

    fn each_case(&self, show: &mut dyn FnMut(&CaseId, &[Entry])) {
        for (id, entries) in self.house.books().cases() {
            show(id, entries);
        }
    }

    fn each_complaint(&self, show: &mut dyn FnMut(&ComplaintId, &[Entry])) {
        for (id, entries) in self.house.books().complaints() {
            show(id, entries);
        }
    }

    fn case(&self, case: &CaseId) -> Vec<Entry> {
        self.house.books().case(case).unwrap_or_default().to_vec()
    }

    fn complaint(&self, complaint: &ComplaintId) -> Vec<Entry> {
        self.house.books().complaint(complaint).unwrap_or_default().to_vec()
    }

    fn next_intake(&self, office: &OfficeCode, year: u16) -> u32 {
        self.house.books().next_intake(office, year)
    }

    fn next_complaint(&self, office: &OfficeCode, year: u16) -> u32 {
        self.house.books().next_complaint(office, year)
    }

    fn officer_names(&self) -> Result<Vec<(OfficerNo, String)>, ActError> {
        let (entries, world) = {
            let books = self.house.books();
            (books.organisation().to_vec(), books.world_at(books.position()))
        };
        let mut words = Words::of(&self.house, entries.iter().map(|entry| (entry.position, &*entry.event)));
        let mut names = Vec::new();
        for officer in world.organisation.officers.values() {
            let person = words.personal(&officer.person)?;
            let name = shown(&person).ok_or_else(|| {
                let why = "the name of this officer is lost here, so that a row could not be told to be his";
                WireError::new("officer", &officer.number.to_string(), why, "vault/ and keys/ from a backup")
            })?;
            names.push((officer.number, name.to_owned()));
        }
        Ok(names)
    }

    fn submit(&mut self, batch: &[RowAppend]) -> Result<(), ActError> {
        let groups = batch.iter().map(group).collect::<Result<Vec<_>, _>>()?;
        for answer in self.house.act_many(groups) {
            answer?;
        }
        Ok(())
    }
}

fn group(row: &RowAppend) -> Result<Group, ActError> {
    let mut parts = Vec::new();
    for stream in &row.streams {
        let subject = Subject::of(&stream.stream).ok_or_else(|| {
            WireError::new(
                "stream",
                &stream.stream.to_string(),
                "a stream that can be written to",
                "case, complaint, office, officer",
            )
        })?;
        for (at, event) in stream.events.iter().enumerate() {
            parts.push(Part {
                subject: subject.clone(),
                expected_version: (at == 0).then_some(stream.expected_version),
                effective: Some(event.effective),
                actor: event.actor,
                provenance: Provenance::Imported,
                event: (*event.event).clone(),
            });
        }
    }
    Ok(Group { request: Some(row.request), at: None, parts })
}
