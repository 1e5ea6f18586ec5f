//! A child process that is fed, listened to, and killed when its time is over.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;

use crate::Result;

/// How long a killed process has until its pipes are closed.
const AFTER_KILL: Duration = Duration::from_secs(5);

/// What a process left behind.
#[derive(Debug, Clone)]
pub struct Output {
    /// The exit code; `None` when a signal ended the process.
    pub code: Option<i32>,
    /// All of standard output, as it was written.
    pub stdout: String,
    /// All of standard error.
    pub stderr: String,
}

impl Output {
    /// The one JSON document on stdout.
    ///
    /// # Panics
    /// When stdout is not exactly one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is not one JSON document: {error}\n{self}"))
    }

    /// This output, when the process ended with `code`.
    ///
    /// # Panics
    /// When it ended otherwise.
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "another exit code was expected\n{self}");
        self
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, stdout, stderr } = self;
        write!(f, "exit code: {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

/// A process under way.
pub struct Running {
    what: String,
    pid: Pid,
    deadline: Instant,
    ended: Receiver<std::io::Result<std::process::Output>>,
    /// While this is there, the process finds no end of its input.
    _input: Sender<()>,
}

impl Running {
    /// Starts `command`, writes `stdin` to it and collects both outputs. The input ends there.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(command: Command, stdin: Vec<u8>, limit: Duration) -> Result<Self> {
        Self::start_with(command, stdin, false, limit)
    }

    /// The same with an input that does not end before the process does.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start_with_open_input(
        command: Command,
        stdin: Vec<u8>,
        limit: Duration,
    ) -> Result<Self> {
        Self::start_with(command, stdin, true, limit)
    }

    fn start_with(
        mut command: Command,
        stdin: Vec<u8>,
        stays_open: bool,
        limit: Duration,
    ) -> Result<Self> {
        let what = format!("{command:?}");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("cannot start {what}: {error}"))?;
        let pid = Pid::from_child(&child);
        let pipe = child.stdin.take();
        let (send, ended) = channel();
        let (input, closed) = channel::<()>();
        thread::spawn(move || {
            let Some(mut pipe) = pipe else { return };
            // A process that does not read its input closes the pipe: no mistake of the test.
            let _ = pipe.write_all(&stdin);
            if stays_open {
                let _ = closed.recv();
            }
        });
        thread::spawn(move || send.send(child.wait_with_output()));
        Ok(Self { what, pid, deadline: Instant::now() + limit, ended, _input: input })
    }

    /// Sends SIGINT, as Ctrl-C does.
    ///
    /// # Errors
    /// When the process has already ended.
    pub fn interrupt(&self) -> Result<()> {
        Ok(kill_process(self.pid, Signal::INT)?)
    }

    /// Sends SIGTERM, as a service manager does.
    ///
    /// # Errors
    /// When the process has already ended.
    pub fn terminate(&self) -> Result<()> {
        Ok(kill_process(self.pid, Signal::TERM)?)
    }

    /// Sends SIGKILL: the process gets no chance to say or keep anything.
    ///
    /// # Errors
    /// When the process has already ended.
    pub fn kill(&self) -> Result<()> {
        Ok(kill_process(self.pid, Signal::KILL)?)
    }

    /// Whether it has not ended yet.
    pub fn is_running(&self) -> bool {
        test_kill_process(self.pid).is_ok()
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// When the deadline comes first; the process is killed then, and the error holds its output.
    pub fn wait(self) -> Result<Output> {
        let remaining = self.deadline.saturating_duration_since(Instant::now());
        if let Ok(output) = self.ended.recv_timeout(remaining) {
            return Ok(text_of(output?));
        }
        let _ = kill_process(self.pid, Signal::KILL);
        let said = match self.ended.recv_timeout(AFTER_KILL) {
            Ok(output) => text_of(output?).to_string(),
            Err(_) => "its pipes stayed open after the kill".to_owned(),
        };
        Err(format!("{} was still running at its deadline\n{said}", self.what).into())
    }
}

/// Runs `command` to its end, without input.
///
/// # Errors
/// When it cannot be started or outlives `limit`.
pub fn run(command: Command, limit: Duration) -> Result<Output> {
    Running::start(command, Vec::new(), limit)?.wait()
}

fn text_of(output: std::process::Output) -> Output {
    Output {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
