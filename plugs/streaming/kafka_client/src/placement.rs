//! Which partition each record of a batch goes to, and in which order the batch is handed over.

use crate::partitioner::{counting_sort, murmur2_partition};
use crate::records::Records;
use crate::topics::TopicView;

/// librdkafka's partitioner chooses.
pub(crate) const UNASSIGNED: i32 = -1;

/// Up to this many buckets a counting sort is worth it whatever the size of the batch.
const FEW_BUCKETS: usize = 65_536;

/// A record with its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Index in the batch.
    pub index: u32,
    /// Index of the topic in the batch's list.
    pub topic: u32,
    /// Partition, or [`UNASSIGNED`].
    pub partition: i32,
}

/// Places every record and brings those of one topic and partition together, in their order.
///
/// `views` has one entry a topic of the batch: `None` leaves the choice to librdkafka. A record
/// without a key goes to the same partition as its neighbours; `turn` says to which.
pub(crate) fn place(batch: &impl Records, views: &[Option<TopicView>], turn: usize) -> Vec<Placed> {
    let sticky: Vec<i32> = views.iter().map(|view| sticky_partition(view.as_ref(), turn)).collect();
    let place_one = |index: usize| {
        let topic = batch.topic(index);
        let partition = batch.partition(index).unwrap_or_else(|| {
            let view = views.get(topic as usize).and_then(Option::as_ref);
            match view.zip(batch.key(index)) {
                Some((view, key)) => murmur2_partition(key, view.partitions),
                None => sticky.get(topic as usize).copied().unwrap_or(UNASSIGNED),
            }
        });
        Placed { index: index as u32, topic, partition }
    };
    grouped((0..batch.count()).map(place_one).collect(), views.len())
}

fn sticky_partition(view: Option<&TopicView>, turn: usize) -> i32 {
    let Some(view) = view else { return UNASSIGNED };
    let choice = turn.checked_rem(view.led.len()).and_then(|position| view.led.get(position));
    choice.copied().unwrap_or(UNASSIGNED)
}

fn grouped(placed: Vec<Placed>, topics: usize) -> Vec<Placed> {
    let first = placed.first().map(|one| (one.topic, one.partition));
    if placed.iter().all(|one| Some((one.topic, one.partition)) == first) {
        return placed;
    }
    let highest = placed.iter().map(|one| one.partition).max().unwrap_or(UNASSIGNED);
    // One bucket more than partitions: the first is for those librdkafka places.
    let width = highest.saturating_add(2).unsigned_abs() as usize;
    match topics.checked_mul(width) {
        Some(buckets) if buckets <= FEW_BUCKETS.max(4 * placed.len()) => {
            let bucket = |one: &Placed| {
                one.topic as usize * width + one.partition.saturating_add(1).unsigned_abs() as usize
            };
            counting_sort(&placed, buckets, bucket)
        }
        _ => {
            let mut placed = placed;
            placed.sort_by_key(|one| (one.topic, one.partition));
            placed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outgoing::{BatchBuilder, OutgoingBatch, RecordSlices};

    fn batch(records: &[(&str, Option<&str>, Option<i32>)]) -> OutgoingBatch {
        let mut builder = BatchBuilder::default();
        for (topic, key, partition) in records {
            let record = RecordSlices {
                key: key.map(str::as_bytes),
                partition: *partition,
                ..RecordSlices::default()
            };
            builder.append(topic, record).unwrap();
        }
        builder.build()
    }

    fn places(placed: &[Placed]) -> Vec<(u32, u32, i32)> {
        placed.iter().map(|one| (one.index, one.topic, one.partition)).collect()
    }

    #[test]
    fn an_explicit_partition_beats_the_key_and_the_key_beats_the_batch() {
        // "21" is 3 of 4 in Kafka's own arithmetic; without a key the turn decides among those led.
        let batch = batch(&[
            ("t", None, None),
            ("t", Some("21"), None),
            ("t", Some("21"), Some(0)),
            ("t", None, None),
        ]);
        let view = TopicView { partitions: 4, led: vec![0, 2] };
        let expected = murmur2_partition(b"21", 4);
        let placed = place(&batch, &[Some(view)], 1);
        let mut sorted = vec![(0, 0, 2), (1, 0, expected), (2, 0, 0), (3, 0, 2)];
        sorted.sort_by_key(|(_, _, partition)| *partition);
        assert_eq!(places(&placed), sorted);
    }

    #[test]
    fn without_a_view_librdkafka_chooses_and_topics_are_still_grouped() {
        let batch = batch(&[("a", Some("k"), None), ("b", None, None), ("a", None, Some(7))]);
        let placed = place(&batch, &[None, None], 0);
        assert_eq!(places(&placed), [(0, 0, UNASSIGNED), (2, 0, 7), (1, 1, UNASSIGNED)]);
    }

    #[test]
    fn a_huge_partition_number_costs_no_huge_table() {
        let batch = batch(&[("a", None, Some(i32::MAX)), ("a", None, Some(1)), ("a", None, None)]);
        let placed = place(&batch, &[None], 0);
        assert_eq!(places(&placed), [(2, 0, UNASSIGNED), (1, 0, 1), (0, 0, i32::MAX)]);
    }
}
