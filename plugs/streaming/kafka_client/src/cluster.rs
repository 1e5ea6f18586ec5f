//! What a cluster says about itself.

/// Brokers and topics, as one broker answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Every broker that is up.
    pub brokers: Vec<Broker>,
    /// Every topic that may be seen, or the one that was asked for.
    pub topics: Vec<ClusterTopic>,
}

/// A broker as it advertises itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// Its number in the cluster.
    pub id: i32,
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: i32,
}

/// A topic and its partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterTopic {
    /// Its name.
    pub name: String,
    /// Number of partitions; 0 when `error` is set.
    pub partitions: i32,
    /// The partitions that have a leader, and so take records now.
    pub led: Vec<i32>,
    /// librdkafka's name of what is wrong with the topic, such as `UNKNOWN_TOPIC_OR_PART`.
    pub error: Option<String>,
}
