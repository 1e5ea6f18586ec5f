//! What a failed step does to a document pipeline.

use crate::diagnostics::Diagnostic;
use crate::pipeline::spec::OnErrorSpec;

use super::refused::not_supported;
use super::{Action, OnError};

const ACTIONS: [&str; 5] = ["fail", "warn", "log", "continue", "retry"];

/// The action; one that is not acted on is reported and read as the default.
pub fn resolve(written: Option<&OnErrorSpec>, found: &mut Vec<Diagnostic>) -> OnError {
    let Some(written) = written else { return OnError::default() };
    let alone = written.others.is_empty() && written.to.is_none();
    let bad_value = |message: &str| {
        Diagnostic::error("bad_value", written.span, message)
            .hint(format!("one of {}", ACTIONS.join(", ")))
    };
    found.push(match written.action.as_deref() {
        Some("fail") if alone => return Action::Fail.into(),
        Some("continue") if alone => return Action::Continue.into(),
        Some(word) if ACTIONS.contains(&word) => {
            not_supported(&format!("`on_error: {word}` in this form"), written.span)
        }
        Some(word) => bad_value(&format!("`on_error` knows no `{word}`")),
        None => bad_value("`on_error` has no `action`"),
    });
    OnError::default()
}
