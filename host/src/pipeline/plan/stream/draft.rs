//! Finding stages, drawing edges and compiling expressions, step by step.

use crate::catalog::Catalog;
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::{Compiler, Data, Reads, Scope, Tree, Visible};
use crate::pipeline::lint;
use crate::pipeline::plan::known::Known;
use crate::pipeline::plan::parts::layers;
use crate::pipeline::spec::{Mode, StepSpec};

use super::graph::{self, Graph, Steps, Way};
use super::on_error::{self, Action};
use super::settings::{self, Settings};
use super::with::with;
use super::{Edge, Stage, StreamStep, refused, routes, stage};

/// A plan without inputs.
pub struct Draft {
    /// The steps.
    pub steps: Vec<StreamStep>,
    /// The top-level `env`.
    pub env: Vec<(String, Tree)>,
    /// The top-level `secrets`.
    pub secrets: Vec<(String, Tree)>,
    /// The top-level `config`.
    pub settings: Settings,
}

/// Compiles everything; problems go to the compiler. `None` when a step could not be made.
pub fn draft(spec: &PipelineSpec, catalog: &Catalog, compiler: &mut Compiler<'_>) -> Option<Draft> {
    lint::config(spec.config.as_ref(), Mode::Stream, &mut compiler.problems);
    refused::top_level(spec, &mut compiler.problems);
    let settings = settings::read(spec.config.as_ref(), &mut compiler.problems);
    let known = Known::new(spec);
    let env = layers(spec.env.as_slice(), &known.scope(Visible::First(0), Data::Nothing), compiler);
    let secrets = layers(spec.secrets.as_slice(), &with_secrets(&known), compiler);
    let stages: Vec<Option<Stage>> = spec
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| stage::stage(step, index, catalog, compiler))
        .collect();
    let graph = edges(spec, &stages, &known, compiler);
    let steps: Vec<_> = spec
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            let stage = stages.get(index).cloned().flatten();
            refused::step(step, index, stage.as_ref(), &mut compiler.problems);
            self::step(step, index, stage, &graph, &known, compiler)
        })
        .collect();
    Some(Draft { steps: steps.into_iter().collect::<Option<_>>()?, env, secrets, settings })
}

/// What is evaluated once for a step, before the stream starts.
fn with_secrets(known: &Known) -> Scope<'_> {
    let reads = Reads { secrets: true, ..Reads::default() };
    Scope { reads, ..known.scope(Visible::First(0), Data::Nothing) }
}

fn edges<'s>(
    spec: &'s PipelineSpec,
    stages: &'s [Option<Stage>],
    known: &'s Known,
    compiler: &mut Compiler<'_>,
) -> Graph<'s> {
    let steps = Steps { specs: &spec.steps, stages, positions: &known.positions };
    let before = compiler.problems.len();
    let actions: Vec<Action> = spec
        .steps
        .iter()
        .map(|step| on_error::resolve(step.on_error.as_ref(), &mut compiler.problems))
        .collect();
    let graph = graph::draw(steps, &actions, &mut compiler.problems);
    if compiler.problems.len() == before {
        routes::check(&graph, steps, &mut compiler.problems);
    }
    graph
}

fn step(
    written: &StepSpec,
    index: usize,
    stage: Option<Stage>,
    graph: &Graph<'_>,
    known: &Known,
    compiler: &mut Compiler<'_>,
) -> Option<StreamStep> {
    let (fixed, record) = (with_secrets(known), known.scope(Visible::First(0), Data::Record));
    let env = layers(written.env.as_slice(), &fixed, compiler);
    let config = layers(written.config.as_slice(), &fixed, compiler);
    let with = match stage {
        Some(Stage::Sink(_)) => with(&written.input, &config, &record, compiler),
        _ => Default::default(),
    };
    let when = written.when.as_ref().map(|node| compiler.record_test(node, &record));
    let mut edge = |way: &Way<'_>| {
        let when = match way.when {
            Some(node) => Some(compiler.record_test(node, &record)?),
            None => None,
        };
        Some(Edge { to: way.to, when })
    };
    let outgoing: Vec<_> = graph.outgoing[index].iter().map(&mut edge).collect();
    Some(StreamStep {
        id: written.id.clone(),
        stage: stage?,
        config,
        env,
        when: match when {
            Some(compiled) => Some(compiled?),
            None => None,
        },
        with,
        outgoing: outgoing.into_iter().collect::<Option<_>>()?,
        on_error: graph.on_error[index],
    })
}
