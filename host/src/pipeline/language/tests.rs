//! The schema against JSON Schema itself, the examples and the corpora.

use super::schema;
use crate::catalog::Installed;
use crate::pipeline::PipelineSpec;
use crate::pipeline::configured::Descriptions;
use crate::yaml;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Kinds that are about the shape of the file. What JSON Schema cannot say is not among them.
const OF_SHAPE: [&str; 12] = [
    "bad_plugin_name",
    "bad_type",
    "bad_value",
    "bad_version",
    "empty_steps",
    "missing_pipeline",
    "missing_plugin",
    "non_string_name",
    "not_a_mapping",
    "unknown_key",
    "wrong_api_version",
    "wrong_kind",
];

fn language() -> Value {
    let mut plug = Installed::named("sink");
    plug.manifest.config_defaults.insert("zone".to_owned(), json!("north"));
    let plug = Arc::new(plug);
    let config = json!({
        "type": "object",
        "properties": {
            "topic": {"type": "string", "description": "Where to."},
            "acks": {"$ref": "#/$defs/Acks"},
            "servers": {"type": "array", "items": {"type": "string"}},
            "size": {"type": "integer"},
            "zone": {"type": "string"}
        },
        "required": ["topic", "zone"],
        "additionalProperties": false,
        "$defs": {"Acks": {"enum": [0, 1, "all"]}}
    });
    let said = json!({
        "name": "sink", "version": "1.0.0", "roles": ["sink"], "config": {"sink": config},
        "input": true, "output": true, "status_keys": [], "formats": [], "abi": "", "rustc": "",
        "panic": "unwind"
    });
    let said = serde_json::from_value(said).unwrap();
    let described: Descriptions = [(Arc::clone(&plug), Ok(said))].into_iter().collect();
    schema(&[plug], &described).unwrap()
}

fn root() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/..").into()
}

/// The file as JSON, if it is YAML at all.
fn json_of(path: &Path) -> Option<Value> {
    let node = yaml::load(&std::fs::read(path).unwrap()).root?;
    serde_json::from_str(node.to_json().get()).ok()
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(root().join(folder)).into_iter().filter_map(Result::ok);
    let files = files.map(|entry| entry.path().to_owned());
    files.filter(|path| path.extension().is_some_and(|one| one == ending)).collect()
}

fn faults(schema: &Value, file: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    let faults = validator.iter_errors(file);
    faults.map(|error| format!("{} {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_is_json_schema_and_every_key_of_it_is_described() {
    let schema = language();
    assert!(jsonschema::draft202012::meta::validate(&schema).is_ok());
    let top = schema["properties"].as_object().unwrap();
    let step = schema["$defs"]["step"]["properties"].as_object().unwrap();
    let bare: Vec<_> =
        top.iter().chain(step).filter(|(_, one)| !one["description"].is_string()).collect();
    assert!(bare.is_empty(), "{bare:?}");
    let keys: Vec<&str> = step.keys().map(String::as_str).collect();
    let missing: Vec<_> =
        crate::pipeline::spec::step::KEYS.iter().filter(|key| !keys.contains(key)).collect();
    assert!(missing.is_empty() && keys.len() == 28, "{missing:?}");
}

#[test]
fn files_without_a_lint_fit() {
    let mut fitting = files("examples", "yaml");
    for path in files("tests/cases/pipes", "yaml") {
        let expected = std::fs::read(path.with_file_name("expected.json")).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        if expected["lints"] == json!([]) {
            fitting.push(path);
        }
    }
    assert!(fitting.len() >= 7, "{fitting:?}");
    let schema = language();
    for path in fitting {
        assert_eq!(faults(&schema, &json_of(&path).unwrap()), [""; 0], "{}", path.display());
    }
}

#[test]
fn files_of_a_wrong_shape_do_not_fit() {
    let (schema, mut tried) = (language(), 0);
    for path in files("tests/cases/pipes-invalid", "json") {
        let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let kind = expected["expect"]["kind"].as_str().unwrap();
        let Some(file) = json_of(&path.with_extension("yaml")) else { continue };
        if OF_SHAPE.contains(&kind) {
            tried += 1;
            assert!(!faults(&schema, &file).is_empty(), "{kind}: {} fits", path.display());
        }
    }
    assert!(tried >= 28, "{tried}");
}

/// One step of the plug `sink`; the fault that is found, if any.
#[test]
fn a_plug_is_held_to_its_own_configuration_and_templates_fit_everywhere() {
    let fits = [
        "uses: sink, config: {topic: a, acks: all}",
        "uses: test/sink@^1, config: {topic: a, acks: 0, servers: [a]}",
        "uses: sink, config: {topic: a, acks: \"{{ inputs.n }}\", size: \"${env:SIZE}\"}",
        "uses: sink, config: {topic: a, servers: [\"${env:A}\", b], size: null}",
        "uses: sink",
        "uses: other, config: {anything: 1}",
    ];
    let does_not_fit = [
        "uses: sink, config: {topic: a, acks: 7}",
        "uses: sink, config: {topik: a}",
        "plugin: sink:1.0.0, config: {topic: a, servers: [1]}",
        "uses: sink, config: {topic: a, size: many}",
    ];
    let schema = language();
    let is_fitting = |step: &str| {
        let text = format!("apiVersion: v1\nkind: PipeSpec\npipeline: [{{{step}}}]\n");
        assert!(!PipelineSpec::parse(text.as_bytes()).has_errors(), "{step}");
        let file = yaml::load(text.as_bytes()).root.unwrap().to_json();
        faults(&schema, &serde_json::from_str(file.get()).unwrap()).is_empty()
    };
    assert_eq!(fits.map(is_fitting), fits.map(|_| true));
    assert_eq!(does_not_fit.map(is_fitting), does_not_fit.map(|_| false));
}
