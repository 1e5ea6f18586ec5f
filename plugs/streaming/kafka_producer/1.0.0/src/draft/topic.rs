//! Topics: override, then route, then configured topic; each name judged once.

use crate::check;
use crate::config::Config;
use crate::fault::Fault;
use crate::input::Input;
use kafka_client::verdict::quoted;
use plugin_api::Json;
use plugin_api::typed::nearest;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// The topics of one call.
pub struct Topics {
    shared: Result<Value, Fault>,
    judged: HashMap<String, Result<Arc<str>, Fault>>,
    issues: Vec<String>,
}

impl Topics {
    /// Finds the shared topic; it is judged when a record needs it.
    pub fn new(input: &Input, config: &Config) -> Self {
        let given = input.topic_override.as_ref().filter(|topic| !topic.is_null());
        let overridden = given.and_then(|topic| topic.parse().ok());
        let signal = input.signal_type.as_ref().and_then(|signal| signal.parse::<String>().ok());
        let routed = signal.as_ref().and_then(|signal| config.signal_routing.get(signal));
        let shared = overridden
            .or_else(|| routed.cloned().map(Value::String))
            .or_else(|| config.topic.clone())
            .ok_or_else(|| no_topic(signal.as_deref(), config));
        Self { shared, judged: HashMap::new(), issues: Vec::new() }
    }

    /// The topic of records that name none.
    ///
    /// # Errors
    /// There is none, or it may not be written to.
    pub fn shared(&mut self) -> Result<Arc<str>, Fault> {
        let topic = self.shared.clone()?;
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

/// Why there is no topic: with a signal type, the route that is missing and the one that was probably
/// meant.
fn no_topic(signal: Option<&str>, config: &Config) -> Fault {
    let Some(signal) = signal else {
        let set = "set `topic`, `topic_override`, or a route in `signal_routing`";
        return Fault::configuration(format!("no topic: {set}"));
    };
    let known = || config.signal_routing.keys().map(String::as_str);
    // To the measure of likeness, `S` and `s` have nothing in common.
    let near = known().find(|known| known.eq_ignore_ascii_case(signal));
    let advice = near.or_else(|| nearest(signal, known())).map_or_else(
        || "add that route, or set `topic` or `topic_override`".to_owned(),
        |near| format!("did you mean {}?", quoted(near)),
    );
    let missing = format!("`signal_routing` has no {}", quoted(signal));
    Fault::configuration(format!("no topic: {missing}; {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_topic_the_refusal_names_what_was_looked_up() {
        let config = r#"{"signal_routing":{"s":"orders","page_view":"views"}}"#;
        let config: Config = serde_json::from_str(config).unwrap();
        let unset = "set `topic`, `topic_override`, or a route in `signal_routing`";
        let unlike = "add that route, or set `topic` or `topic_override`";
        let cases = [
            ("{}", unset.to_owned()),
            (r#"{"signal_type":7}"#, unset.to_owned()),
            (r#"{"signal_type":"S"}"#, "`signal_routing` has no `S`; did you mean `s`?".to_owned()),
            (
                r#"{"signal_type":"pageview"}"#,
                "`signal_routing` has no `pageview`; did you mean `page_view`?".to_owned(),
            ),
            (
                r#"{"signal_type":"\u001bzzz"}"#,
                format!("`signal_routing` has no `\\u{{1b}}zzz`; {unlike}"),
            ),
        ];
        for (input, expected) in cases {
            let input = serde_json::from_str(input).unwrap();
            let refused = Topics::new(&input, &config).shared().unwrap_err();
            assert_eq!(refused, Fault::configuration(format!("no topic: {expected}")));
        }
    }
}
