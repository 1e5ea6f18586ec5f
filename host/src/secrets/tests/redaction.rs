//! What is replaced and what keeps its bytes.

use serde_json::json;

use super::{knows, raw};
use crate::secrets::{REDACTED, Redactor};

#[test]
fn a_document_loses_its_secrets_and_keeps_every_other_byte() {
    let cases = [
        (json!("hunter2"), r#"{"a": "hunter2"}"#, r#"{"a": "[redacted]"}"#),
        (json!("hunter2"), r#"{"hunter2x" :1}"#, r#"{"[redacted]x" :1}"#),
        (
            json!("hunter2"),
            r#"{ "z":1.50, "a":[ "say hunter2!" ] }"#,
            r#"{ "z":1.50, "a":[ "say [redacted]!" ] }"#,
        ),
        (json!("hunter2"), r#"["\u0068unter2","h\u00e9 \/"]"#, r#"["[redacted]","h\u00e9 \/"]"#),
        (json!("hunter2"), r#"["x\n\ud83d", "plain"]"#, r#"["[redacted]", "plain"]"#),
        (json!("abc"), r#"{"abc":"abc","b":"abcd"}"#, r#"{"abc":"[redacted]","b":"abcd"}"#),
        (
            json!(4711),
            r#"[4711,47110,"4711","x4711",4711.0]"#,
            r#"["[redacted]",47110,"[redacted]","x[redacted]",4711.0]"#,
        ),
        (json!("12345678"), r#"[12345678,123456789]"#, r#"["[redacted]",123456789]"#),
        (json!([true, null, false]), "[true,null,false]", "[true,null,false]"),
        (json!({"u": "user", "p": ["pass"]}), r#""user:pass""#, r#""[redacted]:[redacted]""#),
        (json!(["abcdef", "defghi"]), r#""1abcdefghi2""#, r#""1[redacted]2""#),
        (json!(["abcdef", "abcdefgh"]), r#""abcdefgh""#, r#""[redacted]""#),
        (json!("    "), r#"["     ","    "]"#, r#"["     ","[redacted]"]"#),
        (json!(""), r#"["",1]"#, r#"["",1]"#),
    ];
    for (secret, document, expected) in cases {
        let redactor = knows(&secret);
        let document = raw(document);
        assert_eq!(redactor.json(&document).get(), expected, "{secret} in {document}");
        assert_eq!(redactor.is_in(&document), document.get() != expected, "{secret} in {document}");
    }
}

#[test]
fn every_usual_form_of_a_secret_is_found_in_a_text() {
    let cases = [
        ("p\"w\\d/1", r#"{"k":"p\"w\\d/1"}"#, r#"{"k":"[redacted]"}"#),
        ("p\"w\\d/1", r#"p\"w\\d\/1"#, REDACTED),
        ("p\"w\\d/1", r#"{\"k\":\"p\\\"w\\\\d/1\"}"#, r#"{\"k\":\"[redacted]\"}"#),
        ("pa ss&é", "?q=pa%20ss%26%C3%A9", "?q=[redacted]"),
        ("pa ss&é", "?q=pa+ss%26%c3%a9", "?q=[redacted]"),
        ("päss", r"p\u00e4ss", REDACTED),
        ("hunter2?>", "aHVudGVyMj8+", REDACTED),
        ("hunter2?>", "aHVudGVyMj8-", REDACTED),
        ("hunter22", "aHVudGVyMjI=", REDACTED),
        ("hunter22", "aHVudGVyMjI", REDACTED),
        ("-----\nMIIEvQIBAD\nxyz\n", "line MIIEvQIBAD!", "line [redacted]!"),
        ("-----\nMIIEvQIBAD\nxyz\n", "xyz", "xyz"),
        ("a\u{1b}bcd", "a\\u{1b}bcd", REDACTED),
        ("trailing \n", "(trailing)", "([redacted])"),
    ];
    for (secret, text, expected) in cases {
        assert_eq!(knows(&json!(secret)).text(text), expected, "{secret:?} in {text}");
    }
    // `user:hunter2-long` in base64, where the secret starts inside of a group.
    let basic = knows(&json!("hunter2-long")).text("Basic dXNlcjpodW50ZXIyLWxvbmc=");
    assert!(basic.starts_with("Basic dXNlcjp") && basic.contains(REDACTED), "{basic}");
    assert!(!basic.contains("dW50ZXIyLWxvb"), "{basic}");
}

#[test]
fn clones_share_what_they_know_and_debug_shows_nothing_of_it() {
    let redactor = Redactor::new();
    let clone = redactor.clone();
    assert_eq!(clone.text("hunter2"), "hunter2");
    redactor.add_text("hunter2");
    assert_eq!(clone.text("hunter2 hunter3"), "[redacted] hunter3");
    clone.add_text("hunter3");
    assert_eq!(redactor.text("hunter2 hunter3"), "[redacted] [redacted]");
    assert_eq!(format!("{redactor:?}"), "Redactor(..)");
}

#[test]
fn the_log_knows_secrets_as_long_as_a_run_holds_them() {
    use crate::secrets::without_secrets;
    let redactor = Redactor::new();
    redactor.add_text("live-canary-1");
    let clone = redactor.clone();
    drop(redactor);
    assert_eq!(without_secrets("a live-canary-1 b"), "a [redacted] b");
    assert_eq!(clone.text("a live-canary-1 b"), "a [redacted] b");
}

#[test]
fn secrets_that_come_one_by_one_are_all_found() {
    let redactor = Redactor::new();
    for number in 0..300 {
        redactor.add_text(&format!("secret-{number:03}"));
        assert_eq!(redactor.text(&format!("<secret-{number:03}>")), "<[redacted]>");
    }
    let all: String = (0..300).map(|number| format!("secret-{number:03};")).collect();
    assert_eq!(redactor.text(&all), "[redacted];".repeat(300));
    redactor.add_text("late secret-1");
    assert_eq!(redactor.text("a late secret-150 b"), "a [redacted] b");
}

#[test]
fn an_answer_says_what_went_wrong_without_the_secret() {
    use crate::run::Answer;
    use crate::run::answer::{Mode, RunError, StepStatus, StepSummary};
    let text = || "`hunter2` is wrong".to_owned();
    let step = StepSummary {
        id: "a".to_owned(),
        plugin: "p".to_owned(),
        version: "1.0.0".to_owned(),
        status: StepStatus::Failed,
        reason: Some(text()),
        attempts: 1,
        duration_ms: 0,
    };
    let answer = Answer {
        mode: Mode::Stream,
        execution_id: String::new(),
        pipeline: (None, None),
        results: Vec::new(),
        summary: vec![step],
        outputs: Vec::new(),
        warnings: vec![text(), "fine".to_owned()],
        error: Some(RunError { kind: "step_failed", message: text(), step: None }),
        interrupted: false,
        stream: None,
    };
    let answer = answer.redacted(&knows(&json!("hunter2")));
    let redacted = "`[redacted]` is wrong";
    assert_eq!(answer.warnings, [redacted, "fine"]);
    assert_eq!(answer.summary[0].reason.as_deref(), Some(redacted));
    assert_eq!(answer.error.map(|error| error.message).as_deref(), Some(redacted));
}
