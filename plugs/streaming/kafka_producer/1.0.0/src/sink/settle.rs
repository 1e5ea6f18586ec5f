//! Delivery reports as the answer that makes the lane act.

use super::overdue::Overdue;
use super::topics::Topics;
use kafka_client::{ClientTrouble, Failure, Outcome, Written};
use plugin_api::batch::RecordError;
use plugin_api::{Batch, ErrorClass, ErrorCode};
use std::time::Instant;

/// What became of records, and what is known beside their reports.
pub struct Reports<'a> {
    /// The batch that was written.
    pub batch: &'a Batch,
    /// What was reported.
    pub written: &'a Written,
    /// The client's trouble as a whole, if it is of a kind that no record survives.
    pub trouble: Option<&'a ClientTrouble>,
    /// Where records without a topic went.
    pub topics: &'a Topics,
    /// The time.
    pub now: Instant,
}

impl Reports<'_> {
    /// The records that were not delivered, by position in the batch that was written.
    pub fn settle(&self, overdue: &mut Overdue) -> Vec<RecordError> {
        if !overdue.is_empty() {
            self.note_delivered(overdue);
        }
        let undelivered = self.written.undelivered.iter();
        undelivered.map(|(position, outcome)| self.error(*position, outcome, overdue)).collect()
    }

    fn error(&self, position: u32, outcome: &Outcome, overdue: &mut Overdue) -> RecordError {
        let (class, code, text) = match outcome {
            Outcome::Failed(failure) => {
                let class = self.class(position, failure, overdue);
                (class, ErrorCode::OTHER, failure.message.as_str())
            }
            Outcome::Unknown { message } => {
                (ErrorClass::Retriable, ErrorCode::UNKNOWN_FATE, message.as_str())
            }
            // Only what was not delivered stands in the list.
            Outcome::Delivered(_) => (ErrorClass::Retriable, ErrorCode::UNKNOWN_FATE, "delivered"),
        };
        let (class, text) = match self.trouble {
            Some(trouble) if class != ErrorClass::RecordFatal => {
                (class_of(trouble.class), format!("{}: {}", trouble.code, trouble.message))
            }
            _ => (class, text.to_owned()),
        };
        RecordError::new(position, class.into(), code, text)
    }

    fn class(&self, position: u32, failure: &Failure, overdue: &mut Overdue) -> ErrorClass {
        if failure.topic && overdue.failed(self.topic(position), self.now) {
            return ErrorClass::RecordFatal;
        }
        class_of(failure.class)
    }

    fn topic(&self, position: u32) -> &str {
        let record = self.batch.records().get(position as usize);
        record.map_or("", |record| self.topics.of(self.batch, record))
    }

    /// Topics to which this batch brought something.
    fn note_delivered(&self, overdue: &mut Overdue) {
        let mut undelivered =
            self.written.undelivered.iter().map(|(position, _)| *position).peekable();
        for position in 0..self.batch.records().len() as u32 {
            if undelivered.next_if_eq(&position).is_none() {
                overdue.delivered(self.topic(position));
            }
        }
    }
}

fn class_of(class: kafka_client::ErrorClass) -> ErrorClass {
    match class {
        kafka_client::ErrorClass::Retriable => ErrorClass::Retriable,
        kafka_client::ErrorClass::RecordFatal => ErrorClass::RecordFatal,
        kafka_client::ErrorClass::ClientFatal => ErrorClass::ClientFatal,
        kafka_client::ErrorClass::ConfigFatal => ErrorClass::ConfigFatal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use kafka_client::ErrorClass as Kafka;
    use plugin_api::batch::RecordMeta;
    use std::time::Duration;

    fn failed(class: Kafka, topic: bool) -> Outcome {
        let (code, message) = ("CODE".to_owned(), "words".to_owned());
        Outcome::Failed(Failure { class, topic, code, message })
    }

    fn unknown() -> Outcome {
        Outcome::Unknown { message: "silence".to_owned() }
    }

    /// Settles one record with that outcome, and a record to the topic "other" that was delivered.
    fn settled(
        outcome: Outcome,
        trouble: Option<Kafka>,
        overdue: &mut Overdue,
        now: Instant,
    ) -> (u32, u32, String) {
        let topic = Some(serde_json::Value::from("own"));
        let (topics, _) = Topics::judge(&Config { topic, ..Config::default() }).ok().unwrap();
        let mut batch = Batch::new(Default::default(), vec![RecordMeta::default(); 2]);
        batch.records_mut()[0].topic = batch.clone().add_topic("other");
        batch.add_topic("other");
        let trouble = trouble.map(|class| ClientTrouble {
            class,
            code: "_TROUBLE".to_owned(),
            message: "told".to_owned(),
        });
        let written = Written { delivered: 1, undelivered: vec![(1, outcome)] };
        let (batch, written, trouble) = (&batch, &written, trouble.as_ref());
        let reports = Reports { batch, written, trouble, topics: &topics, now };
        let errors = reports.settle(overdue);
        assert_eq!((errors.len(), errors[0].index), (1, 1));
        (errors[0].class.0, errors[0].code.0, errors[0].message().to_owned())
    }

    #[test]
    fn outcomes_make_the_lane_act() {
        let table = [
            (failed(Kafka::Retriable, false), None, (1, 0, "words")),
            (failed(Kafka::RecordFatal, false), None, (2, 0, "words")),
            (failed(Kafka::ClientFatal, false), None, (3, 0, "words")),
            (failed(Kafka::ConfigFatal, false), None, (4, 0, "words")),
            (unknown(), None, (1, 9, "silence")),
            (unknown(), Some(Kafka::ClientFatal), (3, 9, "_TROUBLE: told")),
            (unknown(), Some(Kafka::ConfigFatal), (4, 9, "_TROUBLE: told")),
            (failed(Kafka::ClientFatal, false), Some(Kafka::ConfigFatal), (4, 0, "_TROUBLE: told")),
            (failed(Kafka::RecordFatal, false), Some(Kafka::ClientFatal), (2, 0, "words")),
        ];
        for (outcome, trouble, (class, code, text)) in table {
            let mut overdue = Overdue::new(Duration::from_secs(300));
            let found = settled(outcome.clone(), trouble, &mut overdue, Instant::now());
            assert_eq!(found, (class, code, text.to_owned()), "{outcome:?} {trouble:?}");
        }
    }

    #[test]
    fn a_topic_that_fails_for_too_long_refuses_its_records() {
        let (start, mut overdue) = (Instant::now(), Overdue::new(Duration::from_secs(300)));
        let mut class = |after| {
            let now = start + Duration::from_secs(after);
            settled(failed(Kafka::Retriable, true), None, &mut overdue, now).0
        };
        assert_eq!([class(0), class(299), class(300)], [1, 1, 2]);
        overdue.delivered("own");
        overdue.failed("other", start);
        let now = start + Duration::from_secs(301);
        assert_eq!(settled(failed(Kafka::Retriable, true), None, &mut overdue, now).0, 1);
        overdue.delivered("own");
        assert!(overdue.is_empty(), "the delivery to `other` was noticed");
    }
}
