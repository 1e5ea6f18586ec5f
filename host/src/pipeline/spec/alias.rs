//! The names that a step gives to parts of its result.

use crate::diagnostics::Span;
use crate::pipeline::inputs::InputKind;
use crate::yaml::{Entry, Node};

use super::expression::{braced, has_template};

/// A name and the part it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct AliasSpec {
    /// The name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// The part: a value with templates.
    pub value: Node,
}

/// Reads `outputs` and `output_mapping`: a bare text is a path. What is neither a path nor holds a
/// template describes the result under `outputs`, as a schema does.
pub fn read(step: &Node) -> Vec<AliasSpec> {
    let is_alias = |entry: &&Entry| has_template(&entry.value) || is_path(&entry.value);
    let outputs = entries(step, "outputs").iter().filter(is_alias);
    let mapped = entries(step, "output_mapping").iter();
    outputs.chain(mapped).map(|entry| alias(entry, braced(&entry.value))).collect()
}

/// A text such as `rows[0].id`. The word for a type is none.
fn is_path(node: &Node) -> bool {
    const TYPES: [&str; 2] = ["any", "null"];
    let Some(text) = node.text() else { return false };
    let is_type = InputKind::named(text).is_some() || TYPES.contains(&text);
    let belongs = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    starts && text.chars().all(belongs) && !is_type
}

fn entries<'n>(step: &'n Node, key: &str) -> &'n [Entry] {
    step.get(key).map_or(&[], Node::entries)
}

fn alias(entry: &Entry, value: Node) -> AliasSpec {
    AliasSpec { name: entry.key.clone(), span: entry.key_span, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_templates_are_aliases_and_descriptions_are_none() {
        let yaml = "
outputs: {a: '{{ rows }}', b: 'rows[0].id', c: string, d: any, e: two words, f: {type: number}}
output_mapping: {g: rows.length, h: '{{ i | length }}'}
";
        let node = crate::yaml::load(yaml.as_bytes()).root.unwrap();
        let found = read(&node);
        let found: Vec<_> =
            found.iter().map(|alias| (alias.name.as_str(), alias.value.text().unwrap())).collect();
        let expected = [
            ("a", "{{ rows }}"),
            ("b", "{{ rows[0].id }}"),
            ("g", "{{ rows.length }}"),
            ("h", "{{ i | length }}"),
        ];
        assert_eq!(found, expected);
    }
}
