//! A cluster of three Apache Kafka nodes, each broker and controller, of which any may fall.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

use tempfile::TempDir;

use super::jars::{self, JarSet};
use super::{CLUSTER_ID, java_answers, properties, start_broker, topics};
use crate::Result;
use crate::guarded::Guarded;
use crate::skip::Availability;

pub(super) const NODES: usize = 3;

/// No two nodes of this test process try the same port.
static NEXT_PORT: AtomicU16 = AtomicU16::new(0);

/// Running nodes. Dropping them kills their JVMs; so does the end of the test process.
pub struct Cluster {
    nodes: Vec<Node>,
    jars: PathBuf,
}

struct Node {
    address: String,
    // Before the folder: the broker ends before its data goes.
    broker: Guarded,
    folder: TempDir,
}

impl Cluster {
    /// Starts three nodes with empty data folders, or skips where Java or Maven is missing. A topic
    /// needs two replicas in sync for a write.
    ///
    /// # Errors
    /// When a node does not start, with its log.
    pub fn start() -> Result<Option<Self>> {
        if let Err(reason) = java_answers() {
            return Availability::Absent(reason).or_skip();
        }
        let Some(jars) = jars::fetch(JarSet::Broker)?.or_skip()? else { return Ok(None) };
        let (ports, controllers) = (free_ports()?, free_ports()?);
        let folders = (0..NODES).map(|_| folder()).collect::<Result<Vec<_>>>()?;
        for (number, folder) in folders.iter().enumerate() {
            let data = folder.path().join("data");
            fs::create_dir(&data)?;
            fs::write(data.join("meta.properties"), meta(number))?;
            properties::write_node(folder.path(), number, ports, controllers)?;
        }
        let paths: Vec<PathBuf> = folders.iter().map(|folder| folder.path().to_owned()).collect();
        let started = start_all(&jars, &paths);
        let nodes = ports.into_iter().zip(folders).zip(started).map(|((port, folder), broker)| {
            Ok(Node { address: format!("127.0.0.1:{port}"), broker: broker?, folder })
        });
        Ok(Some(Self { nodes: nodes.collect::<Result<_>>()?, jars }))
    }

    /// The addresses of all nodes, comma between them.
    #[must_use]
    pub fn bootstrap_servers(&self) -> String {
        let addresses: Vec<&str> = self.nodes.iter().map(|node| node.address.as_str()).collect();
        addresses.join(",")
    }

    /// Creates a topic with three replicas, of which `in_sync` have to confirm a write.
    ///
    /// # Panics
    /// When the cluster refuses: tests do not share topics.
    pub fn create_topic(&self, name: &str, partitions: i32, in_sync: u8) {
        topics::create_replicated(&self.bootstrap_servers(), name, partitions, in_sync)
            .unwrap_or_else(|error| panic!("topic {name}: {error}"));
    }

    /// The node that leads a partition.
    ///
    /// # Panics
    /// When none does within 20 s.
    #[must_use]
    pub fn leader(&self, topic: &str, partition: i32) -> usize {
        topics::leader(&self.bootstrap_servers(), topic, partition)
            .unwrap_or_else(|error| panic!("the leader of {topic}: {error}"))
    }

    /// Kills a node, as a crash of its machine would. Its data stays.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn kill(&mut self, node: usize) -> Result<()> {
        let Node { broker, folder, .. } = &mut self.nodes[node];
        broker.kill(folder.path())
    }

    /// Stops a node as an operator does: it hands its partitions over first.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn stop(&mut self, node: usize) -> Result<()> {
        let Node { broker, folder, .. } = &mut self.nodes[node];
        broker.stop(folder.path())
    }

    /// Starts every node that is down, with its data, at the same address.
    ///
    /// # Errors
    /// When one does not start, with its log.
    pub fn heal(&mut self) -> Result<()> {
        let mut down = Vec::new();
        for (number, node) in self.nodes.iter_mut().enumerate() {
            down.extend(node.broker.ended()?.map(|_| number));
        }
        let folders: Vec<PathBuf> = down.iter().map(|node| self.folder_of(*node)).collect();
        for (node, broker) in down.into_iter().zip(start_all(&self.jars, &folders)) {
            self.nodes[node].broker = broker?;
        }
        Ok(())
    }

    fn folder_of(&self, node: usize) -> PathBuf {
        self.nodes[node].folder.path().to_owned()
    }
}

/// Starts nodes side by side: none is ready before a majority of them is there.
fn start_all(jars: &Path, folders: &[PathBuf]) -> Vec<Result<Guarded>> {
    let start = |folder: &Path| -> Result<Guarded> {
        let log = super::log_file(folder);
        if log.exists() {
            fs::remove_file(log)?;
        }
        Ok(start_broker(jars, folder)?.0)
    };
    thread::scope(|scope| {
        let starting: Vec<_> =
            folders.iter().map(|folder| scope.spawn(move || start(folder))).collect();
        starting.into_iter().map(|one| one.join().expect("starting a node")).collect()
    })
}

fn folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("plugpipe-kafka-").tempdir()?)
}

/// What formatting would write: the quorum is static, so nothing else has to be agreed on.
fn meta(number: usize) -> String {
    format!("version=1\ncluster.id={CLUSTER_ID}\nnode.id={}\n", number + 1)
}

/// Ports below those that outgoing connections get, so that a node finds its own free again.
fn free_ports() -> Result<[u16; NODES]> {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000)?;
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let ports = std::iter::repeat_with(|| first + NEXT_PORT.fetch_add(1, Ordering::Relaxed));
    let found: Vec<u16> = ports.take(1000).filter(is_free).take(NODES).collect();
    found.try_into().map_err(|_| "no three free ports".into())
}
