//! Sixteen writers over HTTP: each waits for its answer before it sends the next, asks again what was in flight, and now
//! and then asks again what was acknowledged long ago.

use std::net::SocketAddr;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::office;
use crate::server;
use crate::support::Chance;
use crate::truth::Truth;

/// How many write at once.
pub(crate) const WRITERS: usize = 16;
/// Their cases: two writers meet at each.
pub(crate) const CASES: usize = WRITERS / 2;
/// How long nothing may happen before a run counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the writers of one life of a server have done so far; the one who kills waits for it.
pub(crate) struct Progress {
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    answered: u64,
    writing: usize,
    ending: bool,
    broken: Vec<String>,
}

impl Progress {
    /// Nothing done, all writing.
    pub(crate) fn new() -> Progress {
        let state = State { answered: 0, writing: WRITERS, ending: false, broken: Vec::new() };
        Progress { state: Mutex::new(state), wake: Condvar::new() }
    }

    /// Waits for so many answers, or until no writer is left. Returns whether there were so many.
    pub(crate) fn wait(&self, answers: u64) -> bool {
        let state = self.state.lock().unwrap();
        let (mut state, waited) = self
            .wake
            .wait_timeout_while(state, PATIENCE, |state| state.answered < answers && state.writing > 0)
            .unwrap();
        if waited.timed_out() {
            let answered = state.answered;
            state.broken.push(format!("{answered} answers and then none for {PATIENCE:?}"));
        }
        state.answered >= answers
    }

    /// Tells the writers to stop after their next answer, and waits until they have.
    pub(crate) fn end(&self) {
        let mut state = self.state.lock().unwrap();
        state.ending = true;
        drop(self.wake.wait_while(state, |state| state.writing > 0).unwrap());
    }

    /// What was found broken.
    pub(crate) fn done(self) -> Vec<String> {
        self.state.into_inner().unwrap().broken
    }

    fn answered(&self, wrong: Option<String>) -> bool {
        let mut state = self.state.lock().unwrap();
        state.answered += 1;
        state.broken.extend(wrong);
        self.wake.notify_all();
        state.ending
    }

    fn left(&self) {
        self.state.lock().unwrap().writing -= 1;
        self.wake.notify_all();
    }
}

/// One writer, over all lives of its server.
pub(crate) struct Writer {
    number: usize,
    rng: Chance,
    written: u64,
    /// Sent and not answered yet.
    in_flight: Option<String>,
    acknowledged: Vec<String>,
}

/// What came of asking.
enum Asked {
    /// An answer, and what is wrong with it.
    Answered(Option<String>),
    /// None, or that the ledger does not know or cannot write now.
    Unanswered,
}

impl Writer {
    /// The writers of a ledger whose requests are drawn from a seed.
    pub(crate) fn all(seed: u64, ledger: u64) -> Vec<Writer> {
        let of = |number: usize| Writer {
            number,
            rng: Chance::new(seed, ledger * 1000 + 1 + u64::try_from(number).unwrap()),
            written: 0,
            in_flight: None,
            acknowledged: Vec::new(),
        };
        (0..WRITERS).map(of).collect()
    }

    /// Writes until the server is gone or the run ends. With `only_ask_again` it settles what is in flight, and stops.
    pub(crate) fn write(
        &mut self,
        server: SocketAddr,
        truth: &Truth,
        progress: &Progress,
        only_ask_again: bool,
    ) {
        let mut again: Vec<String> = self.in_flight.iter().cloned().collect();
        if !self.acknowledged.is_empty() {
            again.push(self.acknowledged[self.rng.index(self.acknowledged.len())].clone());
        }
        again.reverse();
        loop {
            let request = match again.pop() {
                Some(request) => request,
                None if only_ask_again => break,
                None => self.new_request(truth),
            };
            match self.ask(&request, server, truth) {
                Asked::Answered(wrong) => {
                    if progress.answered(wrong) {
                        break;
                    }
                }
                Asked::Unanswered => break,
            }
        }
        progress.left();
    }

    /// Makes a request and notes it as sent: mostly lawful ones, with personal data and without, some unlawful or stale.
    fn new_request(&mut self, truth: &Truth) -> String {
        let request = self.rng.id();
        let case = office::case(self.number / 2 + 1);
        self.written += 1;
        let named = format!("{} lần {}", self.number, self.written);
        let mut lawful = true;
        let body = match self.rng.below(20) {
            0 => {
                lawful = false;
                office::completed(&request, &case)
            }
            1 => {
                lawful = false;
                let mut note = office::note(&request, &case, &named);
                note["expected_version"] = json!(1);
                note
            }
            // Long ones, so that blocks differ in size and segments fill.
            2..=6 => {
                let long = format!("{named} {}", "ệ".repeat(60 + self.rng.index(100)));
                let mut payment = office::payment(&request, &case, 1_000, &long);
                payment["document"] = json!({ "number": long, "date": "2015-11-09" });
                payment
            }
            7..=8 => office::payment(&request, &case, 1_000 + self.rng.below(1_000), &named),
            _ => office::note(&request, &case, &named.repeat(1 + self.rng.index(12))),
        };
        truth.sending(&request, (self.number, self.written), &body, lawful);
        self.in_flight = Some(request.clone());
        request
    }

    fn ask(&mut self, request: &str, server: SocketAddr, truth: &Truth) -> Asked {
        let body = truth.asking(request);
        let Ok(answer) = server::post(server, "/api/v1/actions", &body) else { return Asked::Unanswered };
        let noted = match answer.status {
            200 | 201 => {
                let noted = truth.acknowledged(request, &answer.json());
                if self.in_flight.as_deref() == Some(request) {
                    self.acknowledged.push(request.to_owned());
                }
                noted
            }
            // Definitely not recorded: the writer is done, and asks again in the server's next life.
            503 | 507 if !answer.text.contains("urn:thads:problem:unknown-outcome") => {
                truth.denied(request, &answer.text);
                return Asked::Unanswered;
            }
            500.. => return Asked::Unanswered,
            status => truth.refused(request, status, &answer.text),
        };
        if self.in_flight.as_deref() == Some(request) {
            self.in_flight = None;
        }
        Asked::Answered(noted.err())
    }
}
