//! A Kafka cluster inside the process: real TCP on loopback, records in memory only.

#![forbid(unsafe_code)]

mod answer;
mod change;
mod cluster;
mod config;
mod fault;
mod input;
mod metadata;
mod operation;
mod partition;
mod read;
mod request;
mod topic;

use answer::Answer;
use change::Change;
use cluster::Cluster;
use config::Config;
use input::Input;
use operation::Operation;
use plugin_api::{Ctx, Error, Host, Plugin, Result};
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
    type Config = Config;
    type Input = Input;
    type Output = Answer;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self::default())
    }

    async fn process(&self, ctx: &Ctx, input: Input, config: &Config) -> Result<Answer> {
        self.answer(&input, config, deadline(ctx.deadline()))
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
    fn answer(&self, input: &Input, config: &Config, deadline: Instant) -> Result<Answer> {
        let operation = Operation::of(input)?;
        let cluster = self.cluster(config)?;
        let servers = cluster.bootstrap_servers();
        match operation {
            Operation::Address => Ok(Answer::Address { bootstrap_servers: servers.to_owned() }),
            Operation::Topics => metadata::topics(servers, deadline),
            Operation::Read { topic, max } => read::read(servers, topic, max, deadline),
            Operation::Change(change) => {
                // The cluster would make a topic of any name that it is told of.
                if let Change::Leader { topic, partition, .. } = &change {
                    metadata::check_partition(servers, topic, *partition, deadline)?;
                }
                cluster.change(&change)?;
                Ok(Answer::from(change))
            }
        }
    }

    /// The one cluster of this process. One that did not start is tried again by the next call.
    fn cluster(&self, config: &Config) -> Result<Arc<Cluster>> {
        let mut cluster = self.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*cluster {
            return match config.brokers {
                Some(asked) if asked.count() != running.brokers() => {
                    Err(other_size(running.brokers()))
                }
                _ => Ok(Arc::clone(running)),
            };
        }
        let brokers = config.brokers.unwrap_or_default().count();
        let started = Arc::new(Cluster::start(brokers)?);
        *cluster = Some(Arc::clone(&started));
        Ok(started)
    }
}

fn other_size(brokers: i32) -> Error {
    Error::config(format!(
        "`brokers`: the cluster runs already, with {brokers}; its first call decides for the life \
         of the process"
    ))
}

#[cfg(test)]
mod tests;
