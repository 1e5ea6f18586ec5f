//! A pipeline as a drawing, of text or in Mermaid's language.

mod mermaid;
mod text;

pub use mermaid::mermaid;
pub use text::text;

/// A condition in a drawing is not longer than this.
const LONGEST: usize = 60;

/// A text of the file on one line, cut where it is long.
fn label(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = crate::diagnostics::printable(&flat);
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

#[cfg(test)]
mod tests;
