//! Cutting the records of a large call into batches.

use std::ops::Range;

/// The most records in one batch.
pub const MOST_RECORDS: usize = 10_000;

/// Cuts records of these sizes, in their order, into batches of at most `max_bytes` and `max_count`
/// records. A record that is larger alone is a batch of its own.
pub fn optimize_batch(sizes: &[usize], max_bytes: usize, max_count: usize) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0usize);
    for (index, size) in sizes.iter().enumerate() {
        let is_full = bytes.saturating_add(*size) > max_bytes || index - start >= max_count;
        if is_full && index > start {
            batches.push(start..index);
            (start, bytes) = (index, 0);
        }
        bytes = bytes.saturating_add(*size);
    }
    if start < sizes.len() {
        batches.push(start..sizes.len());
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn batches_are_filled_greedily_up_to_both_bounds() {
        /// Sizes, the most bytes, the most records; how many records each batch has.
        type Case<'a> = (&'a [usize], usize, usize, &'a [usize]);
        let cases: [Case<'_>; 8] = [
            (&[], 10, 10, &[]),
            (&[4, 6, 1], 10, 10, &[2, 1]),
            (&[1, 1, 1, 1, 1], 10, 2, &[2, 2, 1]),
            (&[11], 10, 10, &[1]),
            (&[1, 11, 1], 10, 10, &[1, 1, 1]),
            (&[0, 0, 0], 0, 10, &[3]),
            (&[5, 5], 5, 0, &[1, 1]),
            (&[usize::MAX, usize::MAX], 10, 10, &[1, 1]),
        ];
        for (sizes, bytes, count, expected) in cases {
            let batches = optimize_batch(sizes, bytes, count);
            let lengths: Vec<usize> = batches.iter().map(Range::len).collect();
            assert_eq!(lengths, expected, "{sizes:?}");
        }
    }

    proptest! {
        #[test]
        fn every_record_is_in_one_batch_and_no_two_neighbours_fit_into_one(
            sizes in prop::collection::vec(0usize..100, 0..200),
            max_bytes in 0usize..300,
            max_count in 1usize..20,
        ) {
            let batches = optimize_batch(&sizes, max_bytes, max_count);
            let flat: Vec<usize> = batches.iter().cloned().flatten().collect();
            prop_assert_eq!(flat, (0..sizes.len()).collect::<Vec<_>>());
            let bytes = |batch: &Range<usize>| sizes[batch.clone()].iter().sum::<usize>();
            for batch in &batches {
                prop_assert!(batch.len() == 1 || bytes(batch) <= max_bytes);
                prop_assert!(batch.len() <= max_count);
            }
            for pair in batches.windows(2) {
                let next = sizes[pair[1].start];
                prop_assert!(pair[0].len() == max_count || bytes(&pair[0]) + next > max_bytes);
            }
        }
    }
}
