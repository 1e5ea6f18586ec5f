//! The thread that closes clients: those that are sent to it, and those that nobody uses.

use super::entries::Entries;
use super::entry::Entry;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Two looks are at least so far apart.
const PAUSE: Duration = Duration::from_millis(10);

/// The thread's life: it starts with the first client, and once.
#[derive(Default)]
pub enum Closing {
    /// No client was made yet.
    #[default]
    NotBegun,
    /// It runs.
    Running(Closer),
    /// The pool is closed.
    Over,
}

impl Closing {
    /// Starts the thread unless it runs already; `None` when the pool is closed.
    pub fn begin(&mut self, entries: &Arc<Entries>) -> Option<&Closer> {
        if let Self::NotBegun = self {
            *self = Self::Running(Closer::start(entries));
        }
        match self {
            Self::Running(closer) => Some(closer),
            Self::NotBegun | Self::Over => None,
        }
    }

    /// Takes no more clients. What was sent before is closed; the thread has ended when this returns,
    /// unless that takes longer than `wait`.
    pub fn end(self, wait: Duration) {
        if let Self::Running(Closer { send, ended, thread: Some(thread) }) = self {
            drop(send);
            let is_late = ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout);
            if is_late || thread.join().is_err() {
                tracing::warn!("the thread that closes Kafka clients did not end in time");
            }
        }
    }
}

/// The running thread.
pub struct Closer {
    send: Sender<Arc<Entry>>,
    /// Hears nothing until the thread ends.
    ended: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Closer {
    fn start(entries: &Arc<Entries>) -> Self {
        let (send, receive) = channel();
        let (ending, ended) = channel();
        let entries = Arc::downgrade(entries);
        let spawned = thread::Builder::new().name("pp-kafka-idle".to_owned()).spawn(move || {
            close_until_gone(&entries, &receive);
            drop::<Sender<()>>(ending);
        });
        if let Err(error) = &spawned {
            tracing::warn!("no thread closes idle Kafka clients: {error}");
        }
        Self { send, ended, thread: spawned.ok() }
    }

    /// Has a client flushed and closed there. Gives it back where there is no such thread.
    pub fn close(&self, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        self.send.send(entry).err().map(|refused| refused.0)
    }
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
