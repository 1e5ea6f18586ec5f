//! JSON text without what need not be there: white space and escapes.
//!
//! One pass, no tree, no recursion. What needs no change is copied in runs, so a text that is
//! compact already is checked once and copied once. Numbers, key order and repeated keys stay as
//! they were written.

mod number;
mod string;

use crate::error::{Error, Result};

/// How many arrays and objects may lie in each other.
pub const MAX_DEPTH: u32 = 128;

/// Appends `json` to `out`, compact: no white space outside strings, and no escape but those that
/// JSON demands, each in its shortest form.
///
/// # Errors
/// When `json` is not exactly one JSON document, is nested deeper than [`MAX_DEPTH`], or escapes
/// half of a surrogate pair, which UTF-8 cannot hold. `out` is then as it was.
pub fn compact(json: &str, out: &mut Vec<u8>) -> Result<()> {
    let before = out.len();
    let written = Pass::new(json, out).document();
    if written.is_err() {
        out.truncate(before);
    }
    written
}

/// What may stand at the place that the pass has reached.
#[derive(Clone, Copy)]
enum Next {
    Value,
    /// Behind `[`: a value or the end.
    FirstElement,
    /// Behind `{`: a key or the end.
    FirstKey,
    Key,
    /// Behind a value: a comma or the end of what it stands in.
    Separator,
}

/// One walk over one text.
struct Pass<'a> {
    json: &'a str,
    bytes: &'a [u8],
    /// The next byte to look at.
    at: usize,
    /// Everything before it is in `out` or left out. Always `<= at` and on a character boundary.
    copied: usize,
    out: &'a mut Vec<u8>,
    depth: u32,
    /// One bit for each open array (0) or object (1), the innermost lowest.
    objects: u128,
}

impl<'a> Pass<'a> {
    fn new(json: &'a str, out: &'a mut Vec<u8>) -> Self {
        out.reserve(json.len());
        Self { json, bytes: json.as_bytes(), at: 0, copied: 0, out, depth: 0, objects: 0 }
    }

    fn document(&mut self) -> Result<()> {
        let mut next = Next::Value;
        loop {
            self.skip_white_space();
            next = match (next, self.peek()) {
                (Next::FirstElement, Some(b']')) | (Next::FirstKey, Some(b'}')) => self.close(),
                (Next::FirstElement | Next::Value, found) => self.value(found)?,
                (Next::FirstKey | Next::Key, found) => self.key(found)?,
                (Next::Separator, None) if self.depth == 0 => break,
                (Next::Separator, found) => self.separator(found)?,
            };
        }
        self.copy_up_to(self.at);
        Ok(())
    }

    fn value(&mut self, found: Option<u8>) -> Result<Next> {
        match found {
            Some(b'{') => return self.open(1),
            Some(b'[') => return self.open(0),
            Some(b'"') => self.string()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            _ => return Err(self.unexpected("a JSON value")),
        }
        Ok(Next::Separator)
    }

    fn key(&mut self, found: Option<u8>) -> Result<Next> {
        if found != Some(b'"') {
            return Err(self.unexpected("a key in double quotes"));
        }
        self.string()?;
        self.skip_white_space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:` behind the key"));
        }
        self.at += 1;
        Ok(Next::Value)
    }

    fn separator(&mut self, found: Option<u8>) -> Result<Next> {
        let in_object = self.objects & 1 == 1;
        match (found, in_object) {
            _ if self.depth == 0 => Err(self.unexpected("nothing behind the document")),
            (Some(b'}'), true) | (Some(b']'), false) => Ok(self.close()),
            (Some(b','), true) => Ok(self.step(Next::Key)),
            (Some(b','), false) => Ok(self.step(Next::Value)),
            (_, true) => Err(self.unexpected("`,` or `}`")),
            (_, false) => Err(self.unexpected("`,` or `]`")),
        }
    }

    fn step(&mut self, next: Next) -> Next {
        self.at += 1;
        next
    }

    fn open(&mut self, object: u128) -> Result<Next> {
        if self.depth == MAX_DEPTH {
            let deep = format!("nested deeper than {MAX_DEPTH} arrays and objects");
            return Err(self.fault(&deep));
        }
        self.depth += 1;
        self.objects = self.objects << 1 | object;
        Ok(self.step(if object == 1 { Next::FirstKey } else { Next::FirstElement }))
    }

    fn close(&mut self) -> Next {
        self.depth -= 1;
        self.objects >>= 1;
        self.step(Next::Separator)
    }

    fn word(&mut self, word: &str) -> Result<()> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.unexpected("a JSON value"));
        }
        self.at += word.len();
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_white_space(&mut self) {
        const WHITE: [u8; 4] = [b' ', b'\n', b'\r', b'\t'];
        let from = self.at;
        while self.peek().is_some_and(|byte| WHITE.contains(&byte)) {
            self.at += 1;
        }
        if self.at > from {
            self.copy_up_to(from);
            self.copied = self.at;
        }
    }

    fn copy_up_to(&mut self, end: usize) {
        self.out.extend_from_slice(&self.bytes[self.copied..end]);
        self.copied = end;
    }

    fn unexpected(&self, expected: &str) -> Error {
        let found = self.json.get(self.at..).and_then(|rest| rest.chars().next());
        let found = found.map_or("the end".to_owned(), |found| format!("{found:?}"));
        self.fault(&format!("expected {expected}, found {found}"))
    }

    fn fault(&self, what: &str) -> Error {
        Error::record(format!("not JSON: {what} at byte {}", self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compacted(json: &str) -> String {
        let mut out = b"before ".to_vec();
        compact(json, &mut out).unwrap();
        String::from_utf8(out).unwrap().strip_prefix("before ").unwrap().to_owned()
    }

    #[test]
    fn only_white_space_and_needless_escapes_change() {
        let cases = [
            ("null", "null"),
            (" [ 1.50 , 1e5 , -0 ]\r\n", "[1.50,1e5,-0]"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            (r#"{ "z" : 1 , "a" : { } , "z" : [ ] }"#, r#"{"z":1,"a":{},"z":[]}"#),
            (r#" "a b" "#, r#""a b""#),
            (r#"["\u00e9\u0041\/\u007f\u2028","é"]"#, "[\"éA/\u{7f}\u{2028}\",\"é\"]"),
            (r#""\ud83d\ude00""#, r#""😀""#),
            (r#""\u0022\u005C\u000a\u0008\u000C\u000d\u0009""#, r#""\"\\\n\b\f\r\t""#),
            (r#""\u0000\u001F""#, r#""\u0000\u001f""#),
            (r#""\" \\ \b \f \n \r \t""#, r#""\" \\ \b \f \n \r \t""#),
            (r#"{"\u006b" : "\\u0041"}"#, r#"{"k":"\\u0041"}"#),
        ];
        for (json, expected) in cases {
            assert_eq!(compacted(json), expected, "{json}");
            assert_eq!(compacted(expected), expected, "compact is a fixed point");
        }
    }

    #[test]
    fn a_fault_says_what_and_where_and_leaves_nothing_behind() {
        let cases = [
            ("", "expected a JSON value, found the end at byte 0"),
            ("[1,]", "expected a JSON value, found ']' at byte 3"),
            ("é", "expected a JSON value, found 'é' at byte 0"),
            ("{1:2}", "expected a key in double quotes, found '1' at byte 1"),
            (r#"{"a" 1}"#, "expected `:` behind the key, found '1' at byte 5"),
            ("[1}", "expected `,` or `]`, found '}' at byte 2"),
            (r#"{"a":1]"#, "expected `,` or `}`, found ']' at byte 6"),
            ("1 2", "expected nothing behind the document, found '2' at byte 2"),
            ("012", "expected nothing behind the document, found '1' at byte 1"),
            ("1.", "expected a digit, found the end at byte 2"),
            ("-x", "expected a digit, found 'x' at byte 1"),
            ("1e+", "expected a digit, found the end at byte 3"),
            ("nul", "expected a JSON value, found 'n' at byte 0"),
            ("\"a\nb\"", "a control character that is not escaped at byte 2"),
            (r#""a"#, "a string that does not end at byte 2"),
            (r#""\x""#, r"expected an escape such as \n, found 'x' at byte 2"),
            (r#""\u12é4""#, r"expected 4 hexadecimal digits behind \u, found 'é' at byte 5"),
            (r#""\ud83d""#, r"\ud83d is half of a surrogate pair at byte 1"),
            (r#""\ud83d\ud83d""#, r"\ud83d is half of a surrogate pair at byte 1"),
            (r#""a\uDE00""#, r"\ude00 is half of a surrogate pair at byte 2"),
        ];
        for (json, expected) in cases {
            let mut out = b"before".to_vec();
            let message = compact(json, &mut out).unwrap_err().message;
            assert_eq!(message, format!("not JSON: {expected}"), "{json}");
            assert_eq!(out, b"before", "{json}");
        }
    }

    #[test]
    fn the_deepest_document_has_128_levels() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(compacted(&nested(128)), nested(128));
        let message = compact(&nested(129), &mut Vec::new()).unwrap_err().message;
        assert_eq!(message, "not JSON: nested deeper than 128 arrays and objects at byte 128");
    }
}
