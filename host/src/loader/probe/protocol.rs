//! What the child writes, one JSON line each: every phase as it begins, and the verdict at the end.

use plugin_api::Description;
use serde::{Deserialize, Serialize};

/// What the child is about to do with the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Map it and run its constructors.
    Open,
    /// Ask it what it is.
    Describe,
    /// Make its instance.
    Create,
    /// Its last call.
    Shutdown,
}

impl Phase {
    /// In the middle of a sentence: "while it was being …".
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Open => "opened",
            Self::Describe => "asked what it is",
            Self::Create => "created",
            Self::Shutdown => "shut down",
        }
    }
}

/// The line at the beginning of a phase.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) phase: Phase,
}

/// The line of a library that passed.
#[derive(Serialize)]
pub(super) struct Passed {
    pub(super) ok: bool,
    pub(super) description: Description,
}

/// The last line, as the host reads it.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Verdict {
    pub(super) ok: bool,
    #[serde(default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) reason: String,
}

/// What was said until the child ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) phase: Option<Phase>,
    pub(super) verdict: Option<Verdict>,
}

impl Said {
    /// Reads the lines of a child. A line that is none of ours says nothing.
    pub(super) fn read(text: &[u8]) -> Self {
        let mut said = Self::default();
        for line in text.split(|byte| *byte == b'\n') {
            if let Ok(begun) = serde_json::from_slice::<Begun>(line) {
                said.phase = Some(begun.phase);
            } else if let Ok(verdict) = serde_json::from_slice(line) {
                said.verdict = Some(verdict);
            }
        }
        said
    }
}
