//! When no broker will ever take what is queued, so that nobody waits for a timeout to hear of it.
//!
//! That is certain in two cases. All brokers are down at once, and each one that was tried refused the
//! login, a certificate, or was an address that may not be dialled. Or a broker answers, and every broker
//! it advertises is such an address. A broker that is merely away leaves hope.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Shared;

/// Longest wait for the names of the brokers. The thread that asks serves everybody.
const QUESTION: Duration = Duration::from_millis(250);
/// Between two questions.
const PAUSE: Duration = Duration::from_secs(1);

/// What is known of a producer's prospects.
#[derive(Debug, Default)]
pub(super) struct Prospects {
    hopeless: AtomicBool,
    asked: Mutex<Option<Instant>>,
}

impl Prospects {
    /// Whether the producer was given up. It stays so: another client has to be made, which tries anew.
    pub fn are_none(&self) -> bool {
        self.hopeless.load(Ordering::Relaxed)
    }

    /// Whether it is time for a question; the answer "yes" is given once a [`PAUSE`].
    fn is_time_to_ask(&self) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = asked.is_none_or(|asked| asked.elapsed() >= PAUSE);
        if is_time {
            *asked = Some(Instant::now());
        }
        is_time
    }
}

impl Shared {
    /// Gives up what is queued when there is no hope for it. Records on their way keep their chance.
    /// `true` when there is something to give up again soon.
    pub(super) fn give_up_without_hope(&self) -> bool {
        if self.client.held() == 0 {
            return false;
        }
        if !self.prospects.are_none() {
            if !self.client.trouble().is_hopeless() && !self.advertises_refused_only() {
                return false;
            }
            self.prospects.hopeless.store(true, Ordering::Relaxed);
        }
        self.client.purge_queue();
        true
    }

    /// Gives up what is queued after a fatal error: librdkafka sends no more of it, and would keep it until
    /// it times out. Records on their way keep their chance. `true` when there is something to give up
    /// again soon.
    pub(super) fn give_up_after_fatal_error(&self) -> bool {
        let is_over = self.client.trouble().is_fatal() && self.client.held() > 0;
        if is_over {
            self.client.purge_queue();
        }
        is_over
    }

    /// Whether a broker answers and names nothing but addresses that may not be dialled.
    fn advertises_refused_only(&self) -> bool {
        let trouble = self.client.trouble();
        if !trouble.has_refused_address() || !self.prospects.is_time_to_ask() {
            return false;
        }
        let cluster = self.client.brokers(QUESTION);
        cluster.is_ok_and(|cluster| {
            let names = cluster.brokers.iter().map(|one| format!("{}:{}", one.host, one.port));
            trouble.refuses_all(&names.collect::<Vec<_>>())
        })
    }
}
