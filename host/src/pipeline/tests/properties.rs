//! What holds for every file: reading it never panics, and a plan can be run in some order.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::pipeline::plan::document::Plan;
use crate::pipeline::{GivenInput, PipelineFile, Planned};

use super::{catalog, corpus, planned};

/// Everything that can be asked of a file.
fn read(bytes: &[u8]) {
    let (file, catalog) = (PipelineFile::parse("p.yaml", bytes), catalog());
    let given = BTreeMap::from([("x".to_owned(), GivenInput::Text("1".to_owned()))]);
    let _ = file.plan(&catalog, &given, &|_| None);
    let _ = file.plan(&catalog, &given, &|name| Some(format!("[{name}")));
}

/// Every file of the corpora that is small enough to be read often.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let entries = |folder: &str| fs::read_dir(corpus().join(folder)).unwrap();
    let real = entries("pipes").map(|entry| entry.unwrap().path().join("pipe.yaml"));
    let invalid = entries("pipes-invalid").map(|entry| entry.unwrap().path());
    let is_yaml = |path: &PathBuf| path.extension().is_some_and(|ext| ext == "yaml");
    let mut paths: Vec<PathBuf> = real.chain(invalid).filter(is_yaml).collect();
    paths.sort();
    let files = paths.into_iter().filter_map(|path| fs::read(path).ok());
    files.filter(|bytes| bytes.len() < 8_000).collect()
});

/// Words that mean something, in places where they may not.
const WORDS: [&str; 30] = [
    "depends_on",
    "next",
    "branches",
    "join",
    "foreach",
    "exit_if",
    "retries",
    "on_error",
    "outputs",
    "output_mapping",
    "config",
    "inputs",
    "pipeline",
    "id",
    "when",
    "timeout",
    "required_plugins",
    "default",
    "enum",
    "type",
    "a",
    "b",
    "{{ a }}",
    "${env:X:y}",
    "{% if a %}",
    "[]",
    "{}",
    "-1",
    "~",
    "document",
];

fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&WORDS[..])
}

/// Steps with words of flow between them: kind of edge, from and to.
fn edges(steps: usize) -> impl Strategy<Value = Vec<(u8, usize, usize)>> {
    vec((0..4u8, 0..steps, 0..steps), 0..24)
}

fn written(steps: usize, edges: &[(u8, usize, usize)]) -> String {
    let mut yaml = "pipeline:\n".to_owned();
    for at in 0..steps {
        yaml.push_str(&format!("- id: s{at}\n  uses: document\n"));
        for (kind, key) in ["depends_on", "join", "next", "branches"].into_iter().enumerate() {
            let ends = edges.iter().filter(|edge| usize::from(edge.0) == kind);
            let named: Vec<String> = match kind {
                0 | 1 => {
                    ends.filter(|edge| edge.2 == at).map(|edge| format!("s{}", edge.1)).collect()
                }
                _ => ends.filter(|edge| edge.1 == at).map(|edge| format!("s{}", edge.2)).collect(),
            };
            match (named.is_empty(), key) {
                (true, _) => {}
                (_, "branches") => {
                    yaml.push_str(&format!("  branches: {{'true': [{}]}}\n", named.join(", ")));
                }
                _ => yaml.push_str(&format!("  {key}: [{}]\n", named.join(", "))),
            }
        }
    }
    yaml
}

/// Runs a plan in thought: whoever has only ended steps before it ends. Those that never do.
fn stuck(plan: &Plan) -> Vec<usize> {
    let mut ended = vec![false; plan.steps.len()];
    loop {
        let ready =
            |at: &usize| !ended[*at] && plan.steps[*at].incoming.iter().all(|way| ended[way.from]);
        match (0..ended.len()).find(ready) {
            Some(at) => ended[at] = true,
            None => return (0..ended.len()).filter(|at| !ended[*at]).collect(),
        }
    }
}

/// Edges of any direction that are said: what is drawn beside them only goes down the file.
fn is_edge(edges: &[(u8, usize, usize)], from: &str, to: &str) -> bool {
    edges.iter().any(|(_, a, b)| from == format!("s{a}") && to == format!("s{b}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn a_damaged_file_is_read_without_a_panic(
        file in 0..FILES.len(),
        places in vec((any::<prop::sample::Index>(), 0..12usize, word()), 1..6),
    ) {
        let mut bytes = FILES[file].clone();
        for (place, cut, word) in places {
            let at = place.index(bytes.len() + 1);
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, word.bytes());
        }
        read(&bytes);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }

    #[test]
    fn any_words_in_a_step_are_read_without_a_panic(
        entries in vec((word(), word(), word(), 0..4u8), 0..8),
    ) {
        let mut yaml = "pipeline:\n- {id: a, uses: document}\n- uses: document\n".to_owned();
        for (key, one, other, shape) in entries {
            let (key, one, other) = (json(key), json(one), json(other));
            let value = match shape {
                0 => one,
                1 => format!("[{one}, {other}]"),
                2 => format!("{{{one}: {other}}}"),
                _ => format!("[{{{one}: {other}}}]"),
            };
            yaml.push_str(&format!("  {key}: {value}\n"));
        }
        read(yaml.as_bytes());
    }

    #[test]
    fn a_plan_has_an_order_and_a_refused_graph_a_real_cycle(
        (steps, edges) in (1..9usize).prop_flat_map(|steps| (Just(steps), edges(steps))),
    ) {
        let yaml = written(steps, &edges);
        match planned(&yaml, &catalog()) {
            Ok(Planned::Once(plan)) => prop_assert_eq!(stuck(&plan), Vec::<usize>::new()),
            Ok(Planned::Stream(_)) => prop_assert!(false, "a stream"),
            Err(found) => {
                let errors: Vec<_> = found.iter().filter(|one| one.is_error()).collect();
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert_eq!(error.kind, "cycle", "{}", yaml);
                    let ids: Vec<&str> =
                        error.message.split('`').skip(1).step_by(2).collect();
                    prop_assert_eq!(ids.first(), ids.last());
                    for pair in ids.windows(2) {
                        let is_down = position(pair[0]) + 1 == position(pair[1]);
                        prop_assert!(is_down || is_edge(&edges, pair[0], pair[1]), "{}", yaml);
                    }
                }
            }
        }
    }

    /// Each step follows the one above, and one further edge leads back up.
    #[test]
    fn an_edge_back_up_is_always_refused(
        (steps, from, to) in (2..40usize).prop_flat_map(|steps| (Just(steps), 0..steps, 0..steps)),
    ) {
        let (low, high) = (from.min(to), from.max(to));
        let down = (1..steps).map(|at| (0, at - 1, at));
        let edges: Vec<_> = down.chain([(0, high, low)]).collect();
        let found = planned(&written(steps, &edges), &catalog()).err().unwrap();
        let circle: Vec<String> =
            (low..=high).chain([low]).map(|at| format!("`s{at}`")).collect();
        let message = format!("these steps wait for each other: {}", circle.join(" → "));
        let errors: Vec<&str> =
            found.iter().filter(|one| one.is_error()).map(|one| &*one.message).collect();
        prop_assert!(message.len() > 480 || errors == [message.as_str()], "{:?}", errors);
    }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn position(id: &str) -> usize {
    id[1..].parse().unwrap()
}
