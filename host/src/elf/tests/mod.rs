//! Libraries that demand what no plugin may, and libraries with a byte out of place.

pub(crate) mod fixture;

use super::*;
use fixture::Library;
use object::LittleEndian;
use object::elf::{self, PT_GNU_STACK};
use object::read::elf::{ProgramHeader as _, SectionHeader as _, Sym as _};
use std::io::Write as _;

fn refused(bytes: &[u8]) -> Result<(), (&'static str, String)> {
    inspect(bytes).map(|_| ()).map_err(|reason| (reason.kind(), reason.to_string()))
}

#[test]
fn a_plain_library_is_fine_and_tells_who_it_is() {
    let bytes = Library::new("").flag("-Wl,--build-id=0xc0ffee").build();
    let meta = inspect(&bytes).unwrap();
    assert_eq!((meta.name.as_str(), meta.version.as_str()), ("echo", "1.0.0"));
    assert_eq!(meta.build.as_deref(), Some("c0ffee"));
    assert!(meta.mapped >= 4096 && meta.mapped.is_multiple_of(4096), "{}", meta.mapped);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    assert_eq!(inspect_headers(&file).unwrap(), meta);
}

#[test]
fn what_no_plugin_may_demand_is_refused_by_name() {
    let cases = [
        ("", "-Wl,-rpath,/elsewhere", "run_path", "/elsewhere"),
        ("", "-Wl,-rpath,/elsewhere,--disable-new-dtags", "run_path", "/elsewhere"),
        ("", "-Wl,-z,execstack", "executable_stack", "noexecstack"),
        ("", "-Wl,--auxiliary,libother.so", "needs_library", "libother.so"),
        ("", "-Wl,--hash-style=sysv", "damaged_library", "GNU hash table"),
        ("", "-Wl,--filter,libother.so", "needs_library", "libother.so"),
        (
            "static __thread int t; EXPORTED int plugpipe_plugin_root_2() { return t; }",
            "-ftls-model=initial-exec",
            "static_tls",
            "static thread-local storage",
        ),
        (
            "extern int far; __asm__(\".text\\n.quad far\\n\");",
            "-Wl,-z,notext",
            "text_relocations",
            "-fPIC",
        ),
        ("EXPORTED int open() { return 0; }", "-O", "stray_exports", "`open`"),
        (
            "#define E EXPORTED int\nE a=1; E b=1; E c=1; E d=1; E e=1; E f=1; E g=1;",
            "-O",
            "stray_exports",
            " and 2 more",
        ),
    ];
    for (code, flag, kind, word) in cases {
        let found = refused(&Library::new(code).flag(flag).build());
        let (found, reason) = found.expect_err(flag);
        assert_eq!(found, kind, "{flag}: {reason}");
        assert!(reason.contains(word), "{flag}: {reason}");
    }
}

#[test]
fn a_library_may_not_be_demanded_by_its_path() {
    let other = Library::new("");
    let path = other.build_as("other", "1.0.0").display().to_string();
    let demanding = Library::new("").flag("-Wl,--no-as-needed").flag(&path).build();
    let reason = format!("the library demands `{path}`");
    let (kind, said) = refused(&demanding).unwrap_err();
    assert_eq!(kind, "needs_library");
    assert!(said.starts_with(&reason), "{said}");
}

#[test]
fn a_file_that_is_no_library_of_this_machine_is_told_so() {
    let edit = |at: usize, byte: u8| {
        let mut bytes = Library::new("").build();
        bytes[at] = byte;
        bytes
    };
    let cases = [
        (Vec::new(), "empty_file"),
        (b"\x7fELF".to_vec(), "damaged_library"),
        (b"text of some length that is no library at all".to_vec(), "not_elf"),
        (edit(4, 1), "wrong_machine"),
        (edit(5, 2), "wrong_machine"),
        (edit(6, 9), "damaged_library"),
        (edit(16, 2), "damaged_library"),
        (edit(18, 243), "wrong_machine"),
    ];
    for (number, (bytes, kind)) in cases.into_iter().enumerate() {
        assert_eq!(refused(&bytes).unwrap_err().0, kind, "case {number}");
    }
}

#[test]
fn a_library_that_is_cut_off_anywhere_is_damaged() {
    let bytes = Library::new("").build();
    let whole = bytes.len();
    for len in (64..whole).step_by(97).chain([whole - 1]) {
        assert_eq!(refused(&bytes[..len]).unwrap_err().0, "damaged_library", "{len} of {whole}");
    }
}

/// Changes the bytes of the first section of that type.
fn with_section(kind: elf::SectionType, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    // A function of libc brings the tables of versions along.
    let code = "int getpid(void); __attribute__((used)) static int f(void) { return getpid(); }";
    let mut bytes = Library::new(code).build();
    let range = {
        let parsed = Parsed::read(bytes.as_slice()).unwrap();
        let section = parsed.sections.iter().find(|one| one.sh_type(LittleEndian) == kind);
        section.unwrap().file_range(LittleEndian).unwrap()
    };
    change(&mut bytes[range.0 as usize..(range.0 + range.1) as usize]);
    bytes
}

#[test]
fn tables_that_lead_nowhere_are_damage() {
    let far = |bytes: &mut [u8]| bytes.copy_from_slice(&(1_u64 << 40).to_le_bytes());
    let dynamic = |tag: elf::DynamicTag| {
        with_section(elf::SHT_DYNAMIC, |table| {
            let entry = table.chunks_mut(16).find(|entry| entry[..8] == tag.0.to_le_bytes());
            far(&mut entry.unwrap()[8..]);
        })
    };
    let cases = [
        ("a relocation's place", with_section(elf::SHT_RELA, |table| far(&mut table[..8]))),
        ("a relocation's symbol", with_section(elf::SHT_RELA, |table| table[12..16].fill(0xff))),
        ("the hash buckets", with_section(elf::SHT_GNU_HASH, |table| table[..4].fill(0))),
        ("the hash filter", with_section(elf::SHT_GNU_HASH, |table| table[8] = 3)),
        ("the hash chains", with_section(elf::SHT_GNU_HASH, |table| table[24..].fill(0x7e))),
        ("a symbol's name", with_section(elf::SHT_DYNSYM, |table| table[24..28].fill(0xff))),
        (
            "the end of the table",
            with_section(elf::SHT_DYNAMIC, |table| {
                table
                    .chunks_mut(16)
                    .filter(|entry| entry.iter().all(|byte| *byte == 0))
                    .for_each(|entry| entry[0] = 1);
            }),
        ),
        ("relocations", dynamic(elf::DT_RELA)),
        ("their size", dynamic(elf::DT_RELASZ)),
        ("symbols", dynamic(elf::DT_SYMTAB)),
        ("names", dynamic(elf::DT_STRTAB)),
        ("the size of names", dynamic(elf::DT_STRSZ)),
        ("constructors", dynamic(elf::DT_INIT_ARRAY)),
        ("the hash table", dynamic(elf::DT_GNU_HASH)),
        ("the first code", dynamic(elf::DT_INIT)),
        ("versions of names", dynamic(elf::DT_VERSYM)),
        ("versions that are needed", dynamic(elf::DT_VERNEED)),
    ];
    for (what, bytes) in cases {
        assert_eq!(refused(&bytes).map_err(|(kind, _)| kind), Err("damaged_library"), "{what}");
    }
}

#[test]
fn a_library_that_says_nothing_about_stacks_gets_executable_ones() {
    let mut bytes = Library::new("").build();
    let header = header_of(&bytes, PT_GNU_STACK);
    bytes[header..header + 4].fill(0);
    assert_eq!(refused(&bytes).unwrap_err().0, "executable_stack");
}

/// The place in the file of the first header of a segment of that kind.
fn header_of(bytes: &[u8], kind: elf::ProgramType) -> usize {
    let parsed = Parsed::read(bytes).unwrap();
    let index = parsed.segments.iter().position(|one| one.p_type(LittleEndian) == kind);
    64 + index.unwrap() * size_of::<parsed::Segment>()
}

#[test]
fn what_the_linker_is_told_once_may_not_be_told_twice() {
    let twice = |from: elf::DynamicTag, to: elf::DynamicTag| {
        with_section(elf::SHT_DYNAMIC, |table| {
            let entry = table.chunks_mut(16).find(|entry| entry[..8] == from.0.to_le_bytes());
            entry.unwrap()[..8].copy_from_slice(&to.0.to_le_bytes());
        })
    };
    let (kind, said) = refused(&twice(elf::DT_RELACOUNT, elf::DT_STRSZ)).unwrap_err();
    assert_eq!((kind, said.contains("0xa twice")), ("damaged_library", true), "{said}");
    let mut bytes = Library::new("").flag("-Wl,-z,relro").build();
    let header = header_of(&bytes, elf::PT_GNU_RELRO);
    bytes[header..header + 4].copy_from_slice(&PT_GNU_STACK.0.to_le_bytes());
    let (kind, said) = refused(&bytes).unwrap_err();
    assert_eq!(
        (kind, said.contains("two segments of a kind")),
        ("damaged_library", true),
        "{said}"
    );
}

#[test]
fn the_root_must_be_data_in_the_library() {
    let root = plugin_abi::root::ROOT_SYMBOL;
    type Change = fn(&mut [u8]);
    let changes: [(&str, Change); 5] = [
        ("a number", |symbol| symbol[6..8].copy_from_slice(&elf::SHN_ABS.0.to_le_bytes())),
        ("null", |symbol| symbol[8..16].fill(0)),
        ("outside", |symbol| symbol[8..16].copy_from_slice(&(1_u64 << 40).to_le_bytes())),
        ("a function that makes it up", |symbol| symbol[4] = symbol[4] & 0xf0 | 10),
        ("of each thread", |symbol| symbol[4] = symbol[4] & 0xf0 | elf::STT_TLS.0),
    ];
    for (what, change) in changes {
        let mut bytes = Library::new("").build();
        let (table, index) = {
            let parsed = Parsed::read(bytes.as_slice()).unwrap();
            let is_root = |symbol: &elf::Sym64<LittleEndian>| {
                symbol.name(LittleEndian, parsed.symbols.strings()) == Ok(root.as_bytes())
            };
            let section = parsed.sections.section(parsed.symbols.section()).unwrap();
            let offset = section.sh_offset(LittleEndian) as usize;
            (offset, parsed.symbols.iter().position(is_root).unwrap())
        };
        let at = table + index * size_of::<elf::Sym64<LittleEndian>>();
        change(&mut bytes[at..at + 24]);
        assert_eq!(refused(&bytes).unwrap_err().0, "no_symbol", "{what}");
    }
}

/// A broken file is judged, whatever is broken: the judgement itself never fails.
#[test]
fn no_byte_out_of_place_breaks_the_checks_themselves() {
    let whole = Library::new("").build();
    let mut refusals = 0;
    for at in 0..whole.len() {
        for byte in [0x00, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            refusals += usize::from(inspect(&bytes).is_err());
        }
    }
    assert!(refusals > 3 * 64, "{refusals}: more than the bytes of the first header");
}
