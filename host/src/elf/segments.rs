//! Where the parts of a library go in memory.

use super::damaged;
use super::parsed::{Parsed, Segment, beyond};
use crate::catalog::Reason;
use object::elf::{PF_X, PT_GNU_RELRO, PT_GNU_STACK, PT_LOAD, PT_TLS, ProgramFlags};
use object::read::elf::ProgramHeader as _;
use object::{LittleEndian, ReadRef};

/// Everything must lie inside the file, and no stack may become executable.
pub(super) fn check<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<(), Reason> {
    let cut_off = |segment: &Segment| {
        let (offset, size) = segment.file_range(LittleEndian);
        beyond(offset, size, parsed.len)
    };
    if parsed.segments.iter().any(cut_off) {
        return Err(damaged("it is cut off"));
    }
    check_loaded(parsed)?;
    check_single(parsed)?;
    let stack = parsed.segments.iter().find(|one| one.p_type(LittleEndian) == PT_GNU_STACK);
    // A library that says nothing about stacks gets executable ones.
    let safe = stack.is_some_and(|stack| !stack.p_flags(LittleEndian).contains(PF_X));
    if safe { Ok(()) } else { Err(Reason::ExecutableStack) }
}

/// The linker reserves from the first segment to the last: they must rise and not overlap.
fn check_loaded<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<(), Reason> {
    let mut free = 0;
    for segment in loaded(parsed) {
        let (start, size) = memory(segment);
        let fits = start >= free && segment.p_filesz(LittleEndian) <= size;
        let end = start.checked_add(size).filter(|_| fits);
        free = end.ok_or_else(|| damaged("its segments overlap"))?;
    }
    if free == 0 { Err(damaged("it has nothing to load")) } else { Ok(()) }
}

/// The linker goes by the last segment of these kinds, and our checks by the first.
fn check_single<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<(), Reason> {
    let count =
        |kind| parsed.segments.iter().filter(|one| one.p_type(LittleEndian) == kind).count();
    let once = [PT_GNU_STACK, PT_GNU_RELRO, PT_TLS].into_iter().all(|kind| count(kind) <= 1);
    if once { Ok(()) } else { Err(damaged("it has two segments of a kind that is there once")) }
}

/// Bytes of address space that stay mapped once it is loaded, in pages of 4 KiB.
pub(super) fn mapped<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> u64 {
    const PAGE: u64 = 4096;
    let pages = loaded(parsed).map(|segment| memory(segment).1.div_ceil(PAGE));
    pages.fold(0, |sum: u64, pages| sum.saturating_add(pages.saturating_mul(PAGE)))
}

/// Where in the file those bytes of memory come from.
pub(super) fn in_file<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
    address: u64,
    size: u64,
) -> Option<u64> {
    loaded(parsed).find_map(|segment| {
        let within = address.checked_sub(segment.p_vaddr(LittleEndian))?;
        let inside = !beyond(within, size, segment.p_filesz(LittleEndian));
        inside.then(|| segment.p_offset(LittleEndian).checked_add(within)).flatten()
    })
}

/// Whether those bytes of memory lie in one segment that may be used so.
pub(super) fn allows<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
    (address, size): (u64, u64),
    used: ProgramFlags,
) -> bool {
    loaded(parsed).any(|segment| {
        let (start, len) = memory(segment);
        let within = address.checked_sub(start);
        segment.p_flags(LittleEndian).contains(used)
            && within.is_some_and(|within| !beyond(within, size, len))
    })
}

fn loaded<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
) -> impl Iterator<Item = &'data Segment> {
    parsed.segments.iter().filter(|segment| segment.p_type(LittleEndian) == PT_LOAD)
}

/// The address and the size in memory.
fn memory(segment: &Segment) -> (u64, u64) {
    (segment.p_vaddr(LittleEndian), segment.p_memsz(LittleEndian))
}
