//! What the time went to in which a lane read nothing: the source had nothing, or too much was in
//! flight. The clock is looked at when that changes, not for every batch.

use std::time::Instant;

use crate::stream::observed::{Observed, StepSeen};

/// What a lane waits for, and since when.
#[derive(Debug)]
pub struct Idle {
    waits_for: WaitsFor,
    since: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WaitsFor {
    Source,
    Sinks,
    TheEnd,
}

impl Idle {
    /// A lane that has read nothing yet.
    pub fn new() -> Self {
        Self { waits_for: WaitsFor::Source, since: Instant::now() }
    }

    /// Notes what the lane waits for from now on. `busy` are the sinks with writes outstanding: a
    /// lane without room waits for them.
    pub fn note<'s>(
        &mut self,
        is_over: bool,
        has_room: bool,
        observed: &Observed,
        busy: impl Iterator<Item = &'s StepSeen>,
    ) {
        let waits_for = match (is_over, has_room) {
            (true, _) => WaitsFor::TheEnd,
            (false, true) => WaitsFor::Source,
            (false, false) => WaitsFor::Sinks,
        };
        if waits_for == self.waits_for && waits_for != WaitsFor::Sinks {
            return;
        }
        let now = Instant::now();
        let time = now.duration_since(self.since);
        match self.waits_for {
            WaitsFor::Source => observed.starved.add(time),
            WaitsFor::Sinks => {
                observed.back_pressure.add(time);
                busy.for_each(|sink| sink.blocked.add(time));
            }
            WaitsFor::TheEnd => {}
        }
        (self.waits_for, self.since) = (waits_for, now);
    }
}
