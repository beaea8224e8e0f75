//! Ending by a signal. Told to stop from its first moment on, a command ends by itself: what it keeps for the time being is
//! removed, and its exit status says that it was ended, or, of a server, that it ended in order.

use std::io::{Error, Result};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};

use thads_web::Order;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// What a signal is answered with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    /// It is not known yet what the process is to do; soon it is.
    Unknown,
    /// It ends at once.
    AtOnce,
    /// It opens what it will serve: the first signal lets it open and close again, another ends it at once.
    Opening,
    /// It serves: the first signal lets it finish, another cuts it short.
    Serving,
}

static IS_TOLD: AtomicBool = AtomicBool::new(false);

/// The signals that end the process.
pub(crate) struct Ending {
    way: watch::Sender<Way>,
    orders: watch::Receiver<Order>,
    failed: Option<Error>,
}

impl Ending {
    /// Takes the signals from now on. Where that cannot be, the system ends the process, and the next command removes what
    /// it left; only a server refuses to begin then.
    pub(crate) fn listen() -> Ending {
        let (way, ways) = watch::channel(Way::Unknown);
        let (tell, orders) = watch::channel(Order::Serve);
        let failed = heed(ways, tell).err();
        Ending { way, orders, failed }
    }

    /// From now on a signal ends the command at once.
    pub(crate) fn at_once(&self) {
        self.way.send_replace(Way::AtOnce);
    }

    /// From now on it is let finish, since it will serve.
    ///
    /// # Errors
    /// No signal can be heard.
    pub(crate) fn opening(&mut self) -> Result<()> {
        self.failed.take().map_or(Ok(()), Err)?;
        self.way.send_replace(Way::Opening);
        Ok(())
    }

    /// Returns what the signals say to a server.
    ///
    /// # Errors
    /// No signal can be heard.
    pub(crate) fn serving(&mut self) -> Result<watch::Receiver<Order>> {
        self.failed.take().map_or(Ok(()), Err)?;
        self.way.send_replace(Way::Serving);
        Ok(self.orders.clone())
    }

    /// Where the command is being ended by a signal, leaves the last word to that: what it failed with since, because its
    /// files went away under it, is no failure of its own.
    pub(crate) fn leave_the_last_word(&self) {
        while IS_TOLD.load(Ordering::SeqCst) {
            std::thread::park();
        }
    }
}

/// Hears signals in a thread of its own. They are taken when this returns; one that whoever began this process ignores (nohup, a
/// shell's job in the background) stays ignored.
fn heed(mut ways: watch::Receiver<Way>, tell: watch::Sender<Order>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut asked = {
        let _within = runtime.enter();
        let ignored = ignored();
        let take = |kind: SignalKind| match ignored >> (kind.as_raw_value() - 1) & 1 {
            0 => signal(kind).map(Some),
            _ => Ok(None),
        };
        [take(SignalKind::hangup())?, take(SignalKind::interrupt())?, take(SignalKind::terminate())?]
    };
    let numbers = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()];
    let numbers = numbers.map(|kind| kind.as_raw_value());
    let listening = async move {
        let mut told = 0_usize;
        loop {
            let at = first(&mut asked).await;
            told += 1;
            // A process that ends before it is known has no more to be told.
            let Ok(way) = ways.wait_for(|way| *way != Way::Unknown).await.map(|way| *way) else { return };
            match (way, told) {
                (Way::Unknown | Way::AtOnce, _) | (Way::Opening, 2..) => {
                    IS_TOLD.store(true, Ordering::SeqCst);
                    let _kept_to_the_end = thads_ledger::remove_scratch();
                    // As a shell says it of a program that a signal has ended.
                    exit(128 + numbers[at]);
                }
                (Way::Opening | Way::Serving, 1) => drop(tell.send_replace(Order::Finish)),
                (Way::Opening | Way::Serving, _) => drop(tell.send_replace(Order::Cut)),
            }
        }
    };
    std::thread::Builder::new().name("thads-signals".into()).spawn(move || runtime.block_on(listening))?;
    Ok(())
}

/// The signals that this process ignores, as bits from the signal 1 on (proc_pid_status(5)); none where that cannot be read.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Waits for the next signal, and returns which it was.
async fn first([hangup, interrupt, terminate]: &mut [Option<Signal>; 3]) -> usize {
    tokio::select! {
        () = heard(hangup) => 0,
        () = heard(interrupt) => 1,
        () = heard(terminate) => 2,
    }
}

async fn heard(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}
