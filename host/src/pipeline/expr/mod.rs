//! Templates: `{{ expr }}`, `${ expr }` and `${env:NAME:default}` inside texts.
//!
//! A text is cut into parts (`template`), each expression into tokens (`tokens`), the names in
//! it are looked up ([`scope`]), and what is no plain path is handed to minijinja ([`computed`]). A
//! text with `{% %}` in it is one minijinja template (`blocks`).
//! Expressions on the records of a stream are in [`record`].
//! What a template yields, and documents, are never scanned for templates again.

mod bindings;
mod block;
mod blocks;
pub mod compile;
pub mod computed;
mod ended;
mod expression;
mod filters;
mod frames;
mod needs;
mod overlay;
mod path;
mod provider;
pub mod record;
mod references;
mod rewrite;
pub mod scope;
mod source;
mod statement;
mod template;
mod tokens;
mod tree;
mod unplaced;
mod value;
mod values;
mod visible;

pub use compile::Compiler;
pub use ended::EndedSteps;
pub use needs::SecretNeeds;
pub use overlay::{object, overlaid};
pub use path::{Path, Root};
pub use scope::{Data, Reads, Scope, StepNames};
pub use source::Need;
pub use tree::{Piece, Template, Tree};
pub use unplaced::dashed_hint;
pub use values::{Failed, Values, Warnings};
pub use visible::{Led, Visible};

/// What a text without a template means, its escapes resolved; `None` when it holds a template.
pub fn literal_text(text: &str) -> Option<String> {
    let parts = template::split(text).ok()?;
    let literal = |part: template::Part<'_>| match part {
        template::Part::Literal(text) => Some(text),
        _ => None,
    };
    parts.into_iter().map(literal).collect()
}

/// What a text means whose only templates are references to the environment, `${env:NAME:default}`.
///
/// # Errors
/// What keeps it from being known.
pub fn environment_text(
    text: &str,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<String, Unresolved> {
    let parts = template::split(text).map_err(|_| Unresolved::Template)?;
    let part = |part: template::Part<'_>| match part {
        template::Part::Literal(text) => Ok(text),
        template::Part::Reference { provider: "env", rest } => {
            let (name, default) = rest.split_once(':').map_or((rest, None), |(n, d)| (n, Some(d)));
            let value = env(name).or_else(|| default.map(str::to_owned));
            value.ok_or_else(|| Unresolved::Variable(name.to_owned()))
        }
        _ => Err(Unresolved::Template),
    };
    parts.into_iter().map(part).collect()
}

/// Why a text is not known before a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// A variable of the environment that is not set and has no default.
    Variable(String),
    /// A template that only a run can evaluate.
    Template,
}

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

#[cfg(test)]
mod tests;
