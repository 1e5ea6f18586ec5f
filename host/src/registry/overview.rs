//! What a registry holds at one moment, for people and programs that look after it.

use super::Registry;
use super::figures;
use super::slot::Key;
use crate::catalog::Installed;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// One plugin and version.
#[derive(Clone, Debug, Serialize)]
pub struct PluginState {
    /// The folder above its name.
    pub category: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `installed` (nobody needed it yet), `loaded`, `wedged` (it keeps threads that are long due), or
    /// `failed` (it could not be loaded).
    pub state: &'static str,
    /// What it can be.
    pub roles: Vec<String>,
    /// One line for people.
    pub description: String,
    /// The binary surface it was built for.
    pub abi: String,
    /// Calls that have ended.
    pub calls: u64,
    /// Those of them that ended with an error.
    pub errors: u64,
    /// Those of them that ended in a panic.
    pub panics: u64,
    /// Threads it holds long after their time ran out.
    pub wedged_calls: usize,
}

impl Registry {
    /// Every published plug with what became of it.
    #[must_use]
    pub fn overview(&self) -> Vec<PluginState> {
        self.catalog().installed().iter().map(|plug| self.state(plug)).collect()
    }

    /// One published plug with what became of it.
    #[must_use]
    pub fn state(&self, plug: &Installed) -> PluginState {
        let slot = self.slots().get(&Key::of(plug)).map(Arc::clone);
        let live = slot.as_ref().and_then(|slot| slot.live());
        let wedged_calls = live.as_ref().map_or(0, |live| live.wedged());
        let (calls, errors, panics) =
            live.as_ref().map_or((0, 0, 0), |live| live.figures().totals());
        let state = match (&live, &slot) {
            (Some(_), _) if wedged_calls > 0 => "wedged",
            (Some(_), _) => "loaded",
            (None, Some(slot)) if slot.has_failed() => "failed",
            _ => "installed",
        };
        PluginState {
            category: plug.category.clone(),
            name: plug.name.clone(),
            version: plug.version.to_string(),
            state,
            roles: plug.manifest.roles.clone(),
            description: plug.manifest.description.clone(),
            abi: plug.meta.abi.clone(),
            calls,
            errors,
            panics,
            wedged_calls,
        }
    }

    /// Brings the gauges up to date that nobody else writes. Comes before the metrics are read.
    pub fn measure(&self) {
        let mut live = self.retiring();
        live.extend(self.slots().values().filter_map(|slot| slot.live()));
        let refused = self.catalog().refused().len();
        let mapped = self.shared.mapped.load(Ordering::Relaxed);
        figures::tell_loaded(self.metrics(), live.iter().map(|live| &**live), refused, mapped);
    }
}
