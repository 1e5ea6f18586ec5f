//! Runs librdkafka's mock cluster until its standard input ends. The first line it prints is the
//! address. It keeps 5 MiB a partition and drops the oldest.
//!
//! `cargo run --release -p kafka_client --example mock_broker -- TOPIC PARTITIONS`

use std::error::Error;
use std::io::{Read, Write};

use rdkafka::mocking::MockCluster;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let topic = arguments.next().unwrap_or_else(|| "orders".to_owned());
    let partitions = arguments.next().map_or(Ok(4), |number| number.parse())?;
    let mock = MockCluster::new(1)?;
    mock.create_topic(&topic, partitions, 1)?;
    writeln!(std::io::stdout(), "{}", mock.bootstrap_servers())?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
