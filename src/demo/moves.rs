//! Cases that go to another office: entrusted, or pulled up by the Department; and what the receiver gets.

use thads_cases::case::{Case, Payee};
use thads_cases::event::Body;
use thads_cases::event::entrustment::{Brought, EntrustedIn, EntrustedOut, PulledUp, TakenFromBelow};
use thads_cases::event::intake::{OrderWithdrawn, Owed};
use thads_cases::ids::OfficeNo;
use thads_cases::money::Amount;

use super::case_script::{By, CaseScript};
use super::organisation::DEPARTMENT;
use super::plan::no_case;

/// What another office gets of a case that was moved out.
pub(super) fn brought(sender: &Case) -> Option<Brought> {
    let moved: Vec<Owed> = sender
        .obligations
        .iter()
        .filter(|one| one.moved_out > Amount::ZERO)
        .map(|one| Owed { kind: one.kind, payee: one.payee, amount: one.moved_out, secured: one.secured })
        .collect();
    let creditors = if moved.iter().any(|one| matches!(one.payee, Payee::Creditor(_))) {
        sender.creditors.clone()
    } else {
        Vec::new()
    };
    Some(Brought {
        // Put in when cases have their numbers.
        from: no_case()?,
        basis: sender.order.basis?,
        judgment: sender.judgment?,
        obligations: moved,
        debtors: sender.debtors.clone(),
        creditors,
        tags: sender.order.tags.clone(),
    })
}

impl CaseScript<'_> {
    /// The rest goes to another office.
    pub(super) fn entrust(&mut self, to: OfficeNo) {
        self.decide(By::Head, Body::EntrustedOut(EntrustedOut { to }));
    }

    /// The Department takes the case.
    pub(super) fn pull_up(&mut self) {
        self.decide(By::ProvincialHead, Body::PulledUp(PulledUp { to: DEPARTMENT }));
    }

    /// The order is taken back.
    pub(super) fn withdraw(&mut self) {
        let ground = *self.rng.pick(&["not_competent", "content_error", "ground_gone", "transfer"]);
        self.decide(By::Head, Body::OrderWithdrawn(OrderWithdrawn { ground: ground.to_owned() }));
    }

    /// The receiver's order on a case that was entrusted, or pulled up; `sender` is the lane it came from.
    pub(super) fn receive(&mut self, brought: Brought, sender: usize, pulled_up: bool) {
        if pulled_up {
            self.decide(By::ProvincialHead, Body::TakenFromBelow(TakenFromBelow { brought }));
        } else {
            self.decide(By::Head, Body::EntrustedIn(EntrustedIn { brought }));
        }
        if let Some(first) = self.steps.last_mut() {
            first.names = Some(sender);
        }
    }
}
