use crate::diagnostics::Diagnostic;
use crate::pipeline::plan::document::{Flow, Plan};
use crate::pipeline::{PipelineSpec, Planned, check};

use super::{catalog, planned};

pub fn once(yaml: &str) -> Plan {
    match planned(yaml, &catalog()) {
        Ok(Planned::Once(plan)) => plan,
        Ok(Planned::Stream(_)) => panic!("a stream: {yaml}"),
        Err(problems) => panic!("{yaml}: {problems:#?}"),
    }
}

/// Steps as `id` with what is behind it; each gets a plugin.
fn pipeline(steps: &[&str]) -> String {
    let step = |step: &&str| format!("- {{uses: document, id: {step}}}\n");
    format!("inputs: {{x: 1}}\npipeline:\n{}", steps.iter().map(step).collect::<String>())
}

/// `b<a,c~,d~?`: b follows a, and c or d, the latter on a condition; `*a` starts, `!a` is never
/// reached.
fn drawn(plan: &Plan) -> String {
    let step = |at: usize| {
        let step = &plan.steps[at];
        let way = |way: &crate::pipeline::plan::document::Incoming| {
            let mut drawn = plan.steps[way.from].id.clone();
            drawn.push_str(if way.needed { "" } else { "~" });
            drawn.push_str(if way.when.is_some() { "?" } else { "" });
            drawn
        };
        let ways: Vec<String> = step.incoming.iter().map(way).collect();
        match (step.starts, ways.is_empty()) {
            (true, true) => format!("*{}", step.id),
            (false, true) => format!("!{}", step.id),
            (false, false) => format!("{}<{}", step.id, ways.join(",")),
            (true, false) => format!("both: {}", step.id),
        }
    };
    (0..plan.steps.len()).map(step).collect::<Vec<_>>().join(" ")
}

#[test]
fn steps_follow_each_other_like_this() {
    let cases: [(&[&str], &str); 17] = [
        (&["a"], "*a"),
        (&["a", "b", "c"], "*a b<a c<b"),
        (&["a", "b", "c, depends_on: [a, b]"], "*a *b c<a,b"),
        (&["a", "b, depends_on: a", "c, depends_on: [a, a]", "d"], "*a b<a c<a *d"),
        (&["a, depends_on: [b]", "b"], "a<b *b"),
        (&["a", "b, depends_on: []"], "*a *b"),
        // Who names nobody says where it leads all the same: nowhere.
        (&["a, next: []", "b"], "*a !b"),
        (&["a, next: c", "b", "c"], "*a !b c<a~"),
        (&["a, next: [b, c]", "b", "c", "d"], "*a b<a~ c<a~ d<c"),
        (&["a, next: [{target: b, when: a.ok}, b]", "b"], "*a b<a~?,a~"),
        (
            &["a, next: [b, b, {target: b, when: true}, {target: b, when: true}]", "b"],
            "*a b<a~,a~?",
        ),
        (&["a, branches: {a.n == 1: b, a.n == 2: [b, c]}", "b", "c"], "*a b<a~?,a~? c<a~?"),
        (&["a, next: b, branches: {a.n == 1: c}", "b", "c"], "*a b<a~ c<a~?"),
        (&["a, next: b", "b, depends_on: a"], "*a b<a~,a"),
        (&["a, next: [b, c]", "b", "c", "d, join: [b, c]"], "*a b<a~ c<a~ d<b~,c~"),
        (&["a", "b", "c, join: []"], "*a b<a *c"),
        (&["a, name: First", "b, depends_on: First"], "*a b<a"),
    ];
    for (steps, expected) in cases {
        let plan = once(&pipeline(steps));
        assert_eq!(drawn(&plan), expected, "{steps:?}");
        let is_chain =
            !steps.iter().any(|step| step.contains(": ") && !step.contains("name: First"));
        assert_eq!(plan.flow == Flow::Linear, is_chain, "{steps:?}");
        let unreached: Vec<&Diagnostic> =
            plan.lints.iter().filter(|lint| lint.kind == "unreachable_step").collect();
        assert_eq!(unreached.len(), expected.matches('!').count(), "{steps:?}");
    }
}

/// A line and the circle that is spelled out there.
type Circle = (u32, &'static str);

#[test]
fn a_cycle_is_spelled_out_at_its_first_step() {
    let cases: [(&[&str], &[Circle]); 6] = [
        (&["a, next: a"], &[(3, "`a` → `a`")]),
        (&["a", "b, depends_on: [a, b]"], &[(4, "`b` → `b`")]),
        (
            &["a, depends_on: c", "b, depends_on: a", "c, depends_on: b"],
            &[(3, "`a` → `b` → `c` → `a`")],
        ),
        (&["x", "a, depends_on: [x, b]", "b, depends_on: a"], &[(4, "`a` → `b` → `a`")]),
        // The shortest way round.
        (&["a, next: [b, c]", "b, next: c", "c, next: a"], &[(3, "`a` → `c` → `a`")]),
        (
            &["a, next: b", "b, next: a", "c, next: d", "d, next: c"],
            &[(3, "`a` → `b` → `a`"), (5, "`c` → `d` → `c`")],
        ),
    ];
    for (steps, expected) in cases {
        let found = planned(&pipeline(steps), &catalog()).err().unwrap();
        let errors = found.iter().filter(|one| one.is_error());
        let said: Vec<(&str, u32, &str)> = errors
            .map(|one| {
                let (_, circle) = one.message.split_once(": ").unwrap();
                (one.kind, one.span.unwrap().start.line, circle)
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(line, circle)| ("cycle", *line, *circle)).collect();
        assert_eq!(said, expected, "{steps:?}");
    }
}

#[test]
fn a_step_that_is_not_there_is_named_with_its_neighbour() {
    let cases = [
        ("next: fetsh", "dangling_next"),
        ("next: [{target: fetsh}]", "dangling_next"),
        ("branches: {true: fetsh}", "dangling_next"),
        ("depends_on: [fetsh]", "dangling_depends_on"),
        ("join: fetsh", "dangling_depends_on"),
    ];
    for (word, kind) in cases {
        let found =
            planned(&pipeline(&["fetch", &format!("b, {word}")]), &catalog()).err().unwrap();
        let errors: Vec<&Diagnostic> = found.iter().filter(|one| one.is_error()).collect();
        assert_eq!(errors.len(), 1, "{word}: {found:#?}");
        assert_eq!((errors[0].kind, &*errors[0].message), (kind, "there is no step `fetsh`"));
        assert_eq!(errors[0].hint.as_deref(), Some("did you mean `fetch`?"));
        assert_eq!(errors[0].span.map(|span| span.start.line), Some(4), "{word}");
    }
}

/// Whether the last step may read what the others made.
#[test]
fn a_step_reads_the_results_of_what_leads_to_it() {
    let cases: [(&[&str], bool); 9] = [
        (&["a", "b", "c, with: {v: '{{ a.v }}'}"], true),
        (&["a, with: {v: '{{ b.v }}'}", "b"], false),
        (&["a", "b", "c, depends_on: [b], with: {v: '{{ a.v }}'}"], false),
        (&["a", "b, depends_on: [a]", "c, depends_on: [b], with: {v: '{{ a.v }}'}"], true),
        (&["a, exit_if: a.done", "b"], true),
        (&["a, exit_if: b.done", "b"], false),
        (&["a, next: [{target: b, when: a.ok}]", "b"], true),
        (&["a, next: [{target: b, when: b.ok}]", "b"], false),
        (&["a, branches: {c.ok: b}", "b", "c"], false),
    ];
    for (steps, fits) in cases {
        let spec = PipelineSpec::parse(pipeline(steps).as_bytes()).spec.unwrap();
        let found = check(&spec, &catalog()).diagnostics;
        let kinds: Vec<_> = found.iter().filter(|one| one.is_error()).map(|one| one.kind).collect();
        assert_eq!(kinds, if fits { vec![] } else { vec!["unknown_step"] }, "{steps:?}");
    }
}

#[test]
fn a_result_that_is_not_there_yet_comes_with_the_way_to_it() {
    const OWN: &str = "its own result is there in `exit_if`, `next`, `branches` and `outputs`";
    const ABOVE: &str = "a step can read the results of the steps above it";
    let cases: [(&[&str], &str); 7] = [
        (&["a, when: b.ok", "b"], ABOVE),
        (&["a, when: a.ok"], OWN),
        (&["x", "a, when: a.ok"], OWN),
        (&["a, depends_on: [], when: a.ok"], OWN),
        (&["a, depends_on: [], when: y, output_mapping: {y: z}"], OWN),
        (
            &["a, when: b.ok", "b, depends_on: []"],
            "add `depends_on: [b]` to this step, so that it runs after it",
        ),
        // Following it would be a cycle.
        (
            &["a, when: c.ok", "b, depends_on: [a]", "c, depends_on: [b]"],
            "`c` runs after this step; a step can read what leads to it",
        ),
    ];
    for (steps, hint) in cases {
        let found = planned(&pipeline(steps), &catalog()).err().unwrap();
        let errors = found.iter().filter(|one| one.is_error());
        let hints: Vec<_> = errors.map(|one| one.hint.as_deref()).collect();
        assert_eq!(hints, [Some(hint)], "{steps:?}");
    }
    let found = planned("config: {x: '{{ a }}'}\npipeline: [{id: a, uses: document}]", &catalog());
    let errors = found.err().unwrap();
    let hints = errors.iter().filter(|one| one.is_error()).map(|one| one.hint.as_deref());
    assert_eq!(hints.collect::<Vec<_>>(), [Some("this is read before the first step runs")]);
}
