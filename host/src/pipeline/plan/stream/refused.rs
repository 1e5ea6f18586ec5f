//! Words that mean nothing where records flow.

use crate::diagnostics::Diagnostic;
use crate::pipeline::PipelineSpec;
use crate::pipeline::spec::StepSpec;

use super::Stage;

/// Words of flow that a stream acts on; it refuses the others.
const KNOWN: [&str; 3] = ["depends_on", "next", "branches"];

/// Reports what the file as a whole cannot have.
pub fn top_level(spec: &PipelineSpec, found: &mut Vec<Diagnostic>) {
    if let Some((_, first)) = spec.outputs.first() {
        let message =
            "top-level `outputs` are not supported in a stream: its steps have no results";
        found.push(Diagnostic::error("not_supported", first.span, message));
    }
}

/// Reports what the step at `index` cannot have.
pub fn step(step: &StepSpec, index: usize, stage: Option<&Stage>, found: &mut Vec<Diagnostic>) {
    let words = step.flow.words.iter().filter(|word| !KNOWN.contains(&word.key));
    let words = words.map(|word| (word.key, word.span));
    let always_run = step.always_run.map(|span| ("always_run", span));
    for (word, span) in words.chain(always_run) {
        let message = format!("`{word}` is not supported in a stream");
        let problem = Diagnostic::error("not_supported", span, &message);
        found.push(problem.hint(instead(word).map(str::to_owned)));
    }
    if step.id == "record" {
        let message = "a step of a stream cannot be called `record`: that is what expressions read";
        found.push(Diagnostic::error("reserved_step_id", step.id_span, message));
    }
    if let (0, Some(when)) = (index, &step.when) {
        let message = "a source has no `when`: put a step with `type: filter` behind it";
        found.push(Diagnostic::error("bad_value", when.span, message));
    }
    let takes_with = stage.is_none_or(Stage::is_sink);
    if let (false, Some(with)) = (takes_with, step.input.first()) {
        let message = "only a sink takes `with`: it says what a record gets before it is written";
        found.push(Diagnostic::error("bad_value", with.span, message));
    }
}

fn instead(word: &str) -> Option<&'static str> {
    match word {
        "retries" => Some("a sink retries by itself, in order"),
        "exit_if" => Some("a stream ends when its source does"),
        "foreach" | "concurrency" => Some("a stream calls each step for every record as it is"),
        "always_run" => Some("every step of a stream runs until the stream ends"),
        "join" => Some("`depends_on` names the steps whose records come here"),
        _ => None,
    }
}
