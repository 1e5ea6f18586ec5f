//! Parser events to a tree.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use crate::diagnostics::{Diagnostic, Position, Span};

use super::budget::{self, Budget, Weight};
use super::{Entry, Node, Value, scalar, text};

/// What could be read of a file.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The document; `None` when it could not be read to its end.
    pub root: Option<Node>,
    /// Everything wrong with it as YAML.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one YAML document. A hostile file is refused before it costs memory.
pub fn load(bytes: &[u8]) -> Loaded {
    let mut builder = Builder::default();
    let outcome = text::decode(bytes).and_then(|text| builder.run(text));
    let (root, fatal) = match outcome {
        Ok(root) => (Some(root), None),
        Err(fatal) => (None, Some(fatal)),
    };
    let mut diagnostics = builder.duplicates;
    diagnostics.extend(fatal);
    Loaded { root, diagnostics }
}

/// A collection whose end has not come yet.
enum Open {
    List(Vec<Node>),
    Mapping { entries: Vec<Entry>, keys: HashSet<String>, key: Option<(String, Span)> },
}

#[derive(Default)]
struct Builder {
    open: Vec<(Open, usize, Span)>,
    anchors: HashMap<usize, (Node, Weight, usize)>,
    documents: usize,
    root: Option<Node>,
    budget: Budget,
    duplicates: Vec<Diagnostic>,
}

impl Builder {
    fn run(&mut self, text: &str) -> Result<Node, Diagnostic> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| syntax_error(&error))?;
            self.event(event, convert(span))?;
        }
        match self.root.take() {
            Some(root) if !root.is_null() => Ok(root),
            _ => Err(Diagnostic::error("empty_document", None, "the file holds no pipeline")
                .hint("start with `apiVersion: v1` and a list under `pipeline:`".to_owned())),
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        match event {
            Event::DocumentStart(_) => self.document(span),
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar_value(&text, style, tag.as_deref(), span)?;
                self.value(Node { span, value }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(Open::List(Vec::new()), anchor, tag.as_deref(), "seq", span)
            }
            Event::MappingStart(anchor, tag) => {
                let (entries, keys) = (Vec::new(), HashSet::new());
                let open = Open::Mapping { entries, keys, key: None };
                self.begin(open, anchor, tag.as_deref(), "map", span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn document(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let message = "a file holds one pipeline, but a second document starts here";
        let hint = "put each pipeline into a file of its own";
        Err(Diagnostic::error("multiple_documents", span, message).hint(hint.to_owned()))
    }

    fn begin(
        &mut self,
        open: Open,
        anchor: usize,
        tag: Option<&Tag>,
        own_tag: &str,
        span: Span,
    ) -> Result<(), Diagnostic> {
        if tag.is_some_and(|tag| !is_core(tag, own_tag)) {
            return Err(unknown_tag(span));
        }
        self.open.push((open, anchor, span));
        self.budget.levels(self.open.len(), span)
    }

    fn end(&mut self, end: Span) -> Result<(), Diagnostic> {
        let Some((open, anchor, start)) = self.open.pop() else { return Ok(()) };
        let value = match open {
            Open::List(items) => Value::List(items),
            Open::Mapping { entries, .. } => Value::Mapping(entries),
        };
        self.value(Node { span: Span { start: start.start, end: end.end }, value }, anchor)
    }

    /// A complete value: remembered under its anchor, then put where it belongs.
    fn value(&mut self, node: Node, anchor: usize) -> Result<(), Diagnostic> {
        self.budget.value(node.span)?;
        if anchor > 0 {
            let (weight, levels) = Weight::and_levels(&node);
            self.budget.copy(weight, node.span)?;
            self.anchors.insert(anchor, (node.clone(), weight, levels));
        }
        self.place(node)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Diagnostic> {
        let Some((node, weight, levels)) = self.anchors.get(&anchor) else {
            let message = "an alias cannot stand inside the value it refers to";
            return Err(Diagnostic::error("yaml_syntax", span, message));
        };
        self.budget.copy(*weight, span)?;
        self.budget.levels(self.open.len() + levels, span)?;
        let copy = Node { span, value: node.value.clone() };
        self.place(copy)
    }

    fn place(&mut self, node: Node) -> Result<(), Diagnostic> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some((Open::List(items), ..)) => items.push(node),
            Some((Open::Mapping { entries, keys, key }, ..)) => match key.take() {
                None => {
                    let text = key_text(&node)?;
                    if !keys.insert(text.clone()) {
                        self.duplicates.push(duplicate(&text, node.span));
                    }
                    *key = Some((text, node.span));
                }
                Some((key, key_span)) => entries.push(Entry { key, key_span, value: node }),
            },
        }
        Ok(())
    }
}

fn key_text(node: &Node) -> Result<String, Diagnostic> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Ok(text.clone()),
        Value::Bool(yes) => Ok(yes.to_string()),
        Value::Null => Ok("null".to_owned()),
        Value::List(_) | Value::Mapping(_) => {
            let message = "a key is a text, but here it is a list or a mapping";
            let hint = "a value that starts with a template needs quotes: \"{{ … }}\"";
            Err(Diagnostic::error("yaml_syntax", node.span, message).hint(hint.to_owned()))
        }
    }
}

fn duplicate(key: &str, span: Span) -> Diagnostic {
    let message = format!("the key `{key}` stands twice in one mapping");
    Diagnostic::error("duplicate_key", span, &message).hint("keep one of them".to_owned())
}

fn scalar_value(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    span: Span,
) -> Result<Value, Diagnostic> {
    let as_text = || Value::Text(text.to_owned());
    let resolved = match tag {
        None if style != ScalarStyle::Plain => Some(as_text()),
        None => scalar::resolve(text),
        Some(tag) if is_core(tag, "str") => Some(as_text()),
        Some(tag) if is_core(tag, "int") || is_core(tag, "float") => {
            scalar::number(text).map(Value::Number)
        }
        Some(tag) if is_core(tag, "null") || is_core(tag, "bool") => scalar::resolve(text),
        Some(_) => return Err(unknown_tag(span)),
    };
    resolved.ok_or_else(|| {
        let message = format!("`{text}` is not a number JSON can hold");
        Diagnostic::error("yaml_syntax", span, &message)
            .hint("quote it to make it a text".to_owned())
    })
}

/// `!!name`; the lone `!` says text.
fn is_core(tag: &Tag, name: &str) -> bool {
    let lone =
        tag.suffix.is_empty() && tag.handle == "!" || tag.handle.is_empty() && tag.suffix == "!";
    tag.is_yaml_core_schema() && tag.suffix == name || lone && name == "str"
}

fn unknown_tag(span: Span) -> Diagnostic {
    let message = "this tag has no meaning here";
    Diagnostic::error("yaml_syntax", span, message)
        .hint("known tags are !!str, !!int, !!float, !!bool, !!null, !!seq and !!map".to_owned())
}

fn syntax_error(error: &ScanError) -> Diagnostic {
    let marker = error.marker();
    let span = Span::at(Position::new(marker.line(), marker.col() + 1));
    // The parser gives up on flow collections before this file's own limit is reached.
    if error.info().contains("recursion limit") {
        return budget::too_deep(span);
    }
    Diagnostic::error("yaml_syntax", span, &format!("not valid YAML: {}", error.info()))
}

fn convert(span: saphyr_parser::Span) -> Span {
    let position = |marker: saphyr_parser::Marker| Position::new(marker.line(), marker.col() + 1);
    Span { start: position(span.start), end: position(span.end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        let loaded = load(text.as_bytes());
        assert_eq!(loaded.diagnostics, [], "{text}");
        loaded.root.unwrap().to_json().get().to_owned()
    }

    fn kinds(text: &[u8]) -> Vec<&'static str> {
        load(text).diagnostics.iter().map(|found| found.kind).collect()
    }

    #[test]
    fn values_keep_meaning_and_order() {
        let text = "z: 1\na: [no, 012, '1', 1.50, ~]\non: |\n  two\n  lines\nb: &x {k: v}\nc: *x\n'': !!str 12\n";
        let expected = r#"{"z":1,"a":["no","012","1",1.50,null],"on":"two\nlines\n","b":{"k":"v"},"c":{"k":"v"},"":"12"}"#;
        assert_eq!(json(text), expected);
        assert_eq!(json("\u{feff}a: 1"), r#"{"a":1}"#);
    }

    #[test]
    fn every_duplicate_is_reported_at_its_own_place() {
        let loaded = load(b"a: 1\nb: {c: 1, c: 2}\na: 2\n");
        let places: Vec<_> = loaded
            .diagnostics
            .iter()
            .map(|found| (found.kind, found.span.unwrap().start))
            .collect();
        let second = ("duplicate_key", Position::new(3, 1));
        assert_eq!(places, [("duplicate_key", Position::new(2, 11)), second]);
        assert!(loaded.root.is_some());
    }

    #[test]
    fn hostile_and_broken_files_are_refused_by_name() {
        let deep_blocks = "- ".repeat(200);
        let many = format!("[{}]", "[],".repeat(300_000));
        let nested_anchors: String = (0..130).map(|n| format!("&a{n} [")).collect();
        let own_alias = "&a [*a]";
        let deep_alias = format!(
            "a: &a {}1{}\nb: {}*a{}",
            "[".repeat(70),
            "]".repeat(70),
            "[".repeat(70),
            "]".repeat(70)
        );
        let values = "- a\n".repeat(60_000);
        let cases: [(&[u8], &str); 12] = [
            (values.as_bytes(), "too_large"),
            (deep_blocks.as_bytes(), "too_deep"),
            (many.as_bytes(), "too_large"),
            (nested_anchors.as_bytes(), "too_deep"),
            (own_alias.as_bytes(), "yaml_syntax"),
            (deep_alias.as_bytes(), "too_deep"),
            (b"a: .inf", "yaml_syntax"),
            (b"a: !secret x", "yaml_syntax"),
            (b"a: \x01", "yaml_syntax"),
            (b"a: {{ b }}", "yaml_syntax"),
            (b"\xff", "invalid_utf8"),
            (b"", "empty_document"),
        ];
        for (text, kind) in cases {
            let start: String = String::from_utf8_lossy(text).chars().take(30).collect();
            assert_eq!(kinds(text), [kind], "{start}");
        }
        assert_eq!(kinds(&vec![b' '; (2 << 20) + 1]), ["too_large"]);
    }
}
