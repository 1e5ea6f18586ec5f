//! Where keyed records go: Kafka's murmur2, and the sort that brings a batch's partitions together. One
//! element of the throughput is one record.
//!
//! `cargo bench -p kafka_client --bench partitioner`
#![allow(missing_docs, reason = "the macros of criterion add items of their own")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kafka_client::partitioner::{counting_sort, murmur2_partition};
use std::hint::black_box;

const RECORDS: u32 = 5000;
const PARTITIONS: i32 = 12;

fn partitioner(criterion: &mut Criterion) {
    let keys: Vec<String> = (0..RECORDS).map(|id| format!("customer-{id:06}")).collect();
    let choose = |key: &String| murmur2_partition(key.as_bytes(), PARTITIONS);
    let placed: Vec<(u32, i32)> = (0..).zip(keys.iter().map(choose)).collect();
    let bucket = |placed: &(u32, i32)| placed.1.unsigned_abs() as usize;
    let mut group = criterion.benchmark_group("partitioner");
    group.throughput(Throughput::Elements(RECORDS.into()));
    group.bench_function("murmur2", |bencher| {
        bencher.iter(|| keys.iter().map(choose).fold(0, |sum, partition| sum ^ partition));
    });
    group.bench_function("counting_sort", |bencher| {
        bencher.iter(|| counting_sort(black_box(&placed), PARTITIONS as usize, bucket));
    });
    group.finish();
}

criterion_group!(benches, partitioner);
criterion_main!(benches);
