//! The steps of a pipeline and the ways between them, as far as they can be known without inputs and
//! without the plugins.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, PluginRef};
use crate::diagnostics::Diagnostic;
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::Compiler;
use crate::pipeline::spec::{Mode, StepSpec, StepType};

use super::{PlannedStep, Stage, StreamOnError, StreamStep, document, mode, parts, stream};

/// A pipeline to be drawn.
#[derive(Debug, PartialEq, Eq)]
pub struct Outline {
    /// The engine that would run it.
    pub mode: Mode,
    /// The steps in the order of the file.
    pub steps: Vec<OutlinedStep>,
    /// The ways between them, by the step they lead to.
    pub ways: Vec<Way>,
    /// Plugins that are not installed; what their steps can do is a guess.
    pub missing: Vec<String>,
}

/// A step to be drawn.
#[derive(Debug, PartialEq, Eq)]
pub struct OutlinedStep {
    /// Its id.
    pub id: String,
    /// Its plugin; a filter has none.
    pub plugin: Option<String>,
    /// What sets it apart: `source`, `for each`, `always runs`, …
    pub marks: Vec<&'static str>,
    /// The condition under which it runs, or records pass, as written.
    pub when: Option<String>,
    /// It waits for no other step.
    pub starts: bool,
}

/// A way from one step to another, by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where it begins.
    pub from: usize,
    /// Where it leads.
    pub to: usize,
    /// What it is.
    pub kind: WayKind,
    /// The condition under which it is taken, as written.
    pub when: Option<String>,
}

/// What a way carries or demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayKind {
    /// Has to be taken for the step to run; in a stream, carries records.
    Needed,
    /// One of several, of which one is enough.
    Optional,
    /// Carries dead letters.
    DeadLetters,
}

impl Outline {
    /// The outline of a pipeline that was parsed without errors. Plugins may be missing.
    ///
    /// # Errors
    /// Every problem of its flow and its templates.
    pub fn of(spec: &PipelineSpec, catalog: &Catalog) -> Result<Self, Vec<Diagnostic>> {
        let absent = absent(spec, catalog);
        let catalog = catalog.with_stand_ins(&absent);
        let mut compiler = Compiler::new(&catalog, None);
        let Some(mode) = mode::decide(spec, &catalog, &mut compiler.problems) else {
            return Err(parts::finish(compiler));
        };
        let drawn = match mode {
            Mode::Once => Some(documents(&document::draft(spec, &catalog, &mut compiler).steps)),
            Mode::Stream => stream::draft(spec, &catalog, &mut compiler)
                .map(|draft| streams(spec, &draft.steps)),
        };
        let problems = parts::finish(compiler);
        match drawn {
            Some((steps, ways)) if !problems.iter().any(Diagnostic::is_error) => {
                let missing: BTreeSet<String> =
                    absent.into_iter().map(|(wanted, _)| wanted.name).collect();
                Ok(Self { mode, steps, ways, missing: missing.into_iter().collect() })
            }
            _ => Err(problems),
        }
    }
}

type Drawn = (Vec<OutlinedStep>, Vec<Way>);

fn documents(steps: &[PlannedStep]) -> Drawn {
    let outlined = |step: &PlannedStep| {
        let marks = [(step.foreach.is_some(), "for each"), (step.always_run, "always runs")];
        OutlinedStep {
            id: step.id.clone(),
            plugin: Some(step.installed.name.clone()),
            marks: marks.into_iter().filter(|(has, _)| *has).map(|(_, mark)| mark).collect(),
            when: step.when.as_ref().map(|when| when.written().to_owned()),
            starts: step.starts,
        }
    };
    let ways = steps.iter().enumerate().flat_map(|(to, step)| {
        step.incoming.iter().map(move |way| Way {
            from: way.from,
            to,
            kind: if way.needed { WayKind::Needed } else { WayKind::Optional },
            when: way.when.as_ref().map(|when| when.written().to_owned()),
        })
    });
    (steps.iter().map(outlined).collect(), ways.collect())
}

fn streams(spec: &PipelineSpec, steps: &[StreamStep]) -> Drawn {
    let outlined = |(step, written): (&StreamStep, &StepSpec)| OutlinedStep {
        id: step.id.clone(),
        plugin: step.stage.installed().map(|plug| plug.name.clone()),
        marks: vec![step.stage.role()],
        when: written.when.as_ref().and_then(|when| when.text()).map(str::to_owned),
        starts: matches!(step.stage, Stage::Source(_)),
    };
    let mut ways = Vec::new();
    for (from, step) in steps.iter().enumerate() {
        ways.extend(step.outgoing.iter().map(|edge| Way {
            from,
            to: edge.to,
            kind: WayKind::Needed,
            when: edge.when.as_ref().and_then(|_| spec.condition_of(from, edge.to)),
        }));
        if let StreamOnError::DeadLetter(to) = step.on_error {
            ways.push(Way { from, to, kind: WayKind::DeadLetters, when: None });
        }
    }
    ways.sort_by_key(|way| (way.to, way.from));
    (steps.iter().zip(&spec.steps).map(outlined).collect(), ways)
}

/// The plugins that are not there, and the roles that their steps need them to have.
fn absent(spec: &PipelineSpec, catalog: &Catalog) -> Vec<(PluginRef, Vec<String>)> {
    let mut roles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut categories: BTreeMap<&str, &String> = BTreeMap::new();
    let mut wanted: Vec<&PluginRef> = Vec::new();
    for (at, step) in spec.steps.iter().enumerate() {
        let Some(name) = step.plugin.as_ref().map(|plugin| &plugin.wanted) else { continue };
        if catalog.find(name).is_ok() {
            continue;
        }
        if !wanted.contains(&name) {
            wanted.push(name);
        }
        roles.entry(&name.name).or_default().push(guessed_role(spec, at, step).to_owned());
        if let Some(category) = &name.category {
            categories.entry(&name.name).or_insert(category);
        }
    }
    let stand_in = |wanted: &PluginRef| {
        // One name in two categories, of which one is nobody's, would mean neither.
        let other = || categories.get(wanted.name.as_str()).map(|category| (*category).clone());
        let category = wanted.category.clone().or_else(other);
        let roles = roles.get(wanted.name.as_str()).cloned().unwrap_or_default();
        (PluginRef { category, ..wanted.clone() }, roles)
    };
    wanted.into_iter().map(stand_in).collect()
}

/// The role that a step's plugin must have, where only the file can tell: what it says, else its place.
fn guessed_role(spec: &PipelineSpec, at: usize, step: &StepSpec) -> &'static str {
    let said = |step: &StepSpec| step.flow.step_type.map(|(step_type, _)| step_type);
    let is_stream = spec.mode.map(|(mode, _)| mode) == Some(Mode::Stream)
        || spec.steps.iter().any(|step| said(step).is_some() || sends_dead_letters(step));
    let takes_dead_letters = spec.steps.iter().any(|other| {
        let to = other.on_error.as_ref().and_then(|on_error| on_error.to.as_ref());
        to.is_some_and(|to| to.name == step.id)
    });
    match said(step) {
        Some(StepType::Filter) | None if !is_stream => "process",
        Some(step_type) => step_type.word(),
        None if at == 0 => "source",
        None if takes_dead_letters || at + 1 == spec.steps.len() => "sink",
        None => "transform",
    }
}

fn sends_dead_letters(step: &StepSpec) -> bool {
    step.on_error.as_ref().is_some_and(|on_error| on_error.action.as_deref() == Some("dlq"))
}
