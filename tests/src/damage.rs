//! A corpus of damaged libraries, the same ones for the same library.

use std::ops::Range;

use crate::elf::Parts;

/// What part of a library is damaged, and so what can be promised of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    /// Cut off, swapped around, filled with zeros from some point on.
    Layout,
    /// Bytes behind the end, which nobody reads.
    Appended,
    /// The ELF header, program headers or section headers.
    Headers,
    /// The dynamic section and the tables of symbols, names, hashes and versions.
    Tables,
    /// The section `.pp_meta`.
    Metadata,
    /// Functions that run when a library is tried out.
    EntryCode,
    /// Other code, and the pointers into it. What never runs in a trial cannot be judged by one.
    InnerCode,
}

/// One way to damage a library.
pub struct Damage {
    /// The part it strikes.
    pub class: Class,
    /// What is done, for the report of a failed test.
    pub name: String,
    change: Change,
}

enum Change {
    Truncate(usize),
    Flip(usize),
    Fill(Range<usize>, u8),
    SwapHalves,
    Append(usize),
}

impl Damage {
    /// The library with this damage.
    #[must_use]
    pub fn done_to(&self, library: &[u8]) -> Vec<u8> {
        let mut damaged = library.to_vec();
        match &self.change {
            Change::Truncate(len) => damaged.truncate(*len),
            Change::Flip(at) => damaged[*at] ^= 0xff,
            Change::Fill(range, byte) => damaged[range.clone()].fill(*byte),
            Change::SwapHalves => damaged.rotate_left(library.len() / 2),
            Change::Append(len) => damaged.resize(library.len() + len, 0xa5),
        }
        damaged
    }
}

/// An instruction that stops a program on `x86_64`, and no instruction on `aarch64`.
const TRAP: u8 = 0xcc;

/// Functions of every plugin that run in a trial, by a part of their mangled names.
const ENTRIES: [&str; 3] =
    ["plugin_abi6export7root_of", "plugin_abi6export8describe", "plugin_abi6export6create"];

/// Every damage for a `library` that was stripped out of `unstripped`.
#[must_use]
pub fn corpus(library: &[u8], unstripped: &[u8]) -> Vec<Damage> {
    let parts = Parts::of(library);
    let mut corpus = layouts(library.len());
    corpus.extend(flips(Class::Headers, "header", parts.header(), 64));
    corpus.extend(flips(Class::Headers, "program headers", parts.program_headers(), 56));
    corpus.extend(flips(Class::Headers, "section headers", parts.section_headers(), 48));
    for (section, count) in TABLES {
        corpus.extend(flips(Class::Tables, section, parts.section(section), count));
    }
    corpus.extend(flips(Class::Metadata, ".pp_meta", parts.section(".pp_meta"), 16));
    corpus.extend(flips(Class::InnerCode, ".rela.dyn", parts.section(".rela.dyn"), 16));
    corpus.extend(entries(&parts, &Parts::of(unstripped)));
    corpus.extend(inner_code(parts.section(".text")));
    corpus
}

/// Tables that the dynamic linker reads, and how many of their bytes are flipped.
const TABLES: [(&str, usize); 6] = [
    (".dynamic", 56),
    (".dynsym", 16),
    (".dynstr", 16),
    (".gnu.hash", 8),
    (".gnu.version", 8),
    (".gnu.version_r", 16),
];

fn damage(class: Class, name: impl Into<String>, change: Change) -> Damage {
    Damage { class, name: name.into(), change }
}

fn layouts(len: usize) -> Vec<Damage> {
    let mut damages = vec![damage(Class::Layout, "halves swapped", Change::SwapHalves)];
    damages.extend((0..40).map(|part| {
        let keep = len * part / 40;
        damage(Class::Layout, format!("cut off at {keep}"), Change::Truncate(keep))
    }));
    damages.extend([2, 3, 5, 9, 17, 65].map(|part| {
        let from = len - len / part;
        let name = format!("zeros from {from}");
        damage(Class::Layout, name, Change::Fill(from..len, 0))
    }));
    let appended = [1, 64, 4096].map(|more| {
        damage(Class::Appended, format!("{more} bytes appended"), Change::Append(more))
    });
    damages.extend(appended);
    damages
}

/// `count` bytes of a part, evenly spread, each flipped in a library of its own.
fn flips(
    class: Class,
    what: &str,
    part: Range<usize>,
    count: usize,
) -> impl Iterator<Item = Damage> {
    (0..count).map(move |number| {
        let into = part.len() * number / count;
        let name = format!("byte {into} of {what} flipped");
        damage(class, name, Change::Flip(part.start + into))
    })
}

fn entries(parts: &Parts<'_>, symbols: &Parts<'_>) -> Vec<Damage> {
    let overwritten = |entry: &str| {
        let start = parts.code_at(symbols.address(entry));
        [(TRAP, "traps"), (0, "zeros")].map(|(byte, word)| {
            let name = format!("{word} over {entry}");
            damage(Class::EntryCode, name, Change::Fill(start..start + 32, byte))
        })
    };
    ENTRIES.iter().flat_map(|entry| overwritten(entry)).collect()
}

fn inner_code(text: Range<usize>) -> impl Iterator<Item = Damage> {
    const RUN: usize = 4096;
    const RUNS: usize = 10;
    (0..RUNS).flat_map(move |number| {
        let start = text.start + (text.len() - RUN) * number / RUNS;
        [(TRAP, "traps"), (0, "zeros")].map(|(byte, word)| {
            let name = format!("a page of {word} at {start}");
            damage(Class::InnerCode, name, Change::Fill(start..start + RUN, byte))
        })
    })
}
