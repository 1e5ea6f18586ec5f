//! What the host counts about one loaded plugin.

use super::live::Live;
use crate::catalog::Installed;
use crate::metrics::Metrics;
use plugin_abi::host::HistogramCell;
use plugin_api::{Error, ErrorCode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The cells of one plugin and version.
pub(super) struct Figures {
    ok: &'static AtomicU64,
    errors: &'static AtomicU64,
    panics: &'static AtomicU64,
    deadlines: &'static AtomicU64,
    seconds: HistogramCell,
}

/// Seconds of a call, from a plugin that only answers to one that waits for a broker.
const BOUNDS: [f64; 9] = [0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0];

impl Figures {
    /// The cells; the same plugin and version, loaded again, goes on counting.
    pub(super) fn new(metrics: &Metrics, plug: &Installed) -> Self {
        let version = plug.version.to_string();
        let plugin = labels(plug, &version);
        let calls = |outcome: &str| {
            let labels = [plugin[0], plugin[1], plugin[2], ("outcome", outcome)];
            metrics.counter("plugpipe_plugin_calls_total", "Calls by how they ended", &labels)
        };
        Self {
            ok: calls("ok"),
            errors: calls("error"),
            panics: calls("panic"),
            deadlines: calls("deadline"),
            seconds: metrics.histogram(
                "plugpipe_plugin_call_seconds",
                "How long calls took",
                &plugin,
                &BOUNDS,
            ),
        }
    }

    /// Counts one call that has ended.
    pub(super) fn count<T>(&self, outcome: &Result<T, Error>, took: Duration) {
        let cell = match outcome {
            Ok(_) => self.ok,
            Err(error) if error.code == ErrorCode::PANICKED => self.panics,
            Err(error) if error.code == ErrorCode::DEADLINE => self.deadlines,
            Err(_) => self.errors,
        };
        cell.fetch_add(1, Ordering::Relaxed);
        self.seconds.observe(took.as_secs_f64());
    }

    /// Calls that were answered, and calls that ended with an error of any kind.
    pub(super) fn totals(&self) -> (u64, u64, u64) {
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        let (panics, deadlines) = (read(self.panics), read(self.deadlines));
        let errors = read(self.errors) + panics + deadlines;
        (read(self.ok) + errors, errors, panics)
    }
}

/// What tells one plugin and version from every other.
fn labels<'p>(plug: &'p Installed, version: &'p str) -> [(&'p str, &'p str); 3] {
    [("category", plug.category.as_str()), ("plugin", plug.name.as_str()), ("version", version)]
}

/// Writes what is loaded at this moment.
pub(super) fn tell_loaded<'l>(
    metrics: &Metrics,
    loaded: impl Iterator<Item = &'l Live>,
    refused: usize,
    mapped: u64,
) {
    let set = |name: &str, help: &str, labels: &[(&str, &str)], value: f64| {
        metrics.gauge(name, help, labels).store(value.to_bits(), Ordering::Relaxed);
    };
    // What is not loaded any more would keep its last value.
    metrics.zero("plugpipe_plugin_wedged_calls");
    let mut count = 0.0;
    for live in loaded {
        count += 1.0;
        let version = live.plug().version.to_string();
        let labels = labels(live.plug(), &version);
        let wedged = live.wedged() as f64;
        set("plugpipe_plugin_wedged_calls", "Threads it does not give back", &labels, wedged);
    }
    set("plugpipe_plugins_loaded", "Plugins that are loaded and in use", &[], count);
    set("plugpipe_plugins_refused", "Folders that were refused", &[], refused as f64);
    let (name, help) = ("plugpipe_metric_label_sets_refused", "Label sets that share one cell");
    set(name, help, &[], metrics.overflows() as f64);
    let help = "Bytes of libraries mapped since the start; none is ever unmapped";
    set("plugpipe_plugin_mapped_bytes", help, &[], mapped as f64);
}
