//! One record with everything in it, and streams to evaluate expressions on it with.

use plugin_abi::{Batch, Buf, HeaderMeta, RecordMeta};
use serde_json::value::RawValue;

use crate::pipeline::StreamPlan;
use crate::pipeline::expr::record::RecordView;
use crate::pipeline::expr::{Values, Warnings};

/// The value of the record.
pub const VALUE: &str = r#"{"id":"k-1","n":5,"long":123456789012345678901234567890,"z":1.50,"ok":true,
"no":null,"esc":"a\n\u00e9","half":"\ud83d","in":{"a":[{"b":"deep"},7]},"empty":"","id2":"é"}"#;

/// One record: a key, three headers (one twice, one null), everything a descriptor can say.
pub fn batch(value: &[u8]) -> Batch {
    let mut arena = value.to_vec();
    let mut place = |bytes: &[u8]| {
        let start = u32::try_from(arena.len()).unwrap();
        arena.extend_from_slice(bytes);
        (start, u32::try_from(bytes.len()).unwrap())
    };
    let headers: Vec<HeaderMeta> = [("kind", "old"), ("a.b", "dot"), ("kind", "new"), ("none", "")]
        .into_iter()
        .map(|(name, value)| {
            let flags = if name == "none" { HeaderMeta::NULL_VALUE } else { 0 };
            let ((name_offset, name_len), (value_offset, value_len)) =
                (place(name.as_bytes()), place(value.as_bytes()));
            let mut header = HeaderMeta::default();
            (header.name_offset, header.name_len) = (name_offset, name_len);
            (header.value_offset, header.value_len) = (value_offset, value_len);
            header.flags = flags;
            header
        })
        .collect();
    let mut record = RecordMeta { header_count: 4, ..RecordMeta::default() };
    (record.key_offset, record.key_len) = place(b"key");
    record.value_len = u32::try_from(value.len()).unwrap();
    (record.offset, record.partition, record.timestamp_ms, record.topic) = (42, 3, 1_700, 0);
    let mut batch = Batch::new(Buf::from_vec(arena), vec![record]);
    batch.set_headers(headers);
    batch.add_topic("orders");
    batch.set_source("orders.ndjson");
    batch
}

/// A record with nothing but an empty value that is null.
pub fn bare() -> Batch {
    let flags = RecordMeta::NULL_KEY | RecordMeta::NULL_VALUE;
    Batch::new(Buf::default(), vec![RecordMeta { flags, ..RecordMeta::default() }])
}

pub fn view(batch: &Batch) -> RecordView<'_> {
    RecordView { batch, meta: &batch.records()[0] }
}

/// A stream whose sink has this in its `with`.
pub fn with(entry: &str) -> String {
    let top = "inputs: {prefix: {type: string, default: p}, n: 2}\nenv: {PLACE: here}\n";
    format!("{top}pipeline: [{{uses: source}}, {{id: o, uses: sink, with: {{{entry}}}}}]")
}

/// Evaluates for the second step; with the warnings.
pub fn on<T>(
    plan: &StreamPlan,
    evaluate: impl FnOnce(&Values<'_>, &mut Warnings) -> T,
) -> (T, Vec<String>) {
    let mut warnings = Warnings::default();
    let env = plan.environment_of(&plan.steps[1], RawValue::NULL, &mut warnings).unwrap();
    let result = evaluate(&plan.values(&env, RawValue::NULL), &mut warnings);
    (result, warnings.as_slice().to_vec())
}
