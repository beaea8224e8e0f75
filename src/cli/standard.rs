//! The standard streams as files of our own, so that what cannot be read or written is an error.
//!
//! Rust's handles take an output that is not open for writing as written to, and an input that is not open for reading as
//! ended; and before `main` its runtime puts `/dev/null` in the place of a stream that is closed, which a user's own `/dev/null`
//! cannot be told from later. So whether they are closed is looked at before that.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

static IN_IS_CLOSED: AtomicBool = AtomicBool::new(false);
static OUT_IS_CLOSED: AtomicBool = AtomicBool::new(false);
static ERR_IS_CLOSED: AtomicBool = AtomicBool::new(false);

ctor_lite::ctor! {
    // The crate asks for the word, for nothing of Rust's runtime is there yet; three descriptors are asked for, no more.
    unsafe fn look_before_the_runtime() {
        IN_IS_CLOSED.store(own(io::stdin()).is_err(), Ordering::Relaxed);
        OUT_IS_CLOSED.store(own(io::stdout()).is_err(), Ordering::Relaxed);
        ERR_IS_CLOSED.store(own(io::stderr()).is_err(), Ordering::Relaxed);
    }
}

/// Standard input.
///
/// # Errors
/// Those of [`out`].
pub(crate) fn input() -> io::Result<File> {
    if IN_IS_CLOSED.load(Ordering::Relaxed) { Err(closed()) } else { own(io::stdin()) }
}

/// Standard output.
///
/// # Errors
/// It was closed when the program began, or there is no descriptor left.
pub(crate) fn out() -> io::Result<File> {
    if OUT_IS_CLOSED.load(Ordering::Relaxed) { Err(closed()) } else { own(io::stdout()) }
}

/// Standard error.
///
/// # Errors
/// Those of [`out`].
pub(crate) fn err() -> io::Result<File> {
    if ERR_IS_CLOSED.load(Ordering::Relaxed) { Err(closed()) } else { own(io::stderr()) }
}

fn own(standard: impl AsFd) -> io::Result<File> {
    standard.as_fd().try_clone_to_owned().map(File::from)
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "it is closed")
}
