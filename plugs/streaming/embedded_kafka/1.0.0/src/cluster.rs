//! The cluster, on a thread of its own: it may not be moved between threads.

use plugin_api::{Error, Result};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::mocking::MockCluster;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// A running cluster. It ends when this is dropped.
pub struct Cluster {
    bootstrap_servers: String,
    asks: Sender<NewTopic>,
}

/// Asks the cluster's thread for a topic.
struct NewTopic {
    name: String,
    partitions: i32,
    made: Sender<Result<(), KafkaError>>,
}

/// More brokers would be as many listeners of the same process.
const BROKERS: i32 = 1;

impl Cluster {
    /// Starts the cluster and waits until it listens.
    pub fn start() -> Result<Self> {
        let (started, starting) = channel();
        let (asks, asked) = channel();
        let body = move || run(&started, &asked);
        let spawned = thread::Builder::new().name("embedded_kafka".to_owned()).spawn(body);
        spawned.map_err(|error| not_started(&error.to_string()))?;
        let address = starting.recv().map_err(|_| not_started("its thread ended"))?;
        let bootstrap_servers = address.map_err(|error| not_started(&error.to_string()))?;
        tracing::warn!(
            bootstrap_servers,
            "embedded Kafka started: records live in memory only and are gone when this process \
             ends; each partition keeps its newest 5 MiB; not for production"
        );
        Ok(Self { bootstrap_servers, asks })
    }

    /// Where it listens: `host:port`.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// Makes a topic. Both arguments were checked: the cluster itself would abort the process on
    /// a negative count.
    pub fn create_topic(&self, name: &str, partitions: i32) -> Result<()> {
        let (made, making) = channel();
        let ask = NewTopic { name: name.to_owned(), partitions, made };
        let ended = || Error::record("the embedded cluster's thread has ended: restart the host");
        self.asks.send(ask).map_err(|_| ended())?;
        making.recv().map_err(|_| ended())?.map_err(|error| not_made(name, &error))
    }
}

/// The cluster's thread.
fn run(started: &Sender<Result<String, KafkaError>>, asked: &Receiver<NewTopic>) {
    let cluster = match MockCluster::new(BROKERS) {
        Ok(cluster) => cluster,
        Err(error) => return drop(started.send(Err(error))),
    };
    // Whoever asked may have stopped waiting; the work is done all the same.
    let _ = started.send(Ok(cluster.bootstrap_servers()));
    for NewTopic { name, partitions, made } in asked {
        let _ = made.send(cluster.create_topic(&name, partitions, BROKERS));
    }
}

fn not_started(why: &str) -> Error {
    Error::retriable(format!("the embedded cluster did not start: {why}"))
}

fn not_made(name: &str, error: &KafkaError) -> Error {
    match error {
        KafkaError::MockCluster(RDKafkaErrorCode::TopicAlreadyExists) => {
            Error::input(format!("`topic`: {name:?} exists already"))
        }
        other => Error::record(format!("topic {name:?} was not created: {other}")),
    }
}
