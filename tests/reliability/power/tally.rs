//! Holds the recorder's counts against strace's: a call that the recorder does not see would make images too kind.

use std::collections::BTreeMap;

use super::notes::Notes;

/// What strace writes down: whatever can change a file, its length or a name, or make it durable.
pub(super) const TRACED: &str = "trace=open,openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,\
    copy_file_range,sendfile,splice,ftruncate,truncate,fallocate,fsync,fdatasync,sync,syncfs,sync_file_range,rename,\
    renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,mmap,\
    io_uring_setup";

/// Returns how the counts differ, none if they do not. `root`: the recorded folder, as strace prints paths.
pub(super) fn differences(notes: &Notes, traced: &[String], root: &str) -> (u64, Vec<String>) {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for line in traced {
        if let Some(sort) = sort(line, root) {
            *seen.entry(sort).or_default() += 1;
        }
    }
    let mut noted = notes.counts.clone();
    noted.remove("acknowledgement");
    noted.remove("root");
    let all: u64 = seen.values().sum();
    let sorts: std::collections::BTreeSet<&str> = seen.keys().chain(noted.keys()).copied().collect();
    let different = sorts.into_iter().filter_map(|sort| {
        let (ours, strace) = (noted.get(sort).copied(), seen.get(sort).copied());
        (ours != strace).then(|| {
            format!(
                "the recorder noted {} calls of the sort {sort}, strace {}",
                ours.unwrap_or(0),
                strace.unwrap_or(0)
            )
        })
    });
    (all, different.collect())
}

/// The recorder's name for a traced call that succeeded on something below the root.
fn sort(line: &str, root: &str) -> Option<&'static str> {
    let (name, rest) = line.split_once('(')?;
    if name == "io_uring_setup" || name == "sync" {
        return Some("beyond the recorder");
    }
    if !rest.contains(root) || rest.contains(") = -1 ") {
        return None;
    }
    match name {
        "open" | "openat" | "openat2" | "creat" => {
            let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| rest.contains(flag));
            (writes || name == "creat").then_some("open")
        }
        "write" | "pwrite64" | "writev" | "pwritev" => Some("write"),
        // Only what is copied to a recorded file counts, and the last call of a copy, which finds the end, does not.
        "copy_file_range" | "sendfile" => {
            let to = rest.split(", ").nth(if name == "sendfile" { 0 } else { 2 }).unwrap_or_default();
            (to.contains(root) && !rest.contains(") = 0")).then_some("copy")
        }
        "ftruncate" => Some("truncate"),
        "fallocate" => Some("fallocate"),
        "fsync" => Some("fsync"),
        "fdatasync" => Some("fdatasync"),
        "syncfs" => Some("syncfs"),
        "sync_file_range" => Some("sync_file_range"),
        "rename" | "renameat" | "renameat2" => Some("rename"),
        "link" | "linkat" => Some("link"),
        "unlink" | "unlinkat" | "rmdir" => Some("unlink"),
        "mkdir" | "mkdirat" => Some("mkdir"),
        "mmap" => {
            (rest.contains("MAP_SHARED") && rest.contains("PROT_WRITE")).then_some("beyond the recorder")
        }
        _ => Some("beyond the recorder"),
    }
}
