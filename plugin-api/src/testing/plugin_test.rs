//! One plugin, started for a test.

use super::host::TestHost;
use super::loaded::{self, create, describe, description, root_of};
use super::stages::{SinkTest, SourceTest, Transformed};
use crate::describe::Description;
use crate::error::{Error, Result};
use crate::export::Exported;
use crate::json::Json;
use plugin_abi::plugin::{PluginObject_TO, share};
use plugin_abi::stage::TransformObject_TO;
use plugin_abi::{Batch, Doc, PErr, PluginBox};
use serde::Serialize;
use serde_json::Value;
use std::marker::PhantomData;
use std::time::Duration;

/// A plugin that runs in the test's process, behind its exported root module.
///
/// `P` is the type named in [`export!`](crate::export!). Dropping it drops the instance.
pub struct PluginTest<P> {
    plugin: PluginBox,
    host: TestHost,
    description: Description,
    config: Json,
    deadline: Option<Duration>,
    exported: PhantomData<fn() -> P>,
}

impl<P> PluginTest<P> {
    /// Starts the plugin with a host of its own.
    ///
    /// # Errors
    /// What a host would refuse it for, and the plugin's own error of `create`.
    pub fn start() -> Result<Self>
    where
        P: Exported,
    {
        Self::start_with(TestHost::new())
    }

    /// Starts the plugin with this host, which may lend other plugins to it.
    ///
    /// # Errors
    /// As [`PluginTest::start`].
    pub fn start_with(host: TestHost) -> Result<Self>
    where
        P: Exported,
    {
        let root = root_of::<P>()?;
        let description = description(&describe(root)?)?;
        let plugin = create(root, &host)?;
        let config = Json::from_value(&serde_json::json!({}))?;
        Ok(Self { plugin, host, description, config, deadline: None, exported: PhantomData })
    }

    /// The configuration of all that follows, in place of `{}`.
    ///
    /// # Errors
    /// It is not writable as JSON.
    pub fn config(mut self, config: &impl Serialize) -> Result<Self> {
        self.config = Json::from_value(config)?;
        Ok(self)
    }

    /// How long each call may take. The call is dropped then, as a host drops it, and its error has
    /// the code [`DEADLINE`](crate::ErrorCode::DEADLINE). Without this a call may take 30 s.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// What the plugin says about itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// What the plugin logged, counted and asked for.
    #[must_use]
    pub fn host(&self) -> &TestHost {
        &self.host
    }

    /// One call of `process`.
    ///
    /// # Errors
    /// The plugin's own.
    pub fn process(&self, input: &impl Serialize) -> Result<Value> {
        let answer = self.process_text(Json::from_value(input)?)?;
        answer.parse().map_err(|error| Error::record(format!("not JSON: {error}")))
    }

    /// The same for text: digits and the order of keys stay as they are.
    ///
    /// # Errors
    /// The plugin's own.
    pub fn process_text(&self, input: Json) -> Result<Json> {
        self.process_with(input, self.config.clone())
    }

    /// The same with another configuration for this call.
    ///
    /// # Errors
    /// The plugin's own.
    pub fn process_with(&self, input: Json, config: Json) -> Result<Json> {
        let docs = (Doc::from(input), Doc::from(config));
        let answer = loaded::process(&self.plugin, &self.host, docs, self.deadline);
        Json::try_from(&answer.map_err(Error::from)?)
    }

    /// Opens the transform, sends one batch of these values through it and closes it.
    ///
    /// # Errors
    /// That it does not open, or that the whole batch is refused.
    pub fn transform<V: AsRef<[u8]>>(
        &self,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Transformed> {
        self.transform_batch(super::stages::batch_of(values))
    }

    /// The same for a batch that the test made itself.
    ///
    /// # Errors
    /// As [`PluginTest::transform`].
    pub fn transform_batch(&self, batch: Batch) -> Result<Transformed> {
        let opened = loaded::open_transform(&self.plugin, &self.host, self.config.clone().into());
        let _calling = self.host.calling();
        let applied = TransformObject_TO::apply(&opened.map_err(Error::from)?, batch);
        applied.into_result().map(Transformed::of).map_err(Error::from)
    }

    /// Opens the source.
    ///
    /// # Errors
    /// That it does not open.
    pub fn source(&self) -> Result<SourceTest> {
        let opened = loaded::open_source(&self.plugin, &self.host, self.config.clone().into());
        self.opened(opened).map(|(stage, host)| SourceTest::new(stage, host))
    }

    /// Opens the sink.
    ///
    /// # Errors
    /// That it does not open.
    pub fn sink(&self) -> Result<SinkTest> {
        let opened = loaded::open_sink(&self.plugin, &self.host, self.config.clone().into());
        self.opened(opened).map(|(stage, host)| SinkTest::new(stage, host))
    }

    fn opened<S>(&self, opened: Result<S, PErr>) -> Result<(S, TestHost)> {
        Ok((opened.map_err(Error::from)?, self.host.clone()))
    }

    /// The plugin's last call. Calls are still answered, one way or the other.
    pub fn shutdown(&self, grace: Duration) {
        let _calling = self.host.calling();
        let grace = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        PluginObject_TO::shutdown(&self.plugin, grace);
    }

    pub(super) fn share(&self) -> PluginBox {
        share(&self.plugin)
    }
}
