//! All clients of the pool, by their settings.

use super::entry::{Entry, Use};
use super::figures::Event;
use crate::fault::Fault;
use kafka_client::ClientSettings;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How large the pool gets, and how long it keeps what nobody uses.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most clients that are open at a time.
    pub clients: usize,
    /// How long a client that nobody uses stays open.
    pub idle: Duration,
    /// The most topics that a client has met when it is used again. Each costs memory and a part of every
    /// question about the cluster, and callers may name whichever they like.
    pub topics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { clients: 64, idle: Duration::from_mins(5), topics: 10_000 }
    }
}

/// The clients. Nothing that takes time happens under their lock.
pub struct Entries {
    limits: Limits,
    note: Box<dyn Fn(Event) + Send + Sync>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    entries: HashMap<ClientSettings, Arc<Entry>>,
    is_closed: bool,
}

impl Entries {
    /// No clients yet; `note` hears what happens.
    pub fn new(limits: Limits, note: Box<dyn Fn(Event) + Send + Sync>) -> Self {
        Self { limits, note, open: Mutex::default() }
    }

    /// Tells whoever counts.
    pub fn note(&self, event: Event) {
        (self.note)(event);
    }

    /// The use of the entry of these settings, and entries that were given up for it: one that had
    /// failed for good or met too many topics, or the longest idle one of a full pool.
    ///
    /// # Errors
    /// The pool is closed, or full of clients in use.
    pub fn lease(
        &self,
        settings: &ClientSettings,
        now: Instant,
    ) -> Result<(Use, Vec<Arc<Entry>>), Fault> {
        let mut open = self.open();
        if open.is_closed {
            return Err(Fault::producer("the plugin is being unloaded; call it again"));
        }
        let mut removed = Vec::new();
        if open.entries.get(settings).is_some_and(|entry| entry.is_broken()) {
            removed.extend(open.entries.remove(settings));
            self.note(Event::Rebuilt);
        }
        let most = self.limits.topics;
        if open.entries.get(settings).is_some_and(|entry| entry.topics_met() > most) {
            removed.extend(open.entries.remove(settings));
        }
        if !open.entries.contains_key(settings) && open.entries.len() >= self.limits.clients {
            removed.push(open.take_longest_idle().ok_or_else(|| self.full())?);
        }
        let entry = open.entries.entry(settings.clone()).or_insert_with(|| Entry::new(now).into());
        let using = Use::of(entry);
        self.note(Event::Open(open.entries.len()));
        Ok((using, removed))
    }

    /// Forgets an entry, unless another one has taken its place.
    pub fn remove(&self, settings: &ClientSettings, entry: &Arc<Entry>) {
        let mut open = self.open();
        if open.entries.get(settings).is_some_and(|known| Arc::ptr_eq(known, entry)) {
            open.entries.remove(settings);
            self.note(Event::Open(open.entries.len()));
        }
    }

    /// Takes out the entries that nobody has used for long enough.
    pub fn take_idle(&self, now: Instant) -> Vec<Arc<Entry>> {
        let is_over = |entry: &Arc<Entry>| {
            let since = entry.idle_since();
            since.is_some_and(|since| now.saturating_duration_since(since) >= self.limits.idle)
        };
        let mut open = self.open();
        let idle = open.entries.extract_if(|_, entry| is_over(entry));
        let idle: Vec<_> = idle.map(|(_, entry)| entry).collect();
        if !idle.is_empty() {
            self.note(Event::Open(open.entries.len()));
        }
        idle
    }

    /// How long until an entry can have been idle for long enough.
    pub fn next_look(&self, now: Instant) -> Duration {
        let since = self.open().entries.values().filter_map(|entry| entry.idle_since()).min();
        let idle = since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        self.limits.idle.saturating_sub(idle)
    }

    /// Takes out everything, and takes no more calls.
    pub fn close(&self) -> Vec<Arc<Entry>> {
        let mut open = self.open();
        open.is_closed = true;
        self.note(Event::Open(0));
        open.entries.drain().map(|(_, entry)| entry).collect()
    }

    fn full(&self) -> Fault {
        let most = self.limits.clients;
        Fault::producer(format!(
            "{most} Kafka clients with different settings are in use, and there are never more; call \
             again later, or publish with fewer different settings"
        ))
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn take_longest_idle(&mut self) -> Option<Arc<Entry>> {
        let idle = self.entries.iter().filter_map(|(key, entry)| Some((entry.idle_since()?, key)));
        let (_, longest) = idle.min_by_key(|(since, _)| *since)?;
        let longest = longest.clone();
        self.entries.remove(&longest)
    }
}
