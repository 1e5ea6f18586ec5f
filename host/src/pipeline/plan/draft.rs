//! Finding plugins and compiling templates, step by step.

use std::collections::{BTreeSet, HashMap};

use crate::catalog::{Catalog, Installed};
use crate::diagnostics::{Diagnostic, sort};
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::{Compiler, Scope, StepNames, Tree};
use crate::pipeline::spec::{PluginName, StepSpec};
use crate::yaml::Node;

use super::PlannedStep;

/// A plan without inputs. Steps with problems are missing in it.
pub struct Draft<'c> {
    /// Steps without problems.
    pub steps: Vec<PlannedStep<'c>>,
    /// The names of all steps.
    pub names: Vec<StepNames>,
    /// The top-level `env`.
    pub env: Vec<(String, Tree)>,
    /// The top-level `outputs`.
    pub outputs: Vec<(String, Tree)>,
}

/// Compiles everything; problems go to the compiler.
pub fn draft<'c>(
    spec: &PipelineSpec,
    catalog: &'c Catalog,
    compiler: &mut Compiler<'_>,
) -> Draft<'c> {
    let names: Vec<StepNames> = spec.steps.iter().map(names_of).collect();
    let inputs = spec.inputs.iter().map(|input| input.name.clone()).collect();
    let aliases = spec.steps.iter().flat_map(|step| step.aliases.clone()).collect();
    let config = spec.config.iter().flat_map(keys).collect();
    let positions = positions(&names);
    let scope = |visible| Scope {
        positions: &positions,
        steps: &names,
        visible,
        inputs: &inputs,
        aliases: &aliases,
        config: &config,
    };
    let env = layers(spec.env.as_slice(), &scope(0), compiler);
    let steps = spec
        .steps
        .iter()
        .enumerate()
        .filter_map(|(index, written)| step(written, &scope(index), catalog, compiler))
        .collect();
    let all = scope(names.len());
    let outputs = spec
        .outputs
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), compiler.tree(value, &all)?)))
        .collect();
    Draft { steps, env, outputs, names }
}

/// All problems, with a lint for each undeclared input, in the order of the file.
pub fn finish(compiler: Compiler<'_>) -> Vec<Diagnostic> {
    let mut problems = compiler.problems;
    if compiler.gave_up {
        let message = "there are too many problems; the rest of the file was not looked at";
        problems.push(Diagnostic::error("too_many_problems", None, message));
    }
    let (required, optional) = (&compiler.undeclared, &compiler.optional);
    let optional = optional.iter().filter(|(name, _)| !required.contains_key(*name));
    problems.extend(required.iter().chain(optional).map(|(name, span)| {
        let message = format!("`{name}` is not declared; it is taken from the inputs of the run");
        Diagnostic::warning("undeclared_input", *span, &message)
            .hint(format!("declare it: `inputs: {{{name}: {{type: string, required: true}}}}`"))
    }));
    sort(&mut problems);
    problems
}

fn names_of(step: &StepSpec) -> StepNames {
    StepNames { id: step.id.clone(), name: step.name.as_ref().map(|(name, _)| name.clone()) }
}

/// Ids and names to positions; the first step of a name counts.
fn positions(steps: &[StepNames]) -> HashMap<String, usize> {
    let mut positions = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        for name in std::iter::once(&step.id).chain(&step.name) {
            positions.entry(name.clone()).or_insert(index);
        }
    }
    positions
}

fn keys(node: &Node) -> BTreeSet<String> {
    node.entries().iter().map(|entry| entry.key.clone()).collect()
}

fn step<'c>(
    written: &StepSpec,
    scope: &Scope<'_>,
    catalog: &'c Catalog,
    compiler: &mut Compiler<'_>,
) -> Option<PlannedStep<'c>> {
    let installed = written.plugin.as_ref().and_then(|name| plugin(name, catalog, compiler));
    let env = layers(written.env.as_slice(), scope, compiler);
    let config = layers(written.config.as_slice(), scope, compiler);
    let input = layers(&written.input, scope, compiler);
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
        on_error: written.on_error,
        always_run: written.always_run,
    })
}

fn plugin<'c>(
    name: &PluginName,
    catalog: &'c Catalog,
    compiler: &mut Compiler<'_>,
) -> Option<&'c Installed> {
    match catalog.find(&name.wanted) {
        Ok(installed) => Some(installed),
        Err(not_found) => {
            let problem = Diagnostic::error("unknown_plugin", name.span, &not_found.message);
            compiler.problems.push(problem.hint(not_found.hint));
            None
        }
    }
}

/// Compiles mappings that lie over each other, the weakest first, key by key.
fn layers(layers: &[Node], scope: &Scope<'_>, compiler: &mut Compiler<'_>) -> Vec<(String, Tree)> {
    let mut merged: Vec<(String, Tree)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for entry in layers.iter().flat_map(Node::entries) {
        let Some(tree) = compiler.tree(&entry.value, scope) else { continue };
        let place = *places.entry(&entry.key).or_insert(merged.len());
        match merged.get_mut(place) {
            Some((_, weaker)) => *weaker = tree,
            None => merged.push((entry.key.clone(), tree)),
        }
    }
    merged
}
