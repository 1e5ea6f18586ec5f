//! What a reader found, judged record by record.

use std::collections::{BTreeMap, BTreeSet};

use super::Numbered;
use crate::reader::Record;

/// What is wrong with what was read. Duplicates are no fault: they are counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Ids that were acknowledged and are nowhere.
    pub missing: Vec<u64>,
    /// Values, as text, that nobody issued.
    pub invented: Vec<String>,
    /// Ids of records whose key or value is not what was issued.
    pub changed: Vec<u64>,
    /// Ids that came behind a later record of their key, or in another partition than it.
    pub reordered: Vec<u64>,
    /// Records that were there before.
    pub duplicates: u64,
}

impl Verdict {
    /// Judges `read`, which is sorted by partition and offset, by what was issued and which of it
    /// was acknowledged.
    pub fn of(
        issued: &Numbered,
        acknowledged: impl IntoIterator<Item = u64>,
        read: &[Record],
    ) -> Self {
        let mut verdict = Self::default();
        let mut present = BTreeSet::new();
        // Of each key: the partition it is in, and the last record that was new.
        let mut last = BTreeMap::new();
        for record in read {
            let value = record.value.as_deref().unwrap_or_default();
            let Some(id) = issued.id_of(value) else {
                verdict.invented.push(String::from_utf8_lossy(value).into_owned());
                continue;
            };
            if value != issued.value(id).as_bytes() || record.key_text() != Some(&issued.key(id)) {
                verdict.changed.push(id);
            } else if present.insert(id) {
                let before = last.insert(issued.key(id), (record.partition, id));
                if before
                    .is_some_and(|(partition, before)| before > id || partition != record.partition)
                {
                    verdict.reordered.push(id);
                }
            } else {
                verdict.duplicates += 1;
            }
        }
        let acknowledged = acknowledged.into_iter();
        verdict.missing = acknowledged.filter(|id| !present.contains(id)).collect();
        verdict
    }

    /// Nothing is missing, invented, changed or out of order.
    ///
    /// # Panics
    /// When something is, with the first records of each kind.
    pub fn assert_kept(&self) {
        self.assert_nothing_lost();
        assert!(self.reordered.is_empty(), "reordered: {:?}", first(&self.reordered));
    }

    /// Nothing is missing, invented or changed.
    ///
    /// # Panics
    /// As [`Verdict::assert_kept`].
    pub fn assert_nothing_lost(&self) {
        let Self { missing, invented, changed, reordered, duplicates } = self;
        assert!(
            missing.len() + invented.len() + changed.len() == 0,
            "{} missing {:?}, {} invented {:?}, {} changed {:?}, {} reordered {:?}, {duplicates} \
             duplicates",
            missing.len(),
            first(missing),
            invented.len(),
            first(invented),
            changed.len(),
            first(changed),
            reordered.len(),
            first(reordered),
        );
    }
}

fn first<T>(all: &[T]) -> &[T] {
    &all[..all.len().min(5)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUED: Numbered = Numbered { seed: 3, count: 6, keys: 2, pad: 9 };

    /// Records as `partition:id` in the order they are read.
    fn read(places: &str) -> Vec<Record> {
        let record = |(offset, place): (i64, &str)| {
            let (partition, id) = place.split_once(':').unwrap();
            let id = id.parse().unwrap();
            Record {
                partition: partition.parse().unwrap(),
                offset,
                timestamp: None,
                key: Some(ISSUED.key(id).into_bytes()),
                value: Some(ISSUED.value(id).into_bytes()),
                headers: Vec::new(),
            }
        };
        (0..).zip(places.split_whitespace()).map(record).collect()
    }

    #[test]
    fn what_was_kept_is_told_from_what_was_not() {
        let kept = Verdict::default();
        let cases = [
            ("0:0 0:2 0:4 1:1 1:3 1:5", Verdict::default()),
            ("0:0 0:1 0:2 0:3 0:4 0:5", Verdict::default()),
            ("0:0 0:1 0:3 0:2 0:5 0:4", Verdict::default()),
            ("0:0 0:2 0:0 0:2 0:4 1:1 1:3 1:5", Verdict { duplicates: 2, ..Verdict::default() }),
            ("0:0 0:4 1:1 1:3 1:5", Verdict { missing: vec![2], ..Verdict::default() }),
            ("", Verdict { missing: (0..6).collect(), ..Verdict::default() }),
            ("0:2 0:0 0:4 1:1 1:3 1:5", Verdict { reordered: vec![0], ..Verdict::default() }),
            ("0:0 0:2 1:4 1:1 1:3 1:5", Verdict { reordered: vec![4], ..Verdict::default() }),
            ("0:0 0:4 0:2 0:4 1:1 1:3 1:5", Verdict { reordered: vec![2], duplicates: 1, ..kept }),
        ];
        for (places, expected) in cases {
            assert_eq!(Verdict::of(&ISSUED, 0..6, &read(places)), expected, "{places}");
        }
    }

    #[test]
    fn what_was_not_acknowledged_may_be_missing() {
        assert_eq!(Verdict::of(&ISSUED, 0..2, &read("0:0 1:1 1:3")), Verdict::default());
    }

    #[test]
    fn a_changed_record_is_not_the_issued_one() {
        let whole = read("0:0 0:2 0:4 1:1 1:3 1:5");
        let with = |change: fn(&mut Record)| {
            let mut records = whole.clone();
            change(&mut records[1]);
            Verdict::of(&ISSUED, 0..6, &records)
        };
        let changed = Verdict { changed: vec![2], missing: vec![2], ..Verdict::default() };
        assert_eq!(with(|record| record.key = None), changed);
        assert_eq!(with(|record| record.key = Some(b"k1".to_vec())), changed);
        let cut = |record: &mut Record| {
            let value = record.value.as_mut().unwrap();
            value.truncate(value.len() - 1);
        };
        assert_eq!(with(cut), changed);
        let invented = with(|record| record.value = Some(b"{\"id\":9}".to_vec())).invented;
        assert_eq!(invented, ["{\"id\":9}"]);
        assert_eq!(with(|record| record.value = None).missing, [2]);
    }

    #[test]
    #[should_panic(expected = "1 missing [2], 0 invented [], 0 changed [], 0 reordered []")]
    fn a_lost_record_fails_the_test() {
        Verdict::of(&ISSUED, 0..6, &read("0:0 0:4 1:1 1:3 1:5")).assert_kept();
    }
}
