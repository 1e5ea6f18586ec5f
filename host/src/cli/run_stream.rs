//! `plugpipe run FILE` where the pipeline is a stream.

use super::output;
use super::run_pipeline::closed;
use super::signals::Signals;
use crate::pipeline::StreamPlan;
use crate::pipeline::plan::Stage;
use crate::registry::Registry;
use crate::stream::{self, Options};
use clap::Args;
use std::time::Duration;

/// What only a stream takes.
#[derive(Args, Clone, Debug)]
pub(super) struct StreamArguments {
    /// Streams: seconds that records in flight have to become final after SIGINT, SIGTERM or a failure
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    drain_timeout: f64,
}

/// A day: longer than anybody waits, and short enough for every clock.
const LONGEST: f64 = 86_400.0;

fn seconds(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    let fits = (0.0..=LONGEST).contains(&number);
    if fits { Ok(number) } else { Err(format!("expected 0 to {LONGEST} seconds")) }
}

/// The sink whose records own stdout.
const STDOUT_SINK: &str = "stdout_sink";

pub(super) async fn run(
    plan: &StreamPlan<'_>,
    registry: &Registry,
    arguments: &StreamArguments,
    signals: Signals,
) -> u8 {
    let writes_stdout = plan
        .steps
        .iter()
        .any(|step| matches!(step.stage, Stage::Sink(installed) if installed.name == STDOUT_SINK));
    if writes_stdout {
        output::release_stdout();
    }
    let options = Options { drain: Duration::from_secs_f64(arguments.drain_timeout) };
    let stopped = signals.clone().stopped();
    let answer = stream::run(plan, registry, options, |_| {}, stopped).await;
    if writes_stdout {
        closed(&answer, &signals, output::result_to_stderr)
    } else {
        closed(&answer, &signals, output::result)
    }
}
