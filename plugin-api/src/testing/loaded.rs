//! A root module taken through the steps that a host takes it through.

use super::host::TestHost;
use super::wait::{PATIENCE, wait};
use crate::describe::Description;
use crate::error::Error;
use crate::export::Exported;
use crate::json::Json;
use plugin_abi::open::linked_module;
use plugin_abi::plugin::PluginObject_TO;
use plugin_abi::root::RootRef;
use plugin_abi::{
    Call, Doc, ErrorClass, ErrorCode, Open, PErr, Pending, PluginBox, SinkBox, SourceBox,
    TransformBox,
};
use std::time::{Duration, Instant};

/// The root module of a plugin of this crate.
pub(super) fn root_of<P: Exported>() -> Result<RootRef, Error> {
    linked_module(P::header()).map_err(|error| Error::config(error.to_string()))
}

/// What the plugin says about itself, as it says it.
pub(super) fn describe(root: RootRef) -> Result<Json, Error> {
    Json::try_from(&(root.describe())().into_result().map_err(Error::from)?)
}

/// The description that `json` spells.
pub(super) fn description(json: &Json) -> Result<Description, Error> {
    json.parse().map_err(|error| Error::record(format!("its description is not readable: {error}")))
}

/// Makes the instance.
pub(super) fn create(root: RootRef, host: &TestHost) -> Result<PluginBox, Error> {
    let _calling = host.calling();
    let created = (root.create())(host.services(), Doc::from("{}".to_owned()));
    created.into_result().map_err(Error::from)
}

/// One call, with a deadline that is kept as a host keeps it: the call is dropped.
pub(super) fn process(
    plugin: &PluginBox,
    host: &TestHost,
    (ctx, cfg): (Doc, Doc),
    limit: Option<Duration>,
) -> Result<Doc, PErr> {
    let call = Call::new(1, ctx, cfg, empty()).until(limit.map(|limit| Instant::now() + limit));
    answer(host, limit, || PluginObject_TO::process(plugin, call))
}

/// Opens a source in the only lane there is.
pub(super) fn open_source(
    plugin: &PluginBox,
    host: &TestHost,
    cfg: Doc,
) -> Result<SourceBox, PErr> {
    answer(host, None, || PluginObject_TO::open_source(plugin, Open::single(1, cfg, empty())))
}

/// Opens a transform in the only lane there is.
pub(super) fn open_transform(
    plugin: &PluginBox,
    host: &TestHost,
    cfg: Doc,
) -> Result<TransformBox, PErr> {
    answer(host, None, || PluginObject_TO::open_transform(plugin, Open::single(1, cfg, empty())))
}

/// Opens a sink in the only lane there is.
pub(super) fn open_sink(plugin: &PluginBox, host: &TestHost, cfg: Doc) -> Result<SinkBox, PErr> {
    answer(host, None, || PluginObject_TO::open_sink(plugin, Open::single(1, cfg, empty())))
}

/// Waits for an answer, at most for [`PATIENCE`]; what is logged meanwhile belongs to `host`.
pub(super) fn answer<T>(
    host: &TestHost,
    limit: Option<Duration>,
    begin: impl FnOnce() -> Pending<T>,
) -> Result<T, PErr> {
    let _calling = host.calling();
    let limit = limit.unwrap_or(PATIENCE).min(PATIENCE);
    let answer = wait(begin(), limit).map(plugin_abi::Answer::into_result);
    answer.unwrap_or_else(|| {
        let message = format!("no answer within {limit:?}");
        Err(PErr::new(ErrorClass::RETRIABLE, ErrorCode::DEADLINE, message))
    })
}

fn empty() -> Doc {
    Doc::from("{}".to_owned())
}
