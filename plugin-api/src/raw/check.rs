//! Is it JSON? One pass over the text: no tree, no recursion, no copy.

use super::invalid::{Invalid, Reason};
use super::word;
use crate::compact::MAX_DEPTH;

/// What a valid text looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// There is no white space outside strings. Without `escapes` it is what
    /// [`Batch::COMPACT_JSON`](crate::Batch::COMPACT_JSON) says of every value.
    pub compact: bool,
    /// A backslash occurs in a string or a name.
    pub escapes: bool,
    /// The kind of value.
    pub opens: Opens,
}

/// The kind of a value, as far as its first character tells it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opens {
    /// `{`
    Object,
    /// `[`
    Array,
    /// A string, a number, `true`, `false` or `null`.
    Scalar,
}

/// Checks that `json` is exactly one JSON text (RFC 8259), at most
/// [`MAX_DEPTH`] levels deep, white space around it allowed.
///
/// It takes what [`compact`](crate::compact::compact) takes: half of a surrogate pair in an escape
/// is refused, a number of any size is fine.
///
/// # Errors
/// The first fault.
pub fn check(json: &str) -> Result<Shape, Invalid> {
    let mut scan = Scan::new(json.as_bytes());
    match scan.document() {
        Ok(opens) => Ok(Shape { compact: !scan.spaces, escapes: scan.escapes, opens }),
        Err(reason) => Err(Invalid::new(json, scan.at, reason)),
    }
}

/// As [`check()`], for bytes that may not even be UTF-8.
///
/// # Errors
/// The first byte that is not UTF-8, else the first fault.
pub fn check_utf8(json: &[u8]) -> Result<Shape, Invalid> {
    match std::str::from_utf8(json) {
        Ok(json) => check(json),
        Err(error) => Err(Invalid::not_utf8(error.valid_up_to())),
    }
}

/// One walk over one text.
pub(super) struct Scan<'a> {
    pub(super) bytes: &'a [u8],
    /// The next byte to look at; where the fault is once there is one.
    pub(super) at: usize,
    /// An escape was seen.
    pub(super) escapes: bool,
    /// White space was seen between tokens.
    spaces: bool,
    depth: u32,
    /// One bit for each open array (0) or object (1), the innermost lowest.
    objects: u128,
}

impl<'a> Scan<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, escapes: false, spaces: false, depth: 0, objects: 0 }
    }

    fn document(&mut self) -> Result<Opens, Reason> {
        let opens = match self.token() {
            b'{' => Opens::Object,
            b'[' => Opens::Array,
            _ => Opens::Scalar,
        };
        while !(self.value()? && self.behind_value()?) {}
        Ok(opens)
    }

    /// A whole value; `false` when it opened an array or object that is not empty. What stands next
    /// is then its first value.
    #[inline(always)]
    fn value(&mut self) -> Result<bool, Reason> {
        match self.token() {
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            b'{' => return self.object(),
            b'[' => return self.array(),
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => self.word(b"null")?,
            _ => return Err(Reason::NoValue),
        }
        Ok(true)
    }

    /// Closes what ends here. `false` when another value follows, `true` at the end of the text.
    #[inline(always)]
    fn behind_value(&mut self) -> Result<bool, Reason> {
        loop {
            let found = self.token();
            let in_object = self.objects & 1 == 1;
            match found {
                _ if self.depth == 0 => return self.end(),
                b',' if in_object => {
                    self.at += 1;
                    return self.key().map(|()| false);
                }
                b',' => {
                    self.at += 1;
                    return Ok(false);
                }
                b'}' if in_object => self.close(),
                b']' if !in_object => self.close(),
                _ if in_object => return Err(Reason::OpenObject),
                _ => return Err(Reason::OpenArray),
            }
        }
    }

    fn end(&self) -> Result<bool, Reason> {
        if self.at == self.bytes.len() { Ok(true) } else { Err(Reason::Trailing) }
    }

    #[inline]
    fn object(&mut self) -> Result<bool, Reason> {
        self.open(1)?;
        if self.token() == b'}' {
            self.close();
            return Ok(true);
        }
        self.key().map(|()| false)
    }

    #[inline]
    fn array(&mut self) -> Result<bool, Reason> {
        self.open(0)?;
        let empty = self.token() == b']';
        if empty {
            self.close();
        }
        Ok(empty)
    }

    #[inline]
    fn open(&mut self, object: u128) -> Result<(), Reason> {
        if self.depth == MAX_DEPTH {
            return Err(Reason::TooDeep);
        }
        self.depth += 1;
        self.objects = self.objects << 1 | object;
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn close(&mut self) {
        self.depth -= 1;
        self.objects >>= 1;
        self.at += 1;
    }

    /// A name and its colon.
    #[inline(always)]
    fn key(&mut self) -> Result<(), Reason> {
        if self.token() != b'"' {
            return Err(Reason::NoKey);
        }
        self.string()?;
        if self.token() != b':' {
            return Err(Reason::NoColon);
        }
        self.at += 1;
        Ok(())
    }

    /// A string, from its opening quote to behind its closing one.
    #[inline(always)]
    fn string(&mut self) -> Result<(), Reason> {
        self.at += 1;
        loop {
            self.at = word::find(self.bytes, self.at, word::special);
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(Reason::Control),
                None => return Err(Reason::OpenString),
            }
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn word(&mut self, word: &[u8]) -> Result<(), Reason> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(Reason::NoValue);
        }
        self.at += word.len();
        Ok(())
    }

    /// The byte to look at; 0 at the end, which is a fault wherever it stands outside strings.
    #[inline(always)]
    pub(super) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or_default()
    }

    /// The first byte of the next token.
    #[inline(always)]
    fn token(&mut self) -> u8 {
        let byte = self.peek();
        if byte <= b' ' { self.token_behind_space() } else { byte }
    }

    #[inline(never)]
    fn token_behind_space(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.spaces = true;
            self.at += 1;
        }
        self.peek()
    }
}

#[cfg(test)]
mod tests;
