//! Kafka's default partitioner: where the Java client puts a key, and the sort of a batch by partition.

const SEED: u32 = 0x9747_b28c;
const M: u32 = 0x5bd1_e995;

/// Kafka's murmur2 of a key, as the Java client computes it.
pub fn murmur2(key: &[u8]) -> i32 {
    let (words, tail) = key.as_chunks::<4>();
    let mut hash = SEED ^ key.len() as u32;
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        let rest = tail.iter().rev().fold(0u32, |rest, byte| rest << 8 | u32::from(*byte));
        hash = (hash ^ rest).wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    (hash ^ hash >> 15).cast_signed()
}

/// Kafka's way to make a hash positive: the sign bit is cleared, nothing is negated.
pub fn to_positive(hash: i32) -> i32 {
    hash & i32::MAX
}

/// The partition of a key among `partitions`; 0 when there is none to choose from.
pub fn murmur2_partition(key: &[u8], partitions: i32) -> i32 {
    to_positive(murmur2(key)).checked_rem(partitions).unwrap_or(0)
}

/// `items` ordered by bucket, those of one bucket in the order they came in.
///
/// Every bucket must be below `buckets`; an item of another bucket is put into the last one.
pub fn counting_sort<T: Copy>(items: &[T], buckets: usize, bucket: impl Fn(&T) -> usize) -> Vec<T> {
    let Some(first) = items.first() else { return Vec::new() };
    let last = buckets.saturating_sub(1);
    let mut next = vec![0usize; buckets.max(1)];
    for item in items {
        next[bucket(item).min(last)] += 1;
    }
    let mut start = 0;
    for count in &mut next {
        start += std::mem::replace(count, start);
    }
    let mut sorted = vec![*first; items.len()];
    for item in items {
        let position = &mut next[bucket(item).min(last)];
        sorted[*position] = *item;
        *position += 1;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn murmur2_agrees_with_the_java_client() {
        let vectors: [(&[u8], i32); 6] = [
            (b"21", -973_932_308),
            (b"foobar", -790_332_482),
            (b"a-little-bit-long-string", -985_981_536),
            (b"a-little-bit-longer-string", -1_486_304_829),
            (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            (b"abc", 479_470_107),
        ];
        for (key, hash) in vectors {
            assert_eq!(murmur2(key), hash, "{}", String::from_utf8_lossy(key));
        }
    }

    #[test]
    fn a_hash_is_made_positive_by_its_sign_bit() {
        let vectors = [(-1, i32::MAX), (i32::MIN, 0), (0, 0), (5, 5)];
        for (hash, positive) in vectors {
            assert_eq!(to_positive(hash), positive);
        }
        assert_eq!(murmur2_partition(b"any", 0), 0);
    }

    #[test]
    fn a_counting_sort_is_stable_and_loses_nothing() {
        let items: Vec<(usize, usize)> = (0..1000).map(|number| (number * 7 % 5, number)).collect();
        let sorted = counting_sort(&items, 5, |item| item.0);
        let mut expected = items.clone();
        expected.sort_by_key(|item| item.0);
        assert_eq!(sorted, expected);
        assert_eq!(counting_sort(&[9, 1], 2, |item| *item), [9, 1]);
        assert!(counting_sort::<u8>(&[], 0, |_| 0).is_empty());
    }
}
