//! Walks a tree `<category>/<name>/<version>/` and reads what lies there, without running any of it.

use super::accept::{Within, accept, accept_lone};
use super::trusted::TrustedFolder;
use super::{Installed, Lock, Reason, Refusal};
use rustix::fs::FileType;
use semver::Version;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
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
pub(super) fn scan(tree: &Path, lock: Option<&Lock>) -> Found {
    let mut found = Found::default();
    match TrustedFolder::root(tree) {
        Ok(Some(root)) => found.walk(&Within { root: tree, lock }, &root, 1),
        Ok(None) => {}
        Err(reason) => found.refuse(tree, &reason),
    }
    // By version, not by the name of its folder: 1.9.0 comes before 1.10.0.
    found.installed.sort_by(|one, other| order(one).cmp(&order(other)));
    found
}

/// Reads the folder of one plug that lies in no tree: its manifest says what it is.
pub(super) fn scan_folder(path: &Path, lock: Option<&Lock>) -> Found {
    let mut found = Found::default();
    match accept_lone(&Within { root: path, lock }) {
        Ok(installed) => found.installed.push(installed),
        Err(reason) => found.refuse(path, &reason),
    }
    found
}

/// How many folders lie between a tree and a plug's files: category, name and version.
pub(super) const LEVELS: usize = 3;

impl Found {
    fn refuse(&mut self, path: &Path, reason: &Reason) {
        self.refused.push(Refusal::new(path, reason));
    }

    /// Reads what lies in `folder`, whose entries are so many levels below its root.
    fn walk(&mut self, within: &Within<'_>, folder: &TrustedFolder, level: usize) {
        let entries = match folder.entries() {
            Ok(entries) => entries,
            Err(reason) => return self.refuse(folder.path(), &reason),
        };
        for (name, kind) in entries.into_iter().filter(|(name, _)| !is_hidden(name)) {
            let path = folder.path().join(&name);
            let opened = match kind {
                FileType::Directory => folder.folder(&name),
                FileType::Symlink if path.is_dir() => Err(Reason::Link),
                _ => continue,
            };
            match opened {
                Ok(Some(opened)) if level < LEVELS => self.walk(within, &opened, level + 1),
                Ok(Some(opened)) => self.take(within, &opened),
                Ok(None) => {}
                Err(reason) => self.refuse(&path, &reason),
            }
        }
    }

    fn take(&mut self, within: &Within<'_>, opened: &TrustedFolder) {
        let accepted = folder(opened.path()).map(|folder| accept(within, &folder, opened));
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

/// What is on its way into a tree or out of it lies under such a name.
fn is_hidden(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
}

/// Every folder three levels down, in the order of their names.
pub(crate) fn version_folders(tree: &Path) -> impl Iterator<Item = Folder> {
    let walk = WalkDir::new(tree).max_depth(LEVELS).sort_by_file_name();
    // The tree itself may be called as it likes. Entries that are too high up are asked, too.
    let seen = |entry: &DirEntry| entry.depth() == 0 || !is_hidden(entry.file_name());
    let walk = walk.into_iter().filter_entry(seen);
    let folders =
        walk.filter_map(Result::ok).filter(|one| one.depth() == LEVELS && one.file_type().is_dir());
    folders.filter_map(|entry| folder(entry.path()))
}

fn folder(path: &Path) -> Option<Folder> {
    let mut names = path.iter().rev().map(|name| name.to_string_lossy().into_owned());
    let (version, name, category) = (names.next()?, names.next()?, names.next()?);
    Some(Folder { path: path.to_path_buf(), category, name, version })
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
        scan(tree.path(), None).refused.iter().map(|refusal| refusal.kind).collect()
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

    #[test]
    fn what_lies_under_a_hidden_name_is_no_plug_but_a_tree_may_have_one() {
        let hidden = [".staging-x/echo/1.0.0", "demo/.part/1.0.0", "demo/echo/.1.0.0"];
        let files = hidden.map(|folder| format!(".tree/{folder}/plug.yaml"));
        let files = files.each_ref().map(|file| (file.as_str(), MANIFEST));
        let (all, folder) = (tree(&files), ".tree/demo/echo/1.0.0");
        fs::create_dir_all(all.path().join(folder)).unwrap();
        let tree = all.path().join(".tree");
        assert!(scan(&tree, None).refused.is_empty());
        let found: Vec<PathBuf> = version_folders(&tree).map(|folder| folder.path).collect();
        assert_eq!(found, [all.path().join(folder)]);
    }
}
