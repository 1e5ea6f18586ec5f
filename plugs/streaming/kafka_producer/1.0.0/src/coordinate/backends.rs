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

/// So many writers that were replaced, or made room, may still be at work; beyond, none is replaced
/// and none makes room: whoever names new backends that hang would get a thread for each.
const LEAVING: usize = 8;

/// The writers of this plugin.
#[derive(Default)]
pub struct Backends {
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    used: HashMap<Secret, Slot>,
    leaving: Vec<Ended>,
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
        self.leaving.retain(|ended| !has_ended(ended));
        let is_usable = |slot: &Slot| !has_ended(&slot.ended) && !slot.writer.is_stuck(STUCK);
        let may_replace = self.leaving.len() < LEAVING;
        match self.used.get_mut(url) {
            Some(slot) if is_usable(slot) || !may_replace => {
                slot.last_use = Instant::now();
                return Ok(Arc::clone(&slot.writer));
            }
            _ => {}
        }
        self.leaving.extend(self.used.remove(url).map(|slot| slot.ended));
        self.make_room()?;
        let slot = Slot::start(url)?;
        let writer = Arc::clone(&slot.writer);
        self.used.insert(url.clone(), slot);
        Ok(writer)
    }

    fn make_room(&mut self) -> Result<(), Trouble> {
        if self.used.len() < BACKENDS {
            return Ok(());
        }
        if self.leaving.len() >= LEAVING {
            let what = format!("{BACKENDS} backends are in use, and {LEAVING} more have not ended");
            return Err(Trouble::new(Reason::Busy, what));
        }
        let oldest = self.used.iter().min_by_key(|(_, slot)| slot.last_use);
        let oldest = oldest.map(|(url, _)| url.clone());
        let slot = oldest.and_then(|url| self.used.remove(&url));
        self.leaving.extend(slot.map(|slot| slot.ended));
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::RecvTimeoutError;

    fn url(number: usize) -> Secret {
        Secret::new(format!("redis://localhost:{}", 7000 + number))
    }

    #[test]
    fn a_stuck_writer_is_replaced_unless_too_many_are_stuck() {
        let (mut slots, stuck) = (Slots::default(), STUCK + Duration::from_millis(1));
        let mut writers = vec![slots.writer(&url(0)).unwrap()];
        assert!(Arc::ptr_eq(&writers[0], &slots.writer(&url(0)).unwrap()));
        for replaced in 1..=LEAVING {
            writers[replaced - 1].pretend_busy_since(Instant::now() - stuck);
            writers.push(slots.writer(&url(0)).unwrap());
            assert!(!Arc::ptr_eq(&writers[replaced], &writers[replaced - 1]), "{replaced}");
        }
        writers[LEAVING].pretend_busy_since(Instant::now() - stuck);
        assert!(Arc::ptr_eq(&writers[LEAVING], &slots.writer(&url(0)).unwrap()));
        drop(writers);
        for ended in slots.leaving {
            assert_eq!(ended.recv_timeout(STUCK), Err(RecvTimeoutError::Disconnected));
        }
    }

    #[test]
    fn the_backend_that_was_used_longest_ago_makes_room() {
        let mut slots = Slots::default();
        (0..BACKENDS).for_each(|number| drop(slots.writer(&url(number)).unwrap()));
        slots.writer(&url(0)).unwrap();
        slots.writer(&url(BACKENDS)).unwrap();
        let is_used = |number| slots.used.contains_key(&url(number));
        assert_eq!((slots.used.len(), is_used(0), is_used(1)), (BACKENDS, true, false));
    }

    #[test]
    fn backends_that_hang_get_no_end_of_threads() {
        let mut slots = Slots::default();
        // Somebody holds each writer: no thread ends.
        let writers: Vec<_> =
            (0..BACKENDS + LEAVING).map(|number| slots.writer(&url(number)).unwrap()).collect();
        let refused = slots.writer(&url(writers.len())).err().unwrap();
        assert_eq!(refused.reason, Reason::Busy);
        assert!(refused.to_string().contains("32 backends are in use, and 8 more"), "{refused}");
        assert!(slots.writer(&url(LEAVING)).is_ok(), "one that is in use");
    }
}
