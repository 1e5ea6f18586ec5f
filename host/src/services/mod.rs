//! What the host lends to plugins: other plugins, metrics, and a place for their log.

mod flood;

use crate::catalog::Installed;
use crate::registry::Registry;
use crate::secrets::without_secrets;
use flood::{Flood, Verdict};
use plugin_abi::host::{Found, HistogramCell};
use plugin_abi::{Doc, HostServices, Level, PErr};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// The services of one loaded plugin.
pub struct Services {
    registry: Registry,
    plugin: String,
    flood: Flood,
    dropped: OnceLock<&'static AtomicU64>,
}

impl Services {
    /// Services for the plugin of that label (`name@version`).
    #[must_use]
    pub fn new(registry: Registry, plugin: String) -> Self {
        let (flood, dropped) = (Flood::new(Instant::now()), OnceLock::new());
        Self { registry, plugin, flood, dropped }
    }

    /// Counts the events that are not written. The cell is there once there is something to count.
    fn dropped(&self) -> &'static AtomicU64 {
        self.dropped.get_or_init(|| {
            let (name, version) = self.plugin.split_once('@').unwrap_or((&self.plugin, ""));
            let labels = [("plugin", name), ("version", version)];
            let help = "Log events that were not written because there were too many";
            self.registry.metrics().counter(
                "plugpipe_plugin_log_events_dropped_total",
                help,
                &labels,
            )
        })
    }
}

/// The loudest level that the host's log takes. Plugins read it before they format anything.
static MAX_LEVEL: AtomicU32 = AtomicU32::new(Level::TRACE.0);

/// Tells every plugin which levels are worth forwarding.
pub fn set_max_level(level: tracing::level_filters::LevelFilter) {
    let level = level.into_level().map_or(Level::OFF, |level| match level {
        tracing::Level::ERROR => Level::ERROR,
        tracing::Level::WARN => Level::WARN,
        tracing::Level::INFO => Level::INFO,
        tracing::Level::DEBUG => Level::DEBUG,
        tracing::Level::TRACE => Level::TRACE,
    });
    MAX_LEVEL.store(level.0, Ordering::Relaxed);
}

impl HostServices for Services {
    fn max_level(&self) -> &'static AtomicU32 {
        &MAX_LEVEL
    }

    fn log(&self, level: Level, target: &str, message: &str, fields: &str) {
        let plugin = tracing::field::display(&self.plugin);
        match self.flood.judge(Instant::now()) {
            Verdict::Write(0) => {}
            Verdict::Write(dropped) => {
                tracing::warn!(target: "plugin", plugin, "{dropped} events of its log were dropped");
            }
            Verdict::Warn => {
                tracing::warn!(target: "plugin", plugin, "it logs too much: events are dropped");
                self.dropped().fetch_add(1, Ordering::Relaxed);
                return;
            }
            Verdict::Drop => {
                self.dropped().fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        // Cut first, a secret could be left in part, which nobody would know again.
        let message = without_secrets(message);
        let message = flood::cut(&message);
        let fields = (!fields.is_empty()).then(|| tracing::field::display(fields));
        // The level of a `tracing` event is part of its call site, hence five of them.
        match level {
            Level::ERROR => tracing::error!(target: "plugin", plugin, target, fields, "{message}"),
            Level::WARN => tracing::warn!(target: "plugin", plugin, target, fields, "{message}"),
            Level::INFO => tracing::info!(target: "plugin", plugin, target, fields, "{message}"),
            Level::DEBUG => tracing::debug!(target: "plugin", plugin, target, fields, "{message}"),
            _ => tracing::trace!(target: "plugin", plugin, target, fields, "{message}"),
        }
    }

    fn counter(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64 {
        self.registry.metrics().counter(name, help, labels)
    }

    fn gauge(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64 {
        self.registry.metrics().gauge(name, help, labels)
    }

    fn histogram(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        bounds: &[f64],
    ) -> HistogramCell {
        self.registry.metrics().histogram(name, help, labels, bounds)
    }

    fn metrics(&self) -> Doc {
        Doc::from(self.registry.metrics().snapshot().to_string())
    }

    fn plugs(&self) -> Doc {
        let listed = |plug: &Arc<Installed>| {
            serde_json::json!({
                "category": plug.category,
                "name": plug.name,
                "version": plug.version.to_string(),
                "roles": plug.manifest.roles,
            })
        };
        let catalog = self.registry.catalog();
        let plugs = catalog.installed().iter().map(listed);
        Doc::from(plugs.collect::<serde_json::Value>().to_string())
    }

    fn pp(&'static self, _call_id: u64, name: String, requirement: String) -> Found {
        Box::pin(async move { self.registry.borrow(&name, &requirement).await.map_err(PErr::from) })
    }
}
