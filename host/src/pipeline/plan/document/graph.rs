//! The edges of a document pipeline: which step follows which.
//!
//! Without a word of flow the steps are a chain. Else an edge stands for each step that
//! `depends_on`, `join`, `next` or `branches` name, and a step without any is placed by the rest of
//! the file: where some step says `depends_on` it starts at once, elsewhere it follows the step
//! above, unless that one says itself where it leads.

use std::collections::HashSet;

use crate::diagnostics::{Diagnostic, instead};
use crate::pipeline::plan::known::Known;
use crate::pipeline::spec::{FlowSpec, StepName, StepSpec};
use crate::yaml::{Node, Value};

use super::{Flow, cycle};

/// The flow of a pipeline, by position of the steps.
pub struct Graph<'s> {
    /// Whether it is a chain.
    pub flow: Flow,
    /// The ways that lead to each step, in the order they were drawn.
    pub incoming: Vec<Vec<Way<'s>>>,
    /// Whether a step waits for nothing.
    pub starts: Vec<bool>,
}

/// A way from one step to another.
#[derive(Clone, Copy)]
pub struct Way<'s> {
    /// Where it comes from.
    pub from: usize,
    /// The condition as written.
    pub when: Option<&'s Node>,
    /// Whether the step does not run unless it is taken.
    pub needed: bool,
}

/// Draws every edge that can be drawn. Names that are wrong, steps out of reach and cycles are
/// reported.
pub fn draw<'s>(steps: &'s [StepSpec], known: &Known, found: &mut Vec<Diagnostic>) -> Graph<'s> {
    let mut drawing = Drawing {
        steps,
        known,
        incoming: vec![Vec::new(); steps.len()],
        drawn: HashSet::new(),
        found,
    };
    let is_chain = !steps.iter().any(|step| is_placed(&step.flow) || step.flow.next.is_some());
    let starts = if is_chain { drawing.chain() } else { drawing.graph() };
    let incoming = drawing.incoming;
    cycle::check(&incoming, steps, found);
    Graph { flow: if is_chain { Flow::Linear } else { Flow::Dag }, incoming, starts }
}

/// Whether a step says itself what it follows; an empty list says that it follows nothing.
fn is_placed(flow: &FlowSpec) -> bool {
    flow.depends_on.is_some() || flow.join.is_some()
}

struct Drawing<'s, 'd> {
    steps: &'s [StepSpec],
    known: &'d Known,
    incoming: Vec<Vec<Way<'s>>>,
    /// From, to, the condition, and whether it is needed.
    drawn: HashSet<(usize, usize, Option<&'s str>, bool)>,
    found: &'d mut Vec<Diagnostic>,
}

impl<'s> Drawing<'s, '_> {
    /// Draws the order of the file; says which steps start.
    fn chain(&mut self) -> Vec<bool> {
        for at in 1..self.steps.len() {
            self.edge(at - 1, at, None, true);
        }
        (0..self.steps.len()).map(|at| at == 0).collect()
    }

    /// Draws what the steps say and places the others; says which steps start.
    fn graph(&mut self) -> Vec<bool> {
        for (at, step) in self.steps.iter().enumerate() {
            self.named(at, &step.flow);
        }
        let independent = self.steps.iter().any(|step| step.flow.depends_on.is_some());
        // Only what is said places a step, not the order that others are placed by.
        let said: Vec<bool> = self.incoming.iter().map(|ways| !ways.is_empty()).collect();
        let place = |(at, said): (usize, bool)| {
            if said {
                return false;
            }
            at == 0 || independent || is_placed(&self.steps[at].flow)
        };
        let starts: Vec<bool> = said.iter().copied().enumerate().map(place).collect();
        for at in (1..self.steps.len()).filter(|at| !said[*at] && !starts[*at]) {
            match self.steps[at - 1].flow.next {
                Some(_) => self.unreachable(at),
                None => self.edge(at - 1, at, None, true),
            }
        }
        starts
    }

    fn named(&mut self, at: usize, flow: &'s FlowSpec) {
        for name in flow.depends_on.iter().flatten() {
            if let Some(from) = self.find(name, "dangling_depends_on") {
                self.edge(from, at, None, true);
            }
        }
        for name in flow.join.iter().flatten() {
            if let Some(from) = self.find(name, "dangling_depends_on") {
                self.edge(from, at, None, false);
            }
        }
        for target in flow.next.iter().flatten() {
            if let Some(to) = self.find(&target.step, "dangling_next") {
                self.edge(at, to, target.when.as_ref(), false);
            }
        }
    }

    fn find(&mut self, name: &StepName, kind: &'static str) -> Option<usize> {
        let position = self.known.positions.get(&name.name).copied();
        if position.is_none() {
            let message = format!("there is no step `{}`", name.name);
            let steps = self.known.names.iter();
            let names = steps.flat_map(|step| [Some(step.id.as_str()), step.name.as_deref()]);
            let names: Vec<&str> = names.flatten().collect();
            let hint = instead(&name.name, "the steps", &names);
            self.found.push(Diagnostic::error(kind, name.span, &message).hint(hint));
        }
        position
    }

    fn edge(&mut self, from: usize, to: usize, when: Option<&'s Node>, needed: bool) {
        let condition = when.map(|node| match &node.value {
            Value::Text(text) => text.as_str(),
            Value::Bool(true) => "true",
            _ => "false",
        });
        if self.drawn.insert((from, to, condition, needed)) {
            self.incoming[to].push(Way { from, when, needed });
        }
    }

    fn unreachable(&mut self, at: usize) {
        let (id, above) = (&self.steps[at].id, &self.steps[at - 1].id);
        let message = format!(
            "nothing leads to `{id}`: `{above}` above it says where it leads, and that is not here"
        );
        let hint = format!("name `{id}` under `next` of a step, or give it `depends_on`");
        let lint = Diagnostic::warning("unreachable_step", self.steps[at].id_span, &message);
        self.found.push(lint.hint(hint));
    }
}
