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

/// Whether `name` can be a plug's: 1 to 64 of `a-z`, `0-9` and `_`.
#[must_use]
pub const fn is_name(name: &str) -> bool {
    let (bytes, mut at) = (name.as_bytes(), 0);
    while at < bytes.len() {
        if !matches!(bytes[at], b'a'..=b'z' | b'0'..=b'9' | b'_') {
            return false;
        }
        at += 1;
    }
    0 < at && at <= 64
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
    fn a_name_is_short_and_plain() {
        let (longest, longer) = ("n".repeat(64), "n".repeat(65));
        for name in ["a", "json_serializer", "0", &longest] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "Json", "a-b", "a b", "ä", &longer] {
            assert!(!is_name(name), "{name}");
        }
    }

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
