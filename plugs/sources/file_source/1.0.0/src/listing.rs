//! Which files there are, in which order.

use crate::checkpoint::beside;
use crate::config::Paths;
use crate::lock;
use plugin_api::{Error, Result};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf, absolute};

/// A file as it was when the stream began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The path as it is configured or matched.
    pub path: String,
    /// Bytes on disk.
    pub size: u64,
}

/// The files of every path in order, each once; the matches of a pattern by name. A pattern does not
/// match the `checkpoint`.
///
/// # Errors
/// There is no such file, a pattern is none, or nothing matches at all.
pub fn listed(paths: &Paths, checkpoint: Option<&str>) -> Result<Vec<Listed>> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for path in paths.all() {
        let files = if is_pattern(path) { matches(path, checkpoint)? } else { vec![one(path)?] };
        found.extend(files.into_iter().filter(|file| seen.insert(file.path.clone())));
    }
    if found.is_empty() {
        let patterns = paths.all().join("`, `");
        return Err(Error::config(format!("`path`: no file matches `{patterns}`")));
    }
    Ok(found)
}

/// A file whose name holds a `[` is not a pattern.
fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[']) && !Path::new(path).exists()
}

fn one(path: &str) -> Result<Listed> {
    let about = fs::metadata(path)
        .map_err(|error| Error::config(format!("`path`: `{path}` cannot be read: {error}")))?;
    if !about.is_file() {
        return Err(Error::config(format!(
            "`path`: `{path}` is no regular file; for a folder write `{path}/*`"
        )));
    }
    Ok(Listed { path: path.to_owned(), size: about.len() })
}

fn matches(pattern: &str, checkpoint: Option<&str>) -> Result<Vec<Listed>> {
    let own = checkpoint.map(Path::new).into_iter();
    let own = own.flat_map(|path| [path.to_owned(), lock::path_of(path), beside(path)]);
    let own: Vec<PathBuf> = own.filter_map(|path| absolute(path).ok()).collect();
    let paths = glob::glob(pattern)
        .map_err(|error| Error::config(format!("`path`: `{pattern}` is no pattern: {error}")))?;
    let mut files = Vec::new();
    for path in paths {
        let path = path.map_err(|error| Error::config(format!("`path`: {error}")))?;
        let is_ours = absolute(&path).is_ok_and(|path| own.contains(&path));
        if !path.is_dir() && !is_ours {
            files.push(one(&text(path)?)?);
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// A checkpoint is JSON and can name no other paths.
fn text(path: PathBuf) -> Result<String> {
    path.into_os_string().into_string().map_err(|path| {
        Error::config(format!("`path`: the name of {} is not UTF-8; rename it", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// What is listed, without the folder it is in, or the refusal.
    fn listed_in(dir: &TempDir, paths: &[&str]) -> std::result::Result<String, String> {
        let folder = format!("{}/", dir.path().display());
        let paths = paths.iter().map(|path| format!("{folder}{path}")).collect();
        let names = |files: Vec<Listed>| {
            let names: Vec<_> = files.into_iter().map(|f| f.path.replace(&folder, "")).collect();
            names.join(" ")
        };
        listed(&Paths::Several(paths), Some(&format!("{folder}at.log")))
            .map(names)
            .map_err(|error| error.message.replace(&folder, ""))
    }

    #[test]
    fn files_come_in_order_and_once() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.log", "a.log", "c.txt", "[x].log", "at.log"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        fs::create_dir_all(dir.path().join("d.log/e")).unwrap();
        fs::write(dir.path().join("d.log/e/f.log"), "").unwrap();
        let cases: [(&[&str], _); 8] = [
            (&["a.log"], Ok("a.log")),
            (&["*.log"], Ok("[x].log a.log b.log")),
            (&["b.log", "*.log", "a.log"], Ok("b.log [x].log a.log")),
            (&["**/*.log"], Ok("[x].log a.log b.log d.log/e/f.log")),
            (&["[x].log"], Ok("[x].log")),
            (&["*.gz", "?.txt"], Ok("c.txt")),
            (&["*.gz", "?.zst"], Err("`path`: no file matches `*.gz`, `?.zst`")),
            (
                &["none.log"],
                Err("`path`: `none.log` cannot be read: No such file or directory (os error 2)"),
            ),
        ];
        for (paths, expected) in cases {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(listed_in(&dir, paths), expected, "{paths:?}");
        }
        assert_eq!(
            listed_in(&dir, &["d.log"]).unwrap_err(),
            "`path`: `d.log` is no regular file; for a folder write `d.log/*`"
        );
    }
}
