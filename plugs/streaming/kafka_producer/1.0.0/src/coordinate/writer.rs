//! One thread that writes to one Redis what its callers hand it, in their order.

use super::entry::Entry;
use super::link::Link;
use super::pace::Pace;
use super::trouble::{Reason, Trouble};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel,
};
use std::thread;
use std::time::{Duration, Instant};

/// So many results wait for one Redis at most; a result has 1 MiB at most.
const QUEUE: usize = 128;

/// A writer, as its callers see it. Dropping the last one ends the thread, after it has written
/// what is queued.
pub struct Writer {
    place: String,
    jobs: SyncSender<Job>,
    pace: Arc<Pace>,
}

/// Disconnects when the thread of a writer has ended.
pub type Ended = Receiver<Infallible>;

struct Job {
    entry: Entry,
    reply: SyncSender<Result<(), Trouble>>,
}

impl Writer {
    /// Starts the thread. It connects with the first entry.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(place: String, link: Link) -> Result<(Self, Ended), Trouble> {
        let (jobs, queue) = sync_channel(QUEUE);
        let (alive, ended) = channel::<Infallible>();
        let pace = Arc::new(Pace::new(link.is_tls()));
        let shared = Arc::clone(&pace);
        let work = move || {
            let _alive = alive;
            run(link, &queue, &shared);
        };
        let thread = thread::Builder::new().name("redis-writer".to_owned()).spawn(work);
        thread.map_err(|error| Trouble::new(Reason::Busy, format!("no thread: {error}")))?;
        Ok((Self { place, jobs, pace }, ended))
    }

    /// Leaves an entry and waits for the outcome until `deadline`. What is queued by then is
    /// written nevertheless.
    ///
    /// # Errors
    /// Why it is not there.
    pub fn leave(&self, entry: Entry, deadline: Instant) -> Result<(), Trouble> {
        self.pace.admits(Instant::now(), &self.place)?;
        let (reply, outcome) = sync_channel(1);
        self.jobs.try_send(Job { entry, reply }).map_err(|error| match error {
            TrySendError::Full(_) => self.full(),
            TrySendError::Disconnected(_) => self.broken(),
        })?;
        let left = deadline.saturating_duration_since(Instant::now());
        outcome.recv_timeout(left).unwrap_or_else(|error| match error {
            RecvTimeoutError::Timeout => Err(self.pace.slow(&self.place)),
            RecvTimeoutError::Disconnected => Err(self.broken()),
        })
    }

    /// Whether it has been busy with one entry for longer than `limit`.
    pub fn is_stuck(&self, limit: Duration) -> bool {
        self.pace.busy_since().is_some_and(|since| since.elapsed() > limit)
    }

    /// As if it had begun with an entry then.
    #[cfg(test)]
    pub fn pretend_busy_since(&self, since: Instant) {
        self.pace.begin(since);
    }

    fn full(&self) -> Trouble {
        let what = format!("{QUEUE} results wait for {} already", self.place);
        Trouble::new(Reason::Busy, what)
    }

    fn broken(&self) -> Trouble {
        Trouble::new(Reason::Busy, format!("the writer for {} has broken", self.place))
    }
}

fn run(mut link: Link, queue: &Receiver<Job>, pace: &Pace) {
    for Job { entry, reply } in queue {
        let written = match pace.admits(Instant::now(), "") {
            Ok(()) => write(&mut link, &entry, pace),
            paused => paused,
        };
        // A caller who waits no longer has left.
        let _ = reply.send(written);
    }
}

fn write(link: &mut Link, entry: &Entry, pace: &Pace) -> Result<(), Trouble> {
    pace.begin(Instant::now());
    let written = link.write(entry);
    match &written {
        Err(trouble) if !link.is_open() => {
            if pace.lost(Instant::now(), trouble) {
                tracing::warn!(reason = trouble.reason.name(), "{trouble}");
            }
        }
        _ => {
            if pace.answered() {
                tracing::info!("Redis coordination: results are left in Redis again");
            }
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;
    use crate::config::RedisBackend;

    #[test]
    fn a_full_queue_refuses_at_once_and_a_broken_writer_says_so() {
        let (jobs, queue) = sync_channel(QUEUE);
        let writer = Writer { place: "h:1".to_owned(), jobs, pace: Arc::default() };
        let answer = Answer::done(serde_json::json!({}));
        let leave = || {
            let entry = Entry::new(&RedisBackend::default(), "t", &answer);
            writer.leave(entry, Instant::now()).unwrap_err()
        };
        for _ in 0..QUEUE {
            assert_eq!(leave(), Pace::default().slow("h:1"));
        }
        let full = leave();
        assert_eq!(full.reason, Reason::Busy);
        assert!(full.to_string().contains("128 results wait for h:1 already"), "{full}");
        drop(queue);
        assert!(leave().to_string().contains("the writer for h:1 has broken"));
    }
}
