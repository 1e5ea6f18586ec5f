//! `plugpipe run FILE`: one pipeline, and the run document.

use super::closing::Closing;
use super::failure::Fault;
use super::given::GivenArguments;
use super::progress::Shown;
use super::run::RunArguments;
use super::run_stream::StreamArguments;
use super::signals::Signals;
use super::steps::{Live, Watcher, table};
use super::{WRONG, failure, output, run_stream};
use crate::pipeline::{GivenInput, PipelineFile, Planned};
use crate::registry::Registry;
use crate::run;
use crate::yaml;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;

/// A pipeline and its inputs.
pub(super) struct Job {
    file: PipelineFile,
    given: Given,
    stream: StreamArguments,
    closing: Closing,
}

/// Inputs by name.
pub(super) type Given = BTreeMap<String, GivenInput>;

impl Job {
    /// Reads the file and the inputs.
    pub(super) fn read(arguments: &RunArguments) -> Result<Self, Fault> {
        if arguments.config.is_some() {
            let message =
                "--config is for a plugin; a pipeline's steps have a `config` of their own";
            return Err(("bad_input", message.to_owned()));
        }
        let (file, given) = read_with(&arguments.target, &arguments.given)?;
        if let Some(folder) = &arguments.save {
            run::save::prepare(folder).map_err(|error| ("bad_input", error.to_string()))?;
        }
        let closing = Closing { talk: arguments.talk, save: arguments.save.clone() };
        Ok(Self { file, given, stream: arguments.stream.clone(), closing })
    }
}

/// Reads a file and the inputs of its pipeline.
pub(super) fn read_with(
    target: &str,
    given: &GivenArguments,
) -> Result<(PipelineFile, Given), Fault> {
    if target == "-" && given.reads_stdin() {
        let message = "the pipeline and --input cannot both come from stdin";
        return Err(("bad_input", message.to_owned()));
    }
    let given = given.read().map_err(|message| ("bad_input", message))?;
    let file = read(target).map_err(|message| ("unreadable", message))?;
    Ok((file, given.into_iter().collect()))
}

/// The plan of a file, its lints printed where `lints` says so; else the exit code, with everything that
/// is wrong printed.
pub(super) async fn planned(
    file: &mut PipelineFile,
    given: &Given,
    registry: &Registry,
    lints: bool,
) -> Result<Planned, u8> {
    describe(file, registry).await;
    let environment = |name: &str| std::env::var(name).ok();
    let planned = file.plan(&registry.catalog(), given, &environment);
    let mut planned = planned.map_err(|problems| {
        failure::print_diagnostics(&problems, file.source());
        WRONG
    })?;
    if lints {
        failure::print_lints(planned.lints(), file.source());
    }
    Ok(planned)
}

pub(super) async fn run(job: &mut Job, registry: &Registry, mut signals: Signals) -> u8 {
    let talk = job.closing.talk;
    let planned = tokio::select! {
        planned = planned(&mut job.file, &job.given, registry, !talk.is_quiet()) => planned,
        code = signals.first() => {
            failure::print("interrupted", "a signal came before the plugins were open");
            return code;
        }
    };
    match planned {
        Err(code) => code,
        Ok(Planned::Once(plan)) => {
            job.stream.warn_in_vain();
            let is_drawn = !talk.is_quiet() && Shown::choose(false, false) == Shown::Drawn;
            let watcher = Watcher::new(&plan, talk.tells_events());
            let live = is_drawn.then(|| Live::start(&watcher));
            let answer = run::run(&plan, registry, &watcher, signals.clone().stopped()).await;
            if let Some(live) = live {
                live.end().await;
                output::note(&table(&answer.summary, output::styled()));
            }
            job.closing.close(&answer, is_drawn, &signals, output::result)
        }
        Ok(Planned::Stream(plan)) => {
            run_stream::run(plan, registry, &job.stream, &job.closing, signals).await
        }
    }
}

/// Opens the plugins of a file, so that configurations are held to their schemas.
pub(super) async fn describe(file: &mut PipelineFile, registry: &Registry) {
    let plugs = file.plugs(&registry.catalog());
    file.describe(registry.describe(&plugs).await);
}

/// Reads a file, or stdin for `-`. A file that is too large is not read.
pub(super) fn read(target: &str) -> Result<PipelineFile, String> {
    if target == "-" {
        let read = PipelineFile::read("stdin", std::io::stdin());
        return read.map_err(|error| format!("stdin: {error}"));
    }
    let open = || {
        let file = File::open(target)?;
        if file.metadata()?.len() > yaml::FILE_BYTES as u64 {
            return Ok(PipelineFile::too_large(target));
        }
        PipelineFile::read(target, file)
    };
    open().map_err(|error: io::Error| format!("{target}: {error}"))
}
