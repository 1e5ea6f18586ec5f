//! The host's half: from an exported symbol to a root module whose layout was checked.

use crate::meta;
use crate::root::RootRef;
use abi_stable::StableAbi;
use abi_stable::abi_stability::abi_checking::{AbiInstabilityErrors, check_layout_compatibility};
use abi_stable::library::{AbiHeaderRef, LibHeader};
use abi_stable::type_layout::TypeLayout;
use std::fmt;

/// Why a library that opened is not a plugin for this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// Its exported static does not start as one of ours, or was built by another `abi_stable`.
    Header(String),
    /// Its types differ from the host's: the end of the layout report.
    Layout(String),
    /// Its own start-up code failed.
    Start(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(found) => write!(f, "its exported header is not readable: {found}"),
            Self::Layout(found) => write!(f, "its binary layout differs from the host's: {found}"),
            Self::Start(found) => write!(f, "its root module did not start: {found}"),
        }
    }
}

impl std::error::Error for OpenError {}

/// Checks a library's exported static and returns its root module.
///
/// The layout is accepted when either side is a legal extension of the other: an older plugin in a
/// newer host and a newer plugin in an older host both pass.
///
/// # Errors
/// See [`OpenError`].
///
/// # Safety
/// `symbol` is the address of the static named [`crate::root::ROOT_SYMBOL`] in a library that
/// stays mapped for the rest of the process.
pub unsafe fn root_module(symbol: *const ()) -> Result<RootRef, OpenError> {
    // SAFETY: the caller promises the symbol. `AbiHeaderRef` is a transparent non-null reference,
    // and its first fields are a magic text and version that `upgrade` checks before anything else.
    let header: AbiHeaderRef = unsafe { std::mem::transmute::<*const (), AbiHeaderRef>(symbol) };
    let header = header.upgrade().map_err(|error| OpenError::Header(tail(&error.to_string())))?;
    linked_module(header)
}

/// The root module behind a header that was linked into this program, checked like that of a library.
///
/// # Errors
/// See [`OpenError`].
pub fn linked_module(header: &'static LibHeader) -> Result<RootRef, OpenError> {
    check_layout(header)?;
    // SAFETY: the layouts were just found compatible in one direction or the other, and both
    // sides reach fields through prefix accessors only.
    let root = unsafe { header.unchecked_layout::<RootRef>() };
    root.map_err(|error| OpenError::Start(format!("{error:?}")))
}

fn check_layout(header: &'static LibHeader) -> Result<(), OpenError> {
    let ours = <RootRef as StableAbi>::LAYOUT;
    let theirs = header.layout().ok_or_else(|| OpenError::Layout("it carries none".to_owned()))?;
    compatible(ours, theirs).map_err(|errors| OpenError::Layout(tail(&errors.to_string())))
}

/// Whether one layout is a legal extension of the other, whichever is the newer one.
fn compatible(
    host: &'static TypeLayout,
    plugin: &'static TypeLayout,
) -> Result<(), AbiInstabilityErrors> {
    let newer_or_equal = check_layout_compatibility(host, plugin);
    newer_or_equal.or_else(|newer| check_layout_compatibility(plugin, host).map_err(|_older| newer))
}

/// The last lines of a report that may be 60 KB long: what was expected, what was found.
fn tail(report: &str) -> String {
    const LINES: usize = 12;
    let lines: Vec<&str> = report.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    format!("{} (host: abi {}, {})", last.join("\n"), crate::ABI_VERSION, meta::RUSTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi_stable::std_types::RBox;

    /// The sink of a minor to come: one method more, behind the last.
    #[allow(missing_docs, non_local_definitions, reason = "the trait macro adds items of its own")]
    mod newer {
        use crate::batch::Batch;
        use crate::doc::Doc;
        use crate::report::Report;
        use crate::{Answer, Pending};
        use abi_stable::sabi_trait;

        #[sabi_trait]
        pub trait SinkObject: Send + Sync + 'static {
            fn write(&self, batch: Batch) -> Pending<Report>;
            fn flush(&self, deadline_ns: u64) -> Pending<()>;
            fn status(&self) -> Answer<Doc>;
            #[sabi(last_prefix_field)]
            fn close(&self, deadline_ns: u64) -> Pending<()>;
            fn pause(&self) -> Answer<()> {
                Answer::ROk(())
            }
        }
    }

    /// The sink of a surface that has broken its promise: a method is gone.
    #[allow(missing_docs, non_local_definitions, reason = "the trait macro adds items of its own")]
    mod broken {
        use crate::Pending;
        use crate::batch::Batch;
        use crate::report::Report;
        use abi_stable::sabi_trait;

        #[sabi_trait]
        pub trait SinkObject: Send + Sync + 'static {
            fn write(&self, batch: Batch) -> Pending<Report>;
            #[sabi(last_prefix_field)]
            fn close(&self, deadline_ns: u64) -> Pending<()>;
        }
    }

    fn layout<T: StableAbi>() -> &'static TypeLayout {
        T::LAYOUT
    }

    #[test]
    fn an_appended_method_is_taken_in_both_directions_and_a_missing_one_in_none() {
        let ours = layout::<crate::stage::SinkObject_TO<RBox<()>>>();
        let newer = layout::<newer::SinkObject_TO<RBox<()>>>();
        let broken = layout::<broken::SinkObject_TO<RBox<()>>>();
        let fits =
            |host, plugin| compatible(host, plugin).map_err(|errors| tail(&errors.to_string()));
        assert_eq!(fits(ours, newer), Ok(()));
        assert_eq!(fits(newer, ours), Ok(()));
        assert!(fits(ours, broken).is_err());
        assert!(fits(broken, ours).is_err());
    }
}
