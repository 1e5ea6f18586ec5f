//! The pipeline as resolved: plugins found, versions chosen, templates compiled, inputs complete.
//!
//! Which engine runs it is decided first (`mode`); [`document`] and [`stream`] are the two plans.

pub mod document;
mod known;
mod mode;
pub mod outline;
mod parts;
pub mod stream;

pub use document::{Plan, PlannedStep};
pub use outline::Outline;
pub use stream::{BatchLimits, Edge, Stage, StreamOnError, StreamPlan, StreamStep};

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;

use super::PipelineSpec;
use super::expr::Compiler;
use super::inputs::{self, GivenInput};
use super::spec::Mode;

use parts::RunData;

/// A plan for the one engine or the other.
pub enum Planned {
    /// For the document engine.
    Once(Plan),
    /// For the stream engine.
    Stream(StreamPlan),
}

/// What can be said about a pipeline before it runs.
#[derive(Debug)]
pub struct Checked {
    /// The engine that would run it.
    pub mode: Mode,
    /// Problems of plugins, flow and templates, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Planned {
    /// Resolves a pipeline that was parsed without errors. Reads the environment through `env`
    /// only.
    ///
    /// # Errors
    /// Every problem, in the order of the file.
    pub fn resolve(
        spec: &PipelineSpec,
        catalog: &Catalog,
        given: &BTreeMap<String, GivenInput>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut compiler = Compiler::new(catalog, Some(env));
        let Some(mode) = mode::decide(spec, catalog, &mut compiler.problems) else {
            return Err(parts::finish(compiler));
        };
        Ok(match mode {
            Mode::Once => {
                let draft = document::draft(spec, catalog, &mut compiler);
                let data = RunData::resolve(spec, given, &mut compiler);
                let lints = runnable(compiler)?;
                Self::Once(document::plan(spec, draft, data, lints))
            }
            Mode::Stream => {
                let draft = stream::draft(spec, catalog, &mut compiler);
                let data = RunData::resolve(spec, given, &mut compiler);
                let lints = runnable(compiler)?;
                // A step is missing only where a problem was reported.
                let draft = draft.ok_or_else(Vec::new)?;
                Self::Stream(stream::plan(spec, draft, data, lints))
            }
        })
    }
}

impl Planned {
    /// What deserves a look although it can run.
    pub fn lints(&mut self) -> &mut Vec<Diagnostic> {
        match self {
            Self::Once(plan) => &mut plan.lints,
            Self::Stream(plan) => &mut plan.lints,
        }
    }
}

/// All lints, unless there is an error among the problems.
fn runnable(compiler: Compiler<'_>) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let problems = parts::finish(compiler);
    if problems.iter().any(Diagnostic::is_error) { Err(problems) } else { Ok(problems) }
}

/// The engine that would run a pipeline; `None` where that is not decided, which [`check`] reports.
pub fn mode(spec: &PipelineSpec, catalog: &Catalog) -> Option<Mode> {
    mode::decide(spec, catalog, &mut Vec::new())
}

/// Finds what [`Planned::resolve`] would, as far as it depends neither on given inputs nor on the
/// environment.
pub fn check(spec: &PipelineSpec, catalog: &Catalog) -> Checked {
    let mut compiler = Compiler::new(catalog, None);
    let mode = mode::decide(spec, catalog, &mut compiler.problems);
    match mode {
        Some(Mode::Once) => drop(document::draft(spec, catalog, &mut compiler)),
        Some(Mode::Stream) => drop(stream::draft(spec, catalog, &mut compiler)),
        None => {}
    }
    inputs::check_defaults(&spec.inputs, &mut compiler);
    Checked { mode: mode.unwrap_or(Mode::Once), diagnostics: parts::finish(compiler) }
}
