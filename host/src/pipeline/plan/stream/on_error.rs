//! What becomes of refused records, as written: `fail`, `drop`, or a step for dead letters.

use crate::diagnostics::Diagnostic;
use crate::pipeline::spec::{OnErrorSpec, StepName};

/// An action whose step is still a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// The stream stops.
    #[default]
    Fail,
    /// The record is rejected.
    Drop,
    /// The record goes to this step.
    DeadLetter(StepName),
}

const ACTIONS: &str = "one of fail, drop, {action: dlq, to: step}";
/// Actions of document pipelines, which a stream has no use for.
const OF_DOCUMENTS: [&str; 4] = ["warn", "log", "continue", "retry"];

/// The action; one that a stream does not have is reported and read as the default.
pub fn resolve(written: Option<&OnErrorSpec>, found: &mut Vec<Diagnostic>) -> Action {
    let Some(written) = written else { return Action::default() };
    let mut bad = |span, message: &str| {
        found.push(Diagnostic::error("bad_value", span, message).hint(ACTIONS.to_owned()));
    };
    for (key, span) in &written.others {
        bad(*span, &format!("`on_error` of a stream has no `{key}`"));
    }
    match (written.action.as_deref(), &written.to) {
        (Some("fail"), None) => return Action::Fail,
        (Some("drop"), None) => return Action::Drop,
        (Some("dlq"), Some(to)) => return Action::DeadLetter(to.clone()),
        (Some("dlq"), None) => bad(written.span, "`on_error: dlq` does not say `to` which step"),
        (Some(action @ ("fail" | "drop")), Some(to)) => {
            bad(to.span, &format!("`to` belongs to `dlq`, not to `{action}`"));
        }
        (Some(action), _) if OF_DOCUMENTS.contains(&action) => {
            let message = format!("`on_error: {action}` means nothing in a stream");
            bad(written.span, &message);
        }
        (Some(action), _) => bad(written.span, &format!("`on_error` knows no `{action}`")),
        (None, _) => bad(written.span, "`on_error` has no `action`"),
    }
    Action::default()
}
