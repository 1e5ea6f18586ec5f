//! `plugpipe run`: a pipeline, or one plugin.

use super::compiling::Compiling;
use super::given::GivenArguments;
use super::host::HostArguments;
use super::run_stream::StreamArguments;
use super::signals::Signals;
use super::talk::TalkArguments;
use super::{build, failure, output, run_pipeline, run_plugin};
use crate::catalog::Catalog;
use crate::compile::{CompileError, Order, compile};
use crate::registry::Registry;
use clap::Args;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Run a pipeline, or call one plugin.
#[derive(Args, Debug)]
#[command(after_help = "\
A TARGET that ends in .yaml or .yml, is `-` or an existing file is a pipeline, else a plugin:
`name`, `category/name` or `name@^1.2`. stdout gets one JSON document: the run document, or the
plugin's own answer. A pipeline that begins with a source is a stream: it runs until that ends.

Examples:
  plugpipe run orders.yaml --set day=2024-05-01 --save runs
  plugpipe run json_serializer --input '{\"message\": {\"n\": 1}}'")]
pub(super) struct RunArguments {
    /// A pipeline file or a plugin
    #[arg(value_name = "TARGET")]
    pub(super) target: String,
    #[command(flatten)]
    pub(super) given: GivenArguments,
    /// The configuration of a plugin, JSON or `@FILE`; without it, taken from --input by its keys
    #[arg(long, value_name = "JSON")]
    pub(super) config: Option<String>,
    /// Compile the plugs of the trees first
    #[arg(long, conflicts_with_all = ["locked", "lock_file"])]
    build: bool,
    /// Save the answer as files in a new folder below DIR, named after the run
    #[arg(long, value_name = "DIR")]
    pub(super) save: Option<PathBuf>,
    #[command(flatten)]
    pub(super) talk: TalkArguments,
    #[command(flatten)]
    pub(super) stream: StreamArguments,
    #[command(flatten)]
    host: HostArguments,
}

/// How long plugins may take for their last flush.
const GRACE: Duration = Duration::from_secs(5);

pub(super) async fn run(arguments: RunArguments) -> u8 {
    let host = match arguments.host.read() {
        Ok(host) => host,
        Err(message) => return failure::wrong("bad_input", &message),
    };
    if arguments.build
        && let Some(code) = build_first(&host.places.trees)
    {
        return code;
    }
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return output::wrong(&format!("signals cannot be caught: {error}")),
    };
    output::claim_stdout();
    let job = match read_job(arguments, &mut signals).await {
        Ok(job) => job,
        Err(code) => return code,
    };
    let registry = Registry::new(Catalog::scan(&host.places), super::loader());
    if let Err(found) = host.check(&registry).await {
        registry.shutdown(GRACE).await;
        return found.print();
    }
    let code = match job {
        Job::Pipeline(mut job) => run_pipeline::run(&mut job, &registry, signals).await,
        Job::Plugin(job) => run_plugin::run(job, &registry, signals).await,
    };
    registry.shutdown(GRACE).await;
    code
}

/// What is to be run, with everything that had to be read for it.
enum Job {
    Pipeline(Box<run_pipeline::Job>),
    Plugin(run_plugin::Job),
}

/// Reads files and stdin on a thread of its own: a pipe without an end does not keep a signal from
/// being heard. Answers the exit code when there is nothing to run.
async fn read_job(arguments: RunArguments, signals: &mut Signals) -> Result<Job, u8> {
    let reading = tokio::task::spawn_blocking(move || {
        if is_file(&arguments.target) {
            run_pipeline::Job::read(&arguments).map(Box::new).map(Job::Pipeline)
        } else {
            arguments.stream.warn_in_vain();
            if arguments.save.is_some() {
                output::note("warning: --save is for pipelines, and this is a plugin");
            }
            run_plugin::Job::read(arguments).map(Job::Plugin)
        }
    });
    let read = tokio::select! {
        read = reading => read,
        code = signals.first() => {
            failure::print("interrupted", "a signal came before everything was read");
            return Err(code);
        }
    };
    match read {
        Ok(Ok(job)) => Ok(job),
        Ok(Err((kind, message))) => Err(failure::wrong(kind, &message)),
        Err(_) => Err(failure::wrong("unreadable", "the reading thread was lost")),
    }
}

/// Compiles what can be compiled; the exit code when that fails. Trees without source code are fine:
/// their plugs are built already.
fn build_first(trees: &[PathBuf]) -> Option<u8> {
    match compile(Order { trees, ..Order::default() }, &Compiling::new()) {
        Ok(_) | Err(CompileError::NothingToBuild(_)) => None,
        Err(fault) => {
            failure::print("build_failed", &fault.to_string());
            Some(build::code_of(&fault))
        }
    }
}

fn is_file(target: &str) -> bool {
    let path = Path::new(target);
    let ending = path.extension().and_then(|ending| ending.to_str());
    target == "-" || matches!(ending, Some("yaml" | "yml")) || path.is_file()
}
