//! The README of kafka_producer: it names everything there is, and everything it shows works.

use std::fs;
use std::time::Duration;

use end_to_end::host::Host;
use end_to_end::{readme, workspace_root};

const README: &str = "plugs/streaming/kafka_producer/1.0.0/README.md";

fn text() -> String {
    fs::read_to_string(workspace_root().join(README)).unwrap()
}

/// What stands in fences of this language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_key_of_configuration_and_input_is_named() {
    let text = text();
    let shown = Host::shared().run(["show", "kafka_producer", "--json"]).output();
    let shown = shown.expect_code(0).json();
    let of_roles = shown["configuration"].as_array().unwrap().iter().map(|role| &role["keys"]);
    let keys = of_roles.chain([&shown["input"]]).flat_map(|keys| keys.as_array().unwrap());
    let names: Vec<&str> = keys.map(|key| key["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"redis_backend.ttl_s") && names.contains(&"records"), "{names:?}");
    let is_named = |name: &str| {
        let last = name.rsplit('.').next().unwrap().replace("[]", "");
        text.contains(&format!("`{name}`"))
            || text.contains(&format!("`{name}."))
            || text.contains(&format!("`.{last}`"))
            || is_in_braces(&text, name)
    };
    let missing: Vec<&&str> = names.iter().filter(|name| !is_named(name)).collect();
    assert!(missing.is_empty(), "{README} does not name {missing:?}");
}

/// `records` and `topic_settings` list the keys of their objects between braces.
fn is_in_braces(text: &str, name: &str) -> bool {
    let Some((outer, inner)) = name.rsplit_once('.') else { return false };
    let line = format!("| `{}` |", outer.replace("[]", ""));
    let line = text.lines().find(|found| found.starts_with(&line));
    let braces = line.and_then(|line| line.split('{').nth(1)?.split('}').next());
    braces.is_some_and(|keys| keys.split(", ").any(|key| key == inner))
}

#[test]
fn every_class_of_error_and_every_preset_has_its_row() {
    let text = text();
    for name in [
        "KafkaProducerError",
        "SecurityValidationError",
        "SerializationError",
        "ProducerConfigurationError",
        "operation_failed",
        "development",
        "staging",
        "production",
        "high_security",
        "performance",
    ] {
        assert!(text.contains(&format!("\n| `{name}` |")), "{README} has no row of {name}");
    }
}

/// A pipeline that has a configuration judged, as a user's would be.
fn judged(config: &str) -> String {
    let indented: String = config.lines().map(|line| format!("          {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: PipeSpec\nmetadata: {{name: judged, version: 1.0.0}}\npipeline:\n  \
         - id: judge\n    uses: kafka_producer\n    with:\n      operation: validate\n      \
         context: producer_config\n      data:\n{indented}"
    )
}

#[test]
fn every_example_of_a_preset_is_a_configuration_that_may_be_used() {
    let text = text();
    let examples: Vec<&str> =
        blocks(&text, "yaml").into_iter().filter(|block| block.contains("preset: ")).collect();
    assert_eq!(examples.len(), 5, "one for each preset");
    for example in examples {
        let run = Host::shared().run(["run", "-"]).stdin(judged(example));
        let output = run.env("KAFKA_PASSWORD", "a long password").output().expect_code(0);
        let document = output.json();
        let answer = &document["results"]["judge"];
        assert_eq!(answer["is_valid"], true, "{example}\n{answer}");
        assert!(!output.stdout.contains("a long password"), "{example}");
    }
}

#[test]
fn every_record_that_is_shown_is_published() {
    let text = text();
    let [records] = blocks(&text, "json")[..] else { panic!("one example of records") };
    let config = r#"{"bootstrap_servers": "embedded", "topic": "users"}"#;
    let run = Host::shared().run(["run", "kafka_producer", "--input", records, "--config", config]);
    let answer = run.output().expect_code(0).json();
    assert_eq!(answer["kafka_result"]["published_count"], 3, "{answer}");
}

#[test]
fn every_command_that_is_shown_works() {
    let text = text();
    let examples = readme::examples(&text);
    assert_eq!(examples.len(), 3);
    for example in examples {
        let run = Host::shared().shell(&example.shell_line()).limit(Duration::from_secs(60));
        let output = run.output().expect_code(0);
        let expected = if example.command.contains("\"plan\"") { "planned" } else { "success" };
        assert_eq!(output.json()["kafka_status"], expected, "{}", example.command);
    }
}
