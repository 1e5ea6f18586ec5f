//! The host's side: one child, from its start until it is reaped.
//!
//! What the child says goes into memory files. They take its words without anybody reading them, so
//! that no child can wait for the host, and the host for no more than the child's end.

use super::ended::{self, End};
use super::protocol::Said;
use crate::catalog::Reason;
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// Bytes of a child's lines that are read, and of its stderr.
const LINES: u64 = 4 << 20;
const STDERR: u64 = 4 << 10;

/// Runs a child with the library as its stdin and turns its end into a verdict.
pub(super) fn run(command: Command, library: OwnedFd, deadline: Duration) -> Result<(), Reason> {
    let (end, lines, stderr) = run_to_end(command, library, deadline).map_err(|e| failed(&e))?;
    ended::judge(&end, Said::read(&lines), &String::from_utf8_lossy(&stderr))
}

/// The child itself could not be had.
pub(super) fn failed(error: &io::Error) -> Reason {
    Reason::ProbeFailed(error.to_string())
}

fn run_to_end(
    mut command: Command,
    library: OwnedFd,
    deadline: Duration,
) -> io::Result<(End, Vec<u8>, Vec<u8>)> {
    let (lines, stderr) = (memory()?, memory()?);
    command.stdin(library).stdout(lines.try_clone()?).stderr(stderr.try_clone()?);
    // A group of its own, so that what it starts ends with it.
    let mut child = command.process_group(0).spawn()?;
    let end = match ended_within(&child, deadline) {
        Ok(in_time) => reap(&mut child).map(|status| match in_time {
            true => End::Itself(status),
            false => End::Late(deadline),
        }),
        Err(error) => reap(&mut child).and(Err(error)),
    };
    Ok((end?, first(lines, LINES)?, last(stderr, STDERR)?))
}

fn memory() -> io::Result<File> {
    Ok(File::from(memfd_create("plugpipe-probe", MemfdFlags::CLOEXEC)?))
}

/// Waits for the end without reaping: until then, the number of the group is nobody else's.
fn ended_within(child: &Child, deadline: Duration) -> io::Result<bool> {
    const LONGEST_PAUSE: Duration = Duration::from_millis(5);
    let (until, mut pause) = (Instant::now() + deadline, Duration::from_micros(200));
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    loop {
        if waitid(WaitId::Pid(Pid::from_child(child)), options)?.is_some() {
            return Ok(true);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Ends whatever is left of the group, then reaps the child.
fn reap(child: &mut Child) -> io::Result<ExitStatus> {
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    child.wait()
}

fn first(mut file: File, most: u64) -> io::Result<Vec<u8>> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn last(mut file: File, most: u64) -> io::Result<Vec<u8>> {
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(most)))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A child that runs a script in the place of a library.
    fn child(script: &str, deadline: Duration) -> Result<(), Reason> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, memory().unwrap().into(), deadline)
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_a_child_says_is_its_verdict() {
        let phase = r#"echo '{"phase":"open"}'"#;
        assert_eq!(
            child(&format!(r#"{phase}; echo '{{"ok":true,"description":{{}}}}'"#), LONG),
            Ok(())
        );
        let refusal = r#"echo '{"ok":false,"kind":"linker","reason":"no luck"}'; exit 1"#;
        let refused = child(&format!("{phase}; {refusal}"), LONG).unwrap_err();
        assert_eq!((refused.kind(), refused.to_string().as_str()), ("linker", "no luck"));
    }

    #[test]
    fn a_child_that_dies_is_told_with_its_signal() {
        let crashed = child(r#"echo '{"phase":"create"}'; kill -SEGV $$"#, LONG).unwrap_err();
        let words = "it ended its process with signal 11 (SIGSEGV) while it was being created; \
                     nothing of it ran in the host";
        assert_eq!((crashed.kind(), crashed.to_string().as_str()), ("probe_crashed", words));
    }

    #[test]
    fn a_child_that_hangs_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let alive = folder.path().join("alive");
        rustix::fs::mknodat(rustix::fs::CWD, &alive, rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .unwrap();
        // Whoever reads the pipe is woken when its last writer is gone.
        let script = format!("sleep 600 > {} & wait", alive.display());
        let reader = std::thread::spawn(move || std::fs::read(alive).unwrap());
        let late = child(&script, Duration::from_millis(300)).unwrap_err();
        assert_eq!(
            (late.kind(), late.to_string().contains("being started")),
            ("probe_timeout", true)
        );
        assert_eq!(reader.join().unwrap(), b"");
    }

    #[test]
    fn a_program_that_is_not_there_is_no_fault_of_the_library() {
        let missing = run(Command::new("/nowhere/plugpipe"), memory().unwrap().into(), LONG);
        assert_eq!(missing.unwrap_err().kind(), "probe_failed");
    }
}
