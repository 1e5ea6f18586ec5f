//! JSON as text. Documents are never turned into a value tree, so that a 30-digit integer and the
//! order of keys survive.

mod object;
mod path;

pub use object::ObjectText;
pub use path::{Segment, at, entries, items};

use serde_json::value::RawValue;

/// What a JSON text is, by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number of any size.
    Number,
    /// A string.
    Text,
    /// An array.
    List,
    /// An object.
    Mapping,
}

/// The kind of a JSON text.
pub fn kind(raw: &RawValue) -> Kind {
    match raw.get().as_bytes().first() {
        Some(b'{') => Kind::Mapping,
        Some(b'[') => Kind::List,
        Some(b'"') => Kind::Text,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'n') | None => Kind::Null,
        Some(_) => Kind::Number,
    }
}

/// The content of a JSON string; `None` for anything else.
pub fn text_of(raw: &RawValue) -> Option<String> {
    if kind(raw) == Kind::Text { serde_json::from_str(raw.get()).ok() } else { None }
}

/// Appends `text` as a JSON string.
pub fn push_text(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// Appends a list whose elements `write` appends.
pub fn push_list<T>(out: &mut String, items: &[T], write: impl FnMut(&T, &mut String)) {
    push_joined(out, ('[', ']'), items, write);
}

/// Appends an object whose entries, `"key":value`, `write` appends.
pub fn push_mapping<T>(out: &mut String, entries: &[T], write: impl FnMut(&T, &mut String)) {
    push_joined(out, ('{', '}'), entries, write);
}

fn push_joined<T>(
    out: &mut String,
    (open, close): (char, char),
    items: &[T],
    mut write: impl FnMut(&T, &mut String),
) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

/// Text written by this crate's JSON writers, as a checked value. The writers only write valid
/// JSON; should one ever fail, the value is null rather than a broken document.
pub fn from_written(text: String) -> Box<RawValue> {
    let checked = RawValue::from_string(text);
    debug_assert!(checked.is_ok());
    checked.unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Whether lists and objects lie in each other more than `limit` deep.
pub fn deeper_than(raw: &RawValue, limit: usize) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for byte in raw.get().bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limit {
            return true;
        }
    }
    false
}

/// Equal values: numbers by their text or by their value, objects in any order of keys.
pub fn same(a: &RawValue, b: &RawValue) -> bool {
    let parse = |raw: &RawValue| serde_json::from_str::<serde_json::Value>(raw.get()).ok();
    if a.get() == b.get() {
        return true;
    }
    let whole = |raw: &RawValue| raw.get().bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let two_integers = kind(a) == Kind::Number && whole(a) && whole(b);
    !two_integers && parse(a).is_some() && parse(a) == parse(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn depth_ignores_brackets_in_strings() {
        assert!(deeper_than(&raw("[[[]]]"), 2));
        assert!(!deeper_than(&raw(r#"["[[[\"[["]"#), 1));
        let nested_three = raw(r#"{"a\"[[[": ["]", {"b": "\\"}]}"#);
        assert!(deeper_than(&nested_three, 2) && !deeper_than(&nested_three, 3));
    }

    #[test]
    fn long_integers_are_compared_digit_by_digit() {
        assert!(!same(
            &raw("100000000000000000000000000001"),
            &raw("100000000000000000000000000002")
        ));
        assert!(same(&raw(r#"{"a":1,"b":[2]}"#), &raw(r#"{ "b": [2], "a": 1 }"#)));
    }
}
