//! A check and how it ended, also as a line between two processes.

use plugin_api::testing::conformance;
use serde::{Deserialize, Serialize};

/// A check and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's name: words joined by `_`, or `case NAME`.
    pub check: String,
    /// What it tried, in one line.
    pub tried: String,
    /// How it ended, and what it saw.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// How a check ended, with one line of what it saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "saw", rename_all = "snake_case")]
pub enum Verdict {
    /// The plug keeps the promise.
    Passed(String),
    /// The plug breaks it.
    Failed(String),
    /// The plug has nothing that could be checked.
    DoesNotApply(String),
}

/// What a prover says, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A check begins.
    Trying {
        /// Its name.
        check: String,
        /// What it tries.
        tries: String,
    },
    /// It has ended.
    Found(Finding),
    /// All have.
    End,
}

impl Event {
    pub(super) fn trying(check: &str, tries: &str) -> Self {
        Self::Trying { check: check.to_owned(), tries: tries.to_owned() }
    }
}

impl Finding {
    pub(super) fn new(check: &str, tried: &str, verdict: Verdict) -> Self {
        Self { check: check.to_owned(), tried: tried.to_owned(), verdict }
    }

    /// Whether the plug broke a promise.
    #[must_use]
    pub fn is_failure(&self) -> bool {
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

impl Verdict {
    /// Failed with these problems, or passed with `fine` when there are none.
    pub(super) fn of(problems: &[String], fine: String) -> Self {
        if problems.is_empty() { Self::Passed(fine) } else { Self::Failed(problems.join("; ")) }
    }
}

impl From<conformance::Finding> for Finding {
    fn from(finding: conformance::Finding) -> Self {
        let verdict = match finding.verdict {
            conformance::Verdict::Passed(saw) => Verdict::Passed(saw),
            conformance::Verdict::Failed(saw) => Verdict::Failed(saw),
            conformance::Verdict::DoesNotApply(saw) => Verdict::DoesNotApply(saw),
        };
        Self::new(finding.name, finding.tried, verdict)
    }
}
