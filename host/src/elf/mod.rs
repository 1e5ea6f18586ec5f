//! What a library says about itself without being run: ELF headers and tables, our symbol, our
//! metadata.
//!
//! The dynamic linker believes what a file says of itself and ends the process where that is wrong,
//! so everything that it would follow is checked first: where tables lie, what is demanded of other
//! libraries and of the process, and which names are given to it. What only a look at the code could
//! tell is left to the probe.

mod dynamic;
mod exports;
mod machine;
mod metadata;
mod parsed;
mod segments;
mod tables;

pub use metadata::Meta;

use crate::catalog::Reason;
use object::ReadRef;
use object::read::ReadCache;
use parsed::Parsed;
use std::fs::File;

/// Reads headers and metadata of an open file, not its code. Relocations are left to [`inspect`]:
/// they are most of what a linker reads.
///
/// # Errors
/// Why it cannot be a plugin of this host.
pub fn inspect_headers(file: &File) -> Result<Meta, Reason> {
    read(&ReadCache::new(file)).map(|(_, meta)| meta)
}

/// Reads headers, metadata and every table that the dynamic linker follows.
///
/// # Errors
/// Why the bytes cannot be a plugin of this host.
pub fn inspect(bytes: &[u8]) -> Result<Meta, Reason> {
    let (parsed, meta) = read(bytes)?;
    tables::check(&parsed)?;
    Ok(meta)
}

fn read<'data, R: ReadRef<'data>>(data: R) -> Result<(Parsed<'data, R>, Meta), Reason> {
    let parsed = Parsed::read(data)?;
    exports::check_root(&parsed)?;
    segments::check(&parsed)?;
    dynamic::check(&parsed)?;
    exports::check_others(&parsed)?;
    let meta = metadata::read(&parsed)?;
    Ok((parsed, meta))
}

fn damaged(what: impl ToString) -> Reason {
    Reason::Damaged(what.to_string())
}

#[cfg(test)]
mod tests;
