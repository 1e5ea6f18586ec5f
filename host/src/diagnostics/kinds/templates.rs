//! Templates and expressions.

use super::Kind;

/// The kinds, in the order in which they are found.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "unterminated_template",
        meaning: "A template begins and does not end.",
        why: "Where it ends cannot be guessed.",
        mend: "Close it; `$${` is a plain `${`, and `{{ '{{' }}` plain braces.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{{ inputs.who "}
"#,
        right: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{{ timestamp }}"}
"#,
    },
    Kind {
        name: "bad_expression",
        meaning: "An expression cannot be read.",
        why: "What it should compute cannot be told.",
        mend: "Mend it; expressions are those of minijinja, and `&&`, `||` and `c ? a : b`.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  when: "1 +"
"#,
        right: r#"
- id: publish
  uses: kafka_producer
  when: "1 + 1 == 2"
"#,
    },
    Kind {
        name: "unknown_filter",
        meaning: "An expression uses a filter that does not exist.",
        why: "What it should do to the value cannot be told.",
        mend: "Take one of length, default, truncate, upper, lower, join and those of minijinja.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{{ timestamp | uper }}"}
"#,
        right: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{{ timestamp | upper }}"}
"#,
    },
    Kind {
        name: "unknown_step",
        meaning: "A template reads a step that does not exist, or one that has not run by then.",
        why: "It could only ever read nothing.",
        mend: "Mend the name, or put the step in front.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{{ steps.fetch.text }}"}
"#,
        right: r#"
- id: fetch
  uses: monitoring_prometheus
- id: publish
  uses: kafka_producer
  with: {message: "{{ steps.fetch.text }}"}
"#,
    },
    Kind {
        name: "unknown_secret_provider",
        meaning: "`${provider:…}` names a provider that is not there.",
        why: "The secret could not be looked up.",
        mend: "Use `env:` or `file:`, or install a plug of that name with the role `secrets`.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  config: {topic: "${valt:topic}"}
"#,
        right: r#"
- id: publish
  uses: kafka_producer
  config: {topic: "${env:TOPIC:orders}"}
"#,
    },
    Kind {
        name: "missing_env",
        meaning: "An environment variable is not set and has no default.",
        why: "The value would be empty without a word.",
        mend: "Set the variable, or give a default: `${env:NAME:default}`.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  config: {topic: "${env:TOPIC}"}
"#,
        right: r#"
- id: publish
  uses: kafka_producer
  config: {topic: "${env:TOPIC:orders}"}
"#,
    },
    Kind {
        name: "secret_not_allowed",
        meaning: "A secret is read where none is resolved.",
        why: "Secrets are looked up just before a step is called, for its `config`, `with` and `env` only.",
        mend: "Move it there; conditions and outputs cannot read secrets.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  when: "{{ secrets.on }}"
"#,
        right: r#"
- id: publish
  uses: kafka_producer
  with: {message: hello}
"#,
    },
    Kind {
        name: "no_foreach",
        meaning: "`item` or `iteration` is read in a step that has no `foreach`.",
        why: "There is no list that it could be an element of.",
        mend: "Give the step a `foreach`, or read an input.",
        wrong: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{{ item }}"}
"#,
        right: r#"
- id: publish
  uses: kafka_producer
  foreach: [one, two]
  with: {message: "{{ item }}"}
"#,
    },
    Kind {
        name: "duplicate_alias",
        meaning: "A name for a part of a result is taken.",
        why: "A template that reads the name could mean either.",
        mend: "Choose another name under `outputs` or `output_mapping`.",
        wrong: r#"
- {id: fetch, uses: monitoring_prometheus, output_mapping: {text: body}}
- {id: again, uses: monitoring_prometheus, output_mapping: {text: body}}
"#,
        right: r#"
- {id: fetch, uses: monitoring_prometheus, output_mapping: {text: body}}
- {id: again, uses: monitoring_prometheus, output_mapping: {more: body}}
"#,
    },
];
