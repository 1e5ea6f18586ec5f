//! Escapes in strings: checked, and left as they are.

use super::check::Scan;
use super::invalid::Reason;

impl Scan<'_> {
    /// One escape, from its backslash. A character beyond 16 bits takes two.
    #[cold]
    pub(super) fn escape(&mut self) -> Result<(), Reason> {
        self.escapes = true;
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => return self.unicode_escape(),
            _ => {
                self.at += 1;
                return Err(Reason::NoEscape);
            }
        }
        Ok(())
    }

    fn unicode_escape(&mut self) -> Result<(), Reason> {
        let first = self.code_unit(self.at)?;
        let behind = self.at + 6;
        self.at = match first {
            0xd800..0xdc00 if self.bytes[behind..].starts_with(b"\\u") => {
                let second = self.code_unit(behind)?;
                if !(0xdc00..0xe000).contains(&second) {
                    return Err(Reason::HalfPair);
                }
                behind + 6
            }
            0xd800..0xe000 => return Err(Reason::HalfPair),
            _ => behind,
        };
        Ok(())
    }

    /// The four digits of the `\u` at `escape`; a fault moves `at` to the digit that is none.
    fn code_unit(&mut self, escape: usize) -> Result<u32, Reason> {
        let mut unit = 0;
        for digit in escape + 2..escape + 6 {
            let byte = self.bytes.get(digit).copied().unwrap_or_default();
            let Some(value) = char::from(byte).to_digit(16) else {
                self.at = digit;
                return Err(Reason::NoHex);
            };
            unit = unit << 4 | value;
        }
        Ok(unit)
    }
}
