//! `plugpipe run FILE`: one pipeline, and the run document.

use super::failure::Fault;
use super::run::RunArguments;
use super::signals::Signals;
use super::{DONE, FAILED, WRONG, failure, output};
use crate::diagnostics::{Diagnostic, printable};
use crate::pipeline::{GivenInput, Parsed, PipelineSpec, Plan};
use crate::registry::Registry;
use crate::run;
use std::collections::BTreeMap;
use std::io::Read;

/// A pipeline and its inputs.
pub(super) struct Job {
    file: PipelineFile,
    given: Given,
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
        Ok(Self { file, given: given.into_iter().collect() })
    }
}

pub(super) async fn run(job: &Job, registry: &Registry, mut signals: Signals) -> u8 {
    let source = &job.file.source;
    let plan = match job.file.plan(registry, &job.given) {
        Ok(plan) => plan,
        Err(problems) => {
            failure::print_diagnostics(&problems, source);
            return WRONG;
        }
    };
    failure::print_lints(&plan.lints, source);
    let seen = signals.clone();
    let stopped = async {
        signals.first().await;
    };
    let answer = run::run(&plan, registry, stopped).await;
    if let Some(error) = &answer.error {
        let step = error.step.as_ref().map(|step| format!("step `{step}`: ")).unwrap_or_default();
        output::error(&format!("{step}{}", printable(&error.message)));
    }
    output::result(answer.to_json().get());
    match seen.seen() {
        _ if answer.is_success() => DONE,
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

    fn plan<'r>(&self, registry: &'r Registry, given: &Given) -> Result<Plan<'r>, Vec<Diagnostic>> {
        let environment = |name: &str| std::env::var(name).ok();
        let resolved = match &self.spec {
            Some(spec) => Plan::resolve(spec, registry.catalog(), given, &environment),
            None => Err(Vec::new()),
        };
        let shape_is_wrong = self.diagnostics.iter().any(Diagnostic::is_error);
        match resolved {
            Ok(mut plan) if !shape_is_wrong => {
                plan.lints = self.named(std::mem::take(&mut plan.lints));
                Ok(plan)
            }
            Ok(plan) => Err(self.named(plan.lints)),
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
