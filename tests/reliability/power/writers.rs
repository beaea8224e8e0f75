//! Writers that do not wait for each other: clients of the recorded server, so that blocks hold several records and many
//! actions are in flight when the power goes away.

use std::net::SocketAddr;
use std::process::Stdio;
use std::thread;

use super::recording::Recorder;
use super::workload;
use crate::server::{Server, post};

/// Clients at the same time.
const WRITERS: usize = 16;

/// Serves the recorded ledger and sends the notes number 0 to before `notes`, one at a time from each writer. What the
/// server writes to a client is the acknowledgement.
pub(super) fn run(recorder: &Recorder, notes: usize) -> Result<(), String> {
    let server =
        Server::start(recorder.command(&[]).stdin(Stdio::null())).map_err(|ended| ended.to_string())?;
    let address = server.address();
    let sent: Result<(), String> = thread::scope(|scope| {
        let write = |writer| {
            move || {
                (writer..notes)
                    .step_by(WRITERS)
                    .try_for_each(|note| send(address, workload::NOTES_FROM + note))
            }
        };
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(write(writer))).collect();
        writers.into_iter().try_for_each(|writer| writer.join().unwrap())
    });
    let ended = server.stop();
    sent?;
    if ended.status.success() { Ok(()) } else { Err(format!("the server: {ended}")) }
}

fn send(address: SocketAddr, number: usize) -> Result<(), String> {
    match post(address, "/api/v1/actions", &workload::action(number)) {
        Ok(answer) if answer.status == 201 => Ok(()),
        other => Err(format!("action {number}: {other:?}")),
    }
}
