//! What a pipeline of many steps costs: to be read and planned, and to be run with a plugin that answers
//! at once.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench is no part of the library")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use plugin_api::{Error, Json};
use plugpipe::catalog::{Catalog, Installed, Manifest, Stamp};
use plugpipe::pipeline::{PipelineSpec, Plan, Planned};
use plugpipe::registry::Request;
use plugpipe::run::{LivePlugin, Plugins, Unobserved, run};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::future::pending;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;

struct Echo;

impl Plugins for Echo {
    type Live = Self;

    async fn open(&self, _installed: &Arc<Installed>) -> Result<Self, Error> {
        Ok(Self)
    }
}

impl LivePlugin for Echo {
    fn status_keys(&self) -> &[String] {
        &[]
    }

    async fn process(&self, request: Request) -> Result<Json, Error> {
        Ok(request.ctx)
    }
}

fn catalog() -> Catalog {
    let meta = r#"{"name":"echo","version":"1.0.0","abi":"1.0.0","rustc":"","panic":"unwind"}"#;
    let nowhere = PathBuf::from("echo");
    let echo = Installed {
        category: "bench".to_owned(),
        name: "echo".to_owned(),
        version: "1.0.0".parse().unwrap(),
        root: nowhere.clone(),
        path: nowhere.clone(),
        library: nowhere,
        manifest: Manifest::parse(b"name: echo\nversion: 1.0.0\n").unwrap(),
        meta: serde_json::from_str(meta).unwrap(),
        stamp: Stamp::default(),
        locked: None,
    };
    Catalog::default().judged(vec![Arc::new(echo)], Vec::new())
}

/// A chain in which each step reads a field of the one above, by this template.
fn chain(steps: usize, template: &str) -> String {
    let mut yaml = "pipeline:\n- {id: s0, uses: echo, with: {n: 1}}\n".to_owned();
    for step in 1..steps {
        let read = template.replace("ABOVE", &format!("s{}", step - 1));
        writeln!(yaml, "- {{id: s{step}, uses: echo, with: {{n: '{read}'}}}}").unwrap();
    }
    yaml
}

/// Each step depends on the one above and on another far above, and reads the one above.
fn graph(steps: usize) -> String {
    let mut yaml = "pipeline:\n- {id: s0, uses: echo, with: {n: 1}}\n".to_owned();
    for step in 1..steps {
        let (above, far) = (step - 1, step / 2);
        let far = if far == step { 0 } else { far };
        let read = format!("with: {{n: '{{{{ s{above}.n }}}}'}}, depends_on: [s{above}, s{far}]");
        writeln!(yaml, "- {{id: s{step}, uses: echo, {read}}}").unwrap();
    }
    yaml
}

/// The first step leads to all others, and all of them to the last.
fn fan(steps: usize) -> String {
    let mut yaml = "pipeline:\n- {id: s0, uses: echo, with: {n: 1}}\n".to_owned();
    for step in 1..steps - 1 {
        let read = "with: {n: '{{ s0.n }}'}, depends_on: [s0]";
        writeln!(yaml, "- {{id: s{step}, uses: echo, {read}}}").unwrap();
    }
    let all: Vec<String> = (1..steps - 1).map(|step| format!("s{step}")).collect();
    writeln!(yaml, "- {{id: last, uses: echo, depends_on: [{}]}}", all.join(", ")).unwrap();
    yaml
}

fn plan(yaml: &str, catalog: &Catalog) -> Plan {
    let spec = PipelineSpec::parse(yaml.as_bytes()).spec.unwrap();
    match Planned::resolve(&spec, catalog, &BTreeMap::new(), &|_| None) {
        Ok(Planned::Once(plan)) => plan,
        _ => unreachable!("a document pipeline without problems"),
    }
}

fn planning(c: &mut Criterion) {
    let catalog = catalog();
    let mut group = c.benchmark_group("parse and plan");
    for steps in [100, 1000] {
        let files = [("chain", chain(steps, "{{ ABOVE.n }}")), ("graph", graph(steps))];
        for (name, yaml) in &files {
            group.bench_with_input(BenchmarkId::new(*name, steps), yaml, |b, yaml| {
                b.iter(|| black_box(plan(yaml, &catalog)));
            });
        }
    }
    group.finish();
}

fn engine(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let catalog = catalog();
    let mut group = c.benchmark_group("step");
    for steps in [10, 100, 1000, 4000] {
        let plans = [
            ("path", plan(&chain(steps, "{{ ABOVE.n }}"), &catalog)),
            ("computed", plan(&chain(steps, "{{ ABOVE.n + 1 }}"), &catalog)),
            ("fan", plan(&fan(steps), &catalog)),
        ];
        group.throughput(Throughput::Elements(steps as u64));
        for (name, plan) in &plans {
            group.bench_with_input(BenchmarkId::new(*name, steps), plan, |b, plan| {
                b.iter(|| {
                    let answer = runtime.block_on(run(plan, &Echo, &Unobserved, pending()));
                    black_box(answer.to_json())
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, planning, engine);
criterion_main!(benches);
