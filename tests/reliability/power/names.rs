//! Names in folders: what is durable of them, and what is still on its way, under two models of a file system.

use std::collections::BTreeMap;

use super::dice::Dice;

/// A file or folder of the model, never used again for another.
pub(super) type Id = usize;

/// Which name stands for what, by folder and name.
pub(super) type Table = BTreeMap<(Id, String), Id>;

/// One change in one folder. All of it happens or nothing.
#[derive(Clone, Debug)]
pub(super) enum Naming {
    Put { folder: Id, name: String, id: Id },
    Remove { folder: Id, name: String },
    Move { folder: Id, from: String, to: String, id: Id },
}

impl Naming {
    pub(super) fn folder(&self) -> Id {
        match self {
            Naming::Put { folder, .. } | Naming::Remove { folder, .. } | Naming::Move { folder, .. } => {
                *folder
            }
        }
    }

    pub(super) fn apply(&self, table: &mut Table) {
        match self {
            Naming::Put { folder, name, id } => {
                table.insert((*folder, name.clone()), *id);
            }
            Naming::Remove { folder, name } => {
                table.remove(&(*folder, name.clone()));
            }
            Naming::Move { folder, from, to, id } => {
                table.remove(&(*folder, from.clone()));
                table.insert((*folder, to.clone()), *id);
            }
        }
    }
}

/// How names become durable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Model {
    /// In the order of one journal; what forces the journal out makes all earlier names durable.
    Journal,
    /// Each by itself, and only an fsync of its folder is a promise: what POSIX says.
    Strict,
}

/// Durable names, and pending changes in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) durable: Table,
    pub(super) pending: Vec<Naming>,
}

impl Names {
    /// All pending changes become durable.
    pub(super) fn settle(&mut self) {
        for naming in self.pending.drain(..) {
            naming.apply(&mut self.durable);
        }
    }

    /// The pending changes in one folder become durable.
    pub(super) fn settle_folder(&mut self, folder: Id) {
        let (settled, left) =
            std::mem::take(&mut self.pending).into_iter().partition(|naming| naming.folder() == folder);
        self.pending = left;
        let settled: Vec<Naming> = settled;
        settled.iter().for_each(|naming| naming.apply(&mut self.durable));
    }

    /// The names that a crash leaves: those on their way kept in so many tenths of cases, or a prefix of them.
    pub(super) fn after_crash(&self, model: Model, tenths: u32, dice: &mut Dice) -> Table {
        let mut table = self.durable.clone();
        let prefix = match tenths {
            0 => 0,
            10.. => self.pending.len(),
            _ => dice.below(self.pending.len() + 1),
        };
        for (index, naming) in self.pending.iter().enumerate() {
            let kept = match model {
                Model::Journal => index < prefix,
                Model::Strict => dice.rng(tenths),
            };
            if kept {
                naming.apply(&mut table);
            }
        }
        table
    }
}
