//! kafka_producer as the sink of a stream.
//!
//! # Layout
//! [`open`] decides everything that can be decided once. Then each batch flows one way: `prepare`
//! takes it through topics, content, JSON, metadata, serializer and size, each of which may refuse
//! records of it (`remaining`); `writer` hands what remains to the lane's own Kafka client; `settle`
//! turns the delivery reports into the answer for the lane. `stage` is what the lane holds.

mod document;
mod format;
mod open;
mod overdue;
mod prepare;
mod remaining;
mod screen;
mod settle;
mod size;
mod stage;
mod topics;
mod writer;

pub use open::open;
pub use stage::Stage;
