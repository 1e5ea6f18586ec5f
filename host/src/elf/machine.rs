//! Is it a shared library for this machine at all?

use super::damaged;
use crate::catalog::Reason;
use object::elf::{ELFCLASS64, ELFDATA2LSB, EM_AARCH64, EM_X86_64, ET_DYN, FileHeader64};
use object::read::elf::FileHeader as _;
use object::{LittleEndian, ReadRef};

/// The header of a library for this machine.
pub(super) fn header<'data, R: ReadRef<'data>>(
    data: R,
) -> Result<&'data FileHeader64<LittleEndian>, Reason> {
    const MAGIC: &[u8] = b"\x7fELF";
    if data.len() == Ok(0) {
        return Err(Reason::EmptyFile);
    }
    if data.read_bytes_at(0, MAGIC.len() as u64) != Ok(MAGIC) {
        return Err(Reason::NotElf);
    }
    let header: &FileHeader64<LittleEndian> =
        data.read_at(0).map_err(|()| damaged("it is cut off"))?;
    let ident = header.e_ident();
    if ident.class != ELFCLASS64 || ident.data != ELFDATA2LSB {
        let what = if ident.class == ELFCLASS64 { "a big-endian machine" } else { "32 bits" };
        return Err(wrong(what.to_owned()));
    }
    if !header.is_supported() {
        return Err(damaged("its header is of no known version"));
    }
    if header.e_type(LittleEndian) != ET_DYN {
        return Err(damaged("it is not a shared library"));
    }
    let ours = if cfg!(target_arch = "aarch64") { EM_AARCH64 } else { EM_X86_64 };
    let theirs = header.e_machine(LittleEndian);
    if theirs == ours { Ok(header) } else { Err(wrong(format!("machine {}", theirs.0))) }
}

fn wrong(theirs: String) -> Reason {
    Reason::WrongMachine(theirs, std::env::consts::ARCH)
}
