//! The rules themselves, over one decoded text. Words match without regard to case; a word begins
//! where no ASCII letter, digit or underscore stands before it.

use super::{Kind, Kinds};

/// What one text holds. One pass: every rule hangs on one rare byte and looks around from there.
pub fn kinds(text: &[u8]) -> Kinds {
    let mut found = Kinds::default();
    let mut script = Script::Outside;
    for (at, byte) in text.iter().enumerate() {
        let (before, after) = (&text[..at], &text[at + 1..]);
        match byte {
            b'(' => found.extend(call(before)),
            b':' if ends_with_word(before, b"javascript") => found.insert(Kind::JavascriptUrl),
            b':' if ends_with_word(before, b"data") && starts_with(after, b"text/html") => {
                found.insert(Kind::DataHtmlUrl);
            }
            b'-' if starts_with(after, b"rf") && is_spaced_rm(before) => found.insert(Kind::RmRf),
            b'<' | b'>' => {
                script = script.next(*byte, after);
                if script == Script::Closed {
                    found.insert(Kind::ScriptTag);
                }
            }
            _ => {}
        }
    }
    found
}

/// How much of a script element has been seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Outside,
    /// Behind `<script`, before its `>`.
    InTag,
    Open,
    Closed,
}

impl Script {
    fn next(self, byte: u8, after: &[u8]) -> Self {
        let tag = b"script";
        match (self, byte) {
            (Self::Outside, b'<') if starts_with(after, tag) && !is_word(after.get(tag.len())) => {
                Self::InTag
            }
            (Self::InTag, b'>') => Self::Open,
            (Self::Open, b'<') if starts_with(after, b"/script>") => Self::Closed,
            _ => self,
        }
    }
}

fn call(before: &[u8]) -> Kinds {
    let before = before_space(before);
    let mut found = Kinds::default();
    if ends_with_word(before, b"eval") {
        found.insert(Kind::EvalCall);
    }
    if ends_with_word(before, b"exec") {
        found.insert(Kind::ExecCall);
    }
    found
}

fn is_spaced_rm(before: &[u8]) -> bool {
    let word = before_space(before);
    word.len() < before.len() && ends_with_word(word, b"rm")
}

/// `text` without the white space at its end.
fn before_space(text: &[u8]) -> &[u8] {
    let space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let end = text.iter().rposition(|byte| !space(byte)).map_or(0, |last| last + 1);
    &text[..end]
}

fn ends_with_word(text: &[u8], word: &[u8]) -> bool {
    ends_with(text, word) && !is_word(text[..text.len() - word.len()].last())
}

/// Whether `text` ends with `word`, in any case.
pub fn ends_with(text: &[u8], word: &[u8]) -> bool {
    let start = text.len().checked_sub(word.len());
    start.is_some_and(|start| text[start..].eq_ignore_ascii_case(word))
}

/// Whether `text` begins with `word`, in any case.
pub fn starts_with(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

fn is_word(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}
