//! One client of the pool, and its use by a call.

use super::entries::Entries;
use super::figures::Event;
use kafka_client::{ClientError, ClientSettings, ClientTrouble, ErrorClass, Producer};
use std::collections::HashSet;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

/// A client, or why there is none: decided once, by whoever asks first.
pub struct Entry {
    client: OnceLock<Result<Arc<Producer>, ClientError>>,
    using: Mutex<Using>,
    /// Topics that are known to be there.
    topics: Mutex<HashSet<String>>,
    is_connected: AtomicBool,
}

/// Who uses a client.
struct Using {
    calls: usize,
    idle_since: Instant,
}

impl Entry {
    /// An entry that nobody uses yet.
    pub fn new(now: Instant) -> Self {
        Self {
            client: OnceLock::new(),
            using: Mutex::new(Using { calls: 0, idle_since: now }),
            topics: Mutex::default(),
            is_connected: AtomicBool::new(false),
        }
    }

    /// The client, made now unless it is there; `true` for the caller who made it.
    ///
    /// # Errors
    /// Why there is none; the same for all who asked together.
    pub fn connect(&self, settings: &ClientSettings) -> Result<(Arc<Producer>, bool), ClientError> {
        let mut is_new = false;
        let connected = self.client.get_or_init(|| {
            is_new = true;
            Producer::connect(settings).map(Arc::new)
        });
        connected.clone().map(|producer| (producer, is_new))
    }

    /// The client, if it is made.
    pub fn producer(&self) -> Option<&Arc<Producer>> {
        self.client.get()?.as_ref().ok()
    }

    /// Whether the client takes no more records.
    pub fn is_broken(&self) -> bool {
        let is_fatal = |trouble: ClientTrouble| trouble.class == ErrorClass::ClientFatal;
        self.producer().is_some_and(|producer| {
            producer.is_hopeless() || producer.trouble().is_some_and(is_fatal)
        })
    }

    /// How many topics the client has met.
    pub fn topics_met(&self) -> usize {
        self.producer().map_or(0, |producer| producer.topics_met())
    }

    /// Since when nobody uses it; `None` while somebody does.
    pub fn idle_since(&self) -> Option<Instant> {
        let using = self.using();
        (using.calls == 0).then_some(using.idle_since)
    }

    fn using(&self) -> MutexGuard<'_, Using> {
        self.using.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn topics(&self) -> MutexGuard<'_, HashSet<String>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call that uses an entry, connected or not: the entry is not given up while this lives.
pub struct Use(Arc<Entry>);

impl Use {
    /// Counts one more call.
    pub fn of(entry: &Arc<Entry>) -> Self {
        entry.using().calls += 1;
        Self(Arc::clone(entry))
    }

    /// The entry.
    pub fn entry(&self) -> &Arc<Entry> {
        &self.0
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        let mut using = self.0.using();
        using.calls -= 1;
        using.idle_since = Instant::now();
    }
}

/// A client in use by one call: it stays open as long as this lives.
pub struct Lease {
    using: Use,
    producer: Arc<Producer>,
    entries: Arc<Entries>,
}

impl Lease {
    /// The use of an entry that has a client.
    pub(super) fn new(using: Use, producer: Arc<Producer>, entries: Arc<Entries>) -> Self {
        Self { using, producer, entries }
    }

    /// Whether the topic is known to be there.
    pub fn knows(&self, topic: &str) -> bool {
        self.using.0.topics().contains(topic)
    }

    /// Notes that the topic is there.
    pub fn learn(&self, topic: &str) {
        self.using.0.topics().insert(topic.to_owned());
    }

    /// Notes whether the brokers were heard; `true` when that is news. A client that was never heard
    /// has nothing to lose.
    pub fn set_connected(&self, is_connected: bool) -> bool {
        self.using.0.is_connected.swap(is_connected, Ordering::Relaxed) != is_connected
    }
}

/// Counts what the client would not dial meanwhile.
impl Drop for Lease {
    fn drop(&mut self) {
        let refused = self.producer.take_refused_dials();
        if refused > 0 {
            self.entries.note(Event::Refused(refused));
        }
    }
}

impl Deref for Lease {
    type Target = Producer;

    fn deref(&self) -> &Producer {
        &self.producer
    }
}
