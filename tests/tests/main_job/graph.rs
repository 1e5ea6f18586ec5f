//! `plugpipe graph`: the flow of a file, drawn.

use end_to_end::host::Host;

const PIPELINE: &str = r#"
metadata: {name: flow, version: 1.0.0}
inputs: {who: {type: string, required: true}}
pipeline:
  - {id: end, uses: nobody_has_this, with: {a: "{{ inputs.who }}"}}
  - {id: audit, uses: json_serializer, when: "{{ end.n > 1 }}"}
"#;

#[test]
fn a_flow_is_drawn_without_inputs_and_without_its_plugins() {
    let text = Host::shared().run(["graph", "-"]).stdin(PIPELINE).output().expect_code(0);
    let expected = "\
1  end    nobody_has_this
2  audit  json_serializer  after end; when end.n > 1
";
    assert_eq!(text.stdout, expected);
    let missing = "plugin `nobody_has_this` is not installed; what its step can do is a guess";
    assert_eq!(text.stderr, format!("warning: {missing}\n"));
}

#[test]
fn mermaid_is_drawn_with_ids_of_its_own() {
    let run = Host::shared().run(["graph", "-", "--format", "mermaid"]).stdin(PIPELINE);
    let expected = r#"flowchart TD
  s0["end<br/>nobody_has_this"]
  s1["audit<br/>json_serializer<br/>when end.n #62; 1"]
  s0 --> s1
"#;
    assert_eq!(run.output().expect_code(0).stdout, expected);
}

#[test]
fn what_is_no_pipeline_is_refused_with_its_place() {
    let run = Host::shared().run(["graph", "-"]).stdin("pipeline:\n  - {id: a, usess: b}\n");
    let output = run.output().expect_code(2);
    let answer = output.json();
    let found = answer["diagnostics"].as_array().unwrap().iter();
    let errors: Vec<_> = found.filter(|one| one["severity"] == "error").collect();
    assert_eq!((&errors[1]["kind"], &errors[1]["line"]), (&"unknown_key".into(), &2.into()));
}
