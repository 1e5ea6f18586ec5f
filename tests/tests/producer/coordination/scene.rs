//! A mock cluster, a Redis, and a host that serves a living kafka_producer between them.

use std::path::Path;
use std::time::{Duration, Instant};

use end_to_end::host::{Host, Tree};
use end_to_end::mock::Mock;
use end_to_end::reader::read_topic;
use end_to_end::redis::Redis;
use end_to_end::serve::Serve;
use serde_json::{Value, json};

/// The topic of the mock cluster.
pub const TOPIC: &str = "orders";
/// A recovery that takes longer does not come: a writer pauses for five seconds at most.
const RECOVERY: Duration = Duration::from_secs(30);
const FAILURES: &str = "plugpipe_kafka_coordination_failures_total";

/// All three; they end when this is dropped.
pub struct Scene {
    pub redis: Redis,
    pub serve: Serve,
    kafka: Mock,
    _tree: Tree,
}

impl Scene {
    /// Everything runs; `None` is a skip.
    pub fn start() -> Option<Self> {
        Redis::start().unwrap().map(|redis| Self::with(redis, None))
    }

    /// The same with this Redis, in whatever state it is, and with authorities in the host's
    /// environment.
    pub fn with(redis: Redis, authorities: Option<&Path>) -> Self {
        let plugs = ["streaming/kafka_producer/1.0.0", "serialization/json_serializer/1.0.0"];
        let tree = plugs.into_iter().fold(Tree::empty(), Tree::with_plug);
        let host = Host::shared().run(["serve", "--listen", "127.0.0.1:0"]).plugs(&tree);
        let host = match authorities {
            Some(file) => host.env("SSL_CERT_FILE", file),
            None => host,
        };
        let kafka = Mock::start(1, &[(TOPIC, 1)]);
        Self { redis, serve: Serve::start(host), kafka, _tree: tree }
    }

    /// The Redis without a login.
    pub fn url(&self) -> String {
        self.redis.url("")
    }

    /// One call with coordination switched on, unless `backend` says otherwise.
    pub fn publish(&self, ctx: Value, backend: Value) -> Value {
        self.publish_with(ctx, backend, &json!({}))
    }

    /// The same with more configuration.
    pub fn publish_with(&self, ctx: Value, backend: Value, cfg: &Value) -> Value {
        let mut redis_backend = json!({"enabled": true});
        merge(&mut redis_backend, &backend);
        let servers = self.kafka.bootstrap_servers();
        let mut whole = json!({"bootstrap_servers": servers, "topic": TOPIC, "linger_ms": 0,
            "redis_backend": redis_backend});
        merge(&mut whole, cfg);
        let body = json!({"ctx": ctx, "cfg": whole});
        self.serve.post("/v1/plugins/kafka_producer/process", &body).expect(200)
    }

    /// Publishes until a call has no warning; then its result has to be there.
    pub fn publishes_until_it_is_left(&self, backend: &Value) {
        let deadline = Instant::now() + RECOVERY;
        loop {
            let answer = self.publish(json!({"message": 1}), backend.clone());
            assert_eq!(answer["kafka_status"], "success", "{answer}");
            if answer.get("warnings").is_none() {
                let id = answer["trace_id"].as_str().unwrap();
                assert_eq!(self.left(&format!("kafka_queue:result:{id}")), answer);
                return;
            }
            assert!(Instant::now() < deadline, "no recovery: {answer}");
        }
    }

    /// A publish that Redis does not hear of: that it succeeded all the same, what the caller is
    /// told, and that a metric counts it.
    pub fn publishes_with_a_warning(&self, backend: &Value, reason: &str) -> String {
        let before = self.failures(reason);
        let answer = self.publish(json!({"message": 1}), backend.clone());
        assert_eq!(answer["kafka_status"], "success", "{answer}");
        assert_eq!(answer["kafka_error"], Value::Null, "{answer}");
        assert_eq!(answer["kafka_result"]["topic"], TOPIC, "{answer}");
        assert!(answer["trace_id"].is_string(), "it may come late: {answer}");
        assert_eq!(answer["warnings"].as_array().map(Vec::len), Some(1), "{answer}");
        let warning = answer["warnings"][0].as_str().unwrap().to_owned();
        assert_eq!(self.failures(reason), before + 1, "{reason}: {warning}");
        assert!(warning.starts_with("Redis coordination: "), "{warning}");
        warning
    }

    /// What the metric counts for this reason.
    pub fn failures(&self, reason: &str) -> u64 {
        let text = self.serve.get("/metrics").body;
        let label = format!("reason=\"{reason}\"");
        let is_cell = |line: &&str| line.starts_with(FAILURES) && line.contains(&label);
        let Some(line) = text.lines().find(is_cell) else { return 0 };
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// What lies under a key.
    pub fn left(&self, key: &str) -> Value {
        let text: String = self.redis.run(&["GET", key]);
        serde_json::from_str(&text).unwrap()
    }

    /// The words that results are there, the latest first.
    pub fn completions(&self, key: &str) -> Vec<Value> {
        let texts: Vec<String> = self.redis.run(&["LRANGE", key, "0", "-1"]);
        texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    /// How long a key stays, in seconds.
    pub fn seconds_left(&self, key: &str) -> i64 {
        self.redis.run(&["TTL", key])
    }

    /// Every key, in order.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.redis.run(&["KEYS", "*"]);
        keys.sort();
        keys
    }

    /// Connections to Redis other than the one that asks.
    pub fn connections(&self) -> usize {
        let list: String = self.redis.run(&["CLIENT", "LIST", "TYPE", "normal"]);
        list.lines().count() - 1
    }

    /// What the topic holds.
    pub fn records(&self) -> Vec<Value> {
        let records = read_topic(self.kafka.bootstrap_servers(), TOPIC);
        records.iter().map(|record| serde_json::from_str(record.text()).unwrap()).collect()
    }
}

fn merge(into: &mut Value, from: &Value) {
    for (key, value) in from.as_object().unwrap() {
        into[key] = value.clone();
    }
}
