//! What both plans are made of: plugins, layered mappings, the data of the run, problems.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::catalog::{Catalog, Installed};
use crate::diagnostics::{Diagnostic, sort};
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::{Compiler, Scope, Tree, dashed_hint};
use crate::pipeline::inputs::{self, GivenInput};
use crate::pipeline::spec::PluginName;
use crate::yaml::Node;

/// What the user and the process hand in.
pub struct RunData {
    /// All inputs, an object.
    pub inputs: Box<RawValue>,
    /// Inputs that should not be shown.
    pub sensitive: Vec<String>,
    /// The variables of the process that templates read, an object.
    pub environment: Box<RawValue>,
}

impl RunData {
    /// Checks what was given; problems go to the compiler. Comes after the templates, which name
    /// inputs that nobody declared.
    pub fn resolve(
        spec: &PipelineSpec,
        given: &BTreeMap<String, GivenInput>,
        compiler: &mut Compiler<'_>,
    ) -> Self {
        let undeclared = compiler.undeclared.clone();
        let inputs = inputs::resolve(&spec.inputs, &undeclared, given, compiler);
        let sensitive = spec.inputs.iter().filter(|input| input.sensitive);
        Self {
            inputs,
            sensitive: sensitive.map(|input| input.name.clone()).collect(),
            environment: compiler.environment(),
        }
    }
}

/// The plugin of a step.
pub fn plugin(
    name: &PluginName,
    catalog: &Catalog,
    compiler: &mut Compiler<'_>,
) -> Option<Arc<Installed>> {
    match catalog.find(&name.wanted) {
        Ok(installed) => Some(Arc::clone(installed)),
        Err(not_found) => {
            let problem = Diagnostic::error("unknown_plugin", name.span, &not_found.message);
            compiler.problems.push(problem.hint(not_found.hint));
            None
        }
    }
}

/// Looks for the plugins that the file requires. One that a step lacks as well is reported there.
pub fn required(spec: &PipelineSpec, catalog: &Catalog, compiler: &mut Compiler<'_>) {
    let named = spec.steps.iter().filter_map(|step| step.plugin.as_ref());
    let lacking: HashSet<&str> = named
        .filter(|name| catalog.find(&name.wanted).is_err())
        .map(|name| name.name.as_str())
        .collect();
    for name in spec.required_plugins.iter().filter(|one| !lacking.contains(one.name.as_str())) {
        plugin(name, catalog, compiler);
    }
}

/// Compiles mappings that lie over each other, the weakest first, key by key.
pub fn layers(
    layers: &[Node],
    scope: &Scope<'_>,
    compiler: &mut Compiler<'_>,
) -> Vec<(String, Tree)> {
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
        let declare =
            || format!("declare it: `inputs: {{{name}: {{type: string, required: true}}}}`");
        let hint = compiler.dashed.get(name).map_or_else(declare, |dashed| dashed_hint(dashed));
        Diagnostic::warning("undeclared_input", *span, &message).hint(hint)
    }));
    sort(&mut problems);
    // A condition that leads to several steps is looked at for each of them.
    problems.dedup();
    problems
}
