//! One call, as the plugin that is called sees it.

use crate::error::Result;
use crate::host::Host;
use crate::plug::Plug;
use plugin_abi::{Call, Doc, Open};
use serde::Deserialize;
use std::time::Instant;

/// What a call is about beside its input: who runs it, how long it may take, what the host lends.
#[derive(Clone)]
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
    /// In a stream: the plugin that the step's records come from.
    pub source_plugin: Option<String>,
    /// Its version.
    pub plugin_version: Option<String>,
}

impl Ctx {
    pub(crate) fn new(host: Host, call: &Call) -> Self {
        let caller = Caller { id: call.call_id, deadline: call.deadline() };
        Self { host, caller, run: call.run.clone() }
    }

    /// What a stage that is being opened may ask for.
    pub(crate) fn of_stage(host: Host, open: &Open) -> Self {
        let caller = Caller { id: open.call_id, deadline: open.deadline() };
        Self { host, caller, run: open.run.clone() }
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
