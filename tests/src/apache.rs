//! A real Apache Kafka broker: one plaintext node, broker and controller in one JVM. [`cluster`] is three
//! of them, [`secured`] one with TLS, logins and permissions.

pub mod certificates;
pub mod cluster;
pub mod console;
mod jars;
mod properties;
pub mod secured;
mod topics;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::guarded::Guarded;
use crate::skip::{Availability, skip};
use crate::{Result, process};
use jars::JarSet;

/// Formatting and starting take 3 s on two idle cores.
const START_LIMIT: Duration = Duration::from_secs(90);
/// How often the log is looked at while the broker starts.
const LOG_INTERVAL: Duration = Duration::from_millis(20);
/// Any 16 bytes in base64url name a cluster.
const CLUSTER_ID: &str = "nEq6tCmiSp2Vv2jWVQAL9A";
const READY: &str = "Kafka Server started";
/// The controller logs one such line too, before the broker's.
const LISTENING: &str = "Awaiting socket connections on ";

/// A running broker. Dropping it kills the JVM; so does the end of the test process.
pub struct Apache {
    bootstrap_servers: String,
    // Before the folder: the broker ends before its data goes.
    broker: Guarded,
    folder: TempDir,
    jars: PathBuf,
}

impl Apache {
    /// Starts a broker with an empty data folder, or skips where Java or Maven is missing.
    ///
    /// # Errors
    /// When the broker does not start, with its log.
    pub fn start() -> Result<Option<Self>> {
        Self::try_start()?.or_skip()
    }

    /// The broker of this test process, started by the first call. `None` is a skip.
    ///
    /// # Panics
    /// When the broker does not start.
    pub fn shared() -> Option<&'static Self> {
        static BROKER: OnceLock<Result<Availability<Apache>>> = OnceLock::new();
        match BROKER.get_or_init(Self::try_start) {
            Ok(Availability::Present(broker)) => Some(broker),
            Ok(Availability::Absent(reason)) => skip(reason).unwrap_or_else(|e| panic!("{e}")),
            Err(error) => panic!("Apache Kafka did not start: {error}"),
        }
    }

    /// `127.0.0.1:<port>`.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// Creates a topic and waits until the broker leads all of its partitions.
    ///
    /// # Panics
    /// When the broker refuses: tests do not share topics.
    pub fn create_topic(&self, name: &str, partitions: i32) {
        topics::create(&self.bootstrap_servers, name, partitions)
            .unwrap_or_else(|error| panic!("topic {name}: {error}"));
    }

    /// Kills the broker, as a crash of its machine would. Its data stays.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn kill(&mut self) -> Result<()> {
        self.broker.kill(self.folder.path())
    }

    /// Starts a killed broker with its data, at the same address.
    ///
    /// # Errors
    /// When it does not start, with its log.
    pub fn start_again(&mut self) -> Result<()> {
        properties::listen_at(self.folder.path(), &self.bootstrap_servers)?;
        fs::remove_file(log_file(self.folder.path()))?;
        (self.broker, self.bootstrap_servers) = start_broker(&self.jars, self.folder.path())?;
        Ok(())
    }

    /// What the broker has logged since it started: warnings, errors and the lines of its start.
    pub fn log(&self) -> String {
        read_log(self.folder.path())
    }

    fn try_start() -> Result<Availability<Self>> {
        if let Err(reason) = java_answers() {
            return Ok(Availability::Absent(reason));
        }
        Ok(match jars::fetch(JarSet::Broker)? {
            Availability::Present(jars) => Availability::Present(Self::start_from(&jars)?),
            Availability::Absent(reason) => Availability::Absent(reason),
        })
    }

    fn start_from(jars: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("plugpipe-kafka-").tempdir()?;
        properties::write(folder.path())?;
        format_storage(jars, folder.path())?;
        let (broker, bootstrap_servers) = start_broker(jars, folder.path())?;
        Ok(Self { bootstrap_servers, broker, folder, jars: jars.to_owned() })
    }
}

/// The reason why no JVM can be started here, if there is one.
fn java_answers() -> std::result::Result<(), String> {
    match Command::new("java").arg("-version").output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("java -version failed ({})", output.status)),
        Err(error) => Err(format!("java is missing ({error})")),
    }
}

/// A JVM with the class path of `jars`; the caller appends the class and its arguments.
fn java(jars: &Path, folder: &Path) -> Command {
    let mut command = Command::new("java");
    command
        .args(["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .arg(format!("-Dkafka.log.file={}", log_file(folder).display()))
        .arg(format!("-Dlog4j2.configurationFile={}", folder.join("log4j2.properties").display()))
        .args(["-cp", &format!("{}/*", jars.display())]);
    command
}

fn server_properties(folder: &Path) -> PathBuf {
    folder.join("server.properties")
}

fn format_storage(jars: &Path, folder: &Path) -> Result<()> {
    let mut format = java(jars, folder);
    format
        .args(["kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID, "-c"])
        .arg(server_properties(folder));
    let output = process::run(format, START_LIMIT)?;
    if output.code == Some(0) { Ok(()) } else { Err(format!("StorageTool: {output}").into()) }
}

/// Starts a broker on a folder that is ready for it; answers its address.
fn start_broker(jars: &Path, folder: &Path) -> Result<(Guarded, String)> {
    let mut kafka = java(jars, folder);
    kafka.arg("kafka.Kafka").arg(server_properties(folder));
    let mut broker = Guarded::start(&kafka, folder)?;
    let bootstrap_servers = wait_until_ready(&mut broker, folder)?;
    Ok((broker, bootstrap_servers))
}

/// Waits until the broker is registered and listening; answers its address.
fn wait_until_ready(broker: &mut Guarded, folder: &Path) -> Result<String> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        let log = read_log(folder);
        if log.contains(READY) {
            return listener(&log).ok_or_else(|| format!("no listener in the log:\n{log}").into());
        }
        if let Some(status) = broker.ended()? {
            return Err(format!("the broker ended at once ({status}):\n{log}").into());
        }
        if Instant::now() > deadline {
            return Err(format!("not ready after {START_LIMIT:?}:\n{log}").into());
        }
        thread::sleep(LOG_INTERVAL);
    }
}

fn log_file(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

fn read_log(folder: &Path) -> String {
    fs::read_to_string(log_file(folder)).unwrap_or_default()
}

fn listener(log: &str) -> Option<String> {
    let (_, after) = log.rsplit_once(LISTENING)?;
    let address = after.split_whitespace().next()?;
    Some(address.trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_listener_in_the_log_is_the_brokers() {
        let log = "[x] INFO Awaiting socket connections on 127.0.0.1:1000. (k)\n\
                   [y] INFO Awaiting socket connections on 127.0.0.1:2000. (k)\n";
        assert_eq!(listener(log).as_deref(), Some("127.0.0.1:2000"));
    }
}
