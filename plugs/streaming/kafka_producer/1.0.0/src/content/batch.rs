//! A whole batch at once: where the bytes hold no candidate, no record is looked at.

use super::{Kinds, candidates, value};
use crate::span;
use plugin_api::Batch;

/// The positions of records whose value holds something, and what.
pub fn in_batch(batch: &Batch) -> Vec<(usize, Kinds)> {
    let (start, end) = span::range(batch);
    let Some(written) = batch.arena.as_slice().get(start..end) else { return Vec::new() };
    let mut places = Vec::new();
    candidates(written, |place| places.push(start + place));
    if places.is_empty() {
        return Vec::new();
    }
    let suspicious = |start: usize, end: usize| {
        let next = places.partition_point(|place| *place < start);
        places.get(next).is_some_and(|place| *place < end)
    };
    let records = batch.records().iter().enumerate();
    let judged = records.filter_map(|(position, record)| {
        let start = record.value_offset as usize;
        let value = batch.value(record)?;
        let found = suspicious(start, start + value.len()).then(|| value::kinds(value))?;
        (!found.is_empty()).then_some((position, found))
    });
    judged.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::kinds;
    use plugin_api::BatchBuilder;
    use plugin_api::batch::RecordMeta;

    #[test]
    fn a_batch_is_judged_as_its_records_are() {
        let values: Vec<String> = (0..1000)
            .map(|number: usize| match number % 97 {
                0 => format!(r#"{{"n":{number},"x":"eval({number})"}}"#),
                1 => format!(r#"{{"n":{number},"x":"\u0065val(1)"}}"#),
                2 => format!(r#"["<script>","</script>",{number}]"#),
                3 => "\"rm -".to_owned(),
                4 => "rf\"".to_owned(),
                _ => format!(r#"{{"n":{number}}}"#),
            })
            .collect();
        let mut builder = BatchBuilder::default();
        for value in &values {
            builder.push(|out| {
                out.extend_from_slice(value.as_bytes());
                Ok(())
            });
        }
        let mut batch = builder.build();
        let expected: Vec<(usize, Kinds)> =
            values.iter().map(|value| kinds(value.as_bytes())).enumerate().collect();
        let expected: Vec<_> =
            expected.into_iter().filter(|(_, kinds)| !kinds.is_empty()).collect();
        assert_eq!(expected.len(), 22);
        assert_eq!(in_batch(&batch), expected);
        batch.records_mut()[0].flags |= RecordMeta::NULL_VALUE;
        assert_eq!(in_batch(&batch), expected[1..]);
    }
}
