//! One loaded plugin, and how the host calls it.

use super::calls::{Call as Begun, Calls};
use super::figures::Figures;
use super::overdue::Threads;
use super::panics::Panics;
use super::{Registry, answer, label};
use crate::catalog::Installed;
use plugin_abi::plugin::{PluginObject_TO, share};
use plugin_abi::{
    Call, Doc, Open, PErr, Pending, PluginBox, SinkBox, SourceBox, TraceIds, TransformBox,
};
use plugin_api::{Description, Error, ErrorClass, ErrorCode, Json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// A plugin that is loaded and created.
pub struct Live {
    plug: Arc<Installed>,
    label: String,
    /// The label with the category: what no other plugin has.
    id: String,
    description: Description,
    pub(super) plugin: PluginBox,
    calls: Arc<Calls>,
    threads: Arc<Threads>,
    panics: Panics,
    figures: Figures,
    /// Shared with everybody who holds a stage of it.
    stages: Arc<()>,
    retired: AtomicBool,
    /// Whether its last call was made.
    ended: Mutex<bool>,
    registry: Registry,
}

/// Says that a stage of a plugin is in use: the plugin is not shut down before this is dropped.
#[derive(Clone)]
pub struct InUse(#[expect(dead_code, reason = "held, never read")] Arc<()>);

/// One `process` call.
#[derive(Clone, Debug)]
pub struct Request {
    /// What the call is about.
    pub ctx: Json,
    /// How the plugin is set up for this call.
    pub cfg: Json,
    /// Small ids of the run: an object of texts.
    pub run: Json,
    /// When the answer is no longer wanted.
    pub deadline: Option<Instant>,
    /// The trace of the run: a UUID, or any text that joins logs.
    pub trace_id: String,
}

impl Live {
    pub(super) fn new(
        registry: Registry,
        plug: Arc<Installed>,
        description: Description,
        plugin: PluginBox,
    ) -> Self {
        let label = label(&plug);
        let id = format!("{}/{label}", plug.category);
        let figures = Figures::new(registry.metrics(), &plug);
        let calls = Arc::clone(registry.calls());
        let (threads, panics, stages) = (Arc::default(), Panics::default(), Arc::default());
        let retired = AtomicBool::new(false);
        Self {
            plug,
            label,
            id,
            description,
            plugin,
            calls,
            threads,
            panics,
            figures,
            stages,
            retired,
            ended: Mutex::default(),
            registry,
        }
    }

    /// The plug it was loaded from.
    #[must_use]
    pub fn plug(&self) -> &Arc<Installed> {
        &self.plug
    }

    /// What the plugin says about itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Keys of a result that say whether the call succeeded.
    #[must_use]
    pub fn status_keys(&self) -> &[String] {
        &self.description.status_keys
    }

    /// Calls the plugin on a thread of its own, so that one that hangs costs that thread and
    /// nothing else. Dropping the future cancels the call.
    ///
    /// # Errors
    /// The plugin's own error, that the deadline passed, that the answer is not usable, or that the
    /// plugin holds too many threads already.
    pub async fn process(&self, request: Request) -> Result<Json, Error> {
        let started = Instant::now();
        let answer = self.call_apart(request).await;
        let answer = answer.and_then(|doc| answer::json_of(&doc));
        self.note(&answer, started);
        answer
    }

    async fn call_apart(&self, request: Request) -> Result<Doc, Error> {
        let begun = self.begin(0)?;
        let deadline = request.deadline;
        let (waiting, lent) = self.threads.lend(begun.id()).ok_or_else(|| self.wedged_shut())?;
        let (plugin, call) = (share(&self.plugin), call_of(begun.id(), request));
        let (cancel, cancelled) = oneshot::channel::<()>();
        let runtime = Handle::current();
        let polled = tokio::task::spawn_blocking(move || {
            let answer = PluginObject_TO::process(&plugin, call);
            let answer = runtime.block_on(async move {
                tokio::select! {
                    biased;
                    answer = answer => Some(answer),
                    _ = cancelled => None,
                }
            });
            drop(lent);
            answer
        });
        let ended = within(deadline, polled).await;
        drop((waiting, cancel, begun));
        Ok(ended?.ok_or_else(|| lost("was cancelled"))?.into_result()?)
    }

    fn wedged_shut(&self) -> Error {
        let message = format!(
            "`{}` is wedged: it has not given back the threads of {} calls whose time ran out",
            self.label,
            self.threads.overdue_calls()
        );
        Error::new(ErrorClass::Retriable, ErrorCode::DEADLINE, message)
    }

    /// How many calls hold a thread long after nobody waits for them.
    #[must_use]
    pub fn wedged(&self) -> usize {
        self.threads.wedged()
    }

    /// Counts a call that has ended; a panic too many takes the plugin out of use.
    fn note<T>(&self, outcome: &Result<T, Error>, started: Instant) {
        self.figures.count(outcome, started.elapsed());
        let panicked = outcome.as_ref().is_err_and(|error| error.code == ErrorCode::PANICKED);
        if panicked && let Some(reason) = self.panics.note(Instant::now()) {
            self.registry.quarantine(&self.plug, &reason);
        }
    }

    /// Holds the plugin for a stage.
    #[must_use]
    pub fn in_use(&self) -> InUse {
        InUse(Arc::clone(&self.stages))
    }

    pub(super) fn has_stages(&self) -> bool {
        Arc::strong_count(&self.stages) > 1
    }

    /// Whether it was retired before.
    pub(super) fn mark_retired(&self) -> bool {
        self.retired.swap(true, Ordering::AcqRel)
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    pub(super) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Opens a source on the caller's own thread.
    ///
    /// # Errors
    /// The plugin's own error.
    pub async fn open_source(&self, open: Open) -> Result<SourceBox, Error> {
        self.open(0, open, |open| PluginObject_TO::open_source(&self.plugin, open)).await
    }

    /// Opens a transform on the caller's own thread.
    ///
    /// # Errors
    /// The plugin's own error.
    pub async fn open_transform(&self, open: Open) -> Result<TransformBox, Error> {
        self.open(0, open, |open| PluginObject_TO::open_transform(&self.plugin, open)).await
    }

    /// The same for another plugin that has borrowed this one.
    pub(super) async fn open_transform_for_plugin(
        &self,
        open: Open,
    ) -> Result<TransformBox, Error> {
        let ask = |open| PluginObject_TO::open_transform(&self.plugin, open);
        self.open(open.call_id, open, ask).await.map_err(of_another)
    }

    /// Opens a sink on the caller's own thread.
    ///
    /// # Errors
    /// The plugin's own error.
    pub async fn open_sink(&self, open: Open) -> Result<SinkBox, Error> {
        self.open(0, open, |open| PluginObject_TO::open_sink(&self.plugin, open)).await
    }

    async fn open<T>(
        &self,
        parent: u64,
        mut open: Open,
        ask: impl FnOnce(Open) -> Pending<T>,
    ) -> Result<T, Error> {
        let begun = self.begin(parent)?;
        open.call_id = begun.id();
        let started = Instant::now();
        let opened = ask(open).await.into_result().map_err(Error::from);
        self.note(&opened, started);
        opened
    }

    /// Passes on a call that one plugin makes of another, on the caller's own thread.
    pub(super) async fn process_for_plugin(&self, mut call: Call) -> Result<Doc, PErr> {
        let begun = self.begin(call.call_id)?;
        call.call_id = begun.id();
        let started = Instant::now();
        let answer = PluginObject_TO::process(&self.plugin, call).await;
        let answer = answer.into_result().map_err(Error::from);
        self.note(&answer, started);
        Ok(answer.map_err(of_another)?)
    }

    /// The plugin's last call, made once; may block for `grace`. Who comes second waits for the first.
    pub(super) fn shutdown(&self, grace: Duration) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *ended, true) {
            return;
        }
        let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        PluginObject_TO::shutdown(&self.plugin, grace_ms);
    }

    fn begin(&self, parent: u64) -> Result<Begun, Error> {
        self.calls.begin(parent, &self.id)
    }
}

fn call_of(call_id: u64, request: Request) -> Call {
    let call = Call::new(call_id, request.ctx.into(), request.cfg.into(), request.run.into());
    let mut call = call.until(request.deadline);
    call.trace = trace_of(&request.trace_id);
    call
}

fn trace_of(id: &str) -> TraceIds {
    let halves = uuid::Uuid::parse_str(id).map(|id| id.as_u64_pair());
    halves.map_or_else(
        |_| TraceIds::default(),
        |(high, low)| TraceIds { trace: [high, low], span: 0 },
    )
}

/// What a polling thread ends with: an answer, or nothing when the call was cancelled.
type Polled<T> = tokio::task::JoinHandle<Option<T>>;

async fn within<T>(deadline: Option<Instant>, polled: Polled<T>) -> Result<Option<T>, Error> {
    let joined = match deadline {
        None => polled.await,
        Some(at) => tokio::time::timeout_at(at.into(), polled).await.map_err(|_| {
            let message = "the time for the call ran out before the plugin answered";
            Error::new(ErrorClass::Retriable, ErrorCode::DEADLINE, message)
        })?,
    };
    joined.map_err(|_| lost("lost the thread that called it"))
}

/// An error of a borrowed plugin, as its borrower gets it: a panic there is no panic here.
fn of_another(mut error: Error) -> Error {
    if error.code == ErrorCode::PANICKED {
        error.code = ErrorCode::OTHER;
    }
    error
}

fn lost(what: &str) -> Error {
    Error::record(format!("the plugin {what}"))
}
