//! What a bench found, as a table for a person.

use super::figures::{Compared, Figures, Report};

const HEAD: [&str; 10] = [
    "run",
    "records/s",
    "MB/s",
    "CPU ns/record",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "peak MiB",
    "wall ms",
    "bottleneck",
];

/// Threads that cost less than this share of the whole are not listed.
const NOTICEABLE: f64 = 0.01;

/// The whole report as lines.
pub(super) fn lines(report: &Report) -> Vec<String> {
    let mut rows = vec![HEAD.map(str::to_owned)];
    let runs = report.runs.iter().zip(1..).map(|(run, number)| row(&number.to_string(), run));
    rows.extend(runs);
    rows.push(row("median", &report.median));
    let mut lines = aligned(&rows);
    lines.push(format!("CPU ns/record by thread: {}", threads(&report.median)));
    lines.extend(report.compared.iter().map(|(name, compared)| match compared {
        Compared::Skipped { skipped } => format!("{name}: not compared, {skipped}"),
        Compared::Ran { wall_ms, cpu_ns_per_record, wall_ratio, cpu_ratio } => format!(
            "{name}: {wall_ms:.0} ms, {cpu_ns_per_record:.0} CPU ns/record: the pipeline is \
             {wall_ratio:.2} times as fast and {cpu_ratio:.2} times as cheap"
        ),
    }));
    lines
}

fn row(name: &str, run: &Figures) -> [String; 10] {
    let latency = |percentile| match run.latency_ms.get(percentile) {
        Some(ms) => format!("{ms:.1}"),
        None => "-".to_owned(),
    };
    let bottleneck = match run.bottleneck.len() {
        1 => run.bottleneck.values().cloned().collect(),
        _ => joined(run.bottleneck.iter().map(|(sink, held)| format!("{sink}: {held}"))),
    };
    [
        name.to_owned(),
        format!("{:.0}", run.records_per_s),
        format!("{:.1}", run.bytes_per_s / 1e6),
        format!("{:.0}", run.cpu_ns_per_record),
        latency("p50"),
        latency("p95"),
        latency("p99"),
        format!("{:.1}", run.peak_rss_bytes / f64::from(1 << 20)),
        format!("{:.0}", run.wall_ms),
        bottleneck,
    ]
}

fn threads(run: &Figures) -> String {
    let least = run.cpu_ns_per_record * NOTICEABLE;
    let mut threads: Vec<_> = run.thread_cpu_ns_per_record.iter().collect();
    threads.retain(|(_, spent)| **spent >= least);
    threads.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    joined(threads.into_iter().map(|(name, spent)| format!("{name} {spent:.0}")))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// Numbers stand below each other at the right, the last column at the left.
fn aligned<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let line = |row: &[String; N]| {
        let cells = row.iter().enumerate().map(|(column, cell)| match column + 1 == N {
            true => cell.clone(),
            false => format!("{cell:>width$}", width = width(column).unwrap_or(0)),
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_report_is_a_table_with_its_comparisons() {
        let map = |entries: &[(&str, f64)]| {
            entries.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
        };
        let run = Figures {
            records: 1e6,
            wall_ms: 512.3,
            duration_ms: 500.0,
            records_per_s: 2e6,
            bytes_per_s: 4e8,
            cpu_ns_per_record: 400.0,
            thread_cpu_ns_per_record: map(&[("other", 1.0), ("pp-lane-0", 99.0), ("rdk", 300.0)]),
            latency_ms: map(&[("p50", 1.5), ("p95", 20.0)]),
            peak_rss_bytes: 3e7,
            bottleneck: BTreeMap::from([("out".to_owned(), "queue".to_owned())]),
        };
        let compared = Compared::Ran {
            wall_ms: 1024.6,
            cpu_ns_per_record: 600.0,
            wall_ratio: 2.0,
            cpu_ratio: 1.5,
        };
        let skipped = Compared::Skipped { skipped: "it is not installed".to_owned() };
        let report = Report {
            schema: "",
            success: true,
            pipeline: None,
            runs: vec![run.clone()],
            median: run,
            compared: BTreeMap::from([("kcat", compared), ("rdkafka_performance", skipped)]),
        };
        let expected = [
            "   run  records/s   MB/s  CPU ns/record  p50 ms  p95 ms  p99 ms  peak MiB  wall ms  bottleneck",
            "     1    2000000  400.0            400     1.5    20.0       -      28.6      512  queue",
            "median    2000000  400.0            400     1.5    20.0       -      28.6      512  queue",
            "CPU ns/record by thread: rdk 300, pp-lane-0 99",
            "kcat: 1025 ms, 600 CPU ns/record: the pipeline is 2.00 times as fast and 1.50 times as cheap",
            "rdkafka_performance: not compared, it is not installed",
        ];
        assert_eq!(lines(&report), expected);
    }
}
