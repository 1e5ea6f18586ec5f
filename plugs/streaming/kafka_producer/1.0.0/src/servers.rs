//! Where to dial: the checked addresses, or the address of the embedded broker.

use crate::check;
use crate::config::Config;
use crate::fault::Fault;
use plugin_api::Ctx;
use serde::{Deserialize, Serialize};

/// The word for the plug embedded_kafka.
const EMBEDDED: &str = "embedded";

/// Addresses to dial and what is to be said about them.
pub struct Servers {
    /// For librdkafka's `bootstrap.servers`.
    pub list: String,
    /// Issues of the address check.
    pub issues: Vec<String>,
    /// What else the caller should know.
    pub warnings: Vec<String>,
    /// Whether this is the embedded broker, whose delivery reports carry a made-up timestamp.
    pub is_embedded: bool,
}

/// The servers of a configuration.
///
/// # Errors
/// An address that may not be dialled, or no embedded broker.
pub async fn servers(ctx: &Ctx, config: &Config) -> Result<Servers, Fault> {
    if config.bootstrap_servers == EMBEDDED {
        let list = embedded(ctx).await?;
        let warning = "the embedded broker keeps records in memory only; they vanish with the host";
        return Ok(Servers {
            list,
            issues: Vec::new(),
            warnings: vec![warning.to_owned()],
            is_embedded: true,
        });
    }
    let (servers, issues) = check::servers(config)?;
    Ok(Servers { list: servers.join(","), issues, warnings: Vec::new(), is_embedded: false })
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
    let asked = plug.process(&Ask { operation: "address" }, &NoOptions {}).await;
    let answer = asked.map_err(|error| fault(&error))?;
    let address: Address = answer.parse().map_err(|error| fault(&error))?;
    Ok(address.bootstrap_servers)
}
