//! What a run is given.

use super::Kind;

/// The kinds, in the order in which they are found.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "missing_input",
        meaning: "A required input of the run was not given.",
        why: "Templates that read it would read nothing.",
        mend: "Give it with `--set NAME=VALUE` or `--input`, or declare a default.",
        wrong: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
inputs: {who: {type: string, required: true}}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
        right: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
inputs: {who: {type: string, default: world}}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
    },
    Kind {
        name: "bad_input",
        meaning: "An input has another type than it was declared with, or is none of its `enum`.",
        why: "Steps rely on the declaration.",
        mend: "Give a value that fits, or mend the declaration.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "unknown_input",
        meaning: "A given input is none that the pipeline has.",
        why: "A slip in its name would leave the default in force without a word.",
        mend: "Mend the name; the hint has the nearest one.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "undeclared_input",
        meaning: "A template reads a name that nobody declared; it is taken from the inputs of the run. A lint.",
        why: "Who runs the pipeline cannot see that it wants the input.",
        mend: "Declare it under `inputs`.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{{ greeting }}"}
"#,
        right: r#"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
inputs: {greeting: {type: string, default: hello}}
pipeline:
  - id: publish
    uses: kafka_producer
    with: {message: "{{ greeting }}"}
"#,
    },
];
