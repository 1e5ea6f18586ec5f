//! The verdicts of the corpus, and what the corpus cannot say.

use super::{Kinds, kinds};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

const CORPUS: &str = include_str!("../../../../../../tests/cases/messages/content.jsonl");

/// `issues` of the corpus that are found elsewhere: the size is judged where records are sent.
const ELSEWHERE: [&str; 1] = ["too_large"];

#[derive(Deserialize)]
struct Case {
    input: Option<Box<RawValue>>,
    generator: Option<Generator>,
    issues: Vec<String>,
    why: String,
}

#[derive(Deserialize)]
struct Generator {
    template: Value,
    unit: String,
    times: usize,
}

fn fill(template: Value, text: &str) -> Value {
    match template {
        Value::String(at) if at == "@" => Value::from(text),
        Value::Array(all) => all.into_iter().map(|one| fill(one, text)).collect(),
        Value::Object(all) => all.into_iter().map(|(key, one)| (key, fill(one, text))).collect(),
        other => other,
    }
}

impl Case {
    /// The message as it was written, and as a parser writes it again.
    fn messages(self) -> Vec<String> {
        let written = self.input.map_or_else(|| "null".to_owned(), |input| input.get().to_owned());
        let generated = self.generator.map(|Generator { template, unit, times }| {
            fill(template, &unit.repeat(times)).to_string()
        });
        let message = generated.unwrap_or(written);
        let again = serde_json::from_str::<Value>(&message).unwrap().to_string();
        vec![message, again]
    }
}

fn names(found: Kinds) -> Vec<String> {
    let mut names: Vec<String> = found.iter().map(|kind| kind.name().to_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_verdict_of_the_corpus_holds() {
    let cases: Vec<Case> = CORPUS.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), 91);
    for case in cases {
        let (why, mut expected) = (case.why.clone(), case.issues.clone());
        expected.retain(|kind| !ELSEWHERE.contains(&kind.as_str()));
        expected.sort_unstable();
        for message in case.messages() {
            assert_eq!(names(kinds(message.as_bytes())), expected, "{why}");
        }
    }
}

#[test]
fn a_find_is_found_wherever_a_block_ends() {
    for message in [
        "<script>x</script>",
        "javascript:",
        "data:text/html",
        "eval (",
        "exec(",
        "rm \\n-rf",
        "\\u0065val(",
    ] {
        for before in 0..140 {
            let json = format!("\"{} {message}\"", "x".repeat(before));
            assert_eq!(kinds(json.as_bytes()).iter().count(), 1, "{json}");
        }
    }
}

#[test]
fn two_texts_are_no_script_element() {
    let cases = [
        r#"["<script>","</script>"]"#,
        r#"{"<script>":"</script>"}"#,
        r#""</script><script>""#,
        r#""<script </script""#,
        r#"["eval","("]"#,
        r#""\\neval\\\\(1)""#,
    ];
    for json in cases {
        assert!(kinds(json.as_bytes()).is_empty(), "{json}");
    }
}

#[test]
fn what_is_no_json_is_looked_through_and_ends() {
    for json in [
        r#""eval(1)"#,
        r#""eval(1)\"#,
        r#""\u00"#,
        r#""\u006"#,
        "\"",
        "\\",
        "",
        "\"\\u0065val(1)\\",
    ] {
        let _ = kinds(json.as_bytes());
    }
    assert_eq!(names(kinds(br#""eval(1)"#)), ["eval_call"]);
}

#[test]
fn an_issue_begins_with_its_kind() {
    let issues = kinds(br#""eval(1)""#).issues();
    assert_eq!(issues, ["eval_call: the message has a call of `eval`"]);
}
