//! What runs and deserves a look all the same.

use super::Kind;

/// The kinds, in the order in which they are found.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "no_api_version",
        meaning: "`apiVersion` or `kind` is missing.",
        why: "A later version of the language could read the file otherwise.",
        mend: "Write `apiVersion: v1` and `kind: PipeSpec` at the top.",
        wrong: r"
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
        name: "no_metadata",
        meaning: "The file has neither `metadata` nor a name.",
        why: "Logs, metrics and answers cannot say which pipeline they are of.",
        mend: "Write `metadata: {name: …, version: …}`.",
        wrong: r"
apiVersion: v1
kind: PipeSpec
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
        name: "flat_metadata",
        meaning: "Name and version stand at the top of the file.",
        why: "They are read; `metadata` is where everybody looks for them.",
        mend: "Put them under `metadata`.",
        wrong: r"
apiVersion: v1
kind: PipeSpec
name: example
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
        name: "steps_wrapper",
        meaning: "`pipeline` is a mapping with `steps`.",
        why: "A plain list says the same in one line less.",
        mend: "Write the list of steps under `pipeline`.",
        wrong: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
pipeline:
  steps:
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
        name: "bogus_uses",
        meaning: "`uses` holds the name of a key and is passed over; another key has the plugin.",
        why: "It is what is left of a conversion that went wrong.",
        mend: "Take `uses` out, or put the plugin there.",
        wrong: "- {id: publish, uses: plugin, plugin: kafka_producer}",
        right: "- {id: publish, uses: kafka_producer}",
    },
    Kind {
        name: "suspicious_uses",
        meaning: "`uses` holds the name of a key, and nothing else has a plugin.",
        why: "Hardly any plugin is called so.",
        mend: "Put the name of the plugin there.",
        wrong: "- {id: publish, uses: description}",
        right: "- {id: publish, uses: kafka_producer}",
    },
    Kind {
        name: "config_root",
        meaning: "A template reads a key of the top-level `config` without `config.` in front.",
        why: "Somebody who adds a step of that name changes what the template reads.",
        mend: "Write `config.NAME`.",
        wrong: r#"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
config: {region: north}
pipeline:
  - id: publish
    uses: kafka_producer
    with: {message: "{{ region.name }}"}
"#,
        right: r#"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
config: {region: {name: north}}
pipeline:
  - id: publish
    uses: kafka_producer
    with: {message: "{{ config.region.name }}"}
"#,
    },
    Kind {
        name: "secret_provider_plugin",
        meaning: "A secret comes from a provider that is a plug of its own.",
        why: "The pipeline runs only where that plug is installed.",
        mend: "Use `env:` or `file:` where the pipeline should run anywhere.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  config: {topic: "${vault:topic}"}
"#,
        right: r#"
- id: publish
  uses: kafka_producer
  config: {topic: "${env:TOPIC:orders}"}
"#,
    },
    Kind {
        name: "block_tag",
        meaning: "A text holds a block, `{% … %}`.",
        why: "A block hides decisions inside a text, where no summary shows them.",
        mend: "Use `when`, `foreach` or `c ? a : b` where they do.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{% if true %}a{% endif %}"}
"#,
        right: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{{ true ? 'a' : 'b' }}"}
"#,
    },
    Kind {
        name: "not_acted_on",
        meaning: "The engine that runs the file does nothing with this.",
        why: "Whoever wrote it expects something of it.",
        mend: "Take it out, or say it with a word that this engine knows.",
        wrong: r#"
- {id: publish, uses: kafka_producer, concurrency: 2, with: {message: hello}}
"#,
        right: r#"
- {id: publish, uses: kafka_producer, with: {message: hello}}
"#,
    },
];
