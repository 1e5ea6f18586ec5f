//! The producer itself.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use plugin_abi::Batch;

use super::backlog::Waiting;
use super::shared::Shared;
use super::statistics::Statistics;
use super::writing::Writing;
use crate::closing::Closing;
use crate::native::Client;
use crate::placement::place;
use crate::renewal::ASKING;
use crate::settings::{ClientError, ClientSettings};
use crate::topics::{KnownTopic, TopicView};
use crate::trouble::ClientTrouble;

/// Records without a key go to one partition until there have been this many bytes of them: enough
/// for librdkafka to send a full request at once instead of lingering over several halves.
const STICKY: usize = 1 << 20;

/// Publishes the batches of one lane, in order.
///
/// Life: [`connect`](Self::connect), [`write`](Self::write) many times,
/// [`flush`](Self::flush) at the end of the source, [`close`](Self::close). Nothing happens by
/// itself: reports are served when a [`Writing`] is polled and when any method is called. Meant for
/// one thread at a time; others may call it, and wait for each other.
#[derive(Debug)]
pub struct LaneProducer {
    shared: Arc<Shared>,
    /// Whether we choose partitions ourselves: only where librdkafka would choose the same.
    murmur2: bool,
    /// Bytes written so far, from a random start: turns the partition of records without a key.
    written: AtomicUsize,
}

impl LaneProducer {
    /// Creates the client. Waits for no network and starts no thread of its own.
    ///
    /// `settings` is taken as it is: give `message.timeout.ms` 0 for records that must never time
    /// out. Only `statistics.interval.ms` is set here, to 1000, when it is absent.
    ///
    /// # Errors
    /// A setting that librdkafka does not know or take, named by its key; settings that do not go
    /// together.
    pub fn connect(settings: &ClientSettings) -> Result<Self, ClientError> {
        let mut settings = settings.clone();
        if settings.get("statistics.interval.ms").is_none() {
            settings.set("statistics.interval.ms", "1000");
        }
        let client = Arc::new(Client::for_lane(&settings)?);
        Ok(Self {
            shared: Arc::new(Shared::new(client)),
            murmur2: settings.get("partitioner") == Some("murmur2_random"),
            written: AtomicUsize::new((RandomState::new().hash_one(0) as u32) as usize * STICKY),
        })
    }

    /// Hands the batch over and returns the future of its reports. Records without a topic of their
    /// own go to `topic`.
    ///
    /// A full queue makes records wait, in order and without a limit of time; they are handed over
    /// when reports are served. May wait for the partitions of topics that are new: up to 2 s in all,
    /// and not again until a broker was heard once that was in vain; until they are known librdkafka
    /// chooses. After [`close`](Self::close) every record comes back as failed with `_DESTROY`.
    pub fn write(&self, batch: Batch, topic: &str) -> Writing {
        let topics = self.topics(&batch, topic);
        let placed = place(&batch, &self.views(&topics), self.turn(batch.arena.len()));
        let waiting = |flight, batch| Waiting { flight, batch, placed, topics, next: 0 };
        let flight = self.shared.write(Arc::new(batch), waiting);
        Writing::new(Arc::clone(&self.shared), flight)
    }

    /// What the brokers last said, unless a record has been delivered since. A fatal error stays:
    /// this producer takes no more records.
    pub fn trouble(&self) -> Option<ClientTrouble> {
        self.shared.serve();
        self.shared.client.trouble().latest()
    }

    /// How many addresses of brokers were not dialled, since this was last asked, because the policy of
    /// the settings refuses them.
    pub fn take_refused_dials(&self) -> u64 {
        self.shared.client.trouble().take_refused_dials()
    }

    /// How the producer is doing. Ask about once a second: that also keeps an idle client served.
    pub fn statistics(&self) -> Statistics {
        self.shared.serve();
        let (queue_full, queued) = self.shared.load();
        let told = self.shared.client.statistics(Statistics::read);
        Statistics { queue_full, queued: queued as u64, ..told }
    }

    /// Sends everything without waiting for fuller batches, and serves the reports on this thread.
    /// `true` once every record written so far has its report, `false` when `wait` is over before.
    pub fn flush(&self, wait: Duration) -> bool {
        self.shared.flush_until(Instant::now() + wait)
    }

    /// Takes no more records, flushes, and gives up the rest so that every [`Writing`] ends: all
    /// within `wait` (at least 250 ms), of which the last tenth is for giving up. A record that was
    /// sent and has no report by then is unknown.
    pub fn close(&self, wait: Duration) {
        self.shared.close(Closing::within(wait));
    }

    /// The topics that placed records name: the lane's own, if it has one, then those of the batch.
    fn topics(&self, batch: &Batch, topic: &str) -> Vec<Option<Arc<KnownTopic>>> {
        let open = |name: &str| {
            let open = || self.shared.topics.open(&self.shared.client, name);
            if name.is_empty() { None } else { open() }
        };
        std::iter::once(topic).chain(batch.topics()).map(open).collect()
    }

    /// What is known of each topic's partitions; nothing when librdkafka is to choose.
    fn views(&self, topics: &[Option<Arc<KnownTopic>>]) -> Vec<Option<TopicView>> {
        let until = Instant::now() + ASKING;
        let view = |topic: &Option<Arc<KnownTopic>>| {
            let topic = topic.as_ref().filter(|_| self.murmur2)?;
            self.shared.topics.recent_view(topic, &self.shared.client, until)
        };
        topics.iter().map(view).collect()
    }

    fn turn(&self, bytes: usize) -> usize {
        self.written.fetch_add(bytes, Ordering::Relaxed) / STICKY
    }
}

/// Gives up what is in flight: close first.
impl Drop for LaneProducer {
    fn drop(&mut self) {
        self.close(Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use plugin_abi::{Buf, HeaderMeta, RecordMeta};
    use rdkafka::mocking::MockCluster;

    use super::*;

    fn connected() -> (MockCluster<'static, impl rdkafka::producer::ProducerContext>, LaneProducer)
    {
        let mock = MockCluster::new(1).unwrap();
        mock.create_topic("orders", 2, 1).unwrap();
        let mut settings = ClientSettings::default();
        settings.set("bootstrap.servers", mock.bootstrap_servers());
        settings.set("partitioner", "murmur2_random").set("linger.ms", "0");
        let producer = LaneProducer::connect(&settings).unwrap();
        (mock, producer)
    }

    #[test]
    fn a_record_for_a_partition_that_has_gone_is_placed_again() {
        let (_mock, producer) = connected();
        let shared = &producer.shared;
        let topic = shared.topics.open(&shared.client, "orders").unwrap();
        shared.client.metadata(Some(&topic.handle), Duration::from_secs(10)).unwrap();
        topic.believe(TopicView { partitions: 90, led: vec![89] });
        let record = |number: u32| {
            let flags = if number.is_multiple_of(3) { RecordMeta::NULL_KEY } else { 0 };
            let (key_offset, header_count) = (4 * number, number % 2);
            RecordMeta { key_offset, key_len: 4, flags, header_count, ..RecordMeta::default() }
        };
        let arena = (0..300u32).flat_map(u32::to_le_bytes).collect();
        let mut batch = Batch::new(Buf::from_vec(arena), (0..300).map(record).collect());
        batch.set_headers(vec![HeaderMeta { name_len: 1, ..HeaderMeta::default() }]);
        let mut writing = producer.write(batch, "orders");
        assert!(producer.flush(Duration::from_secs(60)));
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(written) = Pin::new(&mut writing).poll(&mut context) else {
            panic!("not ready after a flush")
        };
        assert_eq!((written.delivered, written.undelivered), (300, vec![]));
    }

    /// What a write would know of the topic's partitions.
    fn partitions(producer: &LaneProducer, topic: &Arc<KnownTopic>) -> Option<i32> {
        let view = producer.views(&[Some(Arc::clone(topic))]).remove(0);
        view.map(|view| view.partitions)
    }

    fn is_renewed(producer: &LaneProducer, topic: &Arc<KnownTopic>) {
        let end = Instant::now() + Duration::from_secs(60);
        while partitions(producer, topic) != Some(2) {
            assert!(Instant::now() < end, "not renewed in a minute");
            std::thread::yield_now();
        }
    }

    #[test]
    fn an_old_answer_is_renewed_without_waiting() {
        let (_mock, producer) = connected();
        let topic = producer.shared.topics.open(&producer.shared.client, "orders").unwrap();
        assert_eq!(partitions(&producer, &topic), Some(2));
        let old = TopicView { partitions: 90, led: vec![89] };
        topic.believe_since(old, Instant::now() - Duration::from_secs(60));
        assert_eq!(partitions(&producer, &topic), Some(90));
        is_renewed(&producer, &topic);
    }

    #[test]
    fn after_a_silence_the_lane_asks_only_once_a_broker_was_heard() {
        let (_mock, producer) = connected();
        let shared = &producer.shared;
        let topic = shared.topics.open(&shared.client, "orders").unwrap();
        shared.client.silence().note();
        assert_eq!((partitions(&producer, &topic), topic.was_asked_for()), (None, false));
        shared.client.silence().note_at(Instant::now() - Duration::from_secs(60));
        assert_eq!(partitions(&producer, &topic), None, "the question is a thread's");
        is_renewed(&producer, &topic);
        assert_eq!(shared.client.silence().age(), None, "an answer ends the silence");
        shared.client.silence().note();
        let record = vec![RecordMeta::unkeyed()];
        drop(producer.write(Batch::new(Buf::default(), record), "orders"));
        assert!(producer.flush(Duration::from_secs(60)));
        assert_eq!(shared.client.silence().age(), None, "a delivery ends the silence");
    }

    #[test]
    fn brokers_that_are_away_are_asked_once_for_all_new_topics() {
        let mut settings = ClientSettings::default();
        settings.set("bootstrap.servers", "127.0.0.1:1").set("partitioner", "murmur2_random");
        let producer = LaneProducer::connect(&settings).unwrap();
        let shared = &producer.shared;
        let mut asked = 0;
        for turn in 0..2 {
            let names = (0..50).map(|number| format!("topic-{turn}-{number}"));
            let mut batch = Batch::new(Buf::default(), vec![RecordMeta::unkeyed(); 50]);
            let topics: Vec<u32> = names.clone().map(|name| batch.add_topic(&name)).collect();
            for (record, topic) in batch.records_mut().iter_mut().zip(topics) {
                record.topic = topic;
            }
            drop(producer.write(batch, ""));
            let open = |name: String| shared.topics.open(&shared.client, &name).unwrap();
            asked += names.map(open).filter(|topic| topic.was_asked_for()).count();
        }
        assert_eq!(asked, 1);
    }
}
