//! What a library says about itself without being run: JSON text in a linker section.

/// The section that holds the text. It survives `strip`.
pub const SECTION: &str = ".pp_meta";

/// The compiler that built this crate, and so the plugin that links it.
pub const RUSTC: &str = env!("PLUGIN_ABI_RUSTC");

/// The parts of the text; the export macro joins them into one array.
#[must_use]
pub const fn parts<'a>(name: &'a str, version: &'a str, panic: &'a str) -> [&'a str; 11] {
    let (n, v) = ("{\"name\":\"", "\",\"version\":\"");
    let (a, r, p) = ("\",\"abi\":\"", "\",\"rustc\":\"", "\",\"panic\":\"");
    [n, name, v, version, a, crate::ABI_VERSION, r, RUSTC, p, panic, "\"}"]
}

/// How long the joined parts are.
#[must_use]
pub const fn joined_len(parts: &[&str]) -> usize {
    let (mut len, mut part) = (0, 0);
    while part < parts.len() {
        len += parts[part].len();
        part += 1;
    }
    len
}

/// The parts, joined at compile time.
#[must_use]
pub const fn joined<const LEN: usize>(parts: &[&str]) -> [u8; LEN] {
    let mut text = [0; LEN];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let bytes = parts[part].as_bytes();
        let mut byte = 0;
        while byte < bytes.len() {
            text[at] = bytes[byte];
            at += 1;
            byte += 1;
        }
        part += 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_one_json_object() {
        const PARTS: [&str; 11] = parts("echo", "1.0.0", "unwind");
        const TEXT: [u8; joined_len(&PARTS)] = joined(&PARTS);
        let text = std::str::from_utf8(&TEXT).unwrap();
        let abi = crate::ABI_VERSION;
        let start = format!(r#"{{"name":"echo","version":"1.0.0","abi":"{abi}""#);
        assert!(text.starts_with(&start), "{text}");
        assert!(text.ends_with(r#","panic":"unwind"}"#), "{text}");
    }
}
