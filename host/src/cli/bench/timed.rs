//! Running a process and seeing what it costs.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

/// What a process cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timed {
    /// How it ended.
    pub(super) status: ExitStatus,
    /// It was asked to stop because its time was over.
    pub(super) was_stopped: bool,
    /// From its start to its end.
    pub(super) wall: Duration,
    /// CPU time of all its threads, the kernel's work for them included.
    pub(super) cpu: Duration,
}

/// How often a process with a limit is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Runs a process to its end, or asks it to stop (SIGTERM) after `limit`. No other process may be
/// waited for in the meantime: their CPU time would be counted too.
///
/// # Errors
/// It cannot be started or waited for.
pub(super) fn run(command: &mut Command, limit: Option<Duration>) -> io::Result<Timed> {
    let before = children_cpu()?;
    let start = Instant::now();
    let mut child = command.spawn()?;
    let (status, was_stopped) = match limit {
        None => (child.wait()?, false),
        Some(limit) => within(&mut child, limit)?,
    };
    let wall = start.elapsed();
    Ok(Timed { status, was_stopped, wall, cpu: children_cpu()?.saturating_sub(before) })
}

fn within(child: &mut Child, limit: Duration) -> io::Result<(ExitStatus, bool)> {
    let end = Instant::now() + limit;
    while Instant::now() < end {
        if let Some(status) = child.try_wait()? {
            return Ok((status, false));
        }
        thread::sleep(LOOK);
    }
    if let Some(process) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // It has not been waited for, so the id is still its own.
        rustix::process::kill_process(process, rustix::process::Signal::TERM)?;
    }
    Ok((child.wait()?, true))
}

/// CPU time of all processes that were waited for.
fn children_cpu() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_asked_to_stop_when_its_time_is_over() {
        let timed = run(Command::new("sleep").arg("600"), Some(Duration::ZERO)).unwrap();
        assert!(timed.was_stopped && !timed.status.success());
        let timed = run(Command::new("true").arg(""), Some(Duration::from_secs(600))).unwrap();
        assert!(!timed.was_stopped && timed.status.success());
    }
}
