//! The parts of a library that the checks look at.

use super::{damaged, machine};
use crate::catalog::Reason;
use object::elf::{
    DT_NEEDED, DynamicTag, FileHeader64, PT_DYNAMIC, ProgramHeader64, SHT_DYNSYM, SHT_NOBITS,
};
use object::read::elf::{
    Dyn as _, FileHeader as _, ProgramHeader as _, SectionHeader as _, SectionTable, SymbolTable,
};
use object::{LittleEndian, ReadRef};

pub(super) type Header = FileHeader64<LittleEndian>;
pub(super) type Segment = ProgramHeader64<LittleEndian>;

/// The headers of a library for this machine, and its tables of names.
pub(super) struct Parsed<'data, R: ReadRef<'data>> {
    pub(super) data: R,
    /// Bytes of the file.
    pub(super) len: u64,
    pub(super) segments: &'data [Segment],
    pub(super) sections: SectionTable<'data, Header, R>,
    /// The symbols that the dynamic linker sees.
    pub(super) symbols: SymbolTable<'data, Header, R>,
    /// What the dynamic linker is told, up to the entry that ends it.
    pub(super) dynamic: Vec<(DynamicTag, u64)>,
}

impl<'data, R: ReadRef<'data>> Parsed<'data, R> {
    pub(super) fn read(data: R) -> Result<Self, Reason> {
        let header = machine::header(data)?;
        let len = data.len().map_err(|()| damaged("its length is not readable"))?;
        let sections = header.sections(LittleEndian, data).map_err(damaged)?;
        let segments = header.program_headers(LittleEndian, data).map_err(damaged)?;
        let cut_off = |section: &<Header as object::read::elf::FileHeader>::SectionHeader| {
            let in_file = section.sh_type(LittleEndian) != SHT_NOBITS;
            in_file && beyond(section.sh_offset(LittleEndian), section.sh_size(LittleEndian), len)
        };
        if sections.iter().any(cut_off) {
            return Err(damaged("it is cut off"));
        }
        let symbols = sections.symbols(LittleEndian, data, SHT_DYNSYM).map_err(damaged)?;
        let dynamic = dynamic(segments, data)?;
        Ok(Self { data, len, segments, sections, symbols, dynamic })
    }

    /// The value of the one entry with that tag.
    pub(super) fn entry(&self, tag: DynamicTag) -> Option<u64> {
        self.dynamic.iter().find(|(found, _)| *found == tag).map(|(_, value)| *value)
    }

    /// A string that the dynamic linker is told by its place in the table of names.
    pub(super) fn string(&self, offset: u64) -> Result<String, Reason> {
        let offset = u32::try_from(offset).ok();
        let text = offset.and_then(|offset| self.symbols.strings().get(offset).ok());
        let text = text.ok_or_else(|| damaged("a name lies outside its table"))?;
        Ok(String::from_utf8_lossy(text).into_owned())
    }
}

/// Whether a range ends beyond the file.
pub(super) fn beyond(offset: u64, size: u64, len: u64) -> bool {
    offset.checked_add(size).is_none_or(|end| end > len)
}

fn dynamic<'data, R: ReadRef<'data>>(
    segments: &[Segment],
    data: R,
) -> Result<Vec<(DynamicTag, u64)>, Reason> {
    let mut tables = segments.iter().filter(|one| one.p_type(LittleEndian) == PT_DYNAMIC);
    let (Some(table), None) = (tables.next(), tables.next()) else {
        return Err(damaged("it has not one table for the dynamic linker"));
    };
    let entries = table.dynamic(LittleEndian, data).map_err(damaged)?.unwrap_or_default();
    let read = entries.iter().map(|entry| (entry.tag(LittleEndian), entry.val(LittleEndian)));
    let told: Vec<_> = read.take_while(|(tag, _)| *tag != object::elf::DT_NULL).collect();
    if told.len() == entries.len() {
        return Err(damaged("its table for the dynamic linker does not end"));
    }
    told_once(&told)?;
    Ok(told)
}

/// The linker goes by the last entry of a kind, and our checks by the first. Only libraries are
/// demanded one by one.
fn told_once(told: &[(DynamicTag, u64)]) -> Result<(), Reason> {
    let mut tags: Vec<u64> = told.iter().map(|(tag, _)| tag.0 as u64).collect();
    tags.retain(|tag| *tag != DT_NEEDED.0 as u64);
    tags.sort_unstable();
    match tags.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(damaged(format!("it tells the dynamic linker {:#x} twice", pair[0]))),
        None => Ok(()),
    }
}
