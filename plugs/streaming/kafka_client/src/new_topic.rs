//! A topic to be made, and why it was not.

use std::collections::BTreeMap;

use crate::outcome::ErrorClass;

/// What a new topic is to be like.
#[derive(Debug, Clone, Copy)]
pub struct NewTopic<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many partitions; the broker's default when absent.
    pub partitions: Option<i32>,
    /// How many replicas; the broker's default when absent.
    pub replication: Option<i32>,
    /// The topic's own configuration, such as `retention.ms`.
    pub config: &'a BTreeMap<String, String>,
}

/// Why a topic was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct NotMade {
    /// What it asks for.
    pub class: ErrorClass,
    /// librdkafka's name of the error, such as `INVALID_REPLICATION_FACTOR`.
    pub code: String,
    /// What the cluster said.
    pub message: String,
}
