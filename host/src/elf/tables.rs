//! The tables that the dynamic linker follows without looking where they lead.

use super::parsed::{Header, Parsed};
use super::{damaged, segments};
use crate::catalog::Reason;
use object::elf::{
    DT_FINI_ARRAY, DT_FINI_ARRAYSZ, DT_GNU_HASH, DT_INIT_ARRAY, DT_INIT_ARRAYSZ, DT_JMPREL,
    DT_PLTRELSZ, DT_RELA, DT_RELASZ, DT_RELR, DT_RELRSZ, DT_STRSZ, DT_STRTAB, DynamicTag, Rela64,
};
use object::read::elf::{GnuHashTable, SectionHeader as _, Sym as _};
use object::{LittleEndian, ReadRef};

type Relocation = Rela64<LittleEndian>;

/// Tables that are given by an address and a size.
const TABLES: [(DynamicTag, DynamicTag); 6] = [
    (DT_STRTAB, DT_STRSZ),
    (DT_INIT_ARRAY, DT_INIT_ARRAYSZ),
    (DT_FINI_ARRAY, DT_FINI_ARRAYSZ),
    (DT_RELR, DT_RELRSZ),
    (DT_RELA, DT_RELASZ),
    (DT_JMPREL, DT_PLTRELSZ),
];

/// Every table lies in what is loaded, every relocation writes where writing is allowed, and every
/// symbol that is asked for exists.
pub(super) fn check<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<(), Reason> {
    for (address, size) in TABLES {
        range(parsed, address, size)?;
    }
    for (address, size) in [(DT_RELA, DT_RELASZ), (DT_JMPREL, DT_PLTRELSZ)] {
        if let Some((offset, size)) = range(parsed, address, size)? {
            check_relocations(parsed, offset, size)?;
        }
    }
    check_names(parsed)?;
    check_hash(parsed)
}

/// Names that are asked for as well as those that are given.
fn check_names<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<(), Reason> {
    let strings = parsed.symbols.strings();
    let broken = parsed.symbols.iter().find_map(|one| one.name(LittleEndian, strings).err());
    broken.map_or(Ok(()), |error| Err(damaged(error)))
}

/// The place in the file and the size of a table; `None` when there is none.
fn range<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
    address: DynamicTag,
    size: DynamicTag,
) -> Result<Option<(u64, u64)>, Reason> {
    let Some(address) = parsed.entry(address) else { return Ok(None) };
    let size = parsed.entry(size).unwrap_or_default();
    let offset = segments::in_file(parsed, address, size);
    offset.map(|offset| Some((offset, size))).ok_or_else(|| damaged("a table lies outside of it"))
}

fn check_relocations<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
    offset: u64,
    size: u64,
) -> Result<(), Reason> {
    let bad = || damaged("its relocations are broken");
    let count = usize::try_from(size).map_err(|_| bad())? / size_of::<Relocation>();
    let table = parsed.data.read_slice_at::<Relocation>(offset, count).map_err(|()| bad())?;
    let fits = |relocation: &Relocation| {
        let symbol = relocation.r_info.get(LittleEndian) >> 32;
        let place = relocation.r_offset.get(LittleEndian);
        symbol < parsed.symbols.len().max(1) as u64
            && segments::is_writable(parsed, place, size_of::<u64>() as u64)
    };
    if table.iter().all(fits) { Ok(()) } else { Err(bad()) }
}

/// The linker finds symbols by their hash; a table with holes has it read anywhere.
fn check_hash<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<(), Reason> {
    let Some(address) = parsed.entry(DT_GNU_HASH) else { return Ok(()) };
    let bad = || damaged("its table of symbols is broken");
    let at = |section: &&<Header as object::read::elf::FileHeader>::SectionHeader| {
        section.sh_addr(LittleEndian) == address
            && section.sh_type(LittleEndian) == object::elf::SHT_GNU_HASH
    };
    let section = parsed.sections.iter().find(at).ok_or_else(bad)?;
    let header = section.gnu_hash_header(LittleEndian, parsed.data).map_err(damaged)?;
    let header = header.ok_or_else(bad)?;
    let blooms = header.bloom_count.get(LittleEndian);
    let bytes = section.data(LittleEndian, parsed.data).map_err(damaged)?;
    let table = GnuHashTable::<Header>::parse(LittleEndian, bytes).map_err(damaged)?;
    let last = table.symbol_table_length(LittleEndian);
    let whole = blooms.is_power_of_two()
        && header.bucket_count.get(LittleEndian) > 0
        && header.bloom_shift.get(LittleEndian) < u32::BITS
        && last.is_some_and(|last| last as usize <= parsed.symbols.len());
    if whole { Ok(()) } else { Err(bad()) }
}
