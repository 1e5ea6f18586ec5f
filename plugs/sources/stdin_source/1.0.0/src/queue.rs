//! A bounded queue from the thread that reads to the lane that waits for records.

use lines::Lines;
use plugin_api::Result;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Batches that are read ahead: one to be taken while the next is filled.
const AHEAD: usize = 2;

/// What was read: lines, `None` for the end, or why there is no more.
pub type Read = Result<Option<Lines>>;

/// What the lane gets.
#[derive(Debug)]
pub enum Taken {
    /// Records.
    Lines(Lines),
    /// There are no more.
    End,
}

/// See the module.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    space: Condvar,
}

#[derive(Default)]
struct State {
    read: VecDeque<Read>,
    /// The lane that waits for something to be read.
    waiting: Option<Waker>,
    /// Nobody takes any more.
    closed: bool,
}

impl Queue {
    /// Waits for space and puts something in. `false` = nobody wants more.
    pub fn put(&self, read: Read) -> bool {
        let full = |state: &mut State| state.read.len() >= AHEAD && !state.closed;
        let state = self.space.wait_while(self.lock(), full);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return false;
        }
        state.read.push_back(read);
        let waiting = state.waiting.take();
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
        true
    }

    /// Waits for records and takes up to `max` of them. Dropping the future loses none.
    pub async fn take(&self, max: u32) -> Result<Taken> {
        poll_fn(|cx| self.poll(cx, max)).await
    }

    /// Nobody takes any more: whoever waits for space gives up.
    pub fn close(&self) {
        self.lock().closed = true;
        self.space.notify_all();
    }

    fn poll(&self, cx: &Context<'_>, max: u32) -> Poll<Result<Taken>> {
        let mut state = self.lock();
        let taken = match state.read.pop_front() {
            None => {
                state.waiting = Some(cx.waker().clone());
                return Poll::Pending;
            }
            Some(Ok(Some(mut lines))) => {
                if let Some(rest) = lines.split_off(max) {
                    state.read.push_front(Ok(Some(rest)));
                }
                Ok(Taken::Lines(lines))
            }
            // The end and an error stay: whoever asks again gets the same answer.
            Some(Ok(None)) => {
                state.read.push_front(Ok(None));
                Ok(Taken::End)
            }
            Some(Err(error)) => {
                state.read.push_front(Err(error.clone()));
                Err(error)
            }
        };
        drop(state);
        self.space.notify_one();
        Poll::Ready(taken)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use lines::{Format, Limits, Splitter};
    use plugin_api::Error;
    use std::sync::Arc;
    use std::task::Wake;
    use std::thread::{self, Thread};

    /// Wakes a thread that parks.
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    /// Takes from the queue on this thread, asleep until there is something.
    pub fn take(queue: &Queue, max: u32) -> Result<Taken> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut future = std::pin::pin!(queue.take(max));
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(taken) => return taken,
                Poll::Pending => thread::park(),
            }
        }
    }

    fn lines(text: &str) -> Lines {
        let limits = Limits { format: Format::Lines, max_record_bytes: 100 };
        let lines = Splitter::new(limits, 64).next(&mut text.as_bytes(), 100, || false);
        lines.unwrap().unwrap()
    }

    fn sizes(queue: &Queue, max: u32) -> Vec<usize> {
        let mut sizes = Vec::new();
        while let Taken::Lines(lines) = take(queue, max).unwrap() {
            sizes.push(lines.batch.records().len());
        }
        sizes
    }

    #[test]
    fn batches_come_in_order_and_no_larger_than_asked_for() {
        let queue = Arc::new(Queue::default());
        let into = Arc::clone(&queue);
        let writer = thread::spawn(move || {
            for text in ["a\n", "a\nb\nc\nd\ne\n", "a\nb\n", "a\n"] {
                assert!(into.put(Ok(Some(lines(text)))));
            }
            into.put(Ok(None))
        });
        assert_eq!(sizes(&queue, 2), [1, 2, 2, 1, 2, 1]);
        assert!(writer.join().unwrap());
        assert!(matches!(take(&queue, 2), Ok(Taken::End)));
    }

    #[test]
    fn an_error_stays() {
        let queue = Queue::default();
        queue.put(Err(Error::config("too long")));
        for _ in 0..2 {
            assert_eq!(take(&queue, 2).unwrap_err().message, "too long");
        }
    }

    #[test]
    fn whoever_waits_for_space_gives_up_when_nobody_takes() {
        let queue = Arc::new(Queue::default());
        let into = Arc::clone(&queue);
        let writer = thread::spawn(move || (0..).find(|_| !into.put(Ok(Some(lines("a\n"))))));
        drop(take(&queue, 1));
        queue.close();
        assert!(writer.join().unwrap().is_some_and(|put| put <= AHEAD + 1));
    }
}
