//! Imports into memory: of small files that show one rule each, and of a real log against its oracle.

use std::io;

use thads_cases::date::Date;
use thads_cases::history::Entry;

use super::mapping::Mapping;
use super::memory::Memory;
use super::reject::{Reject, RejectLine};
use super::target::Target;
use super::{Summary, Watch, take_in};

mod fines;

/// Keeps the rejects, shows nothing.
#[derive(Default)]
struct Kept(Vec<RejectLine>);

impl Watch for Kept {
    fn rejected(&mut self, reject: &Reject) -> io::Result<()> {
        self.0.push(reject.line());
        Ok(())
    }

    fn went_on(&mut self, _: &Summary) {}
}

fn today() -> Date {
    "2024-06-30".parse().unwrap()
}

fn empty() -> Memory {
    Memory::new(today())
}

/// Imports a text and returns what came of it and the rejects.
fn import(text: &[u8], mapping: &Mapping, target: &mut Memory) -> (Summary, Vec<RejectLine>) {
    let mut kept = Kept::default();
    let summary = take_in(text, mapping, target, false, &mut kept).unwrap();
    (summary, kept.0)
}

/// Everything that a target holds but the places in the log: what two imports must agree on.
fn contents(target: &Memory) -> Vec<String> {
    let shown = |name: String, entries: &[Entry]| {
        let events = entries
            .iter()
            .map(|entry| (entry.effective, entry.office, entry.actor, entry.imported, &entry.event));
        format!("{name} {:?}", events.collect::<Vec<_>>())
    };
    let cases = target.cases().iter().map(|(id, entries)| shown(id.to_string(), entries));
    let complaints = target.complaints().iter().map(|(id, entries)| shown(id.to_string(), entries));
    cases.chain(complaints).chain([format!("{:?}", target.world().unwrap().organisation)]).collect()
}
