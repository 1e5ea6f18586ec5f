//! The file as text and as YAML.

use super::Kind;

/// The kinds, in the order in which they are found.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "yaml_syntax",
        meaning: "The file is not valid YAML.",
        why: "Nothing behind the bad place can be trusted to mean what it looks like.",
        mend: "Mend the place that is shown. A value that starts with a template needs quotes; indents are spaces, never tabs.",
        wrong: r"
- id: publish
  uses: kafka_producer
  with: {message: {{ inputs.who }}}
",
        right: r#"
- id: publish
  uses: kafka_producer
  with: {message: "{{ timestamp }}"}
"#,
    },
    Kind {
        name: "unreadable",
        meaning: "The file cannot be read.",
        why: "There is nothing to check or to run.",
        mend: "Mend its path or its permissions; `-` reads standard input.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "invalid_utf8",
        meaning: "The file is not UTF-8 text.",
        why: "Text in another encoding would arrive as other characters.",
        mend: "Save the file as UTF-8.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "duplicate_key",
        meaning: "A key stands twice in one mapping.",
        why: "One of the two values would be lost without a word.",
        mend: "Keep one of them.",
        wrong: r"
- id: publish
  uses: kafka_producer
  with: {message: a, message: b}
",
        right: r"
- id: publish
  uses: kafka_producer
  with: {message: b}
",
    },
    Kind {
        name: "too_deep",
        meaning: "Lists and mappings lie more than 128 levels deep in each other.",
        why: "Reading them would need a stack without an end.",
        mend: "Hand deep data in as an input of the run.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "too_large",
        meaning: "The file, or one list in brackets, is larger than a pipeline can be.",
        why: "A pipeline describes work; data in it would be read, checked and kept as a program.",
        mend: "Hand the data in as an input: `--set records=@FILE`.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "alias_bomb",
        meaning: "Aliases (`*name`) unfold into far more than is written.",
        why: "A few lines could fill the memory of the machine.",
        mend: "Write the values out, or hand them in as an input.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "empty_document",
        meaning: "The file holds nothing.",
        why: "There is nothing to run.",
        mend: "Write a pipeline, or name another file.",
        wrong: "# nothing but a comment",
        right: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
",
    },
    Kind {
        name: "multiple_documents",
        meaning: "The file holds a second YAML document.",
        why: "Which of them is meant to run cannot be told.",
        mend: "Put each pipeline into a file of its own.",
        wrong: r"
apiVersion: v1
kind: PipeSpec
metadata: {name: example, version: 1.0.0}
pipeline:
  - {id: publish, uses: kafka_producer, with: {message: hello}}
---
more: of it
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
        name: "too_many_problems",
        meaning: "There are so many problems that the rest of the file was not looked at.",
        why: "Nobody reads thousands of messages.",
        mend: "Mend those that are shown, then check again.",
        wrong: "",
        right: "",
    },
];
