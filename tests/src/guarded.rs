//! A child process that cannot outlive the tests, however they end.
//!
//! Destructors of statics never run, and a killed test process runs none at all. The kernel does
//! close its pipes. So a small shell stands between: it waits on a pipe from the tests and kills
//! the child when that pipe closes, then removes the child's folder.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::Result;

/// `$0` is the folder, the rest is the command. SIGTERM is ignored once the pipe has closed, so
/// that the main shell, woken by the child's death, cannot stop the removal.
const GUARD: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
echo "$child" >"$0/child"
{ read -r _ <&3; trap '' TERM; kill -9 "$child"; rm -rf "$0"; } 2>/dev/null &
guard=$!
exec 3<&-
wait "$child"
status=$?
kill "$guard" 2>/dev/null
exit "$status"
"#;

/// The guarded child. Dropping it kills the child and removes its folder.
pub(crate) struct Guarded {
    shell: Child,
}

impl Guarded {
    /// Starts `command` without input and without output: it logs into `folder`.
    pub(crate) fn start(command: &Command, folder: &Path) -> Result<Self> {
        let shell = Command::new("sh")
            .args(["-c", GUARD])
            .arg(folder)
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot start {command:?}: {error}"))?;
        Ok(Self { shell })
    }

    /// Kills the child and leaves its folder, for another start.
    pub(crate) fn kill(&mut self, folder: &Path) -> Result<()> {
        self.signal(folder, Signal::KILL)
    }

    /// The same with SIGTERM, and waits for the end.
    pub(crate) fn stop(&mut self, folder: &Path) -> Result<()> {
        self.signal(folder, Signal::TERM)
    }

    fn signal(&mut self, folder: &Path, signal: Signal) -> Result<()> {
        let child = std::fs::read_to_string(folder.join("child"))?;
        let child = Pid::from_raw(child.trim().parse()?).ok_or("no process has the id 0")?;
        // Out of the shell's hands, or `wait` would close it and the folder would go, too.
        let pipe = self.shell.stdin.take();
        kill_process(child, signal)?;
        self.shell.wait()?;
        drop(pipe);
        Ok(())
    }

    /// How the child ended, if it has.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.shell.try_wait()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Closing the pipe is the order to kill; `wait` would do it too, but silently.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, Instant};

    use rustix::process::test_kill_process;

    use super::*;

    fn process_in(folder: &Path) -> (Guarded, Pid) {
        let note = folder.join("pid");
        let mut command = Command::new("sh");
        command.args(["-c", "echo $$ >\"$0.new\" && mv \"$0.new\" \"$0\" && exec sleep 600"]);
        command.arg(&note);
        let guarded = Guarded::start(&command, folder).unwrap();
        let pid = within_ten_seconds(|| fs::read_to_string(&note).ok());
        (guarded, Pid::from_raw(pid.trim().parse().unwrap()).unwrap())
    }

    fn within_ten_seconds<T>(mut check: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(found) = check() {
                return found;
            }
            assert!(Instant::now() < deadline, "not seen within ten seconds");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn the_child_and_its_folder_go_when_the_pipe_closes() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("work");
        fs::create_dir(&folder).unwrap();
        let (guarded, pid) = process_in(&folder);
        assert!(test_kill_process(pid).is_ok());
        drop(guarded);
        within_ten_seconds(|| test_kill_process(pid).is_err().then_some(()));
        within_ten_seconds(|| (!folder.exists()).then_some(()));
    }

    #[test]
    fn the_folder_outlives_a_child_that_is_killed_for_another_start() {
        let folder = tempfile::tempdir().unwrap();
        let (mut guarded, pid) = process_in(folder.path());
        guarded.kill(folder.path()).unwrap();
        assert!(test_kill_process(pid).is_err());
        drop(guarded);
        assert!(folder.path().join("pid").exists());
    }

    #[test]
    fn the_end_of_the_child_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "exit 7"]);
        let mut guarded = Guarded::start(&command, folder.path()).unwrap();
        let status = within_ten_seconds(|| guarded.ended().unwrap());
        assert_eq!(status.code(), Some(7));
        assert!(folder.path().exists());
    }
}
