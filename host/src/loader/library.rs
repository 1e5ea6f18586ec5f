//! Opens a library: the one place where foreign code gets into the process.

#![allow(unsafe_code)]

use super::linker;
use super::sealed::SealedCopy;
use crate::catalog::Reason;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use plugin_abi::open::root_module;
use plugin_abi::root::{ROOT_SYMBOL, RootRef};

/// Keep the library mapped whatever happens: threads and statics of plugins live on.
const RTLD_NODELETE: i32 = 0x1000;

/// Opens a checked, sealed copy and returns its root module.
pub(super) fn root(copy: SealedCopy) -> Result<RootRef, Reason> {
    let path = copy.into_path();
    let flags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE;
    // SAFETY: running the constructors of a plugin is what loading means; who may put files into a
    // tree is trusted with that. The bytes are sealed, so nobody changes them under the linker.
    let library = unsafe { Library::open(Some(path), flags) };
    let library = library.map_err(|error| linker::reason(&linkers_words(&error)))?;
    // SAFETY: only the address is taken here; nothing is read through it.
    let symbol = unsafe { library.get::<*const ()>(ROOT_SYMBOL) };
    let address = symbol.map_or(std::ptr::null_mut(), |symbol| symbol.into_raw());
    // Nothing is ever unloaded.
    std::mem::forget(library);
    // The linker answers with null, too, and calls that no error.
    if address.is_null() {
        return Err(Reason::NoSymbol(ROOT_SYMBOL));
    }
    // SAFETY: `address` is that of our exported static, which the checks of the sealed copy have
    // found as readable data in what is loaded, and the library stays mapped for ever.
    unsafe { root_module(address.cast_const().cast()) }
        .map_err(|error| Reason::Abi(error.to_string()))
}

/// The linker's own words, which libloading keeps behind its error.
fn linkers_words(error: &libloading::Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    source.unwrap_or_else(|| error.to_string())
}
