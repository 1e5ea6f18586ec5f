//! A batch of which checks refuse records, one after the other.

use plugin_api::Batch;
use plugin_api::batch::{RecordError, RecordMeta};
use plugin_api::{ErrorClass, ErrorCode};

/// What is left of a batch, and what was refused of it.
pub struct Remaining {
    /// The records that nothing has refused yet.
    pub batch: Batch,
    /// Where each of them stood in the batch as it came; `None` while all are there.
    indexes: Option<Vec<u32>>,
    /// By index in the batch as it came.
    refused: Vec<RecordError>,
}

/// Why a record is refused for good.
pub fn refusal(position: usize, code: ErrorCode, reason: impl Into<String>) -> RecordError {
    let index = u32::try_from(position).unwrap_or(u32::MAX);
    RecordError::new(index, ErrorClass::RecordFatal.into(), code, reason)
}

impl Remaining {
    /// All of a batch.
    pub fn of(batch: Batch) -> Self {
        Self { batch, indexes: None, refused: Vec::new() }
    }

    /// Takes out every record for which `judge` has an error, which gives the record's position among
    /// those that remain.
    pub fn refuse(&mut self, judge: impl Fn(&Batch, usize, &RecordMeta) -> Option<RecordError>) {
        let records = self.batch.records().iter().enumerate();
        let refused: Vec<RecordError> =
            records.filter_map(|(position, record)| judge(&self.batch, position, record)).collect();
        self.take_out(refused);
    }

    /// Takes records out, each by its position among those that remain.
    pub fn take_out(&mut self, refused: Vec<RecordError>) {
        if refused.is_empty() {
            return;
        }
        let mut is_out = vec![false; self.batch.records().len()];
        for mut error in refused {
            let Some(out) = is_out.get_mut(error.index as usize) else { continue };
            if !std::mem::replace(out, true) {
                error.index = self.index(error.index);
                self.refused.push(error);
            }
        }
        let stays = |(position, _): &(usize, &RecordMeta)| !is_out[*position];
        let kept: Vec<(usize, &RecordMeta)> =
            self.batch.records().iter().enumerate().filter(stays).collect();
        let indexes = kept.iter().map(|(position, _)| self.index(*position as u32)).collect();
        let records = kept.iter().map(|(_, record)| **record).collect();
        self.indexes = Some(indexes);
        // Setting descriptors withdraws what was said of the values; those that stay are as they were.
        let flags = self.batch.flags;
        self.batch.set_records(records);
        self.batch.flags = flags;
    }

    /// Where the record at `position` stood in the batch as it came.
    pub fn index(&self, position: u32) -> u32 {
        match &self.indexes {
            None => position,
            Some(indexes) => indexes.get(position as usize).copied().unwrap_or(u32::MAX),
        }
    }

    /// What was refused, by index in the batch as it came.
    pub fn into_refused(self) -> Vec<RecordError> {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_the_batch_as_it_came() {
        let records = (0..6).map(|offset| RecordMeta { offset, ..RecordMeta::default() });
        let mut remaining = Remaining::of(Batch::new(Default::default(), records.collect()));
        let refuse = |remaining: &mut Remaining, gone: &'static [i64]| {
            remaining.refuse(|_, position, record| {
                let out = gone.contains(&record.offset);
                out.then(|| refusal(position, ErrorCode::OTHER, record.offset.to_string()))
            });
        };
        refuse(&mut remaining, &[1, 4]);
        refuse(&mut remaining, &[]);
        refuse(&mut remaining, &[2]);
        remaining
            .take_out(vec![refusal(2, ErrorCode::OTHER, "5"), refusal(9, ErrorCode::OTHER, "9")]);
        let left: Vec<i64> = remaining.batch.records().iter().map(|one| one.offset).collect();
        assert_eq!(left, [0, 3]);
        assert_eq!((remaining.index(0), remaining.index(1)), (0, 3));
        let refused = remaining.into_refused();
        assert!(refused.iter().all(|one| one.index.to_string() == one.message()), "{refused:?}");
        assert_eq!(refused.len(), 4);
    }
}
