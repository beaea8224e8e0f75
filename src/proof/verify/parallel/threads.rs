//! Work that is examined on several threads at a time.

use std::collections::VecDeque;
use std::panic;
use std::thread;

use super::super::chain::Chain;
use super::super::examine::Group;
use super::{Unit, take};

enum Pending<'scope> {
    Running(thread::ScopedJoinHandle<'scope, Vec<Group>>),
    Ready(Unit),
}

/// Runs `source`; at most `threads` of its units are examined at a time.
pub(super) fn run<E>(
    threads: usize,
    chain: &mut Chain<'_>,
    source: impl FnOnce(&mut dyn FnMut(Unit)) -> Result<(), E>,
) -> Result<(), E> {
    thread::scope(|scope| {
        let mut pending = VecDeque::new();
        source(&mut |unit| {
            pending.push_back(match unit {
                Unit::Work(work) => Pending::Running(scope.spawn(move || work.examine())),
                unit => Pending::Ready(unit),
            });
            while pending.len() > threads {
                pending.pop_front().into_iter().for_each(|first| settle(chain, first));
            }
        })?;
        pending.into_iter().for_each(|rest| settle(chain, rest));
        Ok(())
    })
}

fn settle(chain: &mut Chain<'_>, pending: Pending<'_>) {
    match pending {
        Pending::Running(handle) => match handle.join() {
            Ok(groups) => groups.into_iter().for_each(|group| chain.add(group)),
            Err(cause) => panic::resume_unwind(cause),
        },
        Pending::Ready(unit) => take(chain, unit),
    }
}
