//! `plugpipe run FILE`: one pipeline, and the run document.

use super::run::RunArguments;
use super::signals::Signals;
use super::{DONE, FAILED, WRONG, failure, output};
use crate::diagnostics::Diagnostic;
use crate::pipeline::{GivenInput, Parsed, PipelineSpec, Plan};
use crate::registry::Registry;
use crate::run;
use std::collections::BTreeMap;
use std::io::Read;

pub(super) async fn run(arguments: &RunArguments, registry: &Registry, mut signals: Signals) -> u8 {
    let (file, given) = match prepare(arguments) {
        Ok(prepared) => prepared,
        Err((kind, message)) => {
            failure::print(kind, &message);
            return WRONG;
        }
    };
    let plan = match file.plan(registry, &given) {
        Ok(plan) => plan,
        Err(problems) => {
            failure::print_diagnostics(&problems, &file.source);
            return WRONG;
        }
    };
    failure::print_lints(&plan.lints, &file.source);
    let seen = signals.clone();
    let answer = run::run(&plan, registry, async {
        signals.first().await;
    })
    .await;
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

type Given = BTreeMap<String, GivenInput>;

fn prepare(arguments: &RunArguments) -> Result<(PipelineFile, Given), (&'static str, String)> {
    if arguments.config.is_some() {
        let message = "--config is for a plugin; a pipeline's steps have a `config` of their own";
        return Err(("bad_input", message.to_owned()));
    }
    let given = arguments.given.read().map_err(|message| ("bad_input", message))?;
    let file = PipelineFile::read(&arguments.target).map_err(|message| ("unreadable", message))?;
    Ok((file, given.into_iter().collect()))
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
