//! Batches to lines: the value as it is, and a dead letter as one JSON object.

use plugin_api::base64::json_of;
use plugin_api::{Batch, Error, Json, RecordMeta, Result};
use serde::Serialize;
use serde_json::{Map, Value};

/// Appends every record of a batch to `out`, each with a `\n` behind it.
///
/// A value is written as it is, also where it holds a `\n`; a null value is an empty line. A dead
/// letter is `{"key", "value", "headers"}`, whose bytes are texts where they are UTF-8, else
/// `{"$base64": "…"}`.
///
/// # Errors
/// Never for records that fit into memory.
pub fn append(batch: &Batch, out: &mut Vec<u8>) -> Result<()> {
    batch.records().iter().try_for_each(|record| append_record(batch, record, out))
}

/// How many records lie whole in the first `written` bytes of what [`append`] makes of a batch.
///
/// # Errors
/// As [`append`].
pub fn whole_records(batch: &Batch, written: usize) -> Result<usize> {
    let (mut out, mut end, mut whole) = (Vec::new(), 0, 0);
    for record in batch.records() {
        out.clear();
        append_record(batch, record, &mut out)?;
        end += out.len();
        if end > written {
            break;
        }
        whole += 1;
    }
    Ok(whole)
}

fn append_record(batch: &Batch, record: &RecordMeta, out: &mut Vec<u8>) -> Result<()> {
    if batch.flags & Batch::DEAD_LETTERS != 0 {
        let letter = DeadLetter::new(batch, record)?;
        let written = serde_json::to_writer(&mut *out, &letter);
        written.map_err(|error| Error::record(format!("a dead letter as JSON: {error}")))?;
    } else {
        out.extend_from_slice(batch.value(record).unwrap_or_default());
    }
    out.push(b'\n');
    Ok(())
}

/// A dead letter where there are no headers; what is null is null.
#[derive(Serialize)]
struct DeadLetter {
    key: Json,
    value: Json,
    /// A name that occurs more than once has the array of its values.
    headers: Map<String, Value>,
}

impl DeadLetter {
    fn new(batch: &Batch, record: &RecordMeta) -> Result<Self> {
        let mut headers = Map::new();
        for header in batch.headers_of(record) {
            let (name, value) = batch.header(header);
            add(&mut headers, &String::from_utf8_lossy(name), value_of(value)?);
        }
        let (key, value) = (json(batch.key(record))?, json(batch.value(record))?);
        Ok(Self { key, value, headers })
    }
}

fn json(bytes: Option<&[u8]>) -> Result<Json> {
    bytes.map_or_else(|| Ok(Json::null()), json_of)
}

fn value_of(bytes: Option<&[u8]>) -> Result<Value> {
    json(bytes)?.parse().map_err(|error| Error::record(format!("a header as JSON: {error}")))
}

fn add(headers: &mut Map<String, Value>, name: &str, value: Value) {
    match headers.get_mut(name) {
        None => {
            headers.insert(name.to_owned(), value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::{Buf, HeaderMeta};

    /// Lays bytes into an arena.
    fn put(arena: &mut Vec<u8>, bytes: &[u8]) -> (u32, u32) {
        let offset = u32::try_from(arena.len()).unwrap();
        arena.extend_from_slice(bytes);
        (offset, u32::try_from(bytes.len()).unwrap())
    }

    /// One record; `None` is null.
    fn batch(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[(&str, Option<&[u8]>)]) -> Batch {
        let mut arena = Vec::new();
        let mut meta = RecordMeta::default();
        (meta.key_offset, meta.key_len) = put(&mut arena, key.unwrap_or_default());
        (meta.value_offset, meta.value_len) = put(&mut arena, value.unwrap_or_default());
        meta.flags |= if key.is_none() { RecordMeta::NULL_KEY } else { 0 };
        meta.flags |= if value.is_none() { RecordMeta::NULL_VALUE } else { 0 };
        meta.header_count = u32::try_from(headers.len()).unwrap();
        let table = headers.iter().map(|(name, value)| {
            let mut header = HeaderMeta::default();
            (header.name_offset, header.name_len) = put(&mut arena, name.as_bytes());
            (header.value_offset, header.value_len) = put(&mut arena, value.unwrap_or_default());
            header.flags = if value.is_none() { HeaderMeta::NULL_VALUE } else { 0 };
            header
        });
        let table: Vec<_> = table.collect();
        let mut batch = Batch::new(Buf::from_vec(arena), vec![meta]);
        batch.set_headers(table);
        batch
    }

    fn letter(mut batch: Batch) -> Batch {
        batch.flags = Batch::DEAD_LETTERS;
        batch
    }

    fn line(batch: &Batch) -> String {
        let mut out = Vec::new();
        append(batch, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_value_is_a_line() {
        assert_eq!(line(&batch(Some(b"k"), Some(b"{\"a\":1}"), &[])), "{\"a\":1}\n");
        assert_eq!(line(&batch(None, None, &[("trace", Some(b"7"))])), "\n");
    }

    #[test]
    fn a_dead_letter_is_an_object() {
        let reason = ("plugpipe.dlq.reason", Some(&b"too large"[..]));
        let cases = [
            (
                batch(Some(b"k"), Some(b"{\"a\":1}"), &[reason, ("trace", None)]),
                r#"{"key":"k","value":"{\"a\":1}","headers":{"plugpipe.dlq.reason":"too large","trace":null}}"#,
            ),
            (
                batch(None, Some(b"\xff\x00"), &[reason]),
                r#"{"key":null,"value":{"$base64":"/wA="},"headers":{"plugpipe.dlq.reason":"too large"}}"#,
            ),
            (
                batch(
                    Some(b""),
                    None,
                    &[("t", Some(b"1")), reason, ("t", Some(b"2")), ("t", None)],
                ),
                r#"{"key":"","value":null,"headers":{"t":["1","2",null],"plugpipe.dlq.reason":"too large"}}"#,
            ),
        ];
        for (batch, expected) in cases {
            assert_eq!(line(&letter(batch)), format!("{expected}\n"));
        }
    }

    #[test]
    fn a_record_is_whole_with_its_line_ending() {
        let values = [("a", 0), ("bc", 1), ("", 3)].map(|(value, at)| RecordMeta {
            value_offset: at,
            value_len: u32::try_from(value.len()).unwrap(),
            ..RecordMeta::unkeyed()
        });
        let batch = Batch::new(Buf::from_vec(b"abc".to_vec()), values.to_vec());
        assert_eq!(line(&batch), "a\nbc\n\n");
        let whole: Vec<usize> = (0..=6).map(|n| whole_records(&batch, n).unwrap()).collect();
        assert_eq!(whole, [0, 0, 1, 1, 1, 2, 3]);
    }
}
