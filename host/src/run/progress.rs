//! A run under way: what its steps share, and what templates can read of it by now.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::json::{Segment, at};
use crate::pipeline::Plan;
use crate::pipeline::expr::{EndedSteps, Failed, Values, Warnings, object, overlaid};
use crate::pipeline::plan::PlannedStep;
use crate::secrets::{Redactor, Resolved};

use super::context::Identity;
use super::observe::Observer;
use super::tally::Tally;

/// What the steps of a run share.
pub struct Run<'p> {
    /// What is run.
    pub plan: &'p Plan,
    /// Who watches.
    pub observer: &'p dyn Observer,
    /// The ids of the run.
    pub identity: Identity,
    /// The secrets seen so far.
    pub redactor: Redactor,
    /// The environment without the steps' own.
    pub env: Box<RawValue>,
    /// The top-level `config`.
    pub config: Box<RawValue>,
    /// The calls of each step.
    pub tallies: Vec<Tally>,
    /// When the time of the run is over.
    pub deadline: Option<Instant>,
    so_far: Mutex<SoFar>,
}

/// What the steps that have ended left behind, by position.
#[derive(Default)]
pub struct SoFar {
    /// Their results.
    pub results: Vec<Option<Box<RawValue>>>,
    /// The names they give to parts of their results, each an object.
    pub aliases: Vec<Option<Box<RawValue>>>,
    /// Their lines of the answer.
    pub ended: EndedSteps,
}

/// What only one place of a pipeline sees.
#[derive(Clone, Copy)]
pub struct Place<'v> {
    /// The environment there.
    pub env: &'v RawValue,
    /// The secrets that were resolved for it.
    pub secrets: &'v Resolved,
    /// The element of a `foreach`.
    pub item: &'v RawValue,
    /// Its number.
    pub iteration: &'v RawValue,
    /// The position of the step whose own result is read.
    pub own: Option<usize>,
}

impl<'v> Place<'v> {
    /// A place with an environment and nothing of its own.
    pub fn with_env(env: &'v RawValue) -> Self {
        let none = RawValue::NULL;
        Self { env, secrets: Resolved::none(), item: none, iteration: none, own: None }
    }
}

impl<'p> Run<'p> {
    /// A run of which nothing has happened. The redactor knows the sensitive inputs.
    pub fn new(plan: &'p Plan, observer: &'p dyn Observer) -> Self {
        let redactor = Redactor::new();
        for name in &plan.sensitive {
            let value = at(&plan.inputs, &[Segment::Key(name.clone())]);
            value.inspect(|value| redactor.add(value));
        }
        let none = || plan.steps.iter().map(|_| None).collect();
        let so_far = SoFar { results: none(), aliases: none(), ended: EndedSteps::default() };
        Self {
            plan,
            observer,
            identity: Identity::now(),
            redactor,
            env: plan.environment.clone(),
            config: RawValue::NULL.to_owned(),
            tallies: plan.steps.iter().map(|_| Tally::default()).collect(),
            deadline: None,
            so_far: Mutex::new(so_far),
        }
    }

    /// Evaluates the top-level `config` and `env`.
    ///
    /// # Errors
    /// The first template that cannot be evaluated.
    pub fn evaluate(&mut self, warnings: &mut Warnings) -> Result<(), Failed> {
        let place = Place::with_env(&self.env);
        self.config = self.read(place, |values| object(&self.plan.config, values, warnings))?;
        let place = Place::with_env(&self.env);
        self.env =
            self.read(place, |values| overlaid(&self.plan.env, &self.env, values, warnings))?;
        Ok(())
    }

    /// Lets a template read what there is by now. It must not wait for anything meanwhile.
    pub fn read<T>(&self, place: Place<'_>, read: impl FnOnce(&Values<'_>) -> T) -> T {
        let so_far = self.so_far();
        read(&Values {
            results: &so_far.results,
            aliases: &so_far.aliases,
            own: place.own.and_then(|own| so_far.results[own].as_deref()),
            summary: &so_far.ended,
            ..self.unchanging(place)
        })
    }

    /// What there is without the results of steps. These values can be kept while something is
    /// waited for.
    pub fn unchanging<'v>(&'v self, place: Place<'v>) -> Values<'v> {
        Values {
            inputs: &self.plan.inputs,
            env: place.env,
            timestamp: &self.identity.timestamp,
            names: &self.plan.names,
            config: &self.config,
            item: place.item,
            iteration: place.iteration,
            secrets: place.secrets,
            redactor: Some(&self.redactor),
            ..Values::nothing()
        }
    }

    /// What the steps left behind, to read or to add to.
    pub fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The results, when nothing reads them any more.
    pub fn take_results(&self) -> Vec<Option<Box<RawValue>>> {
        std::mem::take(&mut self.so_far().results)
    }

    /// When the time of a step is over, as far as the run says so: steps that always run have their
    /// own time.
    pub fn deadline_of(&self, step: &PlannedStep) -> Option<Instant> {
        self.deadline.filter(|_| !step.always_run)
    }
}
