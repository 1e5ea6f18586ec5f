//! From an open folder to a plug that may be loaded, or the reason why not.

use super::scan::Folder;
use super::trusted::{TrustedFile, TrustedFolder};
use super::{FileStamp, Installed, Lock, Manifest, Reason, Sha256, Stamp, checksum};
use crate::elf::{self, Meta};
use plugin_abi::meta::is_name;
use semver::Version;
use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;

/// What a folder is found in.
pub(super) struct Within<'a> {
    /// The tree, or the folder itself when it lies in none.
    pub(super) root: &'a Path,
    pub(super) lock: Option<&'a Lock>,
}

/// The category of a plug that lies in no tree.
const LONE: &str = "local";

/// The plug in a folder that lies in no tree.
pub(super) fn accept_lone(within: &Within<'_>) -> Result<Installed, Reason> {
    let opened = TrustedFolder::root(within.root)?.ok_or(Reason::NoManifest)?;
    let none = || Reason::Manifest("there is none in this folder".to_owned());
    let read = read_manifest_in(&opened)?.ok_or_else(none)?;
    let (name, version) = (read.manifest.name.clone(), read.manifest.version.to_string());
    let (path, category) = (within.root.to_path_buf(), LONE.to_owned());
    accept_manifest(within, &Folder { path, category, name, version }, &opened, read)
}

/// A plug, a refusal, or `None` for a folder that does not want to be one.
pub(super) fn accept(
    within: &Within<'_>,
    folder: &Folder,
    opened: &TrustedFolder,
) -> Result<Option<Installed>, Reason> {
    match read_manifest_in(opened)? {
        Some(read) => accept_manifest(within, folder, opened, read).map(Some),
        None if has_library(opened)? => Err(Reason::NoManifest),
        None => Ok(None),
    }
}

fn accept_manifest(
    within: &Within<'_>,
    folder: &Folder,
    opened: &TrustedFolder,
    read: ReadManifest,
) -> Result<Installed, Reason> {
    let manifest = read.manifest;
    let version = agree_with_manifest(folder, &manifest)?;
    let held = |lock: &Lock| {
        let files = (manifest.library_file(), read.sha256);
        let key = (folder.category.as_str(), folder.name.as_str(), &version);
        lock.hold(key, opened, (&files.0, &files.1))
    };
    let locked = within.lock.map(held).transpose()?;
    let library = open_library(opened, &manifest)?;
    let meta = elf::inspect_headers(&library.file)?;
    agree_with_library(&manifest, &meta)?;
    let checksum = opened.file(OsStr::new(&checksum::file_of(&manifest.library_file())))?;
    let stamp = Stamp {
        manifest: read.stamp,
        library: FileStamp::of(&library.metadata),
        checksum: checksum.map(|file| FileStamp::of(&file.metadata)),
    };
    Ok(Installed {
        category: folder.category.clone(),
        name: folder.name.clone(),
        version,
        root: within.root.to_path_buf(),
        path: folder.path.clone(),
        library: folder.path.join(manifest.library_file()),
        manifest,
        meta,
        stamp,
        locked,
    })
}

/// Bytes of a manifest.
const LONGEST_MANIFEST: u64 = 1 << 20;

/// A manifest, and the state and the digest of its file.
struct ReadManifest {
    manifest: Manifest,
    stamp: FileStamp,
    sha256: Sha256,
}

/// The manifest of a folder; `None` when there is none.
pub(crate) fn read_manifest(folder: &Path) -> Result<Option<Manifest>, Reason> {
    let Some(opened) = TrustedFolder::root(folder)? else { return Ok(None) };
    Ok(read_manifest_in(&opened)?.map(|read| read.manifest))
}

fn read_manifest_in(folder: &TrustedFolder) -> Result<Option<ReadManifest>, Reason> {
    let Some(opened) = folder.file(OsStr::new(Manifest::FILE))? else { return Ok(None) };
    if opened.metadata.len() > LONGEST_MANIFEST {
        return Err(Reason::Manifest("it is larger than 1 MiB".to_owned()));
    }
    let mut bytes = Vec::new();
    opened.file.take(LONGEST_MANIFEST).read_to_end(&mut bytes)?;
    let manifest = Manifest::parse(&bytes)?;
    let (stamp, sha256) = (FileStamp::of(&opened.metadata), Sha256::of(&bytes));
    Ok(Some(ReadManifest { manifest, stamp, sha256 }))
}

fn has_library(folder: &TrustedFolder) -> Result<bool, Reason> {
    let is_library = |name: &OsStr| Path::new(name).extension() == Some(OsStr::new("so"));
    Ok(folder.entries()?.iter().any(|(name, _)| is_library(name)))
}

fn agree_with_manifest(folder: &Folder, manifest: &Manifest) -> Result<Version, Reason> {
    for (word, what) in [(&folder.category, "category"), (&folder.name, "plug name")] {
        if !is_name(word) {
            return Err(Reason::BadName(word.clone(), what));
        }
    }
    let version = Version::parse(&folder.version)
        .map_err(|_| Reason::BadName(folder.version.clone(), "version"))?;
    same("names", [("the folder", &folder.name), ("plug.yaml", &manifest.name)])?;
    let written = manifest.version.to_string();
    same("versions", [("the folder", &folder.version), ("plug.yaml", &written)])?;
    Ok(version)
}

/// The manifest and what the library says of itself.
pub(crate) fn agree_with_library(manifest: &Manifest, meta: &Meta) -> Result<(), Reason> {
    same("names", [("plug.yaml", &manifest.name), ("the library", &meta.name)])?;
    let written = manifest.version.to_string();
    same("versions", [("plug.yaml", &written), ("the library", &meta.version)])
}

/// Two speakers who must say the same.
pub(crate) fn same(what: &'static str, said: [(&str, &String); 2]) -> Result<(), Reason> {
    let [(one, first), (other, second)] = said;
    if first == second {
        return Ok(());
    }
    let found = format!("{one} says `{first}`, {other} says `{second}`");
    Err(Reason::Disagreement { what, found })
}

fn open_library(folder: &TrustedFolder, manifest: &Manifest) -> Result<TrustedFile, Reason> {
    let name = manifest.library_file();
    match folder.file(OsStr::new(&name))? {
        Some(library) => Ok(library),
        None if folder.file(OsStr::new("Cargo.toml"))?.is_some() => {
            Err(Reason::NotBuilt(manifest.name.clone()))
        }
        None => Err(Reason::NoLibrary(name)),
    }
}
