//! A name that a step gives to a part of its result means one thing.

use std::collections::HashMap;

use crate::diagnostics::{Diagnostic, Span};
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::ROOTS;
use crate::pipeline::plan::known::Known;

/// Reports names that are given twice or that templates read as something else.
pub fn check(spec: &PipelineSpec, known: &Known, found: &mut Vec<Diagnostic>) {
    let mut given: HashMap<&str, &str> = HashMap::new();
    for step in &spec.steps {
        for alias in &step.aliases {
            let name = alias.name.as_str();
            let taken = match given.insert(name, &step.id) {
                Some(other) => Some(format!("step `{other}` already gives the name `{name}`")),
                None => meaning(name, spec, known),
            };
            found.extend(taken.map(|message| duplicate(alias.span, &message)));
        }
    }
}

/// What templates would read instead.
fn meaning(name: &str, spec: &PipelineSpec, known: &Known) -> Option<String> {
    if ROOTS.contains(&name) {
        return Some(format!("in templates `{name}` already means something else"));
    }
    if known.positions.contains_key(name) {
        return Some(format!("a step is called `{name}`"));
    }
    let declared = spec.inputs.iter().any(|input| input.name == name);
    declared.then(|| format!("an input is called `{name}`"))
}

fn duplicate(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("duplicate_alias", span, message)
        .hint("give the part of the result another name".to_owned())
}
