//! The files of a plug as bytes in memory: what was checked is what is written, whatever happens to
//! the files meanwhile.

use crate::catalog::accept::agree_with_library;
use crate::catalog::trusted::{TrustedFile, TrustedFolder};
use crate::catalog::{FileStamp, Installed, Manifest, Reason, checksum};
use crate::loader::Admitted;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Bytes of a file that is no library.
const LONGEST: u64 = 16 << 20;

/// What explains a plug to people.
const README: &str = "README.md";

/// Each file by its name; without bytes it must not be there.
pub(super) struct Contents<'a> {
    files: Vec<(String, Option<Cow<'a, [u8]>>)>,
}

/// The bytes of the manifest, if it is still the file that was listed.
pub(super) fn manifest(plug: &Installed) -> Result<Vec<u8>, Reason> {
    let folder = TrustedFolder::below(&plug.root, &plug.path)?;
    let opened = folder.file(OsStr::new(Manifest::FILE))?.ok_or(Reason::Changed)?;
    let bytes = read(&opened, LONGEST)?;
    // The state after reading tells of a file that was written meanwhile, too.
    let same = FileStamp::of(&opened.file.metadata()?) == plug.stamp.manifest;
    if same { Ok(bytes) } else { Err(Reason::Changed) }
}

impl<'a> Contents<'a> {
    /// The manifest that was read, the library that was admitted, its checksum, and the README.
    pub(super) fn of(
        plug: &Installed,
        manifest: Vec<u8>,
        admitted: &'a Admitted,
    ) -> Result<Self, Reason> {
        let library = plug.manifest.library_file();
        let parsed = Manifest::parse(&manifest)?;
        agree_with_library(&parsed, admitted.meta())?;
        if parsed.library_file() != library {
            return Err(Reason::Changed);
        }
        let line = checksum::line(&library, &admitted.sha256()).into_bytes();
        let files = [
            (Manifest::FILE.to_owned(), Some(Cow::Owned(manifest))),
            (checksum::file_of(&library), Some(Cow::Owned(line))),
            (library, Some(Cow::Borrowed(admitted.bytes()))),
            (README.to_owned(), readme(plug)?.map(Cow::Owned)),
        ];
        Ok(Self { files: files.into() })
    }

    /// Whether every file lies in that folder of the tree as it is here. Not so where somebody else
    /// could have written it.
    pub(super) fn is_in(&self, tree: &Path, folder: &Path) -> bool {
        let Ok(folder) = TrustedFolder::below(tree, folder) else { return false };
        self.files.iter().all(|(name, bytes)| is_there(&folder, name, bytes.as_deref()))
    }

    /// Writes the files into an empty folder, down to the disk. Nobody but their owner may write
    /// them, whatever the umask: a scan would refuse them.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        for (name, bytes) in &self.files {
            let Some(bytes) = bytes else { continue };
            let mut new = OpenOptions::new();
            let mut file = new.write(true).create_new(true).mode(0o644).open(folder.join(name))?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        File::open(folder)?.sync_all()
    }
}

fn readme(plug: &Installed) -> Result<Option<Vec<u8>>, Reason> {
    let folder = TrustedFolder::below(&plug.root, &plug.path)?;
    let named = |reason: Reason| Reason::Unreadable(format!("{README}: {reason}"));
    let opened = folder.file(OsStr::new(README)).map_err(named)?;
    opened.map(|file| read(&file, LONGEST)).transpose().map_err(named)
}

fn is_there(folder: &TrustedFolder, name: &str, expected: Option<&[u8]>) -> bool {
    match (folder.file(OsStr::new(name)), expected) {
        (Ok(None), None) => true,
        (Ok(Some(file)), Some(expected)) => {
            read(&file, expected.len() as u64).is_ok_and(|bytes| bytes == expected)
        }
        _ => false,
    }
}

/// All of a file that has at most so many bytes.
fn read(opened: &TrustedFile, most: u64) -> Result<Vec<u8>, Reason> {
    let mut bytes = Vec::new();
    let read = (&opened.file).take(most.saturating_add(1)).read_to_end(&mut bytes)? as u64;
    if read > most {
        return Err(Reason::Unreadable(format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}
