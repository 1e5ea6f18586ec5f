//! The producer: batches in, outcomes out, one thread that serves delivery reports.

mod hopeless;

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__INVALID_ARG;

use crate::backlog::{Backlog, Waiting};
use crate::closing::Closing;
use crate::cluster::Cluster;
use crate::flight::{Flight, Publishing};
use crate::native::{Client, words};
use crate::new_topic::{NewTopic, NotMade};
use crate::outgoing::OutgoingBatch;
use crate::placement::place;
use crate::running::Running;
use crate::settings::{ClientError, ClientSettings};
use crate::topics::{KnownTopic, TopicView, Topics};
use crate::trouble::ClientTrouble;
use hopeless::Prospects;

/// From this many records on it pays to know the partitions and to choose them here.
const WORTH_ASKING: usize = 256;
/// Longest wait for one answer about the cluster: for the partitions of a topic, without which
/// librdkafka chooses, and before a question is asked again.
const ASKING: Duration = Duration::from_secs(2);
/// Longest sleep of the polling thread. Reports, a full queue and closing end it at once.
const NAP: Duration = Duration::from_secs(1);
/// Longest sleep while a batch waits for room that another thread's `flush` may have made.
const SHORT_NAP: Duration = Duration::from_millis(50);
/// How long dropping a producer waits for what is in flight.
const DROP_WAIT: Duration = Duration::from_secs(5);

/// Publishes batches to Kafka.
///
/// Life: [`connect`](Self::connect) once, [`publish`](Self::publish) from any thread and as often as
/// wanted, then [`close`](Self::close) or drop. Batches are handed over in the order of the calls, so
/// two batches of one key stay in order.
#[derive(Debug)]
pub struct Producer {
    shared: Arc<Shared>,
    polling: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    // Before `client`: a topic holds a share in the client, and goes first.
    topics: Topics,
    backlog: Mutex<Backlog>,
    running: Mutex<Running>,
    client: Arc<Client>,
    /// Whether we choose partitions ourselves: only where librdkafka would choose the same.
    murmur2: bool,
    /// Turns the partition of records without a key from batch to batch.
    turn: AtomicUsize,
    /// Set once, when the producer is closed.
    closing: OnceLock<Closing>,
    prospects: Prospects,
}

impl Producer {
    /// Creates the client and its polling thread. Waits for no network.
    ///
    /// # Errors
    /// A setting that librdkafka does not know or take, named by its key; settings that do not go
    /// together; no thread.
    pub fn connect(settings: &ClientSettings) -> Result<Self, ClientError> {
        let client = Arc::new(Client::new(settings)?);
        let shared = Arc::new(Shared {
            topics: Topics::default(),
            backlog: Mutex::default(),
            running: Mutex::default(),
            client,
            murmur2: settings.get("partitioner") == Some("murmur2_random"),
            turn: AtomicUsize::new(RandomState::new().hash_one(0) as usize),
            closing: OnceLock::new(),
            prospects: Prospects::default(),
        });
        let polled = Arc::clone(&shared);
        let thread = thread::Builder::new().name("pp-kafka-poll".to_owned());
        let polling = thread.spawn(move || polled.poll_until_closed());
        let polling = polling.map_err(|error| ClientError::NoThread(error.to_string()))?;
        Ok(Self { shared, polling: Mutex::new(Some(polling)) })
    }

    /// Hands a batch over. The future is ready with one outcome a record, in their order.
    ///
    /// A full queue makes records wait, in order, until there is room; what has not been handed
    /// over at `deadline` comes back as failed with `_QUEUE_FULL`. The future is ready at `deadline`
    /// at the latest: a record that was handed over and has no report by then is unknown, so let
    /// librdkafka's `message.timeout.ms` end before. This call may block for the partitions of
    /// topics: up to 2 s each, and a quarter of the time until `deadline` altogether.
    ///
    /// After [`close`](Self::close) every record comes back as failed with `_DESTROY`.
    pub fn publish(&self, batch: OutgoingBatch, deadline: Instant) -> Publishing {
        let shared = &self.shared;
        let open = |name: &String| shared.topics.open(&shared.client, name);
        let topics: Vec<Option<Arc<KnownTopic>>> = batch.topics().iter().map(open).collect();
        let views = shared.views(&topics, batch.len(), deadline);
        let placed = place(&batch, &views, shared.turn.fetch_add(1, Ordering::Relaxed));
        let flight = Flight::start(batch, Arc::clone(shared.client.trouble()));
        let publishing = Publishing::new(Arc::clone(&flight));
        if publishing.in_flight() > 0 {
            shared.running().add(deadline, &flight);
        }
        let waiting = Waiting { flight, placed, topics, deadline, next: 0 };
        let mut landed = Vec::new();
        let mut backlog = shared.backlog();
        backlog.add(waiting, &mut landed);
        let is_full = backlog.next_deadline().is_some();
        drop(backlog);
        // The polling thread may be asleep for longer than that.
        let is_short = deadline < Instant::now() + NAP && publishing.in_flight() > 0;
        if is_full || is_short || self.is_hopeless() {
            shared.client.wake();
        }
        publishing
    }

    /// Asks the cluster for its brokers and topics.
    ///
    /// # Errors
    /// No answer within `wait`, or no hope for one, with what the client last heard from its brokers.
    pub fn metadata(&self, wait: Duration) -> Result<Cluster, ClientError> {
        self.asked(None, wait)
    }

    fn asked(&self, topic: Option<&KnownTopic>, wait: Duration) -> Result<Cluster, ClientError> {
        let (topic, end) = (topic.map(|topic| &topic.handle), Instant::now() + wait);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let answer = self.shared.client.metadata(topic, left.min(ASKING));
            let is_over = left <= ASKING || self.shared.client.trouble().is_hopeless();
            match answer {
                Err(code) if is_over => return Err(self.no_metadata(code)),
                Err(_) => {}
                Ok(cluster) => return Ok(cluster),
            }
        }
    }

    fn no_metadata(&self, code: i32) -> ClientError {
        let words = words(code);
        match self.trouble() {
            Some(trouble) if trouble.decides() => {
                ClientError::NoMetadata { code: trouble.code, message: trouble.message }
            }
            Some(trouble) => {
                let message = format!("{} ({})", words.text, trouble.message);
                ClientError::NoMetadata { code: words.name, message }
            }
            None => ClientError::NoMetadata { code: words.name, message: words.text },
        }
    }

    /// Whether this producer was given up: no broker will ever take a record of its settings, and what
    /// is published comes back as failed at once. Another producer tries anew.
    pub fn is_hopeless(&self) -> bool {
        self.shared.prospects.are_none()
    }

    /// How many topics this producer has been given records for. librdkafka keeps every one of them, and
    /// asks for it again and again, until the producer is gone.
    pub fn topics_met(&self) -> usize {
        self.shared.topics.count()
    }

    /// How many addresses of brokers were not dialled, since this was last asked, because the policy of
    /// the settings refuses them.
    pub fn take_refused_dials(&self) -> u64 {
        self.shared.client.trouble().take_refused_dials()
    }

    /// Makes a topic and waits for the cluster's word; one that is there already is fine.
    ///
    /// # Errors
    /// What the cluster has against it, or that it did not answer within `wait`.
    pub fn create_topic(&self, topic: &NewTopic<'_>, wait: Duration) -> Result<(), NotMade> {
        self.shared.client.create_topic(topic, wait)
    }

    /// What the cluster says is wrong with a topic, by librdkafka's name, such as
    /// `UNKNOWN_TOPIC_OR_PART`; `None` when nothing is. The client believes the answer at once: records
    /// that wait for a topic that is there now are sent. A cluster that makes topics by itself makes it.
    ///
    /// # Errors
    /// No answer within `wait`.
    pub fn topic_error(&self, topic: &str, wait: Duration) -> Result<Option<String>, ClientError> {
        let Some(known) = self.shared.topics.open(&self.shared.client, topic) else {
            return Ok(Some(words(RD_KAFKA_RESP_ERR__INVALID_ARG as i32).name));
        };
        let cluster = self.asked(Some(&known), wait)?;
        Ok(cluster.topics.into_iter().find_map(|topic| topic.error))
    }

    /// Sends everything without waiting for fuller batches. `true` once every record published so
    /// far has its report, `false` when `wait` is over before.
    pub fn flush(&self, wait: Duration) -> bool {
        self.shared.flush_until(Instant::now() + wait)
    }

    /// What the brokers last said, unless a record has been delivered since. A fatal error stays:
    /// this producer takes no more records.
    pub fn trouble(&self) -> Option<ClientTrouble> {
        self.shared.client.trouble().latest()
    }

    /// Takes no more records, flushes, and gives up the rest so that every future ends: all within
    /// `wait` (at least 250 ms), of which the last tenth is for giving up. Others may still hold the
    /// producer; closing twice keeps the first wait and returns at once.
    pub fn close(&self, wait: Duration) {
        self.shared.backlog().close();
        self.shared.closing.get_or_init(|| Closing::within(wait));
        self.shared.client.wake();
        let polling = self.polling.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(polling) = polling else { return };
        // A waker may drop the last producer on the polling thread, which then closes by itself.
        if polling.thread().id() != thread::current().id() && polling.join().is_err() {
            tracing::error!("the Kafka polling thread panicked");
        }
    }
}

/// Closes with a wait of 5 s. Safe on any thread, a waker's included.
impl Drop for Producer {
    fn drop(&mut self) {
        self.close(DROP_WAIT);
    }
}

impl Shared {
    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of each topic's partitions; nothing when librdkafka is to choose. It does so for
    /// small batches: choosing saves them nothing, and its sticky partitioner looks across batches.
    fn views(
        &self,
        topics: &[Option<Arc<KnownTopic>>],
        records: usize,
        deadline: Instant,
    ) -> Vec<Option<TopicView>> {
        if !self.murmur2 || records < WORTH_ASKING {
            return vec![None; topics.len()];
        }
        let now = Instant::now();
        let until = now + deadline.saturating_duration_since(now) / 4;
        let view = |topic: &Option<Arc<KnownTopic>>| {
            let topic = topic.as_ref()?;
            let wait = ASKING.min(until.saturating_duration_since(Instant::now()));
            topic.view(&self.client, wait)
        };
        topics.iter().map(view).collect()
    }

    fn poll_until_closed(&self) {
        let mut nap = NAP;
        let closing = loop {
            if let Some(closing) = self.closing.get() {
                break closing;
            }
            self.client.poll(nap);
            nap = self.serve();
        };
        self.finish(*closing);
    }

    /// Makes use of room that came free, and ends what is past its deadline. Returns how long the
    /// next nap may be.
    fn serve(&self) -> Duration {
        let mut landed = Vec::new();
        let now = Instant::now();
        let mut backlog = self.backlog();
        backlog.serve(now, || self.client.held() == 0, &mut landed);
        let is_full = backlog.next_deadline().is_some();
        drop(backlog);
        // After the backlog: what was not handed over is failed by now, the rest is unknown.
        let mut running = self.running();
        running.expire(Some(now), &mut landed);
        let deadline = running.next_deadline();
        drop(running);
        for landed in landed {
            landed.wake();
        }
        let is_given_up = self.give_up_without_hope() | self.give_up_after_fatal_error();
        let nap = if is_full || is_given_up { SHORT_NAP } else { NAP };
        deadline.map_or(nap, |deadline| deadline.saturating_duration_since(now).min(nap))
    }

    fn flush_until(&self, deadline: Instant) -> bool {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            self.client.flush(left.min(SHORT_NAP));
            self.serve();
            if self.backlog().next_deadline().is_none() && self.client.held() == 0 {
                return true;
            }
            if left.is_zero() {
                return false;
            }
        }
    }

    /// Flushes, then gives up what is left so that every future ends.
    fn finish(&self, closing: Closing) {
        if self.flush_until(closing.flush_by) {
            return;
        }
        let mut landed = Vec::new();
        self.backlog().give_up(&mut landed);
        self.client.purge();
        while self.client.held() > 0 && Instant::now() < closing.end {
            self.client.poll(SHORT_NAP);
        }
        self.running().expire(None, &mut landed);
        for landed in landed {
            landed.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use rdkafka::mocking::MockCluster;

    use super::*;
    use crate::outcome::Outcome;
    use crate::outgoing::{BatchBuilder, RecordSlices};

    #[test]
    fn a_record_for_a_partition_that_has_gone_is_placed_again() {
        let mock = MockCluster::new(1).unwrap();
        mock.create_topic("orders", 2, 1).unwrap();
        let mut settings = ClientSettings::default();
        settings.set("bootstrap.servers", mock.bootstrap_servers());
        settings.set("partitioner", "murmur2_random").set("linger.ms", "0");
        let producer = Producer::connect(&settings).unwrap();
        let topic = producer.shared.topics.open(&producer.shared.client, "orders").unwrap();
        producer.shared.client.metadata(Some(&topic.handle), Duration::from_secs(10)).unwrap();
        topic.believe(TopicView { partitions: 90, led: vec![89] });
        let header: &[(&str, Option<&[u8]>)] = &[("h", None)];
        let mut builder = BatchBuilder::default();
        for number in 0..300u32 {
            let (key, headers) = (number.to_le_bytes(), header.get(number as usize % 2..).unwrap());
            let key = (number % 3 > 0).then_some(key.as_slice());
            builder.append("orders", RecordSlices { key, headers, ..Default::default() }).unwrap();
        }
        let mut publishing =
            producer.publish(builder.build(), Instant::now() + Duration::from_secs(60));
        assert!(producer.flush(Duration::from_secs(60)));
        let mut context = Context::from_waker(Waker::noop());
        let outcomes = Pin::new(&mut publishing).poll(&mut context);
        let Poll::Ready(outcomes) = outcomes else { panic!("not ready after a flush") };
        let is_delivered = |outcome: &Outcome| matches!(outcome, Outcome::Delivered(_));
        assert!(outcomes.iter().all(is_delivered), "{outcomes:?}");
    }
}
