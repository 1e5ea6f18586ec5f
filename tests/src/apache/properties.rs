//! The files a broker is started with.

use std::fs;
use std::io;
use std::path::Path;

use super::cluster::NODES;

/// One plaintext node. Port 0 takes a free port for each listener. The quorum's address must be
/// given, and a lone node does not use it. The short session keeps a restart short.
const SERVER: &str = "\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:9093
listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=2097152
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
";

/// Warnings and errors, and the few lines that say where the broker listens and that it is ready.
const LOGGING: &str = "\
appender.f.type = File
appender.f.name = F
appender.f.fileName = ${sys:kafka.log.file}
appender.f.layout.type = PatternLayout
appender.f.layout.pattern = [%d] %p %m (%c)%n
rootLogger = WARN, F
logger.a = INFO
logger.a.name = kafka.server.KafkaRaftServer
logger.b = INFO
logger.b.name = kafka.network.DataPlaneAcceptor
";

/// Writes `server.properties` and `log4j2.properties` into `folder`; data goes to `data` in it.
pub(super) fn write(folder: &Path) -> io::Result<()> {
    let data = folder.join("data");
    let server = format!("{SERVER}log.dirs={}\n", data.display());
    fs::write(folder.join("server.properties"), server)?;
    fs::write(folder.join("log4j2.properties"), LOGGING)
}

/// What is different in one of three: a write needs two replicas, and who fell is noticed soon.
const REPLICATED: &str = "\
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
controller.quorum.fetch.timeout.ms=1000
controller.quorum.election.timeout.ms=500
";

/// Writes both files of the node `number` (from 0) of a cluster. Each node is broker and controller;
/// the later line of a key wins.
pub(super) fn write_node(
    folder: &Path,
    number: usize,
    ports: [u16; NODES],
    controllers: [u16; NODES],
) -> io::Result<()> {
    write(folder)?;
    let (port, controller, id) = (ports[number], controllers[number], number + 1);
    let voters = controllers.iter().zip(1..).map(|(port, id)| format!("{id}@127.0.0.1:{port}"));
    let voters = voters.collect::<Vec<_>>().join(",");
    let file = folder.join("server.properties");
    let alone = "controller.quorum.bootstrap.servers=127.0.0.1:9093\n";
    let server = fs::read_to_string(&file)?.replace(alone, "");
    let listeners = format!("PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}");
    let own = format!(
        "node.id={id}\ncontroller.quorum.voters={voters}\nlisteners={listeners}\n{REPLICATED}"
    );
    fs::write(file, server + &own)
}

/// The lines of `server.properties` that say nothing about listeners and data.
pub(super) fn without_listeners() -> impl Iterator<Item = &'static str> {
    const ELSEWHERE: [&str; 3] =
        ["listeners=", "listener.security.protocol.map=", "inter.broker.listener.name="];
    SERVER.lines().filter(|line| !ELSEWHERE.iter().any(|key| line.starts_with(key)))
}

/// Has the broker of `folder` listen at `address` when it starts again, in place of any free port.
pub(super) fn listen_at(folder: &Path, address: &str) -> io::Result<()> {
    let file = folder.join("server.properties");
    let server = fs::read_to_string(&file)?;
    fs::write(file, server.replace("PLAINTEXT://127.0.0.1:0", &format!("PLAINTEXT://{address}")))
}
