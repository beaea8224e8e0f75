//! Properties of any history: what the law accepts one by one, and what imported history may hold against every rule.

use proptest::prelude::*;
use thads_cases::case::{Case, CaseStatus, Finish, Line, Payee};
use thads_cases::decide::{DecisionContext, Kept, audit, broken_rules, decide, other_ends};
use thads_cases::event::payout::lawful_lines;
use thads_cases::event::{Body, Event, EventMeta, Receiver, RuleContext, Sender};
use thads_cases::history::{RecordedEvent, case_at, timeline};
use thads_cases::ids::{OfficerNo, Position};

use super::language::{History, Step, day, step};

/// What is tried: a step with `#` for an amount and `%` for an obligation.
const TRIES: &[&str] = &[
    "payment_collected #",
    "payment_collected #",
    "payment_collected # 1 deduction",
    "distribution_planned",
    "distribution_planned",
    "payout_approved",
    "payout_approved",
    "payout_approved",
    "disbursed % #",
    "disbursed % #",
    "remitted_to_budget % #",
    "remitted_to_budget #",
    "enforcement_fee_charged",
    "deposited_for_payee % #",
    "held_temporarily #",
    "held_money_resolved 1 #",
    "held_money_resolved 1 # returned",
    "refunded #",
    "paid_directly % #",
    "exempted % #",
    "order_amended % #",
    "coercion_cost_recorded #",
    "conditions_verified",
    "classified_enforceable",
    "moved_to_tracking_book",
    "returned_from_tracking_book",
    "postponement_ended",
    "resumed",
    "notice_served",
    "notice_served creditor payout",
    "enforcer_assigned",
    "coercion_ordered distrain urgent",
    "asset_distrained movable mortgaged",
    "asset_appraised #",
    "asset_appraised #",
    "auction_announced",
    "auction_announced",
    "auction_unsold",
    "price_reduced",
    "auction_sold",
    "auction_paid",
    "asset_handed_over",
    "note_added",
    "completed",
    // What ends a case or holds it up, now and then.
    "temporarily_suspended protest",
    "classified_not_yet_enforceable a",
    "postponed c",
    "terminated c %",
    "terminated c",
    "entrusted_out B",
    "order_withdrawn content_error",
];

const ENDS: usize = 7;

/// Sums that bear a fee, sums that do not, and a duty that is no money.
const OPENED: &str = "2018-10-05 opened loan:60_000_000 fine:40_000_000 wages:30_000_000@2 act:0";

/// One try: which, how much where nothing fits, whether what fits is taken, how many days on, how many days late.
type Try = (usize, i64, u8, i32, i32);

fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0..90_000_000_i64, 1 => 0..9_i64, 1 => Just(i64::MAX), 1 => Just(i64::MAX - 30_000_000)]
}

fn tries(length: usize) -> impl Strategy<Value = Vec<Try>> {
    let late = prop_oneof![3 => Just(0), 1 => 0..40_i32];
    let which = prop_oneof![20 => 0..TRIES.len() - ENDS, 1 => TRIES.len() - ENDS..TRIES.len()];
    prop::collection::vec((which, amounts(), 0..8_u8, 0..9_i32, late), 0..length)
}

/// The step in words: with sums that fit the case as it stands, or with any.
fn words(history: &History, one: &Try) -> String {
    let (text, fits) = (TRIES[one.0], one.2 < 6);
    let case = history.case();
    let any = |text: &str| {
        let text = text.replace('#', &one.1.to_string()).replace('%', &(one.1 % 5).to_string());
        match text.as_str() {
            "distribution_planned" | "payout_approved" => format!("{text} 1:{}", one.1),
            "enforcement_fee_charged" => format!("{text} 1 {} 0", one.1),
            "auction_announced" => format!("{text} 1 {} 2019-01-02", one.1),
            "price_reduced" => format!("{text} 10% {}", one.1),
            "auction_sold" => format!("{text} {} 2019-01-31", one.1),
            "auction_paid" => format!("{text} {}", one.1),
            _ => text,
        }
    };
    if !fits {
        return any(text);
    }
    let lines = |lines: &[Line]| {
        lines.iter().map(|line| format!(" {}:{}", line.obligation, line.amount)).collect::<String>()
    };
    let approved = |budget: bool| {
        let of = |number| case.obligation(number).is_some_and(|one| (one.payee == Payee::Budget) == budget);
        case.approved.iter().find(|line| of(line.obligation)).map(|line| (line.obligation, line.amount.get()))
    };
    let owed = case.obligations.iter().find(|one| one.remaining().get() > 0);
    let asset = case.assets.first();
    let offered = asset.and_then(|asset| asset.offered_at).map_or(0, |price| price.get());
    let today = history.entries.last().map_or(day("2018-10-05"), |entry| entry.effective);
    match text.split(' ').next().unwrap() {
        "distribution_planned" => {
            let on = RuleContext {
                at: EventMeta {
                    nth: 0,
                    position: Position(history.next),
                    on: today,
                    recorded_on: today,
                    office: case.office,
                    actor: OfficerNo(22),
                    imported: false,
                },
                officer: None,
                reference_data: &history.reference_data,
                sender: Sender::NotAsked,
            };
            let sum = case.unapproved().min(case.remaining()).clamp(0, i64::MAX.into());
            format!("distribution_planned{}", lines(&lawful_lines(&case, sum, &on).unwrap()))
        }
        "payout_approved" if !case.planned.is_empty() => format!("payout_approved{}", lines(&case.planned)),
        "disbursed" | "deposited_for_payee" => {
            let Some((number, sum)) = approved(false) else { return any(text) };
            // Of the loan the fee is kept back.
            let sum =
                if number.0 == 1 { sum - i64::try_from(i128::from(sum) * 3 / 100).unwrap() } else { sum };
            text.replace('%', &number.to_string()).replace('#', &sum.to_string())
        }
        "enforcement_fee_charged" => {
            let Some((number, fee)) = approved(false) else { return any(text) };
            let uncharged = case.obligation(number).map_or(0, |one| one.uncharged.get());
            format!("enforcement_fee_charged {number} {} {fee}", uncharged.saturating_add(fee))
        }
        "remitted_to_budget" => {
            let Some((number, sum)) = approved(true) else { return any(text) };
            text.replace('%', &number.to_string()).replace('#', &sum.to_string())
        }
        "refunded" => text.replace('#', &case.cash.refund_due.min(i64::MAX.into()).to_string()),
        "held_money_resolved" => {
            text.replace('#', &case.held.first().map_or(0, |held| held.amount.get()).to_string())
        }
        "paid_directly" | "exempted" => {
            let Some(owed) = owed else { return any(text) };
            text.replace('%', &owed.number.to_string())
                .replace('#', &(one.1 % owed.remaining().get().max(1)).to_string())
        }
        "auction_announced" => {
            format!(
                "auction_announced {} {offered} {}",
                asset.map_or(1, |asset| asset.rounds.len() + 1),
                today.plus_days(9)
            )
        }
        "price_reduced" => format!("price_reduced 10% {} agreed", offered - offered / 10),
        "auction_sold" => format!("auction_sold {offered} {}", today.plus_days(20)),
        "auction_paid" => format!("auction_paid {offered}"),
        _ => any(text),
    }
}

/// Tries all in turn, days going on; `late` lets some take effect before what was recorded last.
fn write(history: &mut History, tries: &[Try], late: bool) {
    let mut today = day("2018-10-05");
    for one in tries {
        today = today.plus_days(one.3);
        let mut step = step(&words(history, one), today);
        step.late = Some(today);
        if late {
            step.on = today.plus_days(-one.4).max(day("2018-10-05"));
        }
        let _ = history.take(&step, Sender::Missing);
    }
}

/// What must hold of every case that the law let come about.
fn balanced(case: &Case) -> Result<(), TestCaseError> {
    for one in &case.obligations {
        let met = [one.credited, one.exempted, one.terminated, one.moved_out, one.remaining()];
        let sum: i128 = met.iter().map(|amount| amount.total()).sum();
        prop_assert_eq!(one.due.total(), sum, "obligation {}", one.number);
    }
    accounted(case)?;
    prop_assert_eq!(case.cash.overdrawn, 0, "nothing is paid out that was not there");
    prop_assert!(case.excess().iter().all(|(_, missing)| *missing == 0), "{:?}", case.excess());
    prop_assert!(case.unapproved() >= 0, "no more is approved than is held");
    for one in &case.obligations {
        let approved: i128 = case
            .approved
            .iter()
            .filter(|line| line.obligation == one.number)
            .map(|line| line.amount.total())
            .sum();
        prop_assert!(approved <= one.remaining().total(), "no more is approved than is owed");
    }
    if let CaseStatus::Finished { how, .. } = case.status {
        prop_assert_eq!(case.unsettled(), 0);
        let owed = case.remaining();
        prop_assert!(how == Finish::Withdrawn || owed == 0, "{:?} with {} owed", how, owed);
    }
    Ok(())
}

/// Every đồng that came in is somewhere, whatever the history: sums do not stop, and what was never there is named.
fn accounted(case: &Case) -> Result<(), TestCaseError> {
    let cash = &case.cash;
    let kept: i128 = case.held.iter().map(|held| held.amount.total()).sum();
    let given = [
        cash.disbursed,
        cash.remitted,
        cash.fees,
        cash.refunded,
        cash.deposited,
        cash.held_out,
        cash.undistributed,
        cash.refund_due,
    ];
    prop_assert_eq!(cash.collected + cash.held_in + cash.overdrawn, given.iter().sum::<i128>() + kept);
    let receipts: i128 = case.receipts.iter().map(|receipt| receipt.amount.total()).sum();
    prop_assert_eq!(receipts, cash.undistributed, "receipts are what is held");
    prop_assert!(cash.undistributed >= 0 && cash.refund_due >= 0 && cash.overdrawn >= 0);
    Ok(())
}

/// The state without the numbers that records got.
fn unnumbered(mut case: Case) -> Case {
    case.order.at = None;
    if let CaseStatus::Finished { at, .. } = &mut case.status {
        *at = Position(0);
    }
    case
}

/// The numbers that assets and sums in keeping would have had, had everything been recorded in time, by those that they have.
struct Numbers {
    assets: Vec<u32>,
    kept: Vec<u32>,
}

/// `entries` are in the order of their days; their positions say the order in which they were recorded.
fn in_order_of(entries: &[RecordedEvent]) -> Numbers {
    let of = |is: fn(&Body) -> bool| {
        let days: Vec<Position> =
            entries.iter().filter(|entry| is(&entry.event.body)).map(|entry| entry.position).collect();
        let mut recorded = days.clone();
        recorded.sort_unstable();
        let place = |position| days.iter().position(|one| one == position).unwrap() + 1;
        recorded.iter().map(|position| u32::try_from(place(position)).unwrap()).collect()
    };
    Numbers {
        assets: of(|body| matches!(body, Body::AssetDistrained(_))),
        kept: of(|body| matches!(body, Body::HeldTemporarily(_))),
    }
}

impl Numbers {
    fn renamed(all: &[u32], number: u16) -> u16 {
        let new = usize::from(number).checked_sub(1).and_then(|at| all.get(at));
        new.map_or(number, |new| u16::try_from(*new).unwrap())
    }

    /// An event names what it names by the other numbers.
    fn rename(&self, event: &mut Event) {
        let asset = match &mut event.body {
            Body::HeldMoneyResolved(event) => {
                event.item = Numbers::renamed(&self.kept, event.item);
                return;
            }
            Body::AssetAppraised(event) => &mut event.asset,
            Body::AuctionAnnounced(event) => &mut event.asset,
            Body::AuctionUnsold(event) => &mut event.asset,
            Body::PriceReduced(event) => &mut event.asset,
            Body::AuctionSold(event) => &mut event.asset,
            Body::AuctionPaid(event) => &mut event.asset,
            Body::AssetHandedOver(event) => &mut event.asset,
            _ => return,
        };
        asset.0 = Numbers::renamed(&self.assets, asset.0);
    }

    fn rename_case(&self, case: &mut Case) {
        case.held.iter_mut().for_each(|held| held.number = Numbers::renamed(&self.kept, held.number));
        case.assets
            .iter_mut()
            .for_each(|asset| asset.number.0 = Numbers::renamed(&self.assets, asset.number.0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is owed is always credited, let off, ended, moved out or left, and every đồng that came in is somewhere; on
    /// every day of the history, not only its last.
    #[test]
    fn accounts_balance(tries in tries(120), late in any::<bool>()) {
        let mut history = History::told(OPENED);
        write(&mut history, &tries, late);
        for entry in &history.entries {
            balanced(&case_at(&history.entries, entry.effective))?;
        }
        prop_assert_eq!(broken_rules(&history.entries, &history.reference_data), vec![], "accepted, and yet broken");
    }

    /// Deciding in order is refolding: nothing depends on when the fold was begun.
    #[test]
    fn folding_on_is_folding_again(tries in tries(120)) {
        let mut history = History::told(OPENED);
        write(&mut history, &tries, false);
        let mut case = Case::default();
        for live in timeline(&history.entries) {
            live.event.body.apply_to(&mut case, &live.at);
        }
        prop_assert_eq!(case, history.case());
    }

    /// A late entry that is accepted gives the state that it would have given on its day, and would have been accepted
    /// then, with all that came after.
    #[test]
    fn a_late_entry_is_an_entry_of_its_day(tries in tries(90)) {
        let mut late = History::told(OPENED);
        write(&mut late, &tries, true);
        let mut entries = late.entries.clone();
        entries.sort_by_key(|entry| entry.effective);
        let numbers = in_order_of(&entries);
        let mut in_time = History::new();
        for entry in &entries {
            let mut event = (*entry.event).clone();
            numbers.rename(&mut event);
            let step = Step {
                event,
                on: entry.effective,
                late: Some(entry.effective),
                actor: entry.actor,
                imported: false,
            };
            if let Err(refusal) = in_time.take(&step, Sender::Missing) {
                prop_assert!(false, "{} of {}: {:?}", entry.event.info().name, entry.effective, refusal);
            }
        }
        let mut expected = late.case();
        numbers.rename_case(&mut expected);
        prop_assert_eq!(unnumbered(in_time.case()), unnumbered(expected));
    }

    /// Voiding a void restores the entry; voiding a correction restores what it corrected.
    #[test]
    fn repairs_are_undone_by_voiding_them(tries in tries(80), which in any::<prop::sample::Index>(), amount in amounts()) {
        let mut history = History::told(OPENED);
        write(&mut history, &tries, true);
        let before = history.case();
        let entry = history.entries[which.index(history.entries.len())].clone();
        let on = history.entries.iter().map(|entry| entry.recorded_on).max().unwrap();
        let corrected = step(&format!("payment_collected {amount}"), entry.effective).event;
        for repair in [
            step(&format!("entry_voided {}", entry.position), on),
            Step {
                event: super::language::read("fact_corrected", serde_json::json!({
                    "entry": entry.position, "took_effect": entry.effective, "replacement": corrected, "authority": "thủ trưởng",
                })),
                ..step("note_added by accountant", on)
            },
        ] {
            let mut repaired = history.clone();
            let position = repaired.next;
            if repaired.take(&repair, Sender::Missing).is_err() {
                continue;
            }
            balanced(&repaired.case())?;
            let mut undo = step(&format!("entry_voided {position}"), on);
            undo.actor = repair.actor;
            if let Err(refusal) = repaired.take(&undo, Sender::Missing) {
                prop_assert!(false, "{:?}", refusal);
            }
            prop_assert_eq!(repaired.case(), before.clone());
        }
    }

    /// Imported history may hold anything in any order: it is folded, flagged and never stops the fold.
    #[test]
    fn nothing_stops_the_fold(tries in tries(120), opened in any::<bool>()) {
        let mut history = if opened { History::told(OPENED) } else { History::new() };
        let mut today = day("2018-10-05");
        for one in &tries {
            today = today.plus_days(one.3);
            let mut step = step(&words(&history, one), today.plus_days(-one.4));
            step.late = Some(today);
            step.imported = true;
            prop_assert!(history.take(&step, Sender::NotAsked).is_ok(), "imported history is never dropped");
        }
        let case = history.case();
        accounted(&case)?;
        let _ = (case.remaining(), case.outstanding(), case.unapproved(), case.unsettled(), case.credited());
        let _ = broken_rules(&history.entries, &history.reference_data);
    }

    /// What is kept of a history gives the answers that the whole history gives, whatever comes next: in its order, late,
    /// imported, a repair, or the same place twice; and however far it lags behind.
    #[test]
    fn what_is_kept_answers_as_the_history_does(
        tries in prop::collection::vec((tries(4), 0..12_u8, any::<prop::sample::Index>(), any::<bool>()), 0..40),
        opened in any::<bool>(),
        sent in 0..2_u8,
    ) {
        let mut history = if opened { History::told(OPENED) } else { History::new() };
        let mut kept = Kept::default();
        let mut today = day("2018-10-05");
        for (tries, kind, which, goes_on) in &tries {
            for one in tries {
                today = today.plus_days(one.3);
                let named = history.entries.get(which.index(history.entries.len().max(1))).map_or(Position(7), |entry| entry.position);
                let mut step = match kind {
                    0 => step(&format!("entry_voided {named}"), today),
                    1 => Step {
                        event: super::language::read("fact_corrected", serde_json::json!({
                            "entry": named, "took_effect": today.plus_days(-one.4), "authority": "thủ trưởng",
                            "replacement": step(&format!("payment_collected {}", one.1), today).event,
                        })),
                        ..step("note_added by accountant", today)
                    },
                    2 => step("entrusted_out B", today),
                    3 => step("complaint_received", today),
                    4 => step("entrusted_in loan:60_000_000", today),
                    _ => step(&words(&history, one), today.plus_days(-one.4)),
                };
                step.late = Some(today);
                step.imported = kind % 2 == 0;
                if *goes_on {
                    kept.go_on(&history.entries);
                }
                let sender = [Sender::NotAsked, Sender::Missing][usize::from(sent)];
                answers_alike(&kept, &history, &step, sender)?;
                let _ = history.take(&step, sender);
            }
        }
    }
}

/// Whether what is kept of a tale says of a step what the whole tale says.
fn answers_alike(
    kept: &Kept,
    history: &History,
    step: &Step,
    sender: Sender<'_>,
) -> Result<(), TestCaseError> {
    let action = history.action(step);
    let receiver = [Receiver::NotAsked, Receiver::Nobody][usize::from(matches!(sender, Sender::Missing))];
    let last = history.entries.last().map_or(Position(history.next), |entry| entry.position);
    for next in [Position(history.next), last] {
        let context = DecisionContext { reference_data: &history.reference_data, next, sender, receiver };
        let entries = &history.entries;
        prop_assert_eq!(kept.decide(entries, &action, &context), decide(entries, &action, &context));
        prop_assert_eq!(kept.audit(entries, &action, &context), audit(entries, &action, &context));
        prop_assert_eq!(kept.other_ends(entries, &action, next), other_ends(entries, &action, next));
    }
    if let Some(case) = kept.case_at(step.on).filter(|_| kept.is_of(&history.entries)) {
        prop_assert_eq!(case, &case_at(&history.entries, step.on));
    }
    Ok(())
}

/// In its order a history is folded once, however often it is asked in between; a late entry folds it anew.
#[test]
fn what_is_kept_folds_each_entry_once() {
    let mut history = History::told(OPENED);
    let (mut kept, mut folded, mut anew) = (Kept::default(), 0, 0);
    for at in 0..100 {
        history.tell(&format!("{} note_added", day("2018-10-06").plus_days(at)));
        kept.go_on_showing(&history.entries, |shown| match shown {
            Some(_) => folded += 1,
            None => anew += 1,
        });
    }
    assert_eq!((folded, anew), (history.entries.len(), 0));
    history.tell("2018-10-06 note_added late 2019-06-01");
    kept.go_on_showing(&history.entries, |shown| match shown {
        Some(_) => folded += 1,
        None => anew += 1,
    });
    assert_eq!((folded, anew), (2 * history.entries.len() - 1, 1));
    assert_eq!(kept.case_at(day("2018-12-01")), None);
    assert_eq!(kept.case_at(day("2019-12-01")), Some(&history.case()));
}
