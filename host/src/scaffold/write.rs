//! A folder that appears whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

/// Why the folder is not there.
#[derive(Debug)]
pub(super) enum Fault {
    /// Something lies there.
    Occupied,
    /// The file system said no.
    Io(io::Error),
}

/// Writes the files beside the folder and then renames. An empty folder gives way, anything else
/// does not.
pub(super) fn folder(target: &Path, files: &[(&str, String)]) -> Result<(), Fault> {
    if fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Fault::Occupied);
    }
    write(target, files).map_err(|error| match error.kind() {
        io::ErrorKind::DirectoryNotEmpty
        | io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotADirectory => Fault::Occupied,
        _ => Fault::Io(error),
    })
}

fn write(target: &Path, files: &[(&str, String)]) -> io::Result<()> {
    let parent = target.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent)?;
    let beside = tempfile::Builder::new().prefix(".new-").tempdir_in(parent)?;
    // A folder in the temporary one, which nobody else may read.
    let whole = beside.path().join("plug");
    for (path, text) in files {
        let file = whole.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&whole))?;
        fs::write(file, text)?;
    }
    fs::rename(whole, target)
}
