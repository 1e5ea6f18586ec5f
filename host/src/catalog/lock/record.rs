//! From what is installed to a lock file.

use super::{Lock, LockError, LockedPlug, VERSION, files};
use crate::catalog::trusted::TrustedFolder;
use crate::catalog::{Catalog, Installed};
use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

impl Lock {
    /// Everything that is installed, as it is now.
    ///
    /// # Errors
    /// [`LockError::Plug`]: a file of a plug that cannot be read or trusted.
    pub fn record(catalog: &Catalog) -> Result<Self, LockError> {
        let locked = catalog.installed().iter().map(|plug| record(plug));
        let mut plugs = locked.collect::<Result<Vec<_>, _>>()?;
        plugs.sort_by(|one, other| one.key().cmp(&other.key()));
        Ok(Self { version: VERSION, plugs })
    }

    /// Writes a lock file. A reader sees the old one or the new one.
    ///
    /// # Errors
    /// [`LockError::Write`].
    pub fn write(&self, path: &Path) -> Result<(), LockError> {
        write(path, self).map_err(|error| LockError::Write(path.to_path_buf(), error))
    }
}

fn record(plug: &Installed) -> Result<LockedPlug, LockError> {
    let folder = TrustedFolder::below(&plug.root, &plug.path);
    let files = folder.and_then(|folder| files::digests(&folder));
    let files = files.map_err(|reason| LockError::Plug(plug.path.clone(), reason.to_string()))?;
    let (category, name) = (plug.category.clone(), plug.name.clone());
    Ok(LockedPlug { category, name, version: plug.version.clone(), files })
}

fn write(path: &Path, lock: &Lock) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut part = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    serde_json::to_writer_pretty(&mut part, lock)?;
    part.write_all(b"\n")?;
    part.as_file().sync_all()?;
    part.persist(path)?;
    Ok(())
}
