//! The answer of a run as files: `<execution_id>/{steps/<id>.json, result.json, summary.json}`.
//!
//! Nobody but their owner can read them. The folder has its name only once everything is in it.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Answer;

/// A run that could not be saved.
#[derive(Debug, thiserror::Error)]
#[error("the run cannot be saved in {}: {reason}", folder.display())]
pub struct SaveError {
    /// The folder that was to hold it.
    pub folder: PathBuf,
    /// What the system says.
    pub reason: io::Error,
}

/// Saves what the answer says below `folder`, which is made where it is missing, and gives the new
/// folder in it.
///
/// # Errors
/// The system's refusal. Nothing is left behind then.
pub fn save(answer: &Answer, folder: &Path) -> Result<PathBuf, SaveError> {
    try_save(answer, folder).map_err(|reason| SaveError { folder: folder.to_owned(), reason })
}

/// Makes the folder, so that a run whose answer could not be kept is not begun.
///
/// # Errors
/// The system's refusal.
pub fn prepare(folder: &Path) -> Result<(), SaveError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|reason| SaveError { folder: folder.to_owned(), reason })
}

fn try_save(answer: &Answer, folder: &Path) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let private = Permissions::from_mode(0o700);
    let staging =
        tempfile::Builder::new().prefix(".saving-").permissions(private).tempdir_in(folder)?;
    write(&staging.path().join("result.json"), answer.to_json().get())?;
    let summary = serde_json::to_string(&answer.summary).map_err(io::Error::other)?;
    write(&staging.path().join("summary.json"), &summary)?;
    let mut results = answer.results.iter().filter_map(|(id, result)| Some((id, result.as_ref()?)));
    if let Some(first) = results.next() {
        let steps = staging.path().join("steps");
        DirBuilder::new().mode(0o700).create(&steps)?;
        for (id, result) in std::iter::once(first).chain(results) {
            write(&steps.join(format!("{}.json", file_name(id))), result.get())?;
        }
    }
    let saved = folder.join(file_name(&answer.execution_id));
    std::fs::rename(staging.path(), &saved)?;
    Ok(saved)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

/// File systems take 255 bytes, the ending included.
const LONGEST: usize = 200;

/// An id as a file name: bytes that mean something to a file system are written `%2F`, and a long one
/// is cut and told apart by its digest.
fn file_name(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for (at, c) in id.char_indices() {
        match c {
            '/' | '\\' | '%' => name.push_str(&format!("%{:02X}", u32::from(c))),
            '.' if at == 0 => name.push_str("%2E"),
            c if c.is_control() => name.push_str(&format!("%{:02X}", u32::from(c))),
            c => name.push(c),
        }
    }
    if name.len() <= LONGEST && !name.is_empty() {
        return name;
    }
    let digest = Sha256::digest(id.as_bytes());
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let end = (0..=LONGEST - 17).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    name.truncate(end.min(name.len()));
    format!("{name}-{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::answer::Mode;
    use serde_json::value::RawValue;
    use std::collections::BTreeSet;

    fn answer(ids: &[&str]) -> Answer {
        let result = || RawValue::from_string("{\"n\":1}".to_owned()).ok();
        Answer {
            mode: Mode::Linear,
            execution_id: "run-1".to_owned(),
            pipeline: (None, None),
            results: ids.iter().map(|id| ((*id).to_owned(), result())).collect(),
            summary: Vec::new(),
            outputs: Vec::new(),
            warnings: Vec::new(),
            error: None,
            interrupted: false,
            stream: None,
        }
    }

    #[test]
    fn names_cannot_leave_the_folder_and_stay_apart() {
        let long = "é".repeat(150);
        let other = format!("{long}x");
        let cases = [
            ("fetch", "fetch"),
            ("..", "%2E."),
            ("a/../b", "a%2F..%2Fb"),
            ("a\0b", "a%00b"),
            ("100%", "100%25"),
            ("Grüße 1", "Grüße 1"),
        ];
        for (id, name) in cases {
            assert_eq!(file_name(id), name);
        }
        assert_ne!(file_name(&long), file_name(&other));
        assert!(file_name(&long).len() <= LONGEST && file_name("").len() > 1);
    }

    #[test]
    fn a_saved_run_is_there_as_a_whole_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("runs");
        let saved = save(&answer(&["a", "b/c"]), &below).unwrap();
        assert_eq!(saved, below.join("run-1"));
        let files: BTreeSet<String> = walkdir::WalkDir::new(&below)
            .into_iter()
            .map(|entry| {
                let entry = entry.unwrap();
                let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
                let path = entry.path().strip_prefix(&below).unwrap().display().to_string();
                format!("{mode:o} {path}")
            })
            .collect();
        let expected = [
            "600 run-1/result.json",
            "600 run-1/steps/a.json",
            "600 run-1/steps/b%2Fc.json",
            "600 run-1/summary.json",
            "700 ",
            "700 run-1",
            "700 run-1/steps",
        ];
        assert_eq!(files.iter().map(String::as_str).collect::<Vec<_>>(), expected);
        let text = std::fs::read_to_string(saved.join("steps/a.json")).unwrap();
        assert_eq!(text, "{\"n\":1}\n");
    }

    #[test]
    fn a_run_that_cannot_be_saved_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("run-1");
        std::fs::create_dir(&taken).unwrap();
        std::fs::write(taken.join("mine"), "").unwrap();
        let error = save(&answer(&["a"]), folder.path()).unwrap_err();
        assert!(error.to_string().starts_with("the run cannot be saved in "), "{error}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}
