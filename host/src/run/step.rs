//! One step from its first template to its end.

use std::pin::pin;

use plugin_api::Json;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};

use crate::json::ObjectText;
use crate::pipeline::expr::{Failed, Tree, Warnings, overlaid};
use crate::pipeline::plan::PlannedStep;
use crate::registry::Request;
use crate::secrets::{Resolved, note_write_only};

use super::answer::StepStatus;
use super::attempts::attempts;
use super::context;
use super::elements::elements;
use super::failure;
use super::observe::Event;
use super::outcome::{Effect, Ended, Outcome};
use super::plugins::{LivePlugin, Plugins};
use super::progress::{Place, Run};
use super::secrets;
use super::words::over_time;

/// A step that may run, and what it runs with.
pub struct Step<'r, P: Plugins> {
    /// The run it is part of.
    pub run: &'r Run<'r>,
    /// Its position.
    pub position: usize,
    /// Its plugin.
    pub live: &'r P::Live,
    /// Where its secrets come from.
    pub plugins: &'r P,
    /// The position of the first step this one follows.
    pub follows: Option<usize>,
}

impl<P: Plugins> Step<'_, P> {
    /// Runs the step to its end, or to the end of the run's time.
    pub async fn carry_out(self) -> Ended {
        let run = self.run;
        let Some(deadline) = run.deadline_of(self.plan()) else { return self.work().await };
        let ended = timeout_at(deadline, pin!(self.work())).await;
        match ended {
            // A plugin that watches the deadline itself fails at this very moment.
            Ok(ended) if ended.status != StepStatus::Failed || Instant::now() < deadline => ended,
            _ => {
                let reason = over_time(run.plan.timeout.unwrap_or_default());
                let late = Ended::without_result(StepStatus::Failed, Effect::OverTime, reason);
                Ended { kind: "timeout", ..late }
            }
        }
    }

    /// What the plan says about it.
    pub fn plan(&self) -> &PlannedStep {
        &self.run.plan.steps[self.position]
    }

    async fn work(&self) -> Ended {
        let mut warnings = Warnings::default();
        let mut ended = match self.prepared(&mut warnings).await {
            Ok((env, secrets)) => {
                let place = Place::with_env(env.as_deref().unwrap_or(&self.run.env));
                let outcome = self.calls(Place { secrets: &secrets, ..place }, &mut warnings).await;
                let ended = failure::ended(self.run, self.plan(), outcome, &mut warnings);
                Ended { env, ..ended }
            }
            Err(Unprepared::Skipped(reason)) => {
                Ended::without_result(StepStatus::Skipped, Effect::GoesOn, reason)
            }
            Err(Unprepared::Failed(kind, failed)) => {
                let mut outcome = Outcome::failed(kind, failed.to_string());
                let place = Place::with_env(&self.run.env);
                failure::rescue(self.run, self.plan(), place, &mut outcome, &mut warnings);
                failure::ended(self.run, self.plan(), outcome, &mut warnings)
            }
        };
        ended.warnings = warnings;
        ended
    }

    async fn calls(&self, place: Place<'_>, warnings: &mut Warnings) -> Outcome {
        let id = &self.plan().id;
        self.run.observer.event(Event::Started { step: self.position, id });
        match &self.plan().foreach {
            Some(foreach) => elements(self, foreach, place, warnings).await,
            None => self.element(place, warnings).await,
        }
    }

    /// The environment of the step, where it has one of its own, and the secrets of its `config` and
    /// `with`. Those are only resolved where its condition wants it to run.
    async fn prepared(
        &self,
        warnings: &mut Warnings,
    ) -> Result<(Option<Box<RawValue>>, Resolved), Unprepared> {
        let (run, step) = (self.run, self.plan());
        let bare = Place::with_env(&run.env);
        let of_env = self.secrets([&step.env], bare).await?;
        let place = Place { secrets: &of_env, ..bare };
        let env = (!step.env.is_empty())
            .then(|| run.read(place, |values| overlaid(&step.env, &run.env, values, warnings)));
        let env = env.transpose().map_err(|failed| Unprepared::Failed("bad_expression", failed))?;
        self.wanted(Place::with_env(env.as_deref().unwrap_or(&run.env)), warnings)?;
        let secrets = self.secrets([&step.config, &step.input], place).await?;
        Ok((env, secrets))
    }

    /// The secrets that these parts of the step read. What the place knows is not asked for again.
    async fn secrets<const N: usize>(
        &self,
        parts: [&[(String, Tree)]; N],
        place: Place<'_>,
    ) -> Result<Resolved, Unprepared> {
        let run = self.run;
        let trees = parts.into_iter().flatten().map(|(_, tree)| tree);
        let values = run.unchanging(place);
        secrets::resolve(trees, &run.plan.secrets, self.plugins, &values, &run.redactor)
            .await
            .map_err(|failed| Unprepared::Failed("secret_unavailable", failed))
    }

    /// Reads `when`.
    fn wanted(&self, place: Place<'_>, warnings: &mut Warnings) -> Result<(), Unprepared> {
        let Some(when) = &self.plan().when else { return Ok(()) };
        match self.run.read(place, |values| when.is_true(values, warnings)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Unprepared::Skipped("`when` is false".to_owned())),
            Err(failed) => {
                warnings.add(format!("step `{}` was skipped: {failed}", self.plan().id));
                Err(Unprepared::Skipped(failed.to_string()))
            }
        }
    }

    /// The calls for one element, or the only ones, and what `on_error` makes of their failure.
    pub async fn element(&self, place: Place<'_>, warnings: &mut Warnings) -> Outcome {
        let mut outcome = match self.request(place, warnings) {
            Ok(request) => attempts(self.run, self.position, self.live, request).await,
            Err(failed) => Outcome::expression(&failed),
        };
        failure::rescue(self.run, self.plan(), place, &mut outcome, warnings);
        outcome
    }

    fn request(&self, place: Place<'_>, warnings: &mut Warnings) -> Result<Request, Failed> {
        let (run, step) = (self.run, self.plan());
        let follows = self.follows.map(|before| &*run.plan.steps[before].installed);
        let (ctx, cfg) = run.read(place, |values| {
            let ctx = context::ctx(step, follows, &run.identity, values, warnings)?;
            Ok((ctx, context::cfg(step, values, warnings)?))
        })?;
        for (schema, value) in [(self.live.config_schema(), &cfg), (self.live.input_schema(), &ctx)]
        {
            if let Some(schema) = schema {
                note_write_only(schema, value, &run.redactor);
            }
        }
        let trace_id = run.identity.trace_id.clone();
        let ids = self.ids();
        Ok(Request { ctx: ctx.into(), cfg: cfg.into(), run: ids, deadline: None, trace_id })
    }

    /// What a plugin may know about the run it is called in.
    fn ids(&self) -> Json {
        ObjectText::new()
            .value("execution_id", &self.run.identity.execution_id)
            .value("trace_id", &self.run.identity.trace_id)
            .value("pipeline", &self.run.plan.name)
            .value("step", &self.plan().id)
            .finish()
            .into()
    }
}

/// Why a step is not called.
enum Unprepared {
    /// Its own condition does not want it.
    Skipped(String),
    /// Something it needs cannot be had; the kind of the failure comes first.
    Failed(&'static str, Failed),
}
