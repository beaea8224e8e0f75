//! Events: the table of kinds. A kind is one struct in a file of `event/` and one line here.
//!
//! From the table come the codes, the names, reading and writing, who may record what, and which fold takes it.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::case::Case;
use crate::complaint::Complaint;
use crate::date::Date;
use crate::ids::{CaseId, OfficeNo, OfficerNo, Position};
use crate::organisation::{Officer, Organisation, Role};
use crate::personal::{Personal, VaultRef};
use crate::reference_data::ReferenceData;
use crate::refusal::Refusal;

pub mod assignment;
pub mod auction;
pub mod classification;
pub mod clock;
pub mod coercion;
pub mod complaint;
pub mod entrustment;
pub mod intake;
pub mod money;
pub mod organisation;
pub mod payout;
pub mod repair;
pub mod source_row;
pub mod suspension;

/// What the table says about a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindInfo {
    /// The code in the record; assigned once, listed in docs/format.md.
    pub code: u16,
    /// The revision of its payload that is written now.
    pub revision: u8,
    /// The name in JSON.
    pub name: &'static str,
    /// The name in Vietnamese.
    pub vi: &'static str,
    /// The articles: a bare number is of Law 26/2008/QH12 as amended.
    pub article: &'static str,
    /// Whose role may record it; empty = whoever is an officer.
    pub by: &'static [Role],
}

/// A row of the table whose payload is in its first revision.
const fn info(
    code: u16,
    name: &'static str,
    vi: &'static str,
    article: &'static str,
    by: &'static [Role],
) -> KindInfo {
    KindInfo { code, revision: 1, name, vi, article, by }
}

/// Which sort of stream a kind belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A case.
    Case,
    /// A complaint or denunciation.
    Complaint,
    /// Offices, officers, targets, parameters.
    Organisation,
    /// Any of them: repairs and notes.
    Any,
}

/// A kind of event: its row of the table and its personal fields.
pub trait Kind: Serialize + for<'de> Deserialize<'de> + Clone + PartialEq + fmt::Debug {
    /// Its row.
    const INFO: KindInfo;

    /// The fields that hold personal data, in the order in which their commitments stand in the record.
    fn personal(&mut self) -> Vec<&mut Personal> {
        Vec::new()
    }

    /// Reads the fields as an older revision wrote them.
    ///
    /// # Errors
    /// There is no such revision, or the fields do not fit it.
    fn read_older<'de, D: Deserializer<'de>>(revision: u8, fields: D) -> Result<Self, D::Error> {
        let _ = fields;
        Err(unknown_revision(&Self::INFO, revision))
    }

    /// Writes the fields as an older revision has them, to compare them with what was read.
    ///
    /// # Errors
    /// There is no such revision, or it has no place for what the fields say.
    fn write_older<S: Serializer>(&self, revision: u8, serializer: S) -> Result<S::Ok, S::Error> {
        let _ = serializer;
        Err(unwritten_revision(&Self::INFO, revision))
    }
}

fn unknown_revision<E: de::Error>(info: &KindInfo, revision: u8) -> E {
    E::custom(format_args!("event kind {} revision {revision} is unknown", info.code))
}

fn unwritten_revision<E: serde::ser::Error>(info: &KindInfo, revision: u8) -> E {
    E::custom(format_args!("event kind {} cannot be written in revision {revision}", info.code))
}

/// Where and when an event happens: what [`CaseKind::apply`] may know besides the state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventMeta {
    /// Its place in the log.
    pub position: Position,
    /// Its effective date.
    pub on: Date,
    /// The day on which it was recorded.
    pub recorded_on: Date,
    /// The office that acts.
    pub office: OfficeNo,
    /// The officer who records.
    pub actor: OfficerNo,
    /// Whether it is imported history: then its limits may go unchecked (`limit_unknown`) and start no deadline.
    pub imported: bool,
}

/// The sender of a case that comes from another office, as far as it was asked for
/// ([`decide::other_ends`](crate::decide::other_ends)).
#[derive(Clone, Copy, Debug)]
pub enum Sender<'a> {
    /// Not asked: the case does not come from elsewhere, or this is a refold.
    NotAsked,
    /// This ledger has no such case.
    Missing,
    /// The sender's case as it stands.
    Found(&'a Case),
    /// This other case took over what was sent already.
    Taken(&'a CaseId),
}

/// The case that took over what a case sent to another office, as far as it was asked for
/// ([`decide::other_ends`](crate::decide::other_ends)).
#[derive(Clone, Copy, Debug)]
pub enum Receiver<'a> {
    /// Not asked: the case sent nothing.
    NotAsked,
    /// No case of this ledger took it over.
    Nobody,
    /// This case did.
    Took(&'a CaseId),
}

/// What a rule may look at besides the state: the occasion, the officer, and the law and the organisation as known.
#[derive(Clone, Copy, Debug)]
pub struct RuleContext<'a> {
    /// Where and when.
    pub at: EventMeta,
    /// The officer who records; `None` for the ledger itself and for unknown officers of imported history.
    pub officer: Option<&'a Officer>,
    /// Rules, calendar and organisation.
    pub reference_data: &'a ReferenceData,
    /// The sender, for a case that comes from another office.
    pub sender: Sender<'a>,
}

/// A kind that happens to a case.
pub trait CaseKind: Kind {
    /// May it happen here? `case` is the state at the event's effective date.
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal>;

    /// What it changes. Total: imported history may apply what `allowed` refuses.
    fn apply(&self, case: &mut Case, at: &EventMeta);
}

/// A kind that happens to a complaint or denunciation.
pub trait ComplaintKind: Kind {
    /// May it happen here?
    fn allowed(&self, complaint: &Complaint, on: &RuleContext<'_>) -> Result<(), Refusal>;

    /// What it changes.
    fn apply(&self, complaint: &mut Complaint, at: &EventMeta);
}

/// A kind that happens to the organisation.
pub trait OrganisationKind: Kind {
    /// May it happen here?
    fn allowed(&self, organisation: &Organisation, on: &RuleContext<'_>) -> Result<(), Refusal>;

    /// What it changes.
    fn apply(&self, organisation: &mut Organisation, at: &EventMeta);
}

macro_rules! kinds {
    (case: $($cm:ident::$ck:ident),*; complaint: $($km:ident::$kk:ident),*; organisation: $($om:ident::$ok:ident),*; any: $($am:ident::$ak:ident),*;) => {
        /// What happened: one variant a kind.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Body {
            $(#[doc = concat!("`", stringify!($ck), "` of `event/", stringify!($cm), ".rs`.")] $ck($cm::$ck),)*
            $(#[doc = concat!("`", stringify!($kk), "` of `event/", stringify!($km), ".rs`.")] $kk($km::$kk),)*
            $(#[doc = concat!("`", stringify!($ok), "` of `event/", stringify!($om), ".rs`.")] $ok($om::$ok),)*
            $(#[doc = concat!("`", stringify!($ak), "` of `event/", stringify!($am), ".rs`.")] $ak($am::$ak),)*
        }

        /// Every kind there is, with the sort of stream it belongs to.
        pub const KINDS: &[(KindInfo, Subject)] = &[
            $((<$cm::$ck as Kind>::INFO, Subject::Case),)*
            $((<$km::$kk as Kind>::INFO, Subject::Complaint),)*
            $((<$om::$ok as Kind>::INFO, Subject::Organisation),)*
            $((<$am::$ak as Kind>::INFO, Subject::Any),)*
        ];

        impl Body {
            /// The kind's row of the table.
            pub const fn info(&self) -> &'static KindInfo {
                match self {
                    $(Body::$ck(_) => &<$cm::$ck as Kind>::INFO,)*
                    $(Body::$kk(_) => &<$km::$kk as Kind>::INFO,)*
                    $(Body::$ok(_) => &<$om::$ok as Kind>::INFO,)*
                    $(Body::$ak(_) => &<$am::$ak as Kind>::INFO,)*
                }
            }

            /// The sort of stream that the kind belongs to.
            pub const fn subject(&self) -> Subject {
                match self {
                    $(Body::$ck(_) => Subject::Case,)*
                    $(Body::$kk(_) => Subject::Complaint,)*
                    $(Body::$ok(_) => Subject::Organisation,)*
                    $(Body::$ak(_) => Subject::Any,)*
                }
            }

            /// The fields that hold personal data, in the order of the record's commitments.
            pub fn personal(&mut self) -> Vec<&mut Personal> {
                match self {
                    $(Body::$ck(kind) => kind.personal(),)*
                    $(Body::$kk(kind) => kind.personal(),)*
                    $(Body::$ok(kind) => kind.personal(),)*
                    $(Body::$ak(kind) => kind.personal(),)*
                }
            }

            /// Whether a case allows it; repairs are judged by `decide`, not here.
            pub fn allowed_in_case(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
                match self {
                    $(Body::$ck(kind) => CaseKind::allowed(kind, case, on),)*
                    $(Body::$kk(_) => Ok(()),)*
                    $(Body::$ok(_) => Ok(()),)*
                    $(Body::$ak(_) => Ok(()),)*
                }
            }

            /// Applies it to a case; what does not concern cases changes nothing.
            pub fn apply_to_case(&self, case: &mut Case, at: &EventMeta) {
                match self {
                    $(Body::$ck(kind) => CaseKind::apply(kind, case, at),)*
                    $(Body::$kk(_) => {})*
                    $(Body::$ok(_) => {})*
                    $(Body::$ak(_) => {})*
                }
            }

            /// Whether a complaint allows it.
            pub fn allowed_in_complaint(&self, complaint: &Complaint, on: &RuleContext<'_>) -> Result<(), Refusal> {
                match self {
                    $(Body::$kk(kind) => ComplaintKind::allowed(kind, complaint, on),)*
                    $(Body::$ck(_) => Ok(()),)*
                    $(Body::$ok(_) => Ok(()),)*
                    $(Body::$ak(_) => Ok(()),)*
                }
            }

            /// Applies it to a complaint; what does not concern complaints changes nothing.
            pub fn apply_to_complaint(&self, complaint: &mut Complaint, at: &EventMeta) {
                match self {
                    $(Body::$kk(kind) => ComplaintKind::apply(kind, complaint, at),)*
                    $(Body::$ck(_) => {})*
                    $(Body::$ok(_) => {})*
                    $(Body::$ak(_) => {})*
                }
            }

            /// Whether the organisation allows it.
            pub fn allowed_in_organisation(&self, organisation: &Organisation, on: &RuleContext<'_>) -> Result<(), Refusal> {
                match self {
                    $(Body::$ok(kind) => OrganisationKind::allowed(kind, organisation, on),)*
                    $(Body::$ck(_) => Ok(()),)*
                    $(Body::$kk(_) => Ok(()),)*
                    $(Body::$ak(_) => Ok(()),)*
                }
            }

            /// Applies it to the organisation; what does not concern it changes nothing.
            pub fn apply_to_organisation(&self, organisation: &mut Organisation, at: &EventMeta) {
                match self {
                    $(Body::$ok(kind) => OrganisationKind::apply(kind, organisation, at),)*
                    $(Body::$ck(_) => {})*
                    $(Body::$kk(_) => {})*
                    $(Body::$ak(_) => {})*
                }
            }
        }

        /// The fields alone, without the kind's name.
        impl Serialize for Body {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Body::$ck(kind) => kind.serialize(serializer),)*
                    $(Body::$kk(kind) => kind.serialize(serializer),)*
                    $(Body::$ok(kind) => kind.serialize(serializer),)*
                    $(Body::$ak(kind) => kind.serialize(serializer),)*
                }
            }
        }

        impl Body {
            /// Writes the fields as a revision has them.
            fn serialize_in<S: Serializer>(&self, revision: u8, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Body::$ck(kind) => write(kind, revision, serializer),)*
                    $(Body::$kk(kind) => write(kind, revision, serializer),)*
                    $(Body::$ok(kind) => write(kind, revision, serializer),)*
                    $(Body::$ak(kind) => write(kind, revision, serializer),)*
                }
            }
        }

        /// Reads the fields of the kind with this code and revision.
        impl<'de> DeserializeSeed<'de> for KindCode {
            type Value = Body;

            fn deserialize<D: Deserializer<'de>>(self, fields: D) -> Result<Body, D::Error> {
                $(if self.code == <$cm::$ck as Kind>::INFO.code {
                    return read::<$cm::$ck, D>(self.revision, fields).map(Body::$ck);
                })*
                $(if self.code == <$km::$kk as Kind>::INFO.code {
                    return read::<$km::$kk, D>(self.revision, fields).map(Body::$kk);
                })*
                $(if self.code == <$om::$ok as Kind>::INFO.code {
                    return read::<$om::$ok, D>(self.revision, fields).map(Body::$ok);
                })*
                $(if self.code == <$am::$ak as Kind>::INFO.code {
                    return read::<$am::$ak, D>(self.revision, fields).map(Body::$ak);
                })*
                Err(de::Error::custom(format_args!("event kind {} revision {} is unknown", self.code, self.revision)))
            }
        }
    };
}

fn read<'de, K: Kind, D: Deserializer<'de>>(revision: u8, fields: D) -> Result<K, D::Error> {
    if revision == K::INFO.revision { K::deserialize(fields) } else { K::read_older(revision, fields) }
}

fn write<K: Kind, S: Serializer>(kind: &K, revision: u8, serializer: S) -> Result<S::Ok, S::Error> {
    if revision == K::INFO.revision {
        kind.serialize(serializer)
    } else {
        kind.write_older(revision, serializer)
    }
}

kinds! {
    case:
        intake::JudgmentReceived, intake::RequestReceived, intake::RequestRefused, intake::EnforcementOrdered,
        intake::OrderAmended, intake::OrderWithdrawn,
        assignment::EnforcerAssigned, assignment::NoticeServed, assignment::VoluntaryPeriodStarted,
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
        source_row::RowImported;
    complaint:
        complaint::ComplaintReceived, complaint::ComplaintAccepted, complaint::ComplaintRejected,
        complaint::ComplaintResolved, complaint::ComplaintWithdrawn,
        complaint::DenunciationReceived, complaint::DenunciationAccepted, complaint::DenunciationNotAccepted,
        complaint::DenunciationConcluded;
    organisation:
        organisation::OfficeOpened, organisation::OfficerAppointed, organisation::TargetAssigned,
        organisation::ParameterSet, clock::ClockCorrected;
    any:
        repair::FactCorrected, repair::EntryVoided, repair::NoteAdded;
}

impl Body {
    /// The sender's case, where the case comes from another office.
    pub const fn comes_from(&self) -> Option<&CaseId> {
        match self {
            Body::EntrustedIn(taken) => Some(&taken.brought.from),
            Body::TakenFromBelow(taken) => Some(&taken.brought.from),
            _ => None,
        }
    }

    /// Whether a stream may begin with it: a judgment or a case that comes from elsewhere, a complaint, and what opens an
    /// office, appoints an officer, sets a rule's value or corrects the clock. Everything else goes on with what has begun.
    pub const fn begins(&self) -> bool {
        matches!(
            self,
            Body::JudgmentReceived(_)
                | Body::EntrustedIn(_)
                | Body::TakenFromBelow(_)
                | Body::ComplaintReceived(_)
                | Body::DenunciationReceived(_)
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

    /// The entry that it repairs, where it is a repair.
    pub const fn repairs(&self) -> Option<Position> {
        match self {
            Body::FactCorrected(fact) => Some(fact.entry),
            Body::EntryVoided(void) => Some(void.entry),
            _ => None,
        }
    }
}

/// The code and revision under which a payload was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindCode {
    /// The kind's code.
    pub code: u16,
    /// The payload's revision.
    pub revision: u8,
}

impl KindCode {
    /// Whether there is such a kind, in such a revision: that which is written now, or an earlier one.
    pub fn is_known(self) -> bool {
        KINDS.iter().any(|(info, _)| info.code == self.code && (1..=info.revision).contains(&self.revision))
    }

    /// Whether a later program may have written it: no kind of the law has the code, or the kind's revision is a later one.
    pub fn is_later(self) -> bool {
        let known = KINDS.iter().find(|(info, _)| info.code == self.code);
        known.is_none_or(|(info, _)| self.revision > info.revision)
    }

    /// The code of a kind by its name in JSON, at the revision written now.
    pub fn named(name: &str) -> Option<KindCode> {
        KINDS
            .iter()
            .find(|(info, _)| info.name == name)
            .map(|(info, _)| KindCode { code: info.code, revision: info.revision })
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
            Personal::Text(_) | Personal::Person(_) | Personal::Lost(_) => None,
        };
        event.personal().into_iter().filter_map(of).collect()
    }
}

/// The payload of a record: the common fields, then the kind's own; the kind itself stands in the record's header.
pub struct Payload<'a>(pub &'a Event);

impl Serialize for Payload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.0.common, &self.0.body).serialize(serializer)
    }
}

/// The payload of a record in the revision that the record's header names.
pub struct PayloadIn<'a>(pub &'a Event, pub u8);

impl Serialize for PayloadIn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Fields<'a>(&'a Body, u8);
        impl Serialize for Fields<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize_in(self.1, serializer)
            }
        }
        (&self.0.common, Fields(&self.0.body, self.1)).serialize(serializer)
    }
}

/// Reads a payload back: the seed holds the kind from the record's header.
pub struct PayloadOf(pub KindCode);

impl<'de> DeserializeSeed<'de> for PayloadOf {
    type Value = Event;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Event, D::Error> {
        struct Parts(KindCode);
        impl<'de> Visitor<'de> for Parts {
            type Value = Event;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the common fields and the kind's own")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Event, A::Error> {
                let common = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
                let body =
                    seq.next_element_seed(self.0)?.ok_or_else(|| de::Error::invalid_length(1, &"2 parts"))?;
                Ok(Event { common, body })
            }
        }
        deserializer.deserialize_tuple(2, Parts(self.0))
    }
}

/// An event inside an event (`fact_corrected` holds what should have been recorded): with its kind, by name in JSON, by
/// code and revision in bytes.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.info();
        let readable = serializer.is_human_readable();
        let mut parts = serializer.serialize_struct("Event", if readable { 3 } else { 4 })?;
        if readable {
            parts.serialize_field("kind", info.name)?;
        } else {
            parts.serialize_field("code", &info.code)?;
            parts.serialize_field("revision", &info.revision)?;
        }
        parts.serialize_field("common", &self.common)?;
        parts.serialize_field("fields", &self.body)?;
        parts.end()
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        EventSeed { in_repair: false }.deserialize(deserializer)
    }
}

/// What stands in place of another entry: any event but a repair. One inside another would nest as deep as the bytes
/// go; written it could not be read again, so neither is done.
pub(crate) mod replacement {
    use super::{Deserializer, Event, EventSeed, Serialize, Serializer, is_repair};
    use serde::de::DeserializeSeed;
    use serde::ser::Error;

    pub(super) const REFUSED: &str = "a repair does not replace an entry by a repair";

    pub(crate) fn serialize<S: Serializer>(event: &Event, serializer: S) -> Result<S::Ok, S::Error> {
        if is_repair(event.info().code) {
            return Err(S::Error::custom(REFUSED));
        }
        event.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<Event>, D::Error> {
        EventSeed { in_repair: true }.deserialize(deserializer).map(Box::new)
    }
}

fn is_repair(code: u16) -> bool {
    [repair::FactCorrected::INFO.code, repair::EntryVoided::INFO.code].contains(&code)
}

/// Reads an event with its kind.
struct EventSeed {
    /// Whether it stands in place of another entry.
    in_repair: bool,
}

impl EventSeed {
    fn accepts<E: de::Error>(&self, kind: KindCode) -> Result<KindCode, E> {
        if self.in_repair && is_repair(kind.code) { Err(E::custom(replacement::REFUSED)) } else { Ok(kind) }
    }
}

impl<'de> DeserializeSeed<'de> for EventSeed {
    type Value = Event;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Event, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_map(self)
        } else {
            deserializer.deserialize_tuple(4, self)
        }
    }
}

impl<'de> Visitor<'de> for EventSeed {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: kind, common, fields, in this order")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Event, A::Error> {
        let missing = |at| de::Error::invalid_length(at, &"4 parts");
        let code = seq.next_element()?.ok_or_else(|| missing(0))?;
        let revision = seq.next_element()?.ok_or_else(|| missing(1))?;
        let kind = self.accepts(KindCode { code, revision })?;
        let common = seq.next_element()?.ok_or_else(|| missing(2))?;
        let body = seq.next_element_seed(kind)?.ok_or_else(|| missing(3))?;
        Ok(Event { common, body })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event, A::Error> {
        const FIELDS: &[&str] = &["kind", "common", "fields"];
        let (mut kind, mut common, mut body) = (None, Common::default(), None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "kind" => {
                    let name: String = map.next_value()?;
                    let known = KindCode::named(&name)
                        .ok_or_else(|| de::Error::custom(format_args!("there is no kind {name:?}")))?;
                    kind = Some(self.accepts(known)?);
                }
                "common" => common = map.next_value()?,
                "fields" => {
                    let kind = kind.ok_or_else(|| de::Error::custom("kind must stand before fields"))?;
                    body = Some(map.next_value_seed(kind)?);
                }
                other => return Err(de::Error::unknown_field(other, FIELDS)),
            }
        }
        let body = body.ok_or_else(|| de::Error::missing_field("fields"))?;
        Ok(Event { common, body })
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
