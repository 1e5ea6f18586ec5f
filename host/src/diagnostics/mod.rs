//! Problems of a pipeline file: what is wrong, where, and what to do about it.

pub mod kinds;
mod render;
mod secret_lines;
mod span;
mod suggest;

pub use render::to_text;
pub use secret_lines::{secret_lines, sounds_secret};
pub use span::{Position, Span};
pub use suggest::{instead, nearest};

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing may run.
    Error,
    /// The pipeline can run; the author should look all the same.
    Warning,
}

impl Severity {
    /// The word in JSON and in text: `error` or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One problem. `message` and `hint` hold no control characters and no secret values.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A stable name of the problem, such as `unknown_key`.
    pub kind: &'static str,
    /// What was expected and what was found.
    pub message: String,
    /// Where in the file; `None` when the problem is not in the file, such as a missing input.
    pub span: Option<Span>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The file as the user named it; filled in by whoever read the file.
    pub file: Option<String>,
    /// The line holds a value that nobody should see: a snippet is not shown.
    pub hides_source: bool,
}

impl Diagnostic {
    /// A problem that keeps the pipeline from running.
    pub fn error(kind: &'static str, span: impl Into<Option<Span>>, message: &str) -> Self {
        Self::new(Severity::Error, kind, span.into(), message)
    }

    /// A lint: the pipeline can run.
    pub fn warning(kind: &'static str, span: impl Into<Option<Span>>, message: &str) -> Self {
        Self::new(Severity::Warning, kind, span.into(), message)
    }

    fn new(severity: Severity, kind: &'static str, span: Option<Span>, message: &str) -> Self {
        Self {
            severity,
            kind,
            message: shortened(printable(message)),
            span,
            hint: None,
            file: None,
            hides_source: false,
        }
    }

    /// Adds what to do about it; `None` changes nothing.
    pub fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        if let Some(hint) = hint.into() {
            self.hint = Some(shortened(printable(&hint)));
        }
        self
    }

    /// Adds `did you mean …` when one of `known` resembles `word`.
    pub fn suggest<'k>(self, word: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        let hint = nearest(word, known).map(|name| format!("did you mean `{name}`?"));
        self.hint(hint)
    }

    /// Whether this keeps the pipeline from running.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// `{severity, kind, message, line, column, end_line, end_column, hint}`; absent ones are null.
impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Diagnostic", 8)?;
        fields.serialize_field("severity", self.severity.as_str())?;
        fields.serialize_field("kind", self.kind)?;
        fields.serialize_field("message", &self.message)?;
        fields.serialize_field("line", &self.span.map(|span| span.start.line))?;
        fields.serialize_field("column", &self.span.map(|span| span.start.column))?;
        fields.serialize_field("end_line", &self.span.map(|span| span.end.line))?;
        fields.serialize_field("end_column", &self.span.map(|span| span.end.column))?;
        fields.serialize_field("hint", &self.hint)?;
        fields.end()
    }
}

/// Sorts by place in the file; what has no place comes last. The order of equals is kept.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|found| {
        found.span.map_or((u32::MAX, 0), |span| (span.start.line, span.start.column))
    });
}

/// A message that quotes a file cannot be as long as the file.
fn shortened(text: String) -> String {
    const CHARACTERS: usize = 500;
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The text with control and text-direction characters escaped, so that a terminal shows and does
/// not obey them.
pub fn printable(text: &str) -> String {
    let hostile =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hostile(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_eight_fields_in_a_fixed_order() {
        let span = Span { start: Position::new(3, 5), end: Position::new(3, 9) };
        let found = Diagnostic::error("bad_type", span, "no").hint("do this".to_owned());
        assert_eq!(
            serde_json::to_string(&found).unwrap(),
            r#"{"severity":"error","kind":"bad_type","message":"no","line":3,"column":5,"end_line":3,"end_column":9,"hint":"do this"}"#
        );
    }

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        let found = Diagnostic::warning("x", None, "a\u{1b}[31m\u{202e}\nb");
        assert_eq!(found.message, "a\\u{1b}[31m\\u{202e}\\nb");
        assert_eq!(Diagnostic::error("x", None, &"é".repeat(600)).message.chars().count(), 501);
    }
}
