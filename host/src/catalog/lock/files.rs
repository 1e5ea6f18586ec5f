//! The digests of all files of a plug.

use crate::catalog::trusted::TrustedFolder;
use crate::catalog::{Reason, Sha256};
use rustix::fs::FileType;
use std::collections::BTreeMap;

/// Folders in each other. A plug's source code has a few.
const DEEPEST: usize = 32;

/// The digest of every file in a folder and below, by its path from there with `/` between names.
pub(super) fn digests(folder: &TrustedFolder) -> Result<BTreeMap<String, Sha256>, Reason> {
    let mut files = BTreeMap::new();
    collect(folder, "", DEEPEST, &mut files)?;
    Ok(files)
}

fn collect(
    folder: &TrustedFolder,
    before: &str,
    deeper: usize,
    files: &mut BTreeMap<String, Sha256>,
) -> Result<(), Reason> {
    for (name, kind) in folder.entries()? {
        let word = name.to_str().ok_or_else(|| unreadable(before, "a file's name is not UTF-8"))?;
        let path = format!("{before}{word}");
        if kind == FileType::Directory {
            let below = folder.folder(&name)?.ok_or(Reason::Changed)?;
            let deeper = deeper.checked_sub(1);
            let deeper = deeper.ok_or_else(|| unreadable(&path, "folders lie too deep"))?;
            collect(&below, &format!("{path}/"), deeper, files)?;
        } else {
            let opened = folder.file(&name)?.ok_or(Reason::Changed)?;
            files.insert(path, Sha256::of_reader(opened.file)?);
        }
    }
    Ok(())
}

fn unreadable(place: &str, what: &str) -> Reason {
    Reason::Unreadable(format!("{place}: {what}"))
}
