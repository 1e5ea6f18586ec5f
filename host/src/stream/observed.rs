//! What can be seen of a running stream: its counters, and for each step what went through it. Lanes
//! write once a batch; progress, metrics and the closing document read.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde_json::{Map, Value};

use super::buckets::Buckets;
use super::counters::Counters;

/// An hour in microseconds; what takes longer counts as an hour.
const LONGEST: u64 = 3_600_000_000;

/// Everything that is counted about one stream.
#[derive(Debug)]
pub struct Observed {
    /// What became of records.
    pub counters: Counters,
    /// One for each step, in the order of the file.
    pub steps: Vec<StepSeen>,
    /// When all lanes were open and the first record could move.
    start: OnceLock<Instant>,
    /// How long lanes had room and the source had nothing.
    pub starved: Elapsed,
    /// How long lanes did not read because too many batches were in flight.
    pub back_pressure: Elapsed,
    /// Called by every lane before it closes its stages.
    pub closing: Closing,
}

/// What is called before stages are closed: their threads can be looked at for the last time.
#[derive(Default)]
pub struct Closing(OnceLock<Box<dyn Fn() + Send + Sync>>);

impl Closing {
    /// Has this called. Only the first one is.
    pub fn before(&self, look: impl Fn() + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(look));
    }

    /// A lane is about to close its stages.
    pub fn begins(&self) {
        if let Some(look) = self.0.get() {
            look();
        }
    }
}

impl fmt::Debug for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Closing").field(&self.0.get().is_some()).finish()
    }
}

/// A sum of time.
#[derive(Debug, Default)]
pub struct Elapsed(AtomicU64);

impl Elapsed {
    /// Adds a stretch of time.
    pub fn add(&self, time: Duration) {
        self.0.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The sum.
    pub fn get(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

/// What went through one step.
#[derive(Debug)]
pub struct StepSeen {
    /// The step's id.
    pub id: String,
    /// Records that it passed on, or stored.
    pub records: AtomicU64,
    /// Bytes of their keys and values.
    pub bytes: AtomicU64,
    /// Records that it refused.
    pub refused: AtomicU64,
    /// Records that were written again.
    pub retried: AtomicU64,
    /// Records that a sink was given and has not reported on.
    pub in_flight: AtomicU64,
    /// How long lanes could not read while this sink had writes outstanding.
    pub blocked: Elapsed,
    /// Records of each write that a sink was given.
    pub batches: Buckets,
    /// From write to report in microseconds, one entry a stored record.
    pub write_micros: Buckets,
    told: Mutex<Told>,
}

/// What is kept behind a lock: touched once a batch, or once a second.
#[derive(Debug, Default)]
struct Told {
    /// From write to report in microseconds, one entry a record.
    latency: Option<Histogram<u64>>,
    /// The stage's own words about itself, by lane.
    status: Vec<Map<String, Value>>,
    /// How often stages were asked, and how often one of them was slowed down by a quota.
    asked: u64,
    throttled: u64,
    /// Why the first refused record was refused.
    reason: Option<String>,
}

impl Observed {
    /// Nothing was seen yet of steps with these ids.
    pub fn new(ids: impl Iterator<Item = String>) -> Self {
        Self {
            counters: Counters::default(),
            steps: ids.map(StepSeen::new).collect(),
            start: OnceLock::new(),
            starved: Elapsed::default(),
            back_pressure: Elapsed::default(),
            closing: Closing::default(),
        }
    }
}

impl Default for StepSeen {
    fn default() -> Self {
        Self::new(String::new())
    }
}

impl Observed {
    /// The first record can move.
    pub fn starts(&self) {
        self.start.get_or_init(Instant::now);
    }

    /// How long records could move.
    pub fn elapsed(&self) -> Duration {
        self.start.get().map_or(Duration::ZERO, Instant::elapsed)
    }
}

impl StepSeen {
    /// Nothing was seen yet of the step with this id.
    pub fn new(id: String) -> Self {
        Self {
            id,
            records: AtomicU64::default(),
            bytes: AtomicU64::default(),
            refused: AtomicU64::default(),
            retried: AtomicU64::default(),
            in_flight: AtomicU64::default(),
            blocked: Elapsed::default(),
            batches: Buckets::of_records(),
            write_micros: Buckets::of_microseconds(),
            told: Mutex::default(),
        }
    }

    /// Records went through.
    pub fn passed(&self, records: u64, bytes: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A sink was given records.
    pub fn begin(&self, records: u64) {
        self.batches.add(records, 1);
        self.in_flight.fetch_add(records, Ordering::Relaxed);
    }

    /// A sink has reported on records.
    pub fn end(&self, records: u64) {
        self.in_flight.fetch_sub(records, Ordering::Relaxed);
    }

    /// Records are written again.
    pub fn retry(&self, records: u64) {
        self.retried.fetch_add(records, Ordering::Relaxed);
    }

    /// Records were refused, the first of them for this reason.
    pub fn refuse(&self, records: u64, reason: &str) {
        self.refused.fetch_add(records, Ordering::Relaxed);
        self.told().reason.get_or_insert_with(|| reason.to_owned());
    }

    /// Why the first refused record was refused.
    pub fn reason(&self) -> Option<String> {
        self.told().reason.clone()
    }

    /// So many records took so long from write to report.
    pub fn took(&self, time: Duration, records: u64) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.write_micros.add(micros, records);
        let mut told = self.told();
        let latency = told.latency.take().or_else(|| Histogram::new_with_max(LONGEST, 3).ok());
        told.latency = latency.map(|mut latency| {
            latency.saturating_record_n(micros, records);
            latency
        });
    }

    /// The histogram of [`StepSeen::took`], in microseconds.
    pub fn latency(&self) -> Option<Histogram<u64>> {
        self.told().latency.clone()
    }

    /// What the stage of a lane said of itself.
    pub fn tell(&self, lane: usize, status: Map<String, Value>) {
        let mut told = self.told();
        if told.status.len() <= lane {
            told.status.resize(lane + 1, Map::new());
        }
        told.asked += 1;
        told.throttled += u64::from(status.get("throttle_ms").and_then(Value::as_f64) > Some(0.0));
        told.status[lane] = status;
    }

    /// A number that stages tell, summed over lanes; `None` when none tells it.
    pub fn told_sum(&self, key: &str) -> Option<f64> {
        let told = self.told();
        let mut numbers =
            told.status.iter().filter_map(|status| status.get(key)?.as_f64()).peekable();
        numbers.peek().copied().map(|_| numbers.sum())
    }

    /// The share of the time in which stages were slowed down by a quota, from 0 to 1.
    pub fn throttled(&self) -> f64 {
        let told = self.told();
        told.throttled as f64 / told.asked.max(1) as f64
    }

    /// The largest of a number that stages tell.
    pub fn told_max(&self, key: &str) -> Option<f64> {
        let told = self.told();
        told.status.iter().filter_map(|status| status.get(key)?.as_f64()).max_by(f64::total_cmp)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn lanes_tell_their_own_numbers() {
        let seen = StepSeen::default();
        let status = |lag: u64| Map::from_iter([("lag".to_owned(), Value::from(lag))]);
        seen.tell(1, status(5));
        seen.tell(0, status(2));
        seen.tell(1, status(7));
        assert_eq!((seen.told_sum("lag"), seen.told_max("lag")), (Some(9.0), Some(7.0)));
        assert_eq!(seen.told_sum("rtt_ms"), None);
    }

    #[test]
    fn the_first_to_look_before_closing_is_called_for_every_lane() {
        let (looks, others) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let closing = Closing::default();
        closing.begins();
        for cell in [&looks, &others] {
            let cell = Arc::clone(cell);
            closing.before(move || {
                cell.fetch_add(1, Ordering::Relaxed);
            });
        }
        closing.begins();
        closing.begins();
        let calls = [&looks, &others].map(|cell| cell.load(Ordering::Relaxed));
        assert_eq!(calls, [2, 0]);
    }

    #[test]
    fn latency_counts_every_record_of_a_batch() {
        let seen = StepSeen::default();
        seen.took(Duration::from_millis(1), 99);
        seen.took(Duration::from_millis(50), 1);
        let latency = seen.latency().unwrap();
        assert_eq!(latency.len(), 100);
        assert_eq!(latency.value_at_quantile(0.5), 1000);
        assert_eq!(latency.value_at_quantile(0.999) / 100, 500);
    }
}
