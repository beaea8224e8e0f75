//! Events: the table of kinds. A kind is one struct in a file of `event/` and one line here.
//!
//! From the table come the codes, the names, reading and writing, who may record what, and which state takes it.

use serde::de::{self, DeserializeSeed};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::case::Case;
use crate::complaint::Complaint;
use crate::date::Date;
use crate::decide::State;
use crate::event::inspection::Inspection;
use crate::ids::{CaseId, OfficerNo, Position};
use crate::organisation::Organisation;
use crate::personal::{Personal, VaultRef};
use crate::refusal::Refusal;
use crate::stream::StreamKind;

pub mod assignment;
pub mod auction;
pub mod classification;
pub mod clock;
pub mod coercion;
pub mod complaint;
mod context;
pub mod entrustment;
pub mod inspection;
pub mod intake;
mod kind;
pub mod money;
pub mod notice;
pub mod organisation;
mod payload;
pub mod payout;
pub mod repair;
pub mod source_row;
pub mod suspension;

pub use context::{EventMeta, Receiver, RuleContext, Sender};
pub use kind::{Kind, KindCode, KindInfo, KindOf};
pub use payload::{Payload, PayloadIn, PayloadOf, Replacement};

use kind::info;

/// A state that events change by what their kinds say: the one dispatch from an event to a state.
pub trait Aggregate {
    /// Whether an event may happen to it; those of other sorts are judged elsewhere.
    ///
    /// # Errors
    /// The refusal of the first rule that it breaks.
    fn allows(&self, body: &Body, on: &RuleContext<'_>) -> Result<(), Refusal>;

    /// Applies an event; what does not concern it changes nothing.
    fn apply(&mut self, body: &Body, at: &EventMeta);
}

/// A state of its own among those of a stream.
pub(crate) trait HeldIn {
    fn of(states: &States) -> &Self;
}

/// What is done with a state of whichever sort.
pub(crate) trait StateVisitor {
    type Out;
    fn visit<S: State + HeldIn>(self) -> Self::Out;
}

impl Body {
    /// Whether it may happen to a state; see [`Aggregate::allows`].
    ///
    /// # Errors
    /// The refusal of the first rule that it breaks.
    pub fn allowed_in<S: Aggregate>(&self, state: &S, on: &RuleContext<'_>) -> Result<(), Refusal> {
        state.allows(self, on)
    }

    /// Applies it to a state; see [`Aggregate::apply`].
    pub fn apply_to<S: Aggregate>(&self, state: &mut S, at: &EventMeta) {
        state.apply(self, at);
    }
}

macro_rules! kinds {
    (
        states: { $($sort:ident $state:ident: $S:ty { $($m:ident::$k:ident),* $(,)? })* }
        organisation: { $($om:ident::$ok:ident),* $(,)? }
        any: { $($am:ident::$ak:ident),* $(,)? }
    ) => {
        each_kind! { $($($m::$k of $sort,)*)* $($om::$ok of Organisation,)* $($am::$ak of Any,)* }

        $(aggregate! { $S: $($k),* })*
        aggregate! { Organisation: $($ok),* }

        /// The states that a stream may fold into; of them the one of its sort counts.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct States { $(pub(crate) $state: $S,)* }

        impl States {
            /// Applies an entry's event to the state of its sort.
            pub(crate) fn apply(&mut self, event: &Event, at: &EventMeta) {
                $(event.body.apply_to(&mut self.$state, at);)*
            }
        }

        $(impl HeldIn for $S {
            fn of(states: &States) -> &$S {
                &states.$state
            }
        })*

        impl StreamKind {
            /// Does something with the state that streams of this sort fold into; `None` where they fold into none of
            /// their own: the organisation's share one, and repairs and notes have that of the stream they are in.
            pub(crate) fn with_state<V: StateVisitor>(self, visitor: V) -> Option<V::Out> {
                match self {
                    $(StreamKind::$sort => Some(visitor.visit::<$S>()),)*
                    StreamKind::Organisation | StreamKind::Any => None,
                }
            }
        }
    };
}

/// What the kinds of one state do to it; those of another change nothing there.
macro_rules! aggregate {
    ($S:ty: $($k:ident),*) => {
        impl Aggregate for $S {
            fn allows(&self, body: &Body, on: &RuleContext<'_>) -> Result<(), Refusal> {
                match body {
                    $(Body::$k(kind) => KindOf::<$S>::allowed(kind, self, on),)*
                    _ => Ok(()),
                }
            }

            fn apply(&mut self, body: &Body, at: &EventMeta) {
                match body {
                    $(Body::$k(kind) => KindOf::<$S>::apply(kind, self, at),)*
                    _ => {}
                }
            }
        }
    };
}

macro_rules! each_kind {
    ($($m:ident::$k:ident of $sort:ident,)*) => {
        /// What happened: one variant a kind.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Body {
            $(#[doc = concat!("`", stringify!($k), "` of `event/", stringify!($m), ".rs`.")] $k($m::$k),)*
        }

        /// Every kind there is, with the sort of stream it belongs to.
        pub const KINDS: &[(KindInfo, StreamKind)] = &[$((<$m::$k as Kind>::INFO, StreamKind::$sort),)*];

        /// A kind by its name alone.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum KindName {
            $(#[doc = concat!("[`", stringify!($k), "`](", stringify!($m), "::", stringify!($k), ").")] $k,)*
        }

        impl KindName {
            /// The kind's row of the table.
            pub const fn info(self) -> &'static KindInfo {
                match self {
                    $(KindName::$k => &<$m::$k as Kind>::INFO,)*
                }
            }
        }

        impl Body {
            /// The kind's row of the table.
            pub const fn info(&self) -> &'static KindInfo {
                match self {
                    $(Body::$k(_) => &<$m::$k as Kind>::INFO,)*
                }
            }

            /// The sort of stream that the kind belongs to.
            pub const fn stream_kind(&self) -> StreamKind {
                match self {
                    $(Body::$k(_) => StreamKind::$sort,)*
                }
            }

            /// The fields that hold personal data, in the order of the record's commitments.
            pub fn personal(&mut self) -> Vec<&mut Personal> {
                match self {
                    $(Body::$k(kind) => kind.personal(),)*
                }
            }

            /// The other cases that it names.
            pub fn named_cases(&self) -> Vec<&CaseId> {
                match self {
                    $(Body::$k(kind) => kind.named_cases(),)*
                }
            }

            /// Writes the fields as a revision has them.
            fn serialize_in<S: Serializer>(&self, revision: u8, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Body::$k(fields) => kind::write(fields, revision, serializer),)*
                }
            }
        }

        /// The fields alone, without the kind's name.
        impl Serialize for Body {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Body::$k(kind) => kind.serialize(serializer),)*
                }
            }
        }

        /// Reads the fields of the kind with this code and revision.
        impl<'de> DeserializeSeed<'de> for KindCode {
            type Value = Body;

            fn deserialize<D: Deserializer<'de>>(self, fields: D) -> Result<Body, D::Error> {
                $(if self.code == <$m::$k as Kind>::INFO.code {
                    return kind::read::<$m::$k, D>(self.revision, fields).map(Body::$k);
                })*
                Err(de::Error::custom(format_args!("event kind {} revision {} is unknown", self.code, self.revision)))
            }
        }
    };
}

kinds! {
    states: {
    Case case: Case {
        intake::JudgmentReceived, intake::RequestReceived, intake::RequestRefused, intake::EnforcementOrdered,
        intake::OrderAmended, intake::OrderWithdrawn,
        assignment::EnforcerAssigned, notice::NoticeServed, assignment::VoluntaryPeriodStarted,
        classification::ConditionsVerified, classification::ClassifiedEnforceable,
        classification::ClassifiedNotYetEnforceable, classification::MovedToTrackingBook,
        classification::ReturnedFromTrackingBook,
        suspension::Postponed, suspension::PostponementEnded, suspension::TemporarilySuspended, suspension::Resumed,
        suspension::Terminated, suspension::Completed,
        entrustment::EntrustedOut, entrustment::EntrustedIn, entrustment::PulledUp, entrustment::TakenFromBelow,
        coercion::CoercionOrdered, coercion::AssetDistrained, coercion::CoercionCostRecorded,
        auction::AssetAppraised, auction::AuctionAnnounced, auction::AuctionUnsold, auction::PriceReduced,
        auction::AuctionSold, auction::AuctionPaid, auction::AssetHandedOver,
        money::PaymentCollected, money::PaidDirectly, money::HeldTemporarily, money::HeldMoneyResolved,
        money::Refunded, money::Exempted,
        payout::DistributionPlanned, payout::PayoutApproved, payout::Disbursed, payout::RemittedToBudget,
        payout::EnforcementFeeCharged, payout::DepositedForPayee,
        source_row::RowImported,
    }
    Complaint complaint: Complaint {
        complaint::ComplaintReceived, complaint::ComplaintAccepted, complaint::ComplaintRejected,
        complaint::ComplaintResolved, complaint::ComplaintWithdrawn,
        complaint::DenunciationReceived, complaint::DenunciationAccepted, complaint::DenunciationNotAccepted,
        complaint::DenunciationConcluded,
    }
    Inspection inspection: Inspection {
        inspection::InspectionOpened, inspection::InspectionConcluded,
    }
    }
    organisation: {
        organisation::OfficeOpened, organisation::OfficerAppointed, organisation::TargetAssigned,
        organisation::ParameterSet, clock::ClockCorrected,
    }
    any: {
        repair::FactCorrected, repair::EntryVoided, repair::NoteAdded,
    }
}

impl Body {
    /// The sender's case, where the case comes from another office.
    pub const fn comes_from(&self) -> Option<&CaseId> {
        match self.brought() {
            Some(brought) => Some(&brought.from),
            None => None,
        }
    }

    /// What a case brings that comes from another office.
    pub const fn brought(&self) -> Option<&entrustment::Brought> {
        match self {
            Body::EntrustedIn(taken) => Some(&taken.brought),
            Body::TakenFromBelow(taken) => Some(&taken.brought),
            _ => None,
        }
    }

    /// Whether a stream may begin with it: a judgment or a case that comes from elsewhere, a complaint, an inspection, and what
    /// opens an office, appoints an officer, sets a rule's value or corrects the clock. Everything else goes on with what has begun.
    pub const fn begins(&self) -> bool {
        matches!(
            self,
            Body::JudgmentReceived(_)
                | Body::EntrustedIn(_)
                | Body::TakenFromBelow(_)
                | Body::ComplaintReceived(_)
                | Body::DenunciationReceived(_)
                | Body::InspectionOpened(_)
                | Body::OfficeOpened(_)
                | Body::OfficerAppointed(_)
                | Body::ParameterSet(_)
                | Body::ClockCorrected(_)
        )
    }

    /// Whether what comes from another office is what was sent there, as far as the sender was asked for; apart from where
    /// the case stands.
    ///
    /// # Errors
    /// The refusal of what differs.
    pub fn follows_sender(&self, on: &RuleContext<'_>) -> Result<(), Refusal> {
        match self {
            Body::EntrustedIn(taken) => taken.follows_sender(on),
            Body::TakenFromBelow(taken) => taken.follows_sender(on),
            _ => Ok(()),
        }
    }

    /// Whether the case goes to another office by it.
    pub const fn sends(&self) -> bool {
        matches!(self, Body::EntrustedOut(_) | Body::PulledUp(_))
    }

    /// Whether it says what is owed, and to whom.
    pub const fn orders(&self) -> bool {
        matches!(
            self,
            Body::EnforcementOrdered(_)
                | Body::OrderAmended(_)
                | Body::EntrustedIn(_)
                | Body::TakenFromBelow(_)
        )
    }

    /// The entry that it repairs, where it is a repair.
    pub const fn repairs(&self) -> Option<Position> {
        match self {
            Body::FactCorrected(fact) => Some(fact.entry),
            Body::EntryVoided(void) => Some(void.entry),
            _ => None,
        }
    }
}

/// A document that an action rests on: its number and date as printed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The number, for instance `12/QĐ-CCTHADS`.
    pub number: String,
    /// Its date.
    pub date: Date,
}

/// The fields that every action may have.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// The enforcer for whom a clerk records.
    #[serde(default)]
    pub on_behalf_of: Option<OfficerNo>,
    /// The document.
    #[serde(default)]
    pub document: Option<Document>,
    /// Free text; kept in the vault.
    #[serde(default)]
    pub note: Option<Personal>,
}

/// The names of the fields of [`Common`], which stand beside the kind's own in JSON.
pub const COMMON_FIELDS: &[&str] = &["on_behalf_of", "document", "note"];

/// An event: what happened, with the fields that every action may have.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The common fields.
    pub common: Common,
    /// The kind and its own fields.
    pub body: Body,
}

impl Event {
    /// An event without common fields.
    pub fn bare(body: Body) -> Event {
        Event { common: Common::default(), body }
    }

    /// The kind's row of the table.
    pub const fn info(&self) -> &'static KindInfo {
        self.body.info()
    }

    /// The fields that hold personal data, in the order of the record's commitments.
    pub fn personal(&mut self) -> Vec<&mut Personal> {
        let mut all = self.body.personal();
        all.extend(self.common.note.as_mut());
        all
    }

    /// The references to personal data, in the order of the record's commitments.
    pub fn references(&self) -> Vec<VaultRef> {
        let mut event = self.clone();
        let of = |personal: &mut Personal| match personal {
            Personal::Sealed(reference) => Some(*reference),
            Personal::Text(_) | Personal::Person(_) | Personal::Lost(_) | Personal::Withheld => None,
        };
        event.personal().into_iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_given_once() {
        for (at, (info, _)) in KINDS.iter().enumerate() {
            let own = info.name == "clock_corrected";
            assert_eq!(info.code < 16, own, "{}: codes below 16 are the ledger's own", info.name);
            for (other, _) in &KINDS[..at] {
                assert_ne!(info.code, other.code, "{} and {}", info.name, other.name);
                assert_ne!(info.name, other.name);
            }
        }
    }
}
