//! The topics a producer has met: their handles and how many partitions they have.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::native::{Client, Topic};
use crate::renewal::Renewal;

/// How long a partition count is believed. For so long after partitions were added, a batch placed
/// here and one that librdkafka places may send one key to different partitions.
const FRESH: Duration = Duration::from_secs(10);
/// How long to leave a topic alone after a question without an answer.
pub(crate) const QUIET: Duration = Duration::from_secs(5);

/// What a batch must know of a topic to place records in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TopicView {
    /// Number of partitions, at least 1.
    pub partitions: i32,
    /// Those that have a leader.
    pub led: Vec<i32>,
}

/// A topic handle with what is known about the topic.
#[derive(Debug)]
pub(crate) struct KnownTopic {
    pub handle: Topic,
    view: Mutex<Option<(Instant, Option<TopicView>)>>,
    /// The client has met no topic before this one.
    is_first: bool,
    /// The topic waits to be asked for by [`Renewal`].
    is_queued: AtomicBool,
}

impl KnownTopic {
    /// The partitions, asked for if the last answer is old. Waits at most `wait`.
    pub fn view(&self, client: &Client, wait: Duration) -> Option<TopicView> {
        let known = self.view.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some((asked, Some(view))) if asked.elapsed() < FRESH => return Some(view),
            Some((asked, None)) if asked.elapsed() < QUIET => return None,
            _ if wait.is_zero() => return None,
            _ => {}
        }
        self.ask(client, wait)
    }

    /// Notes whether the topic waits to be asked for; gives whether it did before.
    pub fn set_queued(&self, is_queued: bool) -> bool {
        self.is_queued.swap(is_queued, Ordering::Relaxed)
    }

    /// An answer about the cluster makes librdkafka ask for the id that an idempotent producer needs;
    /// but the connection that brought the client's first answer is seldom ready for that, and the
    /// next try is at a second answer or after 500 ms. So the first topic is asked for twice.
    fn ask_first(&self, client: &Client, wait: Duration) -> Option<TopicView> {
        let begun = Instant::now();
        let view = self.ask(client, wait)?;
        if !self.is_first {
            return Some(view);
        }
        self.ask(client, wait.saturating_sub(begun.elapsed())).or(Some(view))
    }

    /// Asks for the partitions and keeps the answer, or that there was none.
    pub fn ask(&self, client: &Client, wait: Duration) -> Option<TopicView> {
        let answer = client.metadata(Some(&self.handle), wait).ok();
        let topic = answer.and_then(|cluster| cluster.topics.into_iter().next());
        let topic = topic.filter(|topic| topic.partitions > 0 && topic.error.is_none());
        let view = topic.map(|topic| TopicView { partitions: topic.partitions, led: topic.led });
        let mut known = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((Instant::now(), view.clone()));
        view
    }

    /// Makes a stale answer look fresh.
    #[cfg(test)]
    pub fn believe(&self, view: TopicView) {
        self.believe_since(view, Instant::now());
    }

    #[cfg(test)]
    pub fn believe_since(&self, view: TopicView, asked: Instant) {
        *self.view.lock().unwrap() = Some((asked, Some(view)));
    }

    /// Whether the topic has been asked for.
    #[cfg(test)]
    pub fn was_asked_for(&self) -> bool {
        self.view.lock().unwrap().is_some()
    }

    /// What was known is wrong: a partition has gone. librdkafka places until it is asked for again.
    pub fn forget_view(&self) {
        if let Some((_, view)) = &mut *self.view.lock().unwrap_or_else(PoisonError::into_inner) {
            *view = None;
        }
    }
}

/// Topics by name.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    known: Mutex<HashMap<String, Arc<KnownTopic>>>,
    renewal: Arc<Renewal>,
}

impl Topics {
    /// The topic of that name; `None` when librdkafka does not take the name.
    pub fn open(&self, client: &Arc<Client>, name: &str) -> Option<Arc<KnownTopic>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(topic) = known.get(name) {
            return Some(Arc::clone(topic));
        }
        let handle = Topic::open(client, name)?;
        let topic = Arc::new(KnownTopic {
            handle,
            view: Mutex::default(),
            is_first: known.is_empty(),
            is_queued: AtomicBool::new(false),
        });
        known.insert(name.to_owned(), Arc::clone(&topic));
        Some(topic)
    }

    /// How many topics there are.
    pub fn count(&self) -> usize {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The partitions as last heard. Waits until `until` at most, for the very first answer and never
    /// again; and not even for that while the brokers are silent. An old answer, and one that nobody
    /// waited for, is asked for beside the caller.
    pub fn recent_view(
        &self,
        topic: &Arc<KnownTopic>,
        client: &Arc<Client>,
        until: Instant,
    ) -> Option<TopicView> {
        let known = topic.view.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let left = until.saturating_duration_since(Instant::now());
        if known.is_none() && !left.is_zero() && client.silence().age().is_none() {
            return topic.ask_first(client, left);
        }
        let is_fresh = known.as_ref().is_some_and(|(asked, view)| {
            asked.elapsed() <= if view.is_some() { FRESH } else { QUIET }
        });
        if !is_fresh {
            self.renewal.add(topic, client);
        }
        known?.1
    }
}
