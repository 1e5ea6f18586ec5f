//! What a cluster can be told to do.

use plugin_api::{Error, Result};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use std::time::Duration;

/// A change of the cluster. Brokers are counted from 1; `None` stands for all of them.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// A new topic. Its name and its partitions were checked: the cluster itself would abort the
    /// process on a negative count.
    Topic {
        /// Its name.
        name: String,
        /// How many partitions.
        partitions: i32,
    },
    /// A broker drops its connections and accepts no more.
    Down(Option<i32>),
    /// A broker accepts connections again.
    Up(Option<i32>),
    /// A partition of a topic that is there gets another leader.
    Leader {
        /// The topic.
        topic: String,
        /// The partition, from 0.
        partition: i32,
        /// The broker that leads from now on.
        broker: i32,
    },
    /// The next requests of a kind fail, each with the next of these errors. No errors: those that
    /// are left over are taken back.
    Errors {
        /// The kind of request.
        api: Api,
        /// The errors, in order.
        codes: Vec<RDKafkaRespErr>,
    },
    /// A broker answers this much later.
    RoundTrip {
        /// The broker.
        broker: Option<i32>,
        /// The delay of each answer.
        delay: Duration,
    },
}

/// A kind of request, with librdkafka's key and Kafka's name of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Api {
    /// The key.
    pub key: RDKafkaApiKey,
    /// The name.
    pub name: &'static str,
}

/// As many replicas as the cluster gives to a topic that a first write creates.
const REPLICAS: i32 = 3;

/// How librdkafka spells every broker.
const EVERY_BROKER: i32 = -1;

impl Change {
    /// That the broker it names is one of `brokers`.
    ///
    /// # Errors
    /// There is no such broker.
    pub fn check(&self, brokers: i32) -> Result<()> {
        let broker = match self {
            Self::Down(broker) | Self::Up(broker) | Self::RoundTrip { broker, .. } => *broker,
            Self::Leader { broker, .. } => Some(*broker),
            Self::Topic { .. } | Self::Errors { .. } => None,
        };
        match broker {
            Some(number) if !(1..=brokers).contains(&number) => Err(Error::input(format!(
                "`broker`: expected 1 to {brokers}, found {number}; the key `brokers` of the \
                 configuration says how many there are"
            ))),
            _ => Ok(()),
        }
    }

    /// Makes the change.
    ///
    /// # Errors
    /// The cluster's own.
    pub fn apply(
        &self,
        cluster: &MockCluster<'static, DefaultProducerContext>,
    ) -> Result<(), KafkaError> {
        match self {
            Self::Topic { name, partitions } => cluster.create_topic(name, *partitions, REPLICAS),
            Self::Down(broker) => cluster.broker_down(broker.unwrap_or(EVERY_BROKER)),
            Self::Up(broker) => cluster.broker_up(broker.unwrap_or(EVERY_BROKER)),
            Self::Leader { topic, partition, broker } => {
                cluster.partition_leader(topic, *partition, Some(*broker))
            }
            Self::Errors { api, codes } if codes.is_empty() => {
                cluster.clear_request_errors(api.key);
                Ok(())
            }
            Self::Errors { api, codes } => {
                cluster.request_errors(api.key, codes);
                Ok(())
            }
            Self::RoundTrip { broker, delay } => {
                cluster.broker_round_trip_time(broker.unwrap_or(EVERY_BROKER), *delay)
            }
        }
    }

    /// Why the cluster did not make it.
    pub fn refused(&self, error: &KafkaError) -> Error {
        match (self, error) {
            (
                Self::Topic { name, .. },
                KafkaError::MockCluster(RDKafkaErrorCode::TopicAlreadyExists),
            ) => Error::input(format!("`topic`: {name:?} exists already")),
            (Self::Topic { name, .. }, other) => {
                Error::record(format!("topic {name:?} was not created: {other}"))
            }
            (_, other) => Error::record(format!("the cluster did not change: {other}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_brokers_that_are_there_can_be_named() {
        for good in [None, Some(1), Some(3)] {
            assert!(Change::Down(good).check(3).is_ok(), "{good:?}");
        }
        for bad in [-1, 0, 4] {
            let message = Change::Up(Some(bad)).check(3).unwrap_err().message;
            let expected = format!("`broker`: expected 1 to 3, found {bad}; the key ");
            assert!(message.starts_with(&expected), "{message}");
        }
    }
}
