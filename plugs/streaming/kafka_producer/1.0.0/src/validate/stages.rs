//! The five checks over JSON. What they find is what a publish finds: both ask the same functions.

use super::{Judgement, Policy};
use crate::check;
use crate::config::{Config, Content, ProcessConfig};
use crate::content;
use crate::coordinate;
use crate::fault::Fault;
use crate::servers::EMBEDDED;
use crate::settings;
use kafka_client::credentials::{REDACTED, judge as judge_credentials, redacted};
use kafka_client::verdict::Verdict;
use kafka_client::{address, options, topic};
use plugin_api::typed::read_config;
use plugin_api::{Json, compact, raw};
use serde_json::{Value, json};

/// A message is larger than any topic's usual limit when its compact JSON has more bytes.
const MOST_BYTES: usize = 1_048_576;

/// The value, null where it nests deeper than a tree may: no check takes a null.
fn tree(data: &Json) -> Value {
    data.parse().unwrap_or_default()
}

/// Stage 1: a text or a list of addresses, sanitised to a list in which each stands once.
pub fn bootstrap_servers(data: &Json, policy: &Policy) -> Judgement {
    let servers = tree(data);
    if servers == EMBEDDED {
        return Judgement { verdict: Verdict::default(), sanitized: servers };
    }
    let judged = address::judge(&servers, &policy.addresses);
    let mut verdict = judged.verdict;
    verdict.issues.extend(judged.waivers);
    Judgement { verdict, sanitized: json!(judged.servers) }
}

/// Stage 2: one topic or a list of them, sanitised to a list in which each stands once.
pub fn topic_names(data: &Json, _: &Policy) -> Judgement {
    let data = tree(data);
    let names: &[Value] = data.as_array().map_or(std::slice::from_ref(&data), Vec::as_slice);
    let mut verdict = Verdict::default();
    let mut sanitized: Vec<&Value> = Vec::new();
    if names.is_empty() {
        verdict.refuse("bad_topic", "the list of topics is empty");
    }
    for name in names {
        let judged = topic::judge(name);
        verdict.is_valid &= judged.is_valid;
        if judged.is_valid && sanitized.contains(&name) {
            continue;
        }
        verdict.issues.extend(judged.issues);
        sanitized.push(name);
    }
    if !verdict.is_valid {
        sanitized.clear();
    }
    Judgement { verdict, sanitized: json!(sanitized) }
}

/// Stage 3: an object with protocol, mechanism, user and password, sanitised to what may be shown.
pub fn kafka_credentials(data: &Json, _: &Policy) -> Judgement {
    let data = tree(data);
    let verdict = judge_credentials(&data);
    // What is no object may be the secret itself.
    let sanitized = if data.is_object() { redacted(&data) } else { Value::Null };
    Judgement { verdict, sanitized }
}

/// Stage 4: a configuration, sanitised to what may be shown. Its addresses, topic and credentials
/// have stages of their own; its files are not looked at.
pub fn producer_config(data: &Json, _: &Policy) -> Judgement {
    let mut verdict = Verdict::default();
    let config = match read_config::<ProcessConfig>(data) {
        Ok(ProcessConfig(config)) => config,
        Err(error) => {
            let is_unknown = error.message.starts_with("unknown key");
            let kind = if is_unknown { "refused_option" } else { "wrong_type" };
            verdict.refuse(kind, error.message);
            // A secret may stand under a key that is misspelt.
            return Judgement { verdict, sanitized: Value::Null };
        }
    };
    match settings::judge(&config, settings::delivery_timeout(*config.timeout_ms)) {
        Ok(judged) => verdict.issues = judged.decided.issues,
        Err(refused) => {
            verdict.is_valid = false;
            verdict.issues = refused.issues();
        }
    }
    for fault in [check::policy(&config).err(), coordinate::check(&config.redis_backend).err()] {
        fault.into_iter().for_each(|fault| refuse(&mut verdict, fault));
    }
    Judgement { verdict, sanitized: shown(tree(data), &config) }
}

fn refuse(verdict: &mut Verdict, fault: Fault) {
    if fault.security_issues.is_empty() {
        verdict.refuse("refused_option", fault.reason());
    } else {
        verdict.is_valid = false;
        verdict.issues.extend(fault.security_issues);
    }
}

/// A configuration whose every key is known, as it may be shown.
fn shown(config: Value, read: &Config) -> Value {
    let mut shown = redacted(&config);
    if let Some(url) = shown.pointer_mut("/redis_backend/redis_url") {
        *url = json!(REDACTED);
    }
    if let Some(servers) = shown.get_mut("bootstrap_servers") {
        // A user and a password may stand before an address that is refused.
        let judged = address::judge(&read.bootstrap_servers, &address::Policy::default());
        let is_shown = read.bootstrap_servers == EMBEDDED || judged.verdict.is_valid;
        *servers = if is_shown { servers.take() } else { json!(REDACTED) };
    }
    if let Some(Value::Object(raw)) = shown.get_mut("librdkafka") {
        let insecure = read.security.insecure;
        raw.retain(|key, value| {
            let option = std::iter::once((key.clone(), value.clone())).collect();
            options::judge(&option, insecure).verdict.is_valid
        });
    }
    shown
}

/// Stage 5: a message, sanitised to what may be shown; numbers that no 64 bits hold are rounded there.
pub fn message_content(data: &Json, policy: &Policy) -> Judgement {
    let mut verdict = Verdict::default();
    if policy.content != Content::Off {
        verdict.issues = content::kinds(data.get().as_bytes()).issues();
        verdict.is_valid = policy.content != Content::Reject || verdict.issues.is_empty();
    }
    if let Err(invalid) = raw::check(data.get()) {
        verdict.refuse("not_json", invalid.to_string());
    } else if let Some(bytes) = too_many_bytes(data) {
        let text = format!("the message has {bytes} bytes as compact JSON, at most {MOST_BYTES}");
        verdict.refuse("too_large", text);
    }
    let sanitized = if verdict.is_valid { redacted(&tree(data)) } else { Value::Null };
    Judgement { verdict, sanitized }
}

/// The size of the message, when it is too large. Compact JSON is never longer than what was written.
fn too_many_bytes(data: &Json) -> Option<usize> {
    if data.get().len() <= MOST_BYTES {
        return None;
    }
    let mut compacted = Vec::new();
    compact::compact(data.get(), &mut compacted).ok()?;
    Some(compacted.len()).filter(|bytes| *bytes > MOST_BYTES)
}
