//! Answers that are no document.

use serde_json::json;

use crate::rogue::{assert_healthy, call, failed, pipeline, tree};

/// What the plugin answers, and what is said of it.
const NO_DOCUMENTS: [(&str, &str); 4] = [
    ("garbage", "the plugin gave an answer that is not JSON"),
    ("no_utf8", "the plugin gave an answer that is not UTF-8"),
    ("large", "the plugin gave an answer of 100000000 bytes, more than the 67108864 allowed"),
    ("deep", "the plugin gave an answer nested deeper than 128 arrays and objects"),
];

#[test]
fn an_answer_that_is_no_document_fails_its_call() {
    let tree = tree();
    for (answer, reason) in NO_DOCUMENTS {
        let output = call(&tree, &json!({"answer": answer})).output().expect_code(1);
        let found = output.json();
        let message = found["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(reason), "{answer}: {message}");
        assert_eq!(found, failed("plugin_error", message), "{output}");
        assert!(output.stderr.len() < 1_000, "{answer}: {} bytes", output.stderr.len());
    }
}

#[test]
fn an_answer_that_is_no_document_fails_its_step_and_no_other() {
    let tree = tree();
    for (answer, reason) in NO_DOCUMENTS {
        let output = pipeline(&tree, &json!({"answer": answer})).output().expect_code(0);
        let summary = &output.json()["summary"][0];
        assert_eq!(summary["status"], "failed", "{output}");
        assert!(summary["reason"].as_str().unwrap().starts_with(reason), "{output}");
        assert_healthy(&output);
    }
}
