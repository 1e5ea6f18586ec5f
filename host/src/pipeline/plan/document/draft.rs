//! Everything of a document pipeline compiled, before anything is handed in.

use crate::catalog::Catalog;
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::{Compiler, Data, Reads, Scope, StepNames, Tree, Visible};
use crate::pipeline::lint;
use crate::pipeline::plan::known::Known;
use crate::pipeline::plan::parts::{layers, required};
use crate::pipeline::spec::Mode;

use super::ancestors::{self, Sight};
use super::graph::{self, Graph};
use super::settings::{self, Settings};
use super::step::{Place, conditions, step};
use super::{Flow, Incoming, PlannedStep, aliases};

/// A plan without inputs. Steps with problems are missing in it.
pub struct Draft {
    /// Whether the steps are a chain.
    pub flow: Flow,
    /// Steps without problems.
    pub steps: Vec<PlannedStep>,
    /// The names of all steps.
    pub names: Vec<StepNames>,
    /// The top-level `env`.
    pub env: Vec<(String, Tree)>,
    /// The top-level `config`.
    pub config: Vec<(String, Tree)>,
    /// The top-level `secrets`.
    pub secrets: Vec<(String, Tree)>,
    /// The top-level `outputs`.
    pub outputs: Vec<(String, Tree)>,
    /// What `config` says about the run as a whole.
    pub settings: Settings,
}

/// Compiles everything; problems go to the compiler.
pub fn draft(spec: &PipelineSpec, catalog: &Catalog, compiler: &mut Compiler<'_>) -> Draft {
    lint::config(spec.config.as_ref(), Mode::Once, &mut compiler.problems);
    let settings = settings::read(spec.config.as_ref(), &mut compiler.problems);
    let known = Known::new(spec);
    aliases::check(spec, &known, &mut compiler.problems);
    required(spec, catalog, compiler);
    let graph = graph::draw(&spec.steps, &known, &mut compiler.problems);
    let first = known.scope(Visible::First(0), Data::Results);
    let with_secrets = Scope { reads: Reads { secrets: true, item: false }, ..first };
    let env = layers(spec.env.as_slice(), &first, compiler);
    let config = layers(spec.config.as_slice(), &first, compiler);
    let secrets = layers(spec.secrets.as_slice(), &with_secrets, compiler);
    let steps = steps(spec, &graph, &known, settings, catalog, compiler);
    let all = known.scope(Visible::First(spec.steps.len()), Data::Results);
    let outputs = spec
        .outputs
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), compiler.tree(value, &all)?)))
        .collect();
    let flow = graph.flow;
    Draft { flow, steps, env, config, secrets, outputs, settings, names: known.names }
}

fn steps(
    spec: &PipelineSpec,
    graph: &Graph<'_>,
    known: &Known,
    settings: Settings,
    catalog: &Catalog,
    compiler: &mut Compiler<'_>,
) -> Vec<PlannedStep> {
    let mut incoming = unconditional(graph);
    let outgoing = conditional(graph);
    let ways = ancestors::ways(graph);
    let mut steps = Vec::with_capacity(spec.steps.len());
    for (position, written) in spec.steps.iter().enumerate() {
        let sight = Sight::of(position, graph.flow, &ways);
        conditions(&outgoing[position], known, &sight, &mut incoming, compiler);
        let place = Place { position, starts: graph.starts[position], sight: &sight };
        steps.extend(step(written, place, known, settings, catalog, compiler));
    }
    // A step with a problem is missing, and then nothing runs.
    if steps.len() == incoming.len() {
        for (step, incoming) in steps.iter_mut().zip(incoming) {
            step.incoming = incoming;
        }
    }
    steps
}

fn unconditional(graph: &Graph<'_>) -> Vec<Vec<Incoming>> {
    let way = |way: &graph::Way<'_>| Incoming { from: way.from, when: None, needed: way.needed };
    graph.incoming.iter().map(|ways| ways.iter().map(way).collect()).collect()
}

/// By the step they come from, the ways that have a condition.
fn conditional<'s>(graph: &Graph<'s>) -> Vec<Vec<Condition<'s>>> {
    let mut outgoing: Vec<Vec<Condition<'s>>> = vec![Vec::new(); graph.incoming.len()];
    for (to, ways) in graph.incoming.iter().enumerate() {
        for (slot, way) in ways.iter().enumerate() {
            let condition = way.when.map(|node| Condition { to, slot, node });
            outgoing[way.from].extend(condition);
        }
    }
    outgoing
}

/// The condition of one way: among the ways that lead to a step, the one in a slot.
#[derive(Clone, Copy)]
pub struct Condition<'s> {
    /// The step it leads to.
    pub to: usize,
    /// Which of the ways that lead there.
    pub slot: usize,
    /// As written.
    pub node: &'s crate::yaml::Node,
}
