//! The only room that opens libraries: a sealed private copy, checks, then the dynamic linker.
//!
//! In order: copy the file into sealed memory, read ELF headers and metadata of that copy, open it,
//! check the layout of its root module in both directions, let it describe itself, and compare the
//! folder, the manifest, the metadata and the description. Nothing is ever unloaded.

mod library;
mod sealed;

use crate::catalog::scan::{agree_with_library, same};
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
    /// How many bytes of memory its library takes for good.
    pub mapped: u64,
}

/// Opens one installed plug.
///
/// # Errors
/// The reason of the first check that fails. The host and every other plug go on.
pub fn open(plug: &Installed) -> Result<Opened, Reason> {
    let copy = sealed::copy(&plug.library)?;
    let meta = elf::inspect(copy.bytes())?;
    agree_with_library(&plug.manifest, &meta)?;
    same_surface(&meta.abi)?;
    let mapped = copy.bytes().len() as u64;
    let root = library::root(copy)?;
    let description = describe(&root)?;
    agree(plug, &description)?;
    Ok(Opened { root, description, mapped })
}

/// Judges a plug without opening it here.
///
/// # Errors
/// As [`open`].
pub fn admit(plug: &Installed) -> Result<(), Reason> {
    let copy = sealed::copy(&plug.library)?;
    let meta = elf::inspect(copy.bytes())?;
    agree_with_library(&plug.manifest, &meta)?;
    same_surface(&meta.abi)
}

/// Refuses another major of the binary surface (0.x: another minor) before any code of it runs. What
/// is left is judged by the layouts themselves.
fn same_surface(theirs: &str) -> Result<(), Reason> {
    let read = |text: &str| semver::Version::parse(text).ok();
    let series = |version: semver::Version| match version.major {
        0 => (0, version.minor),
        major => (major, 0),
    };
    let ours = plugin_abi::ABI_VERSION;
    if read(theirs).map(series).is_some_and(|theirs| Some(theirs) == read(ours).map(series)) {
        return Ok(());
    }
    Err(Reason::Abi(format!("it was built for plugin-abi {theirs}, this host has {ours}")))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_series_of_the_surface_is_refused() {
        assert_eq!(same_surface(plugin_abi::ABI_VERSION), Ok(()));
        for other in ["7.0.0", "0.99.0", "", "one"] {
            assert!(matches!(same_surface(other), Err(Reason::Abi(_))), "{other}");
        }
    }
}
