//! The steps whose results a step can read: those that lead to it.

use crate::pipeline::expr::{Led, Visible};

use super::Flow;
use super::graph::Graph;

/// By position, the steps that each follows.
pub fn ways(graph: &Graph<'_>) -> Vec<Vec<usize>> {
    graph.incoming.iter().map(|ways| ways.iter().map(|way| way.from).collect()).collect()
}

/// What one step can read.
pub struct Sight<'w> {
    position: usize,
    ways: &'w [Vec<usize>],
    /// In a graph, by position; a chain needs none.
    before: Vec<bool>,
    after: Vec<bool>,
}

impl<'w> Sight<'w> {
    /// Everything that leads to the step; `ways` are those of the graph.
    pub fn of(position: usize, flow: Flow, ways: &'w [Vec<usize>]) -> Self {
        if flow == Flow::Linear {
            return Self { position, ways, before: Vec::new(), after: Vec::new() };
        }
        let before = ancestors(position, ways);
        let mut after = before.clone();
        if let Some(own) = after.get_mut(position) {
            *own = true;
        }
        Self { position, ways, before, after }
    }

    /// What is there when it begins.
    pub fn before(&self) -> Visible<'_> {
        match self.before.is_empty() {
            true => Visible::Above(self.position),
            false => self.led(&self.before),
        }
    }

    /// The same and its own result.
    pub fn after(&self) -> Visible<'_> {
        match self.after.is_empty() {
            true => Visible::First(self.position + 1),
            false => self.led(&self.after),
        }
    }

    fn led<'s>(&'s self, by: &'s [bool]) -> Visible<'s> {
        Visible::Led(Led { to: self.position, by, ways: self.ways })
    }
}

fn ancestors(position: usize, ways: &[Vec<usize>]) -> Vec<bool> {
    let mut seen = vec![false; ways.len()];
    let mut waiting = vec![position];
    while let Some(at) = waiting.pop() {
        for from in &ways[at] {
            if !std::mem::replace(&mut seen[*from], true) {
                waiting.push(*from);
            }
        }
    }
    seen
}
