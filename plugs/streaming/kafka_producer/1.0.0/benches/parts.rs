//! What a stream pays for looking messages through and for enriching them, a record of 200 bytes.
//!
//! `cargo bench -p kafka_producer --bench parts`

#![allow(missing_docs, dead_code, unused_imports, reason = "criterion's macros; parts of modules")]

#[path = "../src/content/mod.rs"]
mod content;
#[path = "../src/enrich/mod.rs"]
mod enrich;
#[path = "../src/span.rs"]
mod span;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plugin_api::{Batch, BatchBuilder};
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

criterion_group!(benches, parts);
criterion_main!(benches);
