//! The names that a step gives to parts of its result.

use crate::diagnostics::Span;
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

/// Reads `outputs` and `output_mapping`. What holds no template under `outputs` describes the
/// result, as a schema does; a bare text under `output_mapping` is a path.
pub fn read(step: &Node) -> Vec<AliasSpec> {
    let described = entries(step, "outputs").iter().filter(|entry| has_template(&entry.value));
    let outputs = described.map(|entry| alias(entry, entry.value.clone()));
    let mapped = entries(step, "output_mapping").iter();
    outputs.chain(mapped.map(|entry| alias(entry, braced(&entry.value)))).collect()
}

fn entries<'n>(step: &'n Node, key: &str) -> &'n [Entry] {
    step.get(key).map_or(&[], Node::entries)
}

fn alias(entry: &Entry, value: Node) -> AliasSpec {
    AliasSpec { name: entry.key.clone(), span: entry.key_span, value }
}
