//! Where steps lead.

use super::Kind;

/// The kinds, in the order in which they are found.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "dangling_next",
        meaning: "`next` or `branches` names a step that does not exist.",
        why: "Nothing could be sent there.",
        mend: "Mend the name.",
        wrong: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}, next: owt}
- {id: out, uses: stdout_sink}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}, next: out}
- {id: out, uses: stdout_sink}
",
    },
    Kind {
        name: "dangling_depends_on",
        meaning: "`depends_on` names a step that does not exist.",
        why: "The step would wait for ever.",
        mend: "Mend the name.",
        wrong: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: stdout_sink, depends_on: [line]}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: stdout_sink, depends_on: [lines]}
",
    },
    Kind {
        name: "dangling_dlq",
        meaning: "`on_error` sends dead letters to a step that does not exist.",
        why: "Refused records would be lost.",
        mend: "Mend the name under `to`.",
        wrong: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: stdout_sink, on_error: {action: dlq, to: daed}}
- {id: dead, uses: stdout_sink}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: stdout_sink, on_error: {action: dlq, to: dead}}
- {id: dead, uses: stdout_sink}
",
    },
    Kind {
        name: "cycle",
        meaning: "Steps wait for each other in a circle.",
        why: "None of them could ever begin.",
        mend: "Take one of the edges out; the message spells the circle.",
        wrong: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: a, uses: set_fields, next: b}
- {id: b, uses: set_fields, next: a}
- {id: out, uses: stdout_sink, depends_on: [lines, b]}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: a, uses: set_fields}
- {id: b, uses: set_fields}
- {id: out, uses: stdout_sink}
",
    },
    Kind {
        name: "unreachable_step",
        meaning: "No way leads to a step.",
        why: "It would never run.",
        mend: "Name it under `next` of another step, or give it `depends_on`.",
        wrong: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}, next: out}
- {id: mark, uses: set_fields}
- {id: out, uses: stdout_sink}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: mark, uses: set_fields}
- {id: out, uses: stdout_sink}
",
    },
    Kind {
        name: "leads_nowhere",
        meaning: "Nothing takes the records of a step.",
        why: "They would be neither written nor acknowledged.",
        mend: "Put a sink behind it, or take it out.",
        wrong: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}, next: [mark, out]}
- {id: mark, uses: set_fields, next: []}
- {id: out, uses: stdout_sink}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: mark, uses: set_fields}
- {id: out, uses: stdout_sink}
",
    },
    Kind {
        name: "no_sink",
        meaning: "A stream has no sink.",
        why: "Its records would go nowhere.",
        mend: "Add a step whose plug has the role `sink`.",
        wrong: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: mark, uses: set_fields}
",
        right: r"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: mark, uses: set_fields}
- {id: out, uses: stdout_sink}
",
    },
    Kind {
        name: "open_topic",
        meaning: "Records could choose any topic.",
        why: "Whoever writes the records could write to topics that are none of theirs.",
        mend: "Begin with a literal prefix, `orders.{{ … }}`, or list `topics` in `config`.",
        wrong: r#"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: kafka_producer, config: {topic: orders}, with: {topic: "{{ record.value.to }}"}}
"#,
        right: r#"
- {id: lines, uses: file_source, config: {path: a.ndjson}}
- {id: out, uses: kafka_producer, config: {topic: orders}, with: {topic: "orders.{{ record.value.to }}"}}
"#,
    },
];
