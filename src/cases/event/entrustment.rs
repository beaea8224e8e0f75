//! Kinds that move a case to another office: entrusting (Art. 55-57) and pulling up (Art. 35).

use serde::{Deserialize, Serialize};

use super::intake::{Owed, check_owed, open_case, settled};
use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext, Sender};
use crate::case::{Basis, Case, CaseStatus, Finish, JudgmentKind, Order, Party, Payee, SentOver, Tag};
use crate::check::{exactly, not_before, open, other_office, out_of_tracking_book, wrong_standing};
use crate::event::KindName;
use crate::ids::{CaseId, OfficeNo};
use crate::money::Total;
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::refuse;
use crate::words::{Value, Words};

/// Moves everything that remains out of the case.
fn move_out(case: &mut Case, to: OfficeNo) {
    for one in &mut case.obligations {
        one.settle(|one| &mut one.moved_out, one.remaining());
    }
    case.sent_to = Some(to);
}

/// `entrusted_out` (ủy thác): the rest of the case goes to another office.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntrustedOut {
    /// To which office.
    pub to: OfficeNo,
}

impl Kind for EntrustedOut {
    const INFO: KindInfo = KindInfo {
        code: 96,
        revision: 1,
        name: "entrusted_out",
        vi: "ủy thác thi hành án",
        article: "55-57",
        by: &[Role::Head, Role::ProvincialHead],
    };
}

impl KindOf<Case> for EntrustedOut {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "57")?;
        out_of_tracking_book(case)?;
        other_office(case, self.to, on, "55", "to")?;
        if case.verified.is_empty() {
            refuse!(TooEarly, "55", "effective" => on.at.on;
                Words::AVerification;
                Words::first([KindName::ConditionsVerified]));
        }
        let in_hand = case.assets.iter().find(|asset| asset.handed_over.is_none());
        if let Some(asset) = in_hand {
            refuse!(Standing, "57", "case" => Words::AssetInHand { asset: asset.number };
                Words::AssetsDealtWith;
                Words::first([KindName::AssetHandedOver]));
        }
        settled(case, on, "57")
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if case.open().is_none() {
            return;
        }
        let met = case.obligations.iter().any(|one| one.counts() && one.met());
        move_out(case, self.to);
        case.finish(if met { Finish::Completed } else { Finish::EntrustedOut }, at.on, at.position);
    }
}

/// What a case that comes from another office brings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brought {
    /// The sender's case.
    pub from: CaseId,
    /// On whose initiative.
    pub basis: Basis,
    /// Kind of judgment.
    pub judgment: JudgmentKind,
    /// What is owed: the sum must be what the sender moved out.
    pub obligations: Vec<Owed>,
    /// Who owes.
    pub debtors: Vec<Party>,
    /// Who is owed.
    #[serde(default)]
    pub creditors: Vec<Party>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

impl Brought {
    fn personal(&mut self) -> Vec<&mut Personal> {
        self.debtors.iter_mut().chain(&mut self.creditors).map(|party| &mut party.person).collect()
    }

    fn allowed(
        &self,
        case: &Case,
        on: &RuleContext<'_>,
        article: &'static str,
        how: Finish,
    ) -> Result<(), Refusal> {
        if case.status != CaseStatus::Unknown {
            return Err(wrong_standing(case, article, Words::MustBeNew, Words::NextIntakeNumber));
        }
        check_owed(&self.obligations, &self.creditors, article)?;
        self.follows_sender(on, article, how)
    }

    /// What comes over is what the sender's case moved out to this office, and no other case took it over.
    fn follows_sender(
        &self,
        on: &RuleContext<'_>,
        article: &'static str,
        how: Finish,
    ) -> Result<(), Refusal> {
        let sender = match on.sender {
            Sender::NotAsked => return Ok(()),
            Sender::Missing => {
                refuse!(Unknown, article, "brought.from" => &self.from;
                    Words::CaseInLedger;
                    Words::SendersCase);
            }
            Sender::Taken(by) => {
                refuse!(Duplicate, article, "brought.from" => &self.from;
                    Words::TakenOverAs { case: by.clone() };
                    Words::CaseThatTook);
            }
            Sender::Found(sender) => sender,
        };
        let moved: Total = sender.obligations.iter().map(|one| one.moved_out.total()).sum();
        let sent = matches!(sender.status, CaseStatus::Finished { how: Finish::Completed, .. }) && moved > 0;
        let gone =
            matches!(sender.status, CaseStatus::Finished { how: sent_how, .. } if sent_how == how) || sent;
        if !gone || sender.sent_to != Some(on.at.office) {
            refuse!(Standing, article, "brought.from" => &self.from;
                Words::MovedOutHere;
                Words::SendersActionFirst);
        }
        if let CaseStatus::Finished { on: moved_on, .. } = sender.status {
            not_before(on.at.on, moved_on, article, "effective", Words::SendersDecision)?;
        }
        let brought: Total = self.obligations.iter().map(|one| one.amount.total()).sum();
        exactly(brought, moved, article, "brought.obligations.amount")?;
        self.is_what_was_sent(sender, article)
    }

    /// Whether the parties have the names that were sent, by number and in whatever letters, and the identity numbers where
    /// both sides have one; both sides opened. Of what is sealed nothing is said. Address and account are the receiver's to
    /// find out: a case is moved because they changed.
    ///
    /// # Errors
    /// The refusal of those that are others, or whose words are lost; it repeats none of them.
    pub fn has_the_parties_sent(&self, sender: &Case) -> Result<(), Refusal> {
        let sides = [
            ("brought.debtors", &self.debtors, &sender.debtors),
            ("brought.creditors", &self.creditors, &sender.creditors),
        ];
        for (field, brought, sent) in sides {
            if brought.is_empty() {
                continue;
            }
            if brought.iter().chain(sent).any(|party| matches!(party.person, Personal::Lost(_))) {
                let limit = Words::NamesToCompare;
                let accepted = Words::BroughtBack {
                    command: Value::typed("thads verify"),
                    kind: KindName::FactCorrected.into(),
                };
                refuse!(Unknown, "57", field => Words::LostWords; limit; accepted);
            }
            if let (Some(brought), Some(sent)) = (names(brought), names(sent))
                && brought != sent
            {
                let limit = Words::ThoseOf { case: self.from.clone() };
                let accepted =
                    Words::NamesShown { command: self.shown_by(), kind: KindName::FactCorrected.into() };
                refuse!(Mismatch, "57", field => Words::OtherNames; limit; accepted);
            }
            let is_other = |(brought, sent): (&Party, &Party)| matches!((brought.id_number(), sent.id_number()), (Some(brought), Some(sent)) if brought != sent);
            if brought.iter().zip(sent).any(is_other) {
                let limit = Words::ThoseOf { case: self.from.clone() };
                let accepted =
                    Words::IdentityShown { command: self.shown_by(), kind: KindName::FactCorrected.into() };
                refuse!(Mismatch, "57", field => Words::OtherIdentity; limit; accepted);
            }
        }
        Ok(())
    }

    /// The command that shows the sender's case.
    fn shown_by(&self) -> Value {
        Value::Typed(format!("thads case {}", self.from))
    }

    /// What comes over is what was sent: each obligation with its kind, its payee and its security, and the parties. Their
    /// names are compared where words are at hand ([`Brought::has_the_parties_sent`]).
    fn is_what_was_sent(&self, sender: &Case, article: &'static str) -> Result<(), Refusal> {
        let wanted = sender.sent_over();
        let mut left = wanted.clone();
        let brought: Vec<SentOver> = self.obligations.iter().map(Owed::sent_over).collect();
        let comes_over =
            |one: &SentOver| left.iter().position(|sent| sent == one).map(|at| left.remove(at)).is_some();
        if !(brought.iter().all(comes_over) && brought.len() == wanted.len()) {
            let list = |all: &[SentOver]| {
                Words::from(Value::Rows(all.iter().map(|one| Words::from(one).into()).collect()))
            };
            let (given, sent) = (list(&brought), list(&wanted));
            refuse!(Mismatch, article, "brought.obligations" => given; sent.clone(); sent);
        }
        let owed_to_creditors = wanted.iter().any(|one| matches!(one.payee, Payee::Creditor(_)));
        if owed_to_creditors || !self.creditors.is_empty() {
            exactly(kinds(&self.creditors), kinds(&sender.creditors), article, "brought.creditors")?;
        }
        exactly(kinds(&self.debtors), kinds(&sender.debtors), article, "brought.debtors")?;
        if let Some(basis) = sender.order.basis {
            exactly(self.basis, basis, article, "brought.basis")?;
        }
        match sender.judgment {
            Some(judgment) => exactly(self.judgment, judgment, article, "brought.judgment"),
            None => Ok(()),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if case.order.on.is_none() {
            case.creditors = self.creditors.clone();
            case.debtors = self.debtors.clone();
            case.judgment = Some(self.judgment);
            case.received = Some(at.on);
        }
        let order = Order {
            on: Some(at.on),
            basis: Some(self.basis),
            tags: self.tags.clone(),
            at: Some(at.position),
            from: Some(self.from.clone()),
        };
        open_case(case, &self.obligations, order, at);
    }
}

/// The names of parties by number; `None` where one is not known.
fn names(parties: &[Party]) -> Option<Vec<String>> {
    parties.iter().map(Party::name).collect()
}

/// The parties by number and kind, for instance `1 individual, 2 state_body`.
fn kinds(parties: &[Party]) -> Words {
    let one = |(number, party): (usize, &Party)| Words::Numbered { number, what: party.kind.into() };
    Value::list((1..).zip(parties).map(one)).into()
}

/// `entrusted_in` (nhận ủy thác): the receiver's order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntrustedIn {
    /// What came.
    pub brought: Brought,
}

impl Kind for EntrustedIn {
    const INFO: KindInfo = KindInfo {
        code: 97,
        revision: 1,
        name: "entrusted_in",
        vi: "nhận ủy thác thi hành án",
        article: "57",
        by: &[Role::Head, Role::ProvincialHead],
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        self.brought.personal()
    }
}

impl EntrustedIn {
    pub(super) fn follows_sender(&self, on: &RuleContext<'_>) -> Result<(), Refusal> {
        self.brought.follows_sender(on, "57", Finish::EntrustedOut)
    }
}

impl KindOf<Case> for EntrustedIn {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        self.brought.allowed(case, on, "57", Finish::EntrustedOut)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        self.brought.apply(case, at);
    }
}

/// `pulled_up` (rút hồ sơ lên): the Department takes the case.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulledUp {
    /// The Department.
    pub to: OfficeNo,
}

impl Kind for PulledUp {
    const INFO: KindInfo = KindInfo {
        code: 98,
        revision: 1,
        name: "pulled_up",
        vi: "rút hồ sơ thi hành án lên",
        article: "35",
        by: &[Role::ProvincialHead],
    };
}

impl KindOf<Case> for PulledUp {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "35")?;
        other_office(case, self.to, on, "35", "to")?;
        if on.reference_data.rules.flag(crate::rules::Parameter::PullUp, on.at.on).set() != Some(true) {
            refuse!(TooLate, "35", "effective" => on.at.on; Words::PullingUpEnded; Words::ADateBefore);
        }
        if !on.at.imported && !on.reference_data.organisation.covers(self.to, case.office) {
            let limit = Words::OfficeAbove { office: case.office };
            refuse!(Competence, "35", "to" => self.to; limit; Words::DepartmentAbove);
        }
        out_of_tracking_book(case)?;
        settled(case, on, "35")
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if case.open().is_some() {
            move_out(case, self.to);
            case.finish(Finish::PulledUp, at.on, at.position);
        }
    }
}

/// `taken_from_below` (nhận hồ sơ rút lên).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenFromBelow {
    /// What came.
    pub brought: Brought,
}

impl Kind for TakenFromBelow {
    const INFO: KindInfo = KindInfo {
        code: 99,
        revision: 1,
        name: "taken_from_below",
        vi: "nhận hồ sơ rút lên",
        article: "35",
        by: &[Role::ProvincialHead],
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        self.brought.personal()
    }
}

impl TakenFromBelow {
    pub(super) fn follows_sender(&self, on: &RuleContext<'_>) -> Result<(), Refusal> {
        self.brought.follows_sender(on, "35", Finish::PulledUp)
    }
}

impl KindOf<Case> for TakenFromBelow {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        self.brought.allowed(case, on, "35", Finish::PulledUp)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        self.brought.apply(case, at);
    }
}
