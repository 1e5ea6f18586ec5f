//! The host against plugins that misbehave, libraries that are damaged and trees that change under
//! it: what each costs, and that nothing else pays for it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic outside a test function, too, is a failed test here"
)]

mod answers;
mod built_wrong;
mod checksums;
mod circles;
mod constructors;
mod damage;
mod described;
mod floods;
mod hangs;
mod locks;
mod owners;
mod panics;
mod rogue;
mod serve_faults;
mod serve_hangs;
mod serve_life;
mod serve_readme;
mod serve_requests;
mod swaps;
