//! A real Apache Kafka broker with a listener for each way to log in, and for each way to fail.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

use super::certificates::Certificates;
use super::jars::{self, JarSet};
use super::{CLUSTER_ID, START_LIMIT, java, java_answers, properties, topics};
use crate::guarded::Guarded;
use crate::skip::{Availability, skip};
use crate::{Result, process};

/// A tool takes a second to start.
const TOOL_LIMIT: Duration = Duration::from_secs(60);

/// The user of every mechanism, and the name in the client's certificate.
pub const USER: &str = "producer";
/// Its password.
pub const PASSWORD: &str = "right-password-of-the-tests";

/// The listeners of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// Logins over TLS: SCRAM-SHA-256, SCRAM-SHA-512 and PLAIN.
    Sasl,
    /// TLS that asks for a client's certificate.
    Mutual,
    /// TLS with a certificate for another host.
    BadHost,
    /// TLS with a certificate that has expired.
    Expired,
    /// In clear and without a login, with every permission: for the tests themselves.
    Internal,
}

impl Listener {
    const ALL: [Self; 5] = [Self::Sasl, Self::Mutual, Self::BadHost, Self::Expired, Self::Internal];

    fn name(self) -> &'static str {
        match self {
            Self::Sasl => "SASL_SSL",
            Self::Mutual => "MUTUAL",
            Self::BadHost => "BADHOST",
            Self::Expired => "EXPIRED",
            Self::Internal => "INTERNAL",
        }
    }

    fn protocol(self) -> &'static str {
        match self {
            Self::Sasl => "SASL_SSL",
            Self::Mutual | Self::BadHost | Self::Expired => "SSL",
            Self::Internal => "PLAINTEXT",
        }
    }

    fn store(self) -> Option<&'static str> {
        match self {
            Self::Sasl | Self::Mutual => Some("good"),
            Self::BadHost => Some("badhost"),
            Self::Expired => Some("expired"),
            Self::Internal => None,
        }
    }
}

/// A running broker. Dropping it kills the JVM; so does the end of the test process.
pub struct Secured {
    ports: [u16; 5],
    /// What clients show and trust.
    pub certificates: Certificates,
    // Before the folder: the broker ends before its data goes.
    _broker: Guarded,
    folder: TempDir,
}

impl Secured {
    /// The broker of this test process, started by the first call. `None` is a skip.
    ///
    /// # Panics
    /// When the broker does not start.
    pub fn shared() -> Option<&'static Self> {
        static BROKER: OnceLock<Result<Availability<Secured>>> = OnceLock::new();
        match BROKER.get_or_init(Self::try_start) {
            Ok(Availability::Present(broker)) => Some(broker),
            Ok(Availability::Absent(reason)) => skip(reason).unwrap_or_else(|e| panic!("{e}")),
            Err(error) => panic!("the secured Apache Kafka did not start: {error}"),
        }
    }

    /// `127.0.0.1:<port>` of a listener.
    pub fn servers(&self, listener: Listener) -> String {
        format!("127.0.0.1:{}", self.port(listener))
    }

    /// The port of a listener.
    pub fn port(&self, listener: Listener) -> u16 {
        let position = Listener::ALL.iter().position(|one| *one == listener);
        self.ports[position.expect("every listener has its port")]
    }

    /// Creates a topic that [`USER`] may not write to.
    ///
    /// # Panics
    /// When the broker refuses.
    pub fn create_topic(&self, name: &str) {
        topics::create(&self.servers(Listener::Internal), name, 1)
            .unwrap_or_else(|error| panic!("topic {name}: {error}"));
    }

    /// Lets [`USER`] write to a topic.
    ///
    /// # Panics
    /// When the tool fails.
    pub fn permit(&self, topic: &str) {
        self.change_permission("--add", topic);
    }

    /// Takes that back.
    ///
    /// # Panics
    /// When the tool fails.
    pub fn forbid(&self, topic: &str) {
        self.change_permission("--remove", topic);
    }

    fn change_permission(&self, change: &str, topic: &str) {
        let jars = match jars::fetch(JarSet::Tools) {
            Ok(Availability::Present(jars)) => jars,
            Ok(Availability::Absent(reason)) => panic!("{reason}"),
            Err(error) => panic!("{error}"),
        };
        let mut tool = Command::new("java");
        tool.args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
            .args(["-cp", &format!("{}/*", jars.display())])
            .args(["org.apache.kafka.tools.AclCommand", "--bootstrap-server"])
            .args([&self.servers(Listener::Internal), change, "--topic", topic])
            .args(["--allow-principal", &format!("User:{USER}")])
            .args(["--operation", "Write", "--operation", "Describe"]);
        if change == "--remove" {
            tool.arg("--force");
        }
        let output = process::run(tool, TOOL_LIMIT).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(output.code, Some(0), "AclCommand: {output}");
    }

    /// What the broker has logged since it started.
    pub fn log(&self) -> String {
        super::read_log(self.folder.path())
    }

    fn try_start() -> Result<Availability<Self>> {
        if let Err(reason) = java_answers() {
            return Ok(Availability::Absent(reason));
        }
        if let Availability::Absent(reason) = jars::fetch(JarSet::Tools)? {
            return Ok(Availability::Absent(reason));
        }
        Ok(match jars::fetch(JarSet::Broker)? {
            Availability::Present(jars) => Availability::Present(Self::start_from(&jars)?),
            Availability::Absent(reason) => Availability::Absent(reason),
        })
    }

    fn start_from(jars: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("plugpipe-secured-").tempdir()?;
        let certificates = Certificates::make(folder.path())?;
        let ports = free_ports()?;
        properties::write(folder.path())?;
        fs::write(super::server_properties(folder.path()), server(&certificates, ports, &folder))?;
        format_storage(jars, folder.path())?;
        let (broker, _) = super::start_broker(jars, folder.path())?;
        Ok(Self { ports, certificates, _broker: broker, folder })
    }
}

/// Ports that were free a moment ago: the log does not say which line is whose, so they are chosen here.
fn free_ports() -> Result<[u16; 5]> {
    let mut ports = [0; 5];
    let listeners: Vec<TcpListener> =
        ports.iter().map(|_| TcpListener::bind("127.0.0.1:0")).collect::<std::io::Result<_>>()?;
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

/// `server.properties`: the plaintext node's, with other listeners.
fn server(certificates: &Certificates, ports: [u16; 5], folder: &TempDir) -> String {
    let data = format!("log.dirs={}", folder.path().join("data").display());
    let path = |file: PathBuf| file.display().to_string();
    let mut lines = vec![data];
    lines.extend(properties::without_listeners().map(str::to_owned));
    let pairs = || Listener::ALL.iter().zip(ports);
    let listeners: Vec<String> =
        pairs().map(|(one, port)| format!("{}://127.0.0.1:{port}", one.name())).collect();
    lines.push(format!("listeners={},CONTROLLER://127.0.0.1:0", listeners.join(",")));
    let protocols: Vec<String> =
        pairs().map(|(one, _)| format!("{}:{}", one.name(), one.protocol())).collect();
    lines.push(format!(
        "listener.security.protocol.map={},CONTROLLER:PLAINTEXT",
        protocols.join(",")
    ));
    lines.push("inter.broker.listener.name=INTERNAL".to_owned());
    for listener in Listener::ALL {
        let Some(store) = listener.store() else { continue };
        let prefix = format!("listener.name.{}", listener.name().to_lowercase());
        lines.push(format!("{prefix}.ssl.keystore.type=PEM"));
        lines.push(format!("{prefix}.ssl.keystore.location={}", path(certificates.store(store))));
    }
    lines.push("listener.name.mutual.ssl.client.auth=required".to_owned());
    lines.push("listener.name.mutual.ssl.truststore.type=PEM".to_owned());
    let trusted = path(certificates.ca());
    lines.push(format!("listener.name.mutual.ssl.truststore.location={trusted}"));
    lines.extend(LOGINS.lines().map(|line| line.replace("PASSWORD", PASSWORD)));
    lines.join("\n") + "\n"
}

const LOGINS: &str = r#"ssl.principal.mapping.rules=RULE:^.*CN=([^,]+).*$/$1/,DEFAULT
sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512,PLAIN
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_producer="PASSWORD";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS"#;

/// The users of SCRAM are part of the first data.
fn format_storage(jars: &Path, folder: &Path) -> Result<()> {
    let mut format = java(jars, folder);
    format
        .args(["kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID, "-c"])
        .arg(super::server_properties(folder));
    for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-512"] {
        let user = format!("{mechanism}=[name={USER},password={PASSWORD}]");
        format.args(["--add-scram", &user]);
    }
    let output = process::run(format, START_LIMIT)?;
    if output.code == Some(0) { Ok(()) } else { Err(format!("StorageTool: {output}").into()) }
}
