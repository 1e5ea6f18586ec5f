//! Binary values inside documents: `{"$base64": "…"}`.

use crate::error::{Error, Result};
use crate::json::Json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    #[serde(rename = "$base64")]
    base64: String,
}

/// The bytes as a JSON value: a text where they are UTF-8, else `{"$base64": "…"}`.
///
/// # Errors
/// Never for bytes that fit into memory.
pub fn json_of(bytes: &[u8]) -> Result<Json> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Json::from_value(&text),
        Err(_) => Json::from_value(&Wrapped { base64: STANDARD.encode(bytes) }),
    }
}

/// The bytes of `{"$base64": "…"}`: an object with that one key. `None` for any other value.
///
/// # Errors
/// The text in it is not standard base64 with padding.
pub fn bytes_of(value: &str) -> Option<Result<Vec<u8>>> {
    let wrapped: Wrapped = serde_json::from_str(value).ok()?;
    let bytes = STANDARD.decode(wrapped.base64);
    Some(bytes.map_err(|error| Error::record(format!("`$base64` is not base64: {error}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_come_back() {
        let json = json_of(&[0xff, 0x00]).unwrap();
        assert_eq!(json.get(), r#"{"$base64":"/wA="}"#);
        assert_eq!(bytes_of(json.get()).unwrap().unwrap(), [0xff, 0x00]);
    }

    #[test]
    fn another_key_beside_it_makes_it_an_ordinary_object() {
        assert!(bytes_of(r#"{"$base64":"/wA=","x":1}"#).is_none());
        assert!(bytes_of(r#"{"$base64":"?"}"#).unwrap().is_err());
    }
}
