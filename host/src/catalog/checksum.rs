//! The checksum beside a library: `lib<name>.so.sha256`, one line as `sha256sum` writes it.

use super::reason::Reason;
use super::sha256::Sha256;

/// The file with the checksum of that library file.
pub(crate) fn file_of(library: &str) -> String {
    format!("{library}.sha256")
}

/// What is written there.
pub(crate) fn line(library: &str, digest: &Sha256) -> String {
    format!("{digest}  {library}\n")
}

/// Bytes of such a file. More is no checksum.
pub(crate) const LONGEST: u64 = 4096;

/// Holds a library to the text beside it.
///
/// # Errors
/// [`Reason::BadChecksum`] or [`Reason::ChecksumMismatch`].
pub(crate) fn verify(library: &str, text: &[u8], found: &Sha256) -> Result<(), Reason> {
    let file = file_of(library);
    let expected = parse(library, text).ok_or_else(|| Reason::BadChecksum(file.clone()))?;
    if expected == *found { Ok(()) } else { Err(Reason::checksum(&file, found, &expected)) }
}

fn parse(library: &str, text: &[u8]) -> Option<Sha256> {
    let text = std::str::from_utf8(text).ok()?;
    let (digest, name) = text.strip_suffix('\n').unwrap_or(text).split_once(' ')?;
    // The second character is a star where the file was read as binary.
    let name = name.strip_prefix([' ', '*'])?;
    digest.parse().ok().filter(|_| name == library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_held_to_one_line_of_sha256sum() {
        let (digest, other) = (Sha256::of(b"library"), Sha256::of(b"other"));
        let ours = line("libx.so", &digest);
        let cases = [
            (ours.clone(), Ok(())),
            (ours.trim_end().to_owned(), Ok(())),
            (format!("{digest} *libx.so\n"), Ok(())),
            (line("libx.so", &other), Err("checksum_mismatch")),
            (line("liby.so", &digest), Err("bad_checksum")),
            (format!("{digest}\n"), Err("bad_checksum")),
            (format!("{ours}{ours}"), Err("bad_checksum")),
            (String::new(), Err("bad_checksum")),
        ];
        for (text, expected) in cases {
            let judged = verify("libx.so", text.as_bytes(), &digest);
            assert_eq!(judged.map_err(|reason| reason.kind()), expected, "{text:?}");
        }
    }

    #[test]
    fn both_digests_are_named() {
        let (digest, other) = (Sha256::of(b"library"), Sha256::of(b"other"));
        let reason = verify("libx.so", line("libx.so", &other).as_bytes(), &digest).unwrap_err();
        let (found, expected) = (digest.short(), other.short());
        let words = format!("it has the SHA-256 {found}…, {expected}… was expected");
        assert!(reason.to_string().contains(&words), "{reason}");
    }
}
