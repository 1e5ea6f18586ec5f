//! Secrets: where they come from, and how they are kept out of everything that is shown.

mod redactor;
mod reference;
mod resolved;
mod write_only;

pub use redactor::Redactor;
pub use reference::{Provider, SecretRef};
pub use resolved::Resolved;
pub use write_only::note_write_only;
