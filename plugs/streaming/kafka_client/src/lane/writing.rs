//! The future of a written batch.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::shared::Shared;
use crate::outcome::Outcome;

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// How many records the broker confirmed (with `acks=0`: were sent).
    pub delivered: u64,
    /// The others, by index in the batch, in order: [`Outcome::Failed`] or [`Outcome::Unknown`].
    pub undelivered: Vec<(u32, Outcome)>,
}

/// Waits until every record of a batch has its report.
///
/// Polling it serves the reports of the whole producer, and hands over what waited for room. The waker
/// is called with a lock of librdkafka's held: it may schedule a poll and must not poll by itself.
///
/// Dropping it forgets the result and nothing else: the records are still delivered, as long as
/// something of the producer is polled. Polled again after its end, it is pending for ever.
#[derive(Debug)]
#[must_use = "the result says which records were delivered"]
pub struct Writing {
    lane: Arc<Shared>,
    /// Number of the flight; `None` once the result is taken.
    flight: Option<u32>,
}

impl Writing {
    pub(super) fn new(lane: Arc<Shared>, flight: u32) -> Self {
        Self { lane, flight: Some(flight) }
    }
}

impl Future for Writing {
    type Output = Written;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Written> {
        let Some(flight) = self.flight else { return Poll::Pending };
        let Some(written) = self.lane.poll(flight, context.waker()) else { return Poll::Pending };
        self.flight = None;
        Poll::Ready(written)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(flight) = self.flight {
            self.lane.forget(flight);
        }
    }
}
