//! What a stream pays for looking messages through and for enriching them, a record of 200 bytes; and
//! what a call pays for the five checks before anything connects.
//!
//! `cargo bench -p kafka_producer --bench parts`

#![allow(missing_docs, dead_code, unused_imports, reason = "criterion's macros; parts of modules")]

#[path = "../src/config/mod.rs"]
mod config;
#[path = "../src/content/mod.rs"]
mod content;
#[path = "../src/enrich/mod.rs"]
mod enrich;
#[path = "../src/fault/mod.rs"]
mod fault;
#[path = "../src/setting.rs"]
mod setting;
#[path = "../src/settings/mod.rs"]
mod settings;
#[path = "../src/span.rs"]
mod span;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kafka_client::credentials::Credentials;
use kafka_client::{Secret, address, topic};
use plugin_api::{Batch, BatchBuilder};
use serde_json::json;
use std::hint::black_box;

const RECORDS: usize = 2500;

/// Compact JSON of 200 bytes a record.
fn batch() -> Batch {
    let mut builder = BatchBuilder::default();
    for number in 0..RECORDS {
        let start = format!(
            r#"{{"id":{number},"customer":"annabel-{number}","city":"san francisco","total":{number}.25,"paid":true,"note":""#
        );
        let note = "delivered to the back door, ring twice ".repeat(5);
        builder.push(|out| {
            out.extend_from_slice(start.as_bytes());
            out.extend_from_slice(&note.as_bytes()[..198 - start.len()]);
            out.extend_from_slice(b"\"}");
            Ok(())
        });
    }
    let mut batch = builder.build();
    batch.flags = Batch::COMPACT_JSON;
    batch
}

fn parts(criterion: &mut Criterion) {
    let batch = batch();
    let metadata = enrich::Provenance::default().metadata();
    let arenas = plugin_api::Arenas::new(1 << 20, 2);
    let mut group = criterion.benchmark_group("200 B");
    group.throughput(Throughput::Elements(RECORDS as u64));
    group.bench_function("content", |bencher| {
        bencher.iter(|| content::in_batch(black_box(&batch)));
    });
    group.bench_function("enrich", |bencher| {
        bencher.iter(|| enrich::enriched_batch(black_box(&batch), &metadata, &arenas));
    });
    group.bench_function("enrich one by one", |bencher| {
        let text = |record| std::str::from_utf8(batch.value(record).unwrap_or_default());
        let enriched = |record| enrich::enriched(text(record).unwrap_or_default(), &metadata).len();
        bencher.iter(|| batch.records().iter().map(enriched).sum::<usize>());
    });
    group.finish();
}

/// The checks of a call, each by itself, then all for a call of many records.
fn checks(criterion: &mut Criterion) {
    let servers = json!(["kafka1.example.com:9092", "kafka2.example.com:9092", "10.0.0.3:9092"]);
    let policy = address::Policy::default();
    let name = json!("user-events-v2");
    let password = Secret::new("correct-horse-battery");
    let credentials = Credentials {
        protocol: "SASL_SSL",
        mechanism: "SCRAM-SHA-256",
        user: "producer.prod",
        password: Some(&password),
    };
    let config = json!({ "acks": "all", "linger_ms": 5, "librdkafka": { "retry.backoff.ms": 50 } });
    let Ok(config::ProcessConfig(config)) = serde_json::from_value(config) else { return };
    let batch = batch();
    let texts: Vec<&[u8]> = batch.records().iter().filter_map(|one| batch.value(one)).collect();
    let mut group = criterion.benchmark_group("checks");
    group.bench_function("servers", |bencher| {
        bencher.iter(|| address::judge(black_box(&servers), &policy).verdict.is_valid);
    });
    group.bench_function("topic", |bencher| {
        bencher.iter(|| topic::judge(black_box(&name)).is_valid);
    });
    group.bench_function("credentials", |bencher| {
        bencher.iter(|| black_box(&credentials).judge().is_valid);
    });
    group.bench_function("configuration", |bencher| {
        bencher.iter(|| settings::settings(black_box(&config)).is_ok());
    });
    group.bench_function("one message", |bencher| {
        bencher.iter(|| content::kinds(black_box(texts[0])).is_empty());
    });
    group.throughput(Throughput::Elements(RECORDS as u64));
    group.bench_function("all five, a call of 2500 records", |bencher| {
        bencher.iter(|| {
            let judged = address::judge(black_box(&servers), &policy).verdict.is_valid
                & topic::judge(black_box(&name)).is_valid
                & black_box(&credentials).judge().is_valid
                & settings::settings(black_box(&config)).is_ok();
            texts.iter().fold(judged, |judged, text| judged & content::kinds(text).is_empty())
        });
    });
    group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    group.bench_function("content, bytes", |bencher| {
        bencher.iter(|| content::in_batch(black_box(&batch)));
    });
    group.finish();
}

criterion_group!(benches, parts, checks);
criterion_main!(benches);
