//! What a call of kafka_producer costs: one message, ten thousand, and two hundred callers at once.
//! Printed, not judged: timing decides no test.
//!
//! `cargo bench -p end-to-end --bench publishing`

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at the first surprise"
)]

use std::thread;
use std::time::{Duration, Instant};

use end_to_end::apache::Apache;
use end_to_end::host::Host;
use end_to_end::mock::Mock;
use end_to_end::serve::{Connection, Serve};
use serde_json::{Value, json};

const TOPIC: &str = "figures";
const PARTITIONS: i32 = 4;
const SINGLES: usize = 2_000;
const MANY: usize = 10_000;
const ROUNDS: u32 = 10;
const CALLERS: usize = 200;
/// The kernel counts processor time in these.
const TICK: Duration = Duration::from_millis(10);

fn main() {
    let mock = Mock::start(1, &[(TOPIC, PARTITIONS)]);
    report("mock", mock.bootstrap_servers());
    if let Some(kafka) = Apache::shared() {
        kafka.create_topic(TOPIC, PARTITIONS);
        report("Apache Kafka", kafka.bootstrap_servers());
    }
}

fn report(broker: &str, servers: &str) {
    for linger_ms in [0, 5] {
        let cfg = json!({"bootstrap_servers": servers, "topic": TOPIC, "linger_ms": linger_ms});
        println!("{broker}, linger_ms {linger_ms}, one message: {}", singles(&cfg));
    }
    for content in ["off", "warn"] {
        let cfg = json!({
            "bootstrap_servers": servers,
            "topic": TOPIC,
            "linger_ms": 0,
            "security": {"content": content},
        });
        println!("{broker}, content {content}, {MANY} messages: {}", many(&cfg));
    }
    let cfg = json!({"bootstrap_servers": servers, "topic": TOPIC});
    println!("{broker}, {CALLERS} callers at once: {}", callers(&cfg));
}

fn serve() -> Serve {
    Serve::start(Host::shared().run(["serve", "--listen", "127.0.0.1:0", "--max-calls", "256"]))
}

/// About 110 bytes as compact JSON.
fn message(number: usize) -> Value {
    json!({"id": number, "customer": "annabel", "city": "san francisco", "total": 19.25, "paid": true,
           "note": "ring twice"})
}

/// One call; the plugin's own time in milliseconds.
fn call(connection: &mut Connection, ctx: &Value, cfg: &Value) -> f64 {
    let body = json!({"ctx": ctx, "cfg": cfg});
    let answer = connection.post("/v1/plugins/kafka_producer/process", &body).expect(200);
    assert_eq!(answer["kafka_status"], "success", "{answer}");
    answer["latency_ms"].as_f64().unwrap()
}

fn singles(cfg: &Value) -> String {
    let serve = serve();
    let mut connection = serve.connect();
    let ctx = json!({"message": message(1), "partition_key": "k"});
    for _ in 0..100 {
        call(&mut connection, &ctx, cfg);
    }
    let mut times: Vec<f64> = (0..SINGLES).map(|_| call(&mut connection, &ctx, cfg)).collect();
    times.sort_by(f64::total_cmp);
    format!("p50 {:.3} ms, p99 {:.3} ms", times[SINGLES / 2], times[SINGLES * 99 / 100])
}

fn many(cfg: &Value) -> String {
    let serve = serve();
    let mut connection = serve.connect();
    let messages: Vec<Value> = (0..MANY).map(message).collect();
    let ctx = json!({"messages": messages});
    call(&mut connection, &ctx, cfg);
    let before = processor_time(&serve);
    let times: Vec<f64> = (0..ROUNDS).map(|_| call(&mut connection, &ctx, cfg)).collect();
    let spent = processor_time(&serve) - before;
    let best = times.iter().copied().fold(f64::MAX, f64::min);
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    let a_record = spent.as_nanos() / (u128::from(ROUNDS) * MANY as u128);
    format!(
        "{:.0} msg/s (best {:.0}), {a_record} ns of processor time a record, HTTP and answer included",
        MANY as f64 / mean * 1e3,
        MANY as f64 / best * 1e3,
    )
}

fn callers(cfg: &Value) -> String {
    let serve = serve();
    call(&mut serve.connect(), &json!({"message": 1}), cfg);
    let (before, start) = (serve.resident_kib(), Instant::now());
    let most = thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                let mut connection = serve.connect();
                for number in 0..20 {
                    call(&mut connection, &json!({"message": message(number)}), cfg);
                }
            });
        }
        let look = |_| {
            thread::sleep(Duration::from_millis(20));
            serve.resident_kib()
        };
        (0..50).map(look).max().unwrap_or_default()
    });
    format!("from {before} KiB to {most} KiB, {} calls in {:?}", CALLERS * 20, start.elapsed())
}

/// User and system time of the server.
fn processor_time(serve: &Serve) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", serve.id())).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks = fields.split(' ').skip(11).take(2).map(|field| field.parse::<u32>().unwrap());
    TICK * ticks.sum::<u32>()
}
