//! What the Kafka plugs share: a producer that publishes whole batches, and the judgement of the
//! settings it may be given.
//!
//! # Layout
//! * [`producer`]: [`Producer`], the client itself. A [`OutgoingBatch`] goes in, a [`Publishing`]
//!   future comes out and ends with one [`Outcome`] a record, in order.
//! * [`new_topic`]: a topic that is to be made.
//! * [`settings`]: [`ClientSettings`], the effective librdkafka properties with their secrets apart.
//! * [`address`], [`topic`], [`credentials`], [`options`]: pure rooms that judge what a user wrote.
//!   They know no socket and no client. `dial` judges again what they resolve to.
//! * [`partitioner`]: Kafka's own murmur2 and the counting sort of a batch.
//! * [`lane`]: [`LaneProducer`], the producer of one stream's lane: no thread and no allocation for
//!   a record; whoever waits for a batch serves the delivery reports.
//! * `native`: the only folder that talks to librdkafka, and the only one with unsafe code.
//!
//! # What a delivery report means here
//! [`Outcome::Delivered`] needs the broker's word (or `acks=0`, where there is none to get).
//! [`Outcome::Unknown`] is a record that may be in the topic; it is never reported as failed.
#![deny(unsafe_code)]

pub mod address;
mod backlog;
mod closing;
pub mod cluster;
pub mod credentials;
mod diagnosis;
mod dial;
mod flight;
mod heard;
pub mod lane;
mod native;
pub mod new_topic;
pub mod options;
pub mod outcome;
pub mod outgoing;
pub mod partitioner;
mod placement;
pub mod producer;
mod records;
mod renewal;
mod running;
pub mod settings;
mod silence;
pub mod topic;
mod topics;
pub mod trouble;
pub mod verdict;
mod waking;

pub use cluster::Cluster;
pub use flight::Publishing;
pub use lane::{LaneProducer, Statistics, Writing, Written};
pub use new_topic::{NewTopic, NotMade};
pub use outcome::{Delivery, ErrorClass, Failure, Outcome, UNEXPLAINED_TIMEOUT, no_partition};
pub use outgoing::{BatchBuilder, OutgoingBatch};
pub use producer::Producer;
pub use settings::{ClientError, ClientSettings, Secret};
pub use trouble::{ClientTrouble, REFUSED_ADDRESS};
pub use verdict::Verdict;
