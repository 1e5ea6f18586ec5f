use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::pipeline::plan::document::{Action, Backoff, PlannedStep, Retries};

use super::graph::once;
use super::{catalog, planned};

fn step(words: &str) -> PlannedStep {
    let yaml = format!("inputs: {{rows: [1]}}\npipeline:\n- {{uses: document, id: a{words}}}\n");
    once(&yaml).steps.remove(0)
}

#[test]
fn attempts_are_counted_like_this() {
    let cases = [
        ("", 1),
        (", retries: 0", 1),
        (", retries: 2", 3),
        (", retries: {max_attempts: 2}", 2),
        (", retries: {max_retries: 2}", 3),
        (", on_error: retry", 3),
        (", on_error: {action: retry}", 3),
        (", on_error: {action: retry, max_attempts: 5}", 5),
        (", on_error: retry, retries: 4", 5),
        (", on_error: {action: warn, max_retries: 1}", 2),
        (", on_error: {action: retry, max_attempts: 2}, retries: 9", 2),
    ];
    for (words, attempts) in cases {
        assert_eq!(step(words).retries.attempts, attempts, "{words}");
    }
}

#[test]
fn waits_are_what_the_step_says_and_then_the_policy() {
    let written = "
config: {retry_policy: {max_attempts: 4, backoff: linear, base: 1s, max: 1m}}
pipeline:
- {id: a, uses: document}
- {id: b, uses: document, retries: {backoff: fixed, base: 20ms}}
- {id: c, uses: document, retries: 0, on_error: {action: log, max: 2s}}
";
    let second = Duration::from_secs(1);
    let policy = Retries { attempts: 4, backoff: Backoff::Linear, base: second, max: 60 * second };
    let base = Duration::from_millis(20);
    let expected = [
        policy,
        Retries { backoff: Backoff::Fixed, base, ..policy },
        Retries { attempts: 1, max: 2 * second, ..policy },
    ];
    let plan = once(written);
    assert_eq!(plan.steps.iter().map(|step| step.retries).collect::<Vec<_>>(), expected);
}

#[test]
fn a_failure_does_this_to_the_run() {
    let cases = [
        ("", Action::Fail, false),
        (", on_error: fail", Action::Fail, false),
        (", on_error: continue", Action::Continue, false),
        (", on_error: warn", Action::Warn, false),
        (", on_error: {action: log, message: 'no {{ inputs.rows }}'}", Action::Log, false),
        (", on_error: retry", Action::Fail, false),
        (", on_error: {action: retry, fallback: null}", Action::Continue, true),
        (", on_error: {fallback: {x: 1}}", Action::Continue, true),
        (", on_error: {action: warn, fallback: []}", Action::Warn, true),
    ];
    for (words, action, falls_back) in cases {
        let on_error = step(words).on_error;
        assert_eq!((on_error.action, on_error.fallback.is_some()), (action, falls_back), "{words}");
        assert_eq!(on_error.message.is_some(), words.contains("message"), "{words}");
    }
}

#[test]
fn elements_time_and_the_end_of_the_run_are_in_the_plan() {
    let plain = step("");
    assert!(plain.foreach.is_none() && plain.exit_if.is_none() && plain.timeout.is_none());
    for list in ["[1, 2]", "inputs.rows", "'{{ inputs.rows }}'"] {
        assert_eq!(step(&format!(", foreach: {list}")).foreach.unwrap().concurrency, 1, "{list}");
    }
    let all =
        step(", foreach: [1], concurrency: 4, exit_if: a.done, timeout: 1.5, with: {i: '{{ 1 }}'}");
    assert_eq!(all.foreach.unwrap().concurrency, 4);
    assert_eq!(all.timeout, Some(Duration::from_millis(1_500)));
    assert!(all.exit_if.is_some());
    assert_eq!(step(", timeout: 0").timeout, None);
}

/// Words of a step, and the only error or lint that is not about the file as a whole.
#[test]
fn mistakes_in_the_words_of_a_step_are_found_where_they_stand() {
    let cases = [
        ("retries: {attempts: 3}", "unknown_key", "`retries` has no key `attempts`"),
        ("retries: {max_attempts: 0}", "bad_value", "a whole number from 1"),
        ("retries: {max_attempts: '3'}", "bad_type", "a whole number from 1"),
        ("retries: {max_attempts: 1, max_retries: 1}", "bad_value", "say the same"),
        ("retries: {backoff: quadratic}", "bad_value", "one of fixed, linear, exponential"),
        ("retries: {base: soon}", "bad_value", "`500ms`"),
        ("retries: 1.5", "bad_type", "a whole number from 0 or a mapping"),
        ("retries: 99999999999", "bad_value", "a whole number from 0"),
        ("on_error: {action: fail, fallback: 1}", "bad_value", "no use for its `fallback`"),
        (
            "on_error: {action: retry, max_atempts: 1}",
            "unknown_key",
            "did you mean `max_attempts`?",
        ),
        ("on_error: {action: warn, to: b}", "unknown_key", "`on_error` has no key `to`"),
        ("on_error: {message: m}", "bad_value", "has no `action`"),
        ("on_error: {action: log, message: [m]}", "bad_type", "`message` should be a text"),
        ("on_error: dlq", "bad_value", "knows no `dlq` outside of streams"),
        ("timeout: [1]", "bad_type", "such as `10s`, but is a list"),
        ("foreach: 3", "bad_type", "a list or a template"),
        ("foreach: [1], concurrency: 0", "bad_type", "a whole number from 1"),
        ("concurrency: 2", "not_acted_on", "does nothing without `foreach`"),
        ("output_mapping: {x: c d}", "bad_expression", "c d"),
        ("output_mapping: {x: x.y, b: y.z}", "duplicate_alias", "a step is called `b`"),
        ("output_mapping: {x: x.y}, outputs: {x: '{{ x.z }}'}", "duplicate_alias", "already gives"),
        ("output_mapping: {env: x.y}", "duplicate_alias", "means something else"),
        ("output_mapping: {rows: x.y}", "duplicate_alias", "an input is called `rows`"),
        ("next: [{target: b, condition: x}]", "unknown_key", "`{target: step, when: condition}`"),
        ("next: [{targt: b}]", "bad_type", "and `{target, when}`, but something else is in it"),
        ("next: {target: b}", "bad_type", "`{target, when}`, but is a mapping"),
        ("branches: {x: 3}", "bad_type", "step ids, but something else is in it"),
        ("name: env", "reserved_step_id", "they read its result as `a`"),
        ("type: filter", "bad_value", "`type: filter` belongs to a stream"),
    ];
    let top = "apiVersion: v1\nkind: PipeSpec\nmetadata: {name: n}\ninputs: {rows: [1]}\n";
    for (words, kind, part) in cases {
        let yaml = format!(
            "{top}pipeline:\n- {{uses: document, id: a, {words}}}\n- {{uses: document, id: b}}\n"
        );
        let found = problems_of(&yaml);
        assert_eq!(found.len(), 1, "{words}: {found:#?}");
        let said = format!("{} {}", found[0].message, found[0].hint.as_deref().unwrap_or(""));
        assert!(found[0].kind == kind && said.contains(part), "{words}: {found:#?}");
        assert_eq!(found[0].span.map(|span| span.start.line), Some(6), "{words}");
    }
}

fn problems_of(yaml: &str) -> Vec<Diagnostic> {
    super::problems_with(yaml.as_bytes(), &catalog())
}

#[test]
fn required_plugins_are_looked_for() {
    let missing = |yaml: &str| {
        let yaml = format!("required_plugins: {yaml}\npipeline: [{{uses: document}}]");
        let found = planned(&yaml, &catalog()).map_or_else(|found| found, |_| Vec::new());
        found.iter().filter(|one| one.is_error()).map(|one| one.kind).collect::<Vec<_>>()
    };
    let cases: [(&str, usize); 11] = [
        // The step asks for no version, so that nobody else says that there is none.
        ("[document@^9]", 1),
        ("[{name: document, version: 9}]", 1),
        ("[document, test/sink, map@^1, 'tee >= 1.0']", 0),
        ("{document: ^1, sink: null}", 0),
        ("{core: [document, nowhere]}", 1),
        ("[nowhere]", 1),
        ("[nowhere, elsewhere]", 2),
        ("[map@^2]", 1),
        ("{sink: ^3}", 1),
        ("[{name: sink, version: ^1}, {name: nowhere}]", 1),
        ("[{what: 1}, 5, 'a b c']", 0),
    ];
    for (yaml, count) in cases {
        assert_eq!(missing(yaml), vec!["unknown_plugin"; count], "{yaml}");
    }
}

#[test]
fn a_plugin_that_is_not_there_hides_nothing_else() {
    let yaml = "
pipeline:
- {id: a, uses: absent, when: '{{ steps.x }}', with: {v: '{{ 1 | nofilter }}'}, exit_if: '1 +', next: zz}
";
    let found = planned(yaml, &catalog()).err().unwrap();
    let mut kinds: Vec<_> = found.iter().filter(|one| one.is_error()).map(|one| one.kind).collect();
    kinds.sort_unstable();
    let expected =
        ["bad_expression", "dangling_next", "unknown_filter", "unknown_plugin", "unknown_step"];
    assert_eq!(kinds, expected);
}
