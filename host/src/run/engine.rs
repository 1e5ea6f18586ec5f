//! Steps in the order of the file, one after the other.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Instant;

use plugin_api::Json;
use serde_json::value::RawValue;

use crate::json::ObjectText;
use crate::pipeline::Plan;
use crate::pipeline::expr::{Failed, Values, Warnings, overlaid};
use crate::pipeline::plan::PlannedStep;
use crate::pipeline::plan::document::Action;
use crate::registry::Request;

use super::answer::{Answer, Mode, RunError, StepStatus, StepSummary};
use super::call::{Outcome, call};
use super::context::{self, Identity};
use super::observe::{Event, Observer};
use super::plugins::{LivePlugin, Plugins};
use super::success::{Verdict, verdict};

const INTERRUPTED: &str = "the run was interrupted";
const INTERRUPTED_AT_WORK: &str =
    "the run was interrupted; what the plugin had begun may still take effect";

/// Runs a plan to its end, or until `shutdown` is ready: then the running step is dropped and the
/// answer holds what was done so far. Every plugin is opened before the first step is called.
pub async fn run<P: Plugins>(
    plan: &Plan,
    plugins: &P,
    observer: &dyn Observer,
    shutdown: impl Future<Output = ()>,
) -> Answer {
    let mut shutdown = pin!(shutdown);
    let mut engine = Engine::new(plan, observer);
    let live = engine.open(plugins, shutdown.as_mut()).await;
    engine.environment();
    for (index, step) in plan.steps.iter().enumerate() {
        let ended = match (engine.reason_not_to_run(step), live.get(index)) {
            (None, Some(plugin)) => engine.step(index, plugin, shutdown.as_mut()).await,
            (Some((status, reason)), _) => Ended::unspoken(status, reason),
            // Opening stops at a refusal, and a refusal is a reason not to run.
            (None, None) => continue,
        };
        engine.settle(index, ended);
    }
    engine.answer()
}

/// A run under way.
struct Engine<'p> {
    plan: &'p Plan,
    observer: &'p dyn Observer,
    identity: Identity,
    /// The environment without the steps' own.
    env: Box<RawValue>,
    results: Vec<Option<Box<RawValue>>>,
    summary: Vec<StepSummary>,
    warnings: Warnings,
    /// The first thing that went wrong. Set means: only steps that always run still do.
    error: Option<RunError>,
    /// Nothing runs any more, not even such steps.
    halted: bool,
    /// The shutdown signal came; it must not be waited for again.
    interrupted: bool,
}

/// The end of one step.
struct Ended {
    status: StepStatus,
    reason: Option<String>,
    /// What the answer says if this ends the run.
    kind: &'static str,
    called_ms: Option<u64>,
}

impl Ended {
    /// The plugin was not called.
    fn unspoken(status: StepStatus, reason: String) -> Self {
        Self { status, reason: Some(reason), kind: "step_failed", called_ms: None }
    }

    fn expression(failed: &Failed) -> Self {
        Self { kind: "bad_expression", ..Self::unspoken(StepStatus::Failed, failed.to_string()) }
    }
}

impl<'p> Engine<'p> {
    fn new(plan: &'p Plan, observer: &'p dyn Observer) -> Self {
        let mut warnings = Warnings::default();
        for name in &plan.sensitive {
            warnings.add(format!("`{name}` is sensitive, but this version does not redact it"));
        }
        Self {
            plan,
            observer,
            identity: Identity::now(),
            env: plan.environment.clone(),
            results: plan.steps.iter().map(|_| None).collect(),
            summary: Vec::new(),
            warnings,
            error: None,
            halted: false,
            interrupted: false,
        }
    }

    /// Opens the plugins of all steps. After a refusal nothing runs.
    async fn open<P: Plugins>(
        &mut self,
        plugins: &P,
        mut shutdown: Pin<&mut impl Future<Output = ()>>,
    ) -> Vec<P::Live> {
        let mut live = Vec::new();
        for step in &self.plan.steps {
            let opened = tokio::select! {
                biased;
                opened = plugins.open(&step.installed) => opened,
                () = shutdown.as_mut() => {
                    self.interrupted = true;
                    self.halt("interrupted", INTERRUPTED.to_owned(), Some(step.id.clone()));
                    break;
                }
            };
            match opened {
                Ok(plugin) => live.push(plugin),
                Err(error) => {
                    self.halt("plugin_refused", error.to_string(), Some(step.id.clone()));
                    break;
                }
            }
        }
        live
    }

    fn halt(&mut self, kind: &'static str, message: String, step: Option<String>) {
        self.halted = true;
        self.error.get_or_insert(RunError { kind, message, step });
    }

    /// Evaluates the top-level `env`.
    fn environment(&mut self) {
        let (plan, mut warnings) = (self.plan, std::mem::take(&mut self.warnings));
        let outcome = overlaid(&plan.env, &self.env, &self.values(&self.env), &mut warnings);
        self.warnings = warnings;
        match outcome {
            Ok(env) => self.env = env,
            Err(failed) => self.halt("bad_expression", failed.to_string(), None),
        }
    }

    fn values<'v>(&'v self, env: &'v RawValue) -> Values<'v> {
        Values {
            inputs: &self.plan.inputs,
            env,
            timestamp: &self.identity.timestamp,
            results: &self.results,
            names: &self.plan.names,
            ..Values::nothing()
        }
    }

    /// What keeps a step from running before it is looked at.
    fn reason_not_to_run(&self, step: &PlannedStep) -> Option<(StepStatus, String)> {
        if self.interrupted {
            return Some((StepStatus::Cancelled, INTERRUPTED.to_owned()));
        }
        let error = self.error.as_ref()?;
        if step.always_run && !self.halted {
            return None;
        }
        Some(match &error.step {
            Some(failed) if *failed == step.id => (StepStatus::Failed, error.message.clone()),
            Some(failed) => (StepStatus::Skipped, format!("step `{failed}` failed")),
            None => (StepStatus::Skipped, error.message.clone()),
        })
    }

    async fn step<L: LivePlugin>(
        &mut self,
        index: usize,
        live: &L,
        shutdown: Pin<&mut impl Future<Output = ()>>,
    ) -> Ended {
        let mut warnings = std::mem::take(&mut self.warnings);
        let prepared = self.prepare(index, &mut warnings);
        self.warnings = warnings;
        let request = match prepared {
            Ok(request) => request,
            Err(ended) => return ended,
        };
        let start = Instant::now();
        let outcome = call(live.process(request), shutdown).await;
        let called_ms = Some(u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX));
        let (status, reason) = match outcome {
            Outcome::Failed(message) => (StepStatus::Failed, Some(message)),
            Outcome::Answered(json) => self.judge(index, json, live.status_keys()),
            Outcome::NotCalled => return self.interrupt(INTERRUPTED, None),
            Outcome::Interrupted => return self.interrupt(INTERRUPTED_AT_WORK, called_ms),
        };
        Ended { status, reason, kind: "step_failed", called_ms }
    }

    /// Ends the running step and lets none follow.
    fn interrupt(&mut self, reason: &str, called_ms: Option<u64>) -> Ended {
        self.interrupted = true;
        let cancelled = Ended::unspoken(StepStatus::Cancelled, reason.to_owned());
        Ended { kind: "interrupted", called_ms, ..cancelled }
    }

    /// Evaluates condition, input and configuration; the end of the step where there is no call.
    fn prepare(&self, index: usize, warnings: &mut Warnings) -> Result<Request, Ended> {
        let step = &self.plan.steps[index];
        let failed = |failed: Failed| Ended::expression(&failed);
        let env = overlaid(&step.env, &self.env, &self.values(&self.env), warnings);
        let env = env.map_err(failed)?;
        let values = self.values(&env);
        match step.when.as_ref().map(|when| when.is_true(&values, warnings)) {
            None | Some(Ok(true)) => {}
            Some(Ok(false)) => {
                return Err(Ended::unspoken(StepStatus::Skipped, "`when` is false".to_owned()));
            }
            Some(Err(failed)) => {
                warnings.add(format!("step `{}` was skipped: {failed}", step.id));
                return Err(Ended::unspoken(StepStatus::Skipped, failed.to_string()));
            }
        }
        let follows = index.checked_sub(1).map(|before| &*self.plan.steps[before].installed);
        let ctx = context::ctx(step, follows, &self.identity, &values, warnings).map_err(failed)?;
        let cfg = context::cfg(step, &values, warnings).map_err(failed)?;
        Ok(Request {
            ctx: ctx.into(),
            cfg: cfg.into(),
            run: self.describe(step),
            deadline: None,
            trace_id: self.identity.trace_id.clone(),
        })
    }

    /// What a plugin may know about the run it is called in.
    fn describe(&self, step: &PlannedStep) -> Json {
        ObjectText::new()
            .value("execution_id", &self.identity.execution_id)
            .value("trace_id", &self.identity.trace_id)
            .value("pipeline", &self.plan.name)
            .value("step", &step.id)
            .finish()
            .into()
    }

    fn judge(
        &mut self,
        index: usize,
        result: Json,
        status_keys: &[String],
    ) -> (StepStatus, Option<String>) {
        let result: Box<RawValue> = result.into();
        let verdict = verdict(&result, status_keys);
        self.results[index] = Some(result);
        match verdict {
            Verdict::Success => (StepStatus::Success, None),
            Verdict::Failed(reason) => (StepStatus::Failed, Some(reason)),
            Verdict::Partial(reason) => {
                let id = &self.plan.steps[index].id;
                self.warnings.add(format!("step `{id}` worked only in part: {reason}"));
                (StepStatus::Partial, Some(reason))
            }
        }
    }

    /// Notes the end of a step and what it means for the run.
    fn settle(&mut self, index: usize, ended: Ended) {
        let step = &self.plan.steps[index];
        let message = ended.reason.clone().unwrap_or_default();
        match (ended.status, step.on_error.action) {
            // A run that was halted does not go on, whatever the step says.
            (StepStatus::Failed, Action::Continue) if self.halted => {}
            (StepStatus::Failed, Action::Continue | Action::Warn | Action::Log) => {
                self.warnings
                    .add(format!("step `{}` failed and the run went on: {message}", step.id));
            }
            (StepStatus::Failed, Action::Fail) | (StepStatus::Cancelled, _) => {
                let error = RunError { kind: ended.kind, message, step: Some(step.id.clone()) };
                self.error.get_or_insert(error);
            }
            (StepStatus::Success | StepStatus::Partial | StepStatus::Skipped, _) => {}
        }
        tracing::debug!(step = step.id, status = ?ended.status, "step ended");
        let summary = StepSummary {
            id: step.id.clone(),
            plugin: step.installed.name.clone(),
            version: step.installed.version.to_string(),
            status: ended.status,
            reason: ended.reason,
            attempts: u32::from(ended.called_ms.is_some()),
            duration_ms: ended.called_ms.unwrap_or(0),
        };
        self.observer.event(Event::Ended { step: index, summary: &summary });
        self.summary.push(summary);
    }

    /// Evaluates the outputs and closes the run.
    fn answer(mut self) -> Answer {
        let mut warnings = std::mem::take(&mut self.warnings);
        let values = self.values(&self.env);
        let mut outputs = Vec::new();
        for (name, tree) in &self.plan.outputs {
            let value = tree.json(&values, &mut warnings).unwrap_or_else(|failed| {
                warnings.add(format!("the output `{name}` is null: {failed}"));
                RawValue::NULL.to_owned()
            });
            outputs.push((name.clone(), value));
        }
        let ids = self.plan.steps.iter().map(|step| step.id.clone());
        Answer {
            mode: Mode::Linear,
            stream: None,
            results: ids.zip(self.results).collect(),
            execution_id: self.identity.execution_id,
            pipeline: (self.plan.name.clone(), self.plan.version.clone()),
            summary: self.summary,
            outputs,
            warnings: warnings.as_slice().to_vec(),
            error: self.error,
            interrupted: self.interrupted,
        }
    }
}
