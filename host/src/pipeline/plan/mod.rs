//! The pipeline as resolved: plugins found, versions chosen, templates compiled, inputs complete.

mod draft;

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::catalog::{Catalog, Installed};
use crate::diagnostics::Diagnostic;

use super::PipelineSpec;
use super::expr::{Compiler, Piece, StepNames, Tree};
use super::inputs::{self, GivenInput};
use super::spec::OnError;

/// Everything a run needs. Nothing in it is undecided.
pub struct Plan<'c> {
    /// The name of the pipeline.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The steps in the order they run.
    pub steps: Vec<PlannedStep<'c>>,
    /// How templates call the steps, by position.
    pub names: Vec<StepNames>,
    /// All inputs, an object.
    pub inputs: Box<RawValue>,
    /// Inputs that should not be shown.
    pub sensitive: Vec<String>,
    /// The variables of the process that templates read, an object.
    pub environment: Box<RawValue>,
    /// The top-level `env`.
    pub env: Vec<(String, Tree)>,
    /// The values of the answer's `outputs`.
    pub outputs: Vec<(String, Tree)>,
    /// What deserves a look although it can run.
    pub lints: Vec<Diagnostic>,
}

/// One step, resolved.
pub struct PlannedStep<'c> {
    /// Its id.
    pub id: String,
    /// The plugin that was chosen for it.
    pub installed: &'c Installed,
    /// Keys of its input. Later ones of the same name have been dropped.
    pub input: Vec<(String, Tree)>,
    /// Keys of its `config`.
    pub config: Vec<(String, Tree)>,
    /// Keys of its `env`.
    pub env: Vec<(String, Tree)>,
    /// The condition under which it runs.
    pub when: Option<Piece>,
    /// What its failure does to the run.
    pub on_error: OnError,
    /// Runs even after a failed step.
    pub always_run: bool,
}

impl<'c> Plan<'c> {
    /// Resolves a pipeline that was parsed without errors. Reads the environment through `env`
    /// only. Every problem is reported, in the order of the file.
    pub fn resolve(
        spec: &PipelineSpec,
        catalog: &'c Catalog,
        given: &BTreeMap<String, GivenInput>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut compiler = Compiler::new(catalog, Some(env));
        let draft = draft::draft(spec, catalog, &mut compiler);
        let undeclared = compiler.undeclared.clone();
        let inputs = inputs::resolve(&spec.inputs, &undeclared, given, &mut compiler);
        let environment = compiler.environment();
        let problems = draft::finish(compiler);
        if problems.iter().any(Diagnostic::is_error) {
            return Err(problems);
        }
        let sensitive = spec.inputs.iter().filter(|input| input.sensitive);
        Ok(Plan {
            name: spec.name.clone(),
            version: spec.version.clone(),
            steps: draft.steps,
            names: draft.names,
            inputs,
            sensitive: sensitive.map(|input| input.name.clone()).collect(),
            environment,
            env: draft.env,
            outputs: draft.outputs,
            lints: problems,
        })
    }
}

/// Finds what [`Plan::resolve`] would, as far as it depends neither on given inputs nor on the
/// environment.
pub fn check(spec: &PipelineSpec, catalog: &Catalog) -> Vec<Diagnostic> {
    let mut compiler = Compiler::new(catalog, None);
    draft::draft(spec, catalog, &mut compiler);
    inputs::check_defaults(&spec.inputs, &mut compiler);
    draft::finish(compiler)
}
