//! `plugpipe serve`: plugins and pipelines over HTTP.

use super::host::HostArguments;
use super::run_stream::seconds;
use super::signals::Signals;
use super::{DONE, FAILED, output};
use crate::catalog::Catalog;
use crate::refresh::Refresh;
use crate::registry::Registry;
use crate::serve::access::TOKEN;
use crate::serve::{Access, Limits, Pipelines, Server};
use clap::Args;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Serve plugins and pipelines over HTTP, and take up plugs that are dropped in.
///
/// GET /v1/plugins, GET /v1/plugins/NAME, POST /v1/plugins/NAME/process {ctx, cfg, version},
/// POST /v1/run {pipeline, inputs}, POST /v1/reload, GET /live, /ready and /metrics. The trees are
/// watched: what is added, replaced or removed there is so here a moment later, and no running call
/// notices. SIGTERM or SIGINT lets running calls end; a second one ends the process.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe serve --pipelines pipelines")]
pub(super) struct ServeArguments {
    /// Where to listen; port 0 takes a free one, which stderr names
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7464", value_parser = address)]
    listen: SocketAddr,
    /// Allow an address that other machines reach; needs a token in PLUGPIPE_TOKEN
    #[arg(long)]
    allow_remote: bool,
    /// The folder with the pipelines that may be run
    #[arg(long, value_name = "DIR")]
    pipelines: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArguments,
    /// Seconds after which a change is seen in trees that cannot be watched
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    rescan: f64,
    #[command(flatten)]
    host: HostArguments,
}

#[derive(Args, Debug)]
struct LimitArguments {
    /// The largest body of a request: bytes, or with KiB, MiB or GiB
    #[arg(long, value_name = "SIZE", default_value = "16MiB", value_parser = bytes)]
    max_body: usize,
    /// Seconds that one call may take; a request may ask for less with x-plugpipe-timeout-ms
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = some_seconds)]
    call_timeout: f64,
    /// Calls and runs at the same time
    #[arg(long, value_name = "N", default_value = "256", value_parser = at_least_one)]
    max_calls: usize,
    /// Connections at the same time
    #[arg(long, value_name = "N", default_value = "1024", value_parser = at_least_one)]
    max_connections: usize,
    /// Seconds that a client may take for the header of a request, again for its body, and to take
    /// any part of the answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = some_seconds)]
    read_timeout: f64,
    /// Seconds that running calls have to end after SIGTERM or SIGINT
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    grace: f64,
}

impl LimitArguments {
    fn limits(&self) -> Limits {
        Limits {
            max_body: self.max_body,
            max_calls: self.max_calls,
            max_connections: self.max_connections,
            call_timeout: Duration::from_secs_f64(self.call_timeout),
            read_timeout: Duration::from_secs_f64(self.read_timeout),
            grace: Duration::from_secs_f64(self.grace),
            ..Limits::default()
        }
    }
}

/// How long plugins may take for their last flush.
const GRACE: Duration = Duration::from_secs(5);

/// Trees are not read more often than this.
const OFTENEST: Duration = Duration::from_millis(100);

pub(super) async fn run(arguments: ServeArguments) -> u8 {
    let host = match arguments.host.read() {
        Ok(host) => host,
        Err(message) => return output::wrong(&message),
    };
    let signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return output::wrong(&format!("signals cannot be caught: {error}")),
    };
    output::claim_stdout();
    // Only a host configuration makes a server look at plugs before it listens.
    let known = if host.is_configured() { Catalog::scan(&host.places) } else { Catalog::default() };
    let registry = Registry::new(known, super::loader());
    if let Err(found) = host.check(&registry).await {
        return found.note();
    }
    let refresh = Refresh::new(registry.clone(), host.places);
    let server = match start(&arguments, &registry, &refresh).await {
        Ok(server) => server,
        Err(message) => return output::wrong(&message),
    };
    output::note(&format!("listening on http://{}", server.address()));
    let every = Duration::from_secs_f64(arguments.rescan).max(OFTENEST);
    let following = tokio::spawn({
        let refresh = refresh.clone();
        async move { refresh.follow(every).await }
    });
    let counted = tokio::spawn(count(registry.clone(), refresh));
    let ended = server.run(signals.stopped()).await;
    following.abort();
    counted.abort();
    registry.shutdown(GRACE).await;
    match ended.cut_off {
        0 => DONE,
        calls => {
            output::error(&format!("calls that were cut off: {calls}; --grace gives them longer"));
            FAILED
        }
    }
}

async fn start(
    arguments: &ServeArguments,
    registry: &Registry,
    refresh: &Refresh,
) -> Result<Server, String> {
    let (address, limits) = (arguments.listen, arguments.limits.limits());
    let token = std::env::var_os(TOKEN).map(|token| token.to_string_lossy().into_owned());
    let access = Access::choose(address, arguments.allow_remote, token.as_deref())?;
    let pipelines = arguments.pipelines.as_deref().map(Pipelines::new).transpose()?;
    let (registry, refresh) = (registry.clone(), refresh.clone());
    let bound = Server::bind(address, registry, refresh, access, pipelines, limits).await;
    bound.map_err(|error| format!("--listen: nothing can listen at {address}: {error}"))
}

/// Says once how many plugs there are.
async fn count(registry: Registry, refresh: Refresh) {
    refresh.published().await;
    let catalog = registry.catalog();
    let (plugs, refused) = (catalog.installed().len(), catalog.refused().len());
    output::note(&format!("{plugs} plugs, {refused} folders refused"));
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let local = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let local = local.map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    local
        .or_else(|| text.parse().ok())
        .ok_or_else(|| "expected an address and a port, as 127.0.0.1:7464".to_owned())
}

fn bytes(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err("the unit is none of KiB, MiB and GiB".to_owned()),
    };
    let number: usize = digits.trim_end().parse().map_err(|_| "expected a size, as 16MiB")?;
    let size = number.checked_mul(unit).ok_or_else(|| "that is too much".to_owned())?;
    if size == 0 { Err("at least one byte".to_owned()) } else { Ok(size) }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "expected a number".to_owned())?;
    if number == 0 { Err("at least 1, or nobody is served".to_owned()) } else { Ok(number) }
}

fn some_seconds(text: &str) -> Result<f64, String> {
    let number = seconds(text)?;
    if number > 0.0 { Ok(number) } else { Err("more than no time at all".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        for (text, expected) in [("1", 1), ("1000", 1000), ("16MiB", 16 << 20), ("2 KiB", 2048)] {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "0",
            "MiB",
            "-1",
            "1.5MiB",
            "1MB",
            "99999999999999999999",
            "18446744073709551615KiB",
        ] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
