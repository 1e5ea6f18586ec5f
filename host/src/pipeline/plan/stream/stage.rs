//! What each step of a stream is: a source first, then transforms, filters and sinks.

use crate::catalog::{Catalog, Installed};
use crate::diagnostics::Diagnostic;
use crate::pipeline::expr::Compiler;
use crate::pipeline::plan::parts::plugin;
use crate::pipeline::spec::{StepSpec, StepType};
use std::sync::Arc;

/// What a step does to records, and the plugin that does it.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Reads them. The first step, and no other.
    Source(Arc<Installed>),
    /// Changes batches of them.
    Transform(Arc<Installed>),
    /// Writes them.
    Sink(Arc<Installed>),
    /// Lets those through for which `when` holds; built in.
    Filter,
}

impl Stage {
    /// The plugin; a filter has none.
    pub fn installed(&self) -> Option<&Arc<Installed>> {
        match self {
            Self::Source(plug) | Self::Transform(plug) | Self::Sink(plug) => Some(plug),
            Self::Filter => None,
        }
    }

    /// The word for what it does.
    pub fn role(&self) -> &'static str {
        match self {
            Self::Source(_) => "source",
            Self::Transform(_) => "transform",
            Self::Sink(_) => "sink",
            Self::Filter => "filter",
        }
    }

    /// Whether records end here.
    pub fn is_sink(&self) -> bool {
        matches!(self, Self::Sink(_))
    }
}

/// The stage of the step at `index`; `None` when it has none, which is reported.
pub fn stage(
    step: &StepSpec,
    index: usize,
    catalog: &Catalog,
    compiler: &mut Compiler<'_>,
) -> Option<Stage> {
    let said = step.flow.step_type.map(|(step_type, _)| step_type);
    if said == Some(StepType::Filter) {
        return filter(step, index, &mut compiler.problems);
    }
    let name = step.plugin.as_ref()?;
    let plug = plugin(name, catalog, compiler)?;
    let has = |role: &str| plug.manifest.roles.iter().any(|known| known == role);
    let takes =
        |step_type: StepType| has(step_type.word()) && said.is_none_or(|said| said == step_type);
    if index == 0 && takes(StepType::Source) {
        return Some(Stage::Source(plug));
    }
    match (index > 0 && takes(StepType::Transform), index > 0 && takes(StepType::Sink)) {
        (true, false) => return Some(Stage::Transform(plug)),
        (false, true) => return Some(Stage::Sink(plug)),
        (true, true) => {
            let message = format!("`{}` can be a transform and a sink here", plug.name);
            let problem = Diagnostic::error("wrong_role", name.span, &message);
            let hint = "say which: `type: transform` or `type: sink`";
            compiler.problems.push(problem.hint(hint.to_owned()));
        }
        (false, false) => compiler.problems.push(wrong_role(step, index, &plug)),
    }
    None
}

fn wrong_role(step: &StepSpec, index: usize, plug: &Installed) -> Diagnostic {
    let roles = match &plug.manifest.roles[..] {
        [] => "no role".to_owned(),
        [role] => format!("the role `{role}`"),
        roles => format!("the roles `{}`", roles.join("`, `")),
    };
    let wanted = match (index, step.flow.step_type) {
        (0, _) => "the first step of a stream is a source",
        (_, Some((StepType::Transform, _))) => "the step says it is a transform",
        (_, Some((StepType::Sink, _))) => "the step says it is a sink",
        (_, Some((StepType::Source, _))) => "only the first step of a stream is a source",
        _ => "a step behind the source is a transform or a sink",
    };
    let span = step.plugin.as_ref().map_or(step.span, |name| name.span);
    let message = format!("{wanted}, and `{}` has {roles}", plug.name);
    Diagnostic::error("wrong_role", span, &message)
        .hint("`plugpipe list` shows what each plug can be".to_owned())
}

/// A filter is its condition and nothing else.
fn filter(step: &StepSpec, index: usize, found: &mut Vec<Diagnostic>) -> Option<Stage> {
    let before = found.len();
    let mut bad = |span, message: &str| found.push(Diagnostic::error("bad_value", span, message));
    if index == 0 {
        bad(step.span, "the first step of a stream is a source, and this one is a filter");
    }
    if let Some(name) = &step.plugin {
        bad(name.span, "a filter is built in and has no plugin");
    }
    if let Some(config) = &step.config {
        bad(config.span, "a filter has no `config`");
    }
    if step.when.is_none() {
        bad(step.span, "a filter needs a `when`: records for which it is false are filtered");
    }
    (found.len() == before).then_some(Stage::Filter)
}
