//! Kinds that repair and remark: what an entry should have said, that it should not be, and notes.

use serde::{Deserialize, Serialize};

use super::{About, Event, Kind};
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
    #[serde(with = "super::replacement")]
    pub replacement: Box<Event>,
    /// On whose authority.
    pub authority: String,
    /// Why.
    #[serde(default)]
    pub reason: Option<Personal>,
}

impl Kind for FactCorrected {
    const ABOUT: About = About {
        code: 240,
        revision: 1,
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
    const ABOUT: About = About {
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
    const ABOUT: About =
        About { code: 242, revision: 1, name: "note_added", vi: "ghi chú", article: "–", by: STAFF };

    fn personal(&mut self) -> Vec<&mut Personal> {
        vec![&mut self.text]
    }
}
