//! Callers of `process` under load, and what the oracle says of their answers.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use end_to_end::host::Host;
use end_to_end::oracle::{Numbered, Verdict, seed};
use end_to_end::reader::read_topic;
use end_to_end::serve::{Connection, Serve};
use serde_json::{Value, json};

const CALLERS: u64 = 3;
/// Records of one call.
pub const CALL: u64 = 200;
/// Each key belongs to one caller, so that its order is known.
const KEYS: u64 = CALLERS * 8;
/// How long a first record may take after a fault has ended.
const RECOVERY: Duration = Duration::from_secs(10);

/// What callers were told of the records they sent.
#[derive(Debug, Default)]
pub struct Told {
    pub acknowledged: BTreeSet<u64>,
    pub failed: BTreeSet<u64>,
    pub unknown: BTreeSet<u64>,
}

/// A server whose kafka_producer publishes numbered records, from several callers at once.
pub struct Load {
    serve: Serve,
    cfg: Value,
    issued: Numbered,
    told: Mutex<Told>,
    /// Calls that were answered; and whether callers stop.
    answered: AtomicU64,
    is_over: AtomicBool,
}

impl Load {
    /// `cfg` is the configuration of kafka_producer.
    pub fn new(cfg: Value) -> Self {
        let host = Host::shared();
        let serve = Serve::start(host.run(["serve", "--listen", "127.0.0.1:0"]));
        let issued = Numbered { seed: seed(), count: 10_000_000, keys: KEYS, pad: 120 };
        let (told, answered) = (Mutex::default(), AtomicU64::new(0));
        Self { serve, cfg, issued, told, answered, is_over: AtomicBool::new(false) }
    }

    /// Publishes from several callers while `fault` runs, and until one of them got a record through
    /// after it.
    pub fn during(&self, fault: impl FnOnce(&Self)) {
        thread::scope(|scope| {
            for caller in 0..CALLERS {
                scope.spawn(move || self.publish_until_over(caller));
            }
            fault(self);
            let before = self.acknowledged();
            let recovered = self.wait_until(RECOVERY, || self.acknowledged() > before);
            self.is_over.store(true, Ordering::Relaxed);
            assert!(recovered, "no record got through after the fault\n{}", self.serve.said());
        });
    }

    /// Waits until so many more calls were answered.
    pub fn wait_for_calls(&self, count: u64) {
        let until = self.answered.load(Ordering::Relaxed) + count;
        let come = self
            .wait_until(Duration::from_secs(60), || self.answered.load(Ordering::Relaxed) >= until);
        assert!(come, "calls are not answered\n{}", self.serve.said());
    }

    /// One call with these records, and its answer.
    pub fn call(&self, ids: impl IntoIterator<Item = u64>) -> Value {
        self.call_on(&mut self.serve.connect(), ids)
    }

    /// What was told of all records so far, after a reader has confirmed every word of it.
    pub fn judged(self) -> Told {
        let told = self.told.into_inner().unwrap();
        let text = |key: &str| self.cfg[key].as_str().unwrap().to_owned();
        let read = read_topic(&text("bootstrap_servers"), &text("topic"));
        let verdict = Verdict::of(&self.issued, told.acknowledged.iter().copied(), &read);
        verdict.assert_kept();
        assert_eq!(verdict.duplicates, 0, "one idempotent producer writes no record twice");
        let values = read.iter().filter_map(|record| record.value.as_deref());
        let present: BTreeSet<u64> = values.filter_map(|value| self.issued.id_of(value)).collect();
        let denied: Vec<&u64> = told.failed.intersection(&present).take(5).collect();
        assert!(denied.is_empty(), "reported failed, and there: {denied:?}");
        eprintln!(
            "{}: {} acknowledged, {} failed, {} unknown, {} read",
            text("topic"),
            told.acknowledged.len(),
            told.failed.len(),
            told.unknown.len(),
            read.len()
        );
        told
    }

    fn acknowledged(&self) -> usize {
        self.told.lock().unwrap().acknowledged.len()
    }

    fn wait_until(&self, limit: Duration, holds: impl Fn() -> bool) -> bool {
        let deadline = Instant::now() + limit;
        while !holds() {
            if Instant::now() > deadline {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }

    fn publish_until_over(&self, caller: u64) {
        let mut connection = self.serve.connect();
        let mut ids = (0..self.issued.count).filter(|id| id % CALLERS == caller);
        while !self.is_over.load(Ordering::Relaxed) {
            self.call_on(&mut connection, ids.by_ref().take(CALL as usize));
        }
    }

    fn call_on(&self, connection: &mut Connection, ids: impl IntoIterator<Item = u64>) -> Value {
        let ids: Vec<u64> = ids.into_iter().collect();
        let record = |id: &u64| {
            let value: Value = serde_json::from_str(&self.issued.value(*id)).unwrap();
            json!({"key": self.issued.key(*id), "value": value})
        };
        let records: Vec<Value> = ids.iter().map(record).collect();
        let body = json!({"ctx": {"records": records}, "cfg": self.cfg});
        let answer = connection.post("/v1/plugins/kafka_producer/process", &body).expect(200);
        self.note(&ids, &answer);
        self.answered.fetch_add(1, Ordering::Relaxed);
        answer
    }

    fn note(&self, ids: &[u64], answer: &Value) {
        let details = answer["kafka_result"]["details"].as_array();
        let details = details.unwrap_or_else(|| panic!("no details: {answer}"));
        assert_eq!(details.len(), ids.len(), "{answer}");
        let mut told = self.told.lock().unwrap();
        for (id, detail) in ids.iter().zip(details) {
            let said = match detail["status"].as_str() {
                Some("success") => &mut told.acknowledged,
                Some("error") => &mut told.failed,
                Some("unknown") => &mut told.unknown,
                _ => panic!("{detail}"),
            };
            assert!(said.insert(*id), "record {id} was sent twice");
        }
    }
}
