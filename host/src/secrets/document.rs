//! Secrets in a JSON text. Only what holds one is written anew.

use super::REDACTED;
use super::known::Patterns;
use crate::json;

/// The document with its secrets replaced; `None` when it holds none.
pub(super) fn replaced(document: &str, patterns: &Patterns) -> Option<String> {
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(first) = document.as_bytes().get(at) {
        let (length, new) = match first {
            b'"' => {
                let length = text_length(&document[at..]);
                let is_key = document[at + length..].trim_start().starts_with(':');
                (length, text(&document[at..at + length], is_key, patterns))
            }
            b'-' | b'0'..=b'9' => {
                let length = number_length(&document[at..]);
                let is_secret = patterns.is_secret(&document[at..at + length]);
                (length, is_secret.then(|| REDACTED.to_owned()))
            }
            _ => (1, None),
        };
        if let Some(new) = new {
            out.push_str(&document[copied..at]);
            json::push_text(&mut out, &new);
            copied = at + length;
        }
        at += length;
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&document[copied..]);
    Some(out)
}

/// What a string in quotes becomes. One that has no text, half a pair of surrogates, could hide a
/// secret and is not shown.
fn text(quoted: &str, is_key: bool, patterns: &Patterns) -> Option<String> {
    let inner = &quoted[1..quoted.len() - 1];
    let unescaped;
    let text = if inner.contains('\\') {
        let Ok(text) = serde_json::from_str::<String>(quoted) else {
            return Some(REDACTED.to_owned());
        };
        unescaped = text;
        unescaped.as_str()
    } else {
        inner
    };
    if !is_key && patterns.is_secret(text) {
        return Some(REDACTED.to_owned());
    }
    patterns.replaced(text)
}

/// The length of a string with its quotes.
fn text_length(document: &str) -> usize {
    let bytes = document.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn number_length(document: &str) -> usize {
    let belongs = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    document.bytes().take_while(|byte| belongs(byte)).count()
}
