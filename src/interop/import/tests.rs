//! Imports into memory: of small files that show one rule each, and of a real log against its oracle.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;

use thads_cases::date::Date;
use thads_cases::event::Body;
use thads_cases::history::{EffectiveEvent, RecordedEvent, case_at, timeline};
use thads_cases::ids::{OfficerNo, Position};

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

/// Holds two targets against each other: all but the places in the log, and the files of rows, must be the same.
fn same(one: &Memory, other: &Memory) {
    assert_eq!(one.cases().len(), other.cases().len());
    for ((id, entries), (other_id, others)) in one.cases().iter().zip(other.cases()) {
        assert_eq!((id, without_places(entries)), (other_id, without_places(others)));
    }
    assert_eq!(one.complaints().len(), other.complaints().len());
    for ((id, entries), (other_id, others)) in one.complaints().iter().zip(other.complaints()) {
        assert_eq!((id, without_places(entries)), (other_id, without_places(others)));
    }
    assert_eq!(one.reference_data().unwrap().organisation, other.reference_data().unwrap().organisation);
}

/// What stands of each case and of the complaints about it, in the order in which it takes effect, by the case's id in the
/// source; numbers of cases and officers depend on what came first, and stand there by what they name.
fn status(target: &Memory) -> BTreeMap<String, (Vec<String>, Vec<Vec<String>>)> {
    let officers: BTreeMap<OfficerNo, String> = target.officer_names().unwrap().into_iter().collect();
    let told = |entries: &[RecordedEvent]| -> Vec<String> {
        let lives = timeline(entries);
        let acts = lives.iter().filter(|live| {
            live.event.body.repairs().is_none() && !matches!(live.event.body, Body::RowImported(_))
        });
        acts.map(|live| format!("{} {:?} {:?}", live.at.on, officers.get(&live.at.actor), live.event))
            .collect()
    };
    let mut all = BTreeMap::new();
    let mut source = BTreeMap::new();
    for (id, entries) in target.cases() {
        let number = case_at(entries, Date::MAX).judgment_number.unwrap();
        source.insert(format!("{id:?}"), number.clone());
        source.insert(format!("{:?}", id.to_string()), number.clone());
        assert!(all.insert(number, (told(entries), Vec::new())).is_none());
    }
    for entries in target.complaints().values() {
        let acts = told(entries);
        let Some(first) = acts.first() else { continue };
        let (known_as, number) = source.iter().find(|(id, _)| first.contains(*id)).unwrap();
        all.get_mut(number).unwrap().1.push(acts.iter().map(|act| act.replace(known_as, number)).collect());
    }
    all.values_mut().for_each(|(_, complaints)| complaints.sort());
    all
}

/// What stands of some entries, in the order in which it takes effect, without the rows that are kept.
fn acts(entries: &[RecordedEvent]) -> impl Iterator<Item = EffectiveEvent<'_>> {
    timeline(entries).into_iter().filter(|live| {
        live.event.body.repairs().is_none() && !matches!(live.event.body, Body::RowImported(_))
    })
}

/// Imports files of some rows one after the other, then what waited for its case, until all is taken.
fn singly(header: &[u8], files: &[Vec<&[u8]>], mapping: &Mapping, target: &mut Memory) -> Vec<Summary> {
    let mut summaries = Vec::new();
    let mut files: VecDeque<Vec<&[u8]>> = files.to_vec().into();
    let mut waiting = Vec::new();
    while let Some(rows) = files.pop_front() {
        let text = [&[header], rows.as_slice()].concat().concat();
        let (summary, rejects) = import(&text, mapping, target);
        assert_eq!(summary.rejected, summary.case_not_yet, "{rejects:?}");
        waiting.extend(rejects.iter().map(|reject| rows[usize::try_from(reject.row).unwrap() - 2]));
        if files.is_empty() && !waiting.is_empty() {
            assert!(summary.recorded > 0, "nothing was taken");
            files.push_back(std::mem::take(&mut waiting));
        }
        summaries.push(summary);
    }
    summaries
}

fn without_places(entries: &[RecordedEvent]) -> Vec<RecordedEvent> {
    let without = |entry: &RecordedEvent| {
        let mut event = (*entry.event).clone();
        if let Body::RowImported(kept) = &mut event.body {
            kept.file.clear();
        }
        RecordedEvent { position: Position(0), event: Arc::new(event), ..entry.clone() }
    };
    entries.iter().map(without).collect()
}
