//! Whether records get from the source to the sinks: no circle, no dead end, nothing out of reach.

use crate::diagnostics::Diagnostic;

use super::StreamOnError;
use super::graph::{Graph, Steps};

/// Reports what is wrong with the graph as a whole. Comes after its edges were found right.
pub fn check(graph: &Graph<'_>, steps: Steps<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(circle) = circle(graph) {
        found.push(circular(&circle, steps));
        return;
    }
    let before = found.len();
    dead_letters(graph, steps, found);
    if found.len() > before {
        return;
    }
    let reached = reached(graph);
    for (at, step) in steps.specs.iter().enumerate().filter(|(at, _)| !reached[*at]) {
        let message = format!("no record gets to `{}`", steps.id(at));
        let hint = "name it under `next` of another step, or give it `depends_on`";
        let problem = Diagnostic::error("unreachable_step", step.id_span, &message);
        found.push(problem.hint(hint.to_owned()));
    }
    // What a step without a known stage would be, nobody can say.
    if steps.stages.iter().any(Option::is_none) {
        return;
    }
    let takes_letters = |at: usize| graph.on_error.contains(&StreamOnError::DeadLetter(at));
    if !(0..steps.specs.len()).any(|at| steps.is_sink(at) && !takes_letters(at)) {
        let span = steps.specs.first().map(|step| step.span);
        let message = "the stream has no sink: its records would go nowhere";
        let hint = "add a step whose plug has the role `sink`";
        found.push(Diagnostic::error("no_sink", span, message).hint(hint.to_owned()));
        return;
    }
    for (at, step) in steps.specs.iter().enumerate() {
        if graph.outgoing[at].is_empty() && !steps.is_sink(at) && reached[at] {
            let message = format!("nothing takes the records of `{}`", steps.id(at));
            let hint = "put a sink behind it, or take it out";
            let problem = Diagnostic::error("leads_nowhere", step.id_span, &message);
            found.push(problem.hint(hint.to_owned()));
        }
    }
}

/// A step for dead letters takes each of them, and cannot have dead letters of its own.
fn dead_letters(graph: &Graph<'_>, steps: Steps<'_>, found: &mut Vec<Diagnostic>) {
    let mut bad = |span, message: String| {
        found.push(Diagnostic::error("bad_value", span, &message));
    };
    for (at, step) in steps.specs.iter().enumerate() {
        if !graph.on_error.contains(&StreamOnError::DeadLetter(at)) {
            continue;
        }
        let id = steps.id(at);
        if let (StreamOnError::DeadLetter(_), Some(on_error)) = (graph.on_error[at], &step.on_error)
        {
            let message = format!("`{id}` takes dead letters and has no dead letters of its own");
            bad(on_error.span, message);
        }
        if let Some(when) = &step.when {
            bad(when.span, format!("`{id}` takes every dead letter: it has no `when`"));
        }
        if let Some(with) = step.input.first() {
            bad(with.span, format!("`{id}` writes dead letters as they are: it has no `with`"));
        }
    }
}

/// Which steps records can get to, as records or as dead letters.
fn reached(graph: &Graph<'_>) -> Vec<bool> {
    let mut reached = vec![false; graph.outgoing.len()];
    let mut waiting = vec![0];
    while let Some(at) = waiting.pop() {
        if std::mem::replace(&mut reached[at], true) {
            continue;
        }
        waiting.extend(graph.outgoing[at].iter().map(|way| way.to));
        if let StreamOnError::DeadLetter(to) = graph.on_error[at] {
            waiting.push(to);
        }
    }
    reached
}

/// The first circle in the order of the file, from its first step.
fn circle(graph: &Graph<'_>) -> Option<Vec<usize>> {
    let mut done = vec![false; graph.outgoing.len()];
    (0..graph.outgoing.len()).find_map(|start| {
        let mut circle = walk(graph, start, &mut done)?;
        let first = circle.iter().enumerate().min_by_key(|(_, at)| **at).map_or(0, |(at, _)| at);
        circle.rotate_left(first);
        Some(circle)
    })
}

/// Depth first without recursion: a file may have more steps than a stack has room.
fn walk(graph: &Graph<'_>, start: usize, done: &mut [bool]) -> Option<Vec<usize>> {
    let mut path = vec![(start, 0)];
    while let Some((at, next)) = path.last_mut() {
        let at = *at;
        let way = graph.outgoing[at].get(*next).filter(|_| !done[at]);
        *next += 1;
        let Some(way) = way else {
            done[at] = true;
            path.pop();
            continue;
        };
        if let Some(start) = path.iter().position(|(step, _)| *step == way.to) {
            return Some(path[start..].iter().map(|(step, _)| *step).collect());
        }
        path.push((way.to, 0));
    }
    None
}

fn circular(circle: &[usize], steps: Steps<'_>) -> Diagnostic {
    let ids: Vec<&str> = circle.iter().chain(circle.first()).map(|at| steps.id(*at)).collect();
    let message = format!("records would go round in a circle: {}", ids.join(" → "));
    let span = circle.first().and_then(|at| steps.specs.get(*at)).map(|step| step.id_span);
    Diagnostic::error("cycle", span, &message).hint("take one of these ways out".to_owned())
}
