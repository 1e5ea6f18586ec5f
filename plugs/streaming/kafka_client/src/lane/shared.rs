//! What a lane's producer and its futures share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use plugin_abi::Batch;

use super::backlog::{Backlog, Waiting};
use super::flights::Landed;
use super::writing::Written;
use crate::closing::Closing;
use crate::native::{Client, Held};
use crate::topics::Topics;

/// Longest time in one go that flushing and closing keep others from being served.
const SHORT: Duration = Duration::from_millis(50);

/// One lane's client. Locks are taken in the order of the fields.
#[derive(Debug)]
pub(super) struct Shared {
    // Both before `client`: topics hold a share in it, and go first.
    backlog: Mutex<Backlog>,
    pub topics: Topics,
    pub client: Arc<Client>,
}

impl Shared {
    pub fn new(client: Arc<Client>) -> Self {
        Self { backlog: Mutex::default(), topics: Topics::default(), client }
    }

    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` with the lane's two locks held, and releases what landed after that.
    fn with<T>(&self, work: impl FnOnce(&mut Backlog, &mut Held<'_>) -> T) -> T {
        let mut backlog = self.backlog();
        let mut held = self.client.hold();
        let result = work(&mut backlog, &mut held);
        let landed: Landed = held.landed();
        drop((held, backlog));
        landed.release();
        result
    }

    /// Starts a flight and hands over what there is room for. Returns its number.
    pub fn write(
        &self,
        batch: Arc<Batch>,
        waiting: impl FnOnce(u32, Arc<Batch>) -> Waiting,
    ) -> u32 {
        self.with(|backlog, held| {
            self.serve_held(backlog, held);
            let flight = held.start(Arc::clone(&batch));
            backlog.add(waiting(flight, batch), held);
            flight
        })
    }

    /// Serves every report that has come, then gives the result of a flight that is over.
    pub fn poll(&self, flight: u32, waker: &Waker) -> Option<Written> {
        // Before serving: what comes after that calls the waker.
        self.client.wake_when_ready(waker);
        self.with(|backlog, held| {
            self.serve_held(backlog, held);
            let trouble = self.client.trouble().latest();
            held.take(flight, trouble.as_ref(), waker)
        })
    }

    /// Serves what has come: errors and statistics come even when nothing is written.
    pub fn serve(&self) {
        self.with(|backlog, held| self.serve_held(backlog, held));
    }

    fn serve_held(&self, backlog: &mut Backlog, held: &mut Held<'_>) {
        held.serve(Duration::ZERO);
        self.use_reports(backlog, held);
    }

    /// Makes use of what reports told: room in the queue, or the end of the client.
    fn use_reports(&self, backlog: &mut Backlog, held: &mut Held<'_>) {
        // After a fatal error librdkafka keeps what it would have sent again, and without a timeout
        // it keeps it for ever. What is on its way comes back as unknown.
        if held.at_client() > 0 && self.client.trouble().is_fatal() {
            self.client.purge();
        }
        backlog.serve(held);
    }

    /// Nobody waits for the flight any more.
    pub fn forget(&self, flight: u32) {
        self.with(|_, held| held.forget(flight));
    }

    /// How long the queue has been full, and how many records librdkafka holds.
    pub fn load(&self) -> (Duration, usize) {
        self.with(|backlog, held| (backlog.full_time(), held.at_client()))
    }

    /// Sends everything without waiting for fuller batches; `true` once all is reported.
    pub fn flush_until(&self, deadline: Instant) -> bool {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let all_reported = self.with(|backlog, held| {
                held.flush(left.min(SHORT));
                self.use_reports(backlog, held);
                backlog.is_empty() && held.at_client() == 0
            });
            if all_reported || left.is_zero() {
                return all_reported;
            }
        }
    }

    /// Takes no more batches, flushes, and gives up what is left so that every flight ends. Given up
    /// once, there is nothing left to wait for.
    pub fn close(&self, closing: Closing) {
        if self.with(|backlog, _| backlog.close()) {
            return;
        }
        if self.flush_until(closing.flush_by) {
            return;
        }
        self.with(|backlog, held| backlog.give_up(held));
        self.client.purge();
        while self.load().1 > 0 && Instant::now() < closing.end {
            let left = closing.end.saturating_duration_since(Instant::now());
            self.with(|_, held| held.serve(left.min(SHORT)));
        }
        self.with(|_, held| held.expire());
    }
}
