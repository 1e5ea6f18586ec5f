//! What a library demands of the dynamic linker.

use super::damaged;
use super::parsed::Parsed;
use crate::catalog::Reason;
use object::elf::{
    DF_STATIC_TLS, DF_TEXTREL, DT_AUXILIARY, DT_FILTER, DT_FLAGS, DT_NEEDED, DT_RPATH, DT_RUNPATH,
    DT_STRTAB, DT_SYMTAB, DT_TEXTREL,
};
use object::read::elf::SectionHeader as _;
use object::{LittleEndian, ReadRef};

/// No library by its path, no folders to look in, no text relocations, no static thread-local
/// storage.
pub(super) fn check<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<(), Reason> {
    check_agreement(parsed)?;
    for (tag, value) in &parsed.dynamic {
        match *tag {
            DT_RPATH | DT_RUNPATH => return Err(Reason::RunPath(parsed.string(*value)?)),
            // A filter has the linker load that library as well.
            DT_FILTER | DT_AUXILIARY => return Err(Reason::NeedsLibrary(parsed.string(*value)?)),
            DT_NEEDED => check_needed(parsed.string(*value)?)?,
            _ => {}
        }
    }
    let flags = parsed.entry(DT_FLAGS).unwrap_or_default();
    if flags & DF_STATIC_TLS.0 != 0 {
        return Err(Reason::StaticTls);
    }
    let relocates_code = flags & DF_TEXTREL.0 != 0 || parsed.entry(DT_TEXTREL).is_some();
    if relocates_code { Err(Reason::TextRelocations) } else { Ok(()) }
}

fn check_needed(name: String) -> Result<(), Reason> {
    if name.is_empty() || name.contains('/') { Err(Reason::NeedsLibrary(name)) } else { Ok(()) }
}

/// We read symbols by the section headers, the linker by its own table. It must be the same symbols.
fn check_agreement<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<(), Reason> {
    let tables =
        [(DT_SYMTAB, parsed.symbols.section()), (DT_STRTAB, parsed.symbols.string_section())];
    for (tag, section) in tables {
        let section = parsed.sections.section(section).map_err(damaged)?;
        if parsed.entry(tag) != Some(section.sh_addr(LittleEndian)) {
            return Err(damaged("its sections and its table for the dynamic linker disagree"));
        }
    }
    Ok(())
}
