//! What a library file and the file beside it say of the bytes.

use object::{File, Object};
use std::fs;
use std::path::Path;

/// The build id that the linker put into a library.
pub(super) fn build_id(library: &Path) -> Option<String> {
    let bytes = fs::read(library).ok()?;
    let id = File::parse(bytes.as_slice()).ok()?.build_id().ok()??;
    Some(id.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The digest in `<library>.sha256`, a file as `sha256sum` writes it.
pub(super) fn checksum(library: &Path) -> Option<String> {
    const DIGITS: usize = 64;
    let mut name = library.file_name()?.to_owned();
    name.push(".sha256");
    let text = fs::read_to_string(library.with_file_name(name)).ok()?;
    let digest = text.split_whitespace().next()?;
    let is_digest = digest.len() == DIGITS && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| digest.to_owned())
}
