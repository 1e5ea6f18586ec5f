//! Where plugs are looked for, and what they are held to.

use super::{HostDefault, Lock};
use std::path::PathBuf;
use std::sync::Arc;

/// What a catalog is read from.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Trees `<category>/<name>/<version>/`, in the order in which they are read.
    pub trees: Vec<PathBuf>,
    /// Folders of single plugs that lie in no tree. They come before every tree.
    pub folders: Vec<PathBuf>,
    /// What they are held to, when only locked plugs may be used.
    pub lock: Option<Arc<Lock>>,
    /// The file that the lock was read from, for [`Places::renewed`].
    pub lock_file: Option<PathBuf>,
    /// What the owner of the host puts over the defaults of plugs.
    pub defaults: Arc<[HostDefault]>,
}

impl Places {
    /// These trees and nothing else.
    #[must_use]
    pub fn trees(trees: Vec<PathBuf>) -> Self {
        Self { trees, ..Self::default() }
    }

    /// The same places, held to the lock file as it is now. A file that cannot be read leaves the
    /// lock as it was: nothing is ever freed from its lock by that.
    #[must_use]
    pub fn renewed(&self) -> Self {
        let mut renewed = self.clone();
        match self.lock_file.as_deref().map(Lock::read) {
            None => {}
            Some(Ok(lock)) => renewed.lock = Some(Arc::new(lock)),
            Some(Err(error)) => tracing::warn!(%error, "plugs are held to the lock as it was"),
        }
        renewed
    }
}

impl std::fmt::Display for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.folders.iter().chain(&self.trees);
        let shown: Vec<String> = all.map(|place| place.display().to_string()).collect();
        f.write_str(&shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_lock_is_read_anew_and_kept_when_that_fails() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plugs.lock");
        let plug = r#"{"category":"demo","name":"echo","version":"1.0.0","files":{}}"#;
        let with = |plugs: &str| format!(r#"{{"version":1,"plugs":[{plugs}]}}"#);
        fs::write(&file, with("")).unwrap();
        let lock = Some(Arc::new(Lock::read(&file).unwrap()));
        let places = Places { lock, lock_file: Some(file.clone()), ..Places::default() };
        let plugs = |places: &Places| places.lock.as_ref().map(|lock| lock.len());
        assert_eq!(plugs(&places.renewed()), Some(0));
        fs::write(&file, with(plug)).unwrap();
        let places = places.renewed();
        assert_eq!(plugs(&places), Some(1));
        fs::write(&file, "{").unwrap();
        assert_eq!(plugs(&places.renewed()), Some(1), "not usable");
        fs::remove_file(&file).unwrap();
        assert_eq!(plugs(&places.renewed()), Some(1), "gone");
        assert_eq!(plugs(&Places::default().renewed()), None);
    }
}
