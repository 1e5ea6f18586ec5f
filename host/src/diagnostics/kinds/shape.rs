//! The shape of a pipeline and of its steps.

use super::Kind;

/// The kinds, in the order in which they are found.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "not_a_mapping",
        meaning: "Something that should be a mapping or a list of steps is neither.",
        why: "Its keys cannot be read.",
        mend: "Write keys and values, `id: publish`, or a list of such mappings.",
        wrong: "- just a text",
        right: r"
- id: publish
  uses: kafka_producer
",
    },
    Kind {
        name: "missing_pipeline",
        meaning: "The file has no `pipeline`, the list of steps.",
        why: "There is nothing to run.",
        mend: "Add `pipeline:` with a list of steps.",
        wrong: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
pipelines:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
        right: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
    },
    Kind {
        name: "empty_steps",
        meaning: "The pipeline has no step.",
        why: "There is nothing to run.",
        mend: "Add a step with `uses:` and the name of a plugin.",
        wrong: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
pipeline: []
",
        right: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
    },
    Kind {
        name: "wrong_api_version",
        meaning: "`apiVersion` is not `v1`.",
        why: "The file was written for another version of the language.",
        mend: "Write `apiVersion: v1`.",
        wrong: r"
apiVersion: v2
kind: PipeSpec
metadata: {name: example}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
        right: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
    },
    Kind {
        name: "wrong_kind",
        meaning: "`kind` is not `PipeSpec`.",
        why: "The file describes something that is no pipeline.",
        mend: "Write `kind: PipeSpec`, or name another file.",
        wrong: r"
apiVersion: v1
kind: PlugSpec
metadata: {name: example}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
        right: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
    },
    Kind {
        name: "unknown_key",
        meaning: "A key that the language does not know: an error in a step, a lint at the top of the file.",
        why: "A slip in a key would change what a step does without a word.",
        mend: "Mend the key; the hint names the nearest one. Data belongs under `with`, settings under `config`.",
        wrong: r"
- id: publish
  uses: kafka_producer
  whith: {message: hello}
",
        right: r"
- id: publish
  uses: kafka_producer
  with: {message: hello}
",
    },
    Kind {
        name: "bad_type",
        meaning: "A value has another type than its key needs.",
        why: "A list where a text is meant, say, has no meaning.",
        mend: "Write the value in the shape that the message names.",
        wrong: r"
- id: publish
  uses: kafka_producer
  always_run: maybe
",
        right: r"
- id: publish
  uses: kafka_producer
  always_run: true
",
    },
    Kind {
        name: "bad_value",
        meaning: "A value has the right type and still no meaning there.",
        why: "Nothing sensible could be done with it.",
        mend: "Take one of the values that the message or its hint names.",
        wrong: r"
- id: publish
  uses: kafka_producer
  on_error: explode
",
        right: r"
- id: publish
  uses: kafka_producer
  on_error: fail
",
    },
    Kind {
        name: "non_string_name",
        meaning: "A name is a number, a boolean or a list.",
        why: "Templates and other steps call a step by its name, which is a text.",
        mend: "Put the name in quotes.",
        wrong: r"
- id: 12
  uses: kafka_producer
",
        right: r#"
- id: "12"
  uses: kafka_producer
"#,
    },
    Kind {
        name: "duplicate_step_id",
        meaning: "Two steps answer to one name.",
        why: "A template that reads the one could get the other.",
        mend: "Give one of them another `id`.",
        wrong: r"
- {id: publish, uses: kafka_producer}
- {id: publish, uses: kafka_producer}
",
        right: r"
- {id: publish, uses: kafka_producer}
- {id: again, uses: kafka_producer}
",
    },
    Kind {
        name: "reserved_step_id",
        meaning: "A step is called like something that every template knows.",
        why: "In templates the name already means something else.",
        mend: "Give the step another `id`.",
        wrong: "- {id: inputs, uses: kafka_producer}",
        right: "- {id: publish, uses: kafka_producer}",
    },
    Kind {
        name: "not_supported",
        meaning: "The language has the word, and this engine does not act on it.",
        why: "To pass over it in silence would run another pipeline than the one that was written.",
        mend: "Take the word out, or split the pipeline in two.",
        wrong: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: stdout_sink, foreach: [1, 2]}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: stdout_sink}
",
    },
];
