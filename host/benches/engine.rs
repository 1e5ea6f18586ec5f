//! What the document engine costs for each step: chains and fans of a plugin that answers at once.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench is no part of the library")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use plugin_api::{Error, Json};
use plugpipe::catalog::{Catalog, Installed, Manifest, Stamp};
use plugpipe::pipeline::plan::document::{Flow, Incoming};
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
fn chain(steps: usize, template: &str) -> Plan {
    let mut yaml = "pipeline:\n- {id: s0, uses: echo, with: {n: 1}}\n".to_owned();
    for step in 1..steps {
        let read = template.replace("ABOVE", &format!("s{}", step - 1));
        writeln!(yaml, "- {{id: s{step}, uses: echo, with: {{n: '{read}'}}}}").unwrap();
    }
    let spec = PipelineSpec::parse(yaml.as_bytes()).spec.unwrap();
    match Planned::resolve(&spec, &catalog(), &BTreeMap::new(), &|_| None) {
        Ok(Planned::Once(plan)) => plan,
        _ => unreachable!("a document pipeline without problems"),
    }
}

/// The first step leads to all others, and all of them to the last.
fn fan(steps: usize) -> Plan {
    let mut plan = chain(steps, "{{ s0.n }}");
    plan.flow = Flow::Dag;
    plan.parallel = 8;
    for step in &mut plan.steps[1..] {
        step.incoming = vec![Incoming::by_order(0)];
    }
    plan.steps[steps - 1].incoming = (1..steps - 1).map(Incoming::by_order).collect();
    plan
}

fn engine(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut group = c.benchmark_group("step");
    for steps in [10, 100, 1000, 4000] {
        let plans = [
            ("path", chain(steps, "{{ ABOVE.n }}")),
            ("computed", chain(steps, "{{ ABOVE.n + 1 }}")),
            ("fan", fan(steps)),
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

criterion_group!(benches, engine);
criterion_main!(benches);
