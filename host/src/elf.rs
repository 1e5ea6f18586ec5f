//! What a library says about itself without being run: ELF headers, our symbol, our metadata.

use crate::catalog::Reason;
use object::elf::{EM_AARCH64, EM_X86_64, ET_DYN};
use object::read::ReadCache;
use object::read::elf::{ElfFile64, FileHeader};
use object::{Endianness, Object, ObjectSection, ObjectSymbol, ReadRef};
use plugin_abi::{meta, root::ROOT_SYMBOL};
use serde::Deserialize;
use std::fs::File;
use std::path::Path;

/// The metadata in a library's own section.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Meta {
    /// The plug's name.
    pub name: String,
    /// The plug's version.
    pub version: String,
    /// The version of the binary surface it was built against.
    pub abi: String,
    /// The compiler that built it.
    pub rustc: String,
    /// `unwind` or `abort`.
    pub panic: String,
}

/// Reads headers and metadata of a file, not its code.
///
/// # Errors
/// Why it cannot be a plugin of this host.
pub fn inspect_file(path: &Path) -> Result<Meta, Reason> {
    let file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Err(Reason::EmptyFile);
    }
    inspect(&ReadCache::new(file))
}

/// As [`inspect_file`], for bytes that are already in hand.
///
/// # Errors
/// Why they cannot be a plugin of this host.
pub fn inspect<'data, R: ReadRef<'data>>(data: R) -> Result<Meta, Reason> {
    const MAGIC: &[u8] = b"\x7fELF";
    if data.read_bytes_at(0, MAGIC.len() as u64) != Ok(MAGIC) {
        return Err(Reason::NotElf);
    }
    let elf = ElfFile64::<Endianness, R>::parse(data).map_err(damaged)?;
    check_machine(&elf)?;
    check_complete(&elf, data)?;
    check_symbol(&elf)?;
    let meta = metadata(&elf)?;
    if meta.panic == "abort" { Err(Reason::PanicAbort) } else { Ok(meta) }
}

fn damaged(error: object::read::Error) -> Reason {
    Reason::Damaged(error.to_string())
}

fn check_machine<'data, R: ReadRef<'data>>(
    elf: &ElfFile64<'data, Endianness, R>,
) -> Result<(), Reason> {
    let (ours, name) =
        if cfg!(target_arch = "aarch64") { (EM_AARCH64, "aarch64") } else { (EM_X86_64, "x86_64") };
    let header = elf.elf_header();
    if header.e_type(elf.endian()) != ET_DYN {
        return Err(Reason::Damaged("it is not a shared library".to_owned()));
    }
    let theirs = header.e_machine(elf.endian());
    if theirs == ours {
        Ok(())
    } else {
        Err(Reason::WrongMachine(format!("machine {theirs}"), name))
    }
}

/// Every section and segment must lie inside the file: a half-copied library is not tried.
fn check_complete<'data, R: ReadRef<'data>>(
    elf: &ElfFile64<'data, Endianness, R>,
    data: R,
) -> Result<(), Reason> {
    use object::read::elf::ProgramHeader;
    let len = data.len().map_err(|()| Reason::Damaged("its length is not readable".to_owned()))?;
    let endian = elf.endian();
    let inside = |segment: &object::elf::ProgramHeader64<Endianness>| {
        let end = segment.p_offset(endian).checked_add(segment.p_filesz(endian));
        end.is_some_and(|end| end <= len)
    };
    let whole = elf.elf_program_headers().iter().all(inside);
    if whole { Ok(()) } else { Err(Reason::Damaged("it is cut off".to_owned())) }
}

fn check_symbol<'data, R: ReadRef<'data>>(
    elf: &ElfFile64<'data, Endianness, R>,
) -> Result<(), Reason> {
    let ours = |name: &str| name == ROOT_SYMBOL;
    let exported =
        elf.dynamic_symbols().any(|symbol| symbol.is_definition() && symbol.name().is_ok_and(ours));
    if exported { Ok(()) } else { Err(Reason::NoSymbol(ROOT_SYMBOL)) }
}

fn metadata<'data, R: ReadRef<'data>>(
    elf: &ElfFile64<'data, Endianness, R>,
) -> Result<Meta, Reason> {
    let section = elf.section_by_name(meta::SECTION).ok_or(Reason::NoMetadata(meta::SECTION))?;
    let bytes = section.data().map_err(damaged)?;
    serde_json::from_slice(bytes).map_err(|_| Reason::NoMetadata(meta::SECTION))
}
