use std::time::Duration;

use serde_json::value::RawValue;

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::{BatchLimits, StreamPlan};
use crate::pipeline::{Mode, PipelineSpec, Planned, check};

use super::{catalog, planned, problems_with, stream};

fn mode(yaml: &str, catalog: &Catalog) -> Mode {
    check(&PipelineSpec::parse(yaml.as_bytes()).spec.unwrap(), catalog).mode
}

#[test]
fn the_first_plugin_and_the_mode_choose_the_engine() {
    let cases = [
        ("pipeline: [{uses: source}, {uses: sink}]", Mode::Stream),
        ("mode: stream\npipeline: [{uses: source}, {uses: sink}]", Mode::Stream),
        ("mode: stream\npipeline: [{uses: tail}, {uses: sink}]", Mode::Stream),
        ("mode: once\npipeline: [{uses: tail}]", Mode::Once),
        ("pipeline: [{uses: document}]", Mode::Once),
        ("pipeline: [{uses: nothing}]", Mode::Once),
        // Not installed: the guess that says least beside that.
        ("pipeline: [{uses: absent}, {type: filter, when: true}, {uses: sink}]", Mode::Stream),
        ("pipeline: [{uses: absent, type: source}, {uses: sink}]", Mode::Stream),
        ("pipeline: [{uses: absent}]", Mode::Once),
    ];
    let catalog = catalog();
    for (yaml, expected) in cases {
        assert_eq!(mode(yaml, &catalog), expected, "{yaml}");
    }
}

#[test]
fn a_mode_that_does_not_fit_is_the_one_problem() {
    let cases = [
        ("pipeline: [{uses: tail}, {uses: sink}]", "`tail` can read records and run once"),
        ("mode: stream\npipeline: [{uses: document}]", "needs a source as the first step"),
        ("mode: once\npipeline: [{uses: source}]", "needs a first step that runs once"),
    ];
    let catalog = catalog();
    for (yaml, part) in cases {
        let found = planned(yaml, &catalog).err().unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].kind, "bad_mode");
        assert!(found[0].message.contains(part) && found[0].hint.is_some(), "{found:?}");
    }
}

/// Steps of a stream, the kind of the only error in it, and a part of what it says.
const MISTAKES: [(&str, &str, &str); 58] = [
    ("{id: o, uses: document}", "wrong_role", "`document` has the role `process`"),
    ("{id: o, uses: nothing}", "wrong_role", "`nothing` has no role"),
    ("{id: o, uses: source}", "wrong_role", "`source` has the role `source`"),
    ("{id: o, uses: map, type: sink}", "wrong_role", "the step says it is a sink"),
    ("{id: o, uses: tee}", "wrong_role", "a transform and a sink"),
    ("{id: o, uses: sinc}", "unknown_plugin", "did you mean `sink`?"),
    ("{id: f, type: filter}, {id: o, uses: sink}", "bad_value", "a filter needs a `when`"),
    (
        "{id: f, type: filter, when: true, uses: map}, {id: o, uses: sink}",
        "bad_value",
        "has no plugin",
    ),
    (
        "{id: f, type: filter, when: true, config: {}}, {id: o, uses: sink}",
        "bad_value",
        "has no `config`",
    ),
    ("{id: m, uses: map}", "no_sink", "has no sink"),
    ("{id: o, uses: sink}, {id: m, uses: map}", "leads_nowhere", "records of `m`"),
    ("{id: m, uses: map, next: m}, {id: o, uses: sink, depends_on: in}", "cycle", "m → m"),
    (
        "{id: a, uses: map, depends_on: [in, c]}, {id: b, uses: map}, {id: c, uses: map}, {id: o, uses: sink}",
        "cycle",
        "a → b → c → a",
    ),
    ("{id: m, uses: map, next: oo}, {id: o, uses: sink, depends_on: in}", "dangling_next", "`oo`"),
    ("{id: o, uses: sink, depends_on: inn}", "dangling_depends_on", "no step `inn`"),
    (
        "{id: m, uses: map, branches: {'true': outt}}, {id: out, uses: sink}",
        "dangling_next",
        "did you mean `out`?",
    ),
    (
        "{id: o, uses: sink, on_error: {action: dlq, to: nope}}",
        "dangling_dlq",
        "there is no step `nope`",
    ),
    ("{id: o, uses: sink, next: p}, {id: p, uses: sink}", "bad_value", "nothing comes out of it"),
    (
        "{id: o, uses: sink}, {id: p, uses: sink, depends_on: o}",
        "bad_value",
        "nothing comes out of it",
    ),
    ("{id: m, uses: map, next: [o, o]}, {id: o, uses: sink}", "bad_value", "sends to `o` twice"),
    ("{id: m, uses: map, next: [in, o]}, {id: o, uses: sink}", "bad_value", "`in` is the source"),
    (
        "{id: m, uses: map, next: o}, {id: o, uses: sink}, {id: p, uses: sink}",
        "unreachable_step",
        "`p`",
    ),
    ("{id: o, uses: sink}, {id: p, uses: sink, depends_on: []}", "unreachable_step", "`p`"),
    (
        "{id: m, uses: map, on_error: {action: dlq, to: m}}, {id: o, uses: sink}",
        "bad_value",
        "its own dead letters",
    ),
    (
        "{id: m, uses: map}, {id: o, uses: sink, on_error: {action: dlq, to: m}}",
        "bad_value",
        "`m` is none",
    ),
    (
        "{id: o, uses: sink, on_error: {action: dlq, to: d}}, {id: d, uses: sink, depends_on: in}",
        "bad_value",
        "takes dead letters and nothing else",
    ),
    (
        "{id: o, uses: sink, on_error: {action: dlq, to: d}}, {id: d, uses: sink, on_error: {action: dlq, to: e}}, {id: e, uses: sink}",
        "bad_value",
        "no dead letters of its own",
    ),
    (
        "{id: o, uses: sink, on_error: {action: dlq, to: d}}, {id: d, uses: sink, when: record.value.x}",
        "bad_value",
        "it has no `when`",
    ),
    (
        "{id: o, uses: sink, on_error: {action: dlq, to: d}}, {id: d, uses: sink, with: {key: x}}",
        "bad_value",
        "it has no `with`",
    ),
    ("{id: o, uses: sink, on_error: continue}", "bad_value", "means nothing in a stream"),
    ("{id: o, uses: sink, on_error: retry}", "bad_value", "means nothing in a stream"),
    ("{id: o, uses: sink, on_error: Drop}", "bad_value", "knows no `Drop`"),
    ("{id: o, uses: sink, on_error: dlq}", "bad_value", "`to` which step"),
    ("{id: o, uses: sink, on_error: {action: drop, to: in}}", "bad_value", "`to` belongs to `dlq`"),
    ("{id: o, uses: sink, on_error: {to: in}}", "bad_value", "has no `action`"),
    (
        "{id: o, uses: sink, on_error: {action: drop, max_attempts: 2}}",
        "bad_value",
        "has no `max_attempts`",
    ),
    ("{id: o, uses: sink, retries: 3}", "not_supported", "`retries`"),
    ("{id: o, uses: sink, timeout: 3s}", "not_supported", "`timeout`"),
    ("{id: o, uses: sink, foreach: [1]}", "not_supported", "`foreach`"),
    ("{id: o, uses: sink, concurrency: 2}", "not_supported", "`concurrency`"),
    ("{id: o, uses: sink, exit_if: 'false'}", "not_supported", "`exit_if`"),
    ("{id: o, uses: sink, join: [in]}", "not_supported", "`join`"),
    ("{id: o, uses: sink, outputs: {a: b}}", "not_supported", "`outputs`"),
    ("{id: o, uses: sink, always_run: true}", "not_supported", "`always_run`"),
    (
        "{id: m, uses: map, with: {key: x}}, {id: o, uses: sink}",
        "bad_value",
        "only a sink takes `with`",
    ),
    ("{id: o, uses: sink, with: {keys: x}}", "unknown_key", "did you mean `key`?"),
    ("{id: o, uses: sink, with: {key: [x]}}", "bad_type", "`key` should be a text"),
    ("{id: o, uses: sink, with: {headers: x}}", "bad_type", "`headers` should be a mapping"),
    ("{id: o, uses: sink, with: {partition: -1}}", "bad_value", "whole number from 0"),
    ("{id: o, uses: sink, with: {timestamp: soon}}", "bad_value", "whole number from 0"),
    ("{id: o, uses: sink, with: {topic: 'a b'}}", "open_topic", "can be no topic's name"),
    ("{id: o, uses: sink, with: {topic: '{{ record.value.t }}'}}", "open_topic", "any topic"),
    ("{id: o, uses: sink, with: {topic: '{{ record.value.t }}.x'}}", "open_topic", "any topic"),
    (
        "{id: o, uses: sink, with: {topic: '${env:BAD}{{ record.value.t }}'}}",
        "open_topic",
        "no topic's name",
    ),
    (
        "{id: o, uses: sink, config: {x: '{{ record.value.t }}'}}",
        "unknown_step",
        "fixed for the whole stream",
    ),
    ("{id: o, uses: sink, with: {key: '{{ o.x }}'}}", "unknown_step", "have no results"),
    (
        "{id: o, uses: sink, with: {key: '{{ record.valeu.x }}'}}",
        "unknown_step",
        "did you mean `record.value`?",
    ),
    ("{id: record, uses: sink}", "reserved_step_id", "`record`"),
];

#[test]
fn every_mistake_is_found_before_anything_runs() {
    let catalog = catalog();
    for (steps, kind, part) in MISTAKES {
        let yaml = format!("pipeline: [{{id: in, uses: source}}, {steps}]");
        let found = planned(&yaml, &catalog).err().unwrap_or_default();
        let errors: Vec<&Diagnostic> = found.iter().filter(|found| found.is_error()).collect();
        assert_eq!(errors.len(), 1, "{steps}: {found:#?}");
        let said = format!("{} {}", errors[0].message, errors[0].hint.as_deref().unwrap_or(""));
        assert_eq!(errors[0].kind, kind, "{steps}: {said}");
        assert!(said.contains(part), "{steps}: {said}");
        assert!(errors[0].span.is_some(), "{steps}");
    }
}

#[test]
fn the_name_of_a_step_hides_no_root() {
    let steps = "{id: in, name: inputs, uses: source}, \
                 {type: filter, when: record.value.a == inputs.t}, {uses: sink}";
    let plan = stream(&format!("inputs: {{t: x}}\npipeline: [{steps}]"), &catalog());
    assert_eq!(plan.steps.len(), 3);
}

#[test]
fn dead_letters_cannot_go_round() {
    let catalog = catalog();
    let sink = |id: &str, to: &str| {
        format!("{{id: {id}, uses: sink, on_error: {{action: dlq, to: {to}}}}}")
    };
    let steps = format!("{{uses: source}}, {}, {}", sink("a", "b"), sink("b", "a"));
    let found = planned(&format!("pipeline: [{steps}]"), &catalog).err().unwrap();
    let said: Vec<&str> =
        found.iter().filter(|one| one.is_error()).map(|one| &*one.message).collect();
    let own = |id: &str| format!("`{id}` takes dead letters and has no dead letters of its own");
    assert_eq!(said, [own("a"), own("b")]);
}

#[test]
fn mistakes_outside_the_steps_are_found() {
    let cases = [
        ("config: {lanes: 0}", "bad_value", "from 1 to 256"),
        ("config: {in_flight: many}", "bad_value", "`in_flight`"),
        ("config: {batch: 5}", "bad_type", "`batch` should be a mapping"),
        ("config: {batch: {record: 5}}", "unknown_key", "did you mean `records`?"),
        ("config: {batch: {linger: soon}}", "bad_value", "`10ms`"),
        ("outputs: {a: 1}", "not_supported", "steps have no results"),
    ];
    let catalog = catalog();
    for (top, kind, part) in cases {
        let yaml = format!("{top}\npipeline: [{{uses: source}}, {{uses: sink}}]");
        let found = planned(&yaml, &catalog).err().unwrap_or_default();
        let errors: Vec<&Diagnostic> = found.iter().filter(|found| found.is_error()).collect();
        assert_eq!(errors.len(), 1, "{top}: {found:#?}");
        let said = format!("{} {}", errors[0].message, errors[0].hint.as_deref().unwrap_or(""));
        assert!(errors[0].kind == kind && said.contains(part), "{top}: {said}");
    }
}

#[test]
fn a_source_has_no_condition_and_is_no_filter() {
    let cases = [
        ("{id: in, uses: source, when: true}", "put a step with `type: filter` behind it"),
        ("{id: in, type: filter, when: true}", "the first step of a stream is a source"),
    ];
    let catalog = catalog();
    for (first, part) in cases {
        let yaml = format!("mode: stream\npipeline: [{first}, {{uses: sink}}]");
        let found = problems_with(yaml.as_bytes(), &catalog);
        assert!(found.iter().any(|one| one.is_error() && one.message.contains(part)), "{found:#?}");
    }
}

#[test]
fn check_says_nothing_about_topics_that_the_environment_names() {
    let catalog = catalog();
    let topic = "${env:TOPIC}.{{ record.value.t }}";
    let yaml = format!("pipeline: [{{uses: source}}, {{uses: sink, with: {{topic: '{topic}'}}}}]");
    let errors = problems_with(yaml.as_bytes(), &catalog);
    assert!(errors.iter().all(|found| !found.is_error()), "{errors:#?}");
    assert!(matches!(planned(&yaml, &catalog), Ok(Planned::Stream(_))));
}

#[test]
fn documents_keep_their_own_words() {
    let cases = [
        ("on_error: drop", "bad_value", "`on_error` knows no `drop`"),
        ("on_error: {action: dlq, to: a}", "bad_value", "`on_error` knows no `dlq`"),
        ("on_error: {action: fail, fallback: 1}", "bad_value", "no use for its `fallback`"),
        ("type: transform", "bad_value", "`type: transform` belongs to a stream"),
    ];
    let catalog = catalog();
    for (word, kind, part) in cases {
        let yaml = format!("pipeline:\n- id: a\n  uses: document\n  {word}\n");
        let found = planned(&yaml, &catalog).err().unwrap();
        let errors: Vec<&Diagnostic> = found.iter().filter(|found| found.is_error()).collect();
        assert_eq!(errors.len(), 1, "{word}: {found:#?}");
        assert!(errors[0].kind == kind && errors[0].message.contains(part), "{errors:?}");
    }
}

#[test]
fn a_stream_has_defaults_and_takes_what_config_says() {
    let catalog = catalog();
    let steps = "pipeline: [{uses: source}, {uses: sink}]";
    let settings = |plan: &StreamPlan| (plan.lanes, plan.in_flight, plan.batch);
    assert_eq!(settings(&stream(steps, &catalog)), (1, 16, BatchLimits::default()));
    let written =
        "config: {lanes: 2, in_flight: 8, batch: {records: 10, bytes: 4096, linger: 5ms}}";
    let batch = BatchLimits { records: 10, bytes: 4096, linger: Duration::from_millis(5) };
    let plan = stream(&format!("{written}\n{steps}"), &catalog);
    assert_eq!(settings(&plan), (2, 8, batch));
    assert!(plan.lints.iter().all(|lint| lint.kind != "not_supported"), "{:?}", plan.lints);
}

#[test]
fn configuration_lies_over_the_manifest_and_reads_the_environment() {
    let catalog = catalog();
    let yaml = "
inputs: {who: {type: string, default: x}}
env: {A: '{{ inputs.who }}1'}
pipeline:
- {uses: source}
- {id: o, uses: sink, env: {B: '{{ env.A }}2'}, config: {n: 2, b: '{{ env.B }}', t: '${env:TOPIC}'}}
";
    let plan = stream(yaml, &catalog);
    let (step, mut warnings) = (&plan.steps[1], Warnings::default());
    let env = plan.environment_of(step, RawValue::NULL, &mut warnings).unwrap();
    assert_eq!(env.get(), r#"{"A":"x1","B":"x12"}"#);
    let values = plan.values(&env, RawValue::NULL);
    let configuration = plan.configuration(step, &values, &mut warnings).unwrap();
    assert_eq!(configuration.get(), r#"{"acks":"all","n":2,"b":"x12","t":"orders"}"#);
    assert_eq!(warnings.as_slice(), [""; 0]);
}

#[test]
fn lanes_can_share_a_plan() {
    fn shared<T: Send + Sync>() {}
    shared::<StreamPlan>();
}
