//! Asking for the partitions of topics beside the lane that needs them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::native::Client;
use crate::topics::{KnownTopic, QUIET};

/// Longest wait for an answer about a topic.
pub(crate) const ASKING: Duration = Duration::from_secs(2);

/// The topics of one client whose partitions are to be asked for again. One thread asks, only while
/// there are any; it may outlive the client's owner by one question.
#[derive(Debug, Default)]
pub(crate) struct Renewal {
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    topics: VecDeque<Arc<KnownTopic>>,
    /// A thread is asking.
    is_running: bool,
}

impl Renewal {
    /// Has the topic asked for soon, unless brokers that were asked just now did not answer.
    pub fn add(self: &Arc<Self>, topic: &Arc<KnownTopic>, client: &Arc<Client>) {
        let is_quiet = client.silence().age().is_some_and(|age| age < QUIET);
        if is_quiet || topic.set_queued(true) {
            return;
        }
        let mut queue = self.queue();
        queue.topics.push_back(Arc::clone(topic));
        if queue.is_running {
            return;
        }
        let (renewal, client) = (Arc::downgrade(self), Arc::clone(client));
        let thread = std::thread::Builder::new().name("pp-kafka-topic".to_owned());
        queue.is_running = thread.spawn(move || ask_for_all(&renewal, &client)).is_ok();
        if !queue.is_running {
            queue.clear();
        }
    }

    fn next(&self) -> Option<Arc<KnownTopic>> {
        let mut queue = self.queue();
        let next = queue.topics.pop_front();
        queue.is_running = next.is_some();
        next
    }

    fn give_up(&self) {
        self.queue().clear();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn clear(&mut self) {
        self.is_running = false;
        for topic in self.topics.drain(..) {
            topic.set_queued(false);
        }
    }
}

/// Asks until the queue is empty, its owner is gone, or a question stays unanswered.
fn ask_for_all(renewal: &Weak<Renewal>, client: &Arc<Client>) {
    while let Some(topic) = renewal.upgrade().and_then(|renewal| renewal.next()) {
        topic.ask(client, ASKING);
        topic.set_queued(false);
        if client.silence().age().is_some() {
            renewal.upgrade().iter().for_each(|renewal| renewal.give_up());
            return;
        }
    }
}
