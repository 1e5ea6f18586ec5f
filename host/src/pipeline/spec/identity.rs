//! No two steps may answer to one name.

use std::collections::HashMap;

use crate::diagnostics::{Diagnostic, Span};
use crate::pipeline::expr::ROOTS;

use super::StepSpec;

/// Reports ids and names that are taken, and ids that templates read as something else.
pub fn check(steps: &[StepSpec], found: &mut Vec<Diagnostic>) {
    let mut taken: HashMap<&str, usize> = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        reserved(step, found);
        let name = step.name.as_ref().map(|(name, span)| (name.as_str(), *span));
        let own = [Some((step.id.as_str(), step.id_span)), name];
        for (name, span) in own.into_iter().flatten() {
            if *taken.entry(name).or_insert(index) != index {
                found.push(duplicate(name, span));
                break;
            }
        }
    }
}

fn duplicate(name: &str, span: Span) -> Diagnostic {
    let message = format!("another step is already called `{name}`");
    Diagnostic::error("duplicate_step_id", span, &message)
        .hint("give one of them another `id`".to_owned())
}

fn reserved(step: &StepSpec, found: &mut Vec<Diagnostic>) {
    let id = &step.id;
    if ROOTS.contains(&id.as_str()) {
        let message =
            format!("a step cannot be called `{id}`: in templates `{id}` means something else");
        found.push(
            Diagnostic::error("reserved_step_id", step.id_span, &message)
                .hint("give it another `id`".to_owned()),
        );
        return;
    }
    let Some((name, span)) = &step.name else { return };
    if ROOTS.contains(&name.as_str()) {
        let message = format!("in templates `{name}` means something else than this step");
        found.push(
            Diagnostic::warning("reserved_step_id", *span, &message)
                .hint(format!("they read its result as `{id}`")),
        );
    }
}
