//! Ending by a signal: what a command keeps in the folder for temporary files is removed first.

use std::process::exit;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Watches, in a thread of its own, for the signals that end a command. Where that cannot be, the system ends it, and the
/// next command removes what it left.
pub(crate) fn watch() {
    let _ = std::thread::Builder::new().name("thads-signals".into()).spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        if let Ok(number) = runtime.block_on(first()) {
            thads_ledger::remove_scratch();
            // As a shell says it of a program that a signal has ended.
            exit(128 + number);
        }
    });
}

/// Returns the number of the first signal that comes.
async fn first() -> std::io::Result<i32> {
    let kinds = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()];
    let [mut hangup, mut interrupt, mut terminate] =
        [signal(kinds[0])?, signal(kinds[1])?, signal(kinds[2])?];
    async fn number(signal: &mut Signal, kind: SignalKind) -> i32 {
        signal.recv().await;
        kind.as_raw_value()
    }
    Ok(tokio::select! {
        number = number(&mut hangup, kinds[0]) => number,
        number = number(&mut interrupt, kinds[1]) => number,
        number = number(&mut terminate, kinds[2]) => number,
    })
}
