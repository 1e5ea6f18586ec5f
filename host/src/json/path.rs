//! Reading inside a JSON text without parsing the rest of it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Kind, kind};

/// One step of a path into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The value under a key.
    Key(String),
    /// The element of a list, from 0.
    Index(usize),
}

/// The text the path leads to; `None` when a key or an element is absent on the way. The last of
/// equal keys counts.
pub fn at<'j>(raw: &'j RawValue, path: &[Segment]) -> Option<&'j RawValue> {
    path.iter().try_fold(raw, |raw, segment| match segment {
        Segment::Key(key) if kind(raw) == Kind::Mapping => read(raw, Field(key))?,
        Segment::Index(index) if kind(raw) == Kind::List => read(raw, Element(*index))?,
        _ => None,
    })
}

/// Keys and values of an object in the order of the text; empty for anything else.
pub fn entries(raw: &RawValue) -> Vec<(Cow<'_, str>, &RawValue)> {
    if kind(raw) == Kind::Mapping { read(raw, Entries).unwrap_or_default() } else { Vec::new() }
}

/// Elements of a list; empty for anything else.
pub fn items(raw: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

fn read<'j, V: Visitor<'j>>(raw: &'j RawValue, visitor: V) -> Option<V::Value> {
    serde_json::Deserializer::from_str(raw.get()).deserialize_any(visitor).ok()
}

/// A key, borrowed where it holds no escapes.
#[derive(serde::Deserialize)]
struct Key<'j>(#[serde(borrow)] Cow<'j, str>);

struct Field<'k>(&'k str);

impl<'j> Visitor<'j> for Field<'_> {
    type Value = Option<&'j RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(Key(key)) = map.next_key()? {
            if key == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

struct Element(usize);

impl<'j> Visitor<'j> for Element {
    type Value = Option<&'j RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'j>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        for _ in 0..self.0 {
            if list.next_element::<IgnoredAny>()?.is_none() {
                return Ok(None);
            }
        }
        let found = list.next_element()?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

struct Entries;

impl<'j> Visitor<'j> for Entries {
    type Value = Vec<(Cow<'j, str>, &'j RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            found.push((key, map.next_value()?));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Segment {
        Segment::Key(name.to_owned())
    }

    #[test]
    fn a_path_ends_at_the_text_as_it_was_written() {
        let raw = RawValue::from_string(
            r#"{"a":{"b":[1,{"z":1.50,"n":123456789012345678901234567890,"k\u00e9":[ ]}]},"a\"":2}"#.to_owned(),
        )
        .unwrap();
        let cases: [(&[Segment], Option<&str>); 6] = [
            (
                &[key("a"), key("b"), Segment::Index(1), key("n")],
                Some("123456789012345678901234567890"),
            ),
            (&[key("a"), key("b"), Segment::Index(1), key("z")], Some("1.50")),
            (&[key("a"), key("b"), Segment::Index(1), key("ké")], Some("[ ]")),
            (&[key("a\"")], Some("2")),
            (&[key("a"), key("b"), Segment::Index(2)], None),
            (&[key("a"), Segment::Index(0)], None),
        ];
        for (path, expected) in cases {
            assert_eq!(at(&raw, path).map(RawValue::get), expected, "{path:?}");
        }
    }
}
