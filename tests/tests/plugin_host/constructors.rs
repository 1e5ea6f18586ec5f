//! Libraries that end their process when they are opened, described, made or stopped: a child process finds it out.

use end_to_end::host::Host;
use serde_json::json;

use crate::rogue::{assert_refused, ordered, pipeline, tree};

/// What a place of a trial is called in the reason.
const PLACES: [(&str, &str); 4] = [
    ("constructor", "opened"),
    ("describe", "asked what it is"),
    ("create", "created"),
    ("shutdown", "shut down"),
];

/// What is done, and how the child ends.
const FATAL: [(&str, &str); 4] = [
    ("segfault", "signal 11 (SIGSEGV)"),
    ("abort", "signal 6 (SIGABRT)"),
    ("exit", "exit code 3"),
    ("overflow", "signal 6 (SIGABRT), saying `fatal runtime error: stack overflow, aborting`,"),
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
fn a_pipeline_with_a_refused_plugin_runs_none_of_its_steps() {
    let tree = tree();
    let run = pipeline(&tree, &json!({})).env("ROGUE", "constructor:segfault");
    let output = run.trying_again().output().expect_code(2);
    let answer = output.json();
    assert_eq!(answer["error"]["kind"], "plugin_refused", "{output}");
    let problems = answer["diagnostics"].as_array().expect("diagnostics");
    let places: Vec<_> = problems.iter().map(|one| (&one["kind"], &one["line"])).collect();
    assert_eq!(places, [(&json!("plugin_refused"), &json!(5))], "{output}");
    assert_eq!(answer.get("results"), None, "a step ran: {output}");
}

#[test]
fn a_plug_beside_one_that_would_end_the_host_works() {
    let tree = tree();
    let run = Host::shared().run(["run", "echo", "--input", "{}"]).plugs(&tree);
    let run = run.env("ROGUE", "constructor:segfault").trying_again();
    assert_eq!(run.output().expect_code(0).json()["version"], "1.0.0");
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
