//! How a case begins: what is owed by whom, the judgment, the request, the order, the enforcer, the first notices.

use thads_cases::case::{Basis, JudgmentKind, Party, PartyKind, Payee, Tag};
use thads_cases::date::Date;
use thads_cases::distribution::ObligationKind;
use thads_cases::event::Body;
use thads_cases::event::assignment::{EnforcerAssigned, VoluntaryPeriodStarted};
use thads_cases::event::intake::{
    Channel, EnforcementOrdered, JudgmentReceived, Liability, OrderAmended, Owed, RequestReceived,
    RequestRefused,
};
use thads_cases::event::notice::{Mode, NoticeOf, NoticeServed, Recipient, Served};
use thads_cases::ids::ObligationNo;
use thads_cases::money::Amount;
use thads_cases::personal::Personal;
use thads_cases::rules::Parameter;

use super::amounts::parts;
use super::case_script::{By, CaseScript};
use super::people;
use super::rng::DemoRng;

/// Whose money a case is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Sort {
    /// Chủ động: the budget's, or to be returned to a party.
    Proactive,
    /// Theo đơn: of private persons and businesses.
    Private,
    /// Tín dụng, ngân hàng.
    Bank,
}

/// What an order says.
#[derive(Clone)]
pub(super) struct Claims {
    pub(super) judgment: JudgmentKind,
    pub(super) basis: Basis,
    pub(super) obligations: Vec<Owed>,
    pub(super) debtors: Vec<Party>,
    pub(super) creditors: Vec<Party>,
    pub(super) liability: Option<Liability>,
    pub(super) tags: Vec<Tag>,
}

/// A sum that is known to be positive.
pub(super) fn dong(amount: i64) -> Amount {
    Amount::new(amount).unwrap_or(Amount::ZERO)
}

fn owed(kind: ObligationKind, payee: Payee, amount: i64) -> Owed {
    Owed { kind, payee, amount: dong(amount), secured: false }
}

/// Splits a sum over kinds, as many as it is large enough for.
fn lines(kinds: &[(ObligationKind, Payee)], amount: i64, rng: &mut DemoRng) -> Vec<Owed> {
    let count = if amount < 100_000 { 1 } else { kinds.len() };
    let sums = parts(amount, count, rng);
    kinds.iter().zip(sums).map(|((kind, payee), sum)| owed(*kind, *payee, sum)).collect()
}

impl CaseScript<'_> {
    /// What an order of that sort and sum says.
    pub(super) fn claims(&mut self, sort: Sort, amount: i64) -> Claims {
        match sort {
            Sort::Proactive => self.proactive(amount),
            Sort::Private => self.private(amount),
            Sort::Bank => self.bank(amount),
        }
    }

    fn proactive(&mut self, amount: i64) -> Claims {
        use ObligationKind::{Confiscation, CourtFee, Fine, OtherBudget, Recovery, ReturnMoney};
        let (judgment, kinds): (JudgmentKind, &[(ObligationKind, Payee)]) = match self.rng.below(100) {
            0..38 => (JudgmentKind::Civil, &[(CourtFee, Payee::Budget)]),
            38..52 => (JudgmentKind::MarriageFamily, &[(CourtFee, Payee::Budget)]),
            52..66 => (JudgmentKind::Criminal, &[(CourtFee, Payee::Budget)]),
            66..78 => (JudgmentKind::Criminal, &[(CourtFee, Payee::Budget), (Fine, Payee::Budget)]),
            78..84 => (JudgmentKind::Criminal, &[(CourtFee, Payee::Budget), (Recovery, Payee::Budget)]),
            84..87 => (JudgmentKind::Criminal, &[(Confiscation, Payee::Budget)]),
            87..91 => (JudgmentKind::Business, &[(CourtFee, Payee::Budget)]),
            91..93 => (JudgmentKind::AdministrativePart, &[(OtherBudget, Payee::Budget)]),
            _ => (JudgmentKind::Civil, &[(ReturnMoney, Payee::Creditor(1))]),
        };
        let obligations = lines(kinds, amount, &mut self.rng);
        let returns = kinds[0].0 == ReturnMoney;
        let creditors = if returns { vec![self.person()] } else { Vec::new() };
        let mut tags = if returns { Vec::new() } else { vec![Tag::StateBudget] };
        if judgment == JudgmentKind::Criminal && self.rng.per_mille(6) {
            tags.push(Tag::Corruption);
        }
        let debtors = self.debtors(8);
        Claims { judgment, basis: Basis::Proactive, obligations, debtors, creditors, liability: None, tags }
    }

    fn private(&mut self, amount: i64) -> Claims {
        use ObligationKind::{
            Damages, Dividing, Injury, Loan, Maintenance, Other, ReturnMoney, SocialInsurance, Wages,
        };
        let one = Payee::Creditor(1);
        let (judgment, kinds): (JudgmentKind, Vec<(ObligationKind, Payee)>) = match self.rng.below(100) {
            0..46 => (JudgmentKind::Civil, vec![(Loan, one)]),
            46..56 => (JudgmentKind::Civil, vec![(Other, one)]),
            56..63 => (JudgmentKind::MarriageFamily, vec![(Dividing, one)]),
            63..72 => (JudgmentKind::MarriageFamily, vec![(Maintenance, one)]),
            72..79 => (JudgmentKind::Criminal, vec![(Injury, one), (Damages, one)]),
            79..84 => (JudgmentKind::Civil, vec![(Damages, one)]),
            84..88 => (JudgmentKind::Civil, vec![(Loan, one), (Loan, Payee::Creditor(2))]),
            88..90 => {
                let creditors = u16::try_from(self.rng.between(2, 5)).unwrap_or(2);
                (JudgmentKind::Labour, (1..=creditors).map(|at| (Wages, Payee::Creditor(at))).collect())
            }
            90..92 => (JudgmentKind::Labour, vec![(SocialInsurance, one)]),
            92..97 => (JudgmentKind::Business, vec![(Other, one)]),
            _ => (JudgmentKind::Civil, vec![(ReturnMoney, one)]),
        };
        let obligations = lines(&kinds, amount, &mut self.rng);
        let count = obligations.iter().map(|one| match one.payee {
            Payee::Creditor(number) => number,
            Payee::Budget => 0,
        });
        let count = count.max().unwrap_or(1);
        let business = judgment == JudgmentKind::Business;
        let creditors = (0..count).map(|_| if business { self.company() } else { self.person() }).collect();
        let debtors = if business && self.rng.percent(60) { vec![self.company()] } else { self.debtors(18) };
        let liability = (debtors.len() > 1).then_some(Liability::Joint);
        let mut tags = Vec::new();
        if business {
            tags.push(Tag::Economic);
        }
        if self.unit.site == 0 && self.rng.percent(6) {
            tags.push(Tag::ForeignElement);
        }
        if kinds.iter().any(|(kind, _)| matches!(kind, Damages | Injury)) {
            tags.push(Tag::Compensation);
        }
        Claims { judgment, basis: Basis::OnRequest, obligations, debtors, creditors, liability, tags }
    }

    fn bank(&mut self, amount: i64) -> Claims {
        let business = self.rng.percent(35);
        let judgment = if business { JudgmentKind::Business } else { JudgmentKind::Civil };
        let count = if self.rng.percent(40) { 2 } else { 1 };
        let kinds = vec![(ObligationKind::Loan, Payee::Creditor(1)); count];
        let mut obligations = lines(&kinds, amount, &mut self.rng);
        if self.rng.percent(80) {
            obligations[0].secured = true;
        }
        let creditor = Party { person: people::bank(&mut self.rng), kind: PartyKind::CreditInstitution };
        let debtors = if business { vec![self.company()] } else { self.debtors(45) };
        let liability = (debtors.len() > 1).then_some(Liability::Joint);
        let mut tags = vec![Tag::BankCredit];
        if business {
            tags.push(Tag::Economic);
        }
        let basis = Basis::OnRequest;
        Claims { judgment, basis, obligations, debtors, creditors: vec![creditor], liability, tags }
    }

    /// Claims of one creditor of which the first, for `met`, goes before the second, for `rest`.
    pub(super) fn claims_met_first(&mut self, met: i64, rest: i64) -> Claims {
        let one = Payee::Creditor(1);
        let obligations =
            vec![owed(ObligationKind::Injury, one, met), owed(ObligationKind::Damages, one, rest)];
        Claims {
            judgment: JudgmentKind::Criminal,
            basis: Basis::OnRequest,
            obligations,
            debtors: self.debtors(20),
            creditors: vec![self.person()],
            liability: None,
            tags: vec![Tag::Compensation],
        }
    }

    fn debtors(&mut self, several: u64) -> Vec<Party> {
        let mut debtors = vec![self.person()];
        while self.rng.percent(several) && debtors.len() < 4 {
            debtors.push(self.person());
        }
        debtors
    }

    fn company(&mut self) -> Party {
        let person = people::business(self.unit.fixed().district, &mut self.rng);
        Party { person, kind: PartyKind::Organisation }
    }

    /// The judgment comes in, with a request where the claims ask for one; days before the order.
    pub(super) fn register(&mut self, claims: &Claims, received: Date) {
        self.go_to(received);
        let sort = match claims.judgment {
            JudgmentKind::Civil => "DS",
            JudgmentKind::Criminal => "HS",
            JudgmentKind::MarriageFamily => "HNGĐ",
            JudgmentKind::Business => "KDTM",
            JudgmentKind::Labour => "LĐ",
            JudgmentKind::Bankruptcy => "PS",
            JudgmentKind::AdministrativePart => "HC",
            JudgmentKind::Competition | JudgmentKind::Arbitration => "TT",
        };
        let province = self.unit.site == 0;
        let decided = self.day.plus_days(-self.rng.days(18, 90));
        let court = if province {
            "TAND tỉnh Đồng Tháp".to_owned()
        } else {
            format!("TAND {}", self.unit.fixed().district)
        };
        let level = if province && self.rng.percent(50) { "PT" } else { "ST" };
        let number = if self.rng.percent(45) {
            format!("{}/{}/QĐST-{sort}", self.rng.between(1, 480), decided.year())
        } else {
            format!("{}/{}/{sort}-{level}", self.rng.between(1, 480), decided.year())
        };
        let in_force = Some(decided.plus_days(self.rng.days(0, 17)));
        let judgment = JudgmentReceived { court, number, date: decided, in_force, judgment: claims.judgment };
        self.act(By::Clerk, Body::JudgmentReceived(judgment));
        if claims.basis == Basis::OnRequest {
            if self.rng.percent(60) {
                self.pass(0, 2);
            }
            let requester = match claims.creditors.first() {
                Some(creditor) => creditor.person.clone(),
                None => people::named(&mut self.rng),
            };
            let channel =
                self.rng.weighted(&[(80, Channel::Desk), (17, Channel::Post), (3, Channel::Online)]);
            self.act(By::Clerk, Body::RequestReceived(RequestReceived { requester, channel }));
        }
    }

    /// The request is refused.
    pub(super) fn refuse(&mut self) {
        self.pass(1, 4);
        let ground = *self.rng.pick(&["no_obligation", "not_competent", "no_right_or_unrelated"]);
        self.decide(By::Head, Body::RequestRefused(RequestRefused { ground: ground.to_owned() }));
    }

    /// The order named a wrong sum and is amended to the right one.
    pub(super) fn amend(&mut self, amount: Amount) {
        self.pass(2, 9);
        let why = Some(Personal::Text("tòa án đính chính bản án".to_owned()));
        self.decide(By::Head, Body::OrderAmended(OrderAmended { obligation: ObligationNo(1), amount, why }));
    }

    /// The order, on or after a day and not more than five working days after what came before.
    pub(super) fn order(&mut self, claims: Claims, on: Date) {
        self.go_to(on);
        self.decide(
            By::Head,
            Body::EnforcementOrdered(EnforcementOrdered {
                basis: claims.basis,
                obligations: claims.obligations,
                debtors: claims.debtors,
                creditors: claims.creditors,
                liability: claims.liability,
                tags: claims.tags,
            }),
        );
    }

    /// From the judgment to the order, which is of that day.
    pub(super) fn open(&mut self, claims: Claims, ordered: Date) {
        let back = self.rng.days(1, 5);
        let received = self.land.days.plus(ordered, -back);
        self.register(&claims, received);
        let first = claims.obligations.first().filter(|one| one.kind.is_money()).map(|one| one.amount);
        match first {
            Some(right) if self.rng.per_mille(6) => {
                let mut mistaken = claims;
                mistaken.obligations[0].amount = dong(right.get() + right.get() / 10 + 1_000);
                self.order(mistaken, ordered);
                self.amend(right);
            }
            _ => self.order(claims, ordered),
        }
    }

    /// The enforcer gets the case.
    pub(super) fn assign(&mut self) {
        if self.rng.percent(40) {
            self.pass(1, 2);
        }
        let enforcer = self.enforcer;
        self.decide(By::Head, Body::EnforcerAssigned(EnforcerAssigned { enforcer, reason: None }));
    }

    /// Another enforcer gets it.
    pub(super) fn reassign(&mut self) {
        let enforcer = *self.rng.pick(&self.unit.enforcers);
        let reason =
            *self.rng.pick(&["chuyển công tác", "nghỉ thai sản", "phân công lại địa bàn", "nghỉ hưu"]);
        let reason = Some(Personal::Text(reason.to_owned()));
        self.enforcer = enforcer;
        self.decide(By::Head, Body::EnforcerAssigned(EnforcerAssigned { enforcer, reason }));
    }

    /// A notice; on the debtor's others rest, the rest stand alone.
    pub(super) fn notice(&mut self, to: Recipient, of: NoticeOf) {
        let mode = self.rng.weighted(&[(70, Mode::Direct), (24, Mode::Post), (6, Mode::Posted)]);
        let on_the_order = matches!(to, Recipient::Debtor(_)) && of == NoticeOf::Order;
        let body = Body::NoticeServed(NoticeServed { to, of, mode, result: Served::Received, sent: None });
        let by = if self.rng.percent(70) { By::Enforcer } else { By::Clerk };
        if on_the_order { self.act_by_hand(by, body) } else { self.aside(by, body) }
    }

    /// The order is told to the parties and the procuracy, and the time to pay of one's own will starts.
    pub(super) fn serve(&mut self) {
        self.pass(0, 2);
        if self.rng.percent(65) {
            self.notice(Recipient::Procuracy, NoticeOf::Order);
        }
        if self.case.creditors.is_empty() || self.rng.percent(30) {
            self.pass(0, 1);
        } else {
            self.notice(Recipient::Creditor(None), NoticeOf::Order);
            self.pass(0, 1);
        }
        if self.rng.percent(9) {
            let absent = NoticeServed {
                to: Recipient::Debtor(None),
                of: NoticeOf::Order,
                mode: Mode::Direct,
                result: Served::Absent,
                sent: None,
            };
            self.act(By::Enforcer, Body::NoticeServed(absent));
            self.pass(2, 7);
        }
        self.notice(Recipient::Debtor(None), NoticeOf::Order);
        if let Some(until) = self.voluntary_end() {
            self.act(By::Enforcer, Body::VoluntaryPeriodStarted(VoluntaryPeriodStarted { until }));
        }
    }

    /// The last day of the voluntary period, once the debtor was told.
    fn voluntary_end(&self) -> Option<Date> {
        let served = self.case.served?;
        let span = self.land.reference_data.rules.span(Parameter::Voluntary, served).set()?;
        self.land.reference_data.calendar.due(served, span).ok()
    }
}
