//! The names of a file, as its templates see them.

use std::collections::{BTreeSet, HashMap};

use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::{Data, Scope, StepNames};
use crate::pipeline::spec::StepSpec;
use crate::yaml::Node;

/// Every name of a file.
pub struct Known {
    /// Ids and names of the steps, by position.
    pub names: Vec<StepNames>,
    /// Ids and names to positions; the first step of a name counts.
    pub positions: HashMap<String, usize>,
    inputs: BTreeSet<String>,
    aliases: BTreeSet<String>,
    config: BTreeSet<String>,
}

impl Known {
    /// The names in `spec`.
    pub fn new(spec: &PipelineSpec) -> Self {
        let names: Vec<StepNames> = spec.steps.iter().map(names_of).collect();
        let keys = |node: &Node| node.entries().iter().map(|entry| entry.key.clone()).collect();
        Self {
            positions: positions(&names),
            names,
            inputs: spec.inputs.iter().map(|input| input.name.clone()).collect(),
            aliases: spec.steps.iter().flat_map(|step| step.aliases.clone()).collect(),
            config: spec.config.as_ref().map(keys).unwrap_or_default(),
        }
    }

    /// What a template can read behind the first `visible` steps.
    pub fn scope(&self, visible: usize, data: Data) -> Scope<'_> {
        Scope {
            steps: &self.names,
            positions: &self.positions,
            visible,
            inputs: &self.inputs,
            aliases: &self.aliases,
            config: &self.config,
            data,
        }
    }
}

fn names_of(step: &StepSpec) -> StepNames {
    StepNames { id: step.id.clone(), name: step.name.as_ref().map(|(name, _)| name.clone()) }
}

fn positions(steps: &[StepNames]) -> HashMap<String, usize> {
    let mut positions = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        for name in std::iter::once(&step.id).chain(&step.name) {
            positions.entry(name.clone()).or_insert(index);
        }
    }
    positions
}
