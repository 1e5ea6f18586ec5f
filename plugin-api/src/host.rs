//! What a plugin may ask of the host.

use crate::error::{Error, Result};
use crate::json::Json;
use crate::metrics::{Counter, Gauge, Histogram};
use crate::plug::Plug;
use plugin_abi::HostSvc;
use serde::Deserialize;

/// A plug of the host's trees.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct InstalledPlug {
    /// Its category.
    pub category: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it can be.
    pub roles: Vec<String>,
}

/// The host's services. Cheap to copy; lives as long as the process.
#[derive(Clone, Copy)]
pub struct Host {
    services: HostSvc,
}

impl Host {
    pub(crate) fn new(services: HostSvc) -> Self {
        Self { services }
    }

    /// A counter. The same name and labels give the same cell; name it `…_total`.
    #[must_use]
    pub fn counter(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> Counter {
        Counter(self.services.counter(name, help, labels))
    }

    /// A gauge.
    #[must_use]
    pub fn gauge(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> Gauge {
        Gauge(self.services.gauge(name, help, labels))
    }

    /// A histogram with these upper bounds, which must rise. The first caller's bounds stay.
    #[must_use]
    pub fn histogram(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        bounds: &[f64],
    ) -> Histogram {
        Histogram(self.services.histogram(name, help, labels, bounds))
    }

    /// Every metric of the host and of all its plugins:
    /// `[{name, help, type, samples: [{labels, value | buckets, sum}]}]`.
    ///
    /// # Errors
    /// When the host's answer is not readable.
    pub fn metrics(&self) -> Result<Json> {
        Json::try_from(&self.services.metrics())
    }

    /// The installed plugs.
    ///
    /// # Errors
    /// When the host's answer is not readable.
    pub fn plugs(&self) -> Result<Vec<InstalledPlug>> {
        let listed = Json::try_from(&self.services.plugs())?;
        listed.parse().map_err(|error| Error::record(error.to_string()))
    }

    pub(crate) async fn pp(&self, call_id: u64, name: &str) -> Result<Option<Plug>> {
        let found = self.services.pp(call_id, name, "").await.map_err(Error::from)?;
        Ok(found.map(Plug::new))
    }
}
