//! What is made of a secret is a secret.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Tree, Values, Warnings};
use super::{compiled, evaluated, raw, scope};
use crate::secrets::Redactor;

#[test]
fn what_is_computed_from_a_secret_is_not_shown() {
    let cases = [
        ("{{ pin | upper }}", true),
        ("{{ pin[2:9] }}", true),
        ("{{ 'x' ~ pin ~ 'y' }}", true),
        ("{{ inputs['p' ~ 'in'] | replace('-', '') }}", true),
        ("{{ secrets.token | title }}", true),
        ("{% if true %}{{ pin | reverse }}{% endif %}", true),
        ("{% for c in pin %}{{ c }}.{% endfor %}", true),
        ("{{ [pin | upper] }}", true),
        ("{{ who | upper }}", false),
        ("{% if true %}{{ who | upper }}{% endif %}", false),
    ];
    for (text, is_secret) in cases {
        let redactor = Redactor::new();
        redactor.add_text("input-canary");
        redactor.add_text("root-canary");
        let (json, _) = evaluated(text, &scope(), Some(&redactor));
        let value: Value = serde_json::from_str(&json).unwrap();
        let shown: Value = serde_json::from_str(redactor.json(&raw(&json)).get()).unwrap();
        let expected = match (&value, is_secret) {
            (_, false) => value.clone(),
            (Value::Array(_), true) => json!(["[redacted]"]),
            (_, true) => json!("[redacted]"),
        };
        assert_eq!(shown, expected, "{text}");
    }
}

#[test]
fn a_truth_about_a_secret_is_none() {
    let redactor = Redactor::new();
    redactor.add_text("input-canary");
    assert_eq!(evaluated("{{ pin == 'x' }}", &scope(), Some(&redactor)).0, "false");
    assert_eq!(redactor.json(&raw("[false]")).get(), "[false]");
}

proptest! {
    #[test]
    fn templates_never_carry_a_secret_out(
        secret in "[A-Za-z0-9\"\\\\\n😀é ]{8,40}",
        template in prop::sample::select(vec![
            "{{ pin | upper }}", "{{ pin | lower }}", "{{ pin[:5] }}", "{{ pin[1:] }}",
            "{{ 'a' ~ pin }}", "{{ pin ~ pin }}", "<{{ pin }}>", "{{ pin }}",
            "{% if true %}{{ pin | upper }}{% endif %}",
        ]),
    ) {
        prop_assume!(secret.trim().chars().count() >= 8);
        let (tree, redactor) = (compiled(template, &scope()).0, Redactor::new());
        let inputs = raw(&json!({"pin": secret}).to_string());
        redactor.add_text(&secret);
        let values = Values { inputs: &inputs, redactor: Some(&redactor), ..Values::nothing() };
        let tree: Tree = tree.unwrap();
        let made = tree.json(&values, &mut Warnings::default()).unwrap();
        let shown: String = serde_json::from_str(redactor.json(&made).get()).unwrap();
        let expected = if template.starts_with('<') { "<[redacted]>" } else { "[redacted]" };
        prop_assert_eq!(shown, expected);
    }
}
