//! The table against the source of the host, and its examples against the language.

use super::{Kind, all, find};
use crate::catalog::{Catalog, Installed};
use crate::pipeline::PipelineFile;
use crate::pipeline::configured::Descriptions;
use plugin_api::Description;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

const HEADER: &str = "apiVersion: v1\nkind: PipeSpec\nmetadata: {name: example, version: 1.0.0}\n";

/// Name, roles and configuration of the plugs that examples use.
fn plugs() -> [(&'static str, &'static [&'static str], Value); 5] {
    let producer = json!({
        "type": "object",
        "properties": {
            "topic": {"type": "string"},
            "linger_ms": {"type": "number"},
            "compression": {"enum": ["none", "zstd"]}
        },
        "additionalProperties": false
    });
    let path = json!({"properties": {"path": {"type": "string"}}, "required": ["path"]});
    [
        ("kafka_producer", &["process", "sink"], producer),
        ("monitoring_prometheus", &["process"], json!({})),
        ("file_source", &["source"], path),
        ("set_fields", &["transform"], json!({})),
        ("stdout_sink", &["sink"], json!({})),
    ]
}

fn catalog() -> Catalog {
    let plug = |(name, roles, _): (&str, &[&str], Value)| {
        let mut plug = Installed::named(name);
        plug.manifest.roles = roles.iter().map(|role| (*role).to_owned()).collect();
        plug
    };
    Catalog::of(plugs().map(plug).to_vec())
}

fn descriptions(catalog: &Catalog) -> Descriptions {
    let described = |plug: &Arc<Installed>| {
        let (_, roles, schema) = plugs().into_iter().find(|(name, ..)| *name == plug.name).unwrap();
        let config: BTreeMap<&str, &Value> = roles.iter().map(|role| (*role, &schema)).collect();
        let said = json!({
            "name": plug.name, "version": "1.0.0", "roles": roles, "config": config,
            "input": {"properties": {"message": true}}, "output": true, "status_keys": [],
            "formats": [], "abi": "", "rustc": "", "panic": "unwind"
        });
        (Arc::clone(plug), Ok(serde_json::from_value::<Description>(said).unwrap()))
    };
    catalog.installed().iter().map(described).collect()
}

/// The kinds that `plan` finds in an example, errors marked.
fn found(example: &str) -> Vec<(&'static str, bool)> {
    let text = match example.starts_with('-') {
        true => format!("{HEADER}pipeline:\n{example}\n"),
        false => example.to_owned(),
    };
    let catalog = catalog();
    let mut file = PipelineFile::parse("example.yaml", text.as_bytes());
    file.describe(descriptions(&catalog));
    let problems = match file.plan(&catalog, &BTreeMap::new(), &|_| None) {
        Ok(mut planned) => std::mem::take(planned.lints()),
        Err(problems) => problems,
    };
    problems.iter().map(|one| (one.kind, one.is_error())).collect()
}

#[test]
fn every_wrong_example_has_its_problem_and_every_right_one_has_none() {
    let mut faults = Vec::new();
    for Kind { name, wrong, right, .. } in all().filter(|kind| !kind.wrong.is_empty()) {
        let problems = found(wrong.trim_start());
        if !problems.iter().any(|(kind, _)| kind == name) {
            faults.push(format!("{name}, wrong: {problems:?}"));
        }
        let mut left = found(right.trim_start());
        left.retain(|(kind, is_error)| kind == name || *is_error);
        if !left.is_empty() {
            faults.push(format!("{name}, right: {left:?}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_kind_has_one_name_and_every_word_of_it() {
    let names: BTreeSet<&str> = all().map(|kind| kind.name).collect();
    assert_eq!(names.len(), all().count(), "a kind stands twice in the table");
    for kind in all() {
        for sentence in [kind.meaning, kind.why, kind.mend] {
            assert!(sentence.ends_with('.') && sentence.len() > 10, "{}: {sentence}", kind.name);
        }
        assert_eq!(kind.wrong.is_empty(), kind.right.is_empty(), "{}", kind.name);
    }
}

/// The text of every module of the host but this table, without tests.
fn sources(folder: &Path) -> String {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let text = |path: &Path| {
        let own = path
            .components()
            .any(|part| part.as_os_str() == "kinds" || part.as_os_str() == "tests");
        let is_source = path.extension().is_some_and(|ending| ending == "rs") && !own;
        is_source.then(|| std::fs::read_to_string(path).unwrap())
    };
    let text: Vec<String> = files.filter_map(|entry| text(entry.path())).collect();
    let without_tests =
        |text: &String| text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
    text.iter().map(without_tests).collect()
}

#[test]
fn every_kind_of_the_source_is_in_the_table_and_none_is_stale() {
    let source = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let mut used = BTreeSet::new();
    for call in ["Diagnostic::error(", "Diagnostic::warning("] {
        for after in source.split(call).skip(1) {
            let literal = after.trim_start().strip_prefix('"');
            used.extend(literal.and_then(|rest| rest.split('"').next()));
        }
    }
    let missing: Vec<&&str> = used.iter().filter(|kind| find(kind).is_none()).collect();
    assert!(missing.is_empty(), "kinds without a row in the table: {missing:?}");
    let is_there = |kind: &&Kind| !source.contains(&format!("\"{}\"", kind.name));
    let stale: Vec<&str> = all().filter(is_there).map(|kind| kind.name).collect();
    assert!(stale.is_empty(), "rows of kinds that nothing uses: {stale:?}");
}
