//! One call of a plugin, and the opening of one long-lived stage.

use crate::doc::Doc;
use crate::lane::{instant, left_until};
use abi_stable::StableAbi;
use std::time::Instant;

/// Ids that join the logs and spans of one run. All zero = no trace.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TraceIds {
    /// High and low half of the trace id.
    pub trace: [u64; 2],
    /// The span of the caller.
    pub span: u64,
}

/// One `process` call.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct Call {
    /// Given by the host; hand it to `pp` so that the host knows who asks.
    pub call_id: u64,
    /// What the call is about.
    pub ctx: Doc,
    /// How the plugin is set up for this call.
    pub cfg: Doc,
    /// Small ids of the run: an object of texts.
    pub run: Doc,
    /// Time left in nanoseconds when the call was made, 0 = no deadline.
    pub deadline_ns: u64,
    /// The trace this call belongs to.
    pub trace: TraceIds,
    reserved: [u64; 2],
}

impl Call {
    /// A call without deadline and trace.
    #[must_use]
    pub fn new(call_id: u64, ctx: Doc, cfg: Doc, run: Doc) -> Self {
        let trace = TraceIds::default();
        Self { call_id, ctx, cfg, run, deadline_ns: 0, trace, reserved: [0; 2] }
    }

    /// The same call with the time that is left until `deadline`. One that has passed leaves a
    /// nanosecond, because 0 means that there is none.
    #[must_use]
    pub fn until(mut self, deadline: Option<Instant>) -> Self {
        self.deadline_ns = left_until(deadline);
        self
    }

    /// When the answer is no longer wanted, counted from now.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        instant(self.deadline_ns)
    }
}

/// The opening of one source, transform or sink in one lane.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct Open {
    /// As in [`Call`].
    pub call_id: u64,
    /// How the stage is set up, fixed for its life.
    pub cfg: Doc,
    /// Small ids of the run: an object of texts.
    pub run: Doc,
    /// The step's number in the pipeline.
    pub step: u32,
    /// Which lane this stage belongs to, from 0.
    pub lane: u32,
    /// How many lanes there are.
    pub lanes: u32,
    /// How many bytes of records a source should put into one batch, 0 = it chooses.
    pub batch_bytes: u32,
    /// How many milliseconds a source may wait for a fuller batch.
    pub linger_ms: u32,
    /// Time left for opening in nanoseconds, 0 = no deadline.
    pub deadline_ns: u64,
    reserved: [u64; 2],
}

impl Open {
    /// When opening is no longer wanted, counted from now.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        instant(self.deadline_ns)
    }

    /// The only stage of its step.
    #[must_use]
    pub fn single(call_id: u64, cfg: Doc, run: Doc) -> Self {
        let (step, lane, lanes) = (0, 0, 1);
        let (batch_bytes, linger_ms) = (0, 0);
        let (deadline_ns, reserved) = (0, [0; 2]);
        Self { call_id, cfg, run, step, lane, lanes, batch_bytes, linger_ms, deadline_ns, reserved }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn call() -> Call {
        Call::new(1, Doc::null(), Doc::null(), Doc::null())
    }

    #[test]
    fn a_deadline_crosses_as_what_is_left_of_it() {
        assert_eq!(call().until(None).deadline(), None);
        let deadline = Instant::now() + Duration::from_secs(60);
        let received = call().until(Some(deadline)).deadline().unwrap();
        assert!(received >= deadline && received < deadline + Duration::from_secs(30));
    }

    #[test]
    fn a_deadline_that_has_passed_is_not_none() {
        assert_eq!(call().until(Some(Instant::now())).deadline_ns, 1);
    }
}
