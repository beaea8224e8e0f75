//! `doctor`: all of both copies is checked and each mended from the better one; then everything is verified.

use std::path::Path;

use serde_json::json;
use thads_service::house::House;

use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn run(data: &Path, output: &Output) -> Result<(), Failure> {
    let (house, report) = House::mend(data)?;
    house.close()?;
    let verified = super::verify::verify(data)?;
    if output.json {
        output.json(&json!({ "done": report.sentences(), "verified": verified.json() }));
        return verified.result();
    }
    for sentence in report.sentences() {
        output.line(sentence);
    }
    if report.sentences().is_empty() {
        output.line(output.say("Không có gì phải sửa.", "Nothing had to be mended."));
    }
    output.line(&verified.line(output));
    verified.result()
}
