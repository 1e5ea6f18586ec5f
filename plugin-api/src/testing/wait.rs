//! Waiting for a future without a runtime: the thread sleeps until it is woken.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{Thread, current, park_timeout};
use std::time::{Duration, Instant};

/// After this long an answer counts as missing.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

struct Parked(Thread);

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The future's answer, or `None` once `limit` has passed; it is dropped then.
///
/// A future that blocks its thread cannot be cut short.
pub(crate) fn wait<F: Future>(future: F, limit: Duration) -> Option<F::Output> {
    let (mut future, until) = (pin!(future), Instant::now() + limit);
    let waker = Waker::from(Arc::new(Parked(current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            return Some(answer);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        park_timeout(left);
    }
}

/// Polls once and drops the future: what a caller does who changes its mind. Says whether the answer
/// was there already.
pub(crate) fn abandon<F: Future>(future: F) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_comes_from_another_thread_is_waited_for() {
        let (begun, mut thread) = (Arc::new(std::sync::OnceLock::new()), None);
        let future = std::future::poll_fn(|context| {
            if let Some(answer) = begun.get() {
                return Poll::Ready(*answer);
            }
            let (waker, cell) = (context.waker().clone(), Arc::clone(&begun));
            thread = Some(std::thread::spawn(move || {
                cell.set(7).unwrap();
                waker.wake();
            }));
            Poll::Pending
        });
        assert_eq!(wait(future, PATIENCE), Some(7));
    }

    #[test]
    fn an_answer_that_never_comes_is_given_up() {
        assert_eq!(wait(std::future::pending::<()>(), Duration::from_millis(1)), None);
    }
}
