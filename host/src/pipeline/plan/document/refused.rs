//! Words that a document pipeline may not use in this version.

use crate::diagnostics::{Diagnostic, Span};
use crate::pipeline::spec::FlowSpec;

/// Reports every word of flow: steps run in the order of the file.
pub fn check(flow: &FlowSpec, found: &mut Vec<Diagnostic>) {
    for word in &flow.words {
        found.push(not_supported(&format!("`{}`", word.key), word.span));
    }
    if let Some((step_type, span)) = flow.step_type {
        found.push(not_supported(&format!("`type: {}`", step_type.word()), span));
    }
}

/// Says that this version does not act on something.
pub fn not_supported(what: &str, span: Span) -> Diagnostic {
    let message = format!("{what} is not supported by this version");
    Diagnostic::error("not_supported", span, &message)
}
