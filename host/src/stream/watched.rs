//! A running stream for those who watch it: what is counted, and which step is what.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::observed::{Observed, StepSeen};
use crate::pipeline::plan::stream::{Stage, StreamPlan};

/// A running stream.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The name of the pipeline; empty when it has none.
    pub pipeline: String,
    /// What is counted.
    pub observed: Arc<Observed>,
    roles: Vec<Role>,
}

/// What a step does with records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It reads them.
    Source,
    /// It lets them through, changed or not.
    Between,
    /// It writes them.
    Sink,
}

impl Watched {
    /// A stream and what is counted of it.
    pub fn new(plan: &StreamPlan, observed: Arc<Observed>) -> Self {
        let roles = plan.steps.iter().map(|step| match step.stage {
            Stage::Source(_) => Role::Source,
            Stage::Transform(_) | Stage::Filter => Role::Between,
            Stage::Sink(_) => Role::Sink,
        });
        let roles = roles.collect();
        Self { pipeline: plan.name.clone().unwrap_or_default(), observed, roles }
    }

    /// The steps, in the order of the file.
    pub fn steps(&self) -> impl Iterator<Item = (Role, &StepSeen)> {
        self.roles.iter().copied().zip(&self.observed.steps)
    }

    /// Records of this step without a final state: for the source all that were read, for a sink those
    /// that it was given and has not reported on.
    pub fn in_flight(&self, role: Role, step: &StepSeen) -> Option<u64> {
        match role {
            Role::Source => Some(self.observed.counters.totals().in_flight),
            Role::Between => None,
            Role::Sink => Some(load(&step.in_flight)),
        }
    }

    /// A stream of these steps, of which nothing was seen yet.
    #[cfg(test)]
    pub fn sample(pipeline: &str, steps: &[(&str, Role)]) -> Self {
        let observed = Observed::new(steps.iter().map(|(id, _)| (*id).to_owned()));
        let roles = steps.iter().map(|(_, role)| *role).collect();
        Self { pipeline: pipeline.to_owned(), observed: Arc::new(observed), roles }
    }
}

/// A counter now.
pub fn load(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
