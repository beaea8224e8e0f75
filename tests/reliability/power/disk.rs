//! A model of the disk: for every file what is durable and what is pending, for every name likewise.
//!
//! fsync and fdatasync make a file's bytes and length durable; names as [`Model`] says; syncfs everything;
//! sync_file_range nothing. What a crash leaves of the rest is chosen in image.rs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use super::names::{Id, Model, Names, Naming, Table};
use super::notes::Call;

/// A change of a file that is not durable yet, with the number of its call.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) call: usize,
    pub(super) what: What,
    /// The file's length after it.
    pub(super) length: u64,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Write {
        offset: u64,
        bytes: Arc<[u8]>,
    },
    /// The length was set; from the shorter of both lengths on there are zeros.
    Length,
}

/// A file's bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) folder: bool,
    pub(super) durable: Arc<Vec<u8>>,
    pub(super) pending: Vec<Change>,
}

impl Node {
    /// Its length as running programs see it.
    pub(super) fn length(&self) -> u64 {
        self.pending.last().map_or(u64::try_from(self.durable.len()).unwrap(), |change| change.length)
    }

    fn settle(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = Arc::make_mut(&mut self.durable);
        for change in self.pending.drain(..) {
            let length = usize::try_from(change.length).unwrap();
            bytes.resize(length, 0);
            if let What::Write { offset, bytes: written } = change.what {
                let from = usize::try_from(offset).unwrap();
                bytes[from..from + written.len()].copy_from_slice(&written);
            }
        }
    }
}

/// The disk below the recorded root.
#[derive(Clone)]
pub(super) struct Disk {
    pub(super) nodes: Vec<Node>,
    live: Table,
    names: [Names; 2],
    /// By the numbers that the notes hold: whose they are now.
    numbers: BTreeMap<u64, Id>,
    /// Calls applied so far.
    pub(super) calls: usize,
}

pub(super) const ROOT: Id = 0;

impl Disk {
    /// An empty root.
    pub(super) fn empty() -> Disk {
        let root = Node { folder: true, ..Node::default() };
        Disk {
            nodes: vec![root],
            live: Table::new(),
            names: [Names::default(), Names::default()],
            numbers: BTreeMap::new(),
            calls: 0,
        }
    }

    /// What lies below a real folder, all of it durable.
    pub(super) fn of_folder(root: &Path) -> Disk {
        let mut disk = Disk::empty();
        disk.numbers.insert(fs::metadata(root).unwrap().ino(), ROOT);
        disk.read_folder(root, ROOT);
        for names in &mut disk.names {
            names.durable = disk.live.clone();
        }
        disk
    }

    /// What a kill leaves in a real folder: all that was written is there, and what was not durable still is not.
    pub(super) fn after_kill(&self, root: &Path) -> Disk {
        let mut disk = self.clone();
        disk.numbers.clear();
        disk.number(root, ROOT);
        disk
    }

    fn number(&mut self, path: &Path, id: Id) {
        self.numbers.insert(fs::metadata(path).unwrap().ino(), id);
        let below: Vec<(String, Id)> = self
            .live
            .iter()
            .filter(|((folder, _), _)| *folder == id)
            .map(|((_, name), id)| (name.clone(), *id))
            .collect();
        for (name, id) in below {
            self.number(&path.join(name), id);
        }
    }

    fn read_folder(&mut self, path: &Path, folder: Id) {
        let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(Result::unwrap).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let metadata = entry.metadata().unwrap();
            let id = self.nodes.len();
            let bytes = if metadata.is_dir() { Vec::new() } else { fs::read(entry.path()).unwrap() };
            self.nodes.push(Node {
                folder: metadata.is_dir(),
                durable: Arc::new(bytes),
                pending: Vec::new(),
            });
            self.numbers.insert(metadata.ino(), id);
            self.live.insert((folder, entry.file_name().into_string().unwrap()), id);
            if metadata.is_dir() {
                self.read_folder(&entry.path(), id);
            }
        }
    }

    /// The names of a model.
    pub(super) fn names(&self, model: Model) -> &Names {
        &self.names[usize::from(model == Model::Strict)]
    }

    fn find(&self, path: &str) -> Option<Id> {
        path.split('/')
            .filter(|part| !part.is_empty())
            .try_fold(ROOT, |folder, part| self.live.get(&(folder, part.to_owned())).copied())
    }

    /// Folder and last part of a path.
    fn place(&self, path: &str) -> Result<(Id, String), String> {
        let path = path.trim_end_matches('/'); // as the system reads it
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder =
            self.find(folder).ok_or_else(|| format!("cannot judge: {path} is in no known folder"))?;
        Ok((folder, name.to_owned()))
    }

    fn numbered(&self, inode: u64) -> Result<Id, String> {
        self.numbers.get(&inode).copied().ok_or_else(|| format!("cannot judge: inode {inode} is not known"))
    }

    fn name(&mut self, naming: Naming) {
        naming.apply(&mut self.live);
        self.names.iter_mut().for_each(|names| names.pending.push(naming.clone()));
    }

    fn new_node(&mut self, path: &str, inode: u64, folder: bool) -> Result<(), String> {
        let (parent, name) = self.place(path)?;
        let id = self.nodes.len();
        self.nodes.push(Node { folder, ..Node::default() });
        self.numbers.insert(inode, id);
        self.name(Naming::Put { folder: parent, name, id });
        Ok(())
    }

    fn change(&mut self, id: Id, length: u64, what: What) {
        let call = self.calls;
        self.nodes[id].pending.push(Change { call, what, length });
    }

    /// Does what a call did.
    pub(super) fn apply(&mut self, call: &Call) -> Result<(), String> {
        self.calls += 1;
        match call {
            Call::Open { path, inode, create, truncate } => match self.find(path) {
                Some(id) => {
                    self.numbers.insert(*inode, id);
                    if *truncate && self.nodes[id].length() > 0 {
                        self.change(id, 0, What::Length);
                    }
                }
                None if *create => self.new_node(path, *inode, false)?,
                None => return Err(format!("cannot judge: {path} was opened and is not known")),
            },
            Call::Write { inode, offset, bytes } => {
                let id = self.numbered(*inode)?;
                let end = offset + u64::try_from(bytes.len()).unwrap();
                let length = self.nodes[id].length().max(end);
                self.change(id, length, What::Write { offset: *offset, bytes: Arc::clone(bytes) });
            }
            Call::Truncate { inode, length } => {
                let id = self.numbered(*inode)?;
                if self.nodes[id].length() != *length {
                    self.change(id, *length, What::Length);
                }
            }
            Call::Allocate { inode, offset, length, mode } => {
                if *mode != 0 {
                    return Err("cannot judge: fallocate with a mode".into());
                }
                let id = self.numbered(*inode)?;
                if offset + length > self.nodes[id].length() {
                    self.change(id, offset + length, What::Length);
                }
            }
            Call::Sync { inode, data_only } => self.sync(*inode, *data_only)?,
            Call::SyncAll => {
                self.nodes.iter_mut().for_each(Node::settle);
                self.names.iter_mut().for_each(Names::settle);
            }
            Call::SyncRange | Call::Acknowledge { .. } => {}
            Call::Rename { from, to } => self.rename(from, to)?,
            Call::Link { from, to } => {
                let id = self.find(from).ok_or("cannot judge: a link to an unknown file")?;
                let (folder, name) = self.place(to)?;
                self.name(Naming::Put { folder, name, id });
            }
            Call::Unlink { path } => {
                let (folder, name) = self.place(path)?;
                self.name(Naming::Remove { folder, name });
            }
            Call::MakeFolder { path, inode } if path.is_empty() => {
                self.numbers.insert(*inode, ROOT);
            }
            Call::MakeFolder { path, inode } => self.new_node(path, *inode, true)?,
        }
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), String> {
        let id = self.find(from).ok_or("cannot judge: an unknown file got another name")?;
        let ((folder, from), (other, to)) = (self.place(from)?, self.place(to)?);
        if folder == other {
            self.name(Naming::Move { folder, from, to, id });
        } else {
            // Each folder has its own fsync, so that the file may stand in both or in none of them.
            self.name(Naming::Put { folder: other, name: to, id });
            self.name(Naming::Remove { folder, name: from });
        }
        Ok(())
    }

    fn sync(&mut self, inode: u64, data_only: bool) -> Result<(), String> {
        let id = self.numbered(inode)?;
        let [journal, strict] = &mut self.names;
        if self.nodes[id].folder {
            journal.settle();
            strict.settle_folder(id);
            return Ok(());
        }
        let lengthened = self.nodes[id].length() != u64::try_from(self.nodes[id].durable.len()).unwrap();
        if !data_only || lengthened {
            journal.settle();
        }
        self.nodes[id].settle();
        Ok(())
    }
}
