//! The steps whose results a step can read: those that lead to it.

use crate::pipeline::expr::Visible;

use super::Flow;
use super::graph::Graph;

/// What one step can read.
pub struct Sight {
    position: usize,
    /// In a graph, by position; a chain needs none.
    before: Vec<bool>,
    after: Vec<bool>,
}

impl Sight {
    /// Everything that leads to the step.
    pub fn of(position: usize, graph: &Graph<'_>) -> Self {
        if graph.flow == Flow::Linear {
            return Self { position, before: Vec::new(), after: Vec::new() };
        }
        let before = ancestors(position, graph);
        let mut after = before.clone();
        if let Some(own) = after.get_mut(position) {
            *own = true;
        }
        Self { position, before, after }
    }

    /// What is there when it begins.
    pub fn before(&self) -> Visible<'_> {
        match self.before.is_empty() {
            true => Visible::First(self.position),
            false => Visible::These(&self.before),
        }
    }

    /// The same and its own result.
    pub fn after(&self) -> Visible<'_> {
        match self.after.is_empty() {
            true => Visible::First(self.position + 1),
            false => Visible::These(&self.after),
        }
    }
}

fn ancestors(position: usize, graph: &Graph<'_>) -> Vec<bool> {
    let mut seen = vec![false; graph.incoming.len()];
    let mut waiting = vec![position];
    while let Some(at) = waiting.pop() {
        for way in &graph.incoming[at] {
            if !std::mem::replace(&mut seen[way.from], true) {
                waiting.push(way.from);
            }
        }
    }
    seen
}
