//! What a verification found, in words of both languages: the evidence itself speaks one.

use thads_proof::segment::file_name;
use thads_proof::verify::{Finding, Place, What};

use crate::sentence::Sentence;

impl From<&Finding> for Sentence {
    /// What was expected and found are values, and stand as they are.
    fn from(finding: &Finding) -> Sentence {
        let last = finding.position.get().saturating_add(finding.count.saturating_sub(1));
        let records = match finding.count {
            0 | 1 => format!("bản ghi {}", finding.position),
            _ => format!("các bản ghi {} đến {last}", finding.position),
        };
        let place = finding.place.map_or_else(String::new, |place| format!(" ({})", place_vi(&place)));
        let what = what_vi(finding.what);
        let vi = format!("{records}{place}: {what}: phải là {}, thấy {}", finding.expected, finding.found);
        Sentence::new(vi, finding.to_string())
    }
}

/// The place in Vietnamese.
pub(super) fn place_vi(place: &Place) -> String {
    match place.segment {
        Some(segment) => format!("wal/{}, byte {}", file_name(segment), place.offset),
        None => format!("byte {}", place.offset),
    }
}

fn what_vi(what: What) -> &'static str {
    match what {
        What::Leftover => "có byte không thuộc khối nào",
        What::SegmentHeader => "đầu đoạn sai",
        What::BlockHeader => "đầu khối bị hỏng",
        What::BlockIndex => "mục lục của khối bị hỏng, bản ghi còn nguyên",
        What::BlockHash => "mã băm của khối bị hỏng, các bản ghi còn nguyên",
        What::BlockPadding => "phần đệm sau khối không phải là 0",
        What::BlockChain => "đầu khối không khớp với các bản ghi của nó",
        What::RecordDamaged => "bản ghi bị hỏng",
        What::RecordEdited => "bản ghi đã bị sửa",
        What::RecordMissing => "thiếu bản ghi",
        What::RecordReordered => "các bản ghi bị đổi thứ tự",
        What::RecordRepeated => "bản ghi bị chèn thêm hoặc lặp lại",
        What::RecordPosition => "bản ghi không đứng ở vị trí mà nó nói",
        What::Ledger => "bản ghi thuộc sổ khác",
        What::Genesis => "bản ghi đầu không phải bản ghi lập sổ",
        What::StreamVersion => "số thứ tự trong dòng sự kiện bị ngắt quãng",
        What::StreamLeaf => "chuỗi của dòng sự kiện bị đứt",
        What::RecordedAt => "được ghi trước bản ghi mà nó nối tiếp",
        What::Corrects => "sửa một bản ghi không đứng trước nó",
        What::Root => "gốc của cây khác với gốc trong khối",
        What::Checkpoint => "gốc của cây khác với gốc đã ký",
        What::Receipt => "không phải bản ghi mà biên nhận nêu",
        What::Short => "sổ ngắn hơn phần đã ký hoặc đã có biên nhận",
    }
}
