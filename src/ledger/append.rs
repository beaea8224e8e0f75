//! What is asked of the ledger, and why it may be denied.

use thads_proof::record::{Micros, Position, Provenance, RequestId, Stream};

use crate::vault::{Reference, VaultError};

/// Events that are recorded together or not at all, under one request id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Append {
    /// Unique in the ledger for ever: repeated with the same content, it is answered with the first receipt.
    pub request: RequestId,
    /// When it was decided; `None`: when the committer takes it, by its own clock.
    pub moment: Option<Moment>,
    /// The streams that it touches, each once.
    pub streams: Vec<StreamAppend>,
}

/// The reading of the clock by which an append was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The reading: the time of recording, or where the head is later, the head's time.
    pub at: Micros,
    /// The first instant for which the decision does not hold: nothing of it is recorded then or later.
    pub before: Micros,
}

/// Events for one stream, and the version that the stream must have now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StreamAppend {
    /// The stream.
    pub stream: Stream,
    /// Its version now; 0: it must be new.
    pub expected_version: u64,
    /// What is recorded, in this order; nothing: only the version is checked.
    pub events: Vec<NewEvent>,
}

/// One event as the law decided it. The ledger adds position, chain, times and blind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEvent {
    /// Code of the kind.
    pub kind: u16,
    /// Revision of the payload's form.
    pub kind_revision: u8,
    /// Effective date, in days since 1970-01-01 (UTC+7).
    pub effective: i32,
    /// Number of the office; 0 is the ledger itself.
    pub office: u32,
    /// Number of the officer; 0 is the ledger itself.
    pub actor: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Rule set in force at the effective date.
    pub rule_set: u8,
    /// The record that it corrects.
    pub corrects: Option<Position>,
    /// The event's bytes. Where it has personal data, the reference of each piece stands in here.
    pub payload: Vec<u8>,
    /// Personal data: goes to the vault; the record takes a commitment of each, in this order.
    pub personal: Vec<Personal>,
}

/// One piece of personal data. Its reference must be new, and must stand in the payload.
#[derive(Clone, PartialEq, Eq)]
pub struct Personal {
    /// A fresh random name.
    pub reference: Reference,
    /// The data, in its canonical form.
    pub plaintext: Vec<u8>,
}

impl std::fmt::Debug for Personal {
    /// Shows the length only: personal data does not go into logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Personal({} bytes)", self.plaintext.len())
    }
}

/// Why an append was not, or may not have been, recorded.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Nothing was written. Load the stream again and decide anew.
    #[error("stream {stream} is at version {current}, not {expected}")]
    Stale {
        /// The stream.
        stream: Stream,
        /// The version asked for.
        expected: u64,
        /// The version that it has.
        current: u64,
    },
    /// Nothing was written: what was recorded meanwhile is of a later day than the one that it was decided for. Decide anew.
    #[error("the head was recorded at {head}, after the day for which this was decided; decide anew")]
    Outdated {
        /// When it would have been recorded.
        head: Micros,
    },
    /// Nothing was written: this request id stands in the ledger with other content.
    #[error(
        "request {request} was recorded at position {position} with other content; choose a new request id"
    )]
    RequestReused {
        /// The request id.
        request: RequestId,
        /// Where it was first recorded.
        position: Position,
    },
    /// Nothing was written: the append does not fit a block.
    #[error(
        "an append of {records} records and {bytes} bytes; at most {records_max} and {bytes_max} fit a block"
    )]
    TooLarge {
        /// Records asked for.
        records: usize,
        /// Their bytes.
        bytes: usize,
        /// Records that fit.
        records_max: usize,
        /// Bytes that fit.
        bytes_max: usize,
    },
    /// Nothing was written: the append itself is not well formed.
    #[error("the append is not well formed: {0}")]
    Malformed(Malformed),
    /// Nothing was written: the disk has too little room. What is recorded stays readable.
    #[error("{free} bytes are free on the ledger's disk; writes are refused below {least}")]
    DiskFull {
        /// Bytes free.
        free: u64,
        /// Bytes below which writes are refused.
        least: u64,
    },
    /// Nothing was written: the vault did not take the personal data.
    #[error(transparent)]
    Vault(VaultError),
    /// Nothing was written: what may be an earlier record of this request cannot be read.
    #[error("an earlier record cannot be read: {0}")]
    Unreadable(String),
    /// Nothing was written: the machine gave no randomness.
    #[error("no randomness")]
    Randomness(#[source] std::io::Error),
    /// Nothing was written: other committers were first, so many times in a row. Ask again.
    #[error("other writers were first {tries} times in a row; ask again")]
    Contended {
        /// How often it was tried.
        tries: usize,
    },
    /// It may or may not have been written. Ask again with the same request id: that answer is definite.
    #[error("the outcome is unknown ({0}); ask again with the same request id")]
    Unknown(String),
    /// Nothing was written, and nothing will be until the ledger is opened again.
    #[error("the ledger has stopped ({0}); open it again")]
    Stopped(String),
}

/// Why appends were not recorded together.
#[derive(Debug, thiserror::Error)]
pub enum NotTogether {
    /// Nothing was written: this one of them is denied.
    #[error("{error}")]
    One {
        /// Which, from 0.
        index: usize,
        /// Why.
        error: AppendError,
    },
    /// Nothing was written: some are recorded already and others are not, so that they cannot be recorded together any more.
    #[error("{recorded} of them are recorded already, the first at position {position}")]
    Partly {
        /// How many.
        recorded: usize,
        /// The first of them, from 0.
        index: usize,
        /// Where it is recorded.
        position: Position,
    },
    /// What is the matter with all of them; [`AppendError`] says whether anything may have been written.
    #[error(transparent)]
    All(#[from] AppendError),
}

/// What is wrong with an append itself.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Malformed {
    /// Checks alone record nothing, so that the request id could not be remembered.
    #[error("it holds no event")]
    NoEvent,
    /// A stream may stand in it once.
    #[error("stream {0} stands in it twice")]
    StreamTwice(Stream),
    /// Of appends that are recorded together each has a request id of its own.
    #[error("request {0} stands twice among what is recorded together")]
    RequestTwice(RequestId),
    /// An event corrects what is not recorded yet.
    #[error("it corrects position {0}, which is not recorded yet")]
    CorrectsNothing(Position),
    /// A reference must stand in the payload of its event, so that a repetition can be compared.
    #[error("the reference of personal data number {0} does not stand in the payload")]
    ReferenceMissing(usize),
    /// The payload is longer than a record takes.
    #[error("a payload of {given} bytes; at most {max} are taken", max = thads_proof::record::PAYLOAD_MAX)]
    PayloadTooLong {
        /// Bytes given.
        given: usize,
    },
    /// More pieces of personal data than a record takes.
    #[error("{given} pieces of personal data; at most {max} are taken", max = thads_proof::record::COMMITMENTS_MAX)]
    TooManyPersonal {
        /// Pieces given.
        given: usize,
    },
    /// A piece of personal data is longer than the vault takes.
    #[error("personal data of {given} bytes; at most {max} are taken", max = crate::vault::PLAINTEXT_BYTES_MAX)]
    PersonalTooLong {
        /// Bytes given.
        given: usize,
    },
    /// A limit of the record is broken.
    #[error("{0}")]
    Record(String),
}
