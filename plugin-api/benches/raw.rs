//! Raw JSON on records of 200 bytes and 8 fields, beside what else reads them. One element of the
//! throughput is one record.
//!
//! `cargo bench -p plugin-api --bench raw`

#![allow(missing_docs, reason = "the macros of criterion add items of their own")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plugin_api::compact::compact;
use plugin_api::raw::{Key, check, field, members, text};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::hint::black_box;

/// Records that differ in the length of their fields, so that no branch is learnt by heart.
fn records() -> Vec<String> {
    let record = |n: usize| {
        let (name, city) =
            (&"annabel-maria-louise"[..4 + n * 7 % 16], &"san francisco"[..3 + n % 10]);
        let (total, time) = (n * 7919 % 100_000, 1_700_000_000_000 + n * 977);
        let paid = n.is_multiple_of(3);
        let start = format!(
            r#"{{"id":{n},"customer":"{name}","city":"{city}","total":{total}.25,"time":{time},"paid":{paid},"lines":[{n},{{"sku":"A-{total}"}}],"note":""#
        );
        let note = "delivered to the back door, ring twice ".repeat(4);
        format!("{start}{}\"}}", &note[..198 - start.len()])
    };
    (0..256).map(record).collect()
}

fn bench(criterion: &mut Criterion, name: &str, mut each: impl FnMut(&str)) {
    let records = records();
    assert!(records.iter().all(|record| record.len() == 200));
    let mut group = criterion.benchmark_group("200 B");
    group.throughput(Throughput::Elements(records.len() as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| records.iter().for_each(|record| each(black_box(record))));
    });
    group.finish();
}

fn judge(criterion: &mut Criterion) {
    let mut out = Vec::with_capacity(256);
    bench(criterion, "check", |record| {
        let _ = black_box(check(record));
    });
    bench(criterion, "compact", |record| {
        out.clear();
        drop(black_box(compact(record, &mut out)));
    });
    bench(criterion, "serde_json IgnoredAny", |record| {
        drop(black_box(serde_json::from_str::<IgnoredAny>(record)));
    });
    bench(criterion, "serde_json Value", |record| {
        drop(black_box(serde_json::from_str::<Value>(record)));
    });
}

fn find(criterion: &mut Criterion) {
    let paths = [
        ("field, the first of 8", vec![Key::from("id")]),
        ("field, the second of 8", vec![Key::from("customer")]),
        ("field, the last of 8", vec![Key::from("note")]),
        ("field, none of 8", vec![Key::from("absent")]),
        ("field, two levels", vec!["lines".into(), 1.into(), "sku".into()]),
    ];
    for (name, path) in paths {
        bench(criterion, name, |record| {
            black_box(field(record.as_bytes(), &path));
        });
    }
    let customer = [Key::from("customer")];
    bench(criterion, "field and its text", |record| {
        drop(black_box(field(record.as_bytes(), &customer).and_then(text)));
    });
    bench(criterion, "members", |record| {
        black_box(members(record.as_bytes()).count());
    });
}

criterion_group!(raw, judge, find);
criterion_main!(raw);
