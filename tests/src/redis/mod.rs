//! A real Redis on loopback, without files, that can be killed and started again at its address.

mod tls;

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use redis::{Client, Connection, FromRedisValue};
use tempfile::TempDir;

use crate::Result;
use crate::guarded::Guarded;
use crate::skip::Availability;

/// A server starts in some 20 ms on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How often a server that starts is asked.
const INTERVAL: Duration = Duration::from_millis(5);

/// A Redis with an address of its own. Dropping it kills it; so does the end of the test process.
pub struct Redis {
    // Before the folder: the server ends before its folder goes.
    server: Option<Guarded>,
    folder: TempDir,
    port: u16,
    tls_port: u16,
}

impl Redis {
    /// Starts a server, or skips where `redis-server` is missing.
    ///
    /// # Errors
    /// When it does not start, with its log.
    pub fn start() -> Result<Option<Self>> {
        let Some(mut redis) = Self::prepare()? else { return Ok(None) };
        redis.start_again()?;
        Ok(Some(redis))
    }

    /// An address where nobody listens until [`Self::start_again`]; skips where `redis-server` is
    /// missing.
    ///
    /// # Errors
    /// When there is no folder for it.
    pub fn prepare() -> Result<Option<Self>> {
        match Command::new("redis-server").arg("--version").output() {
            Ok(_) => Availability::Present(()),
            Err(error) => Availability::Absent(format!("redis-server is missing ({error})")),
        }
        .or_skip()?
        .map(|()| {
            let folder = tempfile::Builder::new().prefix("plugpipe-redis-").tempdir()?;
            tls::write(folder.path())?;
            let [port, tls_port] = free_ports()?;
            Ok(Self { server: None, folder, port, tls_port })
        })
        .transpose()
    }

    /// Starts it at its address, empty.
    ///
    /// # Errors
    /// When it does not start, with its log.
    pub fn start_again(&mut self) -> Result<()> {
        let mut server = Guarded::start(&self.command_line(), self.folder.path())?;
        let deadline = Instant::now() + START_LIMIT;
        while self.connect().is_err() {
            if server.ended()?.is_some() || Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                return Err(format!("redis-server did not start:\n{log}").into());
            }
            thread::sleep(INTERVAL);
        }
        self.server = Some(server);
        Ok(())
    }

    /// Kills it; nobody listens at its address then.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill(&mut self) -> Result<()> {
        let mut server = self.server.take().ok_or("it does not run")?;
        server.kill(self.folder.path())
    }

    /// `redis://…`, for the database 2, with this before the host: `user:password@` or nothing.
    pub fn url(&self, login: &str) -> String {
        format!("redis://{login}127.0.0.1:{}/2", self.port)
    }

    /// `rediss://…`, for the database 2. The certificate is for `localhost` only.
    pub fn tls_url(&self, host: &str) -> String {
        format!("rediss://{host}:{}/2", self.tls_port)
    }

    /// The authority that signed its certificate, PEM.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join(tls::CERTIFICATE)
    }

    /// Runs a command in the database 2, as the user `tests`, who may do everything.
    ///
    /// # Panics
    /// When it is refused, or answers something else.
    pub fn run<T: FromRedisValue>(&self, words: &[&str]) -> T {
        self.attempt(words).unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    fn attempt<T: FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        let mut command = redis::Cmd::new();
        command.arg(words).query(&mut self.connect()?)
    }

    fn connect(&self) -> redis::RedisResult<Connection> {
        Client::open(self.url("tests:tests@"))?.get_connection_with_timeout(START_LIMIT)
    }

    fn command_line(&self) -> Command {
        let mut command = Command::new("redis-server");
        let file = |name: &str| self.folder.path().join(name);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.args(["--port", &self.port.to_string(), "--tls-port", &self.tls_port.to_string()]);
        command.args(["--tls-auth-clients", "no"]);
        command.args(["--user", "tests", "on", ">tests", "~*", "&*", "+@all"]);
        command.arg("--tls-cert-file").arg(file(tls::CERTIFICATE));
        command.arg("--tls-key-file").arg(file(tls::KEY));
        command.arg("--dir").arg(self.folder.path()).arg("--logfile").arg(file("log"));
        command
    }
}

/// Ports that nobody listens at, below those that the system lends to connections: one of those
/// could be in use when the server is started again.
fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut found = [0; N];
    for port in &mut found {
        *port = loop {
            let mut random = [0; 2];
            openssl::rand::rand_bytes(&mut random)?;
            let port = 10_000 + u16::from_ne_bytes(random) % 20_000;
            if TcpListener::bind(("127.0.0.1", port)).is_ok() {
                break port;
            }
        };
    }
    Ok(found)
}
