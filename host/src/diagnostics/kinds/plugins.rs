//! The plugin of a step and its configuration.

use super::Kind;

/// The kinds, in the order in which they are found.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "missing_plugin",
        meaning: "A step names no plugin.",
        why: "There is nothing that could do its work.",
        mend: "Add `uses:` with the name of a plugin; `plugpipe list` shows them.",
        wrong: r"
- id: publish
  with: {message: hello}
",
        right: r"
- id: publish
  uses: kafka_producer
  with: {message: hello}
",
    },
    Kind {
        name: "bad_plugin_name",
        meaning: "What stands under `uses` cannot be the name of a plugin.",
        why: "Names are words of letters, digits, `_` and `-`; a path or an address is none.",
        mend: "Write `name`, `category/name`, `name@^1.2` or `name:1.0.0`.",
        wrong: "- {id: publish, uses: ../kafka_producer}",
        right: "- {id: publish, uses: kafka_producer}",
    },
    Kind {
        name: "bad_version",
        meaning: "A version is not X.Y.Z, or contradicts the one behind the name.",
        why: "Which plugin is meant cannot be told.",
        mend: "Write `version: 1.0.0`; a range stands behind the name: `name@^1.2`.",
        wrong: r#"- {id: publish, uses: kafka_producer, version: "1"}"#,
        right: "- {id: publish, uses: kafka_producer, version: 1.0.0}",
    },
    Kind {
        name: "unknown_plugin",
        meaning: "No installed plug has that name and version.",
        why: "There is nothing that could do the work of the step.",
        mend: "Mend the name, or install the plug: `plugpipe install`. `plugpipe list` shows what is there.",
        wrong: "- {id: publish, uses: kafka_producr}",
        right: "- {id: publish, uses: kafka_producer}",
    },
    Kind {
        name: "plugin_refused",
        meaning: "A plugin is installed and cannot be opened.",
        why: "Its library failed a check, for the reason in the message. Nothing of it was called.",
        mend: "Build it again with `plugpipe build`, or install another version; `plugpipe test` shows how far it comes.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "unknown_config_key",
        meaning: "A key under `config` that the plugin does not have.",
        why: "A slip in a setting would leave the default in force without a word.",
        mend: "Mend the key; `plugpipe show PLUGIN` lists all of them.",
        wrong: r"
- id: publish
  uses: kafka_producer
  config: {topik: hello}
",
        right: r"
- id: publish
  uses: kafka_producer
  config: {topic: hello}
",
    },
    Kind {
        name: "missing_config_key",
        meaning: "The plugin needs a key that `config` does not have.",
        why: "The plugin has no default for it.",
        mend: "Add the key; the hint says what it takes.",
        wrong: r"
- {id: lines, uses: file_source}
- {id: out, uses: stdout_sink}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: stdout_sink}
",
    },
    Kind {
        name: "bad_config_type",
        meaning: "A value under `config` has another type than its key takes.",
        why: "The plugin would refuse it when it is called.",
        mend: "Write it in the type that the message names; quotes make a text.",
        wrong: r"
- id: publish
  uses: kafka_producer
  config: {topic: hello, linger_ms: soon}
",
        right: r"
- id: publish
  uses: kafka_producer
  config: {topic: hello, linger_ms: 5}
",
    },
    Kind {
        name: "bad_config_value",
        meaning: "A value under `config` has the right type and is out of bounds, or none of the listed ones.",
        why: "The plugin would refuse it when it is called.",
        mend: "Take a value that the message names.",
        wrong: r"
- id: publish
  uses: kafka_producer
  config: {topic: hello, compression: zip}
",
        right: r"
- id: publish
  uses: kafka_producer
  config: {topic: hello, compression: zstd}
",
    },
    Kind {
        name: "unknown_input_key",
        meaning: "A key under `with` resembles one that the plugin takes, and is none. A lint.",
        why: "A plugin may take keys that it does not list, so the pipeline runs; most often it is a slip.",
        mend: "Mend the key; `plugpipe show PLUGIN` lists what the plugin takes.",
        wrong: r"
- id: publish
  uses: kafka_producer
  with: {mesage: hello}
",
        right: r"
- id: publish
  uses: kafka_producer
  with: {message: hello}
",
    },
    Kind {
        name: "wrong_role",
        meaning: "A plugin stands where its role does not fit.",
        why: "A stream begins with a source; behind it stand transforms, filters and sinks.",
        mend: "Put the step elsewhere, or take another plugin; `plugpipe list` shows roles.",
        wrong: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: count, uses: monitoring_prometheus}
- {id: out, uses: stdout_sink}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: stdout_sink}
",
    },
    Kind {
        name: "bad_mode",
        meaning: "`mode` contradicts the first plugin, or is needed and missing.",
        why: "Whether the pipeline runs once or streams records cannot be told.",
        mend: "Leave `mode` out, or begin with a plugin of the right role.",
        wrong: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
mode: stream
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
        right: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
mode: once
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
    },
    Kind {
        name: "missing_input_key",
        meaning: "The input of a step lacks a key that its plugin always needs.",
        why: "Every call would be refused.",
        mend: "Add the key under `with`; `plugpipe show PLUGIN` lists what a plugin takes.",
        wrong: "",
        right: "",
    },
];
