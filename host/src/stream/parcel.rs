//! What is handed to one sink: records of one source batch, and what the sink's report means for
//! each of them.

use plugin_abi::{Batch, ErrorClass, ErrorCode, RecordError, Report};

use super::ledger::{Origin, Seq};

/// Records of one source batch on their way into one sink.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The source batch.
    pub seq: Seq,
    /// The records as the sink gets them.
    pub batch: Batch,
    /// How often they have been written before.
    pub attempts: u32,
    /// They are dead letters: stored means dead-lettered.
    pub dead: bool,
}

/// What a report says of the records of a parcel.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Positions of the records that are stored; `None` when that is all of them.
    pub stored: Option<Vec<u32>>,
    /// Positions of the records to write again, in order.
    pub again: Vec<u32>,
    /// How many of those may have been stored already.
    pub doubtful: u64,
    /// The sink must be opened anew first.
    pub rebuild: bool,
    /// Why the first of them was not stored.
    pub reason: Option<String>,
    /// Records that can never be stored, by position.
    pub refused: Vec<RecordError>,
    /// No record can be stored before a person acts.
    pub stop: Option<String>,
}

/// A report that contradicts itself: nothing of it can be believed.
#[derive(Debug, PartialEq, Eq)]
pub struct Contradiction(pub String);

impl Parcel {
    /// The source records that it carries.
    pub fn origins(&self) -> impl Iterator<Item = Origin> {
        self.batch.records().iter().map(|meta| Origin { seq: self.seq, index: meta.origin })
    }

    /// The same parcel with the records at these positions only, written once more.
    pub fn again(&self, positions: &[u32]) -> Self {
        let mut batch = self.batch.clone();
        if positions.len() < batch.records().len() {
            let records = self.batch.records();
            let kept = positions.iter().filter_map(|at| records.get(*at as usize)).copied();
            batch.set_records(kept.collect());
            batch.flags = self.batch.flags;
        }
        Self { seq: self.seq, batch, attempts: self.attempts + 1, dead: self.dead }
    }

    /// Sorts the records by what the sink said of them.
    ///
    /// # Errors
    /// The report does not add up, names a record twice, or one that is not there.
    pub fn sort(&self, report: &Report) -> Result<Sorted, Contradiction> {
        let records = self.batch.records().len();
        let undelivered = report.undelivered();
        if undelivered.is_empty() && report.delivered == records as u64 {
            return Ok(Sorted::default());
        }
        // A sink may say anything, also what no number holds.
        let told = report.delivered.checked_add(undelivered.len() as u64);
        if told != Some(records as u64) {
            let text = "stored and failed records are not as many as were written";
            return Err(Contradiction(format!(
                "{text}: {} + {} of {records}",
                report.delivered,
                undelivered.len()
            )));
        }
        let mut sorted = Sorted::default();
        let mut is_stored = vec![true; records];
        for error in undelivered {
            match is_stored.get_mut(error.index as usize) {
                Some(stored) if *stored => *stored = false,
                _ => return Err(Contradiction(format!("record {} of {records}", error.index))),
            }
            sorted.add(error);
        }
        sorted.again.sort_unstable();
        let stored = (0..).zip(&is_stored).filter(|(_, stored)| **stored);
        sorted.stored = Some(stored.map(|(position, _)| position).collect());
        Ok(sorted)
    }

    /// The same when the sink failed as a whole.
    pub fn sort_failed(&self, class: ErrorClass, code: ErrorCode, message: &str) -> Sorted {
        let mut sorted = Sorted { stored: Some(Vec::new()), ..Sorted::default() };
        for (index, _) in (0..).zip(self.batch.records()) {
            sorted.add(&RecordError::new(index, class, code, message));
        }
        sorted
    }
}

impl Sorted {
    fn add(&mut self, error: &RecordError) {
        match error.class {
            ErrorClass::RETRIABLE | ErrorClass::CLIENT_FATAL => {
                self.again.push(error.index);
                self.doubtful += u64::from(error.code == ErrorCode::UNKNOWN_FATE);
                self.rebuild |= error.class == ErrorClass::CLIENT_FATAL;
                self.reason.get_or_insert_with(|| error.message().to_owned());
            }
            ErrorClass::CONFIG_FATAL => {
                self.again.push(error.index);
                self.stop.get_or_insert_with(|| error.message().to_owned());
            }
            ErrorClass::RECORD_FATAL => self.refused.push(error.clone()),
            unknown => {
                self.again.push(error.index);
                let text = "the sink gave an error of a class that this host does not know";
                self.stop
                    .get_or_insert_with(|| format!("{text} ({}): {}", unknown.0, error.message()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::ledger::Ledger;
    use plugin_abi::{Buf, RecordMeta};

    fn parcel(records: u32) -> Parcel {
        let meta = |origin| RecordMeta { origin, ..RecordMeta::default() };
        let batch = Batch::new(Buf::default(), (0..records).map(meta).collect());
        let seq = Ledger::default().enter(&batch);
        Parcel { seq, batch, attempts: 0, dead: false }
    }

    fn error(index: u32, class: ErrorClass) -> RecordError {
        RecordError::new(index, class, ErrorCode::OTHER, "no")
    }

    #[test]
    fn records_are_sorted_by_what_their_error_asks_for() {
        let errors = vec![
            error(3, ErrorClass::RETRIABLE),
            error(0, ErrorClass::RECORD_FATAL),
            RecordError::new(1, ErrorClass::CLIENT_FATAL, ErrorCode::UNKNOWN_FATE, "fenced"),
        ];
        let sorted = parcel(5).sort(&Report::new(2, errors, Vec::new())).unwrap();
        assert_eq!(sorted.stored, Some(vec![2, 4]));
        assert_eq!((sorted.again, sorted.doubtful, sorted.rebuild), (vec![1, 3], 1, true));
        assert_eq!(sorted.refused.len(), 1);
        assert_eq!(sorted.stop, None);
    }

    #[test]
    fn a_report_that_does_not_add_up_is_not_believed() {
        let twice = vec![error(0, ErrorClass::RETRIABLE), error(0, ErrorClass::RETRIABLE)];
        for report in [
            Report::new(3, Vec::new(), Vec::new()),
            Report::new(1, Vec::new(), Vec::new()),
            Report::new(0, twice, Vec::new()),
            Report::new(1, vec![error(9, ErrorClass::RETRIABLE)], Vec::new()),
        ] {
            assert!(parcel(2).sort(&report).is_err(), "{report:?}");
        }
    }

    #[test]
    fn what_is_written_again_keeps_its_origin_and_counts_its_attempts() {
        let again = parcel(5).again(&[1, 3]);
        let origins: Vec<u32> = again.origins().map(|origin| origin.index).collect();
        assert_eq!((origins, again.attempts), (vec![1, 3], 1));
    }
}
