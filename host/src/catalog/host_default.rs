//! Configuration that the owner of a host gives to plugs, over the defaults of their manifests.

use super::{Catalog, Installed, PluginRef};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;

/// What every plug that a reference means is configured with, unless a step says otherwise.
#[derive(Clone)]
pub struct HostDefault {
    /// Which plugs.
    pub plugin: PluginRef,
    /// Keys and values; secrets among them are resolved.
    pub config: Map<String, Value>,
}

/// The values stay out of logs.
impl fmt::Debug for HostDefault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&String> = self.config.keys().collect();
        f.debug_struct("HostDefault").field("plugin", &self.plugin).field("keys", &keys).finish()
    }
}

impl Catalog {
    /// Puts defaults over those of the manifests, key by key; later ones win.
    #[must_use]
    pub fn with_host_defaults(mut self, defaults: &[HostDefault]) -> Self {
        for plug in &mut self.installed {
            let matching = defaults.iter().filter(|default| default.is_for(plug));
            for default in matching.collect::<Vec<_>>() {
                let config = default.config.clone();
                Arc::make_mut(plug).manifest.host_defaults.extend(config);
            }
        }
        self
    }
}

impl HostDefault {
    /// Whether it is for this plug.
    #[must_use]
    pub fn is_for(&self, plug: &Installed) -> bool {
        self.plugin.matches(&plug.category, &plug.name, &plug.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_step_wins_over_the_host_and_the_host_over_the_manifest() {
        let mut plug = Installed::named("sink");
        plug.manifest.config_defaults = map(json!({"acks": "all", "linger_ms": 1, "topic": "a"}));
        let default = |plugin: &str, config| HostDefault {
            plugin: plugin.parse().unwrap(),
            config: map(config),
        };
        let defaults = [
            default("sink", json!({"linger_ms": 2, "topic": "b", "retries": 9})),
            default("test/sink", json!({"retries": 3})),
            default("other/sink", json!({"acks": "0"})),
        ];
        let catalog = Catalog::of(vec![plug]).with_host_defaults(&defaults);
        let step = serde_json::value::to_raw_value(&json!({"topic": "c"})).unwrap();
        let merged = catalog.installed()[0].manifest.with_defaults(&step);
        assert_eq!(merged.get(), r#"{"acks":"all","linger_ms":2,"retries":3,"topic":"c"}"#);
    }

    #[test]
    fn a_log_shows_keys_and_no_values() {
        let config = map(json!({"password": "hunter2"}));
        let default = HostDefault { plugin: "sink".parse().unwrap(), config };
        let shown = format!("{default:?}");
        assert!(shown.contains("password") && !shown.contains("hunter2"), "{shown}");
        let catalog = Catalog::of(vec![Installed::named("sink")]).with_host_defaults(&[default]);
        let shown = format!("{catalog:?}");
        assert!(shown.contains("sink") && !shown.contains("hunter2"), "{shown}");
    }

    fn map(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }
}
