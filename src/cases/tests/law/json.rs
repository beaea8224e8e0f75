//! Every kind reads back from the JSON that it is written as, and knows no other field.

use serde::de::DeserializeSeed;
use serde_json::{Value, json};
use thads_cases::event::{KINDS, KindCode, Payload, PayloadOf};

use super::language::{day, read, step, try_read};

/// A step of every kind.
const EVERY_KIND: &[&str] = &[
    "judgment_received",
    "request_received",
    "request_refused",
    "enforcement_ordered loan:5 act:0 fine:7",
    "order_amended 1 5",
    "order_withdrawn",
    "enforcer_assigned",
    "notice_served to={\"debtor\":2}",
    "notice_served creditor of=\"a\" sent=\"2018-10-05\"",
    "voluntary_period_started 2018-10-18",
    "conditions_verified means",
    "classified_enforceable",
    "classified_not_yet_enforceable",
    "moved_to_tracking_book",
    "returned_from_tracking_book",
    "postponed c 2019-01-01",
    "postponement_ended",
    "temporarily_suspended protest",
    "resumed",
    "terminated c 1 2",
    "completed",
    "entrusted_out B",
    "entrusted_in loan:5 fine:7",
    "pulled_up D",
    "taken_from_below loan:5",
    "coercion_ordered money",
    "asset_distrained immovable",
    "coercion_cost_recorded 5",
    "asset_appraised 5",
    "auction_announced 1 5 2019-01-02",
    "auction_unsold",
    "price_reduced 10% 5",
    "auction_sold 5 2019-01-02",
    "auction_paid 5",
    "asset_handed_over",
    "payment_collected 5",
    "paid_directly 1 5",
    "held_temporarily 5",
    "held_money_resolved 1 5",
    "refunded 5",
    "exempted 1 5",
    "distribution_planned 1:5 2:7",
    "payout_approved 1:5",
    "disbursed 1 5",
    "remitted_to_budget 5",
    "enforcement_fee_charged 1 5 0",
    "deposited_for_payee 1 5",
    "row_imported",
    "complaint_received",
    "complaint_accepted",
    "complaint_rejected",
    "complaint_resolved upheld",
    "complaint_withdrawn",
    "denunciation_received",
    "denunciation_accepted",
    "denunciation_not_accepted",
    "denunciation_concluded",
    "inspection_opened",
    "inspection_concluded",
    "office_opened 4",
    "officer_appointed 50 2",
    "target_assigned 2 rate.cases 73 100",
    "parameter_set auction_pay {\"span\":{\"days\":30}}",
    "clock_corrected 5 2018-10-05",
    "fact_corrected 5 to 2018-10-05 payment_collected 5",
    "entry_voided 5",
    "note_added",
];

#[test]
fn every_kind_is_read_back_as_it_was_written() {
    let mut seen = Vec::new();
    for text in EVERY_KIND {
        let event = step(text, day("2018-10-05")).event;
        let name = event.info().name;
        seen.push(name);
        // As the API writes it: the kind's fields alone, the common ones beside them.
        let own = serde_json::to_value(&event.body).unwrap();
        assert_eq!(read(name, own.clone()), event, "{name}");
        // As a payload: common fields and own, the kind apart.
        let payload = serde_json::to_value(Payload(&event)).unwrap();
        let code = KindCode { code: event.info().code, revision: event.info().revision };
        assert_eq!(PayloadOf(code).deserialize(payload).unwrap(), event, "{name}");
        let Value::Object(mut more) = own else { panic!("{name}: an object") };
        more.insert("no_such_field".to_owned(), json!(1));
        assert!(try_read(name, Value::Object(more)).is_err(), "{name} takes a field that it does not know");
    }
    let unseen: Vec<&str> =
        KINDS.iter().map(|(info, _)| info.name).filter(|name| !seen.contains(name)).collect();
    assert!(unseen.is_empty(), "kinds without a step: {unseen:?}");
}

#[test]
fn amounts_are_whole_and_not_negative_and_repairs_do_not_nest() {
    for amount in [json!(-1), json!(1.5), json!("5"), json!(9_223_372_036_854_775_808_u64), Value::Null] {
        assert!(try_read("refunded", json!({"amount": amount})).is_err(), "{amount}");
    }
    let repair = |inner: Value| json!({"entry": 5, "took_effect": "2018-10-05", "authority": "a", "replacement": inner});
    let payment = json!({"kind": "refunded", "common": {}, "fields": {"amount": 5}});
    assert!(try_read("fact_corrected", repair(payment.clone())).is_ok());
    for nested in [
        json!({"kind": "fact_corrected", "common": {}, "fields": repair(payment)}),
        json!({"kind": "entry_voided", "common": {}, "fields": {"entry": 5, "authority": "a"}}),
    ] {
        assert!(try_read("fact_corrected", repair(nested)).is_err());
    }
}
