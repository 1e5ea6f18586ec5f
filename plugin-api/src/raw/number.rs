//! Numbers: their spelling is checked, their size is nobody's business here.

use super::check::Scan;
use super::invalid::Reason;

impl Scan<'_> {
    /// A number as RFC 8259 spells it, from its first character. What follows is the caller's.
    #[inline]
    pub(super) fn number(&mut self) -> Result<(), Reason> {
        self.at += usize::from(self.peek() == b'-');
        if self.peek() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if self.peek() | 0x20 == b'e' {
            self.exponent()?;
        }
        Ok(())
    }

    fn exponent(&mut self) -> Result<(), Reason> {
        self.at += 1;
        self.at += usize::from(matches!(self.peek(), b'+' | b'-'));
        self.digits()
    }

    /// Byte by byte: numbers are short, and a predicted loop beats a computed place.
    #[inline]
    fn digits(&mut self) -> Result<(), Reason> {
        let first = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == first { Err(Reason::NoDigit) } else { Ok(()) }
    }
}
