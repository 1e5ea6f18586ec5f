//! Secrets in files of this machine.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::OFlags;

/// A secret is no larger, in bytes.
const LARGEST: u64 = 64 << 10;

/// The content of a file without its last line break. Relative paths start at the working
/// directory. A pipe or a device is refused and never waited for.
///
/// # Errors
/// Why there is no secret in it, and what to do; never what it holds.
pub fn from_file(path: &str) -> Result<String, String> {
    let wrong = |why: &str| format!("`{path}` {why}");
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::CLOEXEC).bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let file = file.map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    if !is_file {
        return Err(wrong("is no regular file; put the secret into a file"));
    }
    let mut bytes = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(wrong("is larger than 64 KiB, and a secret is not"));
    }
    let mut text = String::from_utf8(bytes)
        .map_err(|_| wrong("is not UTF-8; store a binary secret as base64"))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}
