//! Runs of the plug that does every wrong thing, beside a healthy one.

use end_to_end::host::{Host, Invocation, Output, Tree};
use serde_json::{Value, json};

pub const ROGUE: &str = "faulty/rogue/1.0.7";
pub const ECHO: &str = "versions/echo/1.0.0";

/// The rogue, and a plug that has nothing to do with it.
pub fn tree() -> Tree {
    Tree::empty().with_fixture(ROGUE).with_fixture(ECHO)
}

/// `plugpipe run rogue` with this input, about to run.
pub fn call(tree: &Tree, input: &Value) -> Invocation {
    let run = Host::shared().run(["run", "rogue", "--input", &input.to_string()]);
    run.plugs(tree).env("RUST_BACKTRACE", "0")
}

/// A run of the rogue that does something wrong while it starts or stops.
pub fn ordered(tree: &Tree, order: &str) -> Invocation {
    call(tree, &json!({})).env("ROGUE", order).trying_again()
}

/// The document of a plugin that failed, or could not be used.
pub fn failed(kind: &str, message: &str) -> Value {
    let error = json!({"kind": kind, "message": message});
    json!({"success": false, "error": error, "diagnostics": []})
}

/// The rogue was refused for `reason`, and said so once on stderr.
pub fn assert_refused(output: &Output, reason: &str) {
    let message = format!("plugin `rogue@1.0.7` was refused: {reason}");
    assert_eq!(output.code, Some(2), "{output}");
    assert_eq!(output.json(), failed("plugin_refused", &message), "{output}");
    let reported = output.stderr.matches(&format!("error: {message}\n")).count();
    assert_eq!(reported, 1, "{output}");
}

/// A pipeline whose step `odd` calls the rogue with `input`, and goes on to a healthy step.
pub fn pipeline(tree: &Tree, input: &Value) -> Invocation {
    let pipeline = format!(
        "apiVersion: v1\nkind: PipeSpec\nmetadata: {{name: odd, version: 1.0.0}}\npipeline:\n  \
         - {{id: odd, uses: rogue, with: {input}, on_error: continue}}\n  \
         - {{id: healthy, uses: echo, with: {{said: hello}}}}\n"
    );
    let run = Host::shared().run(["run", "-"]).plugs(tree).stdin(pipeline);
    run.env("RUST_BACKTRACE", "0")
}

/// The healthy step of [`pipeline`] answered.
pub fn assert_healthy(output: &Output) {
    let answer = output.json();
    assert_eq!(answer["results"]["healthy"]["input"]["said"], "hello", "{output}");
    assert_eq!(answer["summary"][1]["status"], "success", "{output}");
}
