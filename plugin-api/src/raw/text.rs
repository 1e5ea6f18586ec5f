//! The content of a string.

use super::skip;
use std::borrow::Cow;

/// The content of a JSON string given in its quotes, copied only where it holds escapes. `None` for
/// any other value, for what is not UTF-8, and for an escape that is half of a surrogate pair.
#[must_use]
pub fn text(value: &[u8]) -> Option<Cow<'_, str>> {
    if value.first() != Some(&b'"') {
        return None;
    }
    let end = skip::string(value, 0)?;
    if end.behind != value.len() {
        return None;
    }
    if end.escaped {
        return serde_json::from_slice(value).ok().map(Cow::Owned);
    }
    std::str::from_utf8(&value[1..value.len() - 1]).ok().map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_escapes_make_a_copy() {
        assert!(matches!(text("\"café\"".as_bytes()), Some(Cow::Borrowed("café"))));
        assert!(matches!(text(br#""""#), Some(Cow::Borrowed(""))));
        let copied = text(br#""a\n\u00e9\ud83d\ude00\"""#);
        assert!(matches!(&copied, Some(Cow::Owned(text)) if text == "a\né😀\""), "{copied:?}");
    }

    #[test]
    fn what_is_no_string_has_no_text() {
        let cases: [&[u8]; 9] = [
            b"",
            b"\"",
            b"1",
            b"null",
            b"\"a",
            b"\"a\"b\"",
            b"\"\xff\"",
            br#""\ud83d""#,
            br#""\x""#,
        ];
        for value in cases {
            assert_eq!(text(value), None, "{value:?}");
        }
    }
}
