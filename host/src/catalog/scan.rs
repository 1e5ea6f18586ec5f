//! Walks a tree `<category>/<name>/<version>/` and reads what lies there, without running any of it.

use super::trusted::{TrustedFile, TrustedFolder};
use super::{FileStamp, Installed, Manifest, Reason, Refusal, Stamp};
use crate::elf::{self, Meta};
use rustix::fs::FileType;
use semver::Version;
use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Where one version folder lies, by the names of the path.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) category: String,
    pub(crate) name: String,
    pub(crate) version: String,
}

/// What one tree holds.
#[derive(Default)]
pub(super) struct Found {
    pub(super) installed: Vec<Installed>,
    pub(super) refused: Vec<Refusal>,
}

/// Reads one tree. A tree that does not exist holds nothing.
pub(super) fn scan(tree: &Path) -> Found {
    let mut found = Found::default();
    match TrustedFolder::root(tree) {
        Ok(Some(root)) => found.walk(tree, &root, 1),
        Ok(None) => {}
        Err(reason) => found.refuse(tree, &reason),
    }
    // By version, not by the name of its folder: 1.9.0 comes before 1.10.0.
    found.installed.sort_by(|one, other| order(one).cmp(&order(other)));
    found
}

/// Reads the folder of one plug that lies in no tree: its manifest says what it is.
pub(super) fn scan_folder(path: &Path) -> Found {
    let mut found = Found::default();
    match lone(path) {
        Ok(installed) => found.installed.extend(installed),
        Err(reason) => found.refuse(path, &reason),
    }
    found
}

/// The category of a plug that lies in no tree.
const LONE: &str = "local";

fn lone(path: &Path) -> Result<Option<Installed>, Reason> {
    let opened = TrustedFolder::root(path)?.ok_or(Reason::NoManifest)?;
    let read = read_manifest_in(&opened)?.ok_or(Reason::NoManifest)?;
    let (name, version) = (read.manifest.name.clone(), read.manifest.version.to_string());
    let folder = Folder { path: path.to_path_buf(), category: LONE.to_owned(), name, version };
    accept_manifest(path, &folder, &opened, read).map(Some)
}

/// How many folders lie between a tree and a plug's files: category, name and version.
const LEVELS: usize = 3;

impl Found {
    fn refuse(&mut self, path: &Path, reason: &Reason) {
        self.refused.push(Refusal::new(path, reason));
    }

    /// Reads what lies in `folder`, whose entries are so many levels below `tree`.
    fn walk(&mut self, tree: &Path, folder: &TrustedFolder, level: usize) {
        let entries = match folder.entries() {
            Ok(entries) => entries,
            Err(reason) => return self.refuse(folder.path(), &reason),
        };
        for (name, kind) in entries {
            let path = folder.path().join(&name);
            let opened = match kind {
                FileType::Directory => folder.folder(&name),
                FileType::Symlink if path.is_dir() => Err(Reason::Link),
                _ => continue,
            };
            match opened {
                Ok(Some(opened)) if level < LEVELS => self.walk(tree, &opened, level + 1),
                Ok(Some(opened)) => self.take(tree, &opened),
                Ok(None) => {}
                Err(reason) => self.refuse(&path, &reason),
            }
        }
    }

    fn take(&mut self, tree: &Path, opened: &TrustedFolder) {
        let accepted = folder(opened.path()).map(|folder| accept(tree, &folder, opened));
        match accepted {
            Some(Ok(installed)) => self.installed.extend(installed),
            Some(Err(reason)) => self.refuse(opened.path(), &reason),
            None => {}
        }
    }
}

fn order(plug: &Installed) -> (&str, &str, &Version) {
    (&plug.category, &plug.name, &plug.version)
}

/// Every folder three levels down, in the order of their names.
pub(crate) fn version_folders(tree: &Path) -> impl Iterator<Item = Folder> {
    let walk = WalkDir::new(tree).min_depth(LEVELS).max_depth(LEVELS).sort_by_file_name();
    let folders = walk.into_iter().filter_map(Result::ok).filter(|one| one.file_type().is_dir());
    folders.filter_map(|entry| folder(entry.path()))
}

fn folder(path: &Path) -> Option<Folder> {
    let mut names = path.iter().rev().map(|name| name.to_string_lossy().into_owned());
    let (version, name, category) = (names.next()?, names.next()?, names.next()?);
    Some(Folder { path: path.to_path_buf(), category, name, version })
}

/// A plug, a refusal, or `None` for a folder that does not want to be one.
fn accept(
    root: &Path,
    folder: &Folder,
    opened: &TrustedFolder,
) -> Result<Option<Installed>, Reason> {
    match read_manifest_in(opened)? {
        Some(read) => accept_manifest(root, folder, opened, read).map(Some),
        None if has_library(opened)? => Err(Reason::NoManifest),
        None => Ok(None),
    }
}

fn accept_manifest(
    root: &Path,
    folder: &Folder,
    opened: &TrustedFolder,
    read: ReadManifest,
) -> Result<Installed, Reason> {
    let manifest = read.manifest;
    let version = agree_with_manifest(folder, &manifest)?;
    let library = open_library(opened, &manifest)?;
    let meta = elf::inspect_headers(&library.file)?;
    agree_with_library(&manifest, &meta)?;
    let stamp = Stamp { manifest: read.stamp, library: FileStamp::of(&library.metadata) };
    Ok(Installed {
        category: folder.category.clone(),
        name: folder.name.clone(),
        version,
        root: root.to_path_buf(),
        path: folder.path.clone(),
        library: folder.path.join(manifest.library_file()),
        manifest,
        meta,
        stamp,
    })
}

/// Bytes of a manifest.
const LONGEST_MANIFEST: u64 = 1 << 20;

/// A manifest and the state of its file.
struct ReadManifest {
    manifest: Manifest,
    stamp: FileStamp,
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
    Ok(Some(ReadManifest { manifest, stamp: FileStamp::of(&opened.metadata) }))
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

fn is_name(word: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&word.len()) && word.bytes().all(letter)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = tree.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        tree
    }

    fn refusals(files: &[(&str, &str)]) -> Vec<&'static str> {
        let tree = tree(files);
        scan(tree.path()).refused.iter().map(|refusal| refusal.kind).collect()
    }

    const MANIFEST: &str = "name: echo\nversion: 1.0.0\n";

    #[test]
    fn each_broken_folder_has_its_own_reason() {
        let cases = [
            ("demo/echo/1.0.0/libecho.so", "", None, "no_manifest"),
            ("demo/echo/1.0.0/plug.yaml", "name: [", None, "bad_manifest"),
            ("demo/other/1.0.0/plug.yaml", MANIFEST, None, "disagreement"),
            ("demo/echo/2.0.0/plug.yaml", MANIFEST, None, "disagreement"),
            ("demo/echo/one/plug.yaml", MANIFEST, None, "bad_name"),
            ("Demo/echo/1.0.0/plug.yaml", MANIFEST, None, "bad_name"),
            ("demo/echo/1.0.0/plug.yaml", MANIFEST, None, "no_library"),
            ("demo/echo/1.0.0/plug.yaml", MANIFEST, Some(("Cargo.toml", "")), "not_built"),
            ("demo/echo/1.0.0/plug.yaml", MANIFEST, Some(("libecho.so", "")), "empty_file"),
            ("demo/echo/1.0.0/plug.yaml", MANIFEST, Some(("libecho.so", "text")), "not_elf"),
        ];
        for (path, content, beside, kind) in cases {
            let other = beside.map(|(name, content)| (format!("demo/echo/1.0.0/{name}"), content));
            let mut files = vec![(path, content)];
            files.extend(other.as_ref().map(|(path, content)| (path.as_str(), *content)));
            assert_eq!(refusals(&files), [kind], "{path}");
        }
    }

    #[test]
    fn a_folder_that_wants_to_be_no_plug_is_left_alone() {
        assert_eq!(refusals(&[("demo/library/src/lib.rs", ""), ("README.md", "")]), [""; 0]);
    }
}
