//! What a case counts is named by its number, and the number stays its own: late entries, voids and corrections put no other in
//! its place.

use super::language::History;

/// The sums in keeping, as number and amount, by number.
fn kept(history: &History) -> Vec<(u16, i64)> {
    let mut kept: Vec<_> = history.case().held.iter().map(|held| (held.number, held.amount.get())).collect();
    kept.sort_unstable();
    kept
}

#[test]
fn a_late_sum_in_keeping_takes_the_next_number() {
    let mut history = History::told("2018-10-05 opened wages:10_000_000");
    history.tell("2018-11-05 held_temporarily 500_000 / 2018-11-20 held_money_resolved 1 500_000 returned");
    history.tell("2018-10-20 held_temporarily 400_000 late 2018-12-01");
    assert_eq!(kept(&history), [(1, 0), (2, 400_000)]);
    history.tell("2018-12-02 held_money_resolved 2 400_000 returned");
    assert_eq!(kept(&history), [(1, 0), (2, 0)]);
}

/// What was returned to one is not taken out of another's when a third is voided; and what named the voided one stands in its way.
#[test]
fn the_number_of_a_voided_sum_is_not_given_again() {
    let mut history = History::told("2018-10-05 opened wages:10_000_000");
    let first = history.next;
    history.tell("2018-10-20 held_temporarily 900_000 / 2018-11-05 held_temporarily 500_000");
    history.tell("2018-11-25 held_temporarily 700_000 / 2018-11-28 held_money_resolved 2 500_000 returned");
    history.tell(&format!("2018-12-01 entry_voided {first}"));
    assert_eq!(kept(&history), [(2, 0), (3, 700_000)]);
    history.tell("2018-12-02 held_temporarily 100_000");
    assert_eq!(kept(&history), [(2, 0), (3, 700_000), (4, 100_000)]);
    let answer = history.clone().attempt(&format!("2018-12-03 entry_voided {}", first + 1));
    let refusal = answer.unwrap_err();
    assert!(refusal.breaks.is_some(), "{refusal:?}");
}

/// A chair that was distrained before the house and recorded after its sale is the second asset: the house stays sold.
#[test]
fn a_late_distraint_takes_the_next_number() {
    let mut history = History::told("2018-10-05 opened loan:10_000_000");
    history.tell(
        "2018-10-20 coercion_ordered distrain urgent / 2018-11-12 asset_distrained immovable mortgaged",
    );
    history.tell("2018-11-20 asset_appraised 8_000_000");
    history.tell("2018-11-01 asset_distrained movable late 2018-12-01");
    let case = history.case();
    let by_number = |number: u16| case.assets.iter().find(|asset| asset.number.0 == number).unwrap();
    assert_eq!((by_number(1).mortgaged, by_number(1).appraised.is_some()), (true, true));
    assert_eq!((by_number(2).mortgaged, by_number(2).appraised.is_some()), (false, false));
}

/// What was terminated by its number is not another claim after the order was corrected, nor after a cost came late.
#[test]
fn what_was_let_off_stays_the_obligation_that_it_was() {
    let mut history = History::new();
    history.tell("2018-10-01 judgment_received / 2018-10-01 request_received");
    let order = history.next;
    history.tell(
        "2018-10-05 enforcement_ordered loan:10_000_000 wages:7_000_000 / 2018-10-05 enforcer_assigned",
    );
    history.tell("2018-10-20 coercion_cost_recorded 200_000 / 2018-11-20 terminated c 3");
    for (action, expected) in [
        (
            format!(
                "2018-12-01 fact_corrected {order} to 2018-10-05 enforcement_ordered loan:10_000_000 wages:7_000_000 loan:70_000_000"
            ),
            "refused",
        ),
        ("2018-10-10 coercion_cost_recorded 3_000_000 late 2018-12-01".to_owned(), "refused"),
        ("2018-11-21 coercion_cost_recorded 3_000_000 late 2018-12-01".to_owned(), "accepted"),
        ("2018-12-01 coercion_cost_recorded 3_000_000".to_owned(), "accepted"),
    ] {
        let answer = history.clone().attempt(&action);
        let said = answer
            .as_ref()
            .map_or_else(|refusal| format!("refused {:?}", refusal.code), |()| "accepted".to_owned());
        assert!(said.starts_with(expected), "{action}: {answer:?}");
        assert!(!said.starts_with("refused") || said.contains("Later"), "{action}: {answer:?}");
    }
}
