//! How much memory a command took at most.

use nix::sys::resource::{UsageWho, getrusage};

/// The largest resident set of all children that this process has waited for, in KiB.
///
/// # Panics
/// When the kernel does not say.
pub fn of_children_kib() -> u64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel counts");
    u64::try_from(usage.max_rss()).expect("no process has less than nothing")
}
