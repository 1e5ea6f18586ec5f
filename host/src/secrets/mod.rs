//! Secrets: where they come from, and how they are kept out of everything that is shown.
//!
//! A [`Redactor`] knows the secrets of one run and replaces them wherever something leaves it. All
//! redactors in use, and the last that were, are also known to the log ([`without_secrets`]).

mod document;
mod encodings;
mod file;
mod known;
mod live;
mod redactor;
mod reference;
mod resolved;
mod tiers;
mod write_only;

pub use file::from_file;
pub use live::without_secrets;
pub use redactor::Redactor;
pub use reference::{Provider, SecretRef};
pub use resolved::Resolved;
pub use write_only::note_write_only;

/// What stands where a secret was.
pub const REDACTED: &str = "[redacted]";

#[cfg(test)]
mod tests;
