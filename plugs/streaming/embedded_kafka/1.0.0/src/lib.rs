//! A Kafka cluster inside the process: real TCP on loopback, records in memory only.

#![forbid(unsafe_code)]

mod answer;
mod cluster;
mod input;
mod operation;
mod partition;
mod read;
mod topic;

use answer::Answer;
use cluster::Cluster;
use input::Input;
use operation::Operation;
use plugin_api::{Ctx, Host, NoConfig, Plugin, Result};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

plugin_api::export!("embedded_kafka", EmbeddedKafka as process);

/// Starts its cluster at the first call and keeps it while the process lives: other plugins may
/// still be writing to it when the host shuts plugins down.
#[derive(Default)]
struct EmbeddedKafka {
    cluster: Mutex<Option<Arc<Cluster>>>,
}

impl Plugin for EmbeddedKafka {
    type Config = NoConfig;
    type Input = Input;
    type Output = Answer;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self::default())
    }

    async fn process(&self, ctx: &Ctx, input: Input, _config: &NoConfig) -> Result<Answer> {
        self.answer(&input, deadline(ctx.deadline()))
    }
}

/// A call ends by itself after this long, or when its caller stops waiting.
const PATIENCE: Duration = Duration::from_secs(10);

fn deadline(of_the_caller: Option<Instant>) -> Instant {
    let own = Instant::now() + PATIENCE;
    of_the_caller.map_or(own, |theirs| theirs.min(own))
}

impl EmbeddedKafka {
    /// Blocks, which a call may do: it has a thread of its own.
    fn answer(&self, input: &Input, deadline: Instant) -> Result<Answer> {
        match Operation::of(input)? {
            Operation::Address => {
                let bootstrap_servers = self.cluster()?.bootstrap_servers().to_owned();
                Ok(Answer::Address { bootstrap_servers })
            }
            Operation::CreateTopic { topic, partitions } => {
                self.cluster()?.create_topic(topic, partitions)?;
                Ok(Answer::Created { topic: topic.to_owned(), partitions })
            }
            Operation::Read { topic, max } => {
                let cluster = self.cluster()?;
                read::read(cluster.bootstrap_servers(), topic, max, deadline)
            }
        }
    }

    /// The one cluster of this process. One that did not start is tried again by the next call.
    fn cluster(&self) -> Result<Arc<Cluster>> {
        let mut cluster = self.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*cluster {
            return Ok(Arc::clone(running));
        }
        let started = Arc::new(Cluster::start()?);
        *cluster = Some(Arc::clone(&started));
        Ok(started)
    }
}

#[cfg(test)]
mod tests;
