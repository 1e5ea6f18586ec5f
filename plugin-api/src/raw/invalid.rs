//! Why a text is not JSON.

use crate::compact::MAX_DEPTH;
use std::fmt;

/// What is wrong with a text, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// The byte, from 0, where it went wrong; the length of the text when the text ends too early.
    pub offset: usize,
    /// What went wrong there.
    pub reason: Reason,
    found: Option<char>,
}

impl Invalid {
    /// `reason` at a byte of `json`, with the character that stands there.
    #[cold]
    pub(super) fn new(json: &str, offset: usize, reason: Reason) -> Self {
        let found = json.get(offset..).and_then(|rest| rest.chars().next());
        Self { offset, reason, found }
    }

    /// The first byte that is not UTF-8.
    #[cold]
    pub(super) fn not_utf8(offset: usize) -> Self {
        Self { offset, reason: Reason::NotUtf8, found: None }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not JSON: {}", self.reason)?;
        match self.found {
            Some(found) if self.reason.expects() => write!(f, ", found {found:?}")?,
            None if self.reason.expects() => f.write_str(", found the end")?,
            _ => {}
        }
        write!(f, " at byte {}", self.offset)
    }
}

impl std::error::Error for Invalid {}

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// Something else where a value has to stand.
    NoValue,
    /// Something else where the name of a member has to stand.
    NoKey,
    /// No `:` behind a name.
    NoColon,
    /// Neither `,` nor `}` behind a member.
    OpenObject,
    /// Neither `,` nor `]` behind an element.
    OpenArray,
    /// More text behind the value.
    Trailing,
    /// Something else where a number has to have a digit.
    NoDigit,
    /// A backslash in front of something that is not escaped.
    NoEscape,
    /// Fewer than four hexadecimal digits behind `\u`.
    NoHex,
    /// A `\u` escape that is half of a surrogate pair, which UTF-8 cannot hold.
    HalfPair,
    /// A control character inside a string.
    Control,
    /// A string without its closing quote.
    OpenString,
    /// More than [`MAX_DEPTH`] arrays and objects in each other.
    TooDeep,
    /// Bytes that are not UTF-8.
    NotUtf8,
}

impl Reason {
    /// Whether the message says what stands at the place instead.
    fn expects(self) -> bool {
        !matches!(
            self,
            Self::HalfPair | Self::Control | Self::OpenString | Self::TooDeep | Self::NotUtf8
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoValue => "expected a JSON value",
            Self::NoKey => "expected a key in double quotes",
            Self::NoColon => "expected `:` behind the key",
            Self::OpenObject => "expected `,` or `}`",
            Self::OpenArray => "expected `,` or `]`",
            Self::Trailing => "expected nothing behind the document",
            Self::NoDigit => "expected a digit",
            Self::NoEscape => "expected an escape such as \\n",
            Self::NoHex => "expected 4 hexadecimal digits behind \\u",
            Self::HalfPair => "half of a surrogate pair",
            Self::Control => "a control character that is not escaped",
            Self::OpenString => "a string that does not end",
            Self::TooDeep => {
                return write!(f, "nested deeper than {MAX_DEPTH} arrays and objects");
            }
            Self::NotUtf8 => "not UTF-8",
        })
    }
}
