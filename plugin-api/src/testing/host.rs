//! The host of a test: lends what a real one lends, and writes down what it was asked.

use super::lent::Answers;
use super::metrics::Metrics;
use super::route::{self, Calling};
use crate::error::Result;
use plugin_abi::export::plugin_box;
use plugin_abi::host::{Found, HistogramCell, Level};
use plugin_abi::plugin::share;
use plugin_abi::{Doc, HostServices, HostSvc, PluginBox};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// One event of `tracing` or `log`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEvent {
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: &'static str,
    /// Where it was written: the module, unless the author chose another.
    pub target: String,
    /// The message.
    pub message: String,
    /// The other fields, an object; `null` when there are none.
    pub fields: Value,
}

/// A host for one test. Every level of log is heard; clones are the same host.
///
/// Versions are not told apart: what was lent under a name answers every version asked for.
#[derive(Clone)]
pub struct TestHost {
    records: Arc<Records>,
    services: HostSvc,
}

/// What the host was asked.
#[derive(Default)]
pub(super) struct Records {
    log: Mutex<Vec<LogEvent>>,
    asked: Mutex<Vec<String>>,
    metrics: Mutex<Metrics>,
    lent: Mutex<BTreeMap<String, PluginBox>>,
}

impl Records {
    pub(super) fn log(&self, event: LogEvent) {
        held(&self.log).push(event);
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for TestHost {
    fn default() -> Self {
        Self::new()
    }
}

impl TestHost {
    /// A host that lends no plugin yet. A few words of memory stay behind for the life of the process.
    #[must_use]
    pub fn new() -> Self {
        let records = Arc::new(Records::default());
        route::join(&records);
        let services = HostSvc::lend(Services(Arc::downgrade(&records)));
        Self { records, services }
    }

    /// Lends a plugin under `name`: `answer` is given ctx and cfg of each call.
    #[must_use]
    pub fn lend(
        self,
        name: &str,
        answer: impl Fn(Value, Value) -> Result<Value> + Send + Sync + 'static,
    ) -> Self {
        self.lend_plugin(name, plugin_box(Arc::new(Answers(answer))))
    }

    /// Lends a plugin that runs already, under its own name.
    #[must_use]
    pub fn lend_started<P>(self, plugin: &super::PluginTest<P>) -> Self {
        let name = plugin.description().name.clone();
        self.lend_plugin(&name, plugin.share())
    }

    fn lend_plugin(self, name: &str, plugin: PluginBox) -> Self {
        held(&self.records.lent).insert(name.to_owned(), plugin);
        self
    }

    /// What was logged so far, in order. Events from threads of a plugin's own are heard by every host
    /// that lives at the time.
    #[must_use]
    pub fn log(&self) -> Vec<LogEvent> {
        held(&self.records.log).clone()
    }

    /// The names that were asked for with `pp`, in order, as they were written.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        held(&self.records.asked).clone()
    }

    /// What a counter or a gauge holds, or the sum of a histogram; `None` when nobody made it.
    #[must_use]
    pub fn metric(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        held(&self.records.metrics).value(name, labels)
    }

    pub(super) fn services(&self) -> HostSvc {
        self.services
    }

    pub(super) fn calling(&self) -> Calling {
        Calling::on(&self.records)
    }
}

/// What the plugin holds. It may outlive the test; then nobody writes anything down.
struct Services(Weak<Records>);

static EVERY_LEVEL: AtomicU32 = AtomicU32::new(Level::TRACE.0);
static UNSEEN: AtomicU64 = AtomicU64::new(0);

impl HostServices for Services {
    fn max_level(&self) -> &'static AtomicU32 {
        &EVERY_LEVEL
    }

    fn log(&self, level: Level, target: &str, message: &str, fields: &str) {
        let level = match level {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            _ => "trace",
        };
        let fields = serde_json::from_str(fields).unwrap_or_default();
        let (target, message) = (target.to_owned(), message.to_owned());
        route::log(&LogEvent { level, target, message, fields });
    }

    fn counter(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64 {
        let records = self.0.upgrade();
        records.map_or(&UNSEEN, |records| held(&records.metrics).counter(name, help, labels))
    }

    fn gauge(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64 {
        let records = self.0.upgrade();
        records.map_or(&UNSEEN, |records| held(&records.metrics).gauge(name, help, labels))
    }

    fn histogram(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        bounds: &[f64],
    ) -> HistogramCell {
        match self.0.upgrade() {
            Some(records) => held(&records.metrics).histogram(name, help, labels, bounds),
            None => HistogramCell::new(&[], &[], &UNSEEN),
        }
    }

    fn metrics(&self) -> Doc {
        let written = self.0.upgrade().map(|records| held(&records.metrics).to_json());
        Doc::from(written.unwrap_or_default().to_string())
    }

    fn plugs(&self) -> Doc {
        let Some(records) = self.0.upgrade() else { return Doc::from("[]".to_owned()) };
        let plug = |name: &String| json!({"category": "test", "name": name, "version": "0.0.0", "roles": ["process"]});
        Doc::from(held(&records.lent).keys().map(plug).collect::<Value>().to_string())
    }

    fn pp(&'static self, _call_id: u64, name: String, _requirement: String) -> Found {
        let found = self.0.upgrade().and_then(|records| {
            held(&records.asked).push(name.clone());
            let name = name.split(['@', ':']).next().unwrap_or_default();
            held(&records.lent).get(name).map(share)
        });
        Box::pin(std::future::ready(Ok(found)))
    }
}
