//! What in a message might run somewhere if it were shown or passed on: script tags, URLs that are
//! programs, calls, commands. Found in JSON text, escapes decoded once, without a tree.
//!
//! # Layout
//! `candidate` passes over bytes by the block and stops at places that may belong to a find; only
//! there `value` decodes the texts of a value and `text` decides. `batch` does that for a stream.

mod batch;
mod candidate;
mod text;
mod value;

pub use batch::in_batch;
pub use candidate::candidates;

/// What may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `<script …>` with `</script>` behind it in the same text.
    ScriptTag,
    /// `javascript:`
    JavascriptUrl,
    /// `data:text/html`
    DataHtmlUrl,
    /// `eval(`
    EvalCall,
    /// `exec(`
    ExecCall,
    /// `rm -rf`
    RmRf,
}

impl Kind {
    /// Every kind, in the order in which they are reported.
    pub const EVERY: [Self; 6] = [
        Self::ScriptTag,
        Self::JavascriptUrl,
        Self::DataHtmlUrl,
        Self::EvalCall,
        Self::ExecCall,
        Self::RmRf,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ScriptTag => "script_tag",
            Self::JavascriptUrl => "javascript_url",
            Self::DataHtmlUrl => "data_html_url",
            Self::EvalCall => "eval_call",
            Self::ExecCall => "exec_call",
            Self::RmRf => "rm_rf",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::ScriptTag => "an HTML script element",
            Self::JavascriptUrl => "a `javascript:` URL",
            Self::DataHtmlUrl => "a `data:text/html` URL",
            Self::EvalCall => "a call of `eval`",
            Self::ExecCall => "a call of `exec`",
            Self::RmRf => "the command `rm -rf`",
        }
    }
}

/// The kinds found in one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Adds a kind.
    pub fn insert(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u8;
    }

    /// Adds every kind of `others`.
    pub fn extend(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Whether nothing was found.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds, in the order of [`Kind::EVERY`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::EVERY.into_iter().filter(move |kind| self.0 & (1 << *kind as u8) != 0)
    }

    /// One text a kind, which begins with its name.
    pub fn issues(self) -> Vec<String> {
        self.iter()
            .map(|kind| format!("{}: the message has {}", kind.name(), kind.words()))
            .collect()
    }
}

/// What was found in one JSON value. A text that is no JSON is looked through as far as its quotes
/// make sense.
pub fn kinds(json: &[u8]) -> Kinds {
    let mut suspicious = false;
    candidates(json, |_| suspicious = true);
    if suspicious { value::kinds(json) } else { Kinds::default() }
}

#[cfg(test)]
mod tests;
