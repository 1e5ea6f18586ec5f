//! The one plug that a command is about: by name in the trees, or by its folder.

use super::trees::TreeArguments;
use crate::catalog::{Catalog, Installed, Places};
use crate::compile::Wanted;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A plug and everything that is installed beside it.
pub(super) struct Chosen {
    pub(super) catalog: Catalog,
    pub(super) plug: Arc<Installed>,
}

impl Chosen {
    /// Finds the plug.
    ///
    /// # Errors
    /// That there is none, or why it was refused.
    pub(super) fn find(wanted: &Wanted, trees: &TreeArguments) -> Result<Self, String> {
        let mut places = trees.places()?;
        let (catalog, plug) = match wanted {
            Wanted::Plug(name) => {
                let catalog = Catalog::scan(&places);
                let found = catalog.find(name).map(Arc::clone).map_err(|missing| {
                    let hint = missing.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                    format!("{}{hint}", missing.message)
                })?;
                (catalog, found)
            }
            Wanted::Folder(folder) => {
                if !lies_in(folder, &places) {
                    places.folders.insert(0, folder.clone());
                }
                let catalog = Catalog::scan(&places);
                let found = in_folder(&catalog, folder)?;
                (catalog, found)
            }
        };
        Ok(Self { catalog, plug })
    }
}

fn in_folder(catalog: &Catalog, folder: &Path) -> Result<Arc<Installed>, String> {
    let here = folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
    let is_here = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path == here);
    if let Some(plug) = catalog.installed().iter().find(|plug| is_here(&plug.path)) {
        return Ok(Arc::clone(plug));
    }
    let refused = catalog.refused().iter().find(|refusal| is_here(&refusal.path));
    let reason = refused.map_or("another place holds the same plug and version", |one| &one.reason);
    Err(format!("{}: {reason}", folder.display()))
}

/// Whether a scan of the trees finds the folder by itself: one plug must not be there twice.
fn lies_in(folder: &Path, places: &Places) -> bool {
    let Ok(folder) = folder.canonicalize() else { return false };
    let trees = places.trees.iter().filter_map(|tree| tree.canonicalize().ok());
    trees.into_iter().any(|tree| folder.ancestors().nth(3) == Some(tree.as_path()))
}
