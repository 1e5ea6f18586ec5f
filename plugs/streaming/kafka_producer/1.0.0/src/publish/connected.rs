//! The client of a call, and what is to be said about its settings.

use crate::check::Checked;
use crate::config::Config;
use crate::coordinate;
use crate::fault::Fault;
use crate::pool::{Lease, Pool};
use crate::settings::Decided;
use kafka_client::ClientSettings;
use plugin_api::Ctx;

/// A client in use by this call.
pub struct Connected {
    /// The client.
    pub lease: Lease,
    /// Its settings, by which the pool knows it.
    pub settings: ClientSettings,
    /// What was decided on the caller's behalf.
    pub warnings: Vec<String>,
    /// Issues of the checks.
    pub issues: Vec<String>,
    /// Whether it is a client of the embedded broker.
    pub is_embedded: bool,
}

impl Connected {
    /// The client of a configuration, out of the pool.
    ///
    /// # Errors
    /// Settings that cannot work, no embedded broker, or a full pool.
    pub async fn connect(
        pool: &Pool,
        ctx: &Ctx,
        config: &Config,
        checked: Checked,
    ) -> Result<Self, Fault> {
        let Checked { servers, decided } = checked;
        let Decided { mut settings, warnings, issues } = decided;
        coordinate::check(&config.redis_backend)?;
        servers.direct(ctx, &mut settings).await?;
        let lease = pool.get(&settings)?;
        let warnings = servers.warning().into_iter().chain(warnings).collect();
        let is_embedded = servers.is_embedded();
        let issues = servers.issues.into_iter().chain(issues).collect();
        Ok(Self { lease, settings, warnings, issues, is_embedded })
    }
}
