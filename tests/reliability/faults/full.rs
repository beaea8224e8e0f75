//! The disk is full, and freed again: reads go on, writes are refused with the documented answer, nothing is lost, and
//! after that it goes on. Three ways: the product below its mark of free space, a build without a mark on a disk that
//! is really full, and calls that fail as on one.

use std::fs;
use std::path::Path;

use super::mount::Mount;
use super::preload::Preload;
use super::room::Room;
use super::{Found, Options};
use crate::office;
use crate::server::{self, Server};
use crate::support::{Program, ran};

/// Room for a ledger of the product beside its mark of 128 MiB: ballast 64, two segments of 16, sled 16.
const PRODUCT_MIB: u64 = 300;
/// Less than the product's mark of free space.
const BELOW_MARK: u64 = 100 << 20;
const SMALL_MIB: u64 = 64;

/// How a disk is made full.
enum Disk<'a> {
    /// Filled by a file beside the ledger, until so many bytes are left.
    Real { mount: Mount, left: u64 },
    /// As long as the file is there, calls that need room fail.
    Told { preload: &'a Preload, file: std::path::PathBuf },
}

impl Disk<'_> {
    fn fill(&self) {
        match self {
            Disk::Real { mount, left } => mount.fill(*left),
            Disk::Told { file, .. } => fs::write(file, "").unwrap(),
        }
    }

    fn free(&self) {
        match self {
            Disk::Real { mount, .. } => mount.free_again(),
            Disk::Told { file, .. } => fs::remove_file(file).unwrap(),
        }
    }

    fn command(&self, room: &Room) -> std::process::Command {
        let mut command = room.command();
        if let Disk::Told { preload, file } = self {
            preload.fill(&mut command, &room.data, file);
        }
        command
    }
}

/// Runs this part.
pub(crate) fn run(options: &Options, folder: &Path, found: &mut Found) {
    let mut try_on = |name: &str, number, program, disk: Result<(Disk<'_>, &Path), String>| match disk {
        Ok((disk, at)) => {
            let mut room = Room::found(at, folder, program, options.seed, number);
            for round in 0..options.rounds {
                let mut broken = Vec::new();
                round_on(&mut room, &disk, &mut broken);
                found.broken.extend(broken.iter().map(|one| format!("{name}, round {}: {one}", round + 1)));
            }
            let [acknowledged, ..] = room.outcomes();
            found.tried.push(format!("{} times {name} ({acknowledged} acknowledgements)", options.rounds));
        }
        Err(why) => found.skipped.push(format!("{name}: {why}")),
    };
    let real = |mount: Result<Mount, String>, left| mount.map(|mount| Disk::Real { mount, left });
    let product = folder.join("full-product");
    let disk = real(Mount::tmpfs(&product, PRODUCT_MIB), BELOW_MARK).map(|disk| (disk, product.as_path()));
    try_on("below the mark", 910, Program::Thads, disk);
    let small = folder.join("full-tmpfs");
    let disk = real(Mount::tmpfs(&small, SMALL_MIB), 0).map(|disk| (disk, small.as_path()));
    try_on("a full tmpfs", 920, Program::Testing, disk);
    let small = folder.join("full-ext4");
    let disk = real(Mount::ext4(&small, SMALL_MIB), 0).map(|disk| (disk, small.as_path()));
    try_on("a full ext4", 930, Program::Testing, disk);
    let told = folder.join("full-told");
    let preload = Preload::build(folder);
    let disk = preload
        .as_ref()
        .map_err(Clone::clone)
        .map(|preload| (Disk::Told { preload, file: folder.join("full") }, told.as_path()));
    try_on("calls that need room fail", 940, Program::Testing, disk);
}

/// Writes, fills the disk, writes and reads, frees it, goes on.
fn round_on(room: &mut Room, disk: &Disk<'_>, broken: &mut Vec<String>) {
    let server = match Server::start(&mut disk.command(room)) {
        Ok(server) => server,
        Err(ended) => return broken.push(format!("before the disk was full: {ended}")),
    };
    room.write(&server, 60, broken);
    let before = room.outcomes();
    disk.fill();
    // Many answers: what needs no new room may still be written, until something does.
    room.write(&server, 4_000, broken);
    let [_, denied, in_flight] = room.outcomes();
    if denied + in_flight == 0 {
        broken.push(format!("all was written on a full disk; before it {before:?}"));
    }
    for path in ["/", "/api/v1/cases", "/api/v1/reports/2016-H1", "/api/v1/cases/DT03-2015-0001/history"] {
        match server::get(server.address(), path) {
            Ok(answer) if answer.status == 200 => {}
            other => broken.push(format!("GET {path} on a full disk: {other:?}")),
        }
    }
    let note = office::note(&"f".repeat(32), &office::case(1), "đĩa đầy");
    match server::post(server.address(), "/api/v1/actions?dry_run=true", &note) {
        // As the action itself: there is no room, or the ledger has stopped for it.
        Ok(answer) if [503, 507].contains(&answer.status) => {}
        other => broken.push(format!("a dry run on a full disk: {other:?}")),
    }
    for args in
        [&["log"][..], &["report", "--period", "2016-H1"], &["case", "DT03/2015/0001"], &["checkpoint"]]
    {
        let done = ran(disk.command(room).args(args));
        if done.status != Some(0) {
            broken.push(format!("{args:?} on a full disk: {done:?}"));
        }
    }
    let marked = matches!(disk, Disk::Real { left, .. } if *left > 0);
    let server = if marked {
        Some(server)
    } else {
        // It has stopped: the medium is not to be trusted after a failed write. So it is opened again, full as it is.
        server.stop();
        room.look(broken);
        match Server::start(&mut disk.command(room)) {
            Ok(server) => Some(server),
            Err(ended) if ended.status.code() == Some(1) && ended.said.contains("thads: ") => None,
            Err(ended) => {
                broken.push(format!("opened on a full disk: {ended}"));
                None
            }
        }
    };
    let server = match server {
        Some(server) if marked => {
            all_are_told(room, &server, broken);
            with_ballast(room, disk, server, broken)
        }
        server => server,
    };
    disk.free();
    if let Some(server) = server {
        let [acknowledged, ..] = room.outcomes();
        if marked {
            room.write(&server, 60, broken);
            if room.outcomes()[0] < acknowledged + 40 {
                broken.push("it does not go on by itself after the disk was freed".into());
            }
        }
        let ended = server.stop();
        if marked && ended.status.code() != Some(0) {
            broken.push(format!("the server did not end in order: {ended}"));
        }
    }
    if marked {
        doctor(room, disk, "taken again", broken);
    }
    room.look(broken);
    room.settle(broken);
}

/// On the disk that is still full, `doctor` releases the ballast, and writing goes on.
fn with_ballast(
    room: &mut Room,
    disk: &Disk<'_>,
    server: Server,
    broken: &mut Vec<String>,
) -> Option<Server> {
    server.stop();
    doctor(room, disk, "was released", broken);
    let server = match Server::start(&mut disk.command(room)) {
        Ok(server) => server,
        Err(ended) => {
            broken.push(format!("opened with the ballast released: {ended}"));
            return None;
        }
    };
    let [before, ..] = room.outcomes();
    room.write(&server, 60, broken);
    if room.outcomes()[0] < before + 40 {
        broken.push("the ballast was released and writes are refused".into());
    }
    Some(server)
}

fn doctor(room: &Room, disk: &Disk<'_>, about_the_ballast: &str, broken: &mut Vec<String>) {
    let done = ran(disk.command(room).args(["--lang", "en", "doctor"]));
    if done.status != Some(0) || !done.out.contains(about_the_ballast) {
        broken.push(format!("doctor, whose ballast {about_the_ballast}: {done:?}"));
    }
}

/// Below the mark every write is answered with 507, and the command line says the same.
fn all_are_told(room: &Room, server: &Server, broken: &mut Vec<String>) {
    let note = office::note(&"e".repeat(32), &office::case(1), "đĩa đầy");
    match server::post(server.address(), "/api/v1/actions", &note) {
        Ok(answer) if answer.status == 507 && answer.text.contains("urn:thads:problem:disk-full") => {}
        other => broken.push(format!("a write below the mark: {other:?}")),
    }
    if room.outcomes()[2] > 0 {
        broken.push("below the mark an outcome is unknown".into());
    }
}
