use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use crate::diagnostics::Diagnostic;
use crate::pipeline::PipelineSpec;
use crate::pipeline::spec::Versions;

use super::{corpus, problems};

fn files(folder: &str, accept: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus().join(folder)).unwrap();
    let mut files: Vec<_> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| accept(path)).collect();
    files.sort();
    files
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_invalid_pipeline_is_refused_with_its_kind_at_its_line() {
    let yaml = files("pipes-invalid", |path| path.extension().is_some_and(|ext| ext == "yaml"));
    assert_eq!(yaml.len(), 66);
    let mut wrong = Vec::new();
    for path in yaml {
        let expect = json_of(&path.with_extension("json"))["expect"].clone();
        let (kind, line) = (expect["kind"].as_str().unwrap(), expect["line"].as_u64());
        let found = problems(&fs::read(&path).unwrap());
        let is_there = |found: &Diagnostic| {
            let at = found.span.map(|span| u64::from(span.start.line));
            found.kind == kind && (line.is_none() || at == line)
        };
        // A plugin that is not installed is no fault of the file.
        let errors = found.iter().filter(|one| one.is_error() && one.kind != "unknown_plugin");
        if !errors.clone().any(is_there) || errors.clone().any(|one| one.kind != kind) {
            wrong.push((path.file_name().unwrap().to_owned(), expect.clone(), found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn hostile_files_are_refused_quickly() {
    for name in ["alias-bomb-nine", "alias-bomb-text", "deep-10000", "deep-maps"] {
        let bytes =
            fs::read(corpus().join("pipes-invalid").join(name).with_extension("yaml")).unwrap();
        let start = Instant::now();
        assert_eq!(problems(&bytes).len(), 1, "{name}");
        // An unoptimised build on a busy machine; a release build takes a twentieth.
        assert!(start.elapsed().as_secs() < 1, "{name} took {:?}", start.elapsed());
    }
}

#[test]
fn every_real_pipeline_loads_with_its_steps() {
    let folders = files("pipes", Path::is_dir);
    assert_eq!(folders.len(), 10);
    for folder in folders {
        let parsed = PipelineSpec::parse(&fs::read(folder.join("pipe.yaml")).unwrap());
        let spec = parsed.spec.unwrap();
        let steps: Vec<_> = spec
            .steps
            .iter()
            .map(|step| {
                let plugin = step.plugin.as_ref().unwrap();
                let name = step.name.as_ref().map(|(name, _)| name);
                assert_eq!(Versions::split(&plugin.name).name, plugin.name);
                json!({"id": step.id, "name": name, "plugin": plugin.name, "version": plugin.version})
            })
            .collect();
        let expected = json_of(&folder.join("expected.json"));
        assert_eq!(Value::from(steps), expected["steps"], "{}", folder.display());
        let wrong: Vec<_> = parsed.diagnostics.iter().filter(|found| found.is_error()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", folder.display());
    }
}

#[test]
fn real_pipelines_have_exactly_their_lints_and_no_error_but_what_is_missing_here() {
    const MISSING_HERE: [&str; 2] = ["unknown_plugin", "unknown_secret_provider"];
    for folder in files("pipes", Path::is_dir) {
        let found = problems(&fs::read(folder.join("pipe.yaml")).unwrap());
        let (errors, lints): (Vec<_>, Vec<_>) = found.iter().partition(|found| found.is_error());
        let wrong: Vec<_> = errors.iter().filter(|e| !MISSING_HERE.contains(&e.kind)).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", folder.display());
        let lints: BTreeSet<_> =
            lints.iter().map(|lint| lint.kind).filter(|kind| *kind != "not_acted_on").collect();
        let expected = json_of(&folder.join("expected.json"));
        assert_eq!(json!(lints), expected["lints"], "{}", folder.display());
    }
}
