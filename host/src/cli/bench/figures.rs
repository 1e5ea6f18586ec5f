//! What a bench found, as it is printed.

use super::super::measure::Measured;
use super::timed::Timed;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// The document on stdout.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Name and version of this shape.
    pub(super) schema: &'static str,
    /// The pipeline could be measured.
    pub(super) success: bool,
    /// The name of the pipeline.
    pub(super) pipeline: Option<String>,
    /// One entry a run, in their order.
    pub(super) runs: Vec<Figures>,
    /// The median of each number over all runs.
    pub(super) median: Figures,
    /// Other programs that did the same work in between, by their name.
    pub(super) compared: BTreeMap<&'static str, Compared>,
}

/// The numbers of one run.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Figures {
    /// Records that were read.
    #[serde(serialize_with = "whole")]
    pub(super) records: f64,
    /// From the start of the process to its end.
    #[serde(serialize_with = "whole")]
    pub(super) wall_ms: f64,
    /// From the first lane's start to the end of the stream.
    #[serde(serialize_with = "whole")]
    pub(super) duration_ms: f64,
    /// Over `duration_ms`.
    #[serde(serialize_with = "whole")]
    pub(super) records_per_s: f64,
    /// Bytes of keys and values over `duration_ms`.
    #[serde(serialize_with = "whole")]
    pub(super) bytes_per_s: f64,
    /// Of the whole process, its start included.
    #[serde(serialize_with = "whole")]
    pub(super) cpu_ns_per_record: f64,
    /// The same by the names of threads; `other` ended before they were looked at.
    #[serde(serialize_with = "all_whole")]
    pub(super) thread_cpu_ns_per_record: BTreeMap<String, f64>,
    /// From write to report, by percentile.
    pub(super) latency_ms: BTreeMap<String, f64>,
    /// The most memory that was resident.
    #[serde(serialize_with = "whole")]
    pub(super) peak_rss_bytes: f64,
    /// What held each sink up.
    pub(super) bottleneck: BTreeMap<String, String>,
}

/// What another program needed for the same records.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Compared {
    /// It was not run, and why.
    Skipped {
        /// Why.
        skipped: String,
    },
    /// It was run as often as the pipeline.
    Ran {
        /// The median of its time, from start to end.
        #[serde(serialize_with = "whole")]
        wall_ms: f64,
        /// The median of its CPU time.
        #[serde(serialize_with = "whole")]
        cpu_ns_per_record: f64,
        /// So many times longer than the pipeline it took; above 1 the pipeline is faster.
        #[serde(serialize_with = "hundredths")]
        wall_ratio: f64,
        /// So many times more CPU time than the pipeline it took; above 1 the pipeline is cheaper.
        #[serde(serialize_with = "hundredths")]
        cpu_ratio: f64,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn whole<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(number.round() as u64)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn hundredths<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64((number * 100.0).round() / 100.0)
}

fn all_whole<S: Serializer>(numbers: &BTreeMap<String, f64>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(numbers.iter().map(|(name, number)| (name, number.round() as u64)))
}

impl Figures {
    /// The numbers of a run of the pipeline. `None` when nothing was read.
    pub(super) fn new(timed: &Timed, measured: &Measured) -> Option<Self> {
        let stream = &measured.stream;
        let number = |path: &str| stream.pointer(path).and_then(Value::as_f64);
        let records = number("/counters/read").filter(|records| *records > 0.0)?;
        let cpu_ns = timed.cpu.as_nanos() as f64;
        let mut threads: BTreeMap<String, f64> = measured
            .thread_cpu_ns
            .iter()
            .map(|(name, spent)| (name.clone(), *spent as f64 / records))
            .collect();
        let known: f64 = threads.values().sum();
        threads.insert("other".to_owned(), (cpu_ns / records - known).max(0.0));
        Some(Self {
            records,
            wall_ms: milliseconds(timed),
            duration_ms: number("/duration_ms").unwrap_or_default(),
            records_per_s: number("/rates/records_per_s").unwrap_or_default(),
            bytes_per_s: number("/rates/bytes_per_s").unwrap_or_default(),
            cpu_ns_per_record: cpu_ns / records,
            thread_cpu_ns_per_record: threads,
            latency_ms: entries(stream.get("latency_ms"), Value::as_f64),
            peak_rss_bytes: measured.peak_rss_bytes as f64,
            bottleneck: entries(stream.get("sinks"), |sink| {
                Some(sink.get("bottleneck")?.as_str()?.to_owned())
            }),
        })
    }

    /// Bytes of keys and values that were read.
    pub(super) fn bytes(&self) -> f64 {
        self.bytes_per_s * self.duration_ms / 1000.0
    }

    /// The median of each number. Names come from the first run.
    pub(super) fn median(runs: &[Self]) -> Self {
        let of = |number: fn(&Self) -> f64| median(runs.iter().map(number));
        let each = |map: fn(&Self) -> &BTreeMap<String, f64>| {
            let names = runs.iter().flat_map(|run| map(run).keys());
            let value =
                |name: &String| median(runs.iter().filter_map(|run| map(run).get(name)).copied());
            names.map(|name| (name.clone(), value(name))).collect()
        };
        Self {
            records: of(|run| run.records),
            wall_ms: of(|run| run.wall_ms),
            duration_ms: of(|run| run.duration_ms),
            records_per_s: of(|run| run.records_per_s),
            bytes_per_s: of(|run| run.bytes_per_s),
            cpu_ns_per_record: of(|run| run.cpu_ns_per_record),
            thread_cpu_ns_per_record: each(|run| &run.thread_cpu_ns_per_record),
            latency_ms: each(|run| &run.latency_ms),
            peak_rss_bytes: of(|run| run.peak_rss_bytes),
            bottleneck: runs.first().map(|run| run.bottleneck.clone()).unwrap_or_default(),
        }
    }
}

impl Compared {
    /// What another program took beside the pipeline.
    pub(super) fn new(runs: &[Timed], pipeline: &Figures) -> Self {
        let wall_ms = median(runs.iter().map(milliseconds));
        let cpu = median(runs.iter().map(|run| run.cpu.as_nanos() as f64));
        let cpu_ns_per_record = cpu / pipeline.records;
        Self::Ran {
            wall_ms,
            cpu_ns_per_record,
            wall_ratio: wall_ms / pipeline.wall_ms,
            cpu_ratio: cpu_ns_per_record / pipeline.cpu_ns_per_record,
        }
    }
}

fn milliseconds(timed: &Timed) -> f64 {
    timed.wall.as_secs_f64() * 1000.0
}

fn entries<T>(object: Option<&Value>, read: impl Fn(&Value) -> Option<T>) -> BTreeMap<String, T> {
    let entries = object.and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(name, value)| Some((name.clone(), read(value)?))).collect()
}

/// The middle number, or the mean of the two in the middle; 0 of none.
fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match (numbers.get(middle), numbers.len() % 2, middle.checked_sub(1)) {
        (Some(upper), 0, Some(before)) => (upper + numbers[before]) / 2.0,
        (Some(number), ..) => *number,
        (None, ..) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::process::ExitStatus;
    use std::time::Duration;

    fn timed(wall_ms: u64, cpu_ms: u64) -> Timed {
        let (wall, cpu) = (Duration::from_millis(wall_ms), Duration::from_millis(cpu_ms));
        Timed { status: ExitStatus::default(), was_stopped: false, wall, cpu }
    }

    fn measured(read: u64) -> Measured {
        let stream = json!({
            "counters": {"read": read, "delivered": read},
            "rates": {"records_per_s": 2e6, "bytes_per_s": 4e8},
            "latency_ms": {"p50": 1.5, "p95": null, "p99": 9.0},
            "duration_ms": 450,
            "sinks": {"out": {"bottleneck": "queue"}},
            "sources": {},
        });
        let thread_cpu_ns = BTreeMap::from([("pp-lane-0".to_owned(), 300_000_000)]);
        Measured { stream, thread_cpu_ns, peak_rss_bytes: 1 << 20 }
    }

    #[test]
    fn cpu_time_is_spread_over_records_and_threads() {
        let figures = Figures::new(&timed(500, 400), &measured(1_000_000)).unwrap();
        assert_eq!((figures.records, figures.wall_ms, figures.duration_ms), (1e6, 500.0, 450.0));
        assert_eq!(figures.cpu_ns_per_record, 400.0);
        let threads = [("other".to_owned(), 100.0), ("pp-lane-0".to_owned(), 300.0)];
        assert_eq!(figures.thread_cpu_ns_per_record, BTreeMap::from(threads));
        let latency = [("p50".to_owned(), 1.5), ("p99".to_owned(), 9.0)];
        assert_eq!(figures.latency_ms, BTreeMap::from(latency));
        assert_eq!(figures.bottleneck["out"], "queue");
    }

    #[test]
    fn a_run_that_read_nothing_has_no_figures() {
        assert!(Figures::new(&timed(500, 400), &measured(0)).is_none());
    }

    #[test]
    fn the_median_is_in_the_middle() {
        for (numbers, middle) in
            [(&[][..], 0.0), (&[3.0], 3.0), (&[9.0, 1.0], 5.0), (&[9.0, 1.0, 2.0], 2.0)]
        {
            assert_eq!(median(numbers.iter().copied()), middle, "{numbers:?}");
        }
    }

    #[test]
    fn a_slower_program_has_a_ratio_above_one() {
        let pipeline = Figures::new(&timed(500, 400), &measured(1_000_000)).unwrap();
        let compared =
            Compared::new(&[timed(900, 600), timed(1000, 600), timed(5000, 700)], &pipeline);
        let expected = json!({
            "wall_ms": 1000, "cpu_ns_per_record": 600, "wall_ratio": 2.0, "cpu_ratio": 1.5
        });
        assert_eq!(serde_json::to_value(compared).unwrap(), expected);
    }
}
