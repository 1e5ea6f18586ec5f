//! Inputs of a run: what a pipeline declares, and what the user hands in.

mod declare;
mod given;
mod kind;

pub use declare::{InputSpec, declarations};
pub use given::{GivenInput, check_defaults, resolve};
pub use kind::InputKind;
