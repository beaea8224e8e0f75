//! What one seed gives: chance, from which all that is random comes, and a trace, into whose digest all that happens goes.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use thads_ledger::Randomness;

/// A seeded source of choices.
pub(crate) struct SimRng(ChaCha8Rng);

impl SimRng {
    /// Returns the choices of a seed.
    pub(crate) fn new(seed: u64) -> SimRng {
        SimRng(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Returns a number below `end`, which is at least 1.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end
    }

    /// Returns an index into something of `length`, which is at least 1.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }

    /// Returns a number from `from` to `to`.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below(u64::try_from(to - from + 1).unwrap())).unwrap()
    }

    /// Returns true once in `times`.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// Returns one of several.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    /// Returns 16 bytes: a request id, or the name of a piece of personal data.
    pub(crate) fn id(&mut self) -> [u8; 16] {
        let mut id = [0; 16];
        self.0.fill_bytes(&mut id);
        id
    }

    /// Returns bytes.
    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

impl Randomness for SimRng {
    fn fill(&mut self, bytes: &mut [u8]) -> std::io::Result<()> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

/// What happened in a world, line by line, as a digest; printed as well where it is asked for.
pub(crate) struct Trace {
    shown: bool,
    digest: blake3::Hasher,
    step: u64,
}

impl Trace {
    /// Returns an empty trace.
    pub(crate) fn new(shown: bool) -> Trace {
        Trace { shown, digest: blake3::Hasher::new(), step: 0 }
    }

    /// Begins the next step.
    pub(crate) fn next_step(&mut self) {
        self.step += 1;
    }

    /// Returns the number of the step.
    pub(crate) fn step(&self) -> u64 {
        self.step
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, text: &str) {
        self.digest.update(&self.step.to_be_bytes());
        self.digest.update(text.as_bytes());
        self.digest.update(b"\n");
        if self.shown {
            println!("{:>4}  {text}", self.step);
        }
    }

    /// Returns the digest of all lines.
    pub(crate) fn digest(&self) -> [u8; 32] {
        self.digest.finalize().into()
    }
}

/// How often what happened, by group and name.
#[derive(Clone, Default)]
pub(crate) struct Counts(BTreeMap<(&'static str, &'static str), u64>);

impl Counts {
    /// Counts one more.
    pub(crate) fn one(&mut self, group: &'static str, name: &'static str) {
        self.add(group, name, 1);
    }

    /// Counts some more.
    pub(crate) fn add(&mut self, group: &'static str, name: &'static str, more: u64) {
        *self.0.entry((group, name)).or_insert(0) += more;
    }

    /// Adds the counts of another world.
    pub(crate) fn add_all(&mut self, other: &Counts) {
        for (&(group, name), count) in &other.0 {
            self.add(group, name, *count);
        }
    }

    /// Returns the sum of a group.
    pub(crate) fn sum(&self, group: &str) -> u64 {
        self.0.iter().filter(|((of, _), _)| *of == group).map(|(_, count)| count).sum()
    }

    /// Returns one line a group: its sum, and each name with its count.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut groups: Vec<&str> = self.0.keys().map(|(group, _)| *group).collect();
        groups.dedup();
        let line = |group: &str| {
            let of = self.0.iter().filter(|((of, _), _)| *of == group);
            let each: Vec<String> = of.map(|((_, name), count)| format!("{name} {count}")).collect();
            format!("{group} {}: {}", self.sum(group), each.join(", "))
        };
        groups.into_iter().map(line).collect()
    }
}
