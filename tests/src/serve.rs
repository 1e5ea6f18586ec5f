//! A running `plugpipe serve`, and its client.

mod connection;

pub use connection::{Connection, JSON, Reply};

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::Result;
use crate::host::Invocation;

/// A reply, or the line with the address, that takes longer than this does not come.
const LIMIT: Duration = Duration::from_secs(30);

/// What stands before the address on stderr.
const LISTENING: &str = "listening on http://";

/// What `/ready` answers before the first plugs are read.
const NOT_READY: u16 = 503;

/// A server under way; it is killed when this is dropped.
pub struct Serve {
    child: Child,
    address: SocketAddr,
    said: Arc<Mutex<String>>,
}

/// How a server ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Everything it said on stderr.
    pub said: String,
}

impl Serve {
    /// Starts `plugpipe serve …` and waits until it has read its plugs.
    ///
    /// # Panics
    /// When it ends or says nothing of an address.
    pub fn start(invocation: Invocation) -> Self {
        let serve = spawn(invocation.into_command());
        let serve = serve.unwrap_or_else(|error| panic!("plugpipe serve: {error}"));
        let deadline = Instant::now() + LIMIT;
        while serve.get("/ready").status == NOT_READY {
            assert!(Instant::now() < deadline, "serve is not ready\n{}", serve.said());
            thread::sleep(Duration::from_millis(5));
        }
        serve
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A connection of its own.
    ///
    /// # Panics
    /// When nobody accepts it.
    pub fn connect(&self) -> Connection {
        Connection::open(self.address).unwrap_or_else(|error| panic!("{error}\n{}", self.said()))
    }

    /// One request on a connection of its own.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn get(&self, path: &str) -> Reply {
        self.connect().get(path)
    }

    /// One request on a connection of its own.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.connect().post(path, body)
    }

    /// What stands on stderr by now.
    pub fn said(&self) -> String {
        self.said.lock().expect("a reader that does not panic").clone()
    }

    /// The id of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Memory that the process holds at this moment, in KiB.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("VmRSS in KiB")
    }

    /// Sends SIGTERM, as a service manager does.
    ///
    /// # Panics
    /// When it has ended already.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("a running process");
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When it does not come.
    pub fn wait(mut self) -> Ended {
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child of this process") {
                break status;
            }
            assert!(Instant::now() < deadline, "serve did not stop\n{}", self.said());
            thread::sleep(Duration::from_millis(5));
        };
        Ended { code: status.code(), said: self.said() }
    }

    /// Sends SIGTERM and waits for the end.
    ///
    /// # Panics
    /// When it has ended already, or does not end.
    pub fn stop(self) -> Ended {
        self.terminate();
        self.wait()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(mut command: Command) -> Result<Serve> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stderr = child.stderr.take().ok_or("no stderr")?;
    let said = Arc::<Mutex<String>>::default();
    let (send, address) = channel();
    let collected = Arc::clone(&said);
    thread::spawn(move || collect(stderr, &collected, &send));
    match wait_for(&address) {
        Ok(address) => Ok(Serve { child, address, said }),
        Err(error) => {
            child.kill()?;
            child.wait()?;
            Err(format!("{error}\n{}", said.lock().map_err(|error| error.to_string())?).into())
        }
    }
}

fn wait_for(address: &Receiver<String>) -> Result<SocketAddr> {
    let text = address.recv_timeout(LIMIT).map_err(|_| "it does not say where it listens")?;
    Ok(text.parse().map_err(|error| format!("{text}: {error}"))?)
}

/// Reads stderr to its end and sends the address when it stands there.
fn collect(stderr: ChildStderr, said: &Mutex<String>, address: &Sender<String>) {
    for line in BufReader::new(stderr).lines().map_while(std::io::Result::ok) {
        if let Some(found) = line.trim().strip_prefix(LISTENING) {
            let _ = address.send(found.split_whitespace().next().unwrap_or_default().to_owned());
        }
        if let Ok(mut said) = said.lock() {
            said.push_str(&line);
            said.push('\n');
        }
    }
}
