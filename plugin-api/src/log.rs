//! Forwards this library's `tracing` events and `log` records to the host.
//!
//! A plugin links its own copy of both crates; without this, what it logs goes nowhere.

use plugin_abi::{HostSvc, Level};
use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU32, Ordering};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Installs both bridges, once for each library; a second call changes nothing.
pub(crate) fn forward(host: HostSvc) {
    let bridge = Bridge { host, max: host.max_level() };
    let _ = tracing::subscriber::set_global_default(bridge);
    if log::set_boxed_logger(Box::new(bridge)).is_ok() {
        log::set_max_level(log::LevelFilter::Trace);
    }
}

#[derive(Clone, Copy)]
struct Bridge {
    host: HostSvc,
    max: &'static AtomicU32,
}

impl Bridge {
    fn wants(&self, level: Level) -> bool {
        level.0 <= self.max.load(Ordering::Relaxed)
    }
}

impl Subscriber for Bridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && self.wants(level_of(*metadata.level()))
    }

    fn register_callsite(&self, _: &'static Metadata<'static>) -> tracing::subscriber::Interest {
        // The host may turn its level up later, so no callsite is decided for ever.
        tracing::subscriber::Interest::sometimes()
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words::default();
        event.record(&mut words);
        let metadata = event.metadata();
        let fields = words.fields_as_json();
        self.host.log(level_of(*metadata.level()), metadata.target(), &words.message, &fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Bridge {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        self.wants(Level(metadata.level() as u32))
    }

    fn log(&self, record: &log::Record<'_>) {
        if log::Log::enabled(self, record.metadata()) {
            let (level, message) = (Level(record.level() as u32), record.args().to_string());
            self.host.log(level, record.target(), &message, "");
        }
    }

    fn flush(&self) {}
}

/// An event's message and its other fields.
#[derive(Default)]
struct Words {
    message: String,
    fields: serde_json::Map<String, serde_json::Value>,
}

impl Words {
    fn fields_as_json(&self) -> String {
        if self.fields.is_empty() {
            return String::new();
        }
        serde_json::to_string(&self.fields).unwrap_or_default()
    }

    fn set(&mut self, field: &Field, value: impl Into<serde_json::Value>) {
        self.fields.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            let _ = write!(self.message, "{value:?}");
        } else {
            self.set(field, format!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else {
            self.set(field, value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }
}

fn level_of(level: tracing::Level) -> Level {
    match level {
        tracing::Level::ERROR => Level::ERROR,
        tracing::Level::WARN => Level::WARN,
        tracing::Level::INFO => Level::INFO,
        tracing::Level::DEBUG => Level::DEBUG,
        tracing::Level::TRACE => Level::TRACE,
    }
}
