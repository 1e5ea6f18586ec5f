//! Plugins that take too much of what the host lends.

use std::time::Duration;

use serde_json::json;

use crate::rogue::{assert_healthy, call, pipeline, tree};

/// A hundred thousand lines of a log are at least 4 MB: so much must not come out.
const LOG_BYTES: usize = 1_000_000;
const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn a_flood_of_log_events_is_cut_and_counted() {
    let output = call(&tree(), &json!({"answer": "logs"})).limit(LIMIT).output().expect_code(0);
    assert_eq!(output.json(), json!({"ok": true}));
    assert!(output.stderr.contains("event 0 of a flood"), "the first events are logged");
    assert!(output.stderr.len() < LOG_BYTES, "{} bytes of log", output.stderr.len());
    assert!(output.stderr.contains("dropped"), "what was not logged is counted");
}

#[test]
fn a_flood_of_any_kind_leaves_the_next_step_alone() {
    let tree = tree();
    for answer in ["logs", "labels", "threads", "memory"] {
        let output = pipeline(&tree, &json!({"answer": answer})).limit(LIMIT).output();
        let output = output.expect_code(0);
        assert_eq!(output.json()["results"]["odd"], json!({"ok": true}), "{answer}");
        assert_healthy(&output);
    }
}
