//! A corpus of calls, each with its exact outcome, on the mock and on a real broker.
//!
//! Every case is one request to a running server, and the topics are read back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::thread;

use end_to_end::apache::Apache;
use end_to_end::host::{Host, Tree};
use end_to_end::mock::Mock;
use end_to_end::reader::{Record, read_topic};
use end_to_end::serve::{Connection, Serve};
use end_to_end::workspace_root;
use plugin_api::base64;
use serde_json::{Value, json};

/// As the corpus wants it: no other serializers than these.
const PLUGS: [&str; 4] = [
    "streaming/kafka_producer/1.0.0",
    "serialization/json_serializer/1.0.0",
    "serialization/string_serializer/1.0.0",
    "serialization/bytes_serializer/1.0.0",
];

/// Topics that are read at the same time.
const READERS: usize = 12;

struct Case {
    name: String,
    /// The body of the request, digits and the order of keys as they were written.
    body: String,
    expect: Value,
}

/// The cases for a broker.
fn cases(broker: &str) -> Vec<Case> {
    let path = workspace_root().join("tests/cases/producer-calls/producer-calls.jsonl");
    let text = fs::read_to_string(path).expect("the corpus");
    let cases: Vec<Case> = text.lines().map(|line| case(line, broker)).collect();
    assert_eq!(cases.len(), 167);
    cases
}

fn case(line: &str, broker: &str) -> Case {
    let mut case: Value = serde_json::from_str(line).expect("a case");
    let cfg = case["cfg"].to_string().replace("@BROKER@", broker);
    if let (Some(unit), Some(times)) =
        (case["generator"]["unit"].as_str(), case["generator"]["times"].as_u64())
    {
        let large = unit.repeat(usize::try_from(times).expect("a size"));
        replace(&mut case["ctx"]["message"], &large);
    }
    let ctx = case["ctx_text"].as_str().map_or_else(|| case["ctx"].to_string(), str::to_owned);
    Case {
        name: case["name"].as_str().expect("a name").to_owned(),
        body: format!("{{\"ctx\":{ctx},\"cfg\":{cfg}}}"),
        expect: case["expect"].take(),
    }
}

/// Puts `large` where a text is exactly `@`.
fn replace(value: &mut Value, large: &str) {
    match value {
        Value::String(text) if text == "@" => large.clone_into(text),
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, large)),
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, large)),
        _ => {}
    }
}

impl Case {
    /// Every record that has to arrive, in order, with its topic.
    fn records(&self) -> Vec<(String, &Value)> {
        let own = self.expect["topic"].as_str();
        let one = Some(&self.expect["record"]).filter(|record| !record.is_null());
        let several = self.expect["records"].as_array();
        let all = one.into_iter().chain(several.into_iter().flatten());
        let topic = |record: &Value| record["topic"].as_str().or(own).expect("a topic").to_owned();
        all.map(|record| (topic(record), record)).collect()
    }

    /// What is wrong with the answer.
    fn faults(&self, answer: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |what: &str, found: &Value, is_right: bool| {
            if !is_right {
                faults.push(format!("{}: {what}: {found}", self.name));
            }
        };
        for key in ["kafka_status", "kafka_error", "kafka_result", "latency_ms"] {
            check(key, answer, answer.get(key).is_some());
        }
        check("kafka_status", answer, answer["kafka_status"] == self.expect["kafka_status"]);
        let result = &answer["kafka_result"];
        let error_type = &self.expect["error_type"];
        let is_right = match error_type {
            Value::Array(any) => any.contains(&result["error_type"]),
            one => result["error_type"] == *one,
        };
        check(
            "error_type",
            answer,
            is_right || error_type.is_null() && answer["kafka_status"] != "error",
        );
        if let Some(text) = self.expect["contains"].as_str() {
            let error = answer["kafka_error"].as_str().unwrap_or_default().to_lowercase();
            check("kafka_error", answer, error.contains(&text.to_lowercase()));
        }
        for kind in self.expect["security_issues"].as_array().into_iter().flatten() {
            let begins = format!("{}:", kind.as_str().expect("a kind"));
            let issues = answer["security_issues"].as_array();
            let is_there =
                |issue: &Value| issue.as_str().is_some_and(|text| text.starts_with(&begins));
            check("security_issues", answer, issues.is_some_and(|all| all.iter().any(is_there)));
        }
        for count in ["published_count", "failed_count"] {
            if let Some(expected) = self.expect.get(count) {
                check(count, answer, result[count] == *expected);
            }
        }
        if let Some(expected) = self.expect["details"].as_array() {
            let details = result["details"].as_array().cloned().unwrap_or_default();
            let statuses: Vec<&Value> = details.iter().map(|detail| &detail["status"]).collect();
            check("details", answer, statuses == expected.iter().collect::<Vec<_>>());
        }
        faults
    }
}

fn expected_bytes(record: &Value) -> Vec<u8> {
    match record["value_base64"].as_str() {
        None => record["value"].as_str().expect("a value").as_bytes().to_vec(),
        Some(text) => {
            let wrapped = json!({"$base64": text}).to_string();
            base64::bytes_of(&wrapped).expect("the one key").expect("base64")
        }
    }
}

fn expected_headers(record: &Value) -> Vec<(String, Option<Vec<u8>>)> {
    let headers = record["headers"].as_array().expect("headers");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let header = |header: &Value| {
        (text(&header[0]).expect("a name"), text(&header[1]).map(String::into_bytes))
    };
    headers.iter().map(header).collect()
}

fn is_as_expected(found: &Record, expected: &Value) -> bool {
    found.key_text() == expected["key"].as_str()
        && found.value.as_ref() == Some(&expected_bytes(expected))
        && found.headers == expected_headers(expected)
}

/// The records of a topic, in order, and the cases that published them.
type Published<'c> = (String, Vec<(&'c str, &'c Value)>);

/// What is wrong with the records of these topics: one partition and one call after another, so
/// everything is in order.
fn read_back(servers: &str, topics: &[Published<'_>]) -> Vec<String> {
    let wrong = |(topic, expected): &Published<'_>| {
        let found = read_topic(servers, topic);
        let mut pairs = expected.iter().zip(&found);
        let is_right = found.len() == expected.len()
            && pairs.all(|((_, expected), found)| is_as_expected(found, expected));
        (!is_right).then(|| format!("{topic}: {expected:?} was published, found is {found:?}"))
    };
    topics.iter().filter_map(wrong).collect()
}

/// Sends every case and reads every topic back. All that is wrong is told at once.
fn publish_and_read_back(servers: &str, create: impl Fn(&str)) {
    let cases = cases(servers);
    let named = cases.iter().flat_map(Case::records).map(|(topic, _)| topic);
    named.collect::<BTreeSet<_>>().iter().for_each(|topic| create(topic));
    let tree = PLUGS.iter().fold(Tree::empty(), |tree, plug| tree.with_plug(plug));
    let run = Host::shared().run(["serve", "--listen", "127.0.0.1:0"]).plugs(&tree);
    let serve = Serve::start(run);
    let mut connection = serve.connect();
    let mut faults: Vec<String> =
        cases.iter().flat_map(|case| case.faults(&answer(&mut connection, case))).collect();
    let mut expected: BTreeMap<String, Vec<(&str, &Value)>> = BTreeMap::new();
    for case in &cases {
        for (topic, record) in case.records() {
            expected.entry(topic).or_default().push((&case.name, record));
        }
    }
    let topics: Vec<_> = expected.into_iter().collect();
    // Opening a reader and closing it takes most of the time.
    faults.extend(thread::scope(|scope| {
        let reading: Vec<_> = topics
            .chunks(topics.len().div_ceil(READERS))
            .map(|some| scope.spawn(move || read_back(servers, some)))
            .collect();
        reading.into_iter().flat_map(|one| one.join().expect("a reader")).collect::<Vec<_>>()
    }));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn answer(connection: &mut Connection, case: &Case) -> Value {
    connection.request("POST", "/v1/plugins/kafka_producer/process", &case.body).expect(200)
}

#[test]
fn every_call_of_the_corpus_has_its_outcome_on_the_mock() {
    let mock = Mock::start(1, &[]);
    publish_and_read_back(mock.bootstrap_servers(), |topic| mock.create_topic(topic, 1));
}

#[test]
fn every_call_of_the_corpus_has_its_outcome_on_apache_kafka() {
    let Some(apache) = Apache::shared() else { return };
    publish_and_read_back(apache.bootstrap_servers(), |topic| apache.create_topic(topic, 1));
}
