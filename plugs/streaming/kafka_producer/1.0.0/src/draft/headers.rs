//! Headers: an object of names and values, in its order.

use crate::fault::Fault;
use plugin_api::{Json, base64};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use std::fmt;
use std::sync::Arc;

/// One header; the value may be null.
pub type Header = (String, Option<Vec<u8>>);

/// The headers of an object; an absent one and `null` have none.
///
/// # Errors
/// Not an object, or a value that no header can hold, by its name.
pub fn all_of(headers: Option<&Json>) -> Result<Arc<[Header]>, Fault> {
    let Some(headers) = headers.filter(|headers| !headers.is_null()) else {
        return Ok(Arc::new([]));
    };
    let Named(named) = headers
        .parse()
        .map_err(|_| Fault::producer("`headers` must be an object of names and values"))?;
    let mut all = Vec::new();
    for (name, value) in named {
        match value.parse::<Vec<Json>>() {
            Ok(repeated) => {
                for value in &repeated {
                    all.push((name.clone(), one(&name, value)?));
                }
            }
            Err(_) => {
                let value = one(&name, &value)?;
                all.push((name, value));
            }
        }
    }
    Ok(all.into())
}

fn one(name: &str, value: &Json) -> Result<Option<Vec<u8>>, Fault> {
    match value.get().as_bytes().first() {
        Some(b'n') => Ok(None),
        Some(b'"') => {
            let text = value.parse::<String>();
            text.map(|text| Some(text.into_bytes())).map_err(|_| not_a_value(name))
        }
        Some(b'{' | b'[') => match base64::bytes_of(value.get()) {
            Some(Ok(bytes)) => Ok(Some(bytes)),
            Some(Err(_)) | None => Err(not_a_value(name)),
        },
        _ => Ok(Some(value.get().as_bytes().to_vec())),
    }
}

fn not_a_value(name: &str) -> Fault {
    let forms = "a text, a number, a boolean, null, {\"$base64\": \"…\"} or a list of them";
    Fault::producer(format!("`headers.{}` must be {forms}", name.escape_debug()))
}

/// The entries of an object, repeated names included.
struct Named(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries).map(Self)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(String, Json)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        std::iter::from_fn(|| map.next_entry().transpose()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> Result<Vec<Header>, Fault> {
        all_of(Some(&Json::from_text(text.to_owned()).unwrap())).map(|all| all.to_vec())
    }

    #[test]
    fn every_form_of_a_value_in_order() {
        let all = headers(r#"{"z":"1","n":null,"t":[true,2.0,null],"b":{"$base64":"/w=="}}"#);
        let expected: [Header; 6] = [
            ("z".into(), Some(b"1".to_vec())),
            ("n".into(), None),
            ("t".into(), Some(b"true".to_vec())),
            ("t".into(), Some(b"2.0".to_vec())),
            ("t".into(), None),
            ("b".into(), Some(vec![0xff])),
        ];
        assert_eq!(all.unwrap(), expected);
    }

    #[test]
    fn what_no_header_can_hold_is_refused_by_name() {
        assert!(headers(r#"[["a","b"]]"#).unwrap_err().text.contains("`headers` must be"));
        assert!(headers(r#"{"a":{"x":1}}"#).unwrap_err().text.contains("`headers.a` must be"));
    }
}
