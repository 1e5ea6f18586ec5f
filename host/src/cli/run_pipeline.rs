//! `plugpipe run FILE`: one pipeline, and the run document.

use super::failure::Fault;
use super::run::RunArguments;
use super::run_stream::StreamArguments;
use super::signals::Signals;
use super::{DONE, FAILED, WRONG, failure, output, run_stream};
use crate::catalog::Catalog;
use crate::diagnostics::{Diagnostic, printable};
use crate::pipeline::{GivenInput, Parsed, PipelineSpec, Planned};
use crate::registry::Registry;
use crate::run::answer::BAD_CONFIGURATION;
use crate::run::{self, Answer};
use std::collections::BTreeMap;
use std::io::Read;

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
        let file = PipelineFile::read(&arguments.target);
        let file = file.map_err(|message| ("unreadable", message))?;
        let stream = arguments.stream.clone();
        Ok(Self { file, given: given.into_iter().collect(), stream })
    }
}

pub(super) async fn run(job: &Job, registry: &Registry, signals: Signals) -> u8 {
    let source = &job.file.source;
    let planned = match job.file.plan(&registry.catalog(), &job.given) {
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
            let answer = run::run(&plan, registry, signals.clone().stopped()).await;
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

/// A pipeline file that was read.
pub(super) struct PipelineFile {
    name: String,
    /// Its text, for snippets.
    pub(super) source: std::sync::Arc<str>,
    spec: Option<PipelineSpec>,
    diagnostics: Vec<Diagnostic>,
}

impl PipelineFile {
    /// Reads a file, or stdin for `-`.
    pub(super) fn read(target: &str) -> Result<Self, String> {
        let (name, bytes) = match target {
            "-" => ("stdin", read_stdin()),
            path => (path, std::fs::read(path)),
        };
        let bytes = bytes.map_err(|error| format!("{name}: {error}"))?;
        let Parsed { spec, diagnostics, source } = PipelineSpec::parse(&bytes);
        Ok(Self { name: name.to_owned(), source, spec, diagnostics })
    }

    /// The plan, or every problem of the file.
    pub(super) fn plan(
        &self,
        catalog: &Catalog,
        given: &Given,
    ) -> Result<Planned, Vec<Diagnostic>> {
        let environment = |name: &str| std::env::var(name).ok();
        let resolved = match &self.spec {
            Some(spec) => Planned::resolve(spec, catalog, given, &environment),
            None => Err(Vec::new()),
        };
        let shape_is_wrong = self.diagnostics.iter().any(Diagnostic::is_error);
        match resolved {
            Ok(mut planned) => {
                let lints = self.named(std::mem::take(planned.lints()));
                if shape_is_wrong {
                    return Err(lints);
                }
                *planned.lints() = lints;
                Ok(planned)
            }
            Err(problems) => Err(self.named(problems)),
        }
    }

    /// Problems of the shape and `further` ones, in the order of the file and with its name.
    pub(super) fn named(&self, further: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = self.diagnostics.iter().cloned().chain(further).collect();
        crate::diagnostics::sort(&mut all);
        all.iter_mut().for_each(|one| one.file = Some(self.name.clone()));
        all
    }

    /// The pipeline, unless the file is not one.
    pub(super) fn spec(&self) -> Option<&PipelineSpec> {
        self.spec.as_ref()
    }
}

fn read_stdin() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
}
