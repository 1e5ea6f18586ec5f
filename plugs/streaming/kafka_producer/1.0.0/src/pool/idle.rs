//! The thread that closes clients: those that are sent to it, and those that nobody uses.

use super::entries::Entries;
use super::entry::Entry;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// Two looks are at least so far apart.
const PAUSE: Duration = Duration::from_millis(10);

/// Starts the thread; it ends once the sender is gone. What is sent is flushed and closed there.
pub fn start(entries: &Arc<Entries>) -> Sender<Arc<Entry>> {
    let (send, receive) = channel();
    let entries = Arc::downgrade(entries);
    let spawned = thread::Builder::new()
        .name("pp-kafka-idle".to_owned())
        .spawn(move || close_until_gone(&entries, &receive));
    if let Err(error) = spawned {
        tracing::warn!("no thread closes idle Kafka clients: {error}");
    }
    send
}

fn close_until_gone(entries: &Weak<Entries>, sent: &Receiver<Arc<Entry>>) {
    while let Some(wait) = entries.upgrade().map(|entries| entries.next_look(Instant::now())) {
        match sent.recv_timeout(wait.max(PAUSE)) {
            // Dropping the last share of a client flushes and closes it.
            Ok(entry) => drop(entry),
            Err(RecvTimeoutError::Timeout) => {
                drop(entries.upgrade().map(|entries| entries.take_idle(Instant::now())));
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
