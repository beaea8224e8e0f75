//! The script of a case as it is being written: steps in the order of effect, the state after the last of them, and a day.
//!
//! Every step is applied to the state at once, so that what follows (who is in charge, what is owed, what is held) is
//! taken from the law's own fold. [`CaseScript::record`] says on which day each step is entered.

use thads_cases::case::{Case, Party, PartyKind};
use thads_cases::date::Date;
use thads_cases::event::repair::NoteAdded;
use thads_cases::event::{Body, Event, EventMeta};
use thads_cases::history::Counted;
use thads_cases::ids::{OfficerNo, Position};
use thads_cases::personal::Personal;
use thads_cases::reference_data::ReferenceData;

use super::days::Days;
use super::organisation::{PROVINCIAL_HEAD, Unit, with_document};
use super::plan::{Draft, DraftStream};
use super::rng::DemoRng;

/// What every script is written against.
pub(super) struct Land {
    /// The working days.
    pub(super) days: Days,
    /// Rules, calendar, organisation.
    pub(super) reference_data: ReferenceData,
}

/// Who does a step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Thủ trưởng or his deputy.
    Head,
    /// The case's enforcer.
    Enforcer,
    /// A clerk.
    Clerk,
    /// An accountant.
    Accountant,
    /// Cục trưởng.
    ProvincialHead,
}

/// How slow an office is in entering what was done: late starts in a thousand steps.
const LATE_STARTS: u64 = 56;

/// The script of a case so far.
pub(super) struct CaseScript<'a> {
    /// What it is written against.
    pub(super) land: &'a Land,
    /// The office.
    pub(super) unit: &'a Unit,
    /// Its own draws.
    pub(super) rng: DemoRng,
    /// The state after the last step.
    pub(super) case: Case,
    /// The steps, in the order of effect.
    pub(super) steps: Vec<Draft>,
    /// The day on which the next step takes effect.
    pub(super) day: Date,
    /// No step takes effect later.
    pub(super) limit: Date,
    /// The enforcer in charge.
    pub(super) enforcer: OfficerNo,
    /// How many rounds of auction are still to fail within the period, for a case on sale.
    pub(super) rounds_due: i64,
    /// Everything is entered without delay: another office waits for it.
    pub(super) prompt: bool,
    /// Which of the scripts it is.
    pub(super) index: usize,
    accountant: OfficerNo,
    head: OfficerNo,
    /// What is found when the debtor's means are looked at, mostly the same each time.
    pub(super) circumstances: usize,
}

impl<'a> CaseScript<'a> {
    /// A script that has not begun.
    pub(super) fn new(land: &'a Land, unit: &'a Unit, index: usize, mut rng: DemoRng) -> CaseScript<'a> {
        // The first of them has more than the others.
        let enforcer = if rng.percent(8) { unit.enforcers[0] } else { *rng.pick(&unit.enforcers) };
        let accountant = *rng.pick(&unit.accountants);
        let head = *rng.pick(&unit.heads);
        let circumstances = rng.index(1_000);
        CaseScript {
            land,
            unit,
            rng,
            case: Case::default(),
            steps: Vec::new(),
            day: land.days.first,
            limit: land.days.last,
            enforcer,
            rounds_due: 0,
            prompt: false,
            index,
            accountant,
            head,
            circumstances,
        }
    }

    /// Lets so many working days pass, at most to the limit.
    pub(super) fn pass(&mut self, low: i32, high: i32) {
        let count = self.rng.days(low, high);
        self.go_to(self.land.days.plus(self.day, count));
    }

    /// Goes on to a day, or the next working day; never back, never beyond the limit.
    pub(super) fn go_to(&mut self, day: Date) {
        let day = self.land.days.on_or_after(day).min(self.limit);
        self.day = self.day.max(day);
    }

    /// A step by its actor.
    pub(super) fn act(&mut self, by: By, body: Body) {
        self.step(by, Event::bare(body), false);
    }

    /// A head's decision, which rests on a numbered document.
    pub(super) fn decide(&mut self, by: By, body: Body) {
        let event = with_document(body, self.day);
        self.step(by, event, false);
    }

    /// A step on which nothing after it rests: it may be entered after what came later.
    pub(super) fn aside(&mut self, by: By, body: Body) {
        self.step(by, Event::bare(body), true);
    }

    /// A remark of the enforcer.
    pub(super) fn note(&mut self, text: &str) {
        let remark = Body::NoteAdded(NoteAdded { text: Personal::Text(text.to_owned()) });
        if self.rng.per_mille(14) { self.mislaid(remark) } else { self.aside(By::Enforcer, remark) }
    }

    /// Who does a step.
    pub(super) fn officer(&mut self, by: By) -> OfficerNo {
        match by {
            By::Head => self.head,
            By::Enforcer => self.enforcer,
            By::Clerk => *self.rng.pick(&self.unit.clerks),
            By::Accountant => self.accountant,
            By::ProvincialHead => PROVINCIAL_HEAD,
        }
    }

    fn step(&mut self, by: By, event: Event, aside: bool) {
        let actor = self.officer(by);
        let at = EventMeta { nth: self.number(&event.body), ..self.at(actor) };
        event.body.apply_to(&mut self.case, &at);
        self.push(actor, event, aside);
    }

    /// Adds a step without applying it.
    ///
    /// What a clerk enters in an open case names its enforcer, also where it says so in place of another entry.
    pub(super) fn push(&mut self, actor: OfficerNo, mut event: Event, aside: bool) {
        if self.unit.clerks.contains(&actor) {
            let named = self.case.open().and_then(|open| open.enforcer);
            match &mut event.body {
                Body::FactCorrected(fact) => fact.replacement.common.on_behalf_of = named,
                _ => event.common.on_behalf_of = named,
            }
        }
        let stream = DraftStream::Case(self.index);
        let mut draft = Draft::new(stream, self.unit.number, actor, self.day, event);
        draft.aside = aside;
        self.steps.push(draft);
    }

    /// The number of what a step makes, among all that was entered, voided or not.
    pub(super) fn number(&self, body: &Body) -> u32 {
        let mut counted = Counted::default();
        self.steps.iter().for_each(|step| {
            counted.number(&step.event.body);
        });
        counted.number(body)
    }

    /// Where and when the next step happens.
    pub(super) fn at(&self, actor: OfficerNo) -> EventMeta {
        let position = u64::try_from(self.steps.len()).map_or(u64::MAX, |length| length + 1);
        EventMeta {
            nth: 0,
            position: Position(position),
            on: self.day,
            recorded_on: self.day,
            office: self.unit.number,
            actor,
            imported: false,
        }
    }

    /// Decides on which day each step is entered: mostly on the day or soon after, now and then much later, and then
    /// what rests on it is late as well.
    pub(super) fn record(&mut self) {
        let days = &self.land.days;
        let mut floor = days.first;
        let effective: Vec<Date> = self.steps.iter().map(|step| step.effective).collect();
        for (at, step) in self.steps.iter_mut().enumerate() {
            let entered = match (at, self.rng.below(1000)) {
                (0, _) => step.effective,
                (_, 0..110) if self.prompt => step.effective,
                (_, 0..LATE_STARTS) => days.entered_late(step.effective, &mut self.rng),
                (_, LATE_STARTS..110) => days.plus(step.effective, self.rng.days(2, 5)),
                (_, 110..350) => days.plus(step.effective, self.rng.days(1, 2)),
                (_, _) => step.effective,
            };
            // Nearly everything of a period is entered when its figures are published.
            let latest = days.plus(days.last, -self.rng.days(0, 6));
            let entered = entered.min(latest).max(step.effective);
            let entered = entered.max(floor);
            step.recorded = entered;
            let alone = step.aside && effective.get(at + 1).is_some_and(|next| *next > step.effective);
            if !alone {
                floor = entered;
            }
        }
    }

    /// A private person of the office's district.
    pub(super) fn person(&mut self) -> Party {
        let person = super::people::person(self.unit.fixed().district, &mut self.rng);
        Party { person, kind: PartyKind::Individual }
    }
}
