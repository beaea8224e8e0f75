//! Reading what record.c wrote: the calls of the recorded processes, in their total order.

use std::collections::BTreeMap;
use std::sync::Arc;

/// One call that changed files, or one acknowledgement. Paths are given below the recorded root.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Open {
        path: String,
        inode: u64,
        create: bool,
        truncate: bool,
    },
    Write {
        inode: u64,
        offset: u64,
        bytes: Arc<[u8]>,
    },
    Truncate {
        inode: u64,
        length: u64,
    },
    Allocate {
        inode: u64,
        offset: u64,
        length: u64,
        mode: u64,
    },
    Sync {
        inode: u64,
        data_only: bool,
    },
    SyncAll,
    SyncRange,
    Rename {
        from: String,
        to: String,
    },
    Link {
        from: String,
        to: String,
    },
    Unlink {
        path: String,
    },
    MakeFolder {
        path: String,
        inode: u64,
    },
    /// Bytes that the witness file received.
    Acknowledge {
        text: String,
    },
}

/// All calls, and how many there were of each sort.
pub(super) struct Notes {
    pub(super) calls: Vec<Call>,
    pub(super) counts: BTreeMap<&'static str, u64>,
}

/// Reads the notes. `Err`: something was done that the model does not know, so nothing can be judged.
pub(super) fn read(bytes: &[u8]) -> Result<Notes, String> {
    let mut notes = Notes { calls: Vec::new(), counts: BTreeMap::new() };
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut numbers = [0_u64; 8];
        for number in &mut numbers {
            let (eight, behind) = rest.split_first_chunk::<8>().ok_or("a note is cut off")?;
            *number = u64::from_le_bytes(*eight);
            rest = behind;
        }
        let [operation, inode, offset, length, flags, one, two, data] = numbers;
        let one = text(take(&mut rest, one)?);
        let two = text(take(&mut rest, two)?);
        let data = take(&mut rest, data)?;
        let (sort, call) = match operation {
            1 => ("open", Call::Open { path: one, inode, create: flags & 1 > 0, truncate: flags & 2 > 0 }),
            2 => (
                if flags == 0 { "write" } else { "copy" },
                Call::Write { inode, offset, bytes: Arc::from(data) },
            ),
            3 => ("truncate", Call::Truncate { inode, length }),
            4 => ("fallocate", Call::Allocate { inode, offset, length, mode: flags }),
            5 => ("fsync", Call::Sync { inode, data_only: false }),
            6 => ("fdatasync", Call::Sync { inode, data_only: true }),
            7 => ("syncfs", Call::SyncAll),
            8 => ("sync_file_range", Call::SyncRange),
            9 if flags == 0 => ("rename", Call::Rename { from: one, to: two }),
            10 => ("link", Call::Link { from: one, to: two }),
            11 => ("unlink", Call::Unlink { path: one }),
            12 if one.is_empty() => ("root", Call::MakeFolder { path: one, inode }),
            12 => ("mkdir", Call::MakeFolder { path: one, inode }),
            13 => ("acknowledgement", Call::Acknowledge { text: text(data) }),
            other => return Err(format!("cannot judge: call {other} on {one} {two}")),
        };
        *notes.counts.entry(sort).or_default() += 1;
        notes.calls.push(call);
    }
    Ok(notes)
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], String> {
    let length = usize::try_from(length).map_err(|error| error.to_string())?;
    let (part, behind) = rest.split_at_checked(length).ok_or("a note is cut off")?;
    *rest = behind;
    Ok(part)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
