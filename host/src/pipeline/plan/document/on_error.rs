//! What a failed step does to a document pipeline.

use crate::diagnostics::Diagnostic;
use crate::pipeline::expr::{Compiler, Scope};
use crate::pipeline::spec::{OnErrorSpec, RETRY_KEYS, RetriesSpec};

use super::{Action, OnError};

const ACTIONS: [&str; 5] = ["fail", "warn", "log", "continue", "retry"];
/// Keys beside the action that are not about attempts.
const BESIDE: [&str; 3] = ["action", "fallback", "message"];
/// Attempts of `on_error: retry` where nothing is said.
const ATTEMPTS: u32 = 3;

/// The action with its value and message. Mistakes go to the compiler.
pub fn resolve(
    written: Option<&OnErrorSpec>,
    scope: &Scope<'_>,
    compiler: &mut Compiler<'_>,
) -> OnError {
    let Some(written) = written else { return OnError::default() };
    check(written, &mut compiler.problems);
    let fallback = written.fallback.as_ref();
    OnError {
        action: action(written),
        message: written.message.as_ref().and_then(|node| compiler.tree(node, scope)),
        fallback: fallback.and_then(|node| compiler.tree(node, scope)),
    }
}

/// How often a step is called: what `on_error` says before `retries`, before the policy of the file.
pub fn retries(
    written: Option<&OnErrorSpec>,
    own: RetriesSpec,
    policy: RetriesSpec,
) -> RetriesSpec {
    let said = written.map_or_else(RetriesSpec::default, |written| written.retries);
    let retried = written.is_some_and(|written| written.action.as_deref() == Some("retry"));
    let attempts = retried.then_some(ATTEMPTS);
    said.or(own).or(policy).or(RetriesSpec { attempts, ..RetriesSpec::default() })
}

/// A step with a value to fall back on does not end the run.
fn action(written: &OnErrorSpec) -> Action {
    match written.action.as_deref() {
        Some("continue") => Action::Continue,
        Some("warn") => Action::Warn,
        Some("log") => Action::Log,
        Some("fail") => Action::Fail,
        _ if written.fallback.is_some() => Action::Continue,
        _ => Action::Fail,
    }
}

fn check(written: &OnErrorSpec, found: &mut Vec<Diagnostic>) {
    let mut bad_value = |message: &str| {
        let problem = Diagnostic::error("bad_value", written.span, message);
        found.push(problem.hint(format!("one of {}", ACTIONS.join(", "))));
    };
    match written.action.as_deref() {
        Some("fail") if written.fallback.is_some() => {
            bad_value("`action: fail` ends the run, so there is no use for its `fallback`");
        }
        Some(word) if ACTIONS.contains(&word) => {}
        Some("drop" | "dlq") => {
            let word = written.action.as_deref().unwrap_or_default();
            return bad_value(&format!("`on_error` knows no `{word}` outside of streams"));
        }
        Some(word) => return bad_value(&format!("`on_error` knows no `{word}`")),
        None if written.fallback.is_some() => {}
        None => return bad_value("`on_error` has no `action`"),
    }
    let to = written.to.iter().map(|to| ("to", to.span));
    let others = written.others.iter().map(|(key, span)| (key.as_str(), *span));
    let known = || RETRY_KEYS.into_iter().chain(BESIDE);
    for (key, span) in to.chain(others).filter(|(key, _)| known().all(|one| one != *key)) {
        let message = format!("`on_error` has no key `{key}`");
        found.push(Diagnostic::error("unknown_key", span, &message).suggest(key, known()));
    }
}
