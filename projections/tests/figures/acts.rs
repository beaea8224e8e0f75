//! What can be done to a case, one line an action, for histories that read like the vectors.

use thads_cases::case::{AssetKind, Basis, JudgmentKind, Line, Payee};
use thads_cases::complaint::Outcome;
use thads_cases::event::assignment::VoluntaryPeriodStarted;
use thads_cases::event::auction::{
    AssetAppraised, AssetHandedOver, AuctionAnnounced, AuctionPaid, AuctionSold, AuctionUnsold, PriceReduced,
};
use thads_cases::event::classification::{
    ClassifiedEnforceable, ClassifiedNotYetEnforceable, ConditionsVerified, MovedToTrackingBook,
    ReturnedFromTrackingBook,
};
use thads_cases::event::coercion::{
    AssetDistrained, BorneBy, CoercionCostRecorded, CoercionOrdered, Measure,
};
use thads_cases::event::complaint::{ComplaintAccepted, ComplaintReceived, ComplaintResolved};
use thads_cases::event::entrustment::{Brought, EntrustedIn, EntrustedOut, PulledUp, TakenFromBelow};
use thads_cases::event::intake::Owed;
use thads_cases::event::money::{Exempted, HeldTemporarily, Means, PaidDirectly, Payer, PaymentCollected};
use thads_cases::event::notice::{Mode, NoticeOf, NoticeServed, Recipient, Served};
use thads_cases::event::payout::{
    DepositedForPayee, Disbursed, DistributionPlanned, EnforcementFeeCharged, PayoutApproved,
    RemittedToBudget,
};
use thads_cases::event::repair::{EntryVoided, FactCorrected};
use thads_cases::event::suspension::{Completed, Postponed};
use thads_cases::event::{Body, Event, Sender};
use thads_cases::ids::{AssetNo, CaseId, ObligationNo, OfficeNo, Position};
use thads_cases::money::{Amount, Ratio};
use thads_cases::organisation::Role;
use thads_cases::refusal::Refusal;
use thads_cases::rules::Value as Rule;
use thads_cases::stream::StreamKind;
use thads_proof::record::{Stream, StreamTag};

use crate::ledger_writer::{DEPARTMENT, LedgerWriter, code, date, dong, officer, somebody};

impl LedgerWriter {
    pub(crate) fn verify(&mut self, case: &CaseId, on: &str) {
        let body = ConditionsVerified { means_found: false, estimate: None, findings: None };
        self.act(case, on, Body::ConditionsVerified(body));
    }

    pub(crate) fn not_yet(&mut self, case: &CaseId, on: &str) {
        self.act(
            case,
            on,
            Body::ClassifiedNotYetEnforceable(ClassifiedNotYetEnforceable { ground: "a".to_owned() }),
        );
    }

    pub(crate) fn enforceable(&mut self, case: &CaseId, on: &str) {
        self.act(case, on, Body::ClassifiedEnforceable(ClassifiedEnforceable {}));
    }

    pub(crate) fn move_into_book(&mut self, case: &CaseId, on: &str) {
        self.act(case, on, Body::MovedToTrackingBook(MovedToTrackingBook {}));
    }

    pub(crate) fn return_from_book(&mut self, case: &CaseId, on: &str) {
        self.act(case, on, Body::ReturnedFromTrackingBook(ReturnedFromTrackingBook {}));
    }

    pub(crate) fn postpone(&mut self, case: &CaseId, on: &str, ground: &str) {
        self.act(case, on, Body::Postponed(Postponed { ground: ground.to_owned(), until: None }));
    }

    /// Sets a rule of the law from a day on.
    pub(crate) fn set_rule(&mut self, rule: &str, from: &str, value: Rule) {
        let stream = Stream::new(StreamTag::Parameter, rule.as_bytes()).unwrap();
        let set = thads_cases::rules::ParameterSet {
            rule: rule.to_owned(),
            from: date(from),
            value,
            document: "QĐ 1".to_owned(),
        };
        let body = Body::ParameterSet(thads_cases::event::organisation::ParameterSet { set });
        let (history, head) = (self.model.organisation().to_vec(), officer(DEPARTMENT, Role::ProvincialHead));
        self.on_the_day("2024-01-02");
        self.write(&stream, &history, DEPARTMENT, head, date("2024-01-02"), body, Sender::NotAsked).unwrap();
    }

    pub(crate) fn serve(&mut self, case: &CaseId, on: &str, until: &str) {
        let notice = NoticeServed {
            to: Recipient::Debtor(None),
            of: NoticeOf::Order,
            mode: Mode::Direct,
            result: Served::Received,
            sent: None,
        };
        self.act(case, on, Body::NoticeServed(notice));
        self.act(case, on, Body::VoluntaryPeriodStarted(VoluntaryPeriodStarted { until: date(until) }));
    }

    pub(crate) fn collect(&mut self, case: &CaseId, on: &str, amount: i64) -> Position {
        self.act(case, on, collected(1, amount))
    }

    pub(crate) fn plan(&mut self, case: &CaseId, on: &str, lines: &[(u16, i64)]) {
        self.act(case, on, Body::DistributionPlanned(DistributionPlanned { lines: lines_of(lines) }));
    }

    pub(crate) fn approve(&mut self, case: &CaseId, on: &str, lines: &[(u16, i64)]) {
        self.act(case, on, Body::PayoutApproved(PayoutApproved { lines: lines_of(lines) }));
    }

    pub(crate) fn disburse(&mut self, case: &CaseId, on: &str, obligation: u16, amount: i64) -> Position {
        self.act(
            case,
            on,
            Body::Disbursed(Disbursed { obligation: ObligationNo(obligation), amount: dong(amount) }),
        )
    }

    pub(crate) fn fee(&mut self, case: &CaseId, on: &str, obligation: u16, base: i64, fee: i64) {
        let obligation = ObligationNo(obligation);
        let body = EnforcementFeeCharged { obligation, base: dong(base), fee: dong(fee) };
        self.act(case, on, Body::EnforcementFeeCharged(body));
    }

    pub(crate) fn remit(&mut self, case: &CaseId, on: &str, amount: i64) -> Position {
        self.act(
            case,
            on,
            Body::RemittedToBudget(RemittedToBudget { obligation: None, amount: dong(amount) }),
        )
    }

    pub(crate) fn deposit(&mut self, case: &CaseId, on: &str, obligation: u16, amount: i64) {
        let obligation = ObligationNo(obligation);
        let body = DepositedForPayee { obligation, amount: dong(amount), bank: "Ngân hàng".to_owned() };
        self.act(case, on, Body::DepositedForPayee(body));
    }

    pub(crate) fn pay_directly(&mut self, case: &CaseId, on: &str, obligation: u16, amount: i64) {
        let obligation = ObligationNo(obligation);
        self.act(case, on, Body::PaidDirectly(PaidDirectly { obligation, amount: dong(amount) }));
    }

    pub(crate) fn exempt(&mut self, case: &CaseId, on: &str, amount: i64) {
        let decision = "1/2019/QĐ-TA".to_owned();
        self.act(
            case,
            on,
            Body::Exempted(Exempted { obligation: ObligationNo(1), amount: dong(amount), decision }),
        );
    }

    pub(crate) fn hold(&mut self, case: &CaseId, on: &str, amount: i64) {
        self.act(case, on, Body::HeldTemporarily(HeldTemporarily { amount: dong(amount), why: somebody() }));
    }

    pub(crate) fn complete(&mut self, case: &CaseId, on: &str) -> Position {
        self.act(case, on, Body::Completed(Completed {}))
    }

    /// Pays a case over one sum in full and completes it on one day.
    pub(crate) fn finish(&mut self, case: &CaseId, on: &str) {
        let state = self.state(case).unwrap();
        let one = &state.obligations[0];
        let amount = one.remaining().get();
        if one.payee == Payee::Budget {
            self.collect(case, on, amount);
            self.approve(case, on, &[(1, amount)]);
            self.remit(case, on, amount);
        } else {
            self.pay_directly(case, on, 1, amount);
        }
        self.complete(case, on);
    }

    pub(crate) fn cost(&mut self, case: &CaseId, on: &str, amount: i64) {
        let body = CoercionCostRecorded {
            amount: dong(amount),
            borne_by: BorneBy::Debtor,
            items: "cưỡng chế".to_owned(),
        };
        self.act(case, on, Body::CoercionCostRecorded(body));
    }

    pub(crate) fn distrain(&mut self, case: &CaseId, on: &str, value: i64) {
        self.act(
            case,
            on,
            Body::CoercionOrdered(CoercionOrdered { measure: Measure::Distrain, urgent: true }),
        );
        let asset = AssetDistrained { asset_kind: AssetKind::Immovable, description: None, mortgaged: false };
        self.act(case, on, Body::AssetDistrained(asset));
        let appraised = AssetAppraised { asset: AssetNo(1), value: dong(value), valid_until: None };
        self.act(case, on, Body::AssetAppraised(appraised));
    }

    pub(crate) fn announce(&mut self, case: &CaseId, on: &str, round: u16, start_price: i64, held_on: &str) {
        let (asset, start_price, held_on) = (AssetNo(1), dong(start_price), date(held_on));
        self.act(case, on, Body::AuctionAnnounced(AuctionAnnounced { asset, round, start_price, held_on }));
    }

    pub(crate) fn unsold(&mut self, case: &CaseId, on: &str) {
        self.act(
            case,
            on,
            Body::AuctionUnsold(AuctionUnsold { asset: AssetNo(1), ground: "no_bidder".to_owned() }),
        );
    }

    pub(crate) fn sold(&mut self, case: &CaseId, on: &str, price: i64, pay_by: &str) {
        let body =
            AuctionSold { asset: AssetNo(1), price: dong(price), buyer: somebody(), pay_by: date(pay_by) };
        self.act(case, on, Body::AuctionSold(body));
    }

    pub(crate) fn auction_paid(&mut self, case: &CaseId, on: &str, amount: i64) {
        self.act(case, on, Body::AuctionPaid(AuctionPaid { asset: AssetNo(1), amount: dong(amount) }));
        self.act(case, on, Body::AssetHandedOver(AssetHandedOver { asset: AssetNo(1) }));
    }

    pub(crate) fn entrust(&mut self, case: &CaseId, on: &str, to: OfficeNo) {
        self.act(case, on, Body::EntrustedOut(EntrustedOut { to }));
    }

    pub(crate) fn pull_up(&mut self, case: &CaseId, on: &str) {
        self.act(case, on, Body::PulledUp(PulledUp { to: DEPARTMENT }));
    }

    /// Takes a case over from another office: entrusted, or pulled up when `to` is the Department.
    pub(crate) fn take_over(&mut self, from: &CaseId, to: OfficeNo, on: &str) -> CaseId {
        let sent = self.state(from).unwrap();
        let obligations = sent.obligations.iter().filter(|one| one.moved_out > Amount::ZERO);
        let brought = Brought {
            from: from.clone(),
            basis: sent.order.basis.unwrap_or(Basis::OnRequest),
            judgment: sent.judgment.unwrap_or(JudgmentKind::Civil),
            obligations: obligations
                .map(|one| Owed {
                    kind: one.kind,
                    payee: one.payee,
                    amount: one.moved_out,
                    secured: one.secured,
                })
                .collect(),
            debtors: sent.debtors.clone(),
            creditors: sent.creditors.clone(),
            tags: Vec::new(),
        };
        let case = self.new_case(to, on);
        let body = if to == DEPARTMENT {
            Body::TakenFromBelow(TakenFromBelow { brought })
        } else {
            Body::EntrustedIn(EntrustedIn { brought })
        };
        self.act(&case, on, body);
        self.assign(&case, on);
        case
    }

    pub(crate) fn correct(
        &mut self,
        case: &CaseId,
        on: &str,
        entry: Position,
        took_effect: &str,
        body: Body,
    ) -> Result<Position, Refusal> {
        let fact = FactCorrected {
            entry,
            took_effect: date(took_effect),
            replacement: Event::bare(body).into(),
            authority: "thủ trưởng".to_owned(),
            reason: None,
            changed: None,
        };
        self.try_act(case, on, Body::FactCorrected(fact))
    }

    pub(crate) fn void(&mut self, case: &CaseId, on: &str, entry: Position) -> Result<Position, Refusal> {
        let void = EntryVoided { entry, authority: "thủ trưởng".to_owned(), reason: None };
        self.try_act(case, on, Body::EntryVoided(void))
    }

    /// A complaint of class 1, level 1, received, accepted and resolved on those days.
    pub(crate) fn complaint(
        &mut self,
        office: OfficeNo,
        received: &str,
        accepted: Option<&str>,
        resolved: Option<&str>,
    ) -> String {
        let office_code = code(office).parse().unwrap();
        let year = u16::try_from(date(received).year()).unwrap();
        let number = self.model.next_number(StreamKind::Complaint, &office_code, year);
        let key = format!("{office_code}/{year}/K{number:04}");
        let complaint = ComplaintReceived {
            complainant: somebody(),
            case: None,
            class: 1,
            level: 1,
            against: None,
            complex: false,
        };
        self.complain(office, &key, received, Body::ComplaintReceived(complaint), Role::Clerk);
        if let Some(on) = accepted {
            self.complain(office, &key, on, Body::ComplaintAccepted(ComplaintAccepted {}), Role::Head);
        }
        if let Some(on) = resolved {
            let body = Body::ComplaintResolved(ComplaintResolved { outcome: Outcome::Dismissed });
            self.complain(office, &key, on, body, Role::Head);
        }
        key
    }

    fn complain(&mut self, office: OfficeNo, key: &str, on: &str, body: Body, role: Role) {
        let stream = Stream::new(StreamTag::Complaint, key.as_bytes()).unwrap();
        let history = self.model.complaint(&key.parse().unwrap()).unwrap_or_default().to_vec();
        self.write(&stream, &history, office, officer(office, role), date(on), body, Sender::NotAsked)
            .unwrap();
    }
}

pub(crate) fn collected(debtor: u16, amount: i64) -> Body {
    let (payer, amount) = (Payer::Debtor(debtor), dong(amount));
    Body::PaymentCollected(PaymentCollected { payer, amount, means: Means::Cash, receipt: None })
}

pub(crate) fn reduced(percent: i64, start_price: i64) -> Body {
    let by = Ratio::new(percent, 100).unwrap();
    Body::PriceReduced(PriceReduced { asset: AssetNo(1), by, start_price: dong(start_price), agreed: false })
}

fn lines_of(lines: &[(u16, i64)]) -> Vec<Line> {
    let line = |&(number, amount): &_| Line { obligation: ObligationNo(number), amount: dong(amount) };
    lines.iter().map(line).collect()
}
