//! What kills have counted and found.

use std::collections::BTreeMap;
use std::fmt;

/// Counts, hits, and what is broken; of one kill, one round, or a whole run.
#[derive(Default)]
pub(crate) struct Found {
    /// Counts.
    pub(crate) counts: Counts,
    /// How often a step was the place of death, by its name.
    pub(crate) hits: BTreeMap<&'static str, u64>,
    /// Broken promises.
    pub(crate) broken: Vec<String>,
    /// What was done, for the round's line.
    pub(crate) said: Vec<String>,
}

/// What is counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Kills of a server.
    pub(crate) kills: u64,
    /// Requests acknowledged for the first time.
    pub(crate) acknowledged: u64,
    /// Requests refused, all against the law or stale.
    pub(crate) refused: u64,
    /// In flight when the server was killed, and recorded.
    pub(crate) in_flight_recorded: usize,
    /// In flight when the server was killed, and absent.
    pub(crate) in_flight_absent: usize,
    /// Times that a ledger was settled and verified.
    pub(crate) verified: u64,
    /// Kills of an importer.
    pub(crate) import_kills: u64,
    /// Imports that were killed and then ended.
    pub(crate) imports: u64,
}

impl Found {
    /// Notes a death at a step.
    pub(crate) fn hit(&mut self, step: &'static str) {
        *self.hits.entry(step).or_default() += 1;
        self.say(step);
    }

    /// Adds to the round's line.
    pub(crate) fn say(&mut self, what: &str) {
        self.said.push(what.to_owned());
    }

    /// Takes in what another has found.
    pub(crate) fn add(&mut self, other: Found) {
        let Found { counts, hits, mut broken, mut said } = other;
        self.counts.kills += counts.kills;
        self.counts.acknowledged += counts.acknowledged;
        self.counts.refused += counts.refused;
        self.counts.in_flight_recorded += counts.in_flight_recorded;
        self.counts.in_flight_absent += counts.in_flight_absent;
        self.counts.verified += counts.verified;
        self.counts.import_kills += counts.import_kills;
        self.counts.imports += counts.imports;
        for (step, times) in hits {
            *self.hits.entry(step).or_default() += times;
        }
        self.broken.append(&mut broken);
        self.said.append(&mut said);
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} kills of the server ({} acknowledgements, {} refusals, in flight {} recorded and {} absent, {} times verified), \
             {} kills in {} imports",
            self.kills,
            self.acknowledged,
            self.refused,
            self.in_flight_recorded,
            self.in_flight_absent,
            self.verified,
            self.import_kills,
            self.imports
        )
    }
}
