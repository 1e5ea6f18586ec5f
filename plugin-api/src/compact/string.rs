//! Strings: characters in place of escapes, wherever JSON allows the character itself.

use super::Pass;
use crate::error::Result;

impl Pass<'_> {
    /// A string, from its opening quote to behind its closing one.
    pub(super) fn string(&mut self) -> Result<()> {
        self.at += 1;
        loop {
            let rest = &self.bytes[self.at..];
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            self.at += plain.unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(self.fault("a control character that is not escaped")),
                None => return Err(self.fault("a string that does not end")),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<()> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'/') => self.replace(self.at + 2, b"/"),
            Some(b'u') => self.unicode_escape()?,
            _ => {
                self.at += 1;
                return Err(self.unexpected("an escape such as \\n"));
            }
        }
        Ok(())
    }

    /// `\uXXXX`, or two of them that spell one character together.
    fn unicode_escape(&mut self) -> Result<()> {
        let (first, behind) = (self.code_unit(self.at)?, self.at + 6);
        let paired = is_high_surrogate(first) && self.bytes[behind..].starts_with(b"\\u");
        let second = if paired { Some(self.code_unit(behind)?) } else { None };
        let end = if paired { behind + 6 } else { behind };
        match char::decode_utf16([first].into_iter().chain(second)).next() {
            Some(Ok(character)) => self.replace(end, shortest(character, &mut [0; 6])),
            _ => return Err(self.fault(&format!("\\u{first:04x} is half of a surrogate pair"))),
        }
        Ok(())
    }

    /// Copies what is before the escape, then `by` in its place. The escape ends at `end`.
    fn replace(&mut self, end: usize, by: &[u8]) {
        self.copy_up_to(self.at);
        self.out.extend_from_slice(by);
        self.at = end;
        self.copied = end;
    }

    /// The four digits of the `\u` at `escape`.
    fn code_unit(&mut self, escape: usize) -> Result<u16> {
        let mut unit = 0;
        for digit in escape + 2..escape + 6 {
            let byte = self.bytes.get(digit).copied().unwrap_or_default();
            let Some(value) = char::from(byte).to_digit(16) else {
                self.at = digit;
                return Err(self.unexpected("4 hexadecimal digits behind \\u"));
            };
            unit = unit << 4 | value;
        }
        Ok(u16::try_from(unit).unwrap_or_default())
    }
}

fn is_high_surrogate(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

/// A character as it stands in a string: itself, or its shortest escape where it must have one.
fn shortest(character: char, space: &mut [u8; 6]) -> &[u8] {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match character {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\u{8}' => b"\\b",
        '\u{c}' => b"\\f",
        '\n' => b"\\n",
        '\r' => b"\\r",
        '\t' => b"\\t",
        '\0'..' ' => {
            let code = character as usize;
            *space = [b'\\', b'u', b'0', b'0', HEX[code >> 4], HEX[code & 15]];
            space
        }
        _ => character.encode_utf8(space).as_bytes(),
    }
}
