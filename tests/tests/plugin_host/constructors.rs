//! Libraries that end their process before they are of any use: a child process finds it out.

use end_to_end::host::Host;
use serde_json::json;

use crate::rogue::{assert_healthy, assert_refused, ordered, pipeline, tree};

/// What a place of the start-up is called in the reason.
const PLACES: [(&str, &str); 3] =
    [("constructor", "opened"), ("describe", "described"), ("create", "created")];

/// What is done, and how the child ends.
const FATAL: [(&str, &str); 4] = [
    ("segfault", "signal 11 (SIGSEGV)"),
    ("abort", "signal 6 (SIGABRT)"),
    ("exit", "exit code 3"),
    ("overflow", "signal 6 (SIGABRT)"),
];

#[test]
fn a_library_that_ends_its_process_ends_a_child_and_not_the_host() {
    let tree = tree();
    for (place, word) in PLACES {
        for (deed, end) in FATAL {
            let output = ordered(&tree, &format!("{place}:{deed}")).output();
            let reason = format!(
                "it ended its process with {end} while it was being {word}; \
                 nothing of it ran in the host"
            );
            assert_refused(&output, &reason);
        }
    }
}

#[test]
fn a_library_that_ends_its_process_leaves_the_next_step_alone() {
    let run = pipeline(&tree(), &json!({})).env("ROGUE", "constructor:segfault").output();
    let output = run.expect_code(0);
    assert_eq!(output.json()["summary"][0]["status"], "failed", "{output}");
    assert_healthy(&output);
}

#[test]
fn listing_and_checking_run_no_constructor() {
    let tree = tree();
    let list = Host::shared().run(["list", "--json"]).plugs(&tree);
    let output = list.env("ROGUE", "constructor:abort").output().expect_code(0);
    let listed = output.json();
    assert_eq!(listed["refused"], json!([]), "{output}");
    assert_eq!(listed["plugs"].as_array().unwrap().len(), 2, "{output}");
}
