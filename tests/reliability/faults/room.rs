//! A ledger with writers, truth and judge, served in whatever trouble a test makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::judge::Judge;
use crate::office;
use crate::server::Server;
use crate::support::Program;
use crate::truth::{Outcome, Truth};
use crate::writers::{CASES, Progress, Writer};

/// The ledger.
pub(crate) struct Room {
    /// Its directory.
    pub(crate) data: PathBuf,
    program: Program,
    pub(crate) truth: Truth,
    writers: Vec<Writer>,
    judge: Judge,
}

/// A command on a ledger, laid out small where the build can be told.
pub(crate) fn small(program: Program, data: &Path) -> Command {
    let mut command = program.on(data);
    command.env("THADS_STORAGE", "524800,2048,5,0");
    command
}

impl Room {
    /// Founds one in `folder`, which is made where it is not there; the truth is kept beside it, in `apart`.
    pub(crate) fn found(folder: &Path, apart: &Path, program: Program, seed: u64, number: u64) -> Room {
        fs::create_dir_all(folder).unwrap();
        let data = folder.join("data");
        office::found(&data, CASES, || {
            let mut command = small(program, &data);
            command.env_remove("THADS_DEFECT"); // what is founded is sound; what comes after is judged
            command
        });
        Room {
            program,
            truth: Truth::new(&apart.join(format!("truth-{number}"))),
            writers: Writer::all(seed, number),
            judge: Judge::new(&data),
            data,
        }
    }

    /// A command on it.
    pub(crate) fn command(&self) -> Command {
        small(self.program, &self.data)
    }

    /// Lets the writers write until so many answers, or until nobody gets any more.
    pub(crate) fn write(&mut self, server: &Server, answers: u64, broken: &mut Vec<String>) {
        self.writing(server, answers, false, broken);
    }

    fn writing(&mut self, server: &Server, answers: u64, settle: bool, broken: &mut Vec<String>) {
        let progress = Progress::new();
        let (truth, address) = (&self.truth, server.address());
        std::thread::scope(|scope| {
            let progress = &progress;
            for writer in &mut self.writers {
                scope.spawn(move || writer.write(address, truth, progress, settle));
            }
            progress.wait(answers);
            progress.end();
        });
        broken.extend(progress.done());
    }

    /// Looks at the log as it is.
    pub(crate) fn look(&mut self, broken: &mut Vec<String>) {
        self.judge.look(&self.truth, true, broken);
    }

    /// Without trouble: what is open is asked again and recorded once, more is written, everything is verified.
    pub(crate) fn settle(&mut self, broken: &mut Vec<String>) {
        let server = match Server::start(&mut self.command()) {
            Ok(server) => server,
            Err(ended) => {
                broken.push(format!("the server does not start: {ended}"));
                return;
            }
        };
        self.writing(&server, u64::MAX, true, broken);
        self.write(&server, 40, broken);
        self.writing(&server, u64::MAX, true, broken);
        let ended = server.stop();
        if ended.status.code() != Some(0) {
            broken.push(format!("the server did not end in order: {ended}"));
        }
        self.look(broken);
        let open =
            |sent: &&crate::truth::Sent| matches!(sent.outcome, Outcome::InFlight | Outcome::Denied(_));
        let open = self.truth.all().values().filter(open).count();
        if open > 0 {
            broken.push(format!("{open} requests have no receipt after they were asked again"));
        }
        self.judge.verify(true, broken);
    }

    /// Requests of each outcome: acknowledged, denied, in flight.
    pub(crate) fn outcomes(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for sent in self.truth.all().values() {
            match sent.outcome {
                Outcome::Acknowledged(_) => counts[0] += 1,
                Outcome::Denied(_) => counts[1] += 1,
                Outcome::InFlight => counts[2] += 1,
                Outcome::Refused(..) => {}
            }
        }
        counts
    }
}
