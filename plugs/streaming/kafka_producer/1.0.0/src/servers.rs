//! Where to dial: the checked addresses, or the address of the embedded broker.

use crate::check;
use crate::config::Config;
use crate::fault::Fault;
use kafka_client::ClientSettings;
use kafka_client::address::Policy;
use plugin_api::Ctx;
use serde::{Deserialize, Serialize};

/// The word for the plug embedded_kafka.
pub const EMBEDDED: &str = "embedded";

/// Where to dial, judged and not dialled yet.
pub struct Servers {
    /// For librdkafka's `bootstrap.servers`; `None` for the embedded broker, which is asked later.
    list: Option<String>,
    /// What the client may dial. The embedded broker is on loopback, whatever the configuration allows.
    policy: Policy,
    /// Issues of the address check.
    pub issues: Vec<String>,
}

impl Servers {
    /// The servers of a configuration.
    ///
    /// # Errors
    /// An address that may not be dialled, or a rule of `security` that is none.
    pub fn judge(config: &Config) -> Result<Self, Fault> {
        if config.bootstrap_servers == EMBEDDED {
            return Ok(Self { list: None, policy: Policy::default(), issues: Vec::new() });
        }
        let policy = check::policy(config)?;
        let (servers, issues) = check::servers(config, &policy)?;
        Ok(Self { list: Some(servers.join(",")), policy, issues })
    }

    /// Whether this is the embedded broker, whose delivery reports carry a made-up timestamp.
    pub fn is_embedded(&self) -> bool {
        self.list.is_none()
    }

    /// Tells the client where to dial, and what it may dial. Starts the embedded broker, if that is
    /// what was asked for.
    ///
    /// # Errors
    /// There is no embedded broker.
    pub async fn direct(&self, ctx: &Ctx, settings: &mut ClientSettings) -> Result<(), Fault> {
        let list = match &self.list {
            Some(list) => list.clone(),
            None => embedded(ctx).await?,
        };
        settings.set("bootstrap.servers", list);
        settings.policy = self.policy.clone();
        Ok(())
    }

    /// What the caller should know.
    pub fn warning(&self) -> Option<String> {
        let warning = "the embedded broker keeps records in memory only; they vanish with the host";
        self.is_embedded().then(|| warning.to_owned())
    }
}

#[derive(Serialize)]
struct Ask {
    operation: &'static str,
}

#[derive(Serialize)]
struct NoOptions {}

#[derive(Deserialize)]
struct Address {
    bootstrap_servers: String,
}

async fn embedded(ctx: &Ctx) -> Result<String, Fault> {
    let fault = |error: &dyn std::fmt::Display| {
        Fault::configuration(format!("`bootstrap_servers: embedded`: {error}"))
    };
    let found = ctx.pp("embedded_kafka").await.map_err(|error| fault(&error))?;
    let plug = found.ok_or_else(|| fault(&"no plug `embedded_kafka` is installed"))?;
    let asked = plug.process(ctx, &Ask { operation: "address" }, &NoOptions {}).await;
    let answer = asked.map_err(|error| fault(&error))?;
    let address: Address = answer.parse().map_err(|error| fault(&error))?;
    Ok(address.bootstrap_servers)
}
