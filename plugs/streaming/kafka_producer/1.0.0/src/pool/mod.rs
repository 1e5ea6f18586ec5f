//! One Kafka client for each distinct configuration, made once and shared by all callers.
//!
//! # Layout
//! `entry` is one client with what is known of it; a [`Lease`] keeps it open while a call uses it.
//! `entries` are all of them, `idle` is the thread that closes what nobody used for a while, and
//! `figures` is what the pool counts.

mod entries;
mod entry;
mod figures;
mod idle;

pub use entry::Lease;
pub use figures::{Figures, refused_addresses};

use crate::fault::Fault;
use crate::fault::kafka::client_fault;
use entries::{Entries, Limits};
use entry::Entry;
use figures::Event;
use idle::Closing;
use kafka_client::ClientSettings;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The clients of this plugin.
pub struct Pool {
    entries: Arc<Entries>,
    /// Takes clients that are to be closed. The thread behind it starts with the first client.
    closer: Mutex<Closing>,
}

impl Pool {
    /// A pool without clients.
    pub fn new(figures: Figures) -> Self {
        Self::with_limits(Limits::default(), move |event| figures.note(event))
    }

    fn with_limits(limits: Limits, note: impl Fn(Event) + Send + Sync + 'static) -> Self {
        let entries = Arc::new(Entries::new(limits, Box::new(note)));
        Self { entries, closer: Mutex::default() }
    }

    /// The client of these settings. Callers who ask at the same time wait for one creation; callers
    /// with other settings wait for nobody. One that has failed for good is replaced.
    ///
    /// # Errors
    /// Settings that librdkafka refuses, by their key; a pool that is full or closed.
    pub fn get(&self, settings: &ClientSettings) -> Result<Lease, Fault> {
        let (using, removed) = self.entries.lease(settings, Instant::now())?;
        removed.into_iter().for_each(|entry| self.close_later(entry));
        match using.entry().connect(settings) {
            Ok((producer, is_new)) => {
                if is_new {
                    self.opened();
                }
                Ok(Lease::new(using, producer, Arc::clone(&self.entries)))
            }
            Err(error) => {
                self.entries.remove(settings, using.entry());
                Err(client_fault(&error))
            }
        }
    }

    /// A client was made: it is to be closed one day.
    fn opened(&self) {
        self.entries.note(Event::Created);
        self.closing().begin(&self.entries);
    }

    /// Closes every client, side by side, within `wait`, and takes no more calls. Those that still run
    /// get their outcomes. Within `wait` again the thread that closes clients ends.
    pub fn close(&self, wait: Duration) {
        let clients = self.entries.close();
        let closer = std::mem::replace(&mut *self.closing(), Closing::Over);
        std::thread::scope(|scope| {
            for producer in clients.iter().filter_map(|entry| entry.producer()) {
                scope.spawn(move || producer.close(wait));
            }
        });
        closer.end(wait);
    }

    /// Closing flushes, which nobody who publishes should wait for.
    fn close_later(&self, entry: Arc<Entry>) {
        // Without that thread it is closed here, with no lock held.
        let refused = match self.closing().begin(&self.entries) {
            Some(closer) => closer.close(entry),
            None => Some(entry),
        };
        drop(refused);
    }

    fn closing(&self) -> MutexGuard<'_, Closing> {
        self.closer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
