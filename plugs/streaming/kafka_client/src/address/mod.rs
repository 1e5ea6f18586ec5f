//! Bootstrap server addresses: what may be dialled, judged as text before any connection.
//!
//! A name is judged by its spelling; what it resolves to is judged again by [`Policy::judge_ip`].

mod entry;
mod reach;
mod rules;

use std::borrow::Cow;
use std::net::IpAddr;

use serde_json::Value;

pub use reach::{Reach, reach, reached};
pub use rules::{BadRule, Policy, Profile};

use crate::verdict::{Verdict, quoted};
use entry::{Entry, Host};

/// Entries as written, duplicates included.
const MOST: usize = 64;

/// The judgement of `bootstrap_servers`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JudgedServers {
    /// Valid or not, with issues of the kinds `private_address`, `loopback_address` and
    /// `refused_address`.
    pub verdict: Verdict,
    /// The entries to dial, each once, in their order. Empty when the verdict is invalid.
    pub servers: Vec<String>,
    /// Entries that only the allow-list lets pass, each with the rule: to be shown, not to be fixed.
    pub waivers: Vec<String>,
}

/// Judges a text (entries separated by commas) or an array of entries. The worst entry decides.
pub fn judge(servers: &Value, policy: &Policy) -> JudgedServers {
    let mut judged = JudgedServers::default();
    let refusal = match entries(servers) {
        None => Some("`bootstrap_servers` is a text or an array of texts, each `host:port`".into()),
        Some(entries) if entries.is_empty() => Some("`bootstrap_servers` is empty".into()),
        Some(entries) if entries.len() > MOST => {
            Some(format!("{} addresses; at most {MOST} may be given", entries.len()))
        }
        Some(entries) => {
            judge_entries(&entries, policy, &mut judged);
            None
        }
    };
    if let Some(text) = refusal {
        judged.verdict.refuse("refused_address", text);
    }
    if !judged.verdict.is_valid {
        judged.servers.clear();
    }
    judged
}

/// The entries as written; `None` when the value is of the wrong type.
fn entries(servers: &Value) -> Option<Vec<&str>> {
    match servers {
        Value::String(text) => Some(text.split(',').collect()),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn judge_entries(entries: &[&str], policy: &Policy, judged: &mut JudgedServers) {
    let mut seen = Vec::new();
    let last_at = entries.iter().rposition(|text| text.contains('@'));
    for (index, text) in entries.iter().enumerate() {
        let shown = without_user(text, last_at.is_some_and(|last| index < last));
        match text.parse::<Entry>() {
            Err(reason) => {
                judged.verdict.refuse("refused_address", format!("{} {reason}", quoted(&shown)));
            }
            Ok(entry) if seen.contains(&entry) => {}
            Ok(entry) => {
                judge_host(&entry.host, &shown, policy, judged);
                judged.servers.push((*text).to_owned());
                seen.push(entry);
            }
        }
    }
}

/// What may be shown of an entry: nothing up to an `@`, where a user and a password may stand. A
/// comma in the password splits it, so entries before the last `@` are not shown at all.
fn without_user(text: &str, before_at: bool) -> Cow<'_, str> {
    match text.rsplit_once('@') {
        _ if before_at => "…".into(),
        Some((_, host)) => format!("…@{host}").into(),
        None => text.into(),
    }
}

fn judge_host(host: &Host, text: &str, policy: &Policy, judged: &mut JudgedServers) {
    let (reach, allowed, denied) = match host {
        Host::Ip(ip) => (reach(*ip), policy.allows_ip(*ip), policy.denies_ip(*ip)),
        Host::Name(name) => (name_reach(name), policy.allows_name(name), policy.denies_name(name)),
    };
    if let Some(rule) = denied {
        let text = format!("{} is denied by {}", quoted(text), quoted(rule));
        return judged.verdict.refuse("refused_address", text);
    }
    let (kind, what) = match reach {
        Reach::Public => return,
        Reach::Refused(what) => {
            let text = format!("{} is {what}", quoted(text));
            return judged.verdict.refuse("refused_address", text);
        }
        Reach::Loopback => ("loopback_address", "this machine"),
        Reach::Private => ("private_address", "in a private network"),
    };
    let text = format!("{} is {what}", quoted(text));
    match allowed {
        Some(rule) => judged.waivers.push(format!("{kind}: {text}; allowed by {}", quoted(rule))),
        None if policy.profile() == Profile::Strict => {
            let text = format!("{text}; the profile `strict` needs it in `security.allow`");
            judged.verdict.refuse(kind, text);
        }
        None => judged.verdict.warn(kind, text),
    }
}

fn name_reach(name: &str) -> Reach {
    if name == "localhost" || name.ends_with(".localhost") {
        Reach::Loopback
    } else {
        Reach::Public
    }
}

impl Policy {
    /// Judges an address that is about to be dialled, wherever it came from.
    ///
    /// # Errors
    /// Why it may not be dialled.
    pub fn judge_ip(&self, ip: IpAddr) -> Result<(), String> {
        let mut judged = JudgedServers::default();
        judge_host(&Host::Ip(ip), &ip.to_string(), self, &mut judged);
        if judged.verdict.is_valid { Ok(()) } else { Err(judged.verdict.issues.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_issue_shows_a_user_or_a_password() {
        let text = "user:hunter2@kafka:9092";
        let comma = "user:hun,ter2@kafka:9092";
        for servers in [json!(text), json!([text]), json!(comma), json!([comma])] {
            let issues = judge(&servers, &Policy::default()).verdict.issues;
            let shown = issues.join(" ");
            assert!(shown.contains("`…@kafka:9092`"), "{shown}");
            assert!(!["user", "hun", "ter2"].iter().any(|part| shown.contains(part)), "{shown}");
        }
    }
}
