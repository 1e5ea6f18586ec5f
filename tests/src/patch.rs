//! Changes to the bytes of a built library that leave every other byte in its place.

use sha2::{Digest as _, Sha256};

/// Puts `new` wherever `old` stands, which is as long.
///
/// # Panics
/// When `old` stands nowhere, or the lengths differ.
#[must_use]
pub fn replaced(library: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len(), "the other parts of the library keep their place");
    let mut library = library.to_vec();
    let places: Vec<usize> = memchr::memmem::find_iter(&library, old).collect();
    assert!(!places.is_empty(), "{old} stands nowhere in the library");
    places.iter().for_each(|&at| library[at..at + new.len()].copy_from_slice(new.as_bytes()));
    library
}

/// The checksum file that belongs beside `file`, in the format of `sha256sum`.
#[must_use]
pub fn checksum_file(file: &str, content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}  {file}\n")
}
