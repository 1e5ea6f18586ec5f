//! How fast bytes become batches, by record size; beside it the copying alone.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench is no part of the library")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lines::{Format, Limits, Splitter};
use std::hint::black_box;
use std::io::Read;

const INPUT: usize = 64 << 20;
const BLOCK: usize = 512 << 10;

fn split(c: &mut Criterion) {
    let mut group = c.benchmark_group("split");
    group.throughput(Throughput::Bytes(INPUT as u64)).sample_size(20);
    for record in [20, 100, 200, 1000] {
        let mut line = vec![b'x'; record - 1];
        line.push(b'\n');
        let input = line.repeat(INPUT / record);
        let limits = Limits::new(Format::Ndjson, Limits::MAX_RECORD_BYTES).unwrap();
        let mut splitter = Splitter::new(limits, BLOCK);
        group.bench_with_input(BenchmarkId::from_parameter(record), &input, |b, input| {
            b.iter(|| {
                splitter.restart(0);
                let mut input = input.as_slice();
                while let Some(lines) = splitter.next(&mut input, 10_000, || false).unwrap() {
                    black_box(lines.batch.records().len());
                }
            });
        });
    }
    let input = vec![b'x'; INPUT];
    let mut block = vec![0; BLOCK];
    group.bench_function("copy", |b| {
        b.iter(|| {
            let mut input = input.as_slice();
            while input.read(&mut block).unwrap() > 0 {
                black_box(&block);
            }
        });
    });
    group.finish();
}

criterion_group!(benches, split);
criterion_main!(benches);
