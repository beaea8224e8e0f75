//! File systems of their own: small, so that they fill up; read-only when told. Root alone may mount them.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::ran;

/// A mounted file system; unmounted when dropped.
pub(crate) struct Mount {
    /// Where it is mounted.
    pub(crate) at: PathBuf,
}

fn tool(name: &str, args: &[&str]) -> Result<(), String> {
    if Command::new(name).arg("--version").output().is_err() {
        return Err(format!("there is no {name}"));
    }
    let done = ran(Command::new(name).args(args));
    if done.status == Some(0) {
        Ok(())
    } else {
        Err(format!("{name} {}: {}", args.join(" "), done.err.trim()))
    }
}

impl Mount {
    /// In memory, of so many MiB. `Err`: why not.
    pub(crate) fn tmpfs(at: &Path, mebibytes: u64) -> Result<Mount, String> {
        fs::create_dir_all(at).unwrap();
        let size = format!("size={mebibytes}m");
        tool("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", &at.display().to_string()])?;
        Ok(Mount { at: at.to_path_buf() })
    }

    /// ext4 in a file of so many MiB. `Err`: why not.
    pub(crate) fn ext4(at: &Path, mebibytes: u64) -> Result<Mount, String> {
        fs::create_dir_all(at).unwrap();
        let image = at.with_extension("ext4");
        File::create(&image).unwrap().set_len(mebibytes << 20).unwrap();
        let (image, place) = (image.display().to_string(), at.display().to_string());
        tool("mkfs.ext4", &["-q", "-m", "0", &image])?;
        tool("mount", &["-o", "loop", &image, &place])?;
        Ok(Mount { at: at.to_path_buf() })
    }

    /// Takes the right to write away from everybody, or gives it back.
    pub(crate) fn read_only(&self, only: bool) -> Result<(), String> {
        let how = if only { "remount,ro" } else { "remount,rw" };
        tool("mount", &["-o", how, &self.at.display().to_string()])
    }

    /// Fills it until so many bytes are left, as the file system counts them.
    pub(crate) fn fill(&self, left: u64) {
        let mut filler = File::options().create(true).append(true).open(self.filler()).unwrap();
        let mut piece = 1 << 20;
        while piece >= 512 {
            let some = vec![1; piece];
            while self.free() >= left + u64::try_from(piece).unwrap() && filler.write_all(&some).is_ok() {}
            piece /= 2;
        }
        // What the file system has put off is asked for now, and may fail: then it is full.
        let _ = filler.sync_all();
    }

    /// Frees what [`Mount::fill`] took.
    pub(crate) fn free_again(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    /// Bytes that are free.
    fn free(&self) -> u64 {
        let path = self.at.display().to_string();
        let done = ran(Command::new("df").args(["-B1", "--output=avail", &path]));
        done.out.lines().nth(1).and_then(|line| line.trim().parse().ok()).unwrap()
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = tool("umount", &["-l", &self.at.display().to_string()]);
    }
}
