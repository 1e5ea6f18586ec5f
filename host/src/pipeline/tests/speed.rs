//! How long a long pipeline takes to be read: `cargo test --release -- --ignored speed --nocapture`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::pipeline::{PipelineSpec, Planned};

use super::catalog;

const STEPS: usize = 1_000;

/// Steps that read what the one above made; `joined` puts this into each of them.
fn pipeline(steps: usize, joined: impl Fn(usize) -> String) -> String {
    let step = |at: usize| {
        let above = at.saturating_sub(1);
        let read = if at == 0 { "x".to_owned() } else { format!("{{{{ s{above}.value }}}}") };
        format!("- {{id: s{at}, uses: document, with: {{value: '{read}'}}{}}}\n", joined(at))
    };
    format!("pipeline:\n{}", (0..steps).map(step).collect::<String>())
}

fn chain(steps: usize) -> String {
    pipeline(steps, |_| String::new())
}

fn graph(steps: usize) -> String {
    pipeline(steps, |at| match at.checked_sub(1) {
        Some(above) => format!(", depends_on: [s{above}, s{}]", at / 2),
        None => String::new(),
    })
}

fn time(yaml: &str, steps: usize) -> Duration {
    let catalog = catalog();
    let start = Instant::now();
    let spec = PipelineSpec::parse(yaml.as_bytes()).spec.unwrap();
    let planned = Planned::resolve(&spec, &catalog, &BTreeMap::new(), &|_| None);
    let taken = start.elapsed();
    let Ok(Planned::Once(plan)) = planned else { panic!("no plan") };
    assert_eq!(plan.steps.len(), steps);
    taken
}

#[test]
#[ignore = "a measurement of the release build"]
fn speed_of_a_thousand_steps() {
    for (name, yaml) in [("chain", chain(STEPS)), ("graph", graph(STEPS))] {
        let best = (0..10).map(|_| time(&yaml, STEPS)).min().unwrap();
        println!("{name} of {STEPS} steps: {best:?}");
        assert!(best < Duration::from_millis(50), "{name}: {best:?}");
    }
}
