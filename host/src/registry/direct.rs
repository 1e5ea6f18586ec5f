//! A call of a plugin by its name, outside of every pipeline.

use super::Registry;
use super::live::Request;
use crate::catalog::{Installed, NotFound, PluginRef};
use plugin_api::{Error, Json};
use std::sync::Arc;

/// What a plugin answered, and which one it was.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub json: Json,
    /// The plug of the snapshot that was current when the call began.
    pub plug: Arc<Installed>,
}

/// Why a call has no answer.
#[derive(Debug)]
pub enum CallError {
    /// No plug fits the reference.
    NotFound(NotFound),
    /// The plug that fits cannot be used; nothing of it was called.
    Refused(Error),
    /// The plugin was called and gave an error.
    Failed {
        /// What it said, or what the host said about it.
        error: Error,
        /// The plug that was called.
        plug: Arc<Installed>,
    },
}

impl Registry {
    /// Finds a plugin, has it loaded, and calls it with the defaults of its manifest under the
    /// configuration. The call belongs to the snapshot that is current now: swapping it loses no call.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn call(
        &self,
        wanted: &PluginRef,
        mut request: Request,
    ) -> Result<Answered, CallError> {
        let (plug, live) = loop {
            let catalog = self.catalog();
            let plug = catalog.find(wanted).map_err(CallError::NotFound)?;
            match self.open(plug).await {
                Ok(live) => break (Arc::clone(live.plug()), live),
                // Another snapshot came in between, and with it perhaps another file.
                Err(_) if !Arc::ptr_eq(&catalog, &self.catalog()) => {}
                Err(error) => return Err(CallError::Refused(error)),
            }
        };
        request.cfg = plug.manifest.with_defaults(request.cfg.as_raw()).into();
        match live.process(request).await {
            Ok(json) => Ok(Answered { json, plug }),
            Err(error) => Err(CallError::Failed { error, plug }),
        }
    }
}
