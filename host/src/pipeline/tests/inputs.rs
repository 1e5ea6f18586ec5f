use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::pipeline::{GivenInput, PipelineFile, Planned};

use super::catalog;

/// Inputs of a run of this declaration, or the kinds of what is wrong.
fn inputs(declared: &str, given: &[(&str, &str)], catalog: &Catalog) -> Result<String, String> {
    let top = "apiVersion: v1\nkind: PipeSpec\nmetadata: {name: n}\n";
    let yaml = format!("{top}inputs: {{{declared}}}\npipeline: [{{uses: document}}]\n");
    let given: BTreeMap<String, GivenInput> = given
        .iter()
        .map(|(name, text)| ((*name).to_owned(), GivenInput::Text((*text).to_owned())))
        .collect();
    let file = PipelineFile::parse("p.yaml", yaml.as_bytes());
    match file.plan(catalog, &given, &|_| None) {
        Ok(Planned::Once(plan)) if plan.lints.is_empty() => {
            Ok(format!("{} {}", plan.inputs, plan.sensitive.join(",")).trim_end().to_owned())
        }
        Ok(mut planned) => Err(kinds(planned.lints().iter().map(|lint| lint.kind))),
        Err(found) => Err(kinds(found.iter().map(|one| one.kind))),
    }
}

fn kinds<'k>(kinds: impl Iterator<Item = &'k str>) -> String {
    kinds.collect::<Vec<_>>().join(" ")
}

/// What is declared, what is given, and what comes of it.
type Case =
    (&'static str, &'static [(&'static str, &'static str)], Result<&'static str, &'static str>);

#[test]
fn every_word_of_a_declaration_acts() {
    let cases: [Case; 17] = [
        ("a: 1", &[], Ok(r#"{"a":1}"#)),
        ("a: 1", &[("a", "2")], Ok(r#"{"a":2}"#)),
        ("a: {type: string}", &[], Ok("{}")),
        ("a: {type: string}", &[("a", "2")], Ok(r#"{"a":"2"}"#)),
        ("a: {type: integer}", &[("a", "x")], Err("bad_input")),
        ("a: {type: integer, default: x}", &[], Err("bad_value")),
        ("a: {type: integer, required: true}", &[], Err("missing_input")),
        ("a: {type: integer, required: true, default: 3}", &[], Ok(r#"{"a":3}"#)),
        ("a: {enum: [x, y]}", &[("a", "y")], Ok(r#"{"a":"y"}"#)),
        ("a: {enum: [x, y]}", &[("a", "z")], Err("bad_input")),
        ("a: {enum: [x, y], default: z}", &[], Err("bad_value")),
        ("a: {type: integer, enum: [1, x]}", &[("a", "1")], Err("bad_value")),
        ("a: {type: string, sensitive: true}", &[("a", "s")], Ok(r#"{"a":"s"} a"#)),
        ("a: {type: string, sensitive: 'yes'}", &[], Err("bad_type")),
        ("a: {type: string, defualt: x}", &[], Err("unknown_key")),
        // Nothing declares it: a value.
        ("a: {type: circle, radius: 2}", &[], Ok(r#"{"a":{"type":"circle","radius":2}}"#)),
        ("a: 1", &[("b", "2")], Err("unknown_input")),
    ];
    let catalog = catalog();
    for (declared, given, expected) in cases {
        let found = inputs(declared, given, &catalog);
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(found, expected, "{declared} with {given:?}");
    }
}

/// Top-level `outputs`, and the lints that are there.
#[test]
fn an_output_that_is_left_out_although_it_reads_something_is_a_lint() {
    let cases = [
        ("{x: {type: integer, value: '{{ a.n }}'}}", ""),
        ("{x: '{{ a.n }}', y: [1]}", ""),
        ("{x: {type: integer}}", ""),
        ("{x: {n: '{{ a.n }}'}}", "not_acted_on"),
        ("{x: {type: integer, valeu: '{{ a.n }}'}}", "not_acted_on"),
    ];
    for (outputs, lints) in cases {
        let top = "apiVersion: v1\nkind: PipeSpec\nmetadata: {name: n}\n";
        let yaml = format!("{top}pipeline: [{{id: a, uses: document}}]\noutputs: {outputs}\n");
        let found = super::problems_with(yaml.as_bytes(), &catalog());
        assert_eq!(kinds(found.iter().map(|one| one.kind)), lints, "{outputs}");
    }
}
