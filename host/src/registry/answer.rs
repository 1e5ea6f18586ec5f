//! What the host takes from a plugin as an answer.

use crate::json::deeper_than;
use plugin_abi::Doc;
use plugin_api::{Error, Json};

/// An answer with more bytes than this is not read.
const BYTES: usize = 64 << 20;

/// An answer that nests deeper than this is not handed on: many readers give up there, or crash.
const DEPTH: usize = 128;

/// The answer as JSON.
///
/// # Errors
/// It is too large, not UTF-8, not JSON, or nested too deep.
pub(super) fn json_of(doc: &Doc) -> Result<Json, Error> {
    let bytes = doc.as_bytes();
    if bytes.len() > BYTES {
        return Err(unusable(&format!("of {} bytes, more than the {BYTES} allowed", bytes.len())));
    }
    let json = Json::try_from(doc).map_err(|error| unusable(&format!("that is {error}")))?;
    if deeper_than(json.as_raw(), DEPTH) {
        return Err(unusable(&format!("nested deeper than {DEPTH} arrays and objects")));
    }
    Ok(json)
}

fn unusable(what: &str) -> Error {
    Error::record(format!("the plugin gave an answer {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unusable_answer_is_told_apart() {
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        let cases = [
            (vec![0xff], "the plugin gave an answer that is not UTF-8: "),
            (b"{\"a\": oops}".to_vec(), "the plugin gave an answer that is not JSON: "),
            (deep.into_bytes(), "the plugin gave an answer nested deeper than 128 arrays"),
            (vec![b' '; BYTES + 1], "the plugin gave an answer of 67108865 bytes, more than"),
        ];
        for (bytes, expected) in cases {
            let error = json_of(&Doc::from(bytes)).unwrap_err();
            assert!(error.message.starts_with(expected), "{}", error.message);
        }
    }
}
