//! Serializers are found at each call: one that is missing, comes later or refuses costs nobody else
//! anything. And a corpus of JSON documents on their way through the json serializer.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use end_to_end::host::{Host, Tree};
use end_to_end::mock::Mock;
use end_to_end::reader::read_topic;
use end_to_end::serve::Serve;
use end_to_end::workspace_root;
use serde_json::{Value, json};

const PROCESS: &str = "/v1/plugins/kafka_producer/process";
const PRODUCER: &str = "streaming/kafka_producer/1.0.0";
const JSON_SERIALIZER: &str = "serialization/json_serializer/1.0.0";
const STRING_SERIALIZER: &str = "serialization/string_serializer/1.0.0";

/// How long a watched tree may need until a change is served.
const SEEN: Duration = Duration::from_secs(20);

fn serve(tree: &Tree) -> Serve {
    Serve::start(Host::shared().run(["serve", "--listen", "127.0.0.1:0"]).plugs(tree))
}

fn publish(serve: &Serve, mock: &Mock, format: &str) -> Value {
    let cfg = json!({"bootstrap_servers": mock.bootstrap_servers(), "topic": "formats"});
    let ctx = json!({"message": "text", "format": format});
    serve.post(PROCESS, &json!({"ctx": ctx, "cfg": cfg})).expect(200)
}

#[test]
fn a_serializer_that_is_dropped_in_is_used_by_the_next_call() {
    let mock = Mock::start(1, &[("formats", 1)]);
    let tree = Tree::empty().with_plug(PRODUCER).with_plug(JSON_SERIALIZER);
    let serve = serve(&tree);
    let missing = publish(&serve, &mock, "string");
    assert_eq!(missing["kafka_result"]["error_type"], "SerializationError", "{missing}");
    let error = missing["kafka_error"].as_str().expect("a text");
    let expected = "no plug `string_serializer` is installed for the format \"string\"; installed formats: json";
    assert!(error.ends_with(expected), "{error}");
    assert_eq!(publish(&serve, &mock, "json")["kafka_status"], "success", "others go on");
    let built = Tree::empty().with_plug(STRING_SERIALIZER);
    for file in ["libstring_serializer.so", "plug.yaml"] {
        let path = format!("{STRING_SERIALIZER}/{file}");
        tree.put(&path, built.read(&path));
    }
    let deadline = Instant::now() + SEEN;
    while publish(&serve, &mock, "string")["kafka_status"] != "success" {
        assert!(Instant::now() < deadline, "not found\n{}", serve.said());
        thread::sleep(Duration::from_millis(50));
    }
    let records = read_topic(mock.bootstrap_servers(), "formats");
    let values: Vec<&str> = records.iter().map(|record| record.text()).collect();
    assert_eq!(values, ["\"text\"", "text"]);
}

/// Name, verdict and bytes of every document that is stored.
fn documents() -> Vec<(String, char, Vec<u8>)> {
    let folder = workspace_root().join("tests/cases/json");
    let mut documents = Vec::new();
    for part in ["test_parsing", "extra"] {
        for file in fs::read_dir(folder.join(part)).expect("the corpus") {
            let path = file.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let verdict = name.chars().next().expect("a letter");
            documents.push((name, verdict, fs::read(path).expect("a document")));
        }
    }
    assert_eq!(documents.len(), 159 + 52);
    let large = fs::read_to_string(folder.join("generators.jsonl")).expect("the generators");
    for line in large.lines() {
        let large: Value = serde_json::from_str(line).expect("a generator");
        let part = |part: &Value| {
            let times = usize::try_from(part[1].as_u64().expect("a number")).expect("a size");
            part[0].as_str().expect("a text").repeat(times)
        };
        let document: String = large["parts"].as_array().expect("parts").iter().map(part).collect();
        let verdict = match large["verdict"].as_str() {
            Some("accept") => 'y',
            Some("reject") => 'n',
            _ => 'i',
        };
        documents.push((large["name"].to_string(), verdict, document.into_bytes()));
    }
    documents
}

/// Documents of 127 levels: a body adds two, and a server reads 128.
fn is_too_deep_for_a_body(name: &str) -> bool {
    name.starts_with("y_depth_127")
}

/// The topic keeps 5 MiB, so the large ones have one of their own.
fn topic_of(document: &[u8]) -> &'static str {
    if document.len() > 50_000 { "large" } else { "small" }
}

#[test]
fn every_json_document_is_published_as_it_was_meant_or_refused() {
    let mock = Mock::start(1, &[("small", 1), ("large", 1)]);
    let tree = Tree::empty().with_plug(PRODUCER).with_plug(JSON_SERIALIZER);
    let serve = serve(&tree);
    let servers = mock.bootstrap_servers();
    let mut published: BTreeMap<&str, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for (name, verdict, document) in documents() {
        let topic = topic_of(&document);
        let cfg =
            json!({"bootstrap_servers": servers, "topic": topic, "message_max_bytes": 2_000_000});
        let head = format!("{{\"cfg\":{cfg},\"ctx\":{{\"message\":");
        let body = [head.as_bytes(), &document, b"}}"].concat();
        // A connection of its own: the server closes one whose body it refuses.
        let reply = serve.connect().request("POST", PROCESS, body);
        let is_published =
            reply.status == 200 && reply.body.contains("\"kafka_status\":\"success\"");
        match verdict {
            _ if is_too_deep_for_a_body(&name) => assert_eq!(reply.status, 422, "{name}"),
            'y' => assert!(is_published, "{name}: {reply:?}"),
            'n' => assert!(!is_published, "{name}: {reply:?}"),
            _ => {}
        }
        if is_published {
            published.entry(topic).or_default().push((name, document));
        }
    }
    for (topic, expected) in published {
        let records = read_topic(servers, topic);
        assert_eq!(records.len(), expected.len(), "{topic}");
        for (record, (name, document)) in records.iter().zip(expected) {
            // Numbers beyond a 64-bit float and half surrogate pairs are open; this reader refuses them.
            if let Ok(meant) = serde_json::from_slice::<Value>(&document) {
                let found: Value = serde_json::from_str(record.text()).expect("a document");
                assert_eq!(found, meant, "{name}");
            }
        }
    }
}
