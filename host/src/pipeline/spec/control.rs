//! What steers a step beside its place in the flow, as written.

use std::time::Duration;

use crate::diagnostics::{Diagnostic, Span};
use crate::yaml::Node;

use super::duration::duration;
use super::expression::braced;
use super::retries::{self, RetriesSpec};
use super::words::{Word, whole_number, written};

/// The control of one step; what is not written is `None`.
#[derive(Clone, Debug, Default)]
pub struct ControlSpec {
    /// The list whose elements it is called for: a list, or a text with a template.
    pub foreach: Option<Node>,
    /// Calls at once, at least one, and where that stands.
    pub concurrency: Option<(usize, Span)>,
    /// The condition that ends the run: a text or a boolean.
    pub exit_if: Option<Node>,
    /// How long one call may take; zero sets no bound.
    pub timeout: Option<Duration>,
    /// How often it is called when it fails.
    pub retries: RetriesSpec,
}

/// Reads those of the words that have the right shape; the others have been reported.
pub fn read(step: &Node, words: &[Word], found: &mut Vec<Diagnostic>) -> ControlSpec {
    let entry = |key| {
        let fits = words.iter().any(|word| word.key == key);
        written(step, key).filter(|_| fits)
    };
    ControlSpec {
        foreach: entry("foreach").map(|entry| braced(&entry.value)),
        concurrency: entry("concurrency").and_then(|entry| {
            let number = usize::try_from(whole_number(&entry.value)?).ok()?;
            Some((number, entry.key_span))
        }),
        exit_if: entry("exit_if").map(|entry| entry.value.clone()),
        timeout: entry("timeout").and_then(|entry| duration(&entry.value)),
        retries: entry("retries")
            .map_or_else(RetriesSpec::default, |entry| retries::read(entry, found)),
    }
}
