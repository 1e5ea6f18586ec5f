//! The checks of this plugin as an operation of its own: `operation: validate`.
//!
//! # Layout
//! [`Stage`] is one check, `STAGES` the table of all. A new one is a function in `stages` and a line in
//! that table:
//!
//! ```text
//! Stage { context: "partition_keys", sanitized: Some("sanitized_keys"), judge: stages::partition_keys },
//! ```
//!
//! The call by its name, the list in the error for an unknown one and the keys of the answer follow.

mod stages;
#[cfg(test)]
mod tests;

use crate::answer::Answer;
use crate::check;
use crate::config::{Config, Content};
use crate::fault::Fault;
use crate::input::Input;
use kafka_client::{Verdict, address};
use plugin_api::Json;
use plugin_api::typed::nearest;
use serde_json::{Map, Value, json};

/// One check. It connects to nothing and reads no file.
struct Stage {
    /// What a caller names it by.
    context: &'static str,
    /// A second name of the sanitised data.
    sanitized: Option<&'static str>,
    judge: fn(&Json, &Policy) -> Judgement,
}

/// Every check, in the order in which a publish runs them.
const STAGES: [Stage; 5] = [
    Stage {
        context: "bootstrap_servers",
        sanitized: Some("sanitized_servers"),
        judge: stages::bootstrap_servers,
    },
    Stage {
        context: "topic_names",
        sanitized: Some("sanitized_topics"),
        judge: stages::topic_names,
    },
    Stage {
        context: "kafka_credentials",
        sanitized: Some("sanitized_credentials"),
        judge: stages::kafka_credentials,
    },
    Stage {
        context: "producer_config",
        sanitized: Some("sanitized_config"),
        judge: stages::producer_config,
    },
    Stage { context: "message_content", sanitized: None, judge: stages::message_content },
];

/// What the checks go by: the `security` of a configuration.
struct Policy {
    addresses: address::Policy,
    content: Content,
}

/// What a check says.
#[derive(Debug, PartialEq)]
struct Judgement {
    verdict: Verdict,
    /// The data as it may be used and shown, without secrets; null where nothing of it may.
    sanitized: Value,
}

/// Judges `data` by the check of that name: the judgement as `is_valid`, `security_issues`,
/// `sanitized_data` and the check's own name of the latter.
fn sanitize(context: &str, data: &Json, policy: &Policy) -> Result<Map<String, Value>, Fault> {
    let stage = STAGES.iter().find(|stage| stage.context == context);
    let stage = stage.ok_or_else(|| unknown_context(context))?;
    let Judgement { verdict, sanitized } = (stage.judge)(data, policy);
    let mut judged = Map::from_iter([
        ("is_valid".to_owned(), json!(verdict.is_valid)),
        ("security_issues".to_owned(), json!(verdict.issues)),
        ("sanitized_data".to_owned(), sanitized.clone()),
    ]);
    judged.extend(stage.sanitized.map(|name| (name.to_owned(), sanitized)));
    Ok(judged)
}

fn unknown_context(context: &str) -> Fault {
    let known = || STAGES.iter().map(|stage| stage.context);
    let near = nearest(context, known());
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let known = known().collect::<Vec<_>>().join(", ");
    Fault::producer(format!("`context`: {context:?} is not known{near} (there are {known})"))
}

/// Judges the `data` of the call by its `context`. Data that is not valid is a success of the call.
///
/// # Errors
/// A context that is none, no data, or a rule of `security` that is none.
pub fn answer(input: &Input, config: &Config) -> Result<Answer, Fault> {
    let missing = |key: &str| Fault::producer(format!("`validate` needs `{key}`"));
    let context = input.context.as_deref().ok_or_else(|| missing("context"))?;
    let data = input.data.as_ref().ok_or_else(|| missing("data"))?;
    let policy = Policy { addresses: check::policy(config)?, content: config.security.content };
    sanitize(context, data, &policy).map(Answer::judged)
}
