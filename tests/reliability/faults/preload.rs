//! Building and loading fail.c, the library that lets a system call fail.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::point::Point;
use crate::support::ran;

/// The built library.
pub(crate) struct Preload {
    library: PathBuf,
}

impl Preload {
    /// Builds it. `Err`: why it cannot be built here.
    pub(crate) fn build(folder: &Path) -> Result<Preload, String> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/fail.c");
        let library = folder.join("fail.so");
        let mut command = Command::new("cc");
        command.args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"]);
        command.arg(&library).arg(source).arg("-ldl");
        if Command::new("cc").arg("--version").output().is_err() {
            return Err("there is no C compiler (cc)".into());
        }
        let done = ran(&mut command);
        if done.status == Some(0) { Ok(Preload { library }) } else { Err(format!("fail.c: {}", done.err)) }
    }

    fn load(&self, command: &mut Command, data: &Path) {
        command.env("LD_PRELOAD", &self.library).env("FAIL_UNDER", data);
    }

    /// Makes a command note every call on files of `data`.
    pub(crate) fn note(&self, command: &mut Command, data: &Path, notes: &Path) {
        self.load(command, data);
        command.env("FAIL_NOTES", notes);
    }

    /// Makes one call of a command fail; `fired` is created then.
    pub(crate) fn fail(&self, command: &mut Command, data: &Path, at: &Point, fired: &Path) {
        self.load(command, data);
        command.env("FAIL_AT", at.to_string()).env("FAIL_FIRED", fired);
    }

    /// Makes whatever needs room fail while the file `full` is there.
    pub(crate) fn fill(&self, command: &mut Command, data: &Path, full: &Path) {
        self.load(command, data);
        command.env("FAIL_FULL", full);
    }
}
