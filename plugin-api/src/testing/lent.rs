//! A closure as a plugin: what a test lends to the plugin it tests.

use crate::error::{Error, Result};
use crate::json::Json;
use plugin_abi::{Call, Doc, Instance, PErr};
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;

/// Answers `process` by a closure of ctx and cfg.
pub(super) struct Answers<F>(pub(super) F);

impl<F> Instance for Answers<F>
where
    F: Fn(Value, Value) -> Result<Value> + Send + Sync + 'static,
{
    fn process(self: Arc<Self>, call: Call) -> impl Future<Output = Result<Doc, PErr>> + Send {
        let answer = read(&call.ctx)
            .and_then(|ctx| (self.0)(ctx, read(&call.cfg)?))
            .and_then(|answer| Json::from_value(&answer));
        std::future::ready(answer.map(Doc::from).map_err(PErr::from))
    }
}

fn read(doc: &Doc) -> Result<Value> {
    Json::try_from(doc)?.parse().map_err(|error| Error::input(error.to_string()))
}
