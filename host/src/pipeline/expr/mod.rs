//! Templates: `{{ expr }}`, `${ expr }` and `${env:NAME:default}` inside texts.
//!
//! A text is cut into parts (`template`), each expression into tokens (`tokens`), the names in
//! it are looked up ([`scope`]), and what is no plain path is handed to minijinja ([`computed`]).
//! Expressions on the records of a stream are in [`record`].
//! What a template yields, and documents, are never scanned for templates again.

pub mod compile;
pub mod computed;
mod ended;
mod expression;
mod filters;
mod overlay;
mod path;
mod provider;
pub mod record;
mod references;
mod rewrite;
pub mod scope;
mod template;
mod tokens;
mod tree;
mod value;
mod values;

pub use compile::Compiler;
pub use ended::EndedSteps;
pub use overlay::{object, overlaid};
pub use path::{Path, Root};
pub use scope::{Data, Reads, Scope, StepNames, Visible};
pub use tree::{Piece, Template, Tree};
pub use values::{Failed, Values, Warnings};

/// The names that mean something in every template. No step may be called so.
pub const ROOTS: [&str; 11] = [
    "inputs",
    "steps",
    "pipeline",
    "step_outputs",
    "env",
    "secrets",
    "config",
    "item",
    "iteration",
    "summary",
    "timestamp",
];
