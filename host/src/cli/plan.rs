//! `plugpipe plan`: what `run` would do.

use super::given::GivenArguments;
use super::host::HostArguments;
use super::signals::Signals;
use super::{DONE, FAILED, failure, output, run_pipeline};
use crate::catalog::Catalog;
use crate::diagnostics::printable;
use crate::pipeline::{PipelineFile, Planned};
use crate::preview::{self, Preview, Refused};
use crate::registry::Registry;
use clap::Args;
use std::time::Duration;

/// Show what `run` would do, and do none of it.
///
/// Prints one JSON document: every step with its plugin, what it waits for, its configuration and its
/// input as far as they are known. What depends on results of other steps, and secrets, stand there as
/// they are written in the file. Of a Kafka sink, the exact records. Nothing is sent anywhere.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  plugpipe plan orders.yaml --set day=2024-05-01")]
pub(super) struct PlanArguments {
    /// A pipeline file, or `-` for stdin
    #[arg(value_name = "FILE")]
    file: String,
    #[command(flatten)]
    given: GivenArguments,
    #[command(flatten)]
    host: HostArguments,
}

/// How long plugins may take for their last flush.
const GRACE: Duration = Duration::from_secs(5);

pub(super) async fn run(arguments: PlanArguments) -> u8 {
    let host = match arguments.host.read() {
        Ok(host) => host,
        Err(message) => return failure::wrong("bad_input", &message),
    };
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return output::wrong(&format!("signals cannot be caught: {error}")),
    };
    output::claim_stdout();
    let work = async {
        let reading = move || run_pipeline::read_with(&arguments.file, &arguments.given);
        let (mut file, given) = match tokio::task::spawn_blocking(reading).await {
            Ok(Ok(read)) => read,
            Ok(Err((kind, message))) => return failure::wrong(kind, &message),
            Err(_) => return failure::wrong("unreadable", "the reading thread was lost"),
        };
        let registry = Registry::new(Catalog::scan(&host.places), super::loader());
        if let Err(found) = host.check(&registry).await {
            registry.shutdown(GRACE).await;
            return found.print();
        }
        let code = plan(&mut file, &given, &registry).await;
        registry.shutdown(GRACE).await;
        code
    };
    tokio::select! {
        code = work => code,
        code = signals.first() => {
            failure::print("interrupted", "a signal came before the plan was made");
            code
        }
    }
}

async fn plan(file: &mut PipelineFile, given: &run_pipeline::Given, registry: &Registry) -> u8 {
    let planned = match run_pipeline::planned(file, given, registry, true).await {
        Ok(planned) => planned,
        Err(code) => return code,
    };
    let preview = match (&planned, file.spec()) {
        (Planned::Once(plan), _) => preview::document(plan, registry).await,
        (Planned::Stream(plan), Some(spec)) => preview::stream(spec, plan, registry).await,
        // A plan was made from it.
        (Planned::Stream(_), None) => return FAILED,
    };
    match preview {
        Ok(preview) => print(&preview),
        Err(Refused { step, reason }) => {
            failure::print("plugin_refused", &format!("step `{step}`: {}", printable(&reason)));
            FAILED
        }
    }
}

/// What a plugin refuses now it would refuse in a run.
fn print(preview: &Preview) -> u8 {
    preview.refusals.iter().for_each(|refusal| output::error(&printable(refusal)));
    output::result(preview.document.get());
    if preview.refusals.is_empty() { DONE } else { FAILED }
}
