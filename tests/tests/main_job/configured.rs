//! Configurations are held to the schemas of the real plugs before anything runs, and every problem
//! stands at its key or value.

use end_to_end::host::Host;
use end_to_end::workspace_root;
use serde_json::{Value, json};

/// A pipeline of one step with this configuration, which begins on line 8.
fn publishing(config: &str) -> String {
    let head = "apiVersion: v1\nkind: PipeSpec\nmetadata: {name: mistake, version: 1.0.0}\n";
    let step = "  - id: publish\n    uses: kafka_producer\n    config:\n";
    format!("{head}pipeline:\n{step}      {config}\n")
}

fn check(pipeline: String) -> Value {
    let run = Host::shared().run(["check", "-", "--format", "json"]).stdin(pipeline);
    run.output().expect_code(2).json()
}

/// What is written, and what is said: kind, line, column, end of the column, hint.
type Case = (&'static str, &'static str, u64, u64, u64, Option<&'static str>);

#[test]
fn every_mistake_in_a_configuration_is_found_at_its_place() {
    let lists = "`plugpipe show kafka_producer` lists its keys";
    let cases: [Case; 12] = [
        ("client_ids: x", "unknown_config_key", 8, 7, 17, Some("did you mean `client_id`?")),
        ("zebra: x", "unknown_config_key", 8, 7, 12, Some(lists)),
        ("linger_ms: soon", "bad_config_type", 8, 18, 22, None),
        ("linger_ms: '5'", "bad_config_type", 8, 18, 21, Some("write it without quotes: 5")),
        ("retries: 1.5", "bad_config_type", 8, 16, 19, None),
        ("linger_ms: 60001", "bad_config_value", 8, 18, 23, None),
        ("batch_size: -1", "bad_config_value", 8, 19, 21, None),
        ("compression: gzipp", "bad_config_value", 8, 20, 25, Some("did you mean `gzip`?")),
        ("acks: 7", "bad_config_value", 8, 13, 14, None),
        (
            "full_details: yes",
            "bad_config_type",
            8,
            21,
            24,
            Some("write it as `true`, without quotes"),
        ),
        ("security: {alow: [a]}", "unknown_config_key", 8, 18, 22, Some("did you mean `allow`?")),
        (
            "security:\n        allow: [a, 1]",
            "bad_config_type",
            9,
            20,
            21,
            Some("quote it to make it a text: \"1\""),
        ),
    ];
    for (config, kind, line, column, end_column, hint) in cases {
        let found = check(publishing(&format!("{config}\n      topic: t")));
        let file = &found["files"][0];
        assert_eq!((&found["ok"], &file["mode"]), (&json!(false), &json!("once")), "{config}");
        let problems = file["diagnostics"].as_array().expect("diagnostics");
        assert_eq!(problems.len(), 1, "{config}: {found}");
        let expected = json!({
            "severity": "error", "kind": kind, "message": problems[0]["message"], "line": line,
            "column": column, "end_line": line, "end_column": end_column, "hint": hint
        });
        assert_eq!(problems[0], expected, "{config}");
    }
}

#[test]
fn a_source_without_its_path_is_missing_a_key() {
    let pipeline = "apiVersion: v1\nkind: PipeSpec\nmetadata: {name: m}\npipeline:\n  \
                    - {id: a, uses: file_source}\n  - {id: b, uses: stdout_sink}\n";
    let found = check(pipeline.to_owned());
    let problem = &found["files"][0]["diagnostics"][0];
    let place = (&problem["kind"], &problem["line"], &problem["column"]);
    assert_eq!(place, (&json!("missing_config_key"), &json!(5), &json!(19)), "{found}");
    let hint = "add `path` under `config`: a text or list of text";
    assert_eq!(problem["hint"], hint, "{found}");
}

/// Nothing runs, and both engines say the same.
#[test]
fn a_run_is_refused_for_its_configuration_before_it_starts() {
    let pipeline = publishing("linger_ms: soon\n      topic: t");
    let output = Host::shared().run(["run", "-"]).stdin(pipeline).output().expect_code(2);
    let document = output.json();
    assert_eq!(document["success"], false, "{output}");
    assert_eq!(document["error"]["kind"], "bad_config_type", "{output}");
    assert_eq!(document["diagnostics"][0]["line"], 8, "{output}");
    assert!(output.stderr.contains("linger_ms: soon\n"), "no snippet: {output}");
}

/// `token` of `scripted` is `writeOnly`.
#[test]
fn no_snippet_shows_a_secret() {
    let steps = [
        "{id: a, uses: scripted, config: {token: [hunter2]}}",
        "{id: a, uses: scripted, config: {tokken: hunter2}}",
        "{id: a, uses: scripted, config: {client_secret: hunter2}}",
        "{id: a, uses: scripted, wiht: 1, config: {token: hunter2}}",
        "{id: a, uses: scripted, config: {token: [hunter2, '{{ steps.gone }}']}}",
        "{id: a, uses: scriptd, config: {token: hunter2}}",
    ];
    for step in steps {
        let pipeline = format!(
            "apiVersion: v1\nkind: PipeSpec\nmetadata: {{name: m}}\npipeline:\n  - {step}\n"
        );
        let plugs = Host::shared().fixtures().display().to_string();
        let run = Host::shared().run(["check", "-", "--plugs", &plugs]).stdin(pipeline);
        let output = run.output().expect_code(2);
        assert!(output.stderr.contains("stdin:5:"), "no place for {step}: {output}");
        assert!(!output.to_string().contains("hunter2"), "{step}: {output}");
    }
}

#[test]
fn the_answer_of_one_plugin_shows_no_secret_of_its_configuration() {
    let plugs = Host::shared().fixtures().display().to_string();
    let input = r#"{"token": "hunter2-hunter2", "echo_config": true}"#;
    let arguments = ["run", "scripted", "--input", input, "--plugs", &plugs];
    let output = Host::shared().run(arguments).output().expect_code(0);
    assert_eq!(output.json(), json!({"config": {"token": "[redacted]"}}), "{output}");
}

fn examples() -> Vec<std::path::PathBuf> {
    let examples = workspace_root().join("examples").read_dir().expect("examples");
    let files = examples.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect();
    files.sort();
    assert!(files.len() >= 5, "{files:?}");
    files
}

#[test]
fn the_schema_of_the_real_plugs_takes_every_example_and_refuses_mistakes() {
    let schema = Host::shared().run(["schema"]).output().expect_code(0).json();
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let file = |text: &[u8]| -> Value {
        let root = plugpipe::yaml::load(text).root.expect("YAML");
        serde_json::from_str(root.to_json().get()).expect("JSON")
    };
    for path in examples() {
        let example = file(&std::fs::read(&path).expect("readable"));
        let faults: Vec<String> =
            validator.iter_errors(&example).map(|one| one.to_string()).collect();
        assert_eq!(faults, [""; 0], "{}", path.display());
    }
    for config in
        ["client_ids: x", "linger_ms: soon", "compression: gzipp", "security: {alow: [a]}"]
    {
        let mistake = publishing(&format!("{config}\n      topic: t"));
        assert!(!validator.is_valid(&file(mistake.as_bytes())), "{config} fits");
    }
}

#[test]
fn every_example_is_clean() {
    let files = examples();
    let arguments = ["check".into(), "--format".into(), "json".into()].into_iter();
    let run =
        Host::shared().run(arguments.chain(files.iter().map(|path| path.as_os_str().to_owned())));
    let checked = run.output().expect_code(0).json();
    for file in checked["files"].as_array().expect("files") {
        assert_eq!(file["diagnostics"], json!([]), "{file}");
    }
}
