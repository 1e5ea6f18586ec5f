//! One writer for each distinct URL, shared by all callers.

use super::address;
use super::entry::Entry;
use super::link::Link;
use super::trouble::{Reason, Trouble};
use super::writer::{Ended, Writer};
use kafka_client::Secret;
use std::collections::HashMap;
use std::sync::mpsc::TryRecvError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many backends at once; the one that was used longest ago makes room for another.
const BACKENDS: usize = 32;

/// A writer that has been busy with one entry for so long is replaced: a TLS handshake has no time
/// limit of its own.
const STUCK: Duration = Duration::from_secs(20);

/// So many replaced writers may still be stuck; beyond, none is replaced.
const STUCK_WRITERS: usize = 8;

/// The writers of this plugin.
#[derive(Default)]
pub struct Backends {
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    used: HashMap<Secret, Slot>,
    replaced: Vec<Ended>,
}

struct Slot {
    writer: Arc<Writer>,
    ended: Ended,
    last_use: Instant,
}

impl Backends {
    /// Leaves an entry in the Redis of `url`, and waits for the outcome until `deadline`.
    ///
    /// # Errors
    /// Why it is not there.
    pub fn leave(&self, url: &Secret, entry: Entry, deadline: Instant) -> Result<(), Trouble> {
        let writer = self.lock().writer(url)?;
        writer.leave(entry, deadline)
    }

    /// Ends every writer after it has written what is queued, and waits for that `wait` at most.
    pub fn close(&self, wait: Duration) {
        let deadline = Instant::now() + wait;
        let slots = std::mem::take(&mut self.lock().used);
        // All writers first lose their last caller, then each is waited for.
        let ended: Vec<Ended> = slots.into_values().map(|slot| slot.ended).collect();
        for ended in ended {
            let left = deadline.saturating_duration_since(Instant::now());
            let _ = ended.recv_timeout(left);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    fn writer(&mut self, url: &Secret) -> Result<Arc<Writer>, Trouble> {
        self.replaced.retain(|ended| !has_ended(ended));
        let is_usable = |slot: &Slot| !has_ended(&slot.ended) && !slot.writer.is_stuck(STUCK);
        let may_replace = self.replaced.len() < STUCK_WRITERS;
        match self.used.get_mut(url) {
            Some(slot) if is_usable(slot) || !may_replace => {
                slot.last_use = Instant::now();
                return Ok(Arc::clone(&slot.writer));
            }
            _ => {}
        }
        self.replaced.extend(self.used.remove(url).map(|slot| slot.ended));
        self.make_room();
        let slot = Slot::start(url)?;
        let writer = Arc::clone(&slot.writer);
        self.used.insert(url.clone(), slot);
        Ok(writer)
    }

    fn make_room(&mut self) {
        if self.used.len() < BACKENDS {
            return;
        }
        let oldest = self.used.iter().min_by_key(|(_, slot)| slot.last_use);
        if let Some(url) = oldest.map(|(url, _)| url.clone()) {
            self.used.remove(&url);
        }
    }
}

impl Slot {
    fn start(url: &Secret) -> Result<Self, Trouble> {
        let info = address::connection_info(url);
        let info = info.map_err(|why| {
            Trouble::new(Reason::Refused, format!("`redis_backend.redis_url`: {why}"))
        })?;
        let place = address::place(&info);
        let (writer, ended) = Writer::start(place, Link::new(info)?)?;
        Ok(Self { writer: Arc::new(writer), ended, last_use: Instant::now() })
    }
}

fn has_ended(ended: &Ended) -> bool {
    matches!(ended.try_recv(), Err(TryRecvError::Disconnected))
}
