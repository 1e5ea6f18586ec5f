//! A mock cluster of librdkafka: real TCP on loopback, brokers that fall over on command, records in
//! memory. It keeps 5 MiB a partition and drops the oldest beyond: read while it is written to, see
//! [`crate::watch`].

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

type Cluster = MockCluster<'static, DefaultProducerContext>;
type Command = Box<dyn FnOnce(&Cluster) + Send>;

/// A running cluster with one topic; it ends when this is dropped.
pub struct Mock {
    /// The cluster belongs to one thread, which does what it is sent.
    commands: Sender<Command>,
    bootstrap_servers: String,
    brokers: i32,
}

impl Mock {
    /// Starts brokers 1 to `brokers` with these topics: names and numbers of partitions.
    ///
    /// # Panics
    /// When librdkafka cannot start it.
    pub fn start(brokers: i32, topics: &[(&str, i32)]) -> Self {
        let (commands, orders): (Sender<Command>, Receiver<Command>) = channel();
        let (tell, started) = channel();
        thread::spawn(move || {
            let cluster = MockCluster::new(brokers).expect("a mock cluster");
            let _ = tell.send(cluster.bootstrap_servers());
            orders.iter().for_each(|command| command(&cluster));
        });
        let bootstrap_servers = started.recv().expect("a mock cluster that starts");
        let mock = Self { commands, bootstrap_servers, brokers };
        for (topic, partitions) in topics {
            mock.create_topic(topic, *partitions);
        }
        mock
    }

    /// Where to connect.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// Creates a topic.
    pub fn create_topic(&self, name: &str, partitions: i32) {
        let name = name.to_owned();
        self.run(move |cluster| cluster.create_topic(&name, partitions, 1).expect("a topic"));
    }

    /// Closes every connection of a broker and takes no new one.
    pub fn down(&self, broker: i32) {
        self.run(move |cluster| cluster.broker_down(broker).expect("a broker to stop"));
    }

    /// Lets a broker that is down come back.
    pub fn up(&self, broker: i32) {
        self.run(move |cluster| cluster.broker_up(broker).expect("a broker to start"));
    }

    /// All brokers go.
    pub fn all_down(&self) {
        (1..=self.brokers).for_each(|broker| self.down(broker));
    }

    /// All brokers come back.
    pub fn all_up(&self) {
        (1..=self.brokers).for_each(|broker| self.up(broker));
    }

    /// Makes a broker the leader of a partition.
    pub fn lead(&self, topic: &str, partition: i32, broker: i32) {
        let topic = topic.to_owned();
        let lead = move |cluster: &Cluster| {
            cluster.partition_leader(&topic, partition, Some(broker)).expect("another leader");
        };
        self.run(lead);
    }

    /// Answers the next requests to store records with these errors.
    pub fn fail_produce(&self, errors: &[RDKafkaRespErr]) {
        let errors = errors.to_vec();
        self.run(move |cluster| cluster.request_errors(RDKafkaApiKey::Produce, &errors));
    }

    /// From now on every answer of every broker takes so long.
    pub fn answer_after(&self, delay: Duration) {
        let brokers = self.brokers;
        self.run(move |cluster| {
            for broker in 1..=brokers {
                cluster.broker_round_trip_time(broker, delay).expect("a slower broker");
            }
        });
    }

    /// Runs a command on the cluster's thread and waits for its end.
    fn run(&self, command: impl FnOnce(&Cluster) + Send + 'static) {
        let (done, waits) = channel();
        let command = move |cluster: &Cluster| {
            command(cluster);
            let _ = done.send(());
        };
        self.commands.send(Box::new(command)).expect("the mock cluster lives");
        waits.recv().expect("the mock cluster obeys");
    }
}
