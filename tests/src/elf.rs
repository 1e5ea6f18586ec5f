//! Where the parts of a built library lie in its file.

use std::ops::Range;

use object::elf::{FileHeader64, ProgramHeader64, SectionHeader64};
use object::read::elf::ElfFile64;
use object::{Endianness, Object as _, ObjectSection as _, ObjectSymbol as _};

/// Byte ranges of the parts of one library.
pub struct Parts<'data> {
    elf: ElfFile64<'data, Endianness>,
}

impl<'data> Parts<'data> {
    /// Reads a library that is whole.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    pub fn of(library: &'data [u8]) -> Self {
        Self { elf: ElfFile64::parse(library).expect("an undamaged library") }
    }

    /// The ELF header.
    #[must_use]
    pub fn header(&self) -> Range<usize> {
        0..size_of::<FileHeader64<Endianness>>()
    }

    /// The table of program headers.
    #[must_use]
    pub fn program_headers(&self) -> Range<usize> {
        let header = self.elf.elf_header();
        let (entry, start) = (size_of::<ProgramHeader64<Endianness>>(), header.e_phoff);
        table(start.get(self.elf.endian()), header.e_phnum.get(self.elf.endian()), entry)
    }

    /// The table of section headers.
    #[must_use]
    pub fn section_headers(&self) -> Range<usize> {
        let header = self.elf.elf_header();
        let (entry, start) = (size_of::<SectionHeader64<Endianness>>(), header.e_shoff);
        table(start.get(self.elf.endian()), header.e_shnum.get(self.elf.endian()), entry)
    }

    /// The bytes of one section.
    ///
    /// # Panics
    /// When there is none of that name, or it has no bytes in the file.
    #[must_use]
    pub fn section(&self, name: &str) -> Range<usize> {
        let section = self.elf.section_by_name(name).unwrap_or_else(|| panic!("no section {name}"));
        let (start, len) = section.file_range().unwrap_or_else(|| panic!("{name} has no bytes"));
        let start = index(start);
        start..start + index(len)
    }

    /// The address of the function whose mangled name contains `part`, from the table that `strip`
    /// removes.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn address(&self, part: &str) -> u64 {
        let named = self.elf.symbols().find(|symbol| symbol.name().is_ok_and(|n| n.contains(part)));
        named.unwrap_or_else(|| panic!("no symbol with {part}")).address()
    }

    /// Where the code at an address lies in the file.
    ///
    /// # Panics
    /// When it is no code.
    #[must_use]
    pub fn code_at(&self, address: u64) -> usize {
        let text = self.elf.section_by_name(".text").expect("code");
        let into = address.checked_sub(text.address()).expect("an address in .text");
        self.section(".text").start + index(into)
    }
}

fn table(start: u64, entries: u16, entry: usize) -> Range<usize> {
    let start = index(start);
    start..start + usize::from(entries) * entry
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("an offset in a file that is in memory")
}

/// Makes the library need a symbol version `new` wherever it needs `old`, which is as long: both the
/// text and the hash of it, which the dynamic linker compares first.
///
/// # Panics
/// When it needs no version `old`.
#[must_use]
pub fn with_version_need(library: &[u8], old: &str, new: &str) -> Vec<u8> {
    let mut changed = crate::patch::replaced(library, &format!("{old}\0"), &format!("{new}\0"));
    let needs = Parts::of(library).section(".gnu.version_r");
    let (old, new) = (object::elf::hash(old.as_bytes()), object::elf::hash(new.as_bytes()));
    let hashes = needs.step_by(4).filter(|&at| library[at..at + 4] == old.to_le_bytes());
    let places: Vec<usize> = hashes.collect();
    assert!(!places.is_empty(), "the version is not among the needs");
    places.iter().for_each(|&at| changed[at..at + 4].copy_from_slice(&new.to_le_bytes()));
    changed
}

/// The newest version of glibc that a library needs, of those with four digits: `GLIBC_2.34`.
///
/// # Panics
/// When it needs none.
#[must_use]
pub fn newest_glibc(library: &[u8]) -> String {
    let names = &library[Parts::of(library).section(".dynstr")];
    let names = names.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let needed = names.filter(|name| name.starts_with("GLIBC_2.") && name.len() == 10);
    needed.max().expect("a library that needs glibc").into_owned()
}
