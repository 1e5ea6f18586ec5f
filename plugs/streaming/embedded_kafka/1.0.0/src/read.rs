//! Reading a topic from its first record to its last.

use crate::answer::Answer;
use crate::metadata;
use crate::partition::{self, Partition};
use plugin_api::Result;
use std::time::Instant;

/// Up to `max` records of `topic`, partition after partition.
///
/// # Errors
/// When there is no such topic (the error names those that there are), or when not everything was
/// there by `deadline`.
pub fn read(servers: &str, topic: &str, max: usize, deadline: Instant) -> Result<Answer> {
    let consumer = partition::reader(servers)?;
    let partitions = metadata::partitions(&consumer, topic, deadline)?;
    let (mut records, mut dropped) = (Vec::new(), 0);
    for number in 0..partitions {
        let partition = Partition::find(&consumer, topic, number, deadline)?;
        dropped += partition.first;
        partition.append_to(&mut records, max, deadline)?;
    }
    Ok(Answer::Records { records, dropped })
}
