//! A JSON document as it crosses the boundary.

use crate::buf::Buf;
use abi_stable::StableAbi;

/// UTF-8 JSON text, owned by whoever made it and parsed by whoever needs it.
///
/// The text is not checked when it crosses: the reader parses it, and an error there is the
/// reader's answer.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct Doc {
    bytes: Buf,
}

impl Doc {
    /// The document `null`.
    #[must_use]
    pub fn null() -> Self {
        Self::from("null".to_owned())
    }

    /// The bytes as they came, valid UTF-8 or not.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// The text.
    ///
    /// # Errors
    /// When the other side sent bytes that are not UTF-8.
    pub fn as_str(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(self.bytes.as_slice())
    }
}

impl From<String> for Doc {
    fn from(text: String) -> Self {
        Self { bytes: Buf::from_vec(text.into_bytes()) }
    }
}

impl From<Vec<u8>> for Doc {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes: Buf::from_vec(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_an_error_and_not_a_crash() {
        assert!(Doc::from(vec![0xff, 0xfe]).as_str().is_err());
    }
}
