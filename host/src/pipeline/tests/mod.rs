//! The language against its corpora: pipelines that must load and pipelines that must be refused.

mod corpus;

use std::path::PathBuf;

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;

use super::{PipelineSpec, check};

/// The folder of the corpora.
fn corpus() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cases").into()
}

/// Everything `check` would say where nothing is installed.
fn problems(bytes: &[u8]) -> Vec<Diagnostic> {
    let parsed = PipelineSpec::parse(bytes);
    let mut problems = parsed.diagnostics;
    problems.extend(parsed.spec.iter().flat_map(|spec| check(spec, &Catalog::default())));
    problems
}
