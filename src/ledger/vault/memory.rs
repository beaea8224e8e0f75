//! A vault in memory: for tests, simulations and rehearsals. It survives nothing.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Held, Reference, SealedEntry, Vault, VaultError, WhyLost};

/// Entries in memory, on top of another vault where there is one.
#[derive(Default)]
pub struct MemoryVault {
    entries: RwLock<HashMap<Reference, SealedEntry>>,
    /// What stands there stands here too.
    below: Option<Arc<dyn Vault>>,
}

impl MemoryVault {
    /// Returns an empty vault.
    pub fn new() -> MemoryVault {
        MemoryVault::default()
    }

    /// Returns a vault that holds what `below` holds, and keeps in memory what is added.
    pub fn upon(below: Arc<dyn Vault>) -> MemoryVault {
        MemoryVault { below: Some(below), ..MemoryVault::default() }
    }
}

impl Vault for MemoryVault {
    fn held(&self, reference: &Reference) -> Held {
        if self.entries.read().unwrap_or_else(PoisonError::into_inner).contains_key(reference) {
            return Held { entry: true, key: true };
        }
        self.below.as_ref().map_or_else(Held::default, |below| below.held(reference))
    }

    fn get(&self, reference: &Reference) -> Result<SealedEntry, WhyLost> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        match (entries.get(reference), &self.below) {
            (Some(entry), _) => Ok(entry.clone()),
            (None, Some(below)) => below.get(reference),
            (None, None) => Err(WhyLost::NoEntry),
        }
    }

    fn write(&self, entries: &[SealedEntry]) -> Result<(), VaultError> {
        let mut held = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        held.extend(entries.iter().map(|entry| (entry.reference, entry.clone())));
        Ok(())
    }

    fn for_each(&self, each: &mut dyn FnMut(&Reference, Held)) {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.keys().for_each(|reference| each(reference, Held { entry: true, key: true }));
        if let Some(below) = &self.below {
            below.for_each(each);
        }
    }

    fn doubled(&self) -> Vec<Reference> {
        self.below.as_ref().map_or_else(Vec::new, |below| below.doubled())
    }

    fn strange(&self, references: &[Reference]) -> Option<&'static str> {
        self.below.as_ref()?.strange(references)
    }
}
