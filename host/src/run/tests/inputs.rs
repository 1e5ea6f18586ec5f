use super::{answer, refused};

const DECLARED: &str = "
inputs:
  count: {type: integer, required: true}
  mode: {type: string, enum: [fast, slow], default: fast}
  port: {type: integer, default: '${env:PORT}'}
  free:
  ratio: {type: number}
  list: {type: array, default: [1, {a: 2}]}
  literal: {name: x, kind: y}
pipeline: [{id: a, uses: greedy}]
";

#[tokio::test]
async fn given_values_lie_over_defaults_and_keep_their_digits() {
    let given = [("count", "123456789012345678901234567890"), ("free", "[1, 2]"), ("mode", "slow")];
    let (text, _) = answer(DECLARED, &given).await;
    let expected = r#""inputs":{"count":123456789012345678901234567890,"mode":"slow","port":9092,"free":[1, 2],"list":[1,{"a":2}],"literal":{"name":"x","kind":"y"}}"#;
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn a_declared_text_is_not_read_as_json() {
    let yaml = "inputs: {id: {type: string}}\npipeline: [{id: a, uses: greedy}]";
    let (text, _) = answer(yaml, &[("id", "007")]).await;
    assert!(text.contains(r#""inputs":{"id":"007"}"#), "{text}");
}

#[tokio::test]
async fn wrong_inputs_are_refused_without_showing_them() {
    let cases = [
        (vec![], "missing_input", "`count` is not given"),
        (vec![("count", "secret")], "bad_input", "should be of type integer"),
        (vec![("count", "1.5")], "bad_input", "should be of type integer"),
        (vec![("count", "1"), ("mode", "secret")], "bad_input", r#"one of "fast", "slow""#),
        (vec![("count", "1"), ("ratio", "secret")], "bad_input", "should be of type number"),
        (vec![("count", "1"), ("moed", "slow")], "unknown_input", "did you mean `mode`?"),
    ];
    for (given, kind, part) in cases {
        let found = refused(DECLARED, &given).await;
        assert_eq!(found.len(), 1, "{given:?}: {found:?}");
        assert!(found[0].0 == kind && found[0].1.contains(part), "{given:?}: {found:?}");
        assert!(!found[0].1.contains("secret"), "{found:?}");
    }
}

#[tokio::test]
async fn an_undeclared_bare_name_is_a_required_input() {
    let yaml =
        "pipeline: [{id: a, uses: echo, with: {out: 'hi {{ who }}', len: '{{ who | length }}'}}]";
    let found = refused(yaml, &[]).await;
    assert_eq!(found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["missing_input"]);
    let (_, value) = answer(yaml, &[("who", "you")]).await;
    assert_eq!(
        (&value["results"]["a"]["out"], &value["results"]["a"]["len"]),
        (&"hi you".into(), &3.into())
    );
}

#[tokio::test]
async fn bad_declarations_are_found() {
    let cases = [
        ("{x: {type: strng, default: a}}", "bad_value", "did you mean `string`?"),
        ("{x: {type: integer, default: a}}", "bad_value", "should be of type integer"),
        ("{x: {required: sure}}", "bad_type", "`required` should be true or false"),
        ("{x: {type: string, enum: a}}", "bad_type", "`enum` should be a list"),
        ("{x: {default: '{{ timestamp }}'}}", "bad_expression", "only read the environment"),
        ("[x]", "bad_type", "`inputs` should be a mapping"),
    ];
    for (inputs, kind, part) in cases {
        let found =
            refused(&format!("inputs: {inputs}\npipeline: [{{id: a, uses: echo}}]"), &[]).await;
        assert!(
            found.len() == 1 && found[0].0 == kind && found[0].1.contains(part),
            "{inputs}: {found:?}"
        );
    }
}
