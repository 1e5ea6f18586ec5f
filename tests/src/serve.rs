//! A running `plugpipe serve`, and a client that speaks just enough HTTP/1.1 for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
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
    /// Starts `plugpipe serve …` and waits until it listens.
    ///
    /// # Panics
    /// When it ends or says nothing of an address.
    pub fn start(invocation: Invocation) -> Self {
        spawn(invocation.into_command()).unwrap_or_else(|error| panic!("plugpipe serve: {error}"))
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

    /// Sends SIGTERM and waits for the end.
    ///
    /// # Panics
    /// When it has ended already, or does not end.
    pub fn stop(mut self) -> Ended {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("a running process");
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

/// One connection, kept open between requests.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Connection {
    fn open(host: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host })
    }

    /// Reads a resource.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn get(&mut self, path: &str) -> Reply {
        self.request("GET", path, "")
    }

    /// Sends a document.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.request("POST", path, &body.to_string())
    }

    /// Calls a plugin with this `ctx`.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn process(&mut self, plugin: &str, ctx: &Value) -> Reply {
        let path = format!("/v1/plugins/{}/process", plugin.replace('/', "%2F"));
        self.post(&path, &serde_json::json!({"ctx": ctx, "cfg": {}}))
    }

    fn request(&mut self, method: &str, path: &str, body: &str) -> Reply {
        self.exchange(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn exchange(&mut self, method: &str, path: &str, body: &str) -> Result<Reply> {
        let (host, length) = (self.host, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n"
        );
        self.stream.get_mut().write_all((head + body).as_bytes())?;
        let status = self.line()?.split(' ').nth(1).ok_or("no status line")?.parse()?;
        let headers = self.headers()?;
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; length.map_or(Ok(0), |(_, value)| value.parse())?];
        self.stream.read_exact(&mut body)?;
        Ok(Reply { status, headers, body: String::from_utf8(body)? })
    }

    fn headers(&mut self) -> Result<Vec<(String, String)>> {
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { return Ok(headers) };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line)
    }
}

impl Reply {
    /// The body, when the status is `status`.
    ///
    /// # Panics
    /// When it is another one, or the body is not JSON.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}\n{self:?}"))
    }

    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
