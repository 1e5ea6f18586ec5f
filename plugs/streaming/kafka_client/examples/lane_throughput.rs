//! How fast one lane publishes: batches of 512 KiB, acks=all, linger 20 ms. Prints records a second
//! and CPU time a record, of this process alone. Start `mock_broker` beside it for the address.
//!
//! `cargo run --release -p kafka_client --example lane_throughput -- ADDRESS SIZE MILLIONS [keyed]`

use std::collections::VecDeque;
use std::error::Error;
use std::future::Future;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

use kafka_client::{ClientSettings, LaneProducer, Writing};
use plugin_abi::{Batch, Buf, RecordMeta};

const BATCH: usize = 512 * 1024;
/// Batches in flight at most.
const WINDOW: usize = 16;
const KEY: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, size, millions, more @ ..] = arguments.as_slice() else {
        return Err("give ADDRESS SIZE MILLIONS [keyed]".into());
    };
    let keyed = more.iter().any(|word| word == "keyed");
    let batch = batch(size.parse()?, keyed);
    let per_batch = batch.records().len();
    let batches = (millions.parse::<f64>()? * 1e6) as usize / per_batch;
    let producer = LaneProducer::connect(&settings(address, more))?;
    // The first batch waits for the connection, and for the producer id that idempotence needs.
    run(&producer, &batch, 1);
    let (begun, cpu) = (Instant::now(), cpu_seconds()?);
    let delivered = run(&producer, &batch, batches);
    let (took, cpu) = (begun.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    let records = (batches * per_batch) as f64;
    if delivered as usize != batches * per_batch {
        return Err("a record was not delivered".into());
    }
    writeln!(
        std::io::stdout(),
        "{:.3} M records/s, {:.0} ns of CPU a record, {:?}",
        records / took / 1e6,
        cpu * 1e9 / records,
        producer.statistics()
    )?;
    Ok(())
}

/// Other arguments of the form `name=value` are settings, too.
fn settings(address: &str, more: &[String]) -> ClientSettings {
    let mut settings = ClientSettings::default();
    settings.set("bootstrap.servers", address).set("partitioner", "murmur2_random");
    settings.set("acks", "all").set("linger.ms", "20").set("message.timeout.ms", "0");
    settings.set("enable.idempotence", "true");
    settings.set("batch.num.messages", "10000").set("batch.size", "1000000");
    settings.set("queue.buffering.max.messages", "100000");
    for (name, value) in more.iter().filter_map(|word| word.split_once('=')) {
        settings.set(name, value);
    }
    settings
}

/// As many records of `size` bytes as fit; keys are different from record to record.
fn batch(size: usize, keyed: bool) -> Batch {
    let count = BATCH / (size + if keyed { KEY } else { 0 });
    let mut arena = vec![b'x'; count * size];
    let mut records = Vec::new();
    for number in 0..count {
        let value_offset = (number * size) as u32;
        let mut record =
            RecordMeta { value_offset, value_len: size as u32, ..RecordMeta::unkeyed() };
        if keyed {
            record.flags = 0;
            (record.key_offset, record.key_len) = (arena.len() as u32, KEY as u32);
            arena.extend_from_slice(format!("key-{number:012}").as_bytes());
        }
        records.push(record);
    }
    Batch::new(Buf::from_vec(arena), records)
}

/// Writes the batch again and again; returns how many records were delivered.
fn run(producer: &LaneProducer, batch: &Batch, batches: usize) -> u64 {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut in_flight: VecDeque<Writing> = VecDeque::new();
    let (mut written, mut delivered) = (0, 0);
    while written < batches || !in_flight.is_empty() {
        if written < batches && in_flight.len() < WINDOW {
            in_flight.push_back(producer.write(batch.clone(), "orders"));
            written += 1;
        } else {
            thread::park();
        }
        in_flight.retain_mut(|writing| {
            let polled = Pin::new(writing).poll(&mut context);
            let done = polled.map(|written| delivered += written.delivered);
            done.is_pending()
        });
    }
    delivered
}

/// CPU time of this process, in seconds; ticks are 10 ms.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: Result<Vec<u64>, _> = ticks.map(str::parse).collect();
    Ok(ticks?.iter().sum::<u64>() as f64 / 100.0)
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
