//! Why a folder is not an installed plug, or a library not a plugin that may be opened.

use super::sha256::Sha256;
use thiserror::Error;

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
    /// A file where a folder should be.
    #[error("{0} is not a folder")]
    NotAFolder(String),
    /// Somebody who is not trusted could have put it there.
    #[error("{0}")]
    UnsafeOwner(String),
    /// The files are not those that were listed.
    #[error("its files changed while they were being read; try again")]
    Changed,
    /// The library is not the one that the file beside it tells of.
    #[error(
        "the library is not the one that {file} tells of: it has the SHA-256 {found}…, {expected}… was expected; build or copy it again"
    )]
    ChecksumMismatch {
        /// The file with the checksum.
        file: String,
        /// The first digits that the library has.
        found: String,
        /// The first digits that it should have.
        expected: String,
    },
    /// A file of a checksum that is none.
    #[error("{0} is not readable as a line of `sha256sum`; remove it or write it anew")]
    BadChecksum(String),
    /// The lock file does not name it.
    #[error("it is not in the lock file{0}; `plugpipe lock` locks what is installed now")]
    NotLocked(String),
    /// Its files are not those that were locked.
    #[error("it is not as it was locked: {0}; restore it, or lock it anew with `plugpipe lock`")]
    LockMismatch(String),
    /// The lock file names it and it is nowhere.
    #[error("it is in the lock file and in none of the trees; install it, or lock anew")]
    LockedMissing,
    /// More bytes than any library has.
    #[error("the library has more than {0} bytes, as many as a library may have")]
    TooLarge(u64),
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
    /// It would have the linker load a file of the library's choice.
    #[error("the library demands `{0}`: libraries are found by the system, never by a path")]
    NeedsLibrary(String),
    /// It would have the linker look in folders of the library's choice.
    #[error("the library has a run path ({0}); build it without -rpath")]
    RunPath(String),
    /// It would make the stacks of the host executable.
    #[error("the library demands executable stacks; link it with -z noexecstack")]
    ExecutableStack,
    /// It wants thread-local memory that only a program's first libraries can have.
    #[error(
        "the library demands static thread-local storage, which a program that is running may no longer have; build it without -ftls-model=initial-exec and without an allocator of its own"
    )]
    StaticTls,
    /// Its code would have to be writable while it is relocated.
    #[error("the library relocates its own code; build it with -fPIC")]
    TextRelocations,
    /// Names that could take the place of other libraries' own.
    #[error(
        "the library exports {0} besides its plugin; such names can take the place of the host's: export nothing but the plugin"
    )]
    StrayExports(String),
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
    /// A library that it needs is not on this machine.
    #[error(
        "it needs {0}, which the dynamic linker does not find; install the package that has it"
    )]
    MissingLibrary(String),
    /// It was built on a machine with a newer C library.
    #[error("it needs glibc {0}, this machine has an older one; build it on an older system")]
    NewerGlibc(String),
    /// The dynamic linker refused it.
    #[error("the dynamic linker refused the library: {0}")]
    Linker(String),
    /// The probe could not be had.
    #[error("it could not be tried in a process of its own: {0}")]
    ProbeFailed(String),
    /// It ended the process that tried it.
    #[error(
        "it ended its process {how} while it was being {during}; nothing of it ran in the host"
    )]
    ProbeCrashed {
        /// What was being done with it.
        during: &'static str,
        /// The signal or the exit code, and its last words.
        how: String,
    },
    /// It kept the process that tried it waiting.
    #[error("it did not finish being {during} within {seconds} s; nothing of it ran in the host")]
    ProbeTimeout {
        /// What was being done with it.
        during: &'static str,
        /// How long it had.
        seconds: u64,
    },
    /// What the process that tried it found.
    #[error("{reason}")]
    ProbeRefused {
        /// The name of its reason.
        kind: String,
        /// The reason.
        reason: String,
    },
    /// Its instance could not be made.
    #[error("it could not be created: {0}")]
    Create(String),
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
    /// The library is not the one whose digest is written down in `file`.
    pub(crate) fn checksum(file: &str, found: &Sha256, expected: &Sha256) -> Self {
        let (file, found, expected) = (file.to_owned(), found.short(), expected.short());
        Self::ChecksumMismatch { file, found, expected }
    }

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
            Self::NotAFolder(_) => "not_a_folder",
            Self::UnsafeOwner(_) => "unsafe_owner",
            Self::Changed => "changed",
            Self::ChecksumMismatch { .. } => "checksum_mismatch",
            Self::BadChecksum(_) => "bad_checksum",
            Self::NotLocked(_) => "not_locked",
            Self::LockMismatch(_) => "lock_mismatch",
            Self::LockedMissing => "locked_missing",
            Self::TooLarge(_) => "too_large",
            Self::Unreadable(_) => "unreadable",
            Self::EmptyFile => "empty_file",
            Self::NotElf => "not_elf",
            Self::Damaged(_) => "damaged_library",
            Self::WrongMachine(..) => "wrong_machine",
            Self::NeedsLibrary(_) => "needs_library",
            Self::RunPath(_) => "run_path",
            Self::ExecutableStack => "executable_stack",
            Self::StaticTls => "static_tls",
            Self::TextRelocations => "text_relocations",
            Self::StrayExports(_) => "stray_exports",
            Self::NoSymbol(_) => "no_symbol",
            Self::NoMetadata(_) => "no_metadata",
            Self::PanicAbort => "panic_abort",
            Self::MissingLibrary(_) => "missing_library",
            Self::NewerGlibc(_) => "newer_glibc",
            Self::Linker(_) => "linker",
            Self::ProbeFailed(_) => "probe_failed",
            Self::ProbeCrashed { .. } => "probe_crashed",
            Self::ProbeTimeout { .. } => "probe_timeout",
            Self::ProbeRefused { kind, .. } => childs_kind(kind),
            Self::Create(_) => "create_failed",
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

/// The names that a process which tried a library gives to its reasons.
fn childs_kind(name: &str) -> &'static str {
    const KINDS: [&str; 9] = [
        "missing_library",
        "newer_glibc",
        "static_tls",
        "linker",
        "abi_mismatch",
        "no_symbol",
        "bad_description",
        "create_failed",
        "unreadable",
    ];
    KINDS.into_iter().find(|kind| *kind == name).unwrap_or("probe_failed")
}
