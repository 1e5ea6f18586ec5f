//! Topics: override, then route, then configured topic; each name judged once.

use crate::check;
use crate::config::Config;
use crate::fault::Fault;
use crate::input::Input;
use plugin_api::Json;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// The topics of one call.
pub struct Topics {
    shared: Option<Value>,
    judged: HashMap<String, Result<Arc<str>, Fault>>,
    issues: Vec<String>,
}

impl Topics {
    /// Finds the shared topic; it is judged when a record needs it.
    pub fn new(input: &Input, config: &Config) -> Self {
        let given = input.topic_override.as_ref().filter(|topic| !topic.is_null());
        let overridden = given.and_then(|topic| topic.parse().ok());
        let signal = input.signal_type.as_ref().and_then(|signal| signal.parse::<String>().ok());
        let routed = signal.and_then(|signal| config.signal_routing.get(&signal));
        let shared = overridden
            .or_else(|| routed.cloned().map(Value::String))
            .or_else(|| config.topic.clone());
        Self { shared, judged: HashMap::new(), issues: Vec::new() }
    }

    /// The topic of records that name none.
    ///
    /// # Errors
    /// There is none, or it may not be written to.
    pub fn shared(&mut self) -> Result<Arc<str>, Fault> {
        let none = "no topic: set `topic`, `topic_override`, or a route in `signal_routing`";
        let topic = self.shared.clone().ok_or_else(|| Fault::configuration(none))?;
        self.judge(&topic)
    }

    /// A topic that a record names.
    ///
    /// # Errors
    /// It may not be written to.
    pub fn named(&mut self, topic: &Json) -> Result<Arc<str>, Fault> {
        let topic = topic.parse().unwrap_or(Value::Null);
        self.judge(&topic)
    }

    /// Warnings about the topics, each once.
    pub fn into_issues(self) -> Vec<String> {
        self.issues
    }

    fn judge(&mut self, topic: &Value) -> Result<Arc<str>, Fault> {
        let spelled = topic.to_string();
        if let Some(judged) = self.judged.get(&spelled) {
            return judged.clone();
        }
        let judged = check::topic_name(topic).map(|(name, issues)| {
            self.issues.extend(issues);
            Arc::from(name)
        });
        self.judged.insert(spelled, judged.clone());
        judged
    }
}
