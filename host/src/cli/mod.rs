//! The commands: arguments become library calls, results become text and an exit code.

mod bench;
mod build;
mod check;
mod chosen;
mod closing;
mod compiling;
mod completions;
mod described;
mod explain;
mod failure;
pub mod given;
mod graph;
mod help;
mod host;
mod install;
mod list;
mod lock;
pub mod log;
mod measure;
mod new;
mod output;
mod plan;
mod probe;
mod progress;
mod run;
mod run_pipeline;
mod run_plugin;
mod run_stream;
mod schema;
mod search;
mod serve;
mod show;
mod signals;
mod steps;
mod talk;
mod test;
mod trees;

use crate::loader::{Loader, Probe};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::process::ExitCode;

/// The work is done.
pub const DONE: u8 = 0;
/// A pipeline or a plugin failed.
pub const FAILED: u8 = 1;
/// The command, the pipeline or the configuration is wrong.
pub const WRONG: u8 = 2;
/// Stopped by SIGINT.
pub const INTERRUPTED: u8 = 130;
/// Stopped by SIGTERM.
pub const TERMINATED: u8 = 143;

/// A plugin host for data pipelines.
///
/// A plugin is a shared library in a folder, `plugs/<category>/<name>/<version>/`. A pipeline is a
/// YAML file that names plugins. Results go to stdout as one JSON document, everything else to
/// stderr.
#[derive(Parser, Debug)]
#[command(version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Environment:
  PLUGPIPE_PLUGS  trees of plugs, separated by `:` (default ./plugs and the installed ones)
  PLUGPIPE_LOG    what is logged: error, warn (default), info (default of serve), debug, trace
  PLUGPIPE_TOKEN  the token that requests to `plugpipe serve` must have
  PLUGPIPE_PROBED_CACHE  which libraries are known to load, a folder (default in ~/.cache); empty
                  for none: each is tried in a process of its own every time

Exit codes: 0 done, 1 the pipeline or plugin failed, 2 wrong usage, pipeline or configuration,
130 or 143 interrupted";

#[derive(Subcommand, Debug)]
enum Command {
    Run(run::RunArguments),
    New(new::NewArguments),
    Check(check::CheckArguments),
    Explain(explain::ExplainArguments),
    Schema(schema::SchemaArguments),
    Plan(plan::PlanArguments),
    Graph(graph::GraphArguments),
    List(list::ListArguments),
    Search(search::SearchArguments),
    Show(show::ShowArguments),
    Doc(show::DocArguments),
    Lock(lock::LockArguments),
    Build(build::BuildArguments),
    Test(test::TestArguments),
    Install(install::InstallArguments),
    Remove(install::RemoveArguments),
    Bench(bench::BenchArguments),
    Serve(serve::ServeArguments),
    Completions(completions::CompletionsArguments),
    #[command(hide = true)]
    Probe(probe::ProbeArguments),
}

impl Arguments {
    /// The arguments of this process. Ends it with the help or with what is wrong.
    #[must_use]
    pub fn of_process() -> Self {
        let matches = help::grouped(Self::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// What the command logs where `PLUGPIPE_LOG` does not say.
    #[must_use]
    pub fn log_level(&self) -> log::Level {
        match &self.command {
            Command::Serve(_) => log::Level::INFO,
            Command::Run(arguments) => arguments.talk.log_level(),
            _ => log::Level::WARN,
        }
    }
}

/// Opens plugins, and tries libraries that it does not know in a child first.
fn loader() -> Loader {
    // This very program, also when its file was replaced since it was started.
    Loader::new(Probe::child("/proc/self/exe"))
}

/// Runs one command and answers its exit code.
pub async fn run(arguments: Arguments) -> u8 {
    let code = match arguments.command {
        Command::Run(arguments) => run::run(arguments).await,
        Command::New(arguments) => new::run(arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Plan(arguments) => plan::run(arguments).await,
        Command::Graph(arguments) => graph::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Search(arguments) => search::run(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Doc(arguments) => show::doc(&arguments),
        Command::Lock(arguments) => lock::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Test(arguments) => test::run(&arguments).await,
        Command::Install(arguments) => install::install(arguments),
        Command::Remove(arguments) => install::remove_plug(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Probe(arguments) => probe::run(&arguments),
    };
    if code == DONE && output::is_lost() { FAILED } else { code }
}

/// Says what is wrong before any command could run.
#[must_use]
pub fn fault(message: &str) -> ExitCode {
    output::error(message);
    ExitCode::from(WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }
}
