//! The only room that opens libraries: a sealed private copy, checks, then the dynamic linker.
//!
//! In order: open the file along its trusted path and see that it is the one that was listed; copy
//! it into sealed memory; hold the copy's SHA-256 to the checksum beside the library; read ELF
//! headers, tables and metadata of the copy; let a child process try it, unless it is known. Up to
//! here nothing of the library has run in the host: that is an [`Admitted`] library. Then open it, check the layout of its root module in both directions,
//! let it describe itself, and compare the folder, the manifest, the metadata and the description.
//! Nothing is ever unloaded.

mod admit;
mod described;
mod library;
mod linker;
mod probe;
mod sealed;

pub use admit::Admitted;
pub use probe::{Known, Probe, serve as serve_probe};

use crate::catalog::accept::same;
use crate::catalog::{Installed, Reason, Sha256};
use plugin_abi::root::RootRef;
use plugin_api::{Description, Json};

/// A library that is open, checked and described. No instance exists yet.
pub struct Opened {
    /// How to make the instance.
    pub root: RootRef,
    /// What the plugin says about itself.
    pub description: Description,
    /// The digest of the library.
    pub sha256: Sha256,
    /// Bytes of address space that the library takes for as long as the process lives.
    pub mapped: u64,
}

/// Opens libraries, with or without trying them in a child first. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Loader {
    probe: Probe,
}

impl Loader {
    /// A loader that probes in that way.
    #[must_use]
    pub fn new(probe: Probe) -> Self {
        Self { probe }
    }

    /// Makes every check that needs none of the library's code in this process. Blocks: for a few
    /// milliseconds, and for the seconds that a probe may take when the library is not known.
    ///
    /// # Errors
    /// The reason of the first check that fails.
    pub fn admit(&self, plug: &Installed) -> Result<Admitted, Reason> {
        let admitted = admit::admit(plug)?;
        admitted.pass(&self.probe)?;
        Ok(admitted)
    }

    /// As [`Loader::admit`] and then [`Admitted::open`].
    ///
    /// # Errors
    /// The reason of the first check that fails. The host and every other plug go on.
    pub fn open(&self, plug: &Installed) -> Result<Opened, Reason> {
        self.admit(plug)?.open()
    }

    /// What the plugin says about itself, for those who call nothing of it: of files that it has
    /// opened before, in this very state, from memory. Else as [`Loader::open`].
    ///
    /// # Errors
    /// The reason of the first check that fails.
    pub fn describe(&self, plug: &Installed) -> Result<Description, Reason> {
        let Probe::Child { known, .. } = &self.probe else {
            return Ok(self.open(plug)?.description);
        };
        if let Some(description) = described::recall(known, plug) {
            return Ok(description);
        }
        let description = self.open(plug)?.description;
        described::remember(known, plug, &description);
        Ok(description)
    }
}

fn describe(root: &RootRef) -> Result<Description, Reason> {
    let unusable = |error: &dyn std::fmt::Display| Reason::Description(error.to_string());
    let doc = (root.describe())().into_result().map_err(|error| unusable(&error.message()))?;
    let json = Json::try_from(&doc).map_err(|error| unusable(&error))?;
    json.parse().map_err(|error| unusable(&error))
}

/// The manifest, which agrees with the folder and the metadata, and what the plugin says.
fn agree(named: (&String, &String), description: &Description) -> Result<(), Reason> {
    let (name, version) = named;
    same("names", [("the folder", name), ("the plugin", &description.name)])?;
    same("versions", [("the folder", version), ("the plugin", &description.version)])
}

#[cfg(test)]
mod tests;
