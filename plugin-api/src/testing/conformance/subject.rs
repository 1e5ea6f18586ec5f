//! The plugin under test: opened, created, with samples of what it takes.

use crate::describe::Description;
use crate::error::{Error, Result};
use crate::export::Exported;
use crate::testing::golden::{Case, Expected};
use crate::testing::host::TestHost;
use crate::testing::loaded::{self, create, describe, description, root_of};
use plugin_abi::export::{Entry, header};
use plugin_abi::open::linked_module;
use plugin_abi::plugin::share;
use plugin_abi::root::RootRef;
use plugin_abi::{Answer, Doc, ErrorClass, ErrorCode, PErr, Pending, PluginBox};
use schemars::Schema;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A plugin to be checked. The checks share its one instance.
pub struct Subject {
    pub(super) host: TestHost,
    pub(super) described: Result<Description>,
    plugin: Mutex<Option<PluginBox>>,
    panics: Mutex<Vec<String>>,
    input: Option<Value>,
    config: Option<Value>,
}

impl Subject {
    /// A plugin whose library was opened by a loader that checked its layout.
    ///
    /// # Errors
    /// The plugin's own error of `create`.
    pub fn open(root: RootRef) -> Result<Self> {
        Self::open_with(root, TestHost::new())
    }

    /// The same with a host that lends other plugins.
    ///
    /// # Errors
    /// As [`Subject::open`].
    pub fn open_with(root: RootRef, host: TestHost) -> Result<Self> {
        let described = describe(root).and_then(|json| description(&json));
        let plugin = Mutex::new(Some(create(root, &host)?));
        let (panics, input, config) = (Mutex::default(), None, None);
        Ok(Self { host, described, plugin, panics, input, config })
    }

    /// A plugin of the test's own crate.
    ///
    /// # Errors
    /// As [`Subject::open`], and that its layout is not the host's.
    pub fn of<P: Exported>() -> Result<Self> {
        Self::open(root_of::<P>()?)
    }

    /// A plugin that was written against the binary surface itself. Its header stays in memory.
    ///
    /// # Errors
    /// As [`Subject::of`].
    pub fn of_entry<E: Entry>() -> Result<Self> {
        let root = linked_module(Box::leak(Box::new(header::<E>())));
        Self::open(root.map_err(|error| Error::config(error.to_string()))?)
    }

    /// What `process` is called with, in place of the first example in its schema, or of `{}`.
    #[must_use]
    pub fn with_input(mut self, input: Value) -> Self {
        self.input = Some(input);
        self
    }

    /// How it is set up in every role, in place of the first example in each schema, or of `{}`.
    #[must_use]
    pub fn with_config(mut self, config: Value) -> Self {
        self.config = Some(config);
        self
    }

    /// Input and configuration of the first golden case that expects a document.
    ///
    /// # Errors
    /// A folder below `cases` that is no case.
    pub fn with_cases(mut self, cases: &Path) -> Result<Self, String> {
        let cases = Case::read_all(cases)?;
        let answered = |case: &&Case| matches!(case.expected, Expected::Document(_));
        if let Some(case) = cases.iter().find(answered) {
            let read = |text: &str| {
                let place = case.folder.display();
                serde_json::from_str(text).map_err(|error| format!("{place}: {error}"))
            };
            (self.input, self.config) = (Some(read(&case.input)?), Some(read(&case.config)?));
        }
        Ok(self)
    }

    pub(super) fn has_role(&self, role: &str) -> bool {
        self.described.as_ref().is_ok_and(|known| known.roles.iter().any(|own| own == role))
    }

    pub(super) fn config_schema(&self, role: &str) -> Option<&Value> {
        self.described.as_ref().ok()?.config.get(role).map(Schema::as_value)
    }

    pub(super) fn input_schema(&self) -> &Value {
        self.described.as_ref().map_or(&Value::Null, |known| known.input.as_value())
    }

    pub(super) fn sample_input(&self) -> Value {
        let example = examples(self.input_schema()).next();
        self.input.as_ref().or(example).cloned().unwrap_or_else(|| json!({}))
    }

    pub(super) fn sample_config(&self, role: &str) -> Value {
        let example = self.config_schema(role).and_then(|schema| examples(schema).next());
        self.config.as_ref().or(example).cloned().unwrap_or_else(|| json!({}))
    }

    /// The plugin, unless a check has ended it. Drop it before the next check.
    pub(super) fn plugin(&self) -> Option<PluginBox> {
        self.held().as_ref().map(share)
    }

    /// The plugin for the last time.
    pub(super) fn take_plugin(&self) -> Option<PluginBox> {
        self.held().take()
    }

    fn held(&self) -> MutexGuard<'_, Option<PluginBox>> {
        self.plugin.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call of `process` with these texts. What panics is remembered.
    pub(super) fn call(&self, ctx: &str, cfg: &str) -> Called {
        self.call_within(ctx, cfg, None)
    }

    pub(super) fn call_within(&self, ctx: &str, cfg: &str, limit: Option<Duration>) -> Called {
        let Some(plugin) = self.plugin() else { return Called(Err(ended())) };
        let docs = (Doc::from(ctx.to_owned()), Doc::from(cfg.to_owned()));
        let answer = loaded::process(&plugin, &self.host, docs, limit);
        Called(self.noted("process", answer.map(|doc| text(&doc))))
    }

    /// The sample call.
    pub(super) fn sample(&self) -> Called {
        self.call(&self.sample_input().to_string(), &self.sample_config("process").to_string())
    }

    /// Something that takes time, of this plugin.
    pub(super) fn ask<T>(&self, what: &str, begin: impl FnOnce() -> Pending<T>) -> Result<T, PErr> {
        self.noted(what, loaded::answer(&self.host, None, begin))
    }

    /// Something that answers at once, of this plugin.
    pub(super) fn now<T>(&self, what: &str, ask: impl FnOnce() -> Answer<T>) -> Result<T, PErr> {
        let _calling = self.host.calling();
        self.noted(what, ask().into_result())
    }

    /// Opens a stage in `role` with a configuration.
    pub(super) fn opened<S>(
        &self,
        open: fn(&PluginBox, &TestHost, Doc) -> Result<S, PErr>,
        config: &Value,
    ) -> Result<S, PErr> {
        let plugin = self.plugin().ok_or_else(ended)?;
        self.noted("opening a stage", open(&plugin, &self.host, Doc::from(config.to_string())))
    }

    fn noted<T>(&self, what: &str, answer: Result<T, PErr>) -> Result<T, PErr> {
        if let Err(error) = &answer
            && error.code == ErrorCode::PANICKED
        {
            let mut panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner);
            panics.push(format!("{what}: {}", error.message()));
        }
        answer
    }

    /// Every panic that was an answer so far.
    pub(super) fn panics(&self) -> Vec<String> {
        self.panics.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What `process` answered.
#[derive(Debug)]
pub(super) struct Called(pub(super) Result<String, PErr>);

impl Called {
    /// As one line, to be compared: equal answers have equal lines.
    pub(super) fn line(&self) -> String {
        match &self.0 {
            Ok(document) => document.clone(),
            Err(error) => format!("error {}: {}", error.code.0, error.message()),
        }
    }

    /// The line without its numbers: times and counters differ from call to call.
    pub(super) fn words(&self) -> String {
        let line = self.line();
        line.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect()
    }

    pub(super) fn is_missing(&self) -> bool {
        self.0.as_ref().is_err_and(|error| error.code == ErrorCode::DEADLINE)
    }

    /// Whether the plugin refused, by an error or by an answer whose status says so.
    pub(super) fn is_refusal(&self, subject: &Subject) -> bool {
        let Ok(document) = &self.0 else { return true };
        let document: Value = serde_json::from_str(document).unwrap_or_default();
        let keys = subject.described.as_ref().map_or(&[][..], |known| &known.status_keys);
        let says = |key: &String| document[key].as_str();
        keys.iter().filter_map(says).any(|said| matches!(said, "error" | "failed" | "unknown"))
    }
}

/// The examples of a schema.
pub(super) fn examples(schema: &Value) -> impl Iterator<Item = &Value> {
    schema["examples"].as_array().into_iter().flatten()
}

fn text(doc: &Doc) -> String {
    String::from_utf8_lossy(doc.as_bytes()).into_owned()
}

fn ended() -> PErr {
    let message = "an earlier check has ended the plugin";
    PErr::new(ErrorClass::RECORD_FATAL, ErrorCode::NOT_LOADED, message)
}
