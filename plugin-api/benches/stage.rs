//! What it costs to send a batch of 1000 records through a stage behind the binary boundary: a
//! transform that does nothing, one that drops every second record, one that writes all values anew,
//! and a JSON serializer. One element of the throughput is one record.
//!
//! `cargo bench -p plugin-api --bench stage`
#![allow(missing_docs, reason = "the macros of criterion add items of their own")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use plugin_abi::lane::{TransformEntry, transform_box};
use plugin_abi::stage::TransformObject_TO;
use plugin_abi::{Batch, Buf, PErr, RecordMeta};
use plugin_api::{BatchBuilder, NoConfig, Serializer, Transform};
use std::hint::black_box;

const RECORDS: u32 = 1000;
const SIZE: u32 = 200;

type Change = fn(Batch) -> Batch;

struct Stage(Change);

#[derive(Default)]
struct Json;

impl Serializer for Json {
    type Config = NoConfig;
    const FORMATS: &'static [&'static str] = &["json"];

    fn serialize(&self, message: &str, _: &NoConfig, out: &mut Vec<u8>) -> plugin_api::Result<()> {
        plugin_api::compact::compact(message, out)
    }
}

fn serialize(batch: Batch) -> Batch {
    Transform::apply(&Json, batch, &NoConfig {}).unwrap_or_default()
}

impl TransformEntry for Stage {
    fn apply(&self, batch: Batch) -> Result<Batch, PErr> {
        Ok(self.0(batch))
    }
}

fn batch() -> Batch {
    let meta = |origin| RecordMeta {
        value_offset: origin * SIZE,
        value_len: SIZE,
        origin,
        ..RecordMeta::unkeyed()
    };
    let text =
        format!("{{\"id\":12345,\"mag\":2.5,\"net\":\"ci\",\"pad\":\"{}\"}}", "x".repeat(158));
    let text = text.as_bytes();
    let arena: Vec<u8> = text.iter().copied().cycle().take((RECORDS * SIZE) as usize).collect();
    assert_eq!(text.len(), SIZE as usize);
    let arena = Buf::from_vec(arena);
    Batch::new(arena, (0..RECORDS).map(meta).collect())
}

fn drop_every_second(mut batch: Batch) -> Batch {
    batch.records_mut().iter_mut().step_by(2).for_each(|meta| meta.flags |= RecordMeta::DROPPED);
    batch
}

fn rewrite(batch: Batch) -> Batch {
    let mut builder = BatchBuilder::with_capacity(batch.records().len(), batch.arena.len());
    for record in batch.records() {
        builder.push_from(&batch, record, |out| {
            out.extend_from_slice(batch.value(record).unwrap_or_default());
            Ok(())
        });
    }
    builder.build_like(&batch)
}

fn stages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stage");
    group.throughput(Throughput::Elements(RECORDS.into()));
    let stages: [(&str, Change); 4] = [
        ("pass", |batch| batch),
        ("drop", drop_every_second),
        ("rewrite", rewrite),
        ("serialize_json", serialize),
    ];
    for (name, apply) in stages {
        let stage = transform_box(Stage(apply));
        group.bench_function(name, |bencher| {
            let apply = |batch| black_box(TransformObject_TO::apply(&stage, batch)).is_ok();
            bencher.iter_batched(batch, apply, BatchSize::SmallInput);
        });
    }
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
