//! One call, as the plugin that is called sees it.

use crate::error::Result;
use crate::host::Host;
use crate::plug::Plug;
use plugin_abi::{Call, Doc};
use serde::Deserialize;
use std::time::{Duration, Instant};

/// What a call is about beside its input: who runs it, how long it may take, what the host lends.
pub struct Ctx {
    host: Host,
    caller: Caller,
    run: Doc,
}

/// Who calls and until when: handed on when a plugin calls another.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) id: u64,
    pub(crate) deadline: Option<Instant>,
}

impl Caller {
    /// Nanoseconds left, 0 = no deadline. A deadline that has passed leaves one.
    pub(crate) fn remaining_ns(&self) -> u64 {
        let left = |at: Instant| at.saturating_duration_since(Instant::now()).as_nanos().max(1);
        self.deadline.map_or(0, |at| u64::try_from(left(at)).unwrap_or(u64::MAX))
    }
}

/// Ids of the run that a call belongs to; all absent when it belongs to none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RunIds {
    /// The run.
    pub execution_id: Option<String>,
    /// The trace that joins logs across plugins and hosts.
    pub trace_id: Option<String>,
    /// The pipeline's name.
    pub pipeline: Option<String>,
    /// The step's id.
    pub step: Option<String>,
}

impl Ctx {
    pub(crate) fn new(host: Host, call: &Call) -> Self {
        let budget = (call.deadline_ns > 0).then(|| Duration::from_nanos(call.deadline_ns));
        let deadline = budget.and_then(|left| Instant::now().checked_add(left));
        let caller = Caller { id: call.call_id, deadline };
        Self { host, caller, run: call.run.clone() }
    }

    /// The host's services.
    #[must_use]
    pub fn host(&self) -> Host {
        self.host
    }

    /// Another plugin by name, or `name@requirement`. Ask at each call: one that was dropped in
    /// later is found.
    ///
    /// # Errors
    /// Why an installed plugin cannot be used. `None` says that there is no such plug.
    pub async fn pp(&self, name: &str) -> Result<Option<Plug>> {
        self.host.pp(self.caller.id, name).await
    }

    /// The time by which the caller wants its answer.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.caller.deadline
    }

    pub(crate) fn caller(&self) -> Caller {
        self.caller
    }

    /// The ids of the run as they came, to be handed on.
    pub(crate) fn run_doc(&self) -> Doc {
        self.run.clone()
    }

    /// The ids of the run.
    #[must_use]
    pub fn run(&self) -> RunIds {
        serde_json::from_slice(self.run.as_bytes()).unwrap_or_default()
    }
}
