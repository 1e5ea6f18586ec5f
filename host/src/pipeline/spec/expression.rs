//! Texts that are an expression with or without braces.

use crate::yaml::{Node, Value};

/// Whether a text, or one inside a list or mapping, opens a template.
pub fn has_template(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) => ["{{", "${", "{%"].into_iter().any(|opening| text.contains(opening)),
        Value::List(items) => items.iter().any(has_template),
        Value::Mapping(entries) => entries.iter().any(|entry| has_template(&entry.value)),
        _ => false,
    }
}

/// The value with braces around a text that has none; anything else as it is.
pub fn braced(node: &Node) -> Node {
    match node.text() {
        Some(text) if !has_template(node) => {
            Node { span: node.span, value: Value::Text(format!("{{{{ {text} }}}}")) }
        }
        _ => node.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_without_a_template_gets_braces() {
        let cases = [
            ("a.b", r#""{{ a.b }}""#),
            ("'{{ a }}'", r#""{{ a }}""#),
            ("'x ${ a }'", r#""x ${ a }""#),
            ("'{% if a %}{% endif %}'", r#""{% if a %}{% endif %}""#),
            ("[a]", r#"["a"]"#),
            ("7", "7"),
        ];
        for (yaml, expected) in cases {
            let node = crate::yaml::load(yaml.as_bytes()).root.unwrap();
            assert_eq!(braced(&node).to_json().get(), expected, "{yaml}");
        }
    }
}
