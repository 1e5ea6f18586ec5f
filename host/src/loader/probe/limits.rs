//! What the child may use, and that it outlives nobody who waits for it.

use super::DEADLINE;
use rustix::process::{
    Resource, Rlimit, Signal, getpid, getrlimit, kill_process, set_parent_process_death_signal,
    setrlimit,
};
use std::io;
use std::time::Duration;

/// Plugins reserve far more address space than they use.
const ADDRESS_SPACE: u64 = 8 << 30;
const OPEN_FILES: u64 = 256;
const FILE_BYTES: u64 = 16 << 20;
/// The host ends the child at the deadline; this is for a child whose host is gone.
const BEYOND: Duration = Duration::from_secs(1);

/// Limits this process for good.
pub(super) fn set() -> io::Result<()> {
    let seconds = (DEADLINE + BEYOND).as_secs();
    let limits = [
        (Resource::Cpu, seconds),
        (Resource::As, ADDRESS_SPACE),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Core, 0),
        (Resource::Fsize, FILE_BYTES),
    ];
    for (resource, most) in limits {
        let most = getrlimit(resource).maximum.map_or(most, |hard| hard.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    set_parent_process_death_signal(Some(Signal::KILL))?;
    end_in_time()
}

/// The host may have been gone before its death could be asked for.
fn end_in_time() -> io::Result<()> {
    let end = || {
        std::thread::sleep(DEADLINE + BEYOND);
        let _ = kill_process(getpid(), Signal::KILL);
    };
    std::thread::Builder::new().name("pp-probe-end".to_owned()).spawn(end).map(|_| ())
}
