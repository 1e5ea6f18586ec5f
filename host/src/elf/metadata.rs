//! The metadata in a library's own section, and what its headers tell beside it.

use super::parsed::Parsed;
use super::{damaged, segments};
use crate::catalog::Reason;
use object::elf::{ELF_NOTE_GNU, NT_GNU_BUILD_ID};
use object::read::elf::SectionHeader as _;
use object::{LittleEndian, ReadRef};
use plugin_abi::meta::SECTION;
use serde::Deserialize;

/// What a library says of itself.
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
    /// The GNU build id in hexadecimal digits, where the linker wrote one.
    #[serde(skip)]
    pub build: Option<String>,
    /// Bytes of address space that it takes once it is loaded.
    #[serde(skip)]
    pub mapped: u64,
}

/// More than any metadata needs.
const LONGEST: u64 = 64 << 10;

pub(super) fn read<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<Meta, Reason> {
    let none = || Reason::NoMetadata(SECTION);
    let found = parsed.sections.section_by_name(LittleEndian, SECTION.as_bytes());
    let (_, section) = found.ok_or_else(none)?;
    if section.sh_size(LittleEndian) > LONGEST {
        return Err(none());
    }
    let text = section.data(LittleEndian, parsed.data).map_err(damaged)?;
    let meta: Meta = serde_json::from_slice(text).map_err(|_| none())?;
    if meta.panic == "abort" {
        return Err(Reason::PanicAbort);
    }
    Ok(Meta { build: build_id(parsed), mapped: segments::mapped(parsed), ..meta })
}

fn build_id<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Option<String> {
    let notes = parsed
        .sections
        .iter()
        .filter_map(|section| section.notes(LittleEndian, parsed.data).ok().flatten());
    let id = notes
        .flat_map(|notes| notes.map_while(Result::ok))
        .find(|note| note.name() == ELF_NOTE_GNU && note.n_type(LittleEndian) == NT_GNU_BUILD_ID)?;
    Some(id.desc().iter().map(|byte| format!("{byte:02x}")).collect())
}
