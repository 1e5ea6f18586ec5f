//! The bytes of a file as text.

use crate::diagnostics::{Diagnostic, Position, Span};

use super::budget;

/// The text of a file, without a byte order mark, if it is worth parsing.
pub fn decode(bytes: &[u8]) -> Result<&str, Diagnostic> {
    if bytes.len() > budget::FILE_BYTES {
        return Err(too_large());
    }
    let text = std::str::from_utf8(bytes).map_err(|invalid| {
        let valid = String::from_utf8_lossy(&bytes[..invalid.valid_up_to()]);
        let line = valid.split('\n').count();
        let column = valid.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let span = Span::at(Position::new(line, column));
        Diagnostic::error("invalid_utf8", span, "the file is not UTF-8 text")
            .hint("save it as UTF-8".to_owned())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    refuse_control_characters(text)?;
    budget::refuse_crowded_brackets(text)?;
    Ok(text)
}

/// The refusal of a file of more than [`budget::FILE_BYTES`].
pub fn too_large() -> Diagnostic {
    let message = format!("the file is larger than {} MiB", budget::FILE_BYTES >> 20);
    Diagnostic::error("too_large", None, &message)
        .hint("hand large data in as an input of the run".to_owned())
}

/// The parser lets some of them through, and no text editor shows them.
fn refuse_control_characters(text: &str) -> Result<(), Diagnostic> {
    let hidden = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    for (index, line) in text.split('\n').enumerate() {
        if let Some(column) = line.chars().position(hidden) {
            let span = Span::at(Position::new(index + 1, column + 1));
            let message = "a control character cannot stand in YAML";
            return Err(Diagnostic::error("yaml_syntax", span, message)
                .hint("write it as an escape in double quotes, such as \"\\0\"".to_owned()));
        }
    }
    Ok(())
}
