//! Opens what lies in a tree of plugs, and only what nobody else could have put there.
//!
//! From the tree's root down each component of a path is opened below the one before and never
//! through a link, then judged by what the open descriptor says: a name cannot be pointed elsewhere
//! between the check and the use. Root, the user who runs the host and the owner of the root may own
//! what is found; nobody else may write to it, a group only if it is the private one of the
//! user or of that owner.

use super::reason::Reason;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, openat, openat2, statat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

/// An open folder that nobody else can write to.
#[derive(Debug)]
pub(crate) struct TrustedFolder {
    folder: File,
    path: PathBuf,
    /// From the root of its tree.
    inner: PathBuf,
    trust: Trust,
}

/// An open regular file that nobody else can write to.
#[derive(Debug)]
pub(crate) struct TrustedFile {
    pub(crate) file: File,
    pub(crate) metadata: Metadata,
}

impl TrustedFolder {
    /// Opens the root of a tree, or the folder of a plug that lies in no tree. `None` when it is not
    /// there.
    pub(crate) fn root(path: &Path) -> Result<Option<Self>, Reason> {
        let Some((folder, metadata)) = open(rustix::fs::CWD, path.as_os_str(), false)? else {
            return Ok(None);
        };
        let trust = Trust::below(&metadata);
        let (path, inner) = (path.to_path_buf(), PathBuf::new());
        judge_folder(trust, &inner, &metadata)?;
        Ok(Some(Self { folder, path, inner, trust }))
    }

    /// Opens `path`, a folder below `root` or `root` itself, step by step.
    pub(crate) fn below(root: &Path, path: &Path) -> Result<Self, Reason> {
        let outside = || Reason::Unreadable("it lies outside its tree".to_owned());
        let gone = || Reason::Unreadable("it is gone".to_owned());
        let mut folder = Self::root(root)?.ok_or_else(gone)?;
        for component in path.strip_prefix(root).map_err(|_| outside())?.components() {
            let Component::Normal(name) = component else { return Err(outside()) };
            folder = folder.folder(name)?.ok_or_else(gone)?;
        }
        Ok(folder)
    }

    /// Opens a folder in this one; `None` when it is not there.
    pub(crate) fn folder(&self, name: &OsStr) -> Result<Option<Self>, Reason> {
        let Some((folder, metadata)) = open(&self.folder, name, true)? else { return Ok(None) };
        let (path, inner, trust) = (self.path.join(name), self.inner.join(name), self.trust);
        judge_folder(trust, &inner, &metadata)?;
        Ok(Some(Self { folder, path, inner, trust }))
    }

    /// Opens a file in this folder; `None` when it is not there.
    pub(crate) fn file(&self, name: &OsStr) -> Result<Option<TrustedFile>, Reason> {
        let Some((file, metadata)) = open(&self.folder, name, true)? else { return Ok(None) };
        if !metadata.is_file() {
            return Err(Reason::NotAFile(name.to_string_lossy().into_owned()));
        }
        self.trust.judge(&self.inner.join(name), &metadata)?;
        Ok(Some(TrustedFile { file, metadata }))
    }

    /// What lies in this folder, by name. Nothing of it is opened.
    pub(crate) fn entries(&self) -> Result<Vec<(OsString, FileType)>, Reason> {
        let mut entries = Vec::new();
        for entry in Dir::read_from(&self.folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = OsString::from_vec(entry.file_name().to_bytes().to_vec());
            if name != "." && name != ".." {
                entries.push((self.kind_of(&name, entry.file_type()), name));
            }
        }
        let mut entries: Vec<_> = entries.into_iter().map(|(kind, name)| (name, kind)).collect();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(entries)
    }

    /// Where it lies, for people.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Not every file system tells the kind of a file with its name.
    fn kind_of(&self, name: &OsStr, listed: FileType) -> FileType {
        let asked = || statat(&self.folder, name.as_bytes(), AtFlags::SYMLINK_NOFOLLOW);
        match listed {
            FileType::Unknown => {
                asked().map_or(FileType::Unknown, |stat| FileType::from_raw_mode(stat.st_mode))
            }
            known => known,
        }
    }
}

fn judge_folder(trust: Trust, inner: &Path, metadata: &Metadata) -> Result<(), Reason> {
    if !metadata.is_dir() {
        return Err(Reason::NotAFolder(named(inner)));
    }
    trust.judge(inner, metadata)
}

/// A place in a tree for reasons: they are shown where the paths of the machine have no business.
fn named(inner: &Path) -> String {
    match inner.as_os_str().is_empty() {
        true => "the tree's root".to_owned(),
        false => inner.display().to_string(),
    }
}

/// Opens a file or folder for reading, whatever it is; a pipe does not keep us waiting. `beneath`
/// demands a name that leads nowhere else.
fn open(
    folder: impl std::os::fd::AsFd,
    name: &OsStr,
    beneath: bool,
) -> Result<Option<(File, Metadata)>, Reason> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    // The root is where the user points, through links too; below it none is followed.
    let flags = if beneath { flags | OFlags::NOFOLLOW } else { flags };
    let plain = || openat(&folder, name.as_bytes(), flags, Mode::empty());
    let opened = if beneath { open_beneath(&folder, name, flags) } else { plain() };
    // An old kernel or a strict sandbox: of a single name, O_NOFOLLOW promises as much.
    let opened = match opened {
        Err(Errno::NOSYS | Errno::PERM) if beneath => plain(),
        opened => opened,
    };
    match opened {
        Ok(file) => {
            let file = File::from(file);
            let metadata = file.metadata()?;
            Ok(Some((file, metadata)))
        }
        Err(Errno::NOENT) => Ok(None),
        Err(Errno::LOOP | Errno::XDEV) => Err(Reason::Link),
        Err(Errno::NXIO) => Err(Reason::NotAFile(name.to_string_lossy().into_owned())),
        Err(error) => Err(unreadable(error)),
    }
}

fn open_beneath(
    folder: impl std::os::fd::AsFd,
    name: &OsStr,
    flags: OFlags,
) -> rustix::io::Result<OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    openat2(folder, name.as_bytes(), flags, Mode::empty(), resolve)
}

fn unreadable(error: Errno) -> Reason {
    Reason::from(std::io::Error::from(error))
}

/// Who may own and who may write what lies in one tree.
#[derive(Clone, Copy, Debug)]
struct Trust {
    /// The user who runs the host.
    user: u32,
    /// The owner of the tree's root.
    owner: u32,
}

impl Trust {
    fn below(root: &Metadata) -> Self {
        let user = rustix::process::geteuid().as_raw();
        Self { user, owner: root.uid() }
    }

    fn judge(self, inner: &Path, found: &Metadata) -> Result<(), Reason> {
        let mode = found.mode() & 0o7777;
        self.judge_owner(inner, found.uid())?;
        self.judge_mode(inner, mode, found.gid())
    }

    fn judge_owner(self, inner: &Path, owner: u32) -> Result<(), Reason> {
        if [0, self.user, self.owner].contains(&owner) {
            return Ok(());
        }
        Err(Reason::UnsafeOwner(format!(
            "{} belongs to user {owner}, who is neither root, nor the user of this host, nor the \
             owner of the tree; give it to one of them with `chown`",
            named(inner)
        )))
    }

    /// With a umask of 0002 every file is writable for a group, which is the user's alone where it
    /// has the user's number. A group that users share has another.
    fn judge_mode(self, inner: &Path, mode: u32, group: u32) -> Result<(), Reason> {
        let own_group = [self.user, self.owner].contains(&group);
        let (by, letter) = match mode {
            _ if mode & 0o002 != 0 => ("others".to_owned(), 'o'),
            _ if mode & 0o020 != 0 && !own_group => (format!("group {group}"), 'g'),
            _ => return Ok(()),
        };
        Err(Reason::UnsafeOwner(format!(
            "{} can be written by {by} (mode {mode:04o}); take that away with `chmod {letter}-w`",
            named(inner)
        )))
    }
}

#[cfg(test)]
mod tests;
