//! A diagnostic as text: title, snippet of the file, hint.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};

use super::{Diagnostic, Position, Severity, Span, printable};

/// Problems shown; somebody who has more reads them again after fixing these.
const SHOWN: usize = 100;

/// The readable form, one block a diagnostic, at most a hundred. `source` is the text of the file;
/// `styled` adds terminal colours. Without a span only title and hint are shown.
pub fn to_text(diagnostics: &[Diagnostic], source: &str, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let shown = diagnostics.iter().take(SHOWN);
    let mut blocks: Vec<String> =
        shown.map(|found| renderer.render(&[group(found, source)])).collect();
    if diagnostics.len() > SHOWN {
        blocks.push(format!("… and {} more problems", diagnostics.len() - SHOWN));
    }
    blocks.join("\n\n")
}

fn group<'d>(found: &'d Diagnostic, source: &'d str) -> Group<'d> {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(found.message.as_str()).id(found.kind);
    let mut group = match found.span {
        Some(span) => place(title, span, found, source),
        None => {
            let file = found.file.as_deref().map(printable);
            let group = Group::with_title(title);
            file.into_iter().fold(group, |group, file| group.element(Origin::path(file)))
        }
    };
    if let Some(hint) = &found.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    group
}

/// Adds the first line of the span; of a line that is too long to be read or not to be seen, only its
/// place. A block of YAML
/// reaches over many lines, and its first one says enough.
fn place<'d>(title: Title<'d>, span: Span, found: &Diagnostic, source: &'d str) -> Group<'d> {
    const READABLE: usize = 2_000;
    let bytes = span.bytes(source);
    let start = source[..bytes.start].rfind('\n').map_or(0, |end| end + 1);
    let line = source[start..].lines().next().unwrap_or_default();
    let path = found.file.as_deref().map(printable);
    if line.len() > READABLE || found.hides_source {
        let origin = Origin::path(path.unwrap_or_else(|| "<pipeline>".to_owned()));
        let Position { line, column } = span.start;
        let group = title.element(origin.line(line as usize).char_column(column as usize));
        if found.hides_source {
            return group
                .element(Level::NOTE.message("the line is not shown: it may hold a secret"));
        }
        return group;
    }
    let within = bytes.start - start..(bytes.end - start).min(line.len());
    title.element(
        Snippet::source(line)
            .line_start(span.start.line as usize)
            .path(path)
            .annotation(AnnotationKind::Primary.span(within)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_shows_file_line_snippet_and_hint() {
        let span = Span { start: Position::new(2, 3), end: Position::new(2, 8) };
        let mut found = Diagnostic::error("unknown_key", span, "no step has the key `whith`");
        found.hint = Some("did you mean `with`?".to_owned());
        found.file = Some("a.yaml".to_owned());
        let text = to_text(&[found], "- id: a\n  whith: 1\u{7}\n", false);
        for part in
            ["error[unknown_key]: no step has", "a.yaml:2:3", "whith: 1", "^^^^^", "help: did"]
        {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(!text.contains('\u{7}'));
    }

    #[test]
    fn an_endless_line_is_named_but_not_shown() {
        let found = Diagnostic::error("bad_type", Span::at(Position::new(2, 9)), "no");
        let text = to_text(&[found], &format!("a\n{}\n", "x".repeat(1 << 20)), false);
        assert!(text.contains("<pipeline>:2:9") && text.len() < 100, "{text}");
    }
}
