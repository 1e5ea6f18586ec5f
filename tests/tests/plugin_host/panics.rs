//! A panic is an error of what panicked, wherever it happens.

use serde_json::{Value, json};

use crate::rogue::{assert_healthy, call, failed, ordered, pipeline, tree};

/// Where a call panics, and what its error calls the place.
const IN_A_CALL: [(&str, &str); 3] =
    [("process", "process"), ("poll", "process"), ("drop", "the drop of its future")];

fn panicking(at: &str) -> Value {
    json!({"at": at, "deed": "panic"})
}

#[test]
fn a_panic_at_any_time_of_a_call_is_its_error() {
    let tree = tree();
    for (at, place) in IN_A_CALL {
        let output = call(&tree, &panicking(at)).output().expect_code(1);
        let message = format!("the plugin panicked in {place}: told to panic in {at}");
        assert_eq!(output.json(), failed("plugin_error", &message), "{output}");
        assert_eq!(output.stderr.matches(" panicked at ").count(), 1, "{output}");
    }
}

#[test]
fn a_panic_at_any_time_of_a_step_leaves_the_next_step_alone() {
    let tree = tree();
    for (at, place) in IN_A_CALL {
        let output = pipeline(&tree, &panicking(at)).output().expect_code(0);
        let message = format!("the plugin panicked in {place}: told to panic in {at}");
        assert_eq!(output.json()["summary"][0]["reason"], message, "{output}");
        assert_healthy(&output);
    }
}

#[test]
fn a_panic_in_a_thread_of_the_plugin_s_own_ends_that_thread_only() {
    let tree = tree();
    let output = call(&tree, &panicking("thread")).output().expect_code(0);
    assert_eq!(output.json(), json!({"ok": true}), "{output}");
    assert_eq!(output.stderr.matches("told to panic in thread").count(), 1, "{output}");
}

#[test]
fn a_panic_while_the_plugin_stops_takes_nothing_from_its_answer() {
    let tree = tree();
    for order in ["shutdown:panic:host", "drop:panic:host"] {
        let output = ordered(&tree, order).output().expect_code(0);
        assert_eq!(output.json(), json!({"ok": true}), "{order}\n{output}");
    }
}

#[test]
fn a_panic_while_the_instance_is_made_is_why_the_plugin_is_not_used() {
    let output = ordered(&tree(), "create:panic:host").output().expect_code(2);
    let message = "plugin `rogue@1.0.7` could not be created: \
                   the plugin panicked in create: told to panic in create";
    assert_eq!(output.json(), failed("plugin_refused", message), "{output}");
}
