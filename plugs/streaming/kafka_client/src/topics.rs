//! The topics a producer has met: their handles and how many partitions they have.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::native::{Client, Topic};

/// How long a partition count is believed. For so long after partitions were added, a batch placed
/// here and one that librdkafka places may send one key to different partitions.
const FRESH: Duration = Duration::from_secs(10);
/// How long to leave a topic alone after a question without an answer.
const QUIET: Duration = Duration::from_secs(5);

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
    /// A thread is asking.
    asking: AtomicBool,
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

    /// The partitions as last heard. Waits at most `wait` for the very first answer and never again:
    /// an old answer is renewed by a thread of its own, which may outlive the caller by as long.
    pub fn recent_view(
        self: &Arc<Self>,
        client: &Arc<Client>,
        wait: Duration,
    ) -> Option<TopicView> {
        let known = self.view.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((asked, view)) = known else { return self.ask_first(client, wait) };
        let good_for = if view.is_some() { FRESH } else { QUIET };
        if asked.elapsed() > good_for && !self.asking.swap(true, Ordering::Relaxed) {
            let (topic, client) = (Arc::clone(self), Arc::clone(client));
            let thread = std::thread::Builder::new().name("pp-kafka-topic".to_owned());
            let spawned = thread.spawn(move || {
                topic.ask(&client, wait);
                topic.asking.store(false, Ordering::Relaxed);
            });
            if spawned.is_err() {
                self.asking.store(false, Ordering::Relaxed);
            }
        }
        view
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

    fn ask(&self, client: &Client, wait: Duration) -> Option<TopicView> {
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
            asking: AtomicBool::new(false),
        });
        known.insert(name.to_owned(), Arc::clone(&topic));
        Some(topic)
    }
}
