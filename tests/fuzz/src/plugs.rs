//! Plugs that are nowhere on disk, with every role and under every name of the corpora.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use plugpipe::catalog::{Catalog, Installed, Manifest, Stamp};
use semver::Version;
use serde_json::{Value, json};

/// Name and roles of those that the corpora do not list.
const MORE: [(&str, &[&str]); 8] = [
    ("echo", &["process"]),
    ("scripted", &["process"]),
    ("vault", &["process", "secrets"]),
    ("file_source", &["source"]),
    ("json_transform", &["transform"]),
    ("file_sink", &["sink"]),
    ("kafka_producer", &["process", "sink"]),
    ("tail", &["source", "process"]),
];

/// All of them.
pub fn catalog() -> Catalog {
    let known = include_str!("../../cases/pipes/known-plugins.jsonl");
    let names = known.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        line["name"].as_str().map(str::to_owned)
    });
    let listed = names.collect::<BTreeSet<String>>();
    let listed = listed.iter().map(|name| (name.as_str(), ["process"].as_slice()));
    let installed = MORE.into_iter().chain(listed).filter_map(|(name, roles)| plug(name, roles));
    Catalog::default().judged(installed.map(Arc::new).collect(), Vec::new())
}

fn plug(name: &str, roles: &[&str]) -> Option<Installed> {
    let manifest = json!({ "name": name, "version": "1.0.0", "roles": roles }).to_string();
    let meta = json!({
        "name": name, "version": "1.0.0", "abi": "1.0.0", "rustc": "", "panic": "unwind",
    });
    Some(Installed {
        category: "fuzz".to_owned(),
        name: name.to_owned(),
        version: Version::new(1, 0, 0),
        root: PathBuf::from(name),
        path: PathBuf::from(name),
        library: PathBuf::from(name),
        manifest: Manifest::parse(manifest.as_bytes()).ok()?,
        meta: serde_json::from_value(meta).ok()?,
        stamp: Stamp::default(),
        locked: None,
    })
}
