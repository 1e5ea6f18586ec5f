//! A serializer's two ways to the same bytes.

use super::{Check, Subject, Verdict, judged};
use crate::base64::bytes_of;
use crate::testing::loaded::open_transform;
use crate::testing::stages::batch_of;
use plugin_abi::stage::TransformObject_TO;
use plugin_abi::{Batch, PErr};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

pub(super) const BATCHES_AGREE: Check = Check {
    name: "serializes_alike_in_both_roles",
    tries: "values of every kind, once by `process` and once in a batch",
    run: serializes_alike,
};

/// Compact, so that they stand in a batch as they are.
const VALUES: [&str; 10] = [
    r#""quake""#,
    r#""grün""#,
    r#""""#,
    "1",
    "1.50",
    "123456789012345678901234567890",
    "true",
    "null",
    r#"[1,"a"]"#,
    r#"{"z":1,"a":{"b":[]}}"#,
];

fn serializes_alike(subject: &Subject) -> Verdict {
    let writes = subject.described.as_ref().is_ok_and(|known| !known.formats.is_empty());
    if !(writes && subject.has_role("process") && subject.has_role("transform")) {
        return Verdict::DoesNotApply("it is no serializer".to_owned());
    }
    if hands_bytes_on(subject) {
        return Verdict::DoesNotApply("its batches hold bytes of any kind, not JSON".to_owned());
    }
    let single: Vec<_> = VALUES.iter().map(|value| by_process(subject, value)).collect();
    let mut problems = Vec::new();
    for flags in [0, Batch::COMPACT_JSON] {
        let batch = match by_batch(subject, flags) {
            Ok(batch) => batch,
            Err(error) => return Verdict::Failed(format!("no batch: {}", error.message())),
        };
        let pairs = VALUES.iter().zip(single.iter().zip(&batch));
        let differing = pairs.filter(|(_, (alone, together))| alone != together);
        problems.extend(differing.map(|(value, (alone, together))| {
            format!("{value}: {} by process, {} in a batch", shown(alone), shown(together))
        }));
    }
    let refused = single.iter().filter(|bytes| bytes.is_none()).count();
    judged(&problems, format!("{} values agree, {refused} of them refused", VALUES.len()))
}

/// Whether what is no text comes back as it was. Then a record is not the JSON of its value, and there
/// is nothing that `process` could agree with.
fn hands_bytes_on(subject: &Subject) -> bool {
    const NO_TEXT: [u8; 2] = [b'"', 0xff];
    let config = subject.sample_config("transform");
    let answered = subject.opened(open_transform, &config).and_then(|stage| {
        subject.now("transform", || TransformObject_TO::apply(&stage, batch_of([NO_TEXT])))
    });
    answered.is_ok_and(|batch| {
        let value = batch.records().first().and_then(|record| batch.value(record));
        batch.refused().is_empty() && value == Some(&NO_TEXT)
    })
}

/// The bytes, or `None` when the value is refused.
type Written = Option<Vec<u8>>;

fn by_process(subject: &Subject, value: &str) -> Written {
    let input = format!(r#"{{"message":{value}}}"#);
    let answer = subject.call(&input, &subject.sample_config("process").to_string()).0.ok()?;
    let answer: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&answer).ok()?;
    let written = answer.get("serialized_message")?.get();
    match bytes_of(written) {
        Some(bytes) => bytes.ok(),
        None => serde_json::from_str::<String>(written).ok().map(String::into_bytes),
    }
}

fn by_batch(subject: &Subject, flags: u32) -> Result<Vec<Written>, PErr> {
    let stage = subject.opened(open_transform, &subject.sample_config("transform"))?;
    let mut batch = batch_of(VALUES);
    batch.flags = flags;
    let batch = subject.now("transform", || TransformObject_TO::apply(&stage, batch))?;
    let mut written: Vec<Written> = vec![None; VALUES.len()];
    for record in batch.records() {
        if let Some(place) = written.get_mut(record.origin as usize) {
            *place = batch.value(record).map(<[u8]>::to_vec);
        }
    }
    for refused in batch.refused() {
        let record = batch.records().get(refused.index as usize);
        let place = record.and_then(|record| written.get_mut(record.origin as usize));
        place.into_iter().for_each(|place| *place = None);
    }
    Ok(written)
}

fn shown(written: &Written) -> String {
    match written {
        Some(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        None => "refused".to_owned(),
    }
}
