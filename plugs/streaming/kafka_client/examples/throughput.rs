//! Publishes batches of 10 000 records of 100 bytes to librdkafka's mock cluster and prints how long
//! one call takes: with and without headers, and a single record with `linger.ms=0`.
//!
//! `cargo run --release -p kafka_client --example throughput`

use std::error::Error;
use std::future::Future;
use std::io::Write;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use kafka_client::outgoing::RecordSlices;
use kafka_client::{BatchBuilder, ClientSettings, Outcome, OutgoingBatch, Producer};
use rdkafka::mocking::MockCluster;

const RECORDS: usize = 10_000;
const CALLS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mock = MockCluster::new(1)?;
    mock.create_topic("orders", 4, 1)?;
    let mut settings = ClientSettings::default();
    settings.set("bootstrap.servers", mock.bootstrap_servers());
    settings.set("partitioner", "murmur2_random").set("enable.idempotence", "true");
    settings.set("linger.ms", "0");
    let producer = Producer::connect(&settings)?;
    let header: &[(&str, Option<&[u8]>)] = &[("source", Some(b"example"))];
    for (name, headers) in [("10000 plain records", [].as_slice()), ("10000 with a header", header)]
    {
        let took = median(&producer, RECORDS, headers)?;
        let rate = RECORDS as f64 / took.as_secs_f64();
        writeln!(std::io::stdout(), "{name}: {took:?} a call, {rate:.0} records/s")?;
    }
    let took = median(&producer, 1, &[])?;
    writeln!(std::io::stdout(), "a single record: {took:?} a call")?;
    Ok(())
}

/// Median time from `publish` to the last delivery report.
fn median(
    producer: &Producer,
    count: usize,
    headers: &[(&str, Option<&[u8]>)],
) -> Result<Duration, Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let batch = batch(count, headers)?;
        let begun = Instant::now();
        let outcomes = block_on(producer.publish(batch, begun + Duration::from_secs(60)));
        times.push(begun.elapsed());
        if !outcomes.iter().all(|outcome| matches!(outcome, Outcome::Delivered(_))) {
            return Err("a record was not delivered".into());
        }
    }
    times.sort_unstable();
    Ok(times[CALLS / 2])
}

fn batch(count: usize, headers: &[(&str, Option<&[u8]>)]) -> Result<OutgoingBatch, Box<dyn Error>> {
    let mut builder = BatchBuilder::default();
    for number in 0..count {
        let key = format!("key-{}", number % 1000);
        let key = Some(key.as_bytes());
        let record =
            RecordSlices { key, value: Some(&[b'x'; 100]), headers, ..RecordSlices::default() };
        builder.append("orders", record)?;
    }
    Ok(builder.build())
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
