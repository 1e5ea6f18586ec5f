//! Each mistake a user can make on the way to Kafka: one clear error, the right exit code, and
//! never a wait for something that cannot come.

use std::time::Duration;

use end_to_end::host::Host;

/// Ten times the timeout in the pipelines below: whoever needs longer did not mind it.
const NO_HANG: Duration = Duration::from_secs(10);

fn pipeline(step: &str) -> String {
    let head = "apiVersion: v1\nkind: PipeSpec\nmetadata: {name: mistake, version: 1.0.0}\n";
    format!("{head}pipeline:\n  - {step}\n")
}

/// Found before anything starts: exit code 2 and one diagnostic of a kind.
#[test]
fn a_mistake_in_the_pipeline_stops_it_before_it_starts() {
    let cases: [(&str, &str, &[&str]); 5] = [
        ("unknown_plugin", "uses: kafka_producr", &["kafka_producr", "kafka_producer"]),
        ("unknown_key", "uses: kafka_producer, wiht: {message: 1}", &["wiht", "with"]),
        ("bad_type", "uses: kafka_producer, always_run: maybe", &["always_run"]),
        (
            "unknown_step",
            r#"uses: kafka_producer, with: {message: "{{ steps.gone.x }}"}"#,
            &["gone"],
        ),
        (
            "unterminated_template",
            r#"uses: kafka_producer, with: {message: "{{ inputs.x"}"#,
            &["{{ inputs.x"],
        ),
    ];
    for (kind, step, says) in cases {
        let pipeline = pipeline(&format!("{{id: publish, {step}}}"));
        let run = Host::shared().run(["run", "-"]).stdin(pipeline).limit(NO_HANG);
        let output = run.output().expect_code(2);
        let document = output.json();
        assert_eq!(document["success"], false, "{output}");
        let diagnostics = document["diagnostics"].as_array().expect("diagnostics").iter();
        let errors: Vec<_> = diagnostics.filter(|d| d["severity"] == "error").collect();
        assert_eq!(errors.len(), 1, "{kind}: {output}");
        assert_eq!((&errors[0]["kind"], &errors[0]["line"]), (&kind.into(), &5.into()), "{output}");
        let shown = errors[0].to_string();
        for text in says {
            assert!(shown.contains(text), "{kind} does not name {text}: {output}");
            assert!(output.stderr.contains(text), "stderr does not name {text}: {output}");
        }
    }
}

/// A step with an address where nobody listens; `config` begins with a comma or is empty.
fn publishing_nowhere(config: &str) -> String {
    pipeline(&format!(
        "{{id: publish, uses: kafka_producer, with: {{message: 1}}, \
         config: {{bootstrap_servers: \"127.0.0.1:1\", timeout_ms: 1000{config}}}}}"
    ))
}

/// Found by the plugin: exit code 1 and a failed step.
#[test]
fn a_mistake_found_by_the_plugin_fails_its_step() {
    let cases: [(&str, &[&str]); 5] = [
        (", topic: t", &["127.0.0.1:1"]),
        (", topic: t, serialization: nope", &["SerializationError", "nope_serializer", "json"]),
        (", topic: \"no topic!\"", &["SecurityValidationError", "no topic!"]),
        ("", &["ProducerConfigurationError", "topic"]),
        (
            ", topic: t, acks: 1, enable_idempotence: true",
            &["ProducerConfigurationError", "acks", "enable_idempotence"],
        ),
    ];
    for (config, says) in cases {
        let run = Host::shared().run(["run", "-"]).stdin(publishing_nowhere(config));
        let output = run.limit(NO_HANG).output().expect_code(1);
        let answer = output.json();
        assert_eq!(answer["success"], false, "{output}");
        assert_eq!(answer["error"]["step"], "publish", "{output}");
        assert_eq!(answer["summary"][0]["status"], "failed", "{output}");
        let result = &answer["results"]["publish"];
        assert_eq!(result["kafka_status"], "error", "{config}: {output}");
        let error = result["kafka_error"].as_str().unwrap_or_default();
        assert!(!error.is_empty(), "kafka_error is empty: {output}");
        let shown = result.to_string();
        for text in says {
            assert!(shown.contains(text), "{config}: nothing names {text}: {output}");
        }
    }
}

/// The same without a pipeline.
#[test]
fn a_plugin_alone_fails_with_its_own_answer() {
    let input =
        r#"{"bootstrap_servers": "127.0.0.1:1", "topic": "t", "timeout_ms": 1000, "message": 1}"#;
    let run = Host::shared().run(["run", "kafka_producer", "--input", input]).limit(NO_HANG);
    let answer = run.output().expect_code(1).json();
    assert_eq!(answer["kafka_status"], "error", "nothing was sent: {answer}");
    assert!(answer["kafka_error"].as_str().unwrap().contains("127.0.0.1:1"), "{answer}");
}

#[test]
fn an_unknown_plugin_alone_is_bad_usage() {
    let run = Host::shared().run(["run", "kafka_producr", "--input", "{}"]).limit(NO_HANG);
    let output = run.output().expect_code(2);
    assert_eq!(output.json()["success"], false);
    assert!(output.stdout.contains("kafka_producer"), "no suggestion: {output}");
}
