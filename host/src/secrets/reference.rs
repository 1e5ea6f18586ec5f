//! A secret as a pipeline names it.

use crate::catalog::Installed;
use std::sync::Arc;

/// `${file:path}`, `${vault:path}` …
#[derive(Clone, Debug)]
pub struct SecretRef {
    /// Who knows it.
    pub provider: Provider,
    /// What stands behind the colon.
    pub reference: String,
    /// The whole as written.
    pub written: String,
}

/// Who knows a secret.
#[derive(Clone, Debug)]
pub enum Provider {
    /// A file of this machine; its content without the last line break.
    File,
    /// A plugin with the role `secrets`.
    Plugin(Arc<Installed>),
}
