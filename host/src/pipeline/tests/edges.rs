use crate::pipeline::plan::{Edge, StreamOnError, StreamPlan};

use super::{catalog, stream};

/// `a>b,c?` is a way to b and one to c on a condition; `a!d` are dead letters, `a!` are dropped.
fn drawn(plan: &StreamPlan) -> String {
    let id = |at: usize| plan.steps[at].id.as_str();
    let mut drawn = Vec::new();
    for step in &plan.steps {
        let way =
            |edge: &Edge| format!("{}{}", id(edge.to), if edge.when.is_some() { "?" } else { "" });
        let ways: Vec<String> = step.outgoing.iter().map(way).collect();
        if !ways.is_empty() {
            drawn.push(format!("{}>{}", step.id, ways.join(",")));
        }
        match step.on_error {
            StreamOnError::Fail => {}
            StreamOnError::Drop => drawn.push(format!("{}!", step.id)),
            StreamOnError::DeadLetter(to) => drawn.push(format!("{}!{}", step.id, id(to))),
        }
    }
    drawn.join(" ")
}

const SOURCE: &str = "{id: in, uses: source}";
const FILTER: &str = "{id: f, type: filter, when: record.value.ok}";

/// Steps, and what is drawn for them.
const SHAPES: [(&[&str], &str); 13] = [
    (&[SOURCE, "{id: o, uses: sink}"], "in>o"),
    (&[SOURCE, FILTER, "{id: m, uses: map}", "{id: o, uses: sink}"], "in>f f>m m>o"),
    // Two sinks get the same; what stands behind a sink hangs where the sink hangs.
    (&[SOURCE, FILTER, "{id: a, uses: sink}", "{id: b, uses: sink}"], "in>f f>a,b"),
    (&[SOURCE, "{id: a, uses: sink}", "{id: m, uses: map}", "{id: b, uses: sink}"], "in>a,m m>b"),
    (
        &[
            SOURCE,
            "{id: m, uses: map}",
            "{id: a, uses: sink, depends_on: in}",
            "{id: b, uses: sink}",
            "{id: c, uses: sink, depends_on: [m]}",
        ],
        "in>m,a,b m>c",
    ),
    // `next` and `branches` take the place of the order.
    (&["{id: in, uses: source, next: b}", "{id: b, uses: sink}"], "in>b"),
    (
        &[
            "{id: in, uses: source, next: [{target: m, when: record.value.ok}, b]}",
            "{id: m, uses: map}",
            "{id: a, uses: sink}",
            "{id: b, uses: sink}",
        ],
        "in>m?,b m>a",
    ),
    (
        &[
            SOURCE,
            "{id: r, uses: map, branches: {record.value.n > 1: big, '{{ true }}': [all, rest]}}",
            "{id: big, uses: sink}",
            "{id: all, uses: sink}",
            "{id: rest, uses: map}",
            "{id: o, uses: sink}",
        ],
        "in>r r>big?,all?,rest? rest>o",
    ),
    (
        &[
            SOURCE,
            "{id: x, uses: map}",
            "{id: y, uses: map, depends_on: in}",
            "{id: o, uses: sink, depends_on: [x, y]}",
        ],
        "in>x,y x>o y>o",
    ),
    (&[SOURCE, "{id: m, uses: map, next: o}", "{id: o, uses: sink, depends_on: m}"], "in>m m>o"),
    // Names work as ids do.
    (&["{id: in, uses: source, next: Store}", "{id: o, name: Store, uses: sink}"], "in>o"),
    // A step for dead letters gets nothing else, wherever it stands.
    (
        &[
            SOURCE,
            "{id: d, uses: sink}",
            "{id: m, uses: map, on_error: {action: dlq, to: d}}",
            "{id: o, uses: sink, on_error: {action: dlq, to: d}}",
            "{id: p, uses: sink, on_error: drop}",
        ],
        "in>m m>o,p m!d o!d p!",
    ),
    (
        &[SOURCE, "{id: t, uses: tee, type: transform}", "{id: o, uses: tee, type: sink}"],
        "in>t t>o",
    ),
];

#[test]
fn steps_hang_below_each_other_like_this() {
    let catalog = catalog();
    for (steps, expected) in SHAPES {
        let yaml = format!("pipeline: [{}]", steps.join(", "));
        assert_eq!(drawn(&stream(&yaml, &catalog)), expected, "{yaml}");
    }
}
