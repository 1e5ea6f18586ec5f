//! Batches for a lane's producer, and what became of them.

use kafka_client::{ErrorClass, Outcome, Written};
use plugin_abi::{Batch, Buf, HeaderMeta, RecordMeta};

/// One record of a test batch.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [(&'a str, Option<&'a [u8]>)],
    /// `NO_TIMESTAMP` = none.
    pub timestamp_ms: i64,
    /// -1 = none.
    pub partition: i32,
    pub topic: Option<&'a str>,
}

pub const PLAIN: Given<'static> = Given {
    key: None,
    value: Some(b"v"),
    headers: &[],
    timestamp_ms: RecordMeta::NO_TIMESTAMP,
    partition: -1,
    topic: None,
};

/// A batch that holds these records.
pub fn batch(given: &[Given<'_>]) -> Batch {
    let (mut arena, mut records, mut headers) = (Vec::new(), Vec::new(), Vec::new());
    let mut topics: Vec<&str> = Vec::new();
    let mut store = |bytes: &[u8]| {
        arena.extend_from_slice(bytes);
        ((arena.len() - bytes.len()) as u32, bytes.len() as u32)
    };
    for one in given {
        let mut record = RecordMeta { header_start: headers.len() as u32, ..RecordMeta::default() };
        (record.timestamp_ms, record.partition) = (one.timestamp_ms, one.partition);
        record.header_count = one.headers.len() as u32;
        match one.key {
            Some(key) => (record.key_offset, record.key_len) = store(key),
            None => record.flags |= RecordMeta::NULL_KEY,
        }
        match one.value {
            Some(value) => (record.value_offset, record.value_len) = store(value),
            None => record.flags |= RecordMeta::NULL_VALUE,
        }
        for (name, value) in one.headers {
            let (name_offset, name_len) = store(name.as_bytes());
            let (value_offset, value_len) = store(value.unwrap_or_default());
            let flags = if value.is_none() { HeaderMeta::NULL_VALUE } else { 0 };
            let reserved = 0;
            headers.push(HeaderMeta {
                name_offset,
                name_len,
                value_offset,
                value_len,
                flags,
                reserved,
            });
        }
        if let Some(topic) = one.topic {
            record.topic = topics.iter().position(|known| *known == topic).unwrap_or_else(|| {
                topics.push(topic);
                topics.len() - 1
            }) as u32;
        }
        records.push(record);
    }
    let mut batch = Batch::new(Buf::from_vec(arena), records);
    batch.set_headers(headers);
    for topic in topics {
        batch.add_topic(topic);
    }
    batch
}

/// Records `first..first + count` with a hundred keys in turn; the values tell their numbers.
pub fn keyed(first: usize, count: usize) -> Batch {
    let texts: Vec<(String, String)> = (first..first + count)
        .map(|number| (format!("key-{}", number % 100), format!("value {number}")))
        .collect();
    let given: Vec<Given<'_>> = texts
        .iter()
        .map(|(key, value)| Given {
            key: Some(key.as_bytes()),
            value: Some(value.as_bytes()),
            ..PLAIN
        })
        .collect();
    batch(&given)
}

/// Class and code of what failed, by index; fails where a fate is unknown.
pub fn failures(written: &Written) -> Vec<(u32, ErrorClass, &str)> {
    written
        .undelivered
        .iter()
        .map(|(index, outcome)| match outcome {
            Outcome::Failed(failure) => (*index, failure.class, failure.code.as_str()),
            other => panic!("record {index} did not fail: {other:?}"),
        })
        .collect()
}

/// Fails unless all records of the batch were delivered.
pub fn assert_delivered(written: &Written, records: u64) {
    assert_eq!((written.delivered, written.undelivered.as_slice()), (records, [].as_slice()));
}
