//! Writers that do not wait for each other: clients of the recorded server, so that blocks hold several records and many
//! actions are in flight when the power goes away.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread;

use super::recording::Recorder;
use super::workload;

/// Clients at the same time.
const WRITERS: usize = 16;

/// Serves the recorded ledger and sends the notes number 0 to before `notes`, one at a time from each writer. What the
/// server writes to a client is the acknowledgement.
pub(super) fn run(recorder: &Recorder, notes: usize) -> Result<(), String> {
    let mut server = recorder
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut said = BufReader::new(server.stderr.take().unwrap());
    let sent = serving(&mut said).and_then(|address| {
        thread::scope(|scope| {
            let write = |writer| {
                let address = &address;
                move || {
                    (writer..notes)
                        .step_by(WRITERS)
                        .try_for_each(|note| send(address, workload::NOTES_FROM + note))
                }
            };
            let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(write(writer))).collect();
            writers.into_iter().try_for_each(|writer| writer.join().unwrap())
        })
    });
    let told = Command::new("kill").arg("-TERM").arg(server.id().to_string()).status();
    let mut rest = String::new();
    let _ = said.read_to_string(&mut rest);
    let ended = server.wait().map_err(|error| error.to_string())?;
    sent?;
    match told {
        Ok(_) if ended.success() => Ok(()),
        _ => Err(format!("the server ended with {ended}: {rest}")),
    }
}

/// Waits until the server says where it listens.
fn serving(said: &mut impl BufRead) -> Result<String, String> {
    let mut all = String::new();
    loop {
        let before = all.len();
        if said.read_line(&mut all).map_err(|error| error.to_string())? == 0 {
            return Err(format!("the server does not serve: {all}"));
        }
        if let Some((_, address)) = all[before..].split_once("http://") {
            return Ok(address.trim().trim_end_matches('/').to_owned());
        }
    }
}

fn send(address: &str, number: usize) -> Result<(), String> {
    let body = workload::action(number).to_string();
    let mut stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
    let head = format!(
        "POST /api/v1/actions HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).map_err(|error| error.to_string())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(|error| error.to_string())?;
    if answer.starts_with("HTTP/1.1 201") { Ok(()) } else { Err(format!("action {number}: {answer:.400}")) }
}
