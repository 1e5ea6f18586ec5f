//! A folder that is not an installed plug.

use super::reason::Reason;
use serde::Serialize;
use std::path::PathBuf;

/// A folder that was looked at and refused. It never stops another folder.
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    /// The folder.
    pub path: PathBuf,
    /// A stable name of the reason.
    pub kind: &'static str,
    /// The reason, and what to do.
    pub reason: String,
}

impl Refusal {
    /// Refuses `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, reason: &Reason) -> Self {
        Self { path: path.into(), kind: reason.kind(), reason: reason.to_string() }
    }
}
