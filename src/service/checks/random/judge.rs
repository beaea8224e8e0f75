//! A judge of money and debts: reads entries, shares no fold and no rule with the law. Every statement here is one that an
//! accountant could make with the receipts in hand.

use std::collections::BTreeMap;

use thads_cases::case::Payee;
use thads_cases::distribution::ObligationKind;
use thads_cases::event::Body;
use thads_cases::event::coercion::BorneBy;
use thads_cases::event::money::HeldTo;
use thads_cases::history::RecordedEvent;
use thads_cases::ids::CaseId;

/// What an entry says in the end, or nothing where it was voided.
fn says(entries: &[RecordedEvent], at: usize) -> Option<(i32, &Body)> {
    // A repair counts unless a later one that counts voids it.
    fn counts(entries: &[RecordedEvent], at: usize) -> bool {
        let position = entries[at].position;
        !(at + 1..entries.len()).any(|later| {
            matches!(&entries[later].event.body, Body::EntryVoided(void) if void.entry == position)
                && counts(entries, later)
        })
    }
    if !counts(entries, at) {
        return None;
    }
    let corrected = (at + 1..entries.len()).rev().find_map(|later| match &entries[later].event.body {
        Body::FactCorrected(fact) if fact.entry == entries[at].position && counts(entries, later) => {
            Some((fact.took_effect.days(), &fact.replacement.body))
        }
        _ => None,
    });
    Some(corrected.unwrap_or((entries[at].effective.days(), &entries[at].event.body)))
}

#[derive(Default)]
struct Debt {
    budget: bool,
    secured: bool,
    cost: bool,
    payee: Option<u16>,
    due: i128,
    met: i128,
    moved: i128,
    approved: i128,
}

impl Debt {
    fn left(&self) -> i128 {
        self.due - self.met - self.moved
    }
}

/// A case as the judge counts it.
#[derive(Default)]
struct Account {
    debts: Vec<Debt>,
    /// On the case's account: for distribution or to be given back.
    held: i128,
    /// What is kept of each sum that was entered for keeping, by its entry; `None` before that takes effect.
    kept: BTreeMap<usize, Option<i128>>,
    open: bool,
    from: Option<CaseId>,
    /// What went to another office: secured, payee, amount.
    sent: Option<Vec<(bool, Option<u16>, i128)>>,
    came: Vec<(bool, Option<u16>, i128)>,
}

type Fault = String;

fn not_negative(what: &str, amount: i128) -> Result<(), Fault> {
    if amount >= 0 { Ok(()) } else { Err(format!("{what}: {amount}")) }
}

impl Account {
    fn debt(&mut self, number: u16) -> Result<&mut Debt, Fault> {
        usize::from(number)
            .checked_sub(1)
            .and_then(|at| self.debts.get_mut(at))
            .ok_or(format!("no debt {number}"))
    }

    fn owe(&mut self, payee: Payee, secured: bool, cost: bool, due: i64) {
        let (budget, payee) = match payee {
            Payee::Budget => (true, None),
            Payee::Creditor(number) => (false, Some(number)),
        };
        self.debts.push(Debt { budget, secured, cost, payee, due: due.into(), ..Debt::default() });
    }

    /// Money leaves the account for a debt.
    fn pay(&mut self, number: u16, amount: i128) -> Result<(), Fault> {
        self.held -= amount;
        not_negative("held after a payment", self.held)?;
        let debt = self.debt(number)?;
        debt.met += amount;
        debt.approved -= amount;
        not_negative("owed after a payment", debt.left())?;
        not_negative("approved after a payment", debt.approved)
    }

    /// `at`: which of the entries says it.
    fn apply(&mut self, at: usize, body: &Body) -> Result<(), Fault> {
        match body {
            Body::EnforcementOrdered(order) => {
                for one in &order.obligations {
                    self.owe(one.payee, one.secured, false, one.amount.get());
                }
                self.open = true;
            }
            Body::EntrustedIn(_) | Body::TakenFromBelow(_) => {
                let brought = match body {
                    Body::EntrustedIn(taken) => &taken.brought,
                    Body::TakenFromBelow(taken) => &taken.brought,
                    _ => return Ok(()),
                };
                for one in &brought.obligations {
                    self.owe(one.payee, one.secured, one.kind == ObligationKind::Cost, one.amount.get());
                }
                self.came = self.debts.iter().map(|debt| (debt.secured, debt.payee, debt.due)).collect();
                self.from = Some(brought.from.clone());
                self.open = true;
            }
            Body::OrderAmended(amended) => {
                let debt = self.debt(amended.obligation.0)?;
                debt.due = amended.amount.total();
                not_negative("owed after an amendment", debt.left())?;
            }
            Body::CoercionCostRecorded(cost) if cost.borne_by == BorneBy::Debtor => {
                self.owe(Payee::Budget, false, true, cost.amount.get());
            }
            Body::PaymentCollected(paid) => self.held += paid.amount.total(),
            Body::HeldTemporarily(held) => drop(self.kept.insert(at, Some(held.amount.total()))),
            Body::HeldMoneyResolved(resolved) => {
                let item = usize::from(resolved.item) - 1;
                let kept = self.kept.values_mut().nth(item).and_then(Option::as_mut);
                let kept = kept.ok_or("no such sum is kept")?;
                *kept -= resolved.amount.total();
                not_negative("kept", *kept)?;
                if resolved.to == HeldTo::Distribution {
                    self.held += resolved.amount.total();
                }
            }
            Body::Refunded(refunded) => {
                self.held -= refunded.amount.total();
                not_negative("held after a refund", self.held)?;
            }
            Body::PayoutApproved(approved) => {
                for line in &approved.lines {
                    let debt = self.debt(line.obligation.0)?;
                    debt.approved += line.amount.total();
                    not_negative("owed beyond what is approved", debt.left() - debt.approved)?;
                }
                let approved: i128 = self.debts.iter().map(|debt| debt.approved).sum();
                not_negative("held beyond what is approved", self.held - approved)?;
            }
            Body::Disbursed(paid) => self.pay(paid.obligation.0, paid.amount.total())?,
            Body::DepositedForPayee(paid) => self.pay(paid.obligation.0, paid.amount.total())?,
            Body::EnforcementFeeCharged(fee) => self.pay(fee.obligation.0, fee.fee.total())?,
            Body::RemittedToBudget(paid) => {
                let mut left = paid.amount.total();
                if let Some(number) = paid.obligation {
                    self.pay(number.0, left)?;
                    left = 0;
                }
                for cost in [true, false] {
                    for number in (1..).take(self.debts.len()) {
                        let debt = self.debt(number)?;
                        if debt.budget && debt.cost == cost && left > 0 {
                            let part = left.min(debt.left());
                            left -= part;
                            self.pay(number, part)?;
                        }
                    }
                }
                not_negative("owed to the budget beyond what is remitted", -left)?;
            }
            Body::PaidDirectly(paid) => {
                let debt = self.debt(paid.obligation.0)?;
                debt.met += paid.amount.total();
                not_negative("owed after a direct payment", debt.left() - debt.approved)?;
            }
            Body::Exempted(exempted) => {
                let debt = self.debt(exempted.obligation.0)?;
                debt.met += exempted.amount.total();
                not_negative("owed after an exemption", debt.left() - debt.approved)?;
            }
            Body::Terminated(terminated) => {
                for (number, debt) in (1..).zip(&mut self.debts) {
                    if terminated.obligations.is_empty()
                        || terminated.obligations.iter().any(|one| one.0 == number)
                    {
                        debt.met += debt.left();
                    }
                }
                if self.debts.iter().all(|debt| debt.left() == 0) {
                    self.close("terminated")?;
                }
            }
            Body::Completed(_) => {
                let left: i128 = self.debts.iter().map(Debt::left).sum();
                not_negative("nothing owed when completed", -left)?;
                self.close("completed")?;
            }
            Body::EntrustedOut(_) | Body::PulledUp(_) => {
                let goes = |debt: &&mut Debt| debt.left() > 0;
                self.sent = Some(
                    self.debts
                        .iter_mut()
                        .filter(goes)
                        .map(|debt| {
                            debt.moved = debt.left();
                            (debt.secured, debt.payee, debt.moved)
                        })
                        .collect(),
                );
                self.close("sent")?;
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, how: &str) -> Result<(), Fault> {
        if !self.open {
            return Err(format!("{how} a case that is not open"));
        }
        self.open = false;
        for debt in &mut self.debts {
            debt.approved = 0;
        }
        let held = self.held + self.kept.values().flatten().sum::<i128>();
        not_negative(&format!("nothing held when {how}"), -held)
    }
}

/// Counts all cases from their entries.
pub(super) fn judge<'a>(cases: impl Iterator<Item = (&'a CaseId, &'a [RecordedEvent])>) -> Result<(), Fault> {
    let mut accounts: BTreeMap<&CaseId, Account> = BTreeMap::new();
    for (case, entries) in cases {
        let mut said: Vec<(usize, (i32, &Body))> = (0..entries.len())
            .filter(|at| !matches!(entries[*at].event.body, Body::EntryVoided(_) | Body::FactCorrected(_)))
            .filter_map(|at| Some((at, says(entries, at)?)))
            .collect();
        said.sort_by_key(|(_, (day, _))| *day);
        let sums =
            (0..entries.len()).filter(|at| matches!(entries[*at].event.body, Body::HeldTemporarily(_)));
        let mut account = Account { kept: sums.map(|at| (at, None)).collect(), ..Account::default() };
        for (at, (_, body)) in said {
            account.apply(at, body).map_err(|fault| format!("{case}, {}: {fault}", body.info().name))?;
        }
        accounts.insert(case, account);
    }
    // A debt that goes to another office comes there once, and as it went.
    let mut taken: BTreeMap<&CaseId, &CaseId> = BTreeMap::new();
    for (case, account) in &accounts {
        let Some(from) = &account.from else { continue };
        if let Some(first) = taken.insert(from, case) {
            return Err(format!("{from} was taken over by {first} and by {case}"));
        }
        let mut sent = accounts
            .get(from)
            .and_then(|sender| sender.sent.clone())
            .ok_or(format!("{from} sent nothing to {case}"))?;
        let mut came = account.came.clone();
        sent.sort_unstable();
        came.sort_unstable();
        if sent != came {
            return Err(format!("{from} sent {sent:?}, {case} took {came:?}"));
        }
    }
    Ok(())
}
