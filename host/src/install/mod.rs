//! `plugpipe install` and `plugpipe remove`: whole version folders in and out of a tree.
//!
//! A folder appears in the tree, and goes, by one rename: whoever reads the tree meanwhile sees a plug
//! or none. What is under way lies in `.staging-…` in the tree, which no scan takes for a plug.

mod above;
mod add;
mod contents;
mod remove;
mod staging;
#[cfg(test)]
mod tests;

pub use add::{Added, Addition, add};
pub use remove::{removable, remove};

use crate::catalog::Reason;
use crate::compile::CompileError;
use std::path::PathBuf;
use thiserror::Error;

/// Why the tree stayed as it was.
#[derive(Debug, Error)]
pub enum InstallError {
    /// What was named is no plug.
    #[error("{0} is no plug: {1}")]
    NoPlug(PathBuf, String),
    /// The plug is one that the host refuses.
    #[error("{0} is refused: {1}")]
    Refused(PathBuf, Reason),
    /// It has source code and does not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// Nothing says where in the tree it belongs.
    #[error(
        "nothing says which category {0} belongs to; give --category, or write `category:` into its plug.yaml"
    )]
    NoCategory(PathBuf),
    /// A category that no plug may have.
    #[error("`{0}` cannot be a category: small letters, digits and `_` are expected, at most 64")]
    BadCategory(String),
    /// The version is there, and is another one.
    #[error("{0} is there already and differs; give it another version, or --replace")]
    Differs(PathBuf),
    /// The tree has the source code of that version.
    #[error("{0} holds source code, which would be lost{1}")]
    Source(PathBuf, &'static str),
    /// No version folder fits.
    #[error("{0}")]
    NotFound(String),
    /// Several version folders fit.
    #[error("`{wanted}` fits {}; name one of them by category/name/version, and its tree with --plugs", all.join(", "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// What fits.
        all: Vec<String>,
    },
    /// The tree cannot be written.
    #[error("{0}: {1}")]
    Write(PathBuf, std::io::Error),
}
