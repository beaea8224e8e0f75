//! Imports into memory: of small files that show one rule each, and of a real log against its oracle.

use std::io;

use thads_cases::date::Date;
use thads_cases::history::Entry;
use thads_cases::ids::Position;

use super::gather::Input;
use super::mapping::Mapping;
use super::memory::Memory;
use super::reject::{Reject, RejectLine};
use super::target::Target;
use super::{Manner, Summary, Watch, take_in};

mod fines;
mod order;
mod small;

/// Keeps the rejects, shows nothing.
#[derive(Default)]
struct Kept(Vec<RejectLine>);

impl Watch for Kept {
    fn rejected(&mut self, reject: &Reject) -> io::Result<()> {
        self.0.push(reject.in_english());
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
    together(&[text], mapping, Manner::default(), target)
}

/// Imports some texts together.
fn together(
    texts: &[&[u8]],
    mapping: &Mapping,
    manner: Manner,
    target: &mut Memory,
) -> (Summary, Vec<RejectLine>) {
    let mut kept = Kept::default();
    let summary = take_in(inputs(texts), mapping, target, manner, &mut kept).unwrap();
    (summary, kept.0)
}

fn inputs<'t>(texts: &[&'t [u8]]) -> Vec<Input<&'t [u8]>> {
    let named = texts.iter().enumerate();
    named.map(|(at, bytes)| Input { name: format!("file {at}"), bytes: *bytes }).collect()
}

/// Holds two targets against each other: all but the places in the log must be the same.
fn same(one: &Memory, other: &Memory) {
    assert_eq!(one.cases().len(), other.cases().len());
    for ((id, entries), (other_id, others)) in one.cases().iter().zip(other.cases()) {
        assert_eq!((id, without_places(entries)), (other_id, without_places(others)));
    }
    assert_eq!(one.complaints().len(), other.complaints().len());
    for ((id, entries), (other_id, others)) in one.complaints().iter().zip(other.complaints()) {
        assert_eq!((id, without_places(entries)), (other_id, without_places(others)));
    }
    assert_eq!(one.world().unwrap().organisation, other.world().unwrap().organisation);
}

fn without_places(entries: &[Entry]) -> Vec<Entry> {
    entries.iter().map(|entry| Entry { position: Position(0), ..entry.clone() }).collect()
}
