//! The edges of a stream: who hangs below whom.
//!
//! Steps hang below each other in the order of the file, with these exceptions. A step with
//! `depends_on` hangs below those it names. What `next` and `branches` name hangs below the step
//! that names it, which then sends nowhere else by order. A step behind a sink hangs below what the
//! sink hangs below. A step for dead letters hangs below nothing.

use std::collections::HashMap;

use crate::diagnostics::{Diagnostic, instead};
use crate::pipeline::spec::{StepName, StepSpec};
use crate::yaml::Node;

use super::on_error::Action;
use super::{Stage, StreamOnError};

/// The flow of a stream, by position of the steps.
#[derive(Debug, Default)]
pub struct Graph<'s> {
    /// Where each step sends its records.
    pub outgoing: Vec<Vec<Way<'s>>>,
    /// What becomes of the records each step refuses.
    pub on_error: Vec<StreamOnError>,
}

/// One way out of a step.
#[derive(Clone, Copy, Debug)]
pub struct Way<'s> {
    /// Where it leads.
    pub to: usize,
    /// The condition as written.
    pub when: Option<&'s Node>,
}

/// What a graph is drawn from.
#[derive(Clone, Copy)]
pub struct Steps<'s> {
    /// The steps as written.
    pub specs: &'s [StepSpec],
    /// What they are; `None` where that is wrong already.
    pub stages: &'s [Option<Stage>],
    /// Ids and names to positions.
    pub positions: &'s HashMap<String, usize>,
}

/// Draws every edge that can be drawn; names that are wrong are reported.
pub fn draw<'s>(steps: Steps<'s>, actions: &[Action], found: &mut Vec<Diagnostic>) -> Graph<'s> {
    let count = steps.specs.len();
    let on_error: Vec<StreamOnError> =
        (0..count).map(|at| steps.dead_letters(at, actions.get(at), found)).collect();
    let dead = |at: usize| on_error.contains(&StreamOnError::DeadLetter(at));
    let mut drawing = Drawing { steps, outgoing: vec![Vec::new(); count] };
    let named = drawing.named(&dead, found);
    drawing.by_order(&named, &dead);
    Graph { outgoing: drawing.outgoing, on_error }
}

impl<'s> Steps<'s> {
    /// Whether records end at a step.
    pub fn is_sink(self, at: usize) -> bool {
        matches!(self.stages.get(at), Some(Some(Stage::Sink(_))))
    }

    /// The id of a step.
    pub fn id(self, at: usize) -> &'s str {
        self.specs.get(at).map_or("", |step| step.id.as_str())
    }

    fn find(
        self,
        name: &StepName,
        kind: &'static str,
        found: &mut Vec<Diagnostic>,
    ) -> Option<usize> {
        let position = self.positions.get(&name.name).copied();
        if position.is_none() {
            let message = format!("there is no step `{}`", name.name);
            let ids: Vec<&str> = self.specs.iter().map(|step| step.id.as_str()).collect();
            let hint = instead(&name.name, "the steps", &ids);
            found.push(Diagnostic::error(kind, name.span, &message).hint(hint));
        }
        position
    }

    fn dead_letters(
        self,
        at: usize,
        action: Option<&Action>,
        found: &mut Vec<Diagnostic>,
    ) -> StreamOnError {
        let to = match action {
            None | Some(Action::Fail) => return StreamOnError::Fail,
            Some(Action::Drop) => return StreamOnError::Drop,
            Some(Action::DeadLetter(to)) => to,
        };
        let Some(position) = self.find(to, "dangling_dlq", found) else {
            return StreamOnError::Fail;
        };
        let id = self.id(position);
        let wrong = match self.stages.get(position) {
            _ if position == at => Some("a step cannot take its own dead letters".to_owned()),
            Some(Some(Stage::Sink(_)) | None) | None => None,
            Some(Some(_)) => Some(format!("dead letters go to a sink, and `{id}` is none")),
        };
        match wrong {
            Some(message) => {
                found.push(Diagnostic::error("bad_value", to.span, &message));
                StreamOnError::Fail
            }
            None => StreamOnError::DeadLetter(position),
        }
    }
}

struct Drawing<'s> {
    steps: Steps<'s>,
    outgoing: Vec<Vec<Way<'s>>>,
}

impl<'s> Drawing<'s> {
    /// Draws what `next`, `branches` and `depends_on` say. The steps that are named so, or say
    /// themselves where they hang.
    fn named(&mut self, dead: &dyn Fn(usize) -> bool, found: &mut Vec<Diagnostic>) -> Vec<bool> {
        let mut named = vec![false; self.steps.specs.len()];
        for (from, step) in self.steps.specs.iter().enumerate() {
            for target in step.flow.next.iter().flatten() {
                let Some(to) = self.steps.find(&target.step, "dangling_next", found) else {
                    continue;
                };
                named[to] = true;
                self.edge(from, to, target.when.as_ref(), &target.step, dead, found);
            }
        }
        for (to, step) in self.steps.specs.iter().enumerate() {
            named[to] |= step.flow.depends_on.is_some();
            for name in step.flow.depends_on.iter().flatten() {
                let from = self.steps.find(name, "dangling_depends_on", found);
                let Some(from) = from else { continue };
                if self.outgoing[from].iter().all(|way| way.to != to) {
                    self.edge(from, to, None, name, dead, found);
                }
            }
        }
        named
    }

    fn edge(
        &mut self,
        from: usize,
        to: usize,
        when: Option<&'s Node>,
        name: &StepName,
        dead: &dyn Fn(usize) -> bool,
        found: &mut Vec<Diagnostic>,
    ) {
        let (sender, receiver) = (self.steps.id(from), self.steps.id(to));
        let message = match () {
            () if to == 0 => format!("`{receiver}` is the source: nothing leads to it"),
            () if dead(to) => format!("`{receiver}` takes dead letters and nothing else"),
            () if self.steps.is_sink(from) => {
                format!("`{sender}` is a sink: nothing comes out of it")
            }
            () if self.outgoing[from].iter().any(|way| way.to == to) => {
                format!("`{sender}` sends to `{receiver}` twice: a record would get there twice")
            }
            () => {
                self.outgoing[from].push(Way { to, when });
                return;
            }
        };
        found.push(Diagnostic::error("bad_value", name.span, &message));
    }

    /// Draws the order of the file for the steps that nothing else places.
    fn by_order(&mut self, named: &[bool], dead: &dyn Fn(usize) -> bool) {
        let sends_elsewhere = |at: &usize| self.steps.specs[*at].flow.next.is_some();
        // What the next step in the file hangs below.
        let mut above: Vec<usize> = vec![0];
        let mut ways = Vec::new();
        for at in (1..self.steps.specs.len()).filter(|at| !dead(*at)) {
            let below: Vec<usize> = match named[at] {
                true => self.senders(at),
                false => above.iter().copied().filter(|from| !sends_elsewhere(from)).collect(),
            };
            if !named[at] {
                ways.extend(below.iter().map(|from| (*from, at)));
            }
            above = if self.steps.is_sink(at) { below } else { vec![at] };
        }
        for (from, to) in ways {
            self.outgoing[from].push(Way { to, when: None });
        }
        for ways in &mut self.outgoing {
            ways.sort_by_key(|way| way.to);
        }
    }

    fn senders(&self, to: usize) -> Vec<usize> {
        let sends = |from: &usize| self.outgoing[*from].iter().any(|way| way.to == to);
        (0..self.outgoing.len()).filter(sends).collect()
    }
}
