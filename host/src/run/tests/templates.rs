use super::{answer, refused};

/// The result of one expression, as JSON text, with data to read and a step that has run.
async fn evaluated(template: &str) -> (String, Vec<String>) {
    let yaml = format!(
        r#"
inputs:
  n: 123456789012345678901234567890
  doc: {{z: 1.50, a: [{{k: é}}, null], m: "{{{{ '{{{{' }}}}"}}
  flag: true
  who: world
env: {{GREETING: "hello {{{{ inputs.who }}}}"}}
pipeline:
- {{id: first-one, name: first, uses: fixed, config: {{result: {{rows: [1, 2, 3], text: "a{{{{ 'x' }}}}"}}}}}}
- {{id: off, uses: echo, when: false}}
- id: last
  uses: echo
  env: {{LOCAL: "{{{{ env.GREETING }}}}!"}}
  with:
    out: {template}
"#
    );
    let (text, value) = answer(&yaml, &[]).await;
    let start = text.find(r#""out":"#).unwrap_or_else(|| panic!("{text}")) + 6;
    let end = text[start..].find(r#","execution_id""#).unwrap() + start;
    let warnings = value["warnings"].as_array().unwrap().iter();
    (text[start..end].to_owned(), warnings.map(|w| w.as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn templates_yield_exactly_this() {
    let long = "123456789012345678901234567890";
    let doc = r#"{"z":1.50,"a":[{"k":"é"},null],"m":"{{"}"#;
    let cases = [
        ("plain", r#""plain""#),
        (r#""{{ inputs.n }}""#, long),
        (r#""${inputs.n}""#, long),
        (r#""{{ inputs.n }} and {{ inputs.who }}""#, &format!(r#""{long} and world""#)),
        (r#""{{ inputs.n + 1 }}""#, "123456789012345678901234567891"),
        (r#""{{ inputs.doc }}""#, doc),
        (r#"[{deep: "{{ inputs.doc }}"}]"#, &format!(r#"[{{"deep":{doc}}}]"#)),
        (
            r#""{{ inputs.doc if inputs.flag else 1 }}""#,
            r#"{"z":1.5,"a":[{"k":"é"},null],"m":"{{"}"#,
        ),
        (r#""{{ inputs.doc.a[0].k }}""#, r#""é""#),
        (r#""<{{ inputs.doc.a }}>""#, r#""<[{\"k\":\"é\"},null]>""#),
        (r#""{{ inputs.flag }}""#, "true"),
        (r#""is {{ inputs.flag }}""#, r#""is true""#),
        (r#""{{ '{{' }} and $${x}""#, r#""{{ and ${x}""#),
        (r#""{{ inputs.doc.m }}""#, r#""{{""#),
        (r#""{{ inputs.flag ? 'yes' : 'no' }}""#, r#""yes""#),
        (r#""{{ inputs.flag && 'a && b' == 'a && b' || false }}""#, "true"),
        (
            r#""{{ [inputs.who | upper, inputs.who | length, ('x' * 9) | truncate(5)] }}""#,
            r#"["WORLD",5,"xx..."]"#,
        ),
        (r#""{{ inputs.nope | default('d') }}""#, r#""d""#),
        (r#""{{ inputs.nope is defined }}""#, "false"),
        (r#""{{ steps['first-one'].rows }}""#, "[1,2,3]"),
        (
            r#""{{ first.rows[2] }}{{ pipeline.first.rows[0] }}{{ step_outputs.first.rows[1] }}""#,
            r#""312""#,
        ),
        (r#""{{ steps.first.rows | sum }}""#, "6"),
        (r#""{{ first-one }}""#, r#"{"rows":[1,2,3],"text":"ax"}"#),
        (r#""{{ first-one.rows }}{{ steps.first-one.rows[0] }}""#, r#""[1,2,3]1""#),
        (r#""{{ first-one.rows[0]-first-one.rows[2] }}""#, "-2"),
        (r#""{{ steps.first-one.rows | sum }}""#, "6"),
        (r#""{{ inputs.doc.z-inputs.doc.z }}""#, "0.0"),
        (
            r#""{{ steps }}""#,
            r#"{"first-one":{"rows":[1,2,3],"text":"ax"},"first":{"rows":[1,2,3],"text":"ax"}}"#,
        ),
        (r#""{{ first.text }}""#, r#""ax""#),
        (r#""${env:PORT}""#, r#""9092""#),
        (r#""${env:NOPE:a:b}""#, r#""a:b""#),
        (r#""${env:TRICK}""#, r#""{{ inputs.x }}""#),
        (r#""at ${HOME}""#, r#""at /root""#),
        (r#""{{ env.HOME }} {{ env.LOCAL }}""#, r#""/root hello world!""#),
    ];
    for (template, expected) in cases {
        let (found, warnings) = evaluated(template).await;
        assert_eq!(found, expected, "{template}");
        assert_eq!(warnings, [""; 0], "{template}");
    }
}

#[tokio::test]
async fn what_is_absent_is_null_with_one_warning() {
    let absent = |name: &str| format!("`{name}` is absent and read as null");
    let cases = [
        (r#""{{ first.nope.deeper }}""#, "null", "first.nope.deeper"),
        (r#""{{ inputs.doc.a[7] }} {{ inputs.doc.a[7] }}""#, r#""null null""#, "inputs.doc.a[7]"),
        (r#""{{ first.nope == 1 }}""#, "false", "first.nope"),
        (r#""{{ off.x }}""#, "null", "off.x"),
        (r#""{{ env.NOPE }}""#, "null", "env.NOPE"),
    ];
    for (template, expected, name) in cases {
        assert_eq!(
            evaluated(template).await,
            (expected.to_owned(), vec![absent(name)]),
            "{template}"
        );
    }
}

#[tokio::test]
async fn what_a_template_yields_is_not_scanned_again() {
    let yaml = "pipeline: [{id: a, uses: echo, with: {out: '{{ inputs.who }} {{ inputs.who | upper }}'}}]\ninputs: {who: {type: string}}";
    let (_, value) = answer(yaml, &[("who", "{{ timestamp }} ${env:HOME}")]).await;
    assert_eq!(
        value["results"]["a"]["out"],
        "{{ timestamp }} ${env:HOME} {{ TIMESTAMP }} ${ENV:HOME}"
    );
}

#[tokio::test]
async fn slips_are_found_before_anything_runs() {
    let cases = [
        ("{{ steps.frist.x }}", "unknown_step", "did you mean `first`?"),
        ("{{ frist }}", "unknown_step", "did you mean `first`?"),
        ("{{ input.x }}", "unknown_step", "did you mean `inputs`?"),
        ("{{ nobody.x }}", "unknown_step", "nothing here is called `nobody`"),
        ("{{ b.x }}", "unknown_step", "`b` has no result yet"),
        ("{{ later.x }}", "unknown_step", "`later` has no result yet"),
        ("{{ first | uper }}", "unknown_filter", "did you mean `upper`?"),
        ("{{ first is weird }}", "bad_expression", "no test `is weird`"),
        ("{{ frobnicate() }}", "bad_expression", "no function `frobnicate`"),
        ("{{ first. }}", "bad_expression", "no valid expression"),
        ("{{ }}", "bad_expression", "empty"),
        ("{{ first ? 1 }}", "bad_expression", "`?` has no `:`"),
        ("{{ first", "unterminated_template", "does not end"),
        ("${env:NOPE}", "missing_env", "`NOPE` is not set"),
        ("${vault:x}", "unknown_secret_provider", "`vault`"),
    ];
    for (template, kind, part) in cases {
        let yaml = format!(
            "pipeline:\n- {{id: first, uses: echo}}\n- {{id: b, uses: echo, with: {{x: \"{template}\"}}}}\n- {{id: later, uses: echo}}"
        );
        let found = refused(&yaml, &[]).await;
        assert_eq!(found.len(), 1, "{template}: {found:?}");
        assert_eq!(found[0].0, kind, "{template}");
        assert!(found[0].1.contains(part), "{template}: {}", found[0].1);
    }
}

#[tokio::test]
async fn long_and_deep_expressions_are_refused_or_evaluated_but_never_overflow() {
    for length in [200, 400, 20_000] {
        let cases = [
            format!("1{}", " + 1".repeat(length)),
            format!("{}1", "- ".repeat(length)),
            format!("{}true", "not ".repeat(length)),
            format!("{}1{}", "(".repeat(length), ")".repeat(length)),
            format!("{}1{}", "[".repeat(length), "]".repeat(length)),
            format!("1{}", " | abs".repeat(length)),
            format!("timestamp{}", "[timestamp]".repeat(length)),
            format!("{}1", "1 if 1 else ".repeat(length)),
            format!("{}1", "1 ? 1 : ".repeat(length)),
        ];
        for expression in cases {
            let yaml = format!(
                "pipeline: [{{id: a, uses: echo, with: {{x: \"{{{{ {expression} }}}}\"}}}}]"
            );
            let outcome = super::run_with(&yaml, &[], std::future::pending()).await;
            let kinds = outcome.err().unwrap_or_default();
            assert!(kinds.iter().all(|found| found.kind == "bad_expression"), "{kinds:?}");
        }
    }
}

#[tokio::test]
async fn a_file_full_of_slips_is_not_read_to_its_end() {
    let slips: String = (0..20_000).map(|n| format!("{{{{ steps.x{n}.y }}}}")).collect();
    let found =
        refused(&format!("pipeline: [{{id: a, uses: echo, with: {{x: \"{slips}\"}}}}]"), &[]).await;
    assert_eq!((found.len(), found[1001].0), (1002, "too_many_problems"));
}

#[tokio::test]
async fn a_plain_path_from_a_step_with_a_dash_keeps_its_text() {
    let result = r#"{n: 123456789012345678901234567890, a: 1.50}"#;
    let yaml = format!(
        r#"
pipeline:
- {{id: a, uses: fixed, config: {{result: {{x: 5}}}}}}
- {{id: a-b, uses: fixed, config: {{result: {result}}}}}
- {{id: last, uses: echo, with: {{out: ["{{{{ a-b }}}}", "{{{{ a-b.a }}}}", "{{{{ a.x-a.x }}}}"]}}}}
"#
    );
    let (text, _) = answer(&yaml, &[]).await;
    let out = r#""out":[{"n":123456789012345678901234567890,"a":1.50},1.50,0]"#;
    assert!(text.contains(out), "{text}");
}
