//! Steps that wait for each other in a circle.

use std::collections::VecDeque;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::diagnostics::Diagnostic;
use crate::pipeline::spec::StepSpec;

use super::graph::Way;

/// Reports one circle of each group of steps that lead to each other, at its first step.
pub fn check(incoming: &[Vec<Way<'_>>], steps: &[StepSpec], found: &mut Vec<Diagnostic>) {
    let mut graph = DiGraph::<(), ()>::with_capacity(incoming.len(), incoming.len());
    let nodes: Vec<NodeIndex> = incoming.iter().map(|_| graph.add_node(())).collect();
    for (to, ways) in incoming.iter().enumerate() {
        for way in ways {
            graph.add_edge(nodes[way.from], nodes[to], ());
        }
    }
    for group in tarjan_scc(&graph) {
        let Some(first) = group.iter().min() else { continue };
        if group.len() > 1 || graph.contains_edge(*first, *first) {
            found.push(circular(&circle(&graph, *first), steps));
        }
    }
}

/// The shortest way from a step back to itself, without its return.
fn circle(graph: &DiGraph<(), ()>, first: NodeIndex) -> Vec<usize> {
    let mut came_from: Vec<Option<NodeIndex>> = vec![None; graph.node_count()];
    let mut waiting = VecDeque::from([first]);
    while let Some(at) = waiting.pop_front() {
        for next in graph.neighbors(at) {
            if next == first {
                let back = std::iter::successors(Some(at), |step| came_from[step.index()]);
                let mut circle: Vec<usize> = back.map(NodeIndex::index).collect();
                circle.reverse();
                return circle;
            }
            if came_from[next.index()].is_none() {
                came_from[next.index()] = Some(at);
                waiting.push_back(next);
            }
        }
    }
    vec![first.index()]
}

fn circular(circle: &[usize], steps: &[StepSpec]) -> Diagnostic {
    let ids = circle.iter().chain(circle.first()).filter_map(|at| steps.get(*at));
    let spelled: Vec<String> = ids.map(|step| format!("`{}`", step.id)).collect();
    let message = format!("these steps wait for each other: {}", spelled.join(" → "));
    let span = circle.first().and_then(|at| steps.get(*at)).map(|step| step.span);
    Diagnostic::error("cycle", span, &message)
        .hint("take one of these ways out: each step runs once".to_owned())
}
