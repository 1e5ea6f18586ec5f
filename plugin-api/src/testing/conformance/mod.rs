//! What every plugin has to pass, whatever it does.
//!
//! ```no_run
//! use plugin_api::testing::conformance::{Subject, battery};
//! # fn find(subject: &Subject) {
//! for finding in battery(subject) {
//!     println!("{finding}");
//! }
//! # }
//! ```
//!
//! A plugin may end the process where nothing can contain it (an abort, a double panic, too deep a
//! recursion). Whoever has to know which check that was walks over [`CHECKS`] and says the name of each
//! before [`Check::run`].
//!
//! The checks call the plugin for real, thousands of times, with the sample input and configuration of
//! the [`Subject`]: a sink writes three records wherever that configuration points.

mod calls;
mod described;
mod documents;
mod ending;
mod serializer;
mod stages;
mod subject;

pub use subject::Subject;

use std::fmt;

/// One check.
pub struct Check {
    /// Its name: words joined by `_`.
    pub name: &'static str,
    /// What it tries, in one line.
    pub tries: &'static str,
    run: fn(&Subject) -> Verdict,
}

/// How a check ended, with one line of what it saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The plugin keeps the promise.
    Passed(String),
    /// The plugin breaks it.
    Failed(String),
    /// The plugin has nothing that could be checked.
    DoesNotApply(String),
}

/// A check and how it ended.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check's name.
    pub name: &'static str,
    /// What it tried.
    pub tried: &'static str,
    /// How it ended.
    pub verdict: Verdict,
}

impl Check {
    /// Runs it. Some take seconds; none that the plugin answers takes more than a minute.
    #[must_use]
    pub fn run(&self, subject: &Subject) -> Finding {
        Finding { name: self.name, tried: self.tries, verdict: (self.run)(subject) }
    }
}

impl Finding {
    /// Whether the plugin broke a promise.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self.verdict, Verdict::Failed(_))
    }

    /// What the check saw.
    #[must_use]
    pub fn saw(&self) -> &str {
        match &self.verdict {
            Verdict::Passed(saw) | Verdict::Failed(saw) | Verdict::DoesNotApply(saw) => saw,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Passed(_) => "passed",
            Verdict::Failed(_) => "FAILED",
            Verdict::DoesNotApply(_) => "does not apply",
        };
        write!(f, "{} ({}): {word}: {}", self.name, self.tried, self.saw())
    }
}

/// The checks in their order. The last two end the plugin: what is run after them finds no plugin.
pub const CHECKS: &[Check] = &[
    described::ITSELF,
    documents::EXAMPLES,
    documents::UNKNOWN_KEY,
    documents::MALFORMED_INPUT,
    documents::MALFORMED_CONFIG,
    calls::SIDE_BY_SIDE,
    calls::CANCELLED,
    calls::EXPIRED,
    calls::MEMORY,
    serializer::BATCHES_AGREE,
    stages::OPEN_AND_CLOSE,
    stages::ORIGINS,
    stages::SOURCE_BATCHES,
    stages::SINK_REPORT,
    calls::PANICS,
    ending::SHUTDOWN,
    ending::DROP,
];

/// Runs every check, one as each finding is asked for.
pub fn battery(subject: &Subject) -> impl Iterator<Item = Finding> {
    CHECKS.iter().map(|check| check.run(subject))
}

/// Failed with these problems, or passed with `fine` when there are none.
fn judged(problems: &[String], fine: String) -> Verdict {
    if problems.is_empty() { Verdict::Passed(fine) } else { Verdict::Failed(problems.join("; ")) }
}
