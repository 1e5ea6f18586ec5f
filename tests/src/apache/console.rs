//! The same topic through Apache's own Java consumer, which shares no code with librdkafka.

use std::process::Command;
use std::time::Duration;

use super::jars::{self, JarSet};
use crate::reader::Record;
use crate::{Result, process};

/// A JVM starts in a second; a topic of the tests is read in less.
const LIMIT: Duration = Duration::from_secs(60);
/// Characters no test puts into a record. Shown as printed by the consumer, in this order.
const FIELD: char = '\u{1f}';
const LINE: char = '\u{1e}';
const HEADER: char = '\u{1d}';
const NULL: &str = "\u{1}";
/// What the consumer prints for a record without headers.
const NO_HEADERS: &str = "NO_HEADERS";

/// Reads all of `topic`, sorted by partition and offset, as [`crate::reader::read_topic`] does.
/// `None` is a skip. Names of headers must not hold a colon: the consumer prints `name:value`.
///
/// # Panics
/// When a tool fails or prints what cannot be understood.
pub fn read_topic(bootstrap_servers: &str, topic: &str) -> Option<Vec<Record>> {
    try_read(bootstrap_servers, topic).unwrap_or_else(|error| panic!("reading {topic}: {error}"))
}

fn try_read(bootstrap_servers: &str, topic: &str) -> Result<Option<Vec<Record>>> {
    let Some(jars) = jars::fetch(JarSet::Tools)?.or_skip()? else { return Ok(None) };
    let tool = |class: &str, arguments: &[&str]| {
        let mut java = Command::new("java");
        java.args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
            .args(["-cp", &format!("{}/*", jars.display())])
            .arg(format!("org.apache.kafka.tools.{class}"))
            .args(["--bootstrap-server", bootstrap_servers, "--topic", topic])
            .args(arguments);
        printed_by(java)
    };
    let count = count_records(&tool("GetOffsetShell", &[])?)?;
    if count == 0 {
        return Ok(Some(Vec::new()));
    }
    let mut arguments = vec!["--from-beginning", "--timeout-ms", "30000", "--max-messages"];
    let count = count.to_string();
    arguments.push(&count);
    let properties = formatter_properties();
    for property in &properties {
        arguments.extend(["--formatter-property", property]);
    }
    parse(&tool("consumer.ConsoleConsumer", &arguments)?).map(Some)
}

fn printed_by(tool: Command) -> Result<String> {
    let output = process::run(tool, LIMIT)?;
    if output.code == Some(0) { Ok(output.stdout) } else { Err(output.to_string().into()) }
}

fn formatter_properties() -> Vec<String> {
    let mut properties: Vec<_> = ["timestamp", "partition", "offset", "headers", "key"]
        .map(|part| format!("print.{part}=true"))
        .into();
    properties.push(format!("key.separator={FIELD}"));
    properties.push(format!("line.separator={LINE}"));
    properties.push(format!("headers.separator={HEADER}"));
    properties.push(format!("null.literal={NULL}"));
    properties
}

/// Sums the ends in lines of `topic:partition:end`: no test here compacts or uses transactions.
fn count_records(ends: &str) -> Result<u64> {
    let mut count = 0;
    for line in ends.lines() {
        let (_, end) = line.rsplit_once(':').ok_or_else(|| format!("not an end: {line}"))?;
        count += end.parse::<u64>()?;
    }
    Ok(count)
}

fn parse(printed: &str) -> Result<Vec<Record>> {
    let lines = printed.split_terminator(LINE);
    let mut records = lines
        .map(|line| parse_record(line).ok_or_else(|| format!("not a record: {line:?}").into()))
        .collect::<Result<Vec<_>>>()?;
    records.sort_by_key(|record| (record.partition, record.offset));
    Ok(records)
}

fn parse_record(line: &str) -> Option<Record> {
    let [timestamp, partition, offset, headers, key, value] =
        line.split(FIELD).collect::<Vec<_>>().try_into().ok()?;
    Some(Record {
        partition: partition.strip_prefix("Partition:")?.parse().ok()?,
        offset: offset.strip_prefix("Offset:")?.parse().ok()?,
        timestamp: timestamp.split_once(':').and_then(|(_, ms)| ms.parse().ok()),
        key: bytes(key),
        value: bytes(value),
        headers: parse_headers(headers)?,
    })
}

fn parse_headers(text: &str) -> Option<Vec<(String, Option<Vec<u8>>)>> {
    if text == NO_HEADERS {
        return Some(Vec::new());
    }
    text.split(HEADER)
        .map(|header| header.split_once(':').map(|(name, value)| (name.to_owned(), bytes(value))))
        .collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    (text != NULL).then(|| text.as_bytes().to_vec())
}
