//! What an import keeps of a row that it took: the source's own words, beside what they became.

use serde::{Deserialize, Serialize};

use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::case::Case;
use crate::event::KindName;
use crate::ids::ComplaintId;
use crate::personal::Personal;
use crate::refusal;
use crate::refusal::Refusal;
use crate::words::Words;

/// `row_imported` (dòng dữ liệu nguồn): a row of another program's log, recorded together with what it became. From the rows
/// of a case an import can tell what a row that comes later changes; and an auditor, what a figure was made of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowImported {
    /// What the row says: a JSON object of the mapped columns that are not empty, by their headers.
    pub row: Personal,
    /// Whether rows of the case that go behind it were recorded before it.
    pub late: bool,
    /// What its file is known by: the first 32 hexadecimal digits of a hash of what its rows say.
    pub file: String,
    /// The complaints that were begun with it.
    pub complaints: Vec<ComplaintId>,
}

impl Kind for RowImported {
    const INFO: KindInfo = KindInfo {
        code: 176,
        revision: 1,
        name: "row_imported",
        vi: "dòng dữ liệu nguồn",
        article: "–",
        by: &[],
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        vec![&mut self.row]
    }
}

impl KindOf<Case> for RowImported {
    fn allowed(&self, _: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if on.at.imported {
            return Ok(());
        }
        let limit = Words::RowOfImport;
        Err(refusal!(Mismatch, "–", "kind" => &Self::INFO;
                limit;
                Words::NoteForWords { kind: KindName::NoteAdded.into() }))
    }

    fn apply(&self, _: &mut Case, _: &EventMeta) {}
}
