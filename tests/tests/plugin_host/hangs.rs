//! Plugins that never come back: while they start, while they stop.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::rogue::{assert_refused, ordered, tree};

/// How long a child has to be opened, described, created and shut down.
const TRIAL: Duration = Duration::from_secs(5);
/// How long a plugin has for its last call, and what a run takes beside that on a busy machine.
const STOPPED: Duration = Duration::from_secs(15);

#[test]
fn a_library_that_hangs_while_it_is_tried_is_refused_after_five_seconds() {
    let tree = tree();
    let places = [
        ("constructor", "opened"),
        ("describe", "asked what it is"),
        ("create", "created"),
        ("shutdown", "shut down"),
    ];
    thread::scope(|scope| {
        for (place, word) in places {
            let run = ordered(&tree, &format!("{place}:hang")).limit(STOPPED);
            scope.spawn(move || {
                let begun = Instant::now();
                let output = run.output();
                let reason = format!(
                    "it did not finish being {word} within 5 s; nothing of it ran in the host"
                );
                assert_refused(&output, &reason);
                assert!(begun.elapsed() >= TRIAL, "{place}: {:?}", begun.elapsed());
            });
        }
    });
}

#[test]
fn a_plugin_that_hangs_in_its_last_call_keeps_the_run_for_its_grace_only() {
    let output = ordered(&tree(), "shutdown:hang:host").limit(STOPPED).output().expect_code(0);
    assert_eq!(output.json(), json!({"ok": true}), "{output}");
    assert!(output.stderr.contains("did not stop within 5s"), "{output}");
}
