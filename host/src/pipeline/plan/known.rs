//! The names of a file, as its templates see them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::{Data, Reads, Scope, StepNames, Visible};
use crate::pipeline::spec::StepSpec;
use crate::yaml::Node;

/// Every name of a file.
pub struct Known {
    /// Ids and names of the steps, by position.
    pub names: Vec<StepNames>,
    /// Ids and names to positions; the first step of a name counts.
    pub positions: HashMap<String, usize>,
    inputs: BTreeSet<String>,
    aliases: BTreeMap<String, usize>,
    config: BTreeSet<String>,
    secrets: BTreeSet<String>,
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
            aliases: aliases(spec),
            config: spec.config.as_ref().map(keys).unwrap_or_default(),
            secrets: spec.secrets.as_ref().map(keys).unwrap_or_default(),
        }
    }

    /// What a template can read that sees the results of `visible`.
    pub fn scope<'s>(&'s self, visible: Visible<'s>, data: Data) -> Scope<'s> {
        Scope {
            steps: &self.names,
            positions: &self.positions,
            visible,
            inputs: &self.inputs,
            aliases: &self.aliases,
            config: &self.config,
            secrets: &self.secrets,
            data,
            reads: Reads::default(),
        }
    }
}

fn names_of(step: &StepSpec) -> StepNames {
    let name = step.name.as_ref().map(|(name, _)| name.clone());
    StepNames {
        id: step.id.clone(),
        name,
        aliases: step.aliases.iter().map(|alias| alias.name.clone()).collect(),
    }
}

/// The first step that gives a name counts.
fn aliases(spec: &PipelineSpec) -> BTreeMap<String, usize> {
    let mut aliases = BTreeMap::new();
    for (position, step) in spec.steps.iter().enumerate() {
        for alias in &step.aliases {
            aliases.entry(alias.name.clone()).or_insert(position);
        }
    }
    aliases
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
