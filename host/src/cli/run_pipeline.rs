//! `plugpipe run FILE`: one pipeline, and the run document.

use super::failure::Fault;
use super::run::RunArguments;
use super::run_stream::StreamArguments;
use super::signals::Signals;
use super::{DONE, FAILED, WRONG, failure, output, run_stream};
use crate::diagnostics::printable;
use crate::pipeline::{GivenInput, PipelineFile, Planned};
use crate::registry::Registry;
use crate::run::answer::BAD_CONFIGURATION;
use crate::run::{self, Answer, Unobserved};
use crate::yaml;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;

/// A pipeline and its inputs.
pub(super) struct Job {
    file: PipelineFile,
    given: Given,
    stream: StreamArguments,
}

type Given = BTreeMap<String, GivenInput>;

impl Job {
    /// Reads the file and the inputs.
    pub(super) fn read(arguments: &RunArguments) -> Result<Self, Fault> {
        if arguments.config.is_some() {
            let message =
                "--config is for a plugin; a pipeline's steps have a `config` of their own";
            return Err(("bad_input", message.to_owned()));
        }
        if arguments.target == "-" && arguments.given.reads_stdin() {
            let message = "the pipeline and --input cannot both come from stdin";
            return Err(("bad_input", message.to_owned()));
        }
        let given = arguments.given.read().map_err(|message| ("bad_input", message))?;
        let file = read(&arguments.target);
        let file = file.map_err(|message| ("unreadable", message))?;
        let stream = arguments.stream.clone();
        Ok(Self { file, given: given.into_iter().collect(), stream })
    }
}

pub(super) async fn run(job: &mut Job, registry: &Registry, mut signals: Signals) -> u8 {
    tokio::select! {
        () = describe(&mut job.file, registry) => {}
        code = signals.first() => {
            failure::print("interrupted", "a signal came before the plugins were open");
            return code;
        }
    }
    let source = job.file.source();
    let environment = |name: &str| std::env::var(name).ok();
    let planned = match job.file.plan(&registry.catalog(), &job.given, &environment) {
        Ok(planned) => planned,
        Err(problems) => {
            failure::print_diagnostics(&problems, source);
            return WRONG;
        }
    };
    match planned {
        Planned::Once(plan) => {
            failure::print_lints(&plan.lints, source);
            job.stream.warn_in_vain();
            let answer = run::run(&plan, registry, &Unobserved, signals.clone().stopped()).await;
            closed(&answer, &signals, output::result)
        }
        Planned::Stream(plan) => {
            failure::print_lints(&plan.lints, source);
            run_stream::run(plan, registry, &job.stream, signals).await
        }
    }
}

/// Says how a run ended: the first fault to stderr, the run document to `print`, and the exit code.
pub(super) fn closed(answer: &Answer, signals: &Signals, print: impl FnOnce(&str)) -> u8 {
    if let Some(error) = &answer.error {
        let step = error.step.as_ref().map(|step| format!("step `{step}`: ")).unwrap_or_default();
        output::error(&format!("{step}{}", printable(&error.message)));
    }
    print(answer.to_json().get());
    match signals.seen() {
        _ if answer.is_success() => DONE,
        _ if answer.error.as_ref().is_some_and(|error| error.kind == BAD_CONFIGURATION) => WRONG,
        Some(code) => code,
        None => FAILED,
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
