//! Walks a tree `<category>/<name>/<version>/` and reads what lies there, without running any of it.

use super::Installed;
use super::manifest::{self, Manifest};
use super::refusal::{Reason, Refusal};
use crate::elf::{self, Meta};
use semver::Version;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

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
    for entry in WalkDir::new(tree).min_depth(1).max_depth(3).sort_by_file_name() {
        let (path, accepted) = match entry {
            Ok(entry) => (entry.path().to_path_buf(), accept_entry(&entry)),
            Err(error) => match error.path().filter(|path| path.exists()) {
                Some(path) => (path.to_path_buf(), Err(Reason::Unreadable(error.to_string()))),
                None => continue,
            },
        };
        match accepted {
            Ok(Some(installed)) => found.installed.push(installed),
            Ok(None) => {}
            Err(reason) => found.refused.push(Refusal::new(path, &reason)),
        }
    }
    // By version, not by the name of its folder: 1.9.0 comes before 1.10.0.
    found.installed.sort_by(|one, other| order(one).cmp(&order(other)));
    found
}

/// Reads the folder of one plug that lies in no tree: its manifest says what it is.
pub(super) fn scan_folder(folder: &Path) -> Found {
    let mut found = Found::default();
    let read = read_manifest(folder).and_then(|manifest| manifest.ok_or(Reason::NoManifest));
    let accepted = read.and_then(|manifest| {
        let (name, version) = (manifest.name.clone(), manifest.version.to_string());
        let (path, category) = (folder.to_path_buf(), LONE.to_owned());
        accept(&Folder { path, category, name, version })
    });
    match accepted {
        Ok(installed) => found.installed.extend(installed),
        Err(reason) => found.refused.push(Refusal::new(folder, &reason)),
    }
    found
}

/// The category of a plug that lies in no tree.
const LONE: &str = "local";

fn accept_entry(entry: &DirEntry) -> Result<Option<Installed>, Reason> {
    if entry.file_type().is_symlink() && entry.path().is_dir() {
        return Err(Reason::Link);
    }
    let folder = (entry.depth() == 3).then(|| folder(entry)).flatten();
    folder.map_or(Ok(None), |folder| accept(&folder))
}

fn order(plug: &Installed) -> (&str, &str, &Version) {
    (&plug.category, &plug.name, &plug.version)
}

/// Every folder three levels down, in the order of their names.
pub(crate) fn version_folders(tree: &Path) -> impl Iterator<Item = Folder> {
    let walk = WalkDir::new(tree).min_depth(3).max_depth(3).sort_by_file_name();
    walk.into_iter().filter_map(Result::ok).filter_map(|entry| folder(&entry))
}

fn folder(entry: &DirEntry) -> Option<Folder> {
    let path = entry.file_type().is_dir().then(|| entry.path().to_path_buf())?;
    let mut names = path.iter().rev().map(|name| name.to_string_lossy().into_owned());
    let (version, name, category) = (names.next()?, names.next()?, names.next()?);
    drop(names);
    Some(Folder { path, category, name, version })
}

/// A plug, a refusal, or `None` for a folder that does not want to be one.
fn accept(folder: &Folder) -> Result<Option<Installed>, Reason> {
    let Some(manifest) = read_manifest(&folder.path)? else {
        return if has_library(&folder.path) { Err(Reason::NoManifest) } else { Ok(None) };
    };
    let version = agree_with_manifest(folder, &manifest)?;
    let library = library(&folder.path, &manifest)?;
    let meta = elf::inspect_file(&library)?;
    agree_with_library(&manifest, &meta)?;
    let (category, name, path) =
        (folder.category.clone(), folder.name.clone(), folder.path.clone());
    Ok(Some(Installed { category, name, version, path, library, manifest, meta }))
}

/// The manifest of a folder; `None` when there is none.
pub(crate) fn read_manifest(folder: &Path) -> Result<Option<Manifest>, Reason> {
    let file = folder.join(manifest::FILE);
    match fs::symlink_metadata(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
        Ok(found) if found.is_symlink() => Err(Reason::Link),
        Ok(found) if !found.is_file() => Err(Reason::NotAFile(manifest::FILE.to_owned())),
        Ok(_) => Manifest::parse(&fs::read(&file)?).map(Some),
    }
}

fn has_library(folder: &Path) -> bool {
    let is_library = |path: &Path| path.extension() == Some(OsStr::new("so"));
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.into_iter().any(|entry| is_library(&entry.path()))
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

fn library(folder: &Path, manifest: &Manifest) -> Result<PathBuf, Reason> {
    let file = folder.join(manifest.library_file());
    match fs::symlink_metadata(&file) {
        Ok(found) if found.is_symlink() => Err(Reason::Link),
        Ok(found) if !found.is_file() => Err(Reason::NotAFile(manifest.library_file())),
        Ok(_) => Ok(file),
        Err(_) if folder.join("Cargo.toml").exists() => {
            Err(Reason::NotBuilt(manifest.name.clone()))
        }
        Err(_) => Err(Reason::NoLibrary(manifest.library_file())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
