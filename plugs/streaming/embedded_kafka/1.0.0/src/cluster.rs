//! The cluster, on a thread of its own: it may not be moved between threads.

use crate::change::Change;
use plugin_api::{Error, Result};
use rdkafka::error::KafkaError;
use rdkafka::mocking::MockCluster;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// A running cluster. It ends when this is dropped.
pub struct Cluster {
    bootstrap_servers: String,
    brokers: i32,
    asks: Sender<Ask>,
}

/// Asks the cluster's thread for a change.
struct Ask {
    change: Change,
    made: Sender<Result<()>>,
}

impl Cluster {
    /// Starts a cluster of so many brokers, one at least, and waits until it listens.
    pub fn start(brokers: i32) -> Result<Self> {
        let (started, starting) = channel();
        let (asks, asked) = channel();
        let body = move || run(brokers, &started, &asked);
        let spawned = thread::Builder::new().name("embedded_kafka".to_owned()).spawn(body);
        spawned.map_err(|error| not_started(&error.to_string()))?;
        let address = starting.recv().map_err(|_| not_started("its thread ended"))?;
        let bootstrap_servers = address.map_err(|error| not_started(&error.to_string()))?;
        tracing::warn!(
            bootstrap_servers,
            "embedded Kafka started: records live in memory only and are gone when this process \
             ends; each partition keeps its newest 5 MiB; not for production"
        );
        Ok(Self { bootstrap_servers, brokers, asks })
    }

    /// How many brokers it has, those included that are down.
    pub fn brokers(&self) -> i32 {
        self.brokers
    }

    /// Where it listens: `host:port`, one for each broker.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// Makes a change.
    ///
    /// # Errors
    /// A broker that is not there, or what the cluster itself refuses.
    pub fn change(&self, change: &Change) -> Result<()> {
        change.check(self.brokers)?;
        let (made, making) = channel();
        let ask = Ask { change: change.clone(), made };
        let ended = || Error::record("the embedded cluster's thread has ended: restart the host");
        self.asks.send(ask).map_err(|_| ended())?;
        making.recv().map_err(|_| ended())?
    }
}

/// The cluster's thread.
fn run(brokers: i32, started: &Sender<Result<String, KafkaError>>, asked: &Receiver<Ask>) {
    let cluster = match MockCluster::new(brokers) {
        Ok(cluster) => cluster,
        Err(error) => return drop(started.send(Err(error))),
    };
    // Whoever asked may have stopped waiting; the work is done all the same.
    let _ = started.send(Ok(cluster.bootstrap_servers()));
    for Ask { change, made } in asked {
        let _ = made.send(change.apply(&cluster).map_err(|error| change.refused(&error)));
    }
}

fn not_started(why: &str) -> Error {
    Error::retriable(format!("the embedded cluster did not start: {why}"))
}
