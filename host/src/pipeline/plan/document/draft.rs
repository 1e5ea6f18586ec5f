//! Finding plugins and compiling templates, step by step.

use crate::catalog::Catalog;
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::{Compiler, Data, Reads, Scope, StepNames, Tree, Visible};
use crate::pipeline::lint;
use crate::pipeline::plan::known::Known;
use crate::pipeline::plan::parts::{layers, plugin};
use crate::pipeline::spec::{Mode, StepSpec};

use super::{Incoming, PlannedStep, Retries, on_error, refused};

/// A plan without inputs. Steps with problems are missing in it.
pub struct Draft {
    /// Steps without problems.
    pub steps: Vec<PlannedStep>,
    /// The names of all steps.
    pub names: Vec<StepNames>,
    /// The top-level `env`.
    pub env: Vec<(String, Tree)>,
    /// The top-level `outputs`.
    pub outputs: Vec<(String, Tree)>,
}

/// Compiles everything; problems go to the compiler.
pub fn draft(spec: &PipelineSpec, catalog: &Catalog, compiler: &mut Compiler<'_>) -> Draft {
    lint::config(spec.config.as_ref(), Mode::Once, &mut compiler.problems);
    let known = Known::new(spec);
    let scope = |visible| known.scope(Visible::First(visible), Data::Results);
    let env = layers(spec.env.as_slice(), &scope(0), compiler);
    let steps = spec
        .steps
        .iter()
        .enumerate()
        .filter_map(|(index, written)| step(index, written, &scope(index), catalog, compiler))
        .collect();
    let all = scope(spec.steps.len());
    let outputs = spec
        .outputs
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), compiler.tree(value, &all)?)))
        .collect();
    Draft { steps, env, outputs, names: known.names }
}

fn step(
    position: usize,
    written: &StepSpec,
    scope: &Scope<'_>,
    catalog: &Catalog,
    compiler: &mut Compiler<'_>,
) -> Option<PlannedStep> {
    refused::check(&written.flow, &mut compiler.problems);
    let on_error = on_error::resolve(written.on_error.as_ref(), &mut compiler.problems);
    let installed = written.plugin.as_ref().and_then(|name| plugin(name, catalog, compiler));
    let with_secrets = Scope { reads: Reads { secrets: true, ..scope.reads }, ..*scope };
    let env = layers(written.env.as_slice(), &with_secrets, compiler);
    let config = layers(written.config.as_slice(), &with_secrets, compiler);
    let input = layers(&written.input, &with_secrets, compiler);
    let when = match &written.when {
        Some(node) => Some(compiler.condition(node, scope)?),
        None => None,
    };
    Some(PlannedStep {
        id: written.id.clone(),
        installed: installed?,
        input,
        config,
        env,
        when,
        on_error,
        always_run: written.always_run.is_some(),
        starts: position == 0,
        incoming: position.checked_sub(1).map(Incoming::by_order).into_iter().collect(),
        foreach: None,
        exit_if: None,
        timeout: None,
        retries: Retries::default(),
        aliases: Vec::new(),
        span: written.span,
    })
}
