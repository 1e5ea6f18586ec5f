//! Why a folder is not an installed plug.

use serde::Serialize;
use std::path::PathBuf;
use thiserror::Error;

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

/// Every reason for a refusal, by name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// A folder with a library and without a manifest.
    #[error("there is a library but no plug.yaml beside it")]
    NoManifest,
    /// The manifest cannot be used.
    #[error("plug.yaml is not usable: {0}")]
    Manifest(String),
    /// A category, name or version that no plug may have.
    #[error("`{0}` is not usable as a {1}")]
    BadName(String, &'static str),
    /// Folder, manifest and library do not say the same.
    #[error("{what} disagree: {found}")]
    Disagreement {
        /// What disagrees: names or versions.
        what: &'static str,
        /// What each of them says.
        found: String,
    },
    /// No library yet, but there is source code.
    #[error("it is not built; run `plugpipe build {0}`, or `plugpipe run --build`")]
    NotBuilt(String),
    /// No library at all.
    #[error("there is no library {0} beside plug.yaml")]
    NoLibrary(String),
    /// A link where a file or a folder of the tree should be.
    #[error("it is a symbolic link; plugs are plain folders and files")]
    Link,
    /// A pipe, a device or a folder where a file should be.
    #[error("{0} is not a regular file")]
    NotAFile(String),
    /// The file or folder could not be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// A file without a byte.
    #[error("the library is an empty file")]
    EmptyFile,
    /// A file that is no shared library at all.
    #[error("the library is not an ELF file")]
    NotElf,
    /// The headers or tables of the file are broken.
    #[error("the library is damaged: {0}")]
    Damaged(String),
    /// A library for another machine.
    #[error("the library is for {0}, this host runs on {1}")]
    WrongMachine(String, &'static str),
    /// A library that is not one of our plugins.
    #[error(
        "the library does not export `{0}`: it is not a PlugPipe plugin, or was built for another major version of the plugin ABI"
    )]
    NoSymbol(&'static str),
    /// A library without our metadata.
    #[error("the library carries no readable plugin metadata (section {0})")]
    NoMetadata(&'static str),
    /// A plugin whose panics would end the host.
    #[error(
        "the library was built with panic=abort, so a panic in it would end the host; build it with panic=unwind"
    )]
    PanicAbort,
    /// The dynamic linker refused it.
    #[error("the dynamic linker refused the library: {0}")]
    Linker(String),
    /// Its binary surface does not fit this host.
    #[error("{0}")]
    Abi(String),
    /// It could not be created.
    #[error("{0}")]
    NotCreated(String),
    /// It was in use and misbehaved.
    #[error("it is in quarantine: {0}; it is tried again when its files change")]
    Quarantined(String),
    /// It could not describe itself.
    #[error("its description is not usable: {0}")]
    Description(String),
}

impl Reason {
    /// The stable name.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoManifest => "no_manifest",
            Self::Manifest(_) => "bad_manifest",
            Self::BadName(..) => "bad_name",
            Self::Disagreement { .. } => "disagreement",
            Self::NotBuilt(_) => "not_built",
            Self::NoLibrary(_) => "no_library",
            Self::Link => "symbolic_link",
            Self::NotAFile(_) => "not_a_file",
            Self::Unreadable(_) => "unreadable",
            Self::EmptyFile => "empty_file",
            Self::NotElf => "not_elf",
            Self::Damaged(_) => "damaged_library",
            Self::WrongMachine(..) => "wrong_machine",
            Self::NoSymbol(_) => "no_symbol",
            Self::NoMetadata(_) => "no_metadata",
            Self::PanicAbort => "panic_abort",
            Self::Linker(_) => "linker",
            Self::Abi(_) => "abi_mismatch",
            Self::NotCreated(_) => "not_created",
            Self::Quarantined(_) => "quarantined",
            Self::Description(_) => "bad_description",
        }
    }
}

impl From<std::io::Error> for Reason {
    fn from(error: std::io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}
