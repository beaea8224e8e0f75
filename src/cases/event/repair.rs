//! Kinds that repair and remark: what an entry should have said, that it should not be, and notes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kind::{unknown_revision, unwritten_revision};
use super::{Common, Kind, KindInfo, Replacement};
use crate::date::Date;
use crate::ids::Position;
use crate::organisation::Role;
use crate::personal::Personal;

/// Who repairs at all; each only what his role may record (`decide/repair.rs`).
const REPAIRERS: &[Role] = &[
    Role::Head,
    Role::ProvincialHead,
    Role::Enforcer,
    Role::Examiner,
    Role::Clerk,
    Role::Accountant,
    Role::Administrator,
];

/// Who works on cases; who only oversees or administers writes nothing there.
const STAFF: &[Role] = &[
    Role::Head,
    Role::ProvincialHead,
    Role::Enforcer,
    Role::Examiner,
    Role::Clerk,
    Role::Accountant,
    Role::Cashier,
];

/// `fact_corrected` (sửa dữ liệu đã ghi): the entry should have said this. The entry itself stays in the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactCorrected {
    /// Which entry; the same position stands in the record's header.
    pub entry: Position,
    /// When it really took effect.
    pub took_effect: Date,
    /// What it should have said, whole; of the same kind.
    pub replacement: Replacement,
    /// On whose authority.
    pub authority: String,
    /// Why.
    #[serde(default)]
    pub reason: Option<Personal>,
    /// The names of the fields that the sender gave, in order, where he gave only those that change: of the replacement's, and
    /// `took_effect`. The others were taken from the entry as it stood. `None`: the replacement was given whole.
    #[serde(default)]
    pub changed: Option<Vec<String>>,
}

/// What a payload of [`FactCorrected`] begins with in every revision: as much as can be read of one whose replacement a
/// later program has written.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct FactCorrectedStart {
    /// The fields that every action may have.
    pub common: Common,
    /// Which entry.
    pub entry: Position,
    /// When it really took effect.
    pub took_effect: Date,
    /// The code of the replacement's kind.
    pub code: u16,
    /// The revision of the replacement's payload.
    pub revision: u8,
}

/// Revision 1 of [`FactCorrected`]: it did not say which fields the sender had given.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FactCorrectedV1 {
    entry: Position,
    took_effect: Date,
    replacement: Replacement,
    authority: String,
    #[serde(default)]
    reason: Option<Personal>,
}

impl Kind for FactCorrected {
    const INFO: KindInfo = KindInfo {
        code: 240,
        revision: 2,
        name: "fact_corrected",
        vi: "sửa dữ liệu đã ghi",
        article: "–",
        by: REPAIRERS,
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        let mut all = self.replacement.personal();
        all.extend(self.reason.as_mut());
        all
    }

    fn read_older<'de, D: Deserializer<'de>>(revision: u8, fields: D) -> Result<FactCorrected, D::Error> {
        if revision != 1 {
            return Err(unknown_revision(&Self::INFO, revision));
        }
        let FactCorrectedV1 { entry, took_effect, replacement, authority, reason } =
            FactCorrectedV1::deserialize(fields)?;
        Ok(FactCorrected { entry, took_effect, replacement, authority, reason, changed: None })
    }

    fn write_older<S: Serializer>(&self, revision: u8, serializer: S) -> Result<S::Ok, S::Error> {
        if revision != 1 || self.changed.is_some() {
            return Err(unwritten_revision(&Self::INFO, revision));
        }
        let old = FactCorrectedV1 {
            entry: self.entry,
            took_effect: self.took_effect,
            replacement: self.replacement.clone(),
            authority: self.authority.clone(),
            reason: self.reason.clone(),
        };
        old.serialize(serializer)
    }
}

/// `entry_voided` (hủy dữ liệu đã ghi): recorded on the wrong case, or twice.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryVoided {
    /// Which entry; the same position stands in the record's header.
    pub entry: Position,
    /// On whose authority.
    pub authority: String,
    /// Why.
    #[serde(default)]
    pub reason: Option<Personal>,
}

impl Kind for EntryVoided {
    const INFO: KindInfo = KindInfo {
        code: 241,
        revision: 1,
        name: "entry_voided",
        vi: "hủy dữ liệu đã ghi",
        article: "–",
        by: REPAIRERS,
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        self.reason.iter_mut().collect()
    }
}

/// `note_added` (ghi chú).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteAdded {
    /// What it says.
    pub text: Personal,
}

impl Kind for NoteAdded {
    const INFO: KindInfo =
        KindInfo { code: 242, revision: 1, name: "note_added", vi: "ghi chú", article: "–", by: STAFF };

    fn personal(&mut self) -> Vec<&mut Personal> {
        vec![&mut self.text]
    }
}
