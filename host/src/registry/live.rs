//! One loaded plugin, and how the host calls it.

use super::calls::{Call as Begun, Calls};
use plugin_abi::plugin::{PluginObject_TO, share};
use plugin_abi::{Call, Doc, Open, PErr, PluginBox, SinkBox, SourceBox, TraceIds, TransformBox};
use plugin_api::{Description, Error, ErrorClass, ErrorCode, Json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// A plugin that is loaded and created.
pub struct Live {
    label: String,
    description: Description,
    pub(super) plugin: PluginBox,
    calls: Arc<Calls>,
}

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
        label: String,
        description: Description,
        plugin: PluginBox,
        calls: Arc<Calls>,
    ) -> Self {
        Self { label, description, plugin, calls }
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
    /// The plugin's own error, that the deadline passed, or that the answer is not JSON.
    pub async fn process(&self, request: Request) -> Result<Json, Error> {
        let begun = self.begin(0)?;
        let deadline = request.deadline;
        let (plugin, call) = (share(&self.plugin), call_of(begun.id(), request));
        let (cancel, cancelled) = oneshot::channel::<()>();
        let runtime = Handle::current();
        let polled = tokio::task::spawn_blocking(move || {
            let answer = PluginObject_TO::process(&plugin, call);
            runtime.block_on(async move {
                tokio::select! {
                    biased;
                    answer = answer => Some(answer),
                    _ = cancelled => None,
                }
            })
        });
        let ended = within(deadline, polled).await;
        drop((cancel, begun));
        let doc = ended?.ok_or_else(|| lost("was cancelled"))?.into_result()?;
        Json::try_from(&doc).map_err(|error| lost(&format!("gave an answer that is {error}")))
    }

    /// Opens a source on the caller's own thread.
    ///
    /// # Errors
    /// The plugin's own error.
    pub async fn open_source(&self, mut open: Open) -> Result<SourceBox, Error> {
        let begun = self.begin(0)?;
        open.call_id = begun.id();
        Ok(PluginObject_TO::open_source(&self.plugin, open).await.into_result()?)
    }

    /// Opens a transform on the caller's own thread.
    ///
    /// # Errors
    /// The plugin's own error.
    pub async fn open_transform(&self, mut open: Open) -> Result<TransformBox, Error> {
        let begun = self.begin(0)?;
        open.call_id = begun.id();
        Ok(PluginObject_TO::open_transform(&self.plugin, open).await.into_result()?)
    }

    /// Opens a sink on the caller's own thread.
    ///
    /// # Errors
    /// The plugin's own error.
    pub async fn open_sink(&self, mut open: Open) -> Result<SinkBox, Error> {
        let begun = self.begin(0)?;
        open.call_id = begun.id();
        Ok(PluginObject_TO::open_sink(&self.plugin, open).await.into_result()?)
    }

    /// Passes on a call that one plugin makes of another, on the caller's own thread.
    pub(super) async fn process_for_plugin(&self, mut call: Call) -> Result<Doc, PErr> {
        let begun = self.begin(call.call_id)?;
        call.call_id = begun.id();
        PluginObject_TO::process(&self.plugin, call).await.into_result()
    }

    /// The plugin's last call; may block for `grace`.
    pub(super) fn shutdown(&self, grace: Duration) {
        let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        PluginObject_TO::shutdown(&self.plugin, grace_ms);
    }

    fn begin(&self, parent: u64) -> Result<Begun, Error> {
        self.calls.begin(parent, &self.label)
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

fn lost(what: &str) -> Error {
    Error::record(format!("the plugin {what}"))
}
