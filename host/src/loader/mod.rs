//! The only room that opens libraries: a sealed private copy, checks, then the dynamic linker.
//!
//! In order: copy the file into sealed memory, read ELF headers and metadata of that copy, open it,
//! check the layout of its root module in both directions, let it describe itself, and compare the
//! folder, the manifest, the metadata and the description. Nothing is ever unloaded.

mod library;
mod sealed;

use crate::catalog::scan::same;
use crate::catalog::{Installed, Reason};
use crate::elf;
use plugin_abi::root::RootRef;
use plugin_api::{Description, Json};

/// A library that is open, checked and described. No instance exists yet.
pub struct Opened {
    /// How to make the instance.
    pub root: RootRef,
    /// What the plugin says about itself.
    pub description: Description,
}

/// Opens one installed plug.
///
/// # Errors
/// The reason of the first check that fails. The host and every other plug go on.
pub fn open(plug: &Installed) -> Result<Opened, Reason> {
    let copy = sealed::copy(&plug.library)?;
    let meta = elf::inspect(copy.bytes())?;
    same("names", [("plug.yaml", &plug.manifest.name), ("the library", &meta.name)])?;
    let root = library::root(copy)?;
    let description = describe(&root)?;
    agree(plug, &description)?;
    Ok(Opened { root, description })
}

fn describe(root: &RootRef) -> Result<Description, Reason> {
    let unusable = |error: &dyn std::fmt::Display| Reason::Description(error.to_string());
    let doc = (root.describe())().into_result().map_err(|error| unusable(&error.message()))?;
    let json = Json::try_from(&doc).map_err(|error| unusable(&error))?;
    json.parse().map_err(|error| unusable(&error))
}

fn agree(plug: &Installed, description: &Description) -> Result<(), Reason> {
    let version = plug.version.to_string();
    same("names", [("the folder", &plug.name), ("the plugin", &description.name)])?;
    same("versions", [("the folder", &version), ("the plugin", &description.version)])
}
