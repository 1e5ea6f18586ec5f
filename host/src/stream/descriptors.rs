//! Parts of a batch, and parts put together again. Bytes are only copied where two arenas meet.

use std::collections::HashSet;

use plugin_abi::{Batch, RecordError, RecordMeta};
use plugin_api::BatchBuilder;

/// Bytes of the key and the value of a record.
pub fn size_of(meta: &RecordMeta) -> u64 {
    u64::from(meta.value_len) + u64::from(meta.key_len)
}

/// Bytes of all keys and values.
pub fn bytes_of(batch: &Batch) -> u64 {
    batch.records().iter().map(size_of).sum()
}

/// A position in an arena or a table of one batch. Lossless below 4 GiB, which a batch and what is
/// added to it on its way never reach; a descriptor that says more reads as nothing.
pub fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The records for which `keep` holds, by position. A batch that keeps all of them is not touched.
pub fn kept(mut batch: Batch, mut keep: impl FnMut(usize, &RecordMeta) -> bool) -> Batch {
    let records = batch.records();
    let first = records.iter().enumerate().position(|(position, meta)| !keep(position, meta));
    let Some(first) = first else { return batch };
    let mut left = records[..first].to_vec();
    let rest = records.iter().enumerate().skip(first + 1);
    left.extend(rest.filter(|(position, meta)| keep(*position, meta)).map(|(_, meta)| *meta));
    let flags = batch.flags;
    batch.set_records(left);
    batch.flags = flags;
    batch
}

/// The batch without the records that these errors name.
pub fn without(batch: Batch, errors: &[RecordError]) -> Batch {
    if errors.is_empty() {
        return batch;
    }
    let gone: HashSet<usize> = errors.iter().map(|error| error.index as usize).collect();
    kept(batch, |position, _| !gone.contains(&position))
}

/// The batch without the records that a transform dropped.
pub fn without_dropped(batch: Batch) -> Batch {
    kept(batch, |_, meta| !meta.has(RecordMeta::DROPPED))
}

/// Both batches as one, in the order of their origins. Topics are found again by their names.
pub fn merged(one: &Batch, other: &Batch) -> Batch {
    let records = |batch: &Batch| batch.records().len();
    let bytes = one.arena.len() + other.arena.len();
    let mut builder = BatchBuilder::with_capacity(records(one) + records(other), bytes);
    let mut rest = other.records().iter().peekable();
    let mut topics = Vec::with_capacity(records(one) + records(other));
    let mut push = |builder: &mut BatchBuilder, batch: &Batch, record: &RecordMeta| {
        topics.push(batch.topic(record).map(str::to_owned));
        builder.push_from(batch, record, |out| {
            out.extend_from_slice(batch.value(record).unwrap_or_default());
            Ok(())
        });
    };
    for record in one.records() {
        while let Some(earlier) = rest.next_if(|earlier| earlier.origin < record.origin) {
            push(&mut builder, other, earlier);
        }
        push(&mut builder, one, record);
    }
    rest.for_each(|record| push(&mut builder, other, record));
    let flags = one.flags & other.flags;
    let mut merged = builder.build_like(one);
    name_topics(&mut merged, &topics);
    merged.flags = flags;
    merged
}

/// Points every record at its topic in the batch's own table, which grows where it must.
fn name_topics(batch: &mut Batch, topics: &[Option<String>]) {
    let mut known: Vec<String> = batch.topics().map(str::to_owned).collect();
    let mut numbers = Vec::with_capacity(topics.len());
    for topic in topics {
        numbers.push(topic.as_ref().map_or(RecordMeta::NO_TOPIC, |topic| {
            let at = known.iter().position(|one| one == topic).unwrap_or_else(|| {
                batch.add_topic(topic);
                known.push(topic.clone());
                known.len() - 1
            });
            u32::try_from(at).unwrap_or(RecordMeta::NO_TOPIC)
        }));
    }
    batch.records_mut().iter_mut().zip(numbers).for_each(|(meta, topic)| meta.topic = topic);
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_abi::{Buf, ErrorClass, ErrorCode};

    fn batch(text: &str, origins: &[u32]) -> Batch {
        let meta = |(position, origin): (usize, &u32)| RecordMeta {
            value_offset: u32::try_from(position).unwrap(),
            value_len: 1,
            origin: *origin,
            ..RecordMeta::unkeyed()
        };
        let records = origins.iter().enumerate().map(meta).collect();
        Batch::new(Buf::from_vec(text.as_bytes().to_vec()), records)
    }

    fn text(batch: &Batch) -> String {
        let values = batch.records().iter().filter_map(|meta| batch.value(meta));
        String::from_utf8(values.flatten().copied().collect()).unwrap()
    }

    #[test]
    fn a_batch_that_keeps_everything_is_not_copied() {
        let whole = batch("abc", &[0, 1, 2]);
        let before = whole.records().as_ptr();
        assert_eq!(kept(whole, |_, _| true).records().as_ptr(), before);
    }

    #[test]
    fn records_are_left_out_by_position() {
        assert_eq!(text(&kept(batch("abcd", &[0, 1, 2, 3]), |at, _| at % 2 == 1)), "bd");
        let refused = [RecordError::new(1, ErrorClass::RECORD_FATAL, ErrorCode::OTHER, "")];
        assert_eq!(text(&without(batch("abc", &[0, 1, 2]), &refused)), "ac");
    }

    #[test]
    fn two_parts_keep_their_topics() {
        let on = |mut batch: Batch, topics: &[&str]| {
            for (at, topic) in topics.iter().enumerate() {
                let number = batch.add_topic(topic);
                batch.records_mut()[at].topic = number;
            }
            batch
        };
        let merged = merged(&on(batch("ac", &[0, 2]), &["x", "y"]), &on(batch("b", &[1]), &["y"]));
        let topics = merged.records().iter().map(|meta| merged.topic(meta));
        assert_eq!(topics.collect::<Vec<_>>(), [Some("x"), Some("y"), Some("y")]);
    }

    #[test]
    fn two_parts_meet_in_the_order_they_came_in() {
        let merged = merged(&batch("ad", &[0, 3]), &batch("bce", &[1, 2, 4]));
        assert_eq!(text(&merged), "abcde");
    }
}
