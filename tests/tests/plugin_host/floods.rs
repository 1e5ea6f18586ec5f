//! Plugins that take too much of what the host lends.

use std::time::Duration;

use end_to_end::host::Host;
use end_to_end::serve::Serve;
use serde_json::json;

use crate::rogue::{assert_healthy, call, pipeline, tree};

/// A hundred thousand lines of a log are at least 4 MB: so much must not come out.
const LOG_BYTES: usize = 1_000_000;
/// Label sets of one counter that are kept, and the one that stands for all others.
const CELLS: usize = 1000 + 1;
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

#[test]
fn a_flood_of_labels_ends_in_one_cell_for_the_rest() {
    let tree = tree();
    let words = ["serve", "--listen", "127.0.0.1:0"];
    let serve = Serve::start(Host::shared().run(words).plugs(&tree));
    let answer = serve.connect().process("rogue", &json!({"answer": "labels"})).expect(200);
    assert_eq!(answer, json!({"ok": true}));
    let metrics = serve.get("/metrics").body;
    let cells: Vec<&str> =
        metrics.lines().filter(|line| line.starts_with("rogue_total{")).collect();
    assert_eq!(cells.len(), CELLS, "{cells:?}");
    let rest = cells.iter().filter(|cell| cell.contains("overflow=\"true\"")).count();
    assert_eq!(rest, 1, "{cells:?}");
}

#[test]
fn threads_that_nobody_ends_do_not_keep_a_server() {
    let tree = tree();
    let words = ["serve", "--listen", "127.0.0.1:0"];
    let serve = Serve::start(Host::shared().run(words).plugs(&tree));
    serve.connect().process("rogue", &json!({"answer": "threads"})).expect(200);
    let ended = serve.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
}
