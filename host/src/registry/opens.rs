//! What the registry needs to get plugins from plugs.

use crate::catalog::{Installed, Reason};
use crate::loader::{Loader, Opened};

/// Judges plugs and opens them. Both calls block, come from threads of their own, many at once.
pub trait Opens: Send + Sync + 'static {
    /// Judges a plug without running any of it here.
    ///
    /// # Errors
    /// The reason of the first check that fails.
    fn admit(&self, plug: &Installed) -> Result<(), Reason>;

    /// Judges a plug and opens it.
    ///
    /// # Errors
    /// The reason of the first check that fails.
    fn open(&self, plug: &Installed) -> Result<Opened, Reason>;
}

impl Opens for Loader {
    fn admit(&self, plug: &Installed) -> Result<(), Reason> {
        Loader::admit(self, plug).map(drop)
    }

    fn open(&self, plug: &Installed) -> Result<Opened, Reason> {
        Loader::open(self, plug)
    }
}
