//! A pipeline that carries one plain file into one topic does work that other programs can do too:
//! which file, which topic, which brokers.

use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::{Stage, StreamOnError, StreamPlan, StreamStep};
use crate::run::context::Identity;
use serde_json::Value;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What another program is told to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SameWork {
    /// Its lines are the records.
    pub(super) file: PathBuf,
    /// Where they go.
    pub(super) topic: String,
    /// `host:port`, separated by commas.
    pub(super) brokers: String,
    /// How batches are compressed.
    pub(super) compression: Option<String>,
}

/// How long a broker may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);

impl SameWork {
    /// The work of this pipeline. Filters and transforms on the way are not asked about: the other
    /// program does without them.
    ///
    /// # Errors
    /// Why no other program can do it.
    pub(super) fn of(plan: &StreamPlan) -> Result<Self, String> {
        let Some(source) = plan.steps.first() else { return Err("it has no steps".to_owned()) };
        let is_letter_box =
            |at| plan.steps.iter().any(|step| step.on_error == StreamOnError::DeadLetter(at));
        let sinks = plan.steps.iter().enumerate().filter(|(_, step)| step.stage.is_sink());
        let sinks: Vec<_> = sinks.filter(|(at, _)| !is_letter_box(*at)).collect();
        let [(_, sink)] = sinks[..] else { return Err("it has several sinks".to_owned()) };
        if name(&source.stage) != "file_source" || name(&sink.stage) != "kafka_producer" {
            return Err("it does not go from file_source to kafka_producer".to_owned());
        }
        let work = Self::configured(&config(plan, source)?, &config(plan, sink)?)?;
        if !work.file.is_file() {
            return Err(format!("{} is not one plain file", work.file.display()));
        }
        work.is_reachable()?;
        Ok(work)
    }

    fn configured(source: &Value, sink: &Value) -> Result<Self, String> {
        let file = source.get("path").and_then(Value::as_str).map(PathBuf::from);
        let file = file.ok_or("its `path` is a list")?;
        if is_compressed(&file) {
            return Err(format!("{} is compressed", file.display()));
        }
        let text = |key: &str| sink.get(key).and_then(Value::as_str).map(str::to_owned);
        let topic = text("topic").ok_or("its sink has no fixed `topic`")?;
        let brokers = sink.get("bootstrap_servers").and_then(servers);
        let brokers = brokers.unwrap_or_else(|| "localhost:9092".to_owned());
        if brokers == "embedded" {
            return Err("its brokers are embedded: they live in its own process".to_owned());
        }
        let options = sink.get("librdkafka").and_then(Value::as_object);
        let secures =
            |key: &String| ["sasl", "ssl", "security"].iter().any(|part| key.starts_with(part));
        if options.is_some_and(|options| options.keys().any(secures)) {
            return Err("its brokers ask for credentials, which are not passed on".to_owned());
        }
        let compression = text("compression").filter(|codec| codec != "none");
        Ok(Self { file, topic, brokers, compression })
    }

    fn is_reachable(&self) -> Result<(), String> {
        let accepts = |broker: &str| {
            let addresses = broker.trim().to_socket_addrs().ok();
            addresses
                .into_iter()
                .flatten()
                .any(|one| TcpStream::connect_timeout(&one, CONNECT).is_ok())
        };
        let is_reachable = self.brokers.split(',').any(accepts);
        is_reachable.then_some(()).ok_or_else(|| format!("no broker answers at {}", self.brokers))
    }
}

fn name(stage: &Stage) -> &str {
    match stage {
        Stage::Source(plug) | Stage::Sink(plug) => &plug.name,
        Stage::Transform(_) | Stage::Filter => "",
    }
}

fn servers(value: &Value) -> Option<String> {
    match value {
        Value::String(list) => Some(list.clone()),
        Value::Array(list) => {
            let servers: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            Some(servers?.join(","))
        }
        _ => None,
    }
}

fn is_compressed(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("gz" | "zst"))
}

fn config(plan: &StreamPlan, step: &StreamStep) -> Result<Value, String> {
    let (timestamp, mut warnings) = (Identity::now().timestamp, Warnings::default());
    let env = plan.environment_of(step, &timestamp, &mut warnings);
    let env = env.map_err(|failed| failed.to_string())?;
    let config = plan.configuration(step, &plan.values(&env, &timestamp), &mut warnings);
    let config = config.map_err(|failed| failed.to_string())?;
    config.parse().map_err(|error: serde_json::Error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_another_program_can_do_is_compared() {
        let source = json!({"path": "orders.ndjson"});
        let sink = |key: &str, value: Value| {
            let mut sink = json!({"topic": "orders", "bootstrap_servers": ["a:1", "b:2"]});
            sink[key] = value;
            sink
        };
        let found = SameWork::configured(&source, &sink("compression", json!("zstd"))).unwrap();
        let expected = SameWork {
            file: "orders.ndjson".into(),
            topic: "orders".to_owned(),
            brokers: "a:1,b:2".to_owned(),
            compression: Some("zstd".to_owned()),
        };
        assert_eq!(found, expected);
        for (source, sink, reason) in [
            (json!({"path": ["a"]}), sink("acks", json!("all")), "its `path` is a list"),
            (json!({"path": "a.gz"}), sink("acks", json!("all")), "a.gz is compressed"),
            (source.clone(), sink("topic", Value::Null), "its sink has no fixed `topic`"),
            (
                source.clone(),
                sink("bootstrap_servers", json!("embedded")),
                "its brokers are embedded: they live in its own process",
            ),
            (
                source,
                sink("librdkafka", json!({"sasl.username": "me"})),
                "its brokers ask for credentials, which are not passed on",
            ),
        ] {
            assert_eq!(SameWork::configured(&source, &sink).unwrap_err(), reason);
        }
    }
}
