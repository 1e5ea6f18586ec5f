//! `plugpipe run FILE` where the pipeline is a stream.

use super::closing::Closing;
use super::measure::Measurement;
use super::progress::{Progress, Shown};
use super::signals::Signals;
use super::{failure, output};
use crate::metrics::http::{self, Server};
use crate::pipeline::StreamPlan;
use crate::pipeline::plan::Stage;
use crate::registry::Registry;
use crate::stream::watched::Watched;
use crate::stream::{self, Options};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What only a stream takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Streams")]
pub(super) struct StreamArguments {
    /// Seconds that records in flight have to become final after a signal or a failure
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    drain_timeout: f64,
    /// Show the progress also where stderr is no terminal: a line a step and second
    #[arg(long)]
    progress: bool,
    /// Serve Prometheus metrics at http://ADDR/metrics, a loopback address; port 0: a free one, which
    /// stderr names
    #[arg(long, value_name = "ADDR", value_parser = http::address)]
    metrics: Option<SocketAddr>,
    /// Writes what `plugpipe bench` wants to know
    #[arg(long, value_name = "FILE", hide = true)]
    measure: Option<PathBuf>,
}

impl StreamArguments {
    /// Warns of what was asked for although only a stream can do it.
    pub(super) fn warn_in_vain(&self) {
        let asked = [(self.metrics.is_some(), "--metrics"), (self.progress, "--progress")];
        for (_, option) in asked.into_iter().filter(|(is_asked, _)| *is_asked) {
            output::note(&format!("warning: {option} is for streams, and this is none"));
        }
    }

    async fn server(&self, registry: &Registry) -> Result<Option<Server>, String> {
        let Some(address) = self.metrics else { return Ok(None) };
        let server = Server::start(address, registry.clone()).await;
        let server = server.map_err(|error| {
            format!("--metrics: nothing can listen at {address}: {error}; choose another port")
        })?;
        output::note(&format!("metrics on http://{}/metrics", server.address()));
        Ok(Some(server))
    }
}

/// A day: longer than anybody waits, and short enough for every clock.
const LONGEST: f64 = 86_400.0;

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    let fits = (0.0..=LONGEST).contains(&number);
    if fits { Ok(number) } else { Err(format!("expected 0 to {LONGEST} seconds")) }
}

/// The sink whose records own stdout.
const STDOUT_SINK: &str = "stdout_sink";

pub(super) async fn run(
    plan: StreamPlan,
    registry: &Registry,
    arguments: &StreamArguments,
    closing: &Closing,
    signals: Signals,
) -> u8 {
    let writes_stdout = plan
        .steps
        .iter()
        .any(|step| matches!(&step.stage, Stage::Sink(installed) if installed.name == STDOUT_SINK));
    if writes_stdout {
        output::release_stdout();
    }
    let server = match arguments.server(registry).await {
        Ok(server) => server,
        Err(message) => return failure::wrong("bad_input", &message),
    };
    let measurement = arguments.measure.as_deref().map(Measurement::new);
    let shown = Shown::choose(arguments.progress, writes_stdout);
    let mut progress = None;
    let watch = |plan: &StreamPlan, observed| {
        let watched = Watched::new(plan, observed);
        if let Some(measurement) = &measurement {
            measurement.watch(&watched.observed);
        }
        if let Some(server) = &server {
            server.watch(watched.clone());
        }
        progress = Some(Progress::start(shown, watched));
    };
    let options = Options { drain: Duration::from_secs_f64(arguments.drain_timeout) };
    let answer = stream::run(plan, registry, options, watch, signals.clone().stopped()).await;
    if let Some(progress) = progress {
        progress.end().await;
    }
    if let Some(measurement) = &measurement {
        measurement.write(&answer);
    }
    if writes_stdout {
        closing.close(&answer, false, &signals, output::result_to_stderr)
    } else {
        closing.close(&answer, false, &signals, output::result)
    }
}
