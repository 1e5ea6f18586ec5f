//! One value of a text, found by skipping over the others.

use super::members::members;
use super::skip;

/// One step of a path into a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    /// The value under a name of an object.
    Name(String),
    /// The element of an array, from 0.
    Index(usize),
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<usize> for Key {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// The text of the value that `path` leads to; `None` when a name or an element is absent on the
/// way. The last of equal names counts. An empty path leads to the whole value.
#[must_use]
pub fn field<'a>(json: &'a [u8], path: &[Key]) -> Option<&'a [u8]> {
    path.iter().try_fold(json.trim_ascii(), |json, key| match key {
        Key::Name(name) => member(json, name),
        Key::Index(index) => element(json, *index),
    })
}

fn member<'a>(object: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut members = members(object);
    let first = members.find(|member| member.is(name))?;
    let again = if may_recur(&object[first.span.end..], name.as_bytes()) {
        members.filter(|member| member.is(name)).last()
    } else {
        None
    };
    Some(again.unwrap_or(first).value)
}

/// Whether `name` may stand in `rest` once more: in quotes, or with an escape in it.
///
/// It spares the walk over the other members, at a fraction of its cost: neither loop ends early, so
/// that both become vector code.
fn may_recur(rest: &[u8], name: &[u8]) -> bool {
    let (first, closing) = (*name.first().unwrap_or(&b'"'), name.len() + 1);
    let places =
        rest.iter().zip(&rest[1.min(rest.len())..]).zip(rest.get(closing..).unwrap_or(&[]));
    let quoted = places.fold(0, |any, ((open, letter), close)| {
        any | u8::from(*open == b'"') & u8::from(*letter == first) & u8::from(*close == b'"')
    });
    let escaped = rest.iter().fold(0, |any, byte| any | u8::from(*byte == b'\\'));
    quoted | escaped != 0
}

fn element(array: &[u8], index: usize) -> Option<&[u8]> {
    let mut at = skip::white_space(array, 0);
    if array.get(at) != Some(&b'[') {
        return None;
    }
    for _ in 0..index {
        let value = skip::white_space(array, at + 1);
        at = skip::white_space(array, skip::value(array, value)?);
        if array.get(at) != Some(&b',') {
            return None;
        }
    }
    let value = skip::white_space(array, at + 1);
    Some(&array[value..skip::value(array, value)?])
}

#[cfg(test)]
mod tests;
