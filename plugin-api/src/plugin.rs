//! The one role that every plugin has: documents in, documents out.

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::typed::Document;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::time::Duration;

/// Life of a plugin: created once for each loaded version, `process` many times, `shutdown` once.
/// The library stays mapped until the host ends.
pub trait Plugin: Send + Sync + Sized + 'static {
    /// The configuration of one call. Its doc comments are the reference manual, its `Default` the
    /// defaults. A key that it does not know is refused before `process` is called.
    type Config: Document;
    /// What `process` takes. In a pipeline unknown keys belong to the pipeline: do not deny them.
    type Input: Document;
    /// What `process` gives.
    type Output: Serialize + JsonSchema + Send;

    /// Keys of the output that tell whether the call succeeded: a step whose key says `error`,
    /// `failed` or `unknown` has failed.
    const STATUS_KEYS: &'static [&'static str] = &[];

    /// What a serializer can write; empty for everything else.
    const FORMATS: &'static [&'static str] = &[];

    /// The first call, before anything else, on the thread of whoever needs the plugin first.
    /// Keep it short and open no connection: the first `process` may do that.
    ///
    /// # Errors
    /// The plugin stays unusable, and every caller gets this error.
    fn create(host: Host) -> Result<Self>;

    /// Many calls at once, each polled on a thread of its own, so it may block for a while. The
    /// caller drops the future to cancel it: hold nothing across an `await` that must not be lost.
    /// Nobody retries here; a pipeline step retries by its own rules.
    ///
    /// No async runtime is entered: timers and sockets of one bring that runtime along.
    ///
    /// # Errors
    /// The step fails with it.
    fn process(
        &self,
        ctx: &Ctx,
        input: Self::Input,
        config: &Self::Config,
    ) -> impl Future<Output = Result<Self::Output>> + Send;

    /// Comes in place of `process` when the input or the configuration did not fit. A plugin with
    /// an answer shape of its own for faults gives it here.
    ///
    /// # Errors
    /// By default the fault itself.
    fn refuse(&self, _ctx: &Ctx, fault: Error) -> Result<Self::Output> {
        Err(fault)
    }

    /// The last call. Flush and stop within `grace`. Calls of `process` may still be running.
    fn shutdown(&self, _grace: Duration) {}
}

/// For a plugin without configuration: takes `{}` and refuses every key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(crate = "crate::schemars")]
#[serde(deny_unknown_fields)]
pub struct NoConfig {}
