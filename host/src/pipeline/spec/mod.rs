//! The pipeline as written. Nothing is resolved here: no plugin is looked up, no template compiled,
//! no environment read.

mod duration;
mod flow;
mod identity;
mod on_error;
mod plugin;
pub mod step;
mod top;
mod words;

pub use duration::duration;
pub use flow::{FlowSpec, StepName, Target};
pub use on_error::OnErrorSpec;
pub use plugin::{PluginName, Versions};
pub use step::StepSpec;
pub use words::{StepType, Word};

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Span, sort};

use super::inputs::InputSpec;
use crate::yaml::{self, Node};

/// A pipeline file, checked for shape. Values still hold their templates as text.
#[derive(Debug, Default)]
pub struct PipelineSpec {
    /// `metadata.name`, or `name` at the top of the file.
    pub name: Option<String>,
    /// `metadata.version`, or `version` at the top of the file.
    pub version: Option<String>,
    /// Declared inputs, in the order of the file.
    pub inputs: Vec<InputSpec>,
    /// Steps that could be read, in the order of the file.
    pub steps: Vec<StepSpec>,
    /// Top-level `outputs` that have a value: name and value.
    pub outputs: Vec<(String, Node)>,
    /// The top-level `env` mapping.
    pub env: Option<Node>,
    /// The top-level `secrets` mapping.
    pub secrets: Option<Node>,
    /// The top-level `config` mapping.
    pub config: Option<Node>,
    /// The top-level `mode` and where the key stands.
    pub mode: Option<(Mode, Span)>,
}

/// Which engine runs a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Each step once, with documents.
    Once,
    /// Batches of records, from a source until it ends.
    Stream,
}

impl Mode {
    /// The word for it: `once` or `stream`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Stream => "stream",
        }
    }
}

/// A pipeline file and everything found in it.
#[derive(Debug)]
pub struct Parsed {
    /// The pipeline; `None` when the file is not YAML or holds no steps. It may lack what the
    /// diagnostics name, so it must not run when one of them is an error.
    pub spec: Option<PipelineSpec>,
    /// Errors and lints, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// The file as text, for snippets; without a byte order mark.
    pub source: Arc<str>,
}

impl PipelineSpec {
    /// Reads a pipeline file. Reports every problem of shape, not only the first.
    pub fn parse(bytes: &[u8]) -> Parsed {
        let yaml::Loaded { root, mut diagnostics } = yaml::load(bytes);
        let spec = root.and_then(|root| top::read(&root, &mut diagnostics));
        sort(&mut diagnostics);
        let source = String::from_utf8_lossy(bytes);
        let source = source.strip_prefix('\u{feff}').unwrap_or(&source).into();
        Parsed { spec, diagnostics, source }
    }
}

impl Parsed {
    /// Whether the pipeline must not run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Puts `bad_type` on a key: what its value should be and what it is.
pub(super) fn bad_type(key: &str, key_span: Span, expected: &str, found: &Node) -> Diagnostic {
    let message = format!("`{key}` should be {expected}, but is {}", found.kind());
    Diagnostic::error("bad_type", key_span, &message)
}

/// Puts `bad_value` on a key: what is wrong and which words there are.
pub(super) fn bad_value(key_span: Span, message: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error("bad_value", key_span, message).hint(format!("one of {}", known.join(", ")))
}
